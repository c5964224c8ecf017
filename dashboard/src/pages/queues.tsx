/** Every queue in a line: what waits, how fast it goes, who serves it. */

import { pauseQueue, purgeQueue, resumeQueue } from "../actions.ts";
import type { Queue } from "../api/types.ts";
import { now } from "../clock.ts";
import { count, duration, percent, rate, seconds } from "../format.ts";
import { live } from "../live/live.ts";
import { go, href, jobsHref } from "../router.ts";
import { Button } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { Badge } from "../ui/state.tsx";
import { Empty, Loading } from "../ui/states.tsx";
import { ACTIONS, Alert, type Column, Table } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import "../styles/queues.css";

export function QueuesPage() {
  const rows = Object.values(live.queues.value).sort((one, other) => one.name.localeCompare(other.name));
  return (
    <Page title="Queues" beside={live.ready.value && <span class="muted num">{count(rows.length)}</span>}>
      {!live.ready.value ? <Loading />
        : rows.length === 0 ? <Empty icon="queues" title="There is no queue yet.">It appears with its first job.</Empty>
        : <Table caption="Queues" columns={COLUMNS} rows={rows} rowKey={(row) => row.name} onOpen={(row) => go(href(["queues", row.name]))} />}
    </Page>
  );
}

export const age = (row: Queue) => (row.oldest_pending_at ? now.value - seconds(row.oldest_pending_at) : 0);

/** A number that leads to its jobs; a zero leads nowhere. */
function Jobs({ row, state }: { row: Queue; state: "pending" | "scheduled" | "processing" }) {
  const jobs = row.jobs[state] ?? 0;
  if (jobs === 0) return <span class="muted">0</span>;
  return <a href={jobsHref({ state, queue: row.name })}>{count(jobs)}</a>;
}

const COLUMNS: readonly Column<Queue>[] = [
  {
    id: "name", head: "Queue", bare: true, sort: (row) => row.name,
    cell: (row) => (
      <span class="queue-name">
        <a href={href(["queues", row.name])}>{row.name}</a>
        {row.paused && <Badge icon="pause" kind="warn">paused</Badge>}
      </span>
    ),
  },
  { id: "pending", head: "Pending", end: true, sort: (row) => row.jobs.pending ?? 0, cell: (row) => <Jobs row={row} state="pending" /> },
  { id: "scheduled", head: "Scheduled", end: true, sort: (row) => row.jobs.scheduled ?? 0, cell: (row) => <Jobs row={row} state="scheduled" /> },
  { id: "processing", head: "Processing", end: true, sort: (row) => row.jobs.processing ?? 0, cell: (row) => <Jobs row={row} state="processing" /> },
  { id: "in", head: "In/s", end: true, hint: "Jobs submitted per second, over the last minute", sort: (row) => row.rates.in, cell: (row) => rate(row.rates.in) },
  { id: "out", head: "Out/s", end: true, hint: "Jobs that ended per second, over the last minute", sort: (row) => row.rates.out, cell: (row) => rate(row.rates.out) },
  { id: "drain", head: "Drains in", end: true, from: "wide", hint: "Until nothing is pending, at the present pace", sort: (row) => row.drain_seconds ?? -1, cell: (row) => duration(row.drain_seconds && Math.ceil(row.drain_seconds)) },
  { id: "oldest", head: "Oldest", end: true, hint: "How long the oldest pending job has waited", sort: age, cell: (row) => <Time at={row.oldest_pending_at} as="age" /> },
  { id: "wait", head: "p95 wait", end: true, from: "wide", hint: "95% of the jobs of the last 15 minutes started within", sort: (row) => row.wait?.p95 ?? -1, cell: (row) => duration(row.wait?.p95) },
  { id: "failed", head: "Failed", end: true, from: "wide", hint: "Share of the jobs of the last 15 minutes that failed", sort: (row) => row.failure_rate ?? -1, cell: (row) => percent(row.failure_rate) },
  { id: "workers", head: "Workers", end: true, hint: "Live workers that serve it", sort: (row) => row.workers, cell: (row) => <Workers row={row} /> },
  { id: ACTIONS, head: "", bare: true, end: true, cell: (row) => <Actions row={row} /> },
];

function Workers({ row }: { row: Queue }) {
  return row.workers === 0 && row.jobs.pending ? <Alert>none</Alert> : <>{count(row.workers)}</>;
}

function Actions({ row }: { row: Queue }) {
  return (
    <span class="row-actions">
      {row.paused
        ? <Button look="quiet" icon="play" iconOnly title="Resume" onClick={() => resumeQueue(row.name)}>{`Resume ${row.name}`}</Button>
        : <Button look="quiet" icon="pause" iconOnly title="Pause" onClick={() => pauseQueue(row)}>{`Pause ${row.name}`}</Button>}
      <Button look="quiet" icon="trash" iconOnly title="Purge" onClick={() => purgeQueue(row)}>{`Purge ${row.name}`}</Button>
    </span>
  );
}
