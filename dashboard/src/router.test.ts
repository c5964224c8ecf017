import assert from "node:assert/strict";
import { test } from "node:test";

import { href, jobsHref, parse } from "./router.ts";

test("a hash is read into parts and parameters", () => {
  assert.deepEqual(parse("").parts, []);
  assert.deepEqual(parse("#/").parts, []);
  assert.deepEqual(parse("#/queues/a%2Fb%20c").parts, ["queues", "a/b c"]);
  assert.equal(parse("#/jobs?query=state:failed+error:%22a?b%22").query.get("query"), 'state:failed error:"a?b"');
  assert.deepEqual(parse("#/queues/100%").parts, ["queues", "100%"]);
});

test("a link leads back to what it was made of", () => {
  const made = parse(href(["queues", "a/b?c#d"], { period: "1h", none: undefined }));
  assert.deepEqual(made.parts, ["queues", "a/b?c#d"]);
  assert.deepEqual([...made.query], [["period", "1h"]]);
  assert.equal(parse(jobsHref({ queue: "two words", state: "failed" })).query.get("query"), 'queue:"two words" state:failed');
});
