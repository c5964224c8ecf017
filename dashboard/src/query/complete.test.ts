import assert from "node:assert/strict";
import { test } from "node:test";

import { suggestions } from "./complete.ts";

const KNOWN = { queue: ["mail", "default", "big mail"], task: ["send_email", "flaky"], tag: ["it's \"x\""] };
const texts = (typed: string) => suggestions(typed, KNOWN).map((one) => one.text);

test("nothing typed suggests the fields", () => {
  assert.deepEqual(texts("").slice(0, 3), ["state:", "queue:", "task:"]);
});

test("the beginning of a field suggests it, and a word suggests the names that hold it", () => {
  assert.deepEqual(texts("ta"), ["task:", "tag:"]);
  assert.deepEqual(texts("mail"), ["task:send_email", "queue:mail", 'queue:"big mail"']);
  assert.deepEqual(texts("fail"), ["failure:", "state:failed"]);
});

test("after a field come its values, those that begin with what was typed first", () => {
  assert.deepEqual(texts("queue:ma"), ["queue:mail", 'queue:"big mail"']);
  assert.deepEqual(texts("state:p"), ["state:pending", "state:processing", "state:completed"]);
  assert.deepEqual(texts("after:"), ["after:15m", "after:1h", "after:6h", "after:24h", "after:7d"]);
});

test("behind a comma comes a further value, and none twice", () => {
  assert.deepEqual(texts("state:failed,c"), ["state:failed,completed", "state:failed,cancelled", "state:failed,scheduled", "state:failed,processing"]);
  assert.ok(!texts("state:failed,f").includes("state:failed,failed"));
});

test("a value that would be split is quoted", () => {
  assert.deepEqual(texts("tag:"), ['tag:"it\'s \\"x\\""']);
});

test("what is typed in full is not suggested again", () => {
  assert.deepEqual(texts("queue:mail"), ['queue:"big mail"']);
});
