/** The jobs that run right now, on all workers or on the one that is chosen. */

import { get } from "../../api/client.ts";
import { type Job, JOB_RAW } from "../../api/types.ts";
import { live } from "../../live/live.ts";
import { useResource } from "../../resource.ts";
import { go, href, jobsHref } from "../../router.ts";
import { Section } from "../../ui/page.tsx";
import { Empty, ErrorBox, Loading } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

const MOST = 50;

export function Running({ worker }: { worker: string | undefined }) {
  const query = worker ? `state:processing worker:${worker}` : "state:processing";
  const jobs = useResource(
    `running ${query}`,
    (signal) => get<{ jobs: Job[]; cursor: string | null }>("v1/jobs", { query: { query, limit: MOST }, raw: JOB_RAW, signal }),
    { watch: live.version, gap: 1_000 },
  );
  const rows = jobs.data?.jobs ?? [];
  const terms: Record<string, string> = worker ? { state: "processing", worker } : { state: "processing" };
  return (
    <Section
      title={worker ? `Running on ${worker}` : "Running now"}
      actions={
        <>
          {worker && <a class="button small" href={href(["workers"])}>Of every worker</a>}
          {jobs.data?.cursor && <a class="button small" href={jobsHref(terms)}>More than {MOST}: see all</a>}
        </>
      }
    >
      {jobs.error && !jobs.data ? <ErrorBox error={jobs.error} retry={jobs.refresh} />
        : jobs.loading ? <Loading lines={3} />
        : rows.length === 0 ? <Empty icon="jobs" title={worker ? "This worker runs nothing." : "Nothing runs."} />
        : <Table caption="Running jobs" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} onOpen={(row) => go(href(["jobs", row.id]))} keyboard={false} />}
    </Section>
  );
}

const COLUMNS: readonly Column<Job>[] = [
  { id: "job", head: "Job", cell: (row) => <a class="mono" href={href(["jobs", row.id])} title={row.id}>{row.id.slice(0, 8)}…{row.id.slice(-4)}</a> },
  { id: "task", head: "Task", cell: (row) => <a href={href(["tasks", row.task])}>{row.task}</a> },
  { id: "queue", head: "Queue", cell: (row) => <a href={href(["queues", row.queue])}>{row.queue}</a> },
  { id: "worker", head: "Worker", broad: true, cell: (row) => row.worker && <a href={href(["workers"], { worker: row.worker })}>{row.worker}</a> },
  { id: "attempt", head: "Attempt", end: true, cell: (row) => row.attempt },
  { id: "started", head: "Running for", end: true, cell: (row) => <Time at={row.started_at} as="age" /> },
];
