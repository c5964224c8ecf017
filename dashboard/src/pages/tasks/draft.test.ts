import assert from "node:assert/strict";
import { test } from "node:test";

import type { RawJson } from "../../api/json.ts";
import type { Job, Task } from "../../api/types.ts";
import { type Draft, draftOf, jobOf, placedIn, switched } from "./draft.ts";
import { typed } from "./form.ts";
import { optionFields } from "./options.ts";
import { fieldsOf } from "./schema.ts";

const TASK = { name: "t", schema: { type: "object", properties: { n: { type: "integer" }, s: { type: "string" } }, required: ["n"] }, defaults: {} } as unknown as Task;
const FIELDS = fieldsOf(TASK.schema);
const empty = draftOf(TASK, null);
const like = (args: string) => draftOf(TASK, { job: { queue: "default", priority: 9, timeout: null, max_retries: 3, tags: [] } as unknown as Job, args: args as RawJson });

test("a form that nobody touched asks for what is required", () => {
  assert.deepEqual(jobOf("t", empty, FIELDS), { job: { task: "t", args: "{}", options: [] }, faults: [{ pointer: "/args/n", detail: "needs a value" }] });
});

test("a form is filled as another job was, and is JSON where it cannot be", () => {
  const draft = like('{"n": 12345678901234567890}');
  assert.equal(draft.mode, "form");
  assert.deepEqual(jobOf("t", draft, FIELDS).job, { task: "t", args: '{"n": 12345678901234567890}', options: [["priority", "9"], ["retries", "3"]] });
  assert.equal(like('{"n": "no number"}').mode, "json");
  assert.equal(like(`{"n": 1, "s": "${"x".repeat(10_000)}"}`).mode, "json");
});

test("what was filled in goes along to the other mode and back", () => {
  const draft: Draft = { ...empty, values: { n: typed("7"), s: typed("x") } };
  const json = { ...draft, ...switched(draft, "json", FIELDS) } as Draft;
  assert.equal(json.raw, '{\n  "n": 7,\n  "s": "x"\n}');
  const back = { ...json, ...switched(json, "form", FIELDS) } as Draft;
  assert.equal(jobOf("t", back, FIELDS).job.args, '{"n": 7, "s": "x"}');
  assert.equal(switched({ ...json, raw: '{"unknown": 1}' }, "form", FIELDS), null);
  assert.equal(switched({ ...json, raw: "{" }, "form", FIELDS), null);
});

test("JSON that is none, or no object, is named", () => {
  for (const raw of ["{", "[]", "7"]) assert.equal(jobOf("t", { ...empty, mode: "json", raw }, FIELDS).faults[0]?.pointer, "/args", raw);
});

test("a fault stands at its field, in JSON above the arguments, an option's at the option", () => {
  const faults = [{ pointer: "/args/n", detail: "A" }, { pointer: "/options/queue", detail: "B" }, { pointer: "/task", detail: "C" }];
  const options = optionFields(TASK);
  assert.deepEqual([...placedIn(empty, faults, FIELDS, options)], [["/args/n", ["A"]], ["/options/queue", ["B"]], ["", ["task: C"]]]);
  assert.deepEqual([...placedIn({ ...empty, mode: "json" }, faults, FIELDS, options)][0], ["/args", ["n: A"]]);
});
