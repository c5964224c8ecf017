/** What stands in the rows of the jobs page. */

import type { Job } from "../../api/types.ts";
import { parseKeeping } from "../../api/json.ts";
import { now } from "../../clock.ts";
import { duration, percent, seconds } from "../../format.ts";
import { brief } from "../../ids.ts";
import { href } from "../../router.ts";
import { Badge, StateBadge } from "../../ui/state.tsx";
import type { Column } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { part, type Progress } from "../job/feed.ts";
import { mostAttempts } from "./attempts.ts";
import type { Row } from "./listing.ts";

export const COLUMNS: readonly Column<Row>[] = [
  { id: "job", head: "Job", bare: true, cell: ({ job }) => <a class="mono nowrap" href={href(["jobs", job.id])} title={job.id}>{brief(job.id)}</a> },
  { id: "task", head: "Task", cell: ({ job }) => <span class="name" title={job.task}>{job.task}</span> },
  { id: "queue", head: "Queue", from: "wide", cell: ({ job }) => <span class="name" title={job.queue}>{job.queue}</span> },
  { id: "state", head: "State", cell: Standing },
  { id: "attempt", head: "Attempt", end: true, from: "wide", cell: ({ job }) => <AttemptOf job={job} />, hint: "Attempts so far, of those it may take" },
  { id: "submitted", head: "Submitted", end: true, cell: ({ job }) => <Time at={job.submitted_at} /> },
  { id: "took", head: "Time", end: true, cell: ({ job }) => <Took job={job} />, hint: "How long it ran, runs, waits, or has until it is due" },
  { id: "detail", head: "Detail", bare: true, cell: ({ job }) => <Detail job={job} /> },
];

function Standing({ job, gone }: Row) {
  return gone === "deleted" ? <Badge icon="trash">deleted</Badge> : <StateBadge state={job.state} />;
}

export function AttemptOf({ job }: { job: Job }) {
  if (job.attempt === 0) return <span class="muted">–</span>;
  return <span>{job.attempt}<span class="muted">/{mostAttempts(job)}</span></span>;
}

export function Took({ job }: { job: Job }) {
  const [word, value] = took(job, now.value);
  return (
    <span class="took">
      {word && <span class="muted">{word} </span>}
      {duration(value)}
    </span>
  );
}

function took(job: Job, at: number): [string, number | null] {
  const since = (from: string) => Math.max(0, at - seconds(from));
  const whole = (value: number) => (value < 60 ? Math.floor(value) : value);
  if (job.finished_at) return ["", job.started_at ? Math.max(0, seconds(job.finished_at) - seconds(job.started_at)) : null];
  if (job.state === "processing" && job.started_at) return ["runs", whole(since(job.started_at))];
  if (job.state === "scheduled" && job.run_at) return ["due in", Math.max(0, Math.ceil(seconds(job.run_at) - at))];
  // A job that was told to run now keeps the time at which it was due.
  const due = job.run_at ? seconds(job.run_at) : 0;
  const ready = job.run_at && due > seconds(job.submitted_at) && due <= at ? job.run_at : job.submitted_at;
  return ["waits", whole(since(ready))];
}

function Detail({ job }: { job: Job }) {
  if (job.state === "processing" && job.progress) return <ProgressOf text={job.progress} />;
  if (job.error && job.state !== "completed") return <span class={job.state === "failed" ? "first-line bad" : "first-line"} title={said(job)}>{said(job)}</span>;
  return null;
}

const said = ({ error }: Job) => [error?.type, error?.message?.split("\n")[0]].filter(Boolean).join(": ").slice(0, 300);

/** Numbers of a progress may be of any size; for a bar they are good enough as JavaScript reads them. */
export const progressOf = (text: string) => parseKeeping(text, []) as Progress;

function ProgressOf({ text }: { text: string }) {
  const progress = progressOf(text);
  const done = part(progress);
  return (
    <span class="progress">
      {done !== null && <progress value={done} aria-label="Progress" />}
      <span class="num">{done !== null ? percent(done) : progress.current}</span>
      {progress.message && <span class="first-line">{progress.message}</span>}
    </span>
  );
}
