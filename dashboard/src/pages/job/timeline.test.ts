import assert from "node:assert/strict";
import { test } from "node:test";

import type { Job } from "../../api/types.ts";
import { shares, steps } from "./timeline.ts";

const at = (second: number) => new Date(second * 1000).toISOString();
const ran = (number: number, from: number, to: number, ending: string) => ({
  number, worker: "w1", started_at: at(from), finished_at: at(to), ending, error: null,
});

function job(change: Partial<Job>): Job {
  const base = { id: "x", task: "t", queue: "q", state: "pending", attempt: 0, submitted_at: at(100), run_at: null, started_at: null, finished_at: null, worker: null, attempts: [] };
  return { ...base, ...change } as unknown as Job;
}
const told = (change: Partial<Job>) => steps(job(change), 10_000).map(({ kind, title, from, to }) => [kind, title, from, to]);

test("a job that waits in line says since when", () => {
  assert.deepEqual(told({}), [["pending", "Waits in line", 100, null]]);
});

test("a job that is due later is scheduled, then in line", () => {
  assert.deepEqual(told({ state: "scheduled", run_at: at(160) }), [["scheduled", "Scheduled", 100, null]]);
  assert.deepEqual(told({ state: "pending", run_at: at(160) }), [
    ["scheduled", "Scheduled", 100, 160],
    ["pending", "Waits in line", 160, null],
  ]);
});

test("a job that was done has its wait and its attempt", () => {
  const done = { state: "completed", attempt: 1, finished_at: at(105), attempts: [ran(1, 102, 105, "completed")] } as Partial<Job>;
  assert.deepEqual(told(done), [
    ["pending", "Waited in line", 100, 102],
    ["completed", "Attempt 1: completed", 102, 105],
  ]);
});

test("a retry shows the time between attempts and what is under way", () => {
  const again = { state: "processing", attempt: 2, run_at: at(112), started_at: at(113), worker: "w2", attempts: [ran(1, 102, 105, "retried")] } as Partial<Job>;
  assert.deepEqual(told(again), [
    ["pending", "Waited in line", 100, 102],
    ["retried", "Attempt 1: failed, retried", 102, 105],
    ["scheduled", "Waited for its next attempt", 105, 112],
    ["pending", "Waited in line", 112, 113],
    ["processing", "Attempt 2", 113, null],
  ]);
});

test("a retry that is still to come counts from the failure", () => {
  const waits = { state: "scheduled", attempt: 1, run_at: at(200), attempts: [ran(1, 102, 105, "retried")] } as Partial<Job>;
  assert.deepEqual(told(waits).at(-1), ["scheduled", "Waits for its next attempt", 105, null]);
});

test("attempts that are no longer kept leave a hole with a name", () => {
  const many = { state: "failed", attempt: 40, finished_at: at(900), attempts: [ran(39, 500, 600, "retried"), ran(40, 800, 900, "failed")] } as Partial<Job>;
  assert.deepEqual(told(many).slice(0, 2), [
    ["blocked", "Attempts 1 to 38 are no longer kept", 100, 500],
    ["retried", "Attempt 39: failed, retried", 500, 600],
  ]);
});

test("a job that was cancelled in line ends there", () => {
  assert.deepEqual(told({ state: "cancelled", finished_at: at(130) }), [
    ["pending", "Waited in line", 100, 130],
    ["cancelled", "Cancelled", 130, 130],
  ]);
  assert.deepEqual(told({ state: "cancelled", run_at: at(500), finished_at: at(130) }), [
    ["scheduled", "Scheduled", 100, 130],
    ["cancelled", "Cancelled", 130, 130],
  ]);
});

test("in the picture a short step stays visible", () => {
  const parts = shares(steps(job({ state: "completed", attempt: 1, finished_at: at(1102), attempts: [ran(1, 102, 1102, "completed")] }), 2000), 2000);
  assert.ok((parts[0] as number) > 1 && (parts[1] as number) > 99);
});

test("a job that was told to run now waits in line, though it was due later", () => {
  assert.deepEqual(steps(job({ state: "pending", run_at: at(9_000) }), 200).map((step) => step.title), ["Waits in line"]);
});
