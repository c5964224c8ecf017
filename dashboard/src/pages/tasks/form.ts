/** What was filled in, and the JSON text that it becomes. Numbers stay as they were typed. */

import { type Tree, tree, write } from "../../api/tree.ts";
import type { Field } from "./schema.ts";

export interface Value {
  /** Left out, null, or given. */
  mode: "out" | "null" | "given";
  /** Of texts, numbers, choices and JSON. */
  text: string;
  items: readonly Value[];
  members: Readonly<Record<string, Value>>;
  /** Which of the variants. */
  variant: number;
}

export interface Fault {
  /** A JSON pointer into the arguments. */
  pointer: string;
  detail: string;
}

const NOTHING: Value = { mode: "out", text: "", items: [], members: {}, variant: 0 };

/** The value of a field before anybody touched it. */
export function untouched(field: Field): Value {
  if (field.shape.kind === "object" && field.required) return { ...NOTHING, mode: "given", members: started(field.shape.fields) };
  if (field.shape.kind === "variants" && field.required && !field.nullable) return chosen(field, 0);
  return NOTHING;
}

export const started = (fields: readonly Field[]): Record<string, Value> =>
  Object.fromEntries(fields.map((field) => [field.name, untouched(field)]));

/** The value of a field that is to be given, with what it needs inside. */
export function opened(field: Field): Value {
  if (field.shape.kind === "object") return { ...NOTHING, mode: "given", members: started(field.shape.fields) };
  if (field.shape.kind === "variants") return chosen(field, 0);
  return { ...NOTHING, mode: "given" };
}

/** A union with one of its variants chosen. */
export function chosen(field: Field, variant: number): Value {
  const inner = field.shape.kind === "variants" ? field.shape.variants[variant] : undefined;
  return { ...NOTHING, mode: "given", variant, items: inner ? [untouched(inner)] : [] };
}

export const typed = (text: string): Value => ({ ...NOTHING, mode: "given", text });

/** Writes the members as a JSON object, and says what cannot be written. */
export function written(fields: readonly Field[], values: Readonly<Record<string, Value>>, pointer = ""): { text: string; faults: Fault[] } {
  const faults: Fault[] = [];
  const parts: string[] = [];
  for (const field of fields) {
    const text = one(field, values[field.name] ?? NOTHING, `${pointer}/${step(field.name)}`, faults);
    if (text !== null) parts.push(`${JSON.stringify(field.name)}: ${text}`);
  }
  return { text: `{${parts.join(", ")}}`, faults };
}

/** One step of a JSON pointer. */
export const step = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

function one(field: Field, value: Value, pointer: string, faults: Fault[]): string | null {
  const wrong = (detail: string) => (faults.push({ pointer, detail }), null);
  if (value.mode === "out") return field.required ? wrong("needs a value") : null;
  if (value.mode === "null") return "null";
  const { shape } = field;
  switch (shape.kind) {
    case "text": return JSON.stringify(value.text);
    case "boolean":
    case "choice": return value.text || wrong("choose one");
    case "integer": return integer(value.text) ?? wrong("must be a whole number, such as 42");
    case "number": return number(value.text) ?? wrong("must be a number, such as 0.5 or 1e6");
    case "json": return json(value.text, shape.holds, wrong);
    case "object": return inner(written(shape.fields, value.members, pointer), faults);
    case "variants": {
      const variant = shape.variants[value.variant];
      return variant ? one(variant, value.items[0] ?? NOTHING, pointer, faults) : wrong("choose one");
    }
    case "list": {
      const items = value.items.map((item, index) => one(shape.item, item, `${pointer}/${index}`, faults));
      return `[${items.map((item) => item ?? "null").join(", ")}]`;
    }
  }
}

function inner({ text, faults }: { text: string; faults: Fault[] }, all: Fault[]): string {
  all.push(...faults);
  return text;
}

function integer(text: string): string | null {
  const found = /^([+-]?)0*(\d+)$/.exec(text.trim());
  return found && `${found[1] === "-" ? "-" : ""}${found[2]}`;
}

function number(text: string): string | null {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text.trim()) ? text.trim() : null;
}

function json(text: string, holds: "object" | "array" | "any", wrong: (detail: string) => null): string | null {
  try {
    const read = tree(text);
    if (holds !== "any" && read.kind !== holds) return wrong(`must be a JSON ${holds}`);
    return write(read);
  } catch (error) {
    return wrong(`is no JSON: ${(error as Error).message}`);
  }
}

/** Fills a form from arguments as JSON text; null when the form cannot hold them as they are. */
export function filled(fields: readonly Field[], text: string): Record<string, Value> | null {
  const read = tree(text);
  const values = started(fields);
  if (read.kind !== "object") return null;
  for (const [name, given] of read.members) {
    const field = fields.find((one) => one.name === name);
    const value = field && valueOf(field, given);
    if (!value) return null;
    values[name] = value;
  }
  return values;
}

function valueOf(field: Field, given: Tree): Value | null {
  const { shape } = field;
  if (given.kind === "token" && given.text === "null" && field.nullable) return { ...NOTHING, mode: "null" };
  switch (shape.kind) {
    case "text": return given.kind === "string" ? typed(given.value) : null;
    case "integer": return given.kind === "token" && integer(given.text) !== null ? typed(given.text) : null;
    case "number": return given.kind === "token" && number(given.text) !== null ? typed(given.text) : null;
    case "boolean": return given.kind === "token" && /^(true|false)$/.test(given.text) ? typed(given.text) : null;
    case "choice": return shape.options.includes(write(given)) ? typed(write(given)) : null;
    case "json": return typed(write(given));
    case "list": {
      const items = given.kind === "array" ? given.items.map((item) => valueOf(shape.item, item)) : [null];
      return items.includes(null) ? null : { ...NOTHING, mode: "given", items: items as Value[] };
    }
    case "object": {
      const members = given.kind === "object" ? filled(shape.fields, write(given)) : null;
      return members && { ...NOTHING, mode: "given", members };
    }
    case "variants": {
      const found = shape.variants.map((variant) => valueOf(variant, given));
      const at = found.findIndex((value) => value !== null);
      return at === -1 ? null : { ...NOTHING, mode: "given", variant: at, items: [found[at] as Value] };
    }
  }
}

/** Every pointer at which the form has a place for a fault. */
export function places(fields: readonly Field[], values: Readonly<Record<string, Value>>, pointer = ""): string[] {
  return fields.flatMap((field) => placesOf(field, values[field.name] ?? NOTHING, `${pointer}/${step(field.name)}`));
}

function placesOf({ shape }: Field, value: Value, pointer: string): string[] {
  if (value.mode !== "given") return [pointer];
  if (shape.kind === "object") return [pointer, ...places(shape.fields, value.members, pointer)];
  if (shape.kind === "list") return [pointer, ...value.items.flatMap((item, index) => placesOf(shape.item, item, `${pointer}/${index}`))];
  const variant = shape.kind === "variants" ? shape.variants[value.variant] : undefined;
  return variant ? placesOf(variant, value.items[0] ?? NOTHING, pointer) : [pointer];
}

/** Puts each fault at the place nearest to it; "" gathers those that have none. */
export function placed(faults: readonly Fault[], at: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const known = new Set(at);
  for (const { pointer, detail } of faults) {
    let place = pointer;
    while (place !== "" && !known.has(place)) place = place.slice(0, place.lastIndexOf("/"));
    const rest = pointer.slice(place.length + 1);
    found.set(place, [...(found.get(place) ?? []), rest ? `${rest.replaceAll("/", ".")}: ${detail}` : detail]);
  }
  return found;
}
