/** What a person does to queues and workers, each asking first where it should, and telling how it went. */

import { lines, path, post } from "./api/client.ts";
import type { Queue, Worker } from "./api/types.ts";
import { count, plural } from "./format.ts";
import { look } from "./live/live.ts";
import { confirm } from "./ui/confirm.tsx";
import { complain, toast } from "./ui/toast.tsx";

export async function pauseQueue(queue: Queue): Promise<void> {
  const pending = queue.jobs.pending ?? 0;
  const yes = await confirm({
    title: `Pause ${queue.name}?`,
    body: `Nothing of this queue is claimed until it is resumed${pending > 0 ? `: ${plural(pending, "pending job")} will wait, and so will new ones` : "; new jobs will wait"}. What runs goes on.`,
    action: "Pause the queue",
  });
  if (yes) await act(`${queue.name} is paused`, `Pausing ${queue.name} failed`, () => post(path("v1", "queues", queue.name, "pause")));
}

export async function resumeQueue(name: string): Promise<void> {
  await act(`${name} is resumed`, `Resuming ${name} failed`, () => post(path("v1", "queues", name, "resume")));
}

interface Purging {
  done: number;
  refused?: number;
  finished?: boolean;
  problem?: { detail: string };
}

export async function purgeQueue(queue: Queue): Promise<void> {
  const waiting = (queue.jobs.pending ?? 0) + (queue.jobs.scheduled ?? 0);
  const yes = await confirm({
    title: `Purge ${queue.name}?`,
    body: `Deletes ${plural(waiting, "waiting job")}: ${count(queue.jobs.pending ?? 0)} pending and ${count(queue.jobs.scheduled ?? 0)} scheduled. This cannot be undone. Running and ended jobs stay.`,
    action: `Delete ${plural(waiting, "job")}`,
    danger: true,
    typed: queue.name,
  });
  if (!yes) return;
  const said = toast(`Purging ${queue.name}`, "busy", { progress: 0 });
  let last: Purging = { done: 0 };
  try {
    await lines<Purging>(path("v1", "queues", queue.name, "purge"), { body: { confirm: queue.name } }, (line) => {
      last = { ...last, ...line };
      said({ text: `Purging ${queue.name}: ${plural(last.done, "job")} deleted`, progress: waiting > 0 ? Math.min(1, last.done / waiting) : 1 });
    });
    if (last.problem) throw new Error(last.problem.detail);
    if (!last.finished) throw new Error("the answer ended early");
    said({ text: `Purged ${queue.name}: ${plural(last.done, "job")} deleted`, kind: "good" });
  } catch (error) {
    said({ text: `Purging ${queue.name} ended after ${plural(last.done, "job")}: ${(error as Error).message}`, kind: "bad" });
  }
  look();
}

export async function quietWorker(worker: Worker): Promise<void> {
  const yes = await confirm({
    title: `Quiet ${worker.id}?`,
    body: `It claims nothing more; ${worker.busy === 0 ? "nothing runs on it now" : `${plural(worker.busy, "job")} it runs may end`}. It stays quiet until it is started anew.`,
    action: "Quiet the worker",
  });
  if (yes) await act(`${worker.id} is told to be quiet`, `${worker.id} could not be told`, () => post(path("v1", "workers", worker.id, "quiet")));
}

export async function stopWorker(worker: Worker): Promise<void> {
  const yes = await confirm({
    title: `Stop ${worker.id}?`,
    body: `It claims nothing more, lets ${worker.busy === 0 ? "its running jobs" : plural(worker.busy, "running job")} end for as long as its grace allows, hands the others back, and ends. Something else has to start it again.`,
    action: "Stop the worker",
    danger: true,
  });
  if (yes) await act(`${worker.id} is told to stop`, `${worker.id} could not be told`, () => post(path("v1", "workers", worker.id, "stop")));
}

async function act(done: string, failed: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
    toast(done);
    look();
  } catch (error) {
    complain(failed, error);
  }
}

