import assert from "node:assert/strict";
import { test } from "node:test";

import type { Source } from "../../live/stream.ts";
import { Following, REOPEN } from "./follow.ts";

class FakeSource implements Source {
  readyState = 0;
  readonly after: string;
  #listeners: Record<string, ((event: MessageEvent<string>) => void)[]> = {};
  constructor(after: string) {
    this.after = after;
  }
  addEventListener(kind: string, run: (event: MessageEvent<string>) => void): void {
    (this.#listeners[kind] ??= []).push(run);
  }
  close(): void {
    this.readyState = 2;
  }
  say(kind: string, lastEventId = "", data = "{}"): void {
    for (const run of this.#listeners[kind] ?? []) run({ data, lastEventId } as MessageEvent<string>);
  }
  refuse(): void {
    this.readyState = 2;
    this.say("error");
  }
}

function setUp() {
  const sources: FakeSource[] = [];
  const waits: { ms: number; run: () => void }[] = [];
  const heard: string[] = [];
  const following = new Following(
    {
      open: (after) => (sources.push(new FakeSource(after)), sources.at(-1) as FakeSource),
      timer: (run, ms) => (waits.push({ ms, run }), () => {}),
    },
    (kind) => heard.push(kind),
  );
  following.start();
  return { following, sources, waits, heard, last: () => sources.at(-1) as FakeSource };
}

test("a stream that was refused is opened again behind what was heard", () => {
  const { sources, waits, last } = setUp();
  last().say("log", "7.1.0", '{"message": "x"}');
  last().refuse();
  assert.equal(waits[0]?.ms, REOPEN[0]);
  waits[0]?.run();
  assert.equal(sources.length, 2);
  assert.equal(last().after, "7.1.0");
});

test("it waits longer each time that it is refused, until something is heard", () => {
  const { waits, last } = setUp();
  for (let n = 0; n < 6; n++) {
    last().refuse();
    waits.at(-1)?.run();
  }
  assert.deepEqual(waits.map((one) => one.ms), [2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  last().say("state", "1", "{}");
  last().refuse();
  assert.equal(waits.at(-1)?.ms, 2_000);
});

test("a stream that broke is left to the browser", () => {
  const { following, sources, waits, last } = setUp();
  last().say("state", "1", "{}");
  assert.equal(following.heard, true);
  last().say("error");
  assert.equal(following.heard, false);
  assert.deepEqual([sources.length, waits.length], [1, 0]);
});

test("after the result it is closed, and opened again only when there is more to hear", () => {
  const { following, sources, last } = setUp();
  last().say("result", "9.1.2", '{"state": "failed"}');
  assert.equal(last().readyState, 2);
  following.start();
  assert.equal(sources.length, 1);
  following.reopen();
  assert.equal(sources.length, 2);
  assert.equal(last().after, "9.1.2");
});

test("nothing is heard after it was stopped, and it goes on where it was", () => {
  const { following, sources, heard, last } = setUp();
  last().say("log", "3.1.0", '{"message": "x"}');
  const first = last();
  following.stop();
  first.say("log", "4.1.0", '{"message": "y"}');
  assert.equal(following.feed.blocks.length, 1);
  assert.deepEqual(heard, ["log"]);
  following.start();
  assert.equal(sources.length, 2);
  assert.equal(last().after, "3.1.0");
});
