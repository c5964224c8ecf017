import assert from "node:assert/strict";
import { test } from "node:test";

import type { LiveBody, Queue, Worker } from "../api/types.ts";
import { merged, NOTHING, rateOf, remembered, sample, SAMPLES, type Sample } from "./body.ts";

const queue = (name: string, members: Partial<Queue> = {}): Queue =>
  ({ name, paused: false, paused_at: null, paused_by: null, jobs: {}, oldest_pending_at: null, ...members }) as Queue;

const first = merged(NOTHING, {
  at: "2026-11-24T10:00:00Z",
  version: 7,
  queues: { mail: queue("mail"), pictures: queue("pictures") },
  tasks: {},
  workers: { w1: { id: "w1" } as Worker },
  totals: { jobs: { pending: 3 }, slots: 4, busy: 1, alive: 1 },
} satisfies LiveBody);

test("a patch changes its rows, takes those that are null and leaves the others alone", () => {
  const next = merged(first, { at: "2026-11-24T10:00:01Z", version: 8, queues: { mail: queue("mail", { paused: true }), pictures: null } });
  assert.deepEqual(Object.keys(next.queues), ["mail"]);
  assert.equal(next.queues.mail?.paused, true);
  assert.equal(next.workers, first.workers);
  assert.equal(next.totals.slots, 4);
  assert.equal(next.version, 8);
  assert.equal(first.queues.mail?.paused, false);
});

test("a row has a name that somebody gave it, never one that every object has", () => {
  const next = merged(first, { queues: JSON.parse('{"__proto__": {"name": "__proto__"}}') as LiveBody["queues"] });
  assert.deepEqual(Object.keys(next.queues), ["mail", "pictures", "__proto__"]);
  assert.equal(next.queues["__proto__"]?.name, "__proto__");
  assert.equal(next.queues["constructor"], undefined);
  assert.equal(NOTHING.tasks["toString"], undefined);
});

test("a patch without anything in it is a sign of life", () => {
  assert.deepEqual(merged(first, {}), first);
});

test("the rates of all queues add up", () => {
  const queues = [queue("a", { rates: { in: 1, out: 2, failed: 0.5 } }), queue("b", { rates: { in: 2, out: 1, failed: 0 } })];
  assert.deepEqual([rateOf(queues, "in"), rateOf(queues, "out"), rateOf(queues, "failed")], [3, 3, 0.5]);
});

test("the oldest pending job of all queues counts", () => {
  const waiting = merged(first, { queues: { mail: queue("mail", { oldest_pending_at: "2026-11-24T09:59:00Z" }) } });
  assert.equal(sample(waiting).oldest, 60);
});

test("the ring is bounded and holds one sample for each of its steps", () => {
  let ring: readonly Sample[] = [];
  for (let at = 0; at < 400; at += 0.5) ring = remembered(ring, { ...sample(first), at });
  assert.equal(ring.length, SAMPLES);
  assert.equal(ring.at(-1)?.at, 399.5);
  assert.equal((ring[1]?.at ?? 0) - (ring[0]?.at ?? 0), 2);
});
