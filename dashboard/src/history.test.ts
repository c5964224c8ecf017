import assert from "node:assert/strict";
import { test } from "node:test";

import type { Point } from "./api/types.ts";
import { failureShare, perStep, throughputSentence, waitSentence } from "./history.ts";

const point = (members: Partial<Point>): Point => ({
  at: "2026-11-24T10:00:00Z", submitted: 0, completed: 0, failed: 0, cancelled: 0, retried: 0, crashed: 0,
  wait: null, run: null, oldest: null, ...members,
});

test("a step is named", () => {
  assert.deepEqual([60, 300, 3600, 86400].map(perStep), ["per minute", "per 5m", "per hour", "per day"]);
});

test("throughput is told in a sentence", () => {
  assert.equal(throughputSentence([point({})], "1h"), "No job ended in the last hour.");
  assert.equal(throughputSentence([point({ completed: 1 }), point({ failed: 3 })], "15m"), "1 job completed and 3 failed (75%) in the last 15 minutes.");
  assert.equal(
    throughputSentence([point({ completed: 1200, cancelled: 2, retried: 4 })], "24h"),
    "1,200 jobs completed, 0 failed and 2 were cancelled in the last 24 hours; 4 attempts were retried.",
  );
});

test("cancelled jobs do not count as success nor as failure", () => {
  assert.equal(failureShare([point({ cancelled: 5 })]), null);
  assert.equal(failureShare([point({ cancelled: 5, completed: 3, failed: 1 })]), 0.25);
});

test("the worst wait is named, and the oldest job also when nothing starts", () => {
  const waits = [0.2, 3, 0.5].map((p95) => point({ wait: { p50: 0.1, p95, p99: 4 } }));
  assert.equal(waitSentence(waits, "1h"), "At worst, 95% of jobs started within 3 s in the last hour.");
  assert.equal(waitSentence([point({ oldest: 90 })], "1h"), "No job started in the last hour; the oldest pending one waited for 1m 30s.");
});
