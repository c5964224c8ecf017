import assert from "node:assert/strict";
import { test } from "node:test";

import { parse } from "../../query/text.ts";
import { kept } from "./kept.ts";

const QUEUES = { mail: { jobs: { pending: 3, failed: 1 } }, big: { jobs: { pending: 2 } } };
const TASKS = { flaky: { jobs: { failed: 7 } } };
const of = (text: string) => kept(parse(text), QUEUES, TASKS, { pending: 5, failed: 8 });

test("without other terms a tab has every job of its state", () => {
  assert.equal(of("")?.pending, 5);
  assert.equal(of("state:failed")?.failed, 8);
});

test("counts of queues are added up, and those of tasks, each once", () => {
  assert.equal(of("queue:mail,big state:failed")?.pending, 5);
  assert.equal(of("queue:mail queue:mail")?.pending, 3);
  assert.equal(of("task:flaky")?.failed, 7);
  assert.equal(of("queue:unknown")?.pending, 0);
});

test("no counter knows both, or anything else", () => {
  assert.equal(of("queue:mail task:flaky"), null);
  assert.equal(of("tag:x"), null);
});
