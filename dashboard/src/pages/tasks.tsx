/** Every task of the app: what it takes, what waits, how it fares. */

import "../styles/tasks.css";

import { get } from "../api/client.ts";
import type { State, Task } from "../api/types.ts";
import { count, duration, percent } from "../format.ts";
import { inState } from "../live/body.ts";
import { live } from "../live/live.ts";
import { useResource } from "../resource.ts";
import { go, href, jobsHref } from "../router.ts";
import { Page } from "../ui/page.tsx";
import { Empty, ErrorBox, Loading } from "../ui/states.tsx";
import { type Column, Table } from "../ui/table.tsx";

export { TaskPage } from "./tasks/detail.tsx";

export function TasksPage() {
  const tasks = useResource("tasks", (signal) => get<{ tasks: Task[] }>("v1/tasks", { raw: ["default"], signal }), { every: 15_000 });
  const rows = tasks.data?.tasks;
  return (
    <Page title="Tasks" beside={rows && <span class="muted num">{count(rows.length)}</span>}>
      {tasks.error && <ErrorBox error={tasks.error} retry={tasks.refresh} />}
      {tasks.loading && <Loading />}
      {rows?.length === 0 && <Empty icon="tasks" title="This app has no tasks yet.">Put <code>@ferry.task</code> above a function.</Empty>}
      {rows && rows.length > 0 && (
        <div class="tasks">
          <Table caption="Tasks" columns={COLUMNS} rows={rows} rowKey={(row) => row.name} onOpen={(row) => go(href(["tasks", row.name]))} />
        </div>
      )}
    </Page>
  );
}

const jobsOf = (task: Task, state: State) => inState(live.tasks.value[task.name]?.jobs ?? task.jobs, state);

function counted(id: State, head: string): Column<Task> {
  return {
    id,
    head,
    end: true,
    sort: (row) => jobsOf(row, id),
    cell: (row) => {
      const jobs = jobsOf(row, id);
      return jobs === 0 ? <span class="muted">0</span> : <a href={jobsHref({ state: id, task: row.name })}>{count(jobs)}</a>;
    },
  };
}

const COLUMNS: readonly Column<Task>[] = [
  {
    id: "name", head: "Task", bare: true, sort: (row) => row.name,
    cell: (row) => (
      <div class="task-name">
        <a href={href(["tasks", row.name])}>{row.name}</a>
        <p class="task-signature mono" title={row.signature}>{row.signature.slice(row.name.length)}</p>
      </div>
    ),
  },
  counted("pending", "Pending"),
  counted("processing", "Processing"),
  counted("completed", "Completed"),
  counted("failed", "Failed"),
  {
    id: "run", head: "p50 run", end: true, from: "wide", hint: "Half of the runs of the last 24 hours took at most",
    sort: (row) => row.statistics.run?.p50 ?? -1, cell: (row) => duration(row.statistics.run?.p50),
  },
  {
    id: "run95", head: "p95 run", end: true, from: "wide", hint: "95% of the runs of the last 24 hours took at most",
    sort: (row) => row.statistics.run?.p95 ?? -1, cell: (row) => duration(row.statistics.run?.p95),
  },
  {
    id: "rate", head: "Failing", end: true, hint: "Share of the jobs of the last 24 hours that failed",
    sort: (row) => row.statistics.failure_rate ?? -1, cell: (row) => percent(row.statistics.failure_rate),
  },
];
