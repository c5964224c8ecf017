/** What a person should look at first, each with a reason and one thing to do. */

import type { FailureGroup, Queue, Stats, Worker } from "./api/types.ts";
import { duration, plural, seconds } from "./format.ts";
import { queryOf } from "./router.ts";

/** A pending job that waits longer than this is worth a look, in seconds. */
export const LONG = 300;
/** Failures that happened within this time, in seconds. */
const RECENT = 86_400;
const MOST_GROUPS = 3;

export interface Item {
  key: string;
  kind: "bad" | "warn";
  /** What is wrong, in a sentence without its subject's name. */
  subject: string;
  text: string;
  action: { do: "resume"; queue: string } | { do: "open"; label: string; parts: readonly string[]; query?: Record<string, string> };
}

interface Seen {
  now: number;
  queues: readonly Queue[];
  workers: readonly Worker[];
  unserved: Stats["unserved"];
  failures: readonly FailureGroup[];
}

export function attention(seen: Seen): readonly Item[] {
  return [...unservedItems(seen), ...pausedItems(seen), ...oldItems(seen), ...failureItems(seen), ...quietItems(seen)];
}

function unservedItems({ unserved, workers, queues }: Seen): Item[] {
  if (!workers.some((worker) => worker.alive)) return []; // the banner says it once for all
  const paused = new Set(queues.filter((queue) => queue.paused).map((queue) => queue.name));
  return unserved.filter((one) => !paused.has(one.queue)).map(({ queue, task, pending }) => {
    const served = workers.some((worker) => worker.alive && serves(worker, queue));
    return {
      key: `unserved ${queue} ${task}`,
      kind: "bad",
      subject: queue,
      text: `${plural(pending, "job")} of ${task} ${pending === 1 ? "waits" : "wait"}: ${served ? "no worker of this queue knows the task" : "no worker serves this queue"}.`,
      action: { do: "open", label: "See the jobs", parts: ["jobs"], query: { query: queryOf({ state: "pending", queue, task }) } },
    };
  });
}

const pending = (queue: Queue) => queue.jobs.pending ?? 0;

/** A worker that names no queue serves every one. */
export const serves = (worker: Worker, queue: string) => worker.queues.length === 0 || worker.queues.includes(queue);

function pausedItems({ queues, now }: Seen): Item[] {
  return queues.filter((queue) => queue.paused).map((queue) => {
    const since = queue.paused_at ? ` for ${duration(Math.max(0, Math.round(now - seconds(queue.paused_at))))}` : "";
    return {
      key: `paused ${queue.name}`,
      kind: "warn",
      subject: queue.name,
      text: `paused${since}${queue.paused_by ? ` by ${queue.paused_by}` : ""}; ${plural(pending(queue), "job")} ${pending(queue) === 1 ? "waits" : "wait"}.`,
      action: { do: "resume", queue: queue.name },
    };
  });
}

function oldItems({ queues, workers, now }: Seen): Item[] {
  return queues.flatMap((queue): Item[] => {
    const age = queue.oldest_pending_at ? now - seconds(queue.oldest_pending_at) : 0;
    if (age < LONG || queue.paused || !workers.some((worker) => worker.alive && serves(worker, queue.name))) return [];
    return [{
      key: `old ${queue.name}`,
      kind: "warn",
      subject: queue.name,
      text: `the oldest pending job has waited for ${duration(Math.round(age))}.`,
      action: { do: "open", label: "See the queue", parts: ["queues", queue.name] },
    }];
  });
}

function failureItems({ failures, now }: Seen): Item[] {
  return [...failures]
    .filter((group) => group.jobs > 0 && now - seconds(group.last_seen) < RECENT)
    .sort((one, other) => other.jobs - one.jobs)
    .slice(0, MOST_GROUPS)
    .map((group) => ({
      key: `failure ${group.id}`,
      kind: "bad",
      subject: group.task,
      text: `${plural(group.jobs, "job")} failed with ${group.type}${group.frame ? ` in ${group.frame}` : ""}.`,
      action: { do: "open", label: "See the jobs", parts: ["jobs"], query: { query: queryOf({ failure: group.id }) } },
    }));
}

function quietItems({ workers }: Seen): Item[] {
  const alive = workers.filter((worker) => worker.alive);
  if (alive.length === 0 || !alive.every((worker) => worker.quiet)) return [];
  return [{
    key: "quiet",
    kind: "bad",
    subject: "workers",
    text: "every worker is quiet, so nothing is claimed.",
    action: { do: "open", label: "See the workers", parts: ["workers"] },
  }];
}
