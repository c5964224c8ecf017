/** The workers of the last hour, and what they run right now. */

import { quietWorker, stopWorker } from "../actions.ts";
import type { Worker } from "../api/types.ts";
import { bytes, count, duration } from "../format.ts";
import { live } from "../live/live.ts";
import { href, replace, route } from "../router.ts";
import { Button } from "../ui/button.tsx";
import { Page } from "../ui/page.tsx";
import { Badge } from "../ui/state.tsx";
import { Empty, Loading } from "../ui/states.tsx";
import { ACTIONS, type Column, Table } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { Running } from "./workers/running.tsx";
import "../styles/workers.css";

export function WorkersPage() {
  const chosen = route.value.query.get("worker") ?? undefined;
  const rows = Object.values(live.workers.value).sort(order);
  const totals = live.totals.value;
  return (
    <Page
      title="Workers"
      beside={live.ready.value && <span class="muted num">{count(totals.alive)} alive, {count(totals.busy)} of {count(totals.slots)} slots busy</span>}
    >
      {!live.ready.value ? <Loading lines={3} />
        : rows.length === 0 ? <NoWorkers />
        : <Table caption="Workers" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} onOpen={(row) => replace(href(["workers"], { worker: row.id === chosen ? undefined : row.id }))} rowClass={(row) => `${row.alive ? "" : "gone"} ${row.id === chosen ? "chosen" : ""}`} />}
      <Running worker={chosen} />
    </Page>
  );
}

function NoWorkers() {
  return (
    <Empty icon="workers" title="No worker was here within the last hour.">
      <p>Start one: <code>ferryman worker</code></p>
    </Empty>
  );
}

/** Live ones first, in the order of their start, so that rows do not jump. */
const order = (one: Worker, other: Worker) =>
  Number(other.alive) - Number(one.alive) || one.started_at.localeCompare(other.started_at) || one.id.localeCompare(other.id);

const COLUMNS: readonly Column<Worker>[] = [
  {
    id: "worker", head: "Worker", bare: true, sort: (row) => row.id,
    cell: (row) => (
      <span class="worker-name">
        <a href={href(["workers"], { worker: row.id })}>{row.id}</a>
        <small class="muted">{row.host}, pid {row.pid}, {row.version}</small>
      </span>
    ),
  },
  { id: "state", head: "State", cell: (row) => <Standing worker={row} /> },
  { id: "slots", head: "Slots", sort: (row) => row.busy / Math.max(1, row.slots), cell: (row) => <Slots worker={row} /> },
  { id: "queues", head: "Queues", broad: true, cell: (row) => <Names names={row.queues} none="every queue" /> },
  { id: "memory", head: "Memory", end: true, from: "wide", sort: (row) => row.memory ?? -1, cell: (row) => bytes(row.memory) },
  { id: "lag", head: "Loop lag", end: true, from: "wide", hint: "How late the worker's event loop is; a large lag means a task that blocks it", sort: (row) => row.loop_lag ?? -1, cell: (row) => duration(row.loop_lag) },
  { id: "started", head: "Up for", end: true, from: "wide", sort: (row) => row.started_at, cell: (row) => (row.alive ? <Time at={row.started_at} as="age" /> : "–") },
  { id: "seen", head: "Heartbeat", end: true, sort: (row) => row.seen_at, cell: (row) => <Time at={row.seen_at} /> },
  { id: ACTIONS, head: "", bare: true, end: true, cell: (row) => row.alive && <Actions worker={row} /> },
];

function Standing({ worker }: { worker: Worker }) {
  if (!worker.alive) return <Badge icon="dash">gone</Badge>;
  if (worker.command === "stop") return <Badge icon="stop" kind="warn">stopping</Badge>;
  if (worker.quiet || worker.command === "quiet") return <Badge icon="quiet" kind="warn">quiet</Badge>;
  return <Badge icon="check" kind="good">alive</Badge>;
}

function Slots({ worker }: { worker: Worker }) {
  if (!worker.alive) return <span class="muted">–</span>;
  return (
    <span class="slots">
      <meter min={0} max={Math.max(1, worker.slots)} value={worker.busy} aria-label={`${worker.busy} of ${worker.slots} slots busy`} />
      <span class="num">{worker.busy}/{worker.slots}</span>
    </span>
  );
}

const MOST_NAMES = 4;

function Names({ names, none }: { names: readonly string[]; none: string }) {
  if (names.length === 0) return <span class="muted">{none}</span>;
  const more = names.length - MOST_NAMES;
  return (
    <span class="names" title={names.join(", ")}>
      {names.slice(0, MOST_NAMES).map((name) => <a key={name} href={href(["queues", name])}>{name}</a>)}
      {more > 0 && <span class="muted">and {more} more</span>}
    </span>
  );
}

function Actions({ worker }: { worker: Worker }) {
  const told = worker.command !== null;
  return (
    <span class="row-actions">
      <Button look="quiet" icon="quiet" iconOnly title="Quiet: claim nothing more" disabled={told || worker.quiet} onClick={() => quietWorker(worker)}>{`Quiet ${worker.id}`}</Button>
      <Button look="quiet" icon="stop" iconOnly title="Stop" disabled={worker.command === "stop"} onClick={() => stopWorker(worker)}>{`Stop ${worker.id}`}</Button>
    </span>
  );
}
