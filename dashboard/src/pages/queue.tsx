/** One queue: its numbers, its history, its tasks, and who serves it. */

import { pauseQueue, purgeQueue, resumeQueue } from "../actions.ts";
import { get, path } from "../api/client.ts";
import type { Metrics, Period, Queue, State } from "../api/types.ts";
import { serves } from "../attention.ts";
import { count, duration, percent, rate } from "../format.ts";
import { failureShare, total, WORDS } from "../history.ts";
import { live } from "../live/live.ts";
import { useResource } from "../resource.ts";
import { href, jobsHref } from "../router.ts";
import { Button } from "../ui/button.tsx";
import { History, useMetrics, usePeriod } from "../ui/metrics.tsx";
import { Page, Section } from "../ui/page.tsx";
import { Badge, STATE_ICONS } from "../ui/state.tsx";
import { Empty, ErrorBox, Loading } from "../ui/states.tsx";
import { Icon } from "../ui/icons.tsx";
import { Alert, type Column, Table } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import "../styles/facts.css";
import "../styles/queues.css";

export function QueuePage({ name }: { name: string }) {
  const streamed = live.queues.value[name];
  // A queue without jobs that nobody paused is not in the stream; the server says whether there is such a queue.
  const asked = useResource(`queue ${name} ${streamed ? "streamed" : ""}`, (signal) => get<Queue>(path("v1", "queues", name), { signal }));
  const queue = streamed ?? asked.data;
  const up = { name: "Queues", href: href(["queues"]) };
  if (!queue) {
    return (
      <Page title={name} up={up}>
        {asked.error ? <ErrorBox error={asked.error} retry={asked.refresh} /> : <Loading />}
      </Page>
    );
  }
  return (
    <Page
      title={name}
      up={up}
      beside={queue.paused && <Badge icon="pause" kind="warn">paused</Badge>}
      actions={
        <>
          <a class="button" href={jobsHref({ queue: name })}><Icon name="jobs" />Jobs</a>
          {queue.paused
            ? <Button look="primary" icon="play" onClick={() => resumeQueue(name)}>Resume</Button>
            : <Button icon="pause" onClick={() => pauseQueue(queue)}>Pause</Button>}
          <Button icon="trash" onClick={() => purgeQueue(queue)}>Purge…</Button>
        </>
      }
    >
      <Notice queue={queue} />
      <Numbers queue={queue} />
      <Past name={name} />
      <Servers name={name} />
    </Page>
  );
}

function Notice({ queue }: { queue: Queue }) {
  if (queue.paused) {
    return (
      <div class="banner warn">
        <Icon name="pause" />
        <p>
          Nothing of this queue is claimed: <strong>paused</strong>
          {queue.paused_by && <> by {queue.paused_by}</>} {queue.paused_at && <Time at={queue.paused_at} />}.
        </p>
      </div>
    );
  }
  if (queue.workers > 0 || !queue.jobs.pending) return null;
  return (
    <div class="banner bad">
      <Icon name="warning" />
      <p>
        <strong>No worker serves this queue</strong>, so its jobs wait. Start one: <code>ferryman worker --queue {queue.name}</code>
      </p>
    </div>
  );
}

const SHOWN: readonly State[] = ["pending", "scheduled", "processing", "completed", "failed", "cancelled"];

function Numbers({ queue }: { queue: Queue }) {
  return (
    <div class="facts card">
      <dl>
        {SHOWN.map((state) => (
          <div key={state}>
            <dt><Icon name={STATE_ICONS[state]} size={14} />{state}</dt>
            <dd class="num">{queue.jobs[state] ? <a href={jobsHref({ state, queue: queue.name })}>{count(queue.jobs[state])}</a> : <span class="muted">0</span>}</dd>
          </div>
        ))}
      </dl>
      <dl>
        <div><dt>In</dt><dd class="num">{rate(queue.rates.in)}<small> /s</small></dd></div>
        <div><dt>Out</dt><dd class="num">{rate(queue.rates.out)}<small> /s</small></dd></div>
        <div><dt>Drains in</dt><dd class="num">{duration(queue.drain_seconds && Math.ceil(queue.drain_seconds))}</dd></div>
        <div><dt>Oldest pending</dt><dd><Time at={queue.oldest_pending_at} as="age" /></dd></div>
        <div><dt>p95 wait, 15m</dt><dd class="num">{duration(queue.wait?.p95)}</dd></div>
        <div><dt>Failed, 15m</dt><dd class="num">{percent(queue.failure_rate)}</dd></div>
      </dl>
    </div>
  );
}

function Past({ name }: { name: string }) {
  const period = usePeriod();
  const metrics = useMetrics(period, { queue: name });
  return (
    <>
      <History metrics={metrics} period={period} />
      <Tasks name={name} period={period} />
    </>
  );
}

type Series = Metrics["series"][number];

function Tasks({ name, period }: { name: string; period: Period }) {
  const metrics = useMetrics(period, { queue: name }, "task");
  const rows = metrics.data?.series.filter((series) => series.task !== null) ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={`Tasks in ${WORDS[period]}`}>
      <Table caption={`Tasks of ${name} in the period`} columns={TASK_COLUMNS} rows={rows} rowKey={(row) => row.task ?? ""} keyboard={false} initialSort={{ id: "submitted", down: true }} />
    </Section>
  );
}

const TASK_COLUMNS: readonly Column<Series>[] = [
  { id: "task", head: "Task", bare: true, sort: (row) => row.task ?? "", cell: (row) => <a href={href(["tasks", row.task ?? ""])}>{row.task}</a> },
  ...(["submitted", "completed", "failed", "retried"] as const).map((member): Column<Series> => ({
    id: member,
    head: member[0]?.toUpperCase() + member.slice(1),
    end: true,
    sort: (row) => total(row.points, member),
    cell: (row) => count(total(row.points, member)),
  })),
  { id: "share", head: "Failed %", end: true, sort: (row) => failureShare(row.points) ?? -1, cell: (row) => percent(failureShare(row.points)) },
];

function Servers({ name }: { name: string }) {
  const found = Object.values(live.workers.value).filter((worker) => worker.alive && serves(worker, name));
  return (
    <Section title="Served by">
      {found.length === 0 ? <Empty icon="workers" title="No live worker serves this queue." /> : (
        <ul class="servers card">
          {found.map((worker) => (
            <li key={worker.id}>
              <a href={href(["workers"], { worker: worker.id })}>{worker.id}</a>
              {worker.quiet && <Badge icon="quiet" kind="warn">quiet</Badge>}
              {!worker.tasks.length && <Alert>knows no task</Alert>}
              <span class="muted num">{count(worker.busy)} of {count(worker.slots)} slots busy</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
