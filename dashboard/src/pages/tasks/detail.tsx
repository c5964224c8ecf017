/** What a task is: its signature and schema, what it does by default, how it fares. */

import "../../styles/facts.css";

import { get, path } from "../../api/client.ts";
import type { RawJson } from "../../api/json.ts";
import { type Job, JOB_RAW, type Task } from "../../api/types.ts";
import { count, duration, percent } from "../../format.ts";
import { inState } from "../../live/body.ts";
import { live } from "../../live/live.ts";
import { useResource } from "../../resource.ts";
import { href, jobsHref, route } from "../../router.ts";
import { History, useMetrics, usePeriod } from "../../ui/metrics.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { Badge } from "../../ui/state.tsx";
import { ErrorBox, Loading } from "../../ui/states.tsx";
import { draftOf } from "./draft.ts";
import { RunForm } from "./run.tsx";
import { fieldsOf, rowsOf, type Schema, typeName } from "./schema.ts";

export function TaskPage({ name }: { name: string }) {
  const from = route.value.query.get("from");
  const task = useResource(`task ${name}`, (signal) => get<Task>(path("v1", "tasks", name), { raw: ["default"], signal }), { every: 15_000 });
  const like = useResource(`like ${from}`, async (signal) => {
    if (!from) return null;
    const job = await get<Job>(path("v1", "jobs", from), { query: { include: "args" }, raw: JOB_RAW, signal });
    return { job, args: job.args ?? ("{}" as RawJson) };
  });
  const period = usePeriod();
  const metrics = useMetrics(period, { task: name });
  const { data, error } = task;
  return (
    <Page title={name} up={{ name: "Tasks", href: href(["tasks"]) }} beside={data?.defaults.process === true && <Badge icon="system">own process</Badge>}>
      {error && <ErrorBox error={error} retry={task.refresh} />}
      {task.loading && <Loading />}
      {data && (
        <>
          <div class="task-said">
            <pre class="signature" tabIndex={0} role="region" aria-label="Signature">{data.signature}</pre>
            {data.doc && <p>{data.doc}</p>}
          </div>
          <Facts task={data} />
          <div class="task-parts">
            {like.data !== undefined || like.error ? <RunForm key={`${name} ${from}`} task={data} initial={draftOf(data, like.data ?? null)} /> : <Loading />}
            <div class="task-about">
              <Takes schema={data.schema} />
              <Defaults task={data} />
            </div>
          </div>
          {!metrics.error && <History metrics={metrics} period={period} />}
        </>
      )}
    </Page>
  );
}

function Facts({ task }: { task: Task }) {
  const jobs = live.tasks.value[task.name]?.jobs ?? task.jobs;
  const { run, wait, completed, failed, failure_rate } = task.statistics;
  const states = ["pending", "scheduled", "processing", "completed", "failed", "cancelled"] as const;
  return (
    <div class="facts card">
      <dl>
        {states.map((state) => (
          <div key={state}>
            <dt>{state[0]?.toUpperCase() + state.slice(1)}</dt>
            <dd class="num">
              {inState(jobs, state) > 0
                ? <a href={jobsHref({ state, task: task.name })}>{count(inState(jobs, state))}</a>
                : <span class="muted">0</span>}
            </dd>
          </div>
        ))}
      </dl>
      <dl>
        <div><dt>Run p50</dt><dd>{duration(run?.p50)}</dd></div>
        <div><dt>Run p95</dt><dd>{duration(run?.p95)}</dd></div>
        <div><dt>Run p99</dt><dd>{duration(run?.p99)}</dd></div>
        <div><dt>Wait p95</dt><dd>{duration(wait?.p95)}</dd></div>
        <div><dt>Ended, 24h</dt><dd>{count(completed + failed)}</dd></div>
        <div><dt>Failed, 24h</dt><dd>{percent(failure_rate)}</dd></div>
      </dl>
    </div>
  );
}

function Takes({ schema }: { schema: Schema }) {
  const rows = rowsOf(fieldsOf(schema));
  if (rows.length === 0) return null;
  return (
    <Section title="Arguments">
      <div class="table-box plain-box">
        <table class="table plain">
          <caption class="sr-only">Arguments</caption>
          <thead>
            <tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Default</th></tr>
          </thead>
          <tbody>
            {rows.map(({ name, depth, field }, index) => (
              <tr key={index}>
                <th scope="row" class="mono" style={{ paddingInlineStart: `${14 + depth * 18}px` }}>{name}</th>
                <td>
                  {typeName(field)}
                  {(field.description || field.bounds) && <span class="takes-about">{[field.description, field.bounds].filter(Boolean).join("; ")}</span>}
                </td>
                <td>{field.required ? <span class="muted">required</span> : field.fallback ? <code>{field.fallback.slice(0, 200)}</code> : <span class="muted">optional</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Defaults({ task }: { task: Task }) {
  const shown = Object.entries(task.defaults).filter(([name]) => name !== "process");
  if (shown.length === 0) return null;
  return (
    <Section title="Defaults">
      <dl class="defaults card">
        {shown.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="num">{(name === "timeout" || name === "delay") && typeof value === "number" ? duration(value) : Array.isArray(value) ? value.join(", ") : String(value)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
