/** The life of a job as steps: what it did from when to when, and how each attempt ended. */

import type { Job, JobError, State } from "../../api/types.ts";
import { seconds } from "../../format.ts";

export type Attempt = NonNullable<Job["attempts"]>[number];

export interface Step {
  key: string;
  /** What colours it: a state, or the ending of an attempt that was no final one. */
  kind: State | "retried" | "snoozed" | "released" | "crashed";
  title: string;
  /** Seconds since 1970; `to` is null while it lasts. */
  from: number;
  to: number | null;
  /** Set where a worker ran it. */
  worker?: string;
  error?: JobError | null;
}

const ENDINGS: Readonly<Record<string, string>> = {
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
  retried: "failed, retried",
  snoozed: "asked to be run later",
  released: "handed back",
  crashed: "its worker died",
};

/** The steps of a job up to `at`, oldest first. Attempts that are no longer kept leave a hole, which is told. */
export function steps(known: Job, at: number): Step[] {
  // A job that was told to run now keeps the time at which it was due, which says nothing any more.
  const early = known.state !== "scheduled" && known.run_at !== null && seconds(known.run_at) > at;
  const job = early && known.state !== "cancelled" ? { ...known, run_at: null } : known;
  const found: Step[] = [];
  let since = seconds(job.submitted_at);
  let last = 0;
  for (const attempt of job.attempts ?? []) {
    const from = seconds(attempt.started_at);
    if (attempt.number > last + 1) found.push(forgotten(last + 1, attempt.number - 1, since, from));
    else found.push(...waited(job, since, from, attempt.number));
    since = seconds(attempt.finished_at);
    found.push(ended(attempt, from, since));
    last = attempt.number;
  }
  return [...found, ...now(job, since, last)];
}

function now(job: Job, since: number, last: number): Step[] {
  if (job.state === "processing" && job.started_at) {
    const from = seconds(job.started_at);
    const running: Step = { key: `run ${job.attempt}`, kind: "processing", title: `Attempt ${job.attempt}`, from, to: null };
    if (job.worker) running.worker = job.worker;
    const missed = job.attempt > last + 1 ? [forgotten(last + 1, job.attempt - 1, since, from)] : waited(job, since, from, job.attempt);
    return [...missed, running];
  }
  if (job.finished_at) {
    // Ended while it waited: cancelled, or failed by something else than an attempt.
    const end = seconds(job.finished_at);
    return end > since + 0.001 && job.state === "cancelled"
      ? [...waited(job, since, end, last + 1), { key: "end", kind: "cancelled", title: "Cancelled", from: end, to: end }]
      : [];
  }
  return waited(job, since, null, last + 1);
}

/** The time before an attempt: until it was due, if that was later, and then in line. */
function waited(job: Job, from: number, to: number | null, number: number): Step[] {
  const due = job.run_at && (to === null || number === job.attempt || number === 1) ? seconds(job.run_at) : null;
  const end = to ?? Number.POSITIVE_INFINITY;
  const found: Step[] = [];
  let since = from;
  if (due !== null && due > from && (due <= end || job.state === "cancelled")) {
    const until = Math.min(due, end);
    const over = to !== null || job.state !== "scheduled";
    found.push({ key: `due ${number}`, kind: "scheduled", title: number > 1 ? "Waited for its next attempt" : "Scheduled", from, to: over ? until : null });
    if (!over) return found.map((step) => ({ ...step, title: number > 1 ? "Waits for its next attempt" : "Scheduled" }));
    since = until;
  } else if (to === null && job.state === "scheduled") {
    return [{ key: `due ${number}`, kind: "scheduled", title: "Scheduled", from, to: null }];
  }
  if (to === null) return [...found, { key: `wait ${number}`, kind: job.state, title: "Waits in line", from: since, to: null }];
  if (to > since) found.push(line(number, since, to, number > 1 && found.length === 0));
  return found;
}

/** When an earlier attempt was due is not kept: that wait is taken for the one between two attempts. */
const line = (number: number, from: number, to: number, between: boolean): Step =>
  between
    ? { key: `wait ${number}`, kind: "scheduled", title: "Waited for its next attempt", from, to }
    : { key: `wait ${number}`, kind: "pending", title: "Waited in line", from, to };

function ended(attempt: Attempt, from: number, to: number): Step {
  return {
    key: `run ${attempt.number}`,
    kind: (attempt.ending in ENDINGS ? attempt.ending : "failed") as Step["kind"],
    title: `Attempt ${attempt.number}: ${ENDINGS[attempt.ending] ?? attempt.ending}`,
    from,
    to,
    worker: attempt.worker,
    error: attempt.error as JobError | null,
  };
}

function forgotten(first: number, last: number, from: number, to: number): Step {
  const title = first === last ? `Attempt ${first} is no longer kept` : `Attempts ${first} to ${last} are no longer kept`;
  return { key: `gone ${first}`, kind: "blocked", title, from, to };
}

/** Seconds that a step took, or takes so far. */
export const length = (step: Step, at: number) => Math.max(0, (step.to ?? at) - step.from);

/** Parts of the whole time in percent, for a picture; a short step stays visible. */
export function shares(list: readonly Step[], at: number): number[] {
  const lengths = list.map((step) => length(step, at));
  const whole = lengths.reduce((sum, one) => sum + one, 0);
  return lengths.map((one) => (whole > 0 ? Math.max((one / whole) * 100, 1.2) : 1));
}
