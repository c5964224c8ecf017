import assert from "node:assert/strict";
import { test } from "node:test";

import { Refresher, type Timer } from "./refresher.ts";

class Clock implements Timer {
  time = 0;
  waiting: { id: number; at: number; run: () => void }[] = [];
  #next = 1;
  set(run: () => void, ms: number): number {
    this.waiting.push({ id: this.#next, at: this.time + ms, run });
    return this.#next++;
  }
  clear(id: number): void {
    this.waiting = this.waiting.filter((one) => one.id !== id);
  }
  now(): number {
    return this.time;
  }
  pass(ms: number): void {
    this.time += ms;
    const due = this.waiting.filter((one) => one.at <= this.time);
    this.waiting = this.waiting.filter((one) => one.at > this.time);
    for (const one of due) one.run();
  }
}

function setUp() {
  const clock = new Clock();
  const loads: { end: () => void; signal: AbortSignal }[] = [];
  const refresher = new Refresher((signal) => new Promise((end) => loads.push({ end, signal })), 500, clock);
  const settle = () => new Promise((done) => setImmediate(done));
  return { clock, loads, refresher, settle };
}

test("never two loads at once; many wishes meanwhile are one load after", async () => {
  const { clock, loads, refresher, settle } = setUp();
  refresher.ask();
  clock.pass(2_000);
  for (let n = 0; n < 10; n++) refresher.ask();
  assert.equal(loads.length, 1);
  loads[0]?.end();
  await settle();
  assert.equal(loads.length, 2);
  loads[1]?.end();
  await settle();
  assert.equal(loads.length, 2);
});

test("not more often than the gap allows", async () => {
  const { clock, loads, refresher, settle } = setUp();
  refresher.ask();
  loads[0]?.end();
  await settle();
  refresher.ask();
  refresher.ask();
  clock.pass(499);
  assert.equal(loads.length, 1);
  clock.pass(1);
  assert.equal(loads.length, 2);
});

test("what is stopped is aborted and does not come back", async () => {
  const { clock, loads, refresher, settle } = setUp();
  refresher.ask();
  refresher.ask();
  refresher.stop();
  assert.equal(loads[0]?.signal.aborted, true);
  loads[0]?.end();
  await settle();
  clock.pass(5_000);
  assert.equal(loads.length, 1);
});
