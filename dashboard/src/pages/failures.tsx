/** Failed jobs by their cause: the task, the class of the error and the frame that raised it. */

import "../styles/failures.css";

import { actOnMany } from "../bulk.tsx";
import { get } from "../api/client.ts";
import type { FailureGroup } from "../api/types.ts";
import { count, plural } from "../format.ts";
import { live } from "../live/live.ts";
import { useResource } from "../resource.ts";
import { go, href, jobsHref, route } from "../router.ts";
import { Button } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { Sparkline } from "../ui/sparkline.tsx";
import { Empty, ErrorBox, Loading } from "../ui/states.tsx";
import { ACTIONS, type Column, Table } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";

interface Failures {
  groups: FailureGroup[];
  /** There are more groups than are listed. */
  more: boolean;
}

export function FailuresPage() {
  const task = route.value.query.get("task") ?? "";
  const failures = useResource(
    `failures ${task}`,
    (signal) => get<Failures>("v1/failures", { query: { task }, signal }),
    { watch: live.version, gap: 1_000 },
  );
  const { data, error } = failures;
  return (
    <Page title="Failures" beside={data && <span class="muted num">{plural(data.groups.length, "group")}{data.more ? " shown" : ""}</span>}>
      {task && (
        <p class="notice">
          Only those of <strong>{task}</strong>. <a href={href(["failures"])}>Show all</a>
        </p>
      )}
      {error && <ErrorBox error={error} retry={failures.refresh} />}
      {failures.loading && <Loading />}
      {data && data.groups.length === 0 && <Empty icon="check" title="No failed job is kept." />}
      {data && data.groups.length > 0 && (
        <div class="failures">
          <Table caption="Groups of failures, the latest first" columns={columns(failures.refresh)} rows={data.groups} rowKey={(row) => row.id} onOpen={(row) => go(jobsHref({ failure: row.id }))} />
        </div>
      )}
      {data?.more && <p class="muted">Only the {count(data.groups.length)} latest groups are shown.</p>}
    </Page>
  );
}

const columns = (refresh: () => void): readonly Column<FailureGroup>[] => [
  { id: "cause", head: "Cause", bare: true, cell: (row) => <Cause row={row} /> },
  { id: "jobs", head: "Jobs", end: true, sort: (row) => row.jobs, cell: (row) => <a href={jobsHref({ failure: row.id })}>{count(row.jobs)}</a> },
  { id: "hours", head: "Last 24 h", end: true, cell: (row) => <Hours row={row} /> },
  { id: "first", head: "First seen", end: true, from: "wide", sort: (row) => row.first_seen, cell: (row) => <Time at={row.first_seen} /> },
  { id: "last", head: "Last seen", end: true, sort: (row) => row.last_seen, cell: (row) => <Time at={row.last_seen} /> },
  { id: ACTIONS, head: "", bare: true, end: true, cell: (row) => <Actions row={row} refresh={refresh} /> },
];

function Cause({ row }: { row: FailureGroup }) {
  return (
    <div class="cause">
      <p class="cause-head">
        <a class="cause-type" href={jobsHref({ failure: row.id })}>{row.type}</a>
        <span class="muted">in</span>
        <a class="cause-task" href={href(["tasks", row.task])}>{row.task}</a>
        {row.frame && <code title="Where it was raised">{row.frame}</code>}
      </p>
      <p class="cause-message" title={row.message}>{row.message || "without a message"}</p>
    </div>
  );
}

function Hours({ row }: { row: FailureGroup }) {
  const sum = row.hours.reduce((total, one) => total + one, 0);
  return (
    <span class="hours">
      <Sparkline values={row.hours} width={96} height={26} kind="bars" />
      <span class="num muted">{count(sum)}</span>
    </span>
  );
}

function Actions({ row, refresh }: { row: FailureGroup; refresh: () => void }) {
  const act = (action: "retry" | "delete") => async () => {
    if (await actOnMany(action, { query: `failure:${row.id}` })) refresh();
  };
  return (
    <span class="row-actions">
      <Button icon="retry" onClick={act("retry")}>Retry all</Button>
      <Button look="quiet" icon="trash" iconOnly title="Delete all" onClick={act("delete")}>{`Delete all jobs of ${row.type} in ${row.task}`}</Button>
    </span>
  );
}
