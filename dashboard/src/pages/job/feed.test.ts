import assert from "node:assert/strict";
import { test } from "node:test";

import { Feed, MOST_LINES, part, remaining } from "./feed.ts";

const AT = "2026-11-24T10:00:00Z";
const say = (feed: Feed, kind: Parameters<Feed["add"]>[0], data: object, id = "1.1.1") =>
  feed.add(kind, id, JSON.stringify({ at: AT, attempt: 1, ...data }));

test("log lines and output stay in order, and words become one text", () => {
  const feed = new Feed();
  say(feed, "log", { message: "one" });
  for (const word of ["It ", "was ", "a\n", "dark "]) say(feed, "output", { text: word });
  say(feed, "log", { message: "two" });
  say(feed, "output", { text: "night" });
  assert.deepEqual(feed.blocks.map((block) => ("text" in block ? block.text : block.message)), ["one", "It was a\ndark ", "two", "night"]);
});

test("the fields of a line keep their numbers", () => {
  const feed = new Feed();
  feed.add("log", "1", `{"at":"${AT}","attempt":1,"message":"m","fields":{"n":12345678901234567890}}`);
  const [line] = feed.blocks;
  assert.equal(line?.kind === "log" && line.fields, '{"n":12345678901234567890}');
});

test("a further attempt is marked where it says something, and forgets the progress of the one before", () => {
  const feed = new Feed();
  say(feed, "state", { state: "processing", attempt: 1 });
  say(feed, "progress", { current: 1, total: 2, message: "half" });
  assert.equal(feed.progress?.message, "half");
  say(feed, "state", { state: "scheduled", attempt: 1 });
  say(feed, "state", { state: "processing", attempt: 2 });
  assert.equal(feed.progress, null);
  assert.equal(feed.blocks.length, 0);
  say(feed, "log", { message: "anew" });
  assert.deepEqual(feed.blocks.map((block) => (block.kind === "mark" ? block.text : block.kind)), ["Attempt 2", "log"]);
});

test("a gap is told, and the end is known", () => {
  const feed = new Feed();
  say(feed, "gap", { missed: 12 });
  assert.equal(feed.over, false);
  say(feed, "result", { state: "completed", result: { n: 1 } }, "9.1.2");
  assert.equal(feed.over, true);
  assert.equal(feed.lastId, "9.1.2");
  assert.deepEqual(feed.blocks.map((block) => block.kind === "mark" && block.text), ["12 earlier entries are no longer kept"]);
});

test("the oldest lines make room", () => {
  const feed = new Feed();
  for (let n = 0; n < MOST_LINES + 500; n++) say(feed, "log", { message: `${n}` });
  assert.equal(feed.blocks.length, MOST_LINES);
  assert.equal(feed.dropped, 500);
  assert.equal(feed.blocks[0]?.kind === "log" && feed.blocks[0].message, "500");
});

test("output of many lines makes room too, and is cut where a line ends", () => {
  const feed = new Feed();
  let said = "";
  for (let n = 0; n < 5_000; n++) {
    say(feed, "output", { text: `line ${n}\n` });
    said += `line ${n}\n`;
  }
  const shown = feed.blocks.map((block) => (block.kind === "output" ? block.text : "")).join("");
  assert.ok(said.endsWith(shown));
  assert.ok(feed.blocks.reduce((sum, block) => sum + block.lines, 0) <= MOST_LINES);
  assert.ok(feed.blocks.slice(0, -1).every((block) => block.kind === "output" && block.text.endsWith("\n")));
});

test("a text without a line break is bounded as well", () => {
  const feed = new Feed();
  for (let n = 0; n < 100; n++) say(feed, "output", { text: "x".repeat(10_000) });
  assert.ok(feed.blocks.reduce((sum, block) => sum + block.lines, 0) <= MOST_LINES);
});

test("what remains is told from the pace so far", () => {
  const report = { current: 3, total: 12, message: "", at: 130, attempt: 1 };
  assert.equal(remaining(report, 100), 90);
  assert.equal(remaining({ ...report, current: 0 }, 100), null);
  assert.equal(remaining({ ...report, current: 12 }, 100), null);
  assert.equal(remaining({ ...report, total: null }, 100), null);
  assert.equal(remaining(report, null), null);
  assert.equal(part({ current: 5, total: 4, message: "" }), 1);
  assert.equal(part({ current: 5, total: null, message: "" }), null);
  assert.equal(part({ current: 0, total: 0, message: "" }), null);
});
