import assert from "node:assert/strict";
import { test } from "node:test";

import { bytes, duration, percent, plural, rate, relative, short } from "./format.ts";

const table = (name: string, format: (value: number) => string, rows: [number, string][]) =>
  test(name, () => {
    for (const [value, text] of rows) assert.equal(format(value), text, `${name} of ${value}`);
  });

table("durations", duration, [
  [0, "0 s"], [0.00001, "<0.1 ms"], [0.0042, "4.2 ms"], [0.25, "250 ms"], [0.9996, "1 s"], [3.2, "3.2 s"], [59.97, "1m"],
  [75, "1m 15s"], [3_600, "1h"], [90_061, "1d 1h"], [-2, "-2 s"], [Number.POSITIVE_INFINITY, "–"],
]);
table("rates", rate, [[0, "0"], [0.001, "<0.01"], [0.05, "0.05"], [0.5, "0.5"], [3.24, "3.2"], [120, "120"], [12_345, "12.3K"]]);
table("shares", percent, [[0, "0%"], [0.0004, "<0.1%"], [0.012, "1.2%"], [0.5, "50%"], [0.9996, ">99.9%"], [0.998, "99%"], [1, "100%"]]);
table("short numbers", short, [[9_999, "9,999"], [12_345, "12.3K"], [1_999_999, "1.9M"]]);
table("bytes", bytes, [[0, "0 B"], [1_536, "1.5 KiB"], [50 * 1024 * 1024, "50 MiB"]]);

test("a time is told from now", () => {
  assert.equal(relative(100, 100.4), "now");
  assert.equal(relative(100, 112), "12 s ago");
  assert.equal(relative(100, 100 + 200), "3m ago");
  assert.equal(relative(100, 100 + 3 * 3600 + 1700), "3h ago");
  assert.equal(relative(200, 100), "in 1m");
});

test("one is one job", () => {
  assert.equal(plural(1, "job"), "1 job");
  assert.equal(plural(12_431, "job"), "12,431 jobs");
});
