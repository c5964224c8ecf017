import assert from "node:assert/strict";
import { test } from "node:test";

import { href, jobsHref, parse, searchHref } from "./router.ts";

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

test("an id that is searched for leads to its job, anything else to the list", () => {
  assert.equal(searchHref(" 01A20F9D-7c0e-7000-8000-0123456789ab "), "#/jobs/01a20f9d-7c0e-7000-8000-0123456789ab");
  assert.equal(searchHref("state:failed"), "#/jobs?query=state%3Afailed");
  assert.equal(searchHref(""), "#/jobs");
});
