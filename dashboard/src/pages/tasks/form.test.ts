import assert from "node:assert/strict";
import { test } from "node:test";

import { chosen, filled, opened, placed, places, started, typed, type Value, written } from "./form.ts";
import { type Field, fieldsOf, rowsOf, type Schema, typeName } from "./schema.ts";

const DEFS = {
  Address: { type: "object", properties: { street: { type: "string" }, zip: { type: "integer" } }, required: ["street"] },
  Node: { type: "object", properties: { next: { anyOf: [{ $ref: "#/$defs/Node" }, { type: "null" }] } } },
  Color: { enum: ["red", "green", 3], title: "Color" },
};
const read = (properties: Schema, required: string[] = []) => fieldsOf({ type: "object", properties, required, $defs: DEFS });
const only = (schema: Schema, required = false) => read({ x: schema }, required ? ["x"] : [])[0] as Field;
const text = (fields: readonly Field[], values: Record<string, Value>) => written(fields, { ...started(fields), ...values });

test("each type has its shape", () => {
  assert.equal(typeName(only({ type: "string" })), "string");
  assert.equal(typeName(only({ type: "string", format: "date-time" })), "date and time");
  assert.equal(typeName(only({ anyOf: [{ type: "integer" }, { type: "null" }] })), "integer or null");
  assert.equal(typeName(only({ type: ["integer", "null"] })), "integer or null");
  assert.equal(typeName(only({ anyOf: [{ type: "integer" }, { type: "string" }] })), "integer or string");
  assert.equal(typeName(only({ $ref: "#/$defs/Color" })), '"red" | "green" | 3');
  assert.equal(typeName(only({ type: "array", items: { type: "number" } })), "array of number");
  assert.equal(typeName(only({ allOf: [{ $ref: "#/$defs/Address" }] })), "object");
  assert.equal(only({ type: "object", additionalProperties: { type: "integer" } }).shape.kind, "json");
  assert.equal(only({ type: "array", prefixItems: [{ type: "integer" }] }).shape.kind, "json");
  assert.equal(only({}).shape.kind, "json");
});

test("a type that holds itself is drawn once and is raw JSON below", () => {
  const field = only({ $ref: "#/$defs/Node" });
  assert.ok(field.shape.kind === "object" && field.shape.fields[0]?.nullable && field.shape.fields[0].shape.kind === "json");
});

test("bounds are told in words", () => {
  assert.equal(only({ type: "integer", minimum: 0, maximum: 9 }).bounds, "0 to 9");
  assert.equal(only({ type: "string", minLength: 1, pattern: "^a" }).bounds, "at least 1 characters, matches ^a");
});

test("a default is known as text, and a member named default is a member", () => {
  assert.equal(only({ type: "integer", default: "12345678901234567890" }).fallback, "12345678901234567890");
  assert.equal(only({ anyOf: [{ type: "string" }, { type: "null" }], default: null }).fallback, "null");
  assert.equal(read({ default: '{"type": "integer"}' })[0]?.shape.kind, "integer");
});

test("what is left out is not sent, and what is required is asked for", () => {
  const fields = read({ a: { type: "integer" }, b: { type: "string" } }, ["b"]);
  assert.deepEqual(text(fields, {}), { text: "{}", faults: [{ pointer: "/b", detail: "needs a value" }] });
  assert.deepEqual(text(fields, { b: typed("") }), { text: '{"b": ""}', faults: [] });
});

test("big numbers survive, and what is no number is named", () => {
  const fields = read({ a: { type: "integer" }, b: { type: "number" } });
  assert.equal(text(fields, { a: typed(" +0012345678901234567890 "), b: typed("1.50e+3") }).text, '{"a": 12345678901234567890, "b": 1.50e+3}');
  for (const bad of ["1.5", "x", "", "1_000", "0x10"]) assert.equal(text(fields, { a: typed(bad) }).faults[0]?.pointer, "/a", bad);
  for (const bad of [".5", "NaN", "Infinity", "01", ""]) assert.equal(text(fields, { b: typed(bad) }).faults[0]?.pointer, "/b", bad);
});

test("texts, choices, null and lists are written as JSON", () => {
  const fields = read({
    t: { type: "string" },
    c: { $ref: "#/$defs/Color" },
    n: { anyOf: [{ type: "integer" }, { type: "null" }] },
    l: { type: "array", items: { type: "integer" } },
  });
  const values = { t: typed('"</script>\n'), c: typed("3"), n: { ...typed(""), mode: "null" as const }, l: { ...typed(""), items: [typed("1"), typed("x")] } };
  const { text: said, faults } = text(fields, values);
  assert.equal(said, '{"t": "\\"</script>\\n", "c": 3, "n": null, "l": [1, null]}');
  assert.deepEqual(faults.map((one) => one.pointer), ["/l/1"]);
});

test("objects and variants are written by their parts, and faults point into them", () => {
  const fields = read({ "a/b": { $ref: "#/$defs/Address" }, v: { anyOf: [{ type: "integer" }, { $ref: "#/$defs/Address" }] } }, ["v"]);
  const [address, union] = fields as [Field, Field];
  const values = { "a/b": opened(address), v: { ...chosen(union, 1), items: [{ ...opened(address), members: { street: typed("s"), zip: typed("z") } }] } };
  const { text: said, faults } = written(fields, values);
  assert.equal(said, '{"a/b": {}, "v": {"street": "s"}}');
  assert.deepEqual(faults.map((one) => one.pointer), ["/a~1b/street", "/v/zip"]);
});

test("raw JSON is checked, and keeps its numbers", () => {
  const fields = read({ j: {}, o: { type: "object" } });
  assert.equal(text(fields, { j: typed("[12345678901234567890 ,1.0]") }).text, '{"j": [12345678901234567890, 1.0]}');
  assert.match(text(fields, { j: typed("{a}") }).faults[0]?.detail ?? "", /is no JSON/);
  assert.match(text(fields, { o: typed("[]") }).faults[0]?.detail ?? "", /must be a JSON object/);
});

test("a form is filled from arguments, and refuses what it cannot hold", () => {
  const fields = read({
    a: { type: "integer" }, t: { anyOf: [{ type: "string" }, { type: "null" }] }, o: { $ref: "#/$defs/Address" },
    l: { type: "array", items: { type: "string" } }, v: { anyOf: [{ type: "integer" }, { type: "string" }] },
  });
  const args = '{"a": 12345678901234567890, "t": null, "o": {"street": "s"}, "l": ["x"], "v": "y"}';
  assert.equal(written(fields, filled(fields, args) as Record<string, Value>).text, args);
  assert.equal(filled(fields, '{"unknown": 1}'), null);
  assert.equal(filled(fields, '{"a": "1"}'), null);
  assert.equal(filled(fields, "[]"), null);
});

test("the server's faults go to the nearest place, the rest gather above", () => {
  const fields = read({ v: { anyOf: [{ type: "integer" }, { type: "string" }] }, o: { $ref: "#/$defs/Address" } });
  const at = places(fields, { v: chosen(fields[0] as Field, 0), o: opened(fields[1] as Field) });
  const found = placed([{ pointer: "/v/int", detail: "A" }, { pointer: "/o/zip", detail: "B" }, { pointer: "/x", detail: "C" }], at);
  assert.deepEqual([...found], [["/v", ["int: A"]], ["/o/zip", ["B"]], ["", ["x: C"]]]);
});

test("the table has a row for each member, those inside below theirs", () => {
  const rows = rowsOf(read({ o: { $ref: "#/$defs/Address" }, l: { type: "array", items: { $ref: "#/$defs/Address" } }, a: { type: "integer" } }));
  assert.deepEqual(rows.map(({ name, depth }) => `${depth}${name}`), ["0o", "1street", "1zip", "0l", "1street", "1zip", "0a"]);
});
