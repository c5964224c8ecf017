/** Arguments that a task would take, for showing how a job of it is made. */

import type { Field, Shape } from "./schema.ts";

/** A JSON object with what is required, each as an example of its type. */
export function sampleArgs(fields: readonly Field[]): string {
  const members = fields.filter((field) => field.required).map((field) => `${JSON.stringify(field.name)}: ${sample(field.shape)}`);
  return `{${members.join(", ")}}`;
}

const TEXTS: Readonly<Record<string, string>> = {
  "date-time": "2030-01-31T12:00:00Z", date: "2030-01-31", time: "12:00:00", duration: "PT10M",
  uuid: "00000000-0000-4000-8000-000000000000", email: "ada@example.com", uri: "https://example.com/",
};

function sample(shape: Shape): string {
  switch (shape.kind) {
    case "text": return JSON.stringify(TEXTS[shape.format] ?? "text");
    case "integer": return "1";
    case "number": return "0.5";
    case "boolean": return "true";
    case "choice": return shape.options[0] ?? "null";
    case "list": return "[]";
    case "object": return sampleArgs(shape.fields);
    case "variants": return sample(shape.variants[0]?.shape ?? { kind: "json", holds: "any" });
    case "json": return { object: "{}", array: "[]", any: "null" }[shape.holds];
  }
}
