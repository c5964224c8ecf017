import assert from "node:assert/strict";
import { test } from "node:test";

import { tree, write } from "./tree.ts";

test("every number stays as it was written", () => {
  const text = '{"a": 12345678901234567890, "b": [1.0, -0, 1E400, 0.1e-7], "c": {"d": true, "e": null}, "f": [], "g": {}}';
  assert.equal(write(tree(text)), text);
});

test("texts and names are read, whatever is in them", () => {
  assert.deepEqual(tree('{ "a\\"}": "\\u00fc\\n],", "":"" }'), {
    kind: "object",
    members: [
      ['a"}', { kind: "string", value: "ü\n]," }],
      ["", { kind: "string", value: "" }],
    ],
  });
});

test("a value may stand alone", () => {
  assert.deepEqual(tree(" 7 "), { kind: "token", text: "7" });
  assert.deepEqual(tree('"x"'), { kind: "string", value: "x" });
});

test("what is no JSON is refused", () => {
  for (const text of ["", "{", "[1,]", "{a: 1}", "NaN", "01", '"a\nb"']) assert.throws(() => tree(text), SyntaxError, text);
});
