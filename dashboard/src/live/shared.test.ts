import assert from "node:assert/strict";
import { test } from "node:test";

import { type Message, SharedSource, type Tabs } from "./shared.ts";
import type { Source } from "./stream.ts";

class FakeSource implements Source {
  readyState = 1;
  #listeners: { kind: string; run: (event: MessageEvent<string>) => void }[] = [];
  addEventListener(kind: string, run: (event: MessageEvent<string>) => void): void {
    this.#listeners.push({ kind, run });
  }
  close(): void {
    this.readyState = 2;
  }
  say(kind: string, data: string): void {
    for (const one of this.#listeners) if (one.kind === kind) one.run({ data } as MessageEvent<string>);
  }
}

/** Lets messages arrive. */
const arrive = () => new Promise((done) => setImmediate(done));

/** A browser whose tabs are opened one by one. */
function browser() {
  const waiting: { run: () => void; given: boolean }[] = [];
  const listeners: { tab: number; run: (message: Message) => void }[] = [];
  const streams: FakeSource[] = [];
  const next = () => {
    const first = waiting[0];
    if (first && !first.given) {
      first.given = true;
      first.run();
    }
  };
  let tab = 0;
  return {
    streams,
    stream: () => streams.at(-1) as FakeSource,
    open(known: string | null = null) {
      const own = ++tab;
      const tabs: Tabs = {
        lock: (run) => {
          const place = { run, given: false };
          waiting.push(place);
          next();
          return () => {
            waiting.splice(waiting.indexOf(place), 1);
            next();
          };
        },
        post: (message) => queueMicrotask(() => listeners.filter((one) => one.tab !== own).forEach((one) => one.run(message))),
        listen: (run) => {
          const place = { tab: own, run };
          listeners.push(place);
          return () => void listeners.splice(listeners.indexOf(place), 1);
        },
      };
      const heard: string[] = [];
      const source = new SharedSource(() => (streams.push(new FakeSource()), streams.at(-1) as FakeSource), tabs, () => known);
      for (const kind of ["snapshot", "patch", "bye", "error"]) source.addEventListener(kind, (event) => heard.push(`${kind} ${event.data}`));
      return { source, heard };
    },
  };
}

test("two tabs share one stream", async () => {
  const { open, streams, stream } = browser();
  const [one, other] = [open(), open()];
  stream().say("snapshot", "1");
  stream().say("patch", "2");
  await arrive();
  assert.deepEqual(one.heard, ["snapshot 1", "patch 2"]);
  assert.deepEqual(other.heard, one.heard);
  assert.equal(streams.length, 1);
});

test("a tab that comes later is given what is known, and no patch before that", async () => {
  const { open, stream } = browser();
  open("known");
  const late = open();
  await arrive();
  stream().say("patch", "2");
  await arrive();
  assert.deepEqual(late.heard, ["snapshot known", "patch 2"]);
  const { open: openOther, stream: otherStream } = browser();
  openOther(null);
  const early = openOther();
  otherStream().say("patch", "1");
  otherStream().say("snapshot", "2");
  await arrive();
  assert.deepEqual(early.heard, ["snapshot 2"]);
});

test("when the tab with the stream closes, the next one opens it", async () => {
  const { open, streams, stream } = browser();
  const [one, other] = [open(), open()];
  one.source.close();
  assert.equal(streams.length, 2);
  stream().say("snapshot", "3");
  await arrive();
  assert.deepEqual(one.heard, []);
  assert.deepEqual(other.heard, ["snapshot 3"]);
});

test("a tab that only waits can leave", async () => {
  const { open, streams } = browser();
  const [one, other, third] = [open(), open(), open()];
  other.source.close();
  one.source.close();
  assert.equal(streams.length, 2);
  third.source.close();
  assert.equal(streams.length, 2);
});

test("all hear that the stream broke, and the one that has it hears whether for good", async () => {
  const { open, stream } = browser();
  const [one, other] = [open(), open()];
  stream().readyState = 2;
  stream().say("error", "");
  await arrive();
  assert.equal(one.source.readyState, 2);
  assert.equal(other.source.readyState, 0);
  assert.deepEqual(other.heard, ["error "]);
});
