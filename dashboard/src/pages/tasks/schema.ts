/** What a form can draw of a JSON schema: a shape for each value, and raw JSON for whatever has none. */

export type Schema = { readonly [name: string]: unknown };

export type Shape =
  | { kind: "text"; format: string; long: boolean }
  | { kind: "integer" | "number" | "boolean" }
  /** Values as JSON text. */
  | { kind: "choice"; options: readonly string[] }
  | { kind: "list"; item: Field }
  | { kind: "object"; fields: readonly Field[] }
  | { kind: "variants"; variants: readonly Field[] }
  | { kind: "json"; holds: "object" | "array" | "any" };

export interface Field {
  /** The name of the member; of a variant what it is called; "" for an item of a list. */
  name: string;
  required: boolean;
  nullable: boolean;
  /** JSON text, "" when there is none. */
  fallback: string;
  /** What its author says of it. */
  description: string;
  /** Bounds in words: "0 to 9". */
  bounds: string;
  shape: Shape;
}

/** Deeper than this a form is no help. */
const DEEPEST = 5;

/** Reads the schema of a task's arguments. `default` members may have been kept as JSON text, see api/json.ts. */
export function fieldsOf(root: Schema): Field[] {
  const shape = new Reader(root).shape(root, []);
  return shape.kind === "object" ? [...shape.fields] : [];
}

class Reader {
  readonly #root: Schema;

  constructor(root: Schema) {
    this.#root = root;
  }

  field(name: string, given: unknown, required: boolean, path: readonly string[]): Field {
    const { schema, refs } = this.#resolved(parsed(given), path);
    const { schema: inner, refs: all, nullable } = this.#withoutNull(schema, refs);
    return {
      name,
      required,
      nullable,
      fallback: fallbackOf(schema),
      description: text(schema.description) || text(inner.description),
      bounds: bounds(inner),
      shape: this.shape(inner, all),
    };
  }

  shape(schema: Schema, path: readonly string[]): Shape {
    const options = choices(schema);
    if (options) return { kind: "choice", options };
    const several = list(schema.anyOf) ?? list(schema.oneOf);
    if (several) return this.#variants(several, path);
    const type = schema.type;
    if (type === "string") return { kind: "text", format: text(schema.format), long: false };
    if (type === "integer" || type === "number" || type === "boolean") return { kind: type };
    if (type === "array") return this.#list(schema, path);
    if (type === "object") return this.#object(schema, path);
    return { kind: "json", holds: "any" };
  }

  #list(schema: Schema, path: readonly string[]): Shape {
    const plain = schema.items !== undefined && schema.items !== true && schema.prefixItems === undefined;
    if (!plain || path.length >= DEEPEST) return { kind: "json", holds: "array" };
    return { kind: "list", item: this.field("", schema.items, true, [...path, "[]"]) };
  }

  #object(schema: Schema, path: readonly string[]): Shape {
    const members = Object.entries((schema.properties ?? {}) as Schema);
    const open = path.length > 0 && (schema.additionalProperties === true || typeof schema.additionalProperties === "object");
    if ((members.length === 0 && path.length > 0) || open || path.length >= DEEPEST) return { kind: "json", holds: "object" };
    const required = new Set(list(schema.required) ?? []);
    return { kind: "object", fields: members.map(([name, one]) => this.field(name, one, required.has(name), [...path, `.${name}`])) };
  }

  #variants(several: readonly unknown[], path: readonly string[]): Shape {
    const variants = several.map((one) => {
      const field = this.field("", one, true, path);
      const title = text(this.#resolved(parsed(one), path).schema.title);
      return { ...field, name: field.shape.kind === "object" && title ? title : typeName(field) };
    });
    return path.length >= DEEPEST || variants.length > 12 ? { kind: "json", holds: "any" } : { kind: "variants", variants };
  }

  /** Follows references; one that leads into itself is not followed. */
  #resolved(schema: Schema, path: readonly string[]): { schema: Schema; refs: readonly string[] } {
    const only = list(schema.allOf);
    const ref = text(schema.$ref) || (only?.length === 1 ? text((only[0] as Schema).$ref) : "");
    if (!ref.startsWith("#/$defs/")) return { schema, refs: path };
    if (path.includes(ref)) return { schema: {}, refs: path };
    const name = ref.slice(8).replaceAll("~1", "/").replaceAll("~0", "~");
    const found = parsed(((this.#root.$defs ?? {}) as Schema)[name]);
    const { $ref: _, allOf: __, ...beside } = schema;
    return this.#resolved({ ...found, ...beside }, [...path, ref]);
  }

  /** Takes null out of what a value may be. */
  #withoutNull(schema: Schema, refs: readonly string[]): { schema: Schema; refs: readonly string[]; nullable: boolean } {
    const key = list(schema.anyOf) ? "anyOf" : "oneOf";
    const several = list(schema[key]);
    if (Array.isArray(schema.type) && schema.type.includes("null")) {
      const types = schema.type.filter((type) => type !== "null");
      return { schema: { ...schema, type: types.length === 1 ? types[0] : types }, refs, nullable: true };
    }
    const rest = several?.filter((one) => (one as Schema).type !== "null");
    if (!several || !rest || rest.length === several.length) return { schema, refs, nullable: false };
    if (rest.length > 1) return { schema: { ...schema, [key]: rest }, refs, nullable: true };
    return { ...this.#resolved(parsed(rest[0]), refs), nullable: true };
  }
}

const text = (value: unknown) => (typeof value === "string" ? value : "");
const list = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : undefined);

/** A member that happens to be named "default" was kept as text, as if it were one. */
function parsed(schema: unknown): Schema {
  if (typeof schema === "string") return JSON.parse(schema) as Schema;
  return (typeof schema === "object" && schema !== null ? schema : {}) as Schema;
}

function fallbackOf(schema: Schema): string {
  if (!("default" in schema)) return "";
  return typeof schema.default === "string" ? schema.default : JSON.stringify(schema.default);
}

function choices(schema: Schema): string[] | undefined {
  if ("const" in schema) return [JSON.stringify(schema.const)];
  return list(schema.enum)?.map((value) => JSON.stringify(value));
}

function bounds(schema: Schema): string {
  const limit = (low: unknown, high: unknown, what = "") =>
    low !== undefined && high !== undefined ? `${String(low)} to ${String(high)}${what}`
    : low !== undefined ? `at least ${String(low)}${what}`
    : high !== undefined ? `at most ${String(high)}${what}`
    : "";
  return [
    limit(schema.minimum, schema.maximum),
    schema.exclusiveMinimum !== undefined ? `more than ${String(schema.exclusiveMinimum)}` : "",
    schema.exclusiveMaximum !== undefined ? `less than ${String(schema.exclusiveMaximum)}` : "",
    schema.multipleOf !== undefined ? `a multiple of ${String(schema.multipleOf)}` : "",
    limit(schema.minLength, schema.maxLength, " characters"),
    limit(schema.minItems, schema.maxItems, " items"),
    schema.pattern !== undefined ? `matches ${String(schema.pattern)}` : "",
  ].filter(Boolean).join(", ");
}

/** The type of a field in the words of JSON. */
export function typeName({ shape, nullable }: Pick<Field, "shape" | "nullable">): string {
  const name = shapeName(shape);
  return nullable ? `${name} or null` : name;
}

const FORMATS: Readonly<Record<string, string>> = { "date-time": "date and time", date: "date", time: "time", password: "secret" };

function shapeName(shape: Shape): string {
  switch (shape.kind) {
    case "text": return shape.format ? (FORMATS[shape.format] ?? `string, ${shape.format}`) : "string";
    case "choice": return shape.options.join(" | ");
    case "list": return `array of ${typeName(shape.item)}`;
    case "variants": return shape.variants.map((one) => one.name).join(" or ");
    case "json": return shape.holds === "any" ? "any JSON" : shape.holds;
    default: return shape.kind;
  }
}

export interface Row {
  name: string;
  depth: number;
  field: Field;
}

/** The fields and those inside of them, as the rows of a table. */
export function rowsOf(fields: readonly Field[], depth = 0): Row[] {
  return fields.flatMap((field) => [{ name: field.name, depth, field }, ...rowsOf(inside(field.shape), depth + 1)]);
}

function inside(shape: Shape): readonly Field[] {
  if (shape.kind === "object") return shape.fields;
  return shape.kind === "list" ? inside(shape.item.shape) : [];
}
