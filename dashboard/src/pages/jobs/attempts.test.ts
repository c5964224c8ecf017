import assert from "node:assert/strict";
import { test } from "node:test";

import type { State } from "../../api/types.ts";
import { mostAttempts } from "./attempts.ts";

const most = (state: State, attempt: number, retries: number, max_retries = 3) =>
  mostAttempts({ state, attempt, retries, max_retries, finished_at: ["completed", "failed", "cancelled"].includes(state) ? "2026-11-24T10:00:00Z" : null });

test("each attempt of a job that is retried is one of the same number", () => {
  assert.equal(most("processing", 1, 0), 4);
  assert.equal(most("scheduled", 1, 1), 4);
  assert.equal(most("processing", 2, 1), 4);
  assert.equal(most("failed", 4, 3), 4);
  assert.equal(most("completed", 1, 0), 4);
});

test("an attempt that spends no retry makes it one more", () => {
  assert.equal(most("scheduled", 1, 0), 5);
  assert.equal(most("processing", 2, 0), 5);
});

test("a person who retries it gives it all of its attempts again", () => {
  assert.equal(most("processing", 5, 0), 8);
  assert.equal(most("failed", 8, 3), 8);
});
