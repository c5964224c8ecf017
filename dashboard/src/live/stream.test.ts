import assert from "node:assert/strict";
import { test } from "node:test";

import { HIDDEN, POLL, REOPEN, SILENCE, Stream, type Source } from "./stream.ts";

class FakeSource implements Source {
  readyState = 0;
  closed = false;
  #listeners: Record<string, ((event: MessageEvent<string>) => void)[]> = {};
  addEventListener(kind: string, run: (event: MessageEvent<string>) => void): void {
    (this.#listeners[kind] ??= []).push(run);
  }
  close(): void {
    this.closed = true;
    this.readyState = 2;
  }
  say(kind: string, data = "{}"): void {
    for (const run of this.#listeners[kind] ?? []) run({ data } as MessageEvent<string>);
  }
  refuse(): void {
    this.readyState = 2;
    this.say("error");
  }
}

function setUp() {
  let time = 0;
  let hidden = false;
  let look = () => {};
  let timers: { at: number; run: () => void }[] = [];
  const sources: FakeSource[] = [];
  const heard: string[] = [];
  const stream = new Stream(
    {
      open: () => (sources.push(new FakeSource()), sources.at(-1) as FakeSource),
      timer: (run, ms) => {
        const one = { at: time + ms, run };
        timers.push(one);
        return () => (timers = timers.filter((other) => other !== one));
      },
      hidden: () => hidden,
      onVisibility: (run) => (look = run),
    },
    { event: (kind) => heard.push(kind), standing: (standing) => heard.push(`[${standing}]`), poll: () => heard.push("poll") },
  );
  const pass = (ms: number) => {
    const until = time + ms;
    for (;;) {
      const next = timers.filter((one) => one.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      time = next.at;
      timers = timers.filter((one) => one !== next);
      next.run();
    }
    time = until;
  };
  const hide = (on: boolean) => {
    hidden = on;
    look();
  };
  const taken = () => heard.splice(0);
  stream.start();
  return { stream, sources, pass, hide, taken, last: () => sources.at(-1) as FakeSource };
}

test("it is live from the first event on, and says so once", () => {
  const { last, taken } = setUp();
  last().say("snapshot");
  last().say("patch");
  assert.deepEqual(taken(), ["[live]", "snapshot", "patch"]);
});

test("a broken stream is reconnecting until the browser has it back", () => {
  const { last, sources, taken, pass } = setUp();
  last().say("snapshot");
  last().say("error");
  last().say("patch");
  pass(2 * POLL);
  assert.deepEqual(taken(), ["[live]", "snapshot", "[reconnecting]", "[live]", "patch"]);
  assert.equal(sources.length, 1);
});

test("while the browser tries, we ask, and only an answer makes it stale", () => {
  const { stream, last, taken, pass } = setUp();
  last().say("snapshot");
  taken();
  for (let n = 0; n < 4; n++) {
    last().say("error");
    pass(POLL / 2);
  }
  assert.deepEqual(taken(), ["[reconnecting]", "poll", "poll"]);
  stream.answered();
  last().say("error");
  assert.deepEqual(taken(), ["[stale]"]);
  last().say("snapshot");
  stream.answered();
  assert.deepEqual(taken(), ["[live]", "snapshot"]);
});

test("a stream that was refused is opened again by us, and we ask meanwhile", () => {
  const { stream, last, sources, taken, pass } = setUp();
  for (let n = 0; n < 4; n++) {
    last().refuse();
    pass(REOPEN);
    stream.answered();
  }
  assert.equal(sources.length, 5);
  assert.deepEqual(taken(), ["[stale]", "poll", "poll"]);
  last().say("snapshot");
  pass(POLL * 2);
  assert.deepEqual(taken(), ["[live]", "snapshot"]);
});

test("after a silence we ask every five seconds until something comes", () => {
  const { last, taken, pass } = setUp();
  last().say("snapshot");
  pass(SILENCE - 1);
  taken();
  pass(1 + 2 * POLL);
  assert.deepEqual(taken(), ["[stale]", "poll", "poll", "poll"]);
  last().say("patch");
  pass(SILENCE - 1);
  assert.deepEqual(taken(), ["[live]", "patch"]);
});

test("paused means closed, and nothing is asked", () => {
  const { stream, sources, last, taken, pass } = setUp();
  last().say("snapshot");
  stream.pause();
  const before = last();
  pass(10 * SILENCE);
  before.say("patch");
  assert.equal(before.closed, true);
  assert.deepEqual(taken(), ["[live]", "snapshot", "[paused]"]);
  stream.resume();
  last().say("snapshot");
  assert.deepEqual(taken(), ["[reconnecting]", "[live]", "snapshot"]);
  assert.equal(sources.length, 2);
});

test("a page that is hidden for a minute closes it and catches up when it is seen again", () => {
  const { sources, last, taken, pass, hide } = setUp();
  last().say("snapshot");
  hide(true);
  pass(HIDDEN - 1);
  hide(false);
  hide(true);
  pass(HIDDEN - 1);
  assert.equal(last().closed, false);
  pass(1);
  assert.equal(last().closed, true);
  pass(10 * SILENCE);
  taken();
  hide(false);
  last().say("snapshot");
  assert.equal(sources.length, 2);
  assert.deepEqual(taken(), ["[reconnecting]", "[live]", "snapshot"]);
});

test("a paused page that was hidden stays paused", () => {
  const { stream, sources, pass, hide } = setUp();
  stream.pause();
  hide(true);
  pass(HIDDEN);
  hide(false);
  assert.equal(sources.length, 1);
  assert.equal(stream.standing, "paused");
});
