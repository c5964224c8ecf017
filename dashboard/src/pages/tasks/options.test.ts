import assert from "node:assert/strict";
import { test } from "node:test";

import type { Job, Task } from "../../api/types.ts";
import { typed } from "./form.ts";
import { optionFields, optionsOf, writtenOptions } from "./options.ts";

const TASK = { defaults: { queue: "mail", timeout: 30, retries: 3, process: false } } as unknown as Task;

test("what is left out is not sent", () => {
  assert.deepEqual(writtenOptions({}), { options: [], faults: [] });
  assert.deepEqual(writtenOptions({ queue: typed("  ") }).options, []);
});

test("each option is written as the API takes it", () => {
  const values = { queue: typed("big mail"), priority: typed("9"), delay: typed("10m"), timeout: typed("1.50"), tags: typed(" a, b ,,it's"), key: typed("7") };
  assert.deepEqual(writtenOptions(values).options, [
    ["queue", '"big mail"'], ["priority", "9"], ["delay", '"10m"'], ["timeout", "1.5"], ["key", '"7"'], ["tags", '["a","b","it\'s"]'],
  ]);
});

test("what is no number is named", () => {
  assert.deepEqual(writtenOptions({ priority: typed("high") }).faults, [{ pointer: "/priority", detail: "must be a whole number" }]);
});

test("the defaults of the task are known", () => {
  const fallbacks = Object.fromEntries(optionFields(TASK).map((field) => [field.name, field.fallback]));
  assert.equal(fallbacks.queue, '"mail"');
  assert.equal(fallbacks.retries, "3");
  assert.equal(fallbacks.priority, "5");
});

test("a job is submitted again with the options in which it differs from its task", () => {
  const job = { queue: "mail", priority: 9, timeout: 30, max_retries: 5, tags: ["a", "b"] } as unknown as Job;
  const told = Object.entries(optionsOf(job, TASK)).map(([name, value]) => [name, value.text]);
  assert.deepEqual(told, [["priority", "9"], ["retries", "5"], ["tags", "a, b"]]);
});
