import assert from "node:assert/strict";
import { test } from "node:test";

import { laidOut, parseKeeping } from "./json.ts";

test("a number too large for JavaScript survives as text", () => {
  const text = '{"id":"a","args":{"n":12345678901234567890,"f":1.0},"attempt":2}';
  assert.deepEqual(parseKeeping(text, ["args"]), { id: "a", args: '{"n":12345678901234567890,"f":1.0}', attempt: 2 });
});

test("members are kept in every element of a list, whatever stands in their strings", () => {
  const text = '{"jobs": [ {"args" : {"a":"} \\" ,\\\\"}, "x":1}, {"args":[1, [2]],"x":"args"}, {"args":null}, {"args": "t"}]}';
  assert.deepEqual(parseKeeping(text, ["args"]), {
    jobs: [{ args: '{"a":"} \\" ,\\\\"}', x: 1 }, { args: "[1, [2]]", x: "args" }, { args: null }, { args: '"t"' }],
  });
});

test("a bare number or word as the last member ends where the object ends", () => {
  assert.deepEqual(parseKeeping('{"result":1e400}', ["result"]), { result: "1e400" });
  assert.deepEqual(parseKeeping('{"result":true ,"b":[1]}', ["result"]), { result: "true", b: [1] });
});

test("text is laid out without touching its tokens", () => {
  assert.equal(laidOut('{"a":[1,{"b":"x, {y}"}],"c":{},"d":[ ],"e":10000000000000000000001}'), [
    "{",
    '  "a": [',
    "    1,",
    "    {",
    '      "b": "x, {y}"',
    "    }",
    "  ],",
    '  "c": {},',
    '  "d": [],',
    '  "e": 10000000000000000000001',
    "}",
  ].join("\n"));
});
