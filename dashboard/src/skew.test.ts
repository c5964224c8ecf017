import assert from "node:assert/strict";
import { test } from "node:test";

import { Skew } from "./skew.ts";

test("clocks that agree are left alone, however long a message took", () => {
  const skew = new Skew();
  assert.equal(skew.seconds, 0);
  skew.heard(100, 130);
  assert.equal(skew.seconds, -30);
  skew.heard(131, 131.2);
  assert.equal(skew.seconds, 0);
});

test("a clock that is wrong is set right, and forgotten when it was corrected", () => {
  const skew = new Skew();
  skew.heard(3700, 100);
  assert.equal(skew.seconds, 3600);
  for (let n = 0; n < 5; n++) skew.heard(3710 + n, 3710 + n);
  assert.equal(skew.seconds, 0);
});
