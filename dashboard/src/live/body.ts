/** What the page knows of the whole system, and how a patch changes it. */

import type { Counts, LiveBody, Queue, State, Stats, Totals, Worker } from "../api/types.ts";

export interface Known {
  at: number;
  version: number;
  queues: Readonly<Record<string, Queue>>;
  tasks: Readonly<Record<string, { jobs: Counts }>>;
  workers: Readonly<Record<string, Worker>>;
  totals: Totals;
}

/** Rows by their names. What nobody named is not there, whatever every object has: a queue may be named "constructor". */
const byName = <T>(entries: Iterable<readonly [string, T]>): Record<string, T> =>
  Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));

export const NOTHING: Known = {
  at: 0,
  version: 0,
  queues: byName([]),
  tasks: byName([]),
  workers: byName([]),
  totals: { jobs: {}, slots: 0, busy: 0, alive: 0 },
};

/** Puts a snapshot or a patch into what is known; parts without a change stay the same object. */
export function merged(known: Known, body: Partial<LiveBody>): Known {
  return {
    at: body.at === undefined ? known.at : Date.parse(body.at) / 1000,
    version: body.version ?? known.version,
    queues: rows(known.queues, body.queues),
    tasks: rows(known.tasks, body.tasks),
    workers: rows(known.workers, body.workers),
    totals: body.totals ? { ...known.totals, ...body.totals } : known.totals,
  };
}

function rows<T>(known: Readonly<Record<string, T>>, changed: Record<string, T | null> | undefined): Readonly<Record<string, T>> {
  if (!changed || Object.keys(changed).length === 0) return known;
  const result = byName(Object.entries(known));
  for (const [name, row] of Object.entries(changed)) {
    if (row === null) delete result[name];
    else result[name] = row;
  }
  return result;
}

/** The same body made of what can be asked for, for when no stream can be had. */
export function polled(known: Known, at: number, stats: Stats, queues: readonly Queue[], workers: readonly Worker[]): Known {
  const jobs = stats.jobs;
  const moved = JSON.stringify(jobs) !== JSON.stringify(known.totals.jobs);
  return {
    at,
    version: moved ? known.version + 1 : known.version,
    queues: byName(queues.map((queue) => [queue.name, queue])),
    tasks: byName(Object.entries(stats.tasks).map(([name, counts]) => [name, { jobs: counts }])),
    workers: byName(workers.map((worker) => [worker.id, worker])),
    totals: { jobs, ...stats.workers },
  };
}

/** One moment of the cards on the overview. */
export interface Sample {
  at: number;
  jobs: Counts;
  busy: number;
  slots: number;
  /** Age of the oldest pending job in seconds, 0 when none waits. */
  oldest: number;
}

export function sample(known: Known): Sample {
  return {
    at: known.at,
    jobs: known.totals.jobs,
    busy: known.totals.busy,
    slots: known.totals.slots,
    oldest: oldestAge(Object.values(known.queues), known.at),
  };
}

/** Jobs per second of all queues together. */
export const rateOf = (queues: readonly Queue[], member: keyof Queue["rates"]) =>
  queues.reduce((total, queue) => total + queue.rates[member], 0);

/** The largest age of a queue's oldest pending job, in seconds. */
export function oldestAge(queues: readonly Queue[], at: number): number {
  const ages = queues.map((queue) => (queue.oldest_pending_at ? at - Date.parse(queue.oldest_pending_at) / 1000 : 0));
  return Math.max(0, ...ages);
}

export const SAMPLES = 60;
/** Seconds that a sample in the ring stands for. */
export const EVERY = 2;

/** Adds a sample to the ring of the last two minutes; within `EVERY` seconds the newest one counts. */
export function remembered(ring: readonly Sample[], next: Sample): readonly Sample[] {
  const last = ring.at(-1);
  const same = last && Math.floor(last.at / EVERY) === Math.floor(next.at / EVERY);
  return [...(same ? ring.slice(0, -1) : ring), next].slice(-SAMPLES);
}

export const inState = (counts: Counts, ...states: readonly State[]) =>
  states.reduce((total, state) => total + (counts[state] ?? 0), 0);
