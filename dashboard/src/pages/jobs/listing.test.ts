import assert from "node:assert/strict";
import { test } from "node:test";

import type { Job } from "../../api/types.ts";
import { fresh, inParts, kept, missing, rowsOf } from "./listing.ts";

const jobs = (text: string, state = "pending") => [...text].map((id) => ({ id, state }) as unknown as Job);

test("rows stay in their order and take what is new of each job", () => {
  const rows = kept(rowsOf(jobs("dcb")), [...jobs("e"), ...jobs("dc", "failed")], jobs("b", "completed"));
  assert.deepEqual(rows.map((row) => [row.job.id, row.job.state, row.gone]), [
    ["d", "failed", null], ["c", "failed", null], ["b", "completed", "moved on"],
  ]);
});

test("a job that is nowhere any more is shown as deleted, and not looked for again", () => {
  const rows = kept(rowsOf(jobs("ba")), jobs("b"), []);
  assert.deepEqual(rows.map((row) => row.gone), [null, "deleted"]);
  assert.deepEqual(missing(rows, jobs("c")), ["b"]);
});

test("new are those above; what moved up from below is not", () => {
  assert.equal(fresh(rowsOf(jobs("dcb")), jobs("fed"), 3), 2);
  assert.equal(fresh(rowsOf(jobs("dcb")), jobs("dba"), 3), 0);
  assert.equal(fresh(rowsOf(jobs("dcb")), jobs("ihg"), 3), 3);
});

test("while the page is not full every job that is not shown is new", () => {
  assert.equal(fresh(rowsOf(jobs("b")), jobs("cba"), 3), 2);
  assert.equal(fresh([], jobs("a"), 3), 1);
});

test("ids are asked for in parts that fit into a query", () => {
  const ids = Array.from({ length: 60 }, (_, n) => `019ab3c1-7f00-7000-8000-${String(n).padStart(12, "0")}`);
  const parts = inParts(ids);
  assert.equal(parts.length, 3);
  assert.ok(parts.every((part) => part.length <= 1000));
});
