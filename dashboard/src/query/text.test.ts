import assert from "node:assert/strict";
import { test } from "node:test";

import { added, canFind, fault, isOpen, lastWord, parse, print, values, withValues } from "./text.ts";

test("terms are split as a shell splits words", () => {
  assert.deepEqual(parse(`  state:failed,cancelled  tag:"two words" tag:it\\'s error:'a "b" \\c' `), [
    { field: "state", value: "failed,cancelled" },
    { field: "tag", value: "two words" },
    { field: "tag", value: "it's" },
    { field: "error", value: 'a "b" \\c' },
  ]);
  assert.deepEqual(parse(`tag:"a\\"b\\\\c\\d"`), [{ field: "tag", value: 'a"b\\c\\d' }]);
  assert.deepEqual(parse(""), []);
  assert.deepEqual(parse('""'), [{ field: "", value: "" }]);
});

test("only the first colon separates a field from its value", () => {
  assert.deepEqual(parse("after:2026-11-24T10:00:00Z"), [{ field: "after", value: "2026-11-24T10:00:00Z" }]);
});

test("what looks like an id is one", () => {
  assert.deepEqual(parse("019ab3c1"), [{ field: "id", value: "019ab3c1" }]);
  assert.deepEqual(parse("019ab3c1-7f00-7000-8000"), [{ field: "id", value: "019ab3c1-7f00-7000-8000" }]);
  assert.deepEqual(parse("deadbee"), [{ field: "", value: "deadbee" }]);
});

test("an unfinished quotation is taken to the end, and known as such", () => {
  assert.deepEqual(parse('error:"timed o'), [{ field: "error", value: "timed o" }]);
  assert.equal(isOpen('error:"timed o'), true);
  assert.equal(isOpen('error:"timed o"'), false);
});

test("what is printed is read as the same terms", () => {
  const hostile = ["plain", "two words", 'a"b', "it's", "back\\slash", "\\", '"', "a\nb", "<img src=x onerror=alert(1)>", "ü,ö", ""];
  const terms = hostile.map((value) => ({ field: "tag", value }));
  assert.deepEqual(parse(print(terms)), terms);
});

test("values of a field are those of all its terms", () => {
  const terms = parse("state:failed,cancelled tag:a,b state:pending tag:c");
  assert.deepEqual(values(terms, "state"), ["failed", "cancelled", "pending"]);
  assert.deepEqual(values(terms, "tag"), ["a,b", "c"]);
});

test("a field is set where it stood, and taken away when no value is wanted", () => {
  const terms = parse("queue:mail state:failed tag:x state:pending");
  assert.equal(print(withValues(terms, "state", ["completed"])), "queue:mail state:completed tag:x");
  assert.equal(print(withValues(terms, "state", [])), "queue:mail tag:x");
  assert.equal(print(withValues(parse("tag:x"), "state", ["failed", "pending"])), "state:failed,pending tag:x");
});

test("a term is added once", () => {
  const terms = parse("tag:x");
  assert.equal(print(added(added(terms, { field: "tag", value: "x" }), { field: "tag", value: "y" })), "tag:x tag:y");
});

test("a fault is named", () => {
  assert.equal(fault({ field: "state", value: "failed" }), "");
  assert.match(fault({ field: "staet", value: "failed" }), /no field staet/);
  assert.match(fault({ field: "", value: "hello" }), /field:value/);
  assert.match(fault({ field: "tag", value: "" }), /needs a value/);
});

test("the word that is being typed may hold spaces in quotes", () => {
  assert.deepEqual(lastWord("state:failed ta"), ["state:failed ", "ta"]);
  assert.deepEqual(lastWord('state:failed tag:"two w'), ["state:failed ", 'tag:"two w']);
  assert.deepEqual(lastWord("state:failed "), ["state:failed ", ""]);
  assert.deepEqual(lastWord("x"), ["", "x"]);
});

test("some fields find jobs of one state only", () => {
  assert.equal(canFind(parse("failure:1 task:t"), "failed"), true);
  assert.equal(canFind(parse("failure:1 task:t"), "pending"), false);
  assert.equal(canFind(parse("worker:w"), "processing"), true);
  assert.equal(canFind(parse("error:x"), "completed"), false);
  assert.equal(canFind(parse("error:x"), "scheduled"), true);
});
