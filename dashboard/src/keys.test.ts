import assert from "node:assert/strict";
import { test } from "node:test";

import { match } from "./keys.ts";

const list = ["g j", "g q", "j", "?", "j"].map((keys) => ({ keys }));

test("a key that begins a sequence waits for more", () => {
  assert.equal(match(["g"], list), "more");
  assert.equal(match(["g", "j"], list), 0);
  assert.equal(match(["g", "x"], list), "none");
});

test("of two with the same keys the later one wins", () => {
  assert.equal(match(["j"], list), 4);
});
