import assert from "node:assert/strict";
import { test } from "node:test";

import type { FailureGroup, Queue, Worker } from "./api/types.ts";
import { attention } from "./attention.ts";

const NOW = Date.parse("2026-11-24T12:00:00Z") / 1000;
const queue = (name: string, members: Partial<Queue>): Queue =>
  ({ name, paused: false, paused_at: null, paused_by: null, jobs: {}, oldest_pending_at: null, ...members }) as Queue;
const worker = (members: Partial<Worker>) => ({ id: "w", alive: true, queues: [], quiet: false, ...members }) as Worker;
const look = (seen: Partial<Parameters<typeof attention>[0]>) =>
  attention({ now: NOW, queues: [], workers: [worker({})], unserved: [], failures: [], ...seen });

test("all is well without anything to say", () => {
  assert.deepEqual(look({ queues: [queue("mail", { jobs: { pending: 3 }, oldest_pending_at: "2026-11-24T11:59:30Z" })] }), []);
});

test("an unserved queue is told apart from an unknown task, and is not told without any worker", () => {
  const unserved = [{ queue: "gpu", task: "train", pending: 1 }];
  assert.match(look({ unserved, workers: [worker({ queues: ["mail"] })] })[0]?.text ?? "", /1 job of train waits: no worker serves this queue/);
  assert.match(look({ unserved })[0]?.text ?? "", /no worker of this queue knows the task/);
  assert.deepEqual(look({ unserved, workers: [worker({ alive: false })] }), []);
});

test("a paused queue can be resumed, and is not called old or unserved as well", () => {
  const paused = queue("mail", { paused: true, paused_at: "2026-11-24T11:00:00Z", paused_by: "ana", jobs: { pending: 2 }, oldest_pending_at: "2026-11-24T10:00:00Z" });
  const items = look({ queues: [paused], unserved: [{ queue: "mail", task: "t", pending: 2 }], workers: [worker({ queues: ["other"] })] });
  assert.equal(items.length, 1);
  assert.equal(items[0]?.text, "paused for 1h by ana; 2 jobs wait.");
  assert.deepEqual(items[0]?.action, { do: "resume", queue: "mail" });
});

test("only the three largest of the failures of a day", () => {
  const groups = [1, 9, 5, 7].map((jobs) => ({ id: `g${jobs}`, task: "t", type: "E", frame: "", jobs, last_seen: "2026-11-24T11:00:00Z" }) as FailureGroup);
  const old = { ...groups[0], id: "old", jobs: 99, last_seen: "2026-11-20T11:00:00Z" } as FailureGroup;
  assert.deepEqual(look({ failures: [old, ...groups] }).map((item) => item.key), ["failure g9", "failure g7", "failure g5"]);
});

test("quiet workers only matter when there is no other", () => {
  assert.equal(look({ workers: [worker({ quiet: true })] }).length, 1);
  assert.equal(look({ workers: [worker({ quiet: true }), worker({})] }).length, 0);
});
