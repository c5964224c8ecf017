import assert from "node:assert/strict";
import { test } from "node:test";

import { local, utc } from "./moments.ts";

test("a moment that was picked comes back as it was", () => {
  for (const text of ["2026-11-24T14:00:05Z", "2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z"]) assert.equal(utc(local(text) as string), text);
});

test("what a picker would lose is not given to one", () => {
  for (const text of ["2026-11-24T14:00:05.123456Z", "2026-11-24T14:00:05", "2026-11-24T14:00:05+01:00", "soon"]) assert.equal(local(text), null, text);
  assert.equal(local(""), "");
});

test("half a pick stays as it is", () => {
  assert.equal(utc("nonsense"), "nonsense");
});
