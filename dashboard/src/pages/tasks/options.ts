/** The options of a job as fields of a form. */

import type { Job, Task } from "../../api/types.ts";
import { type Fault, typed, type Value } from "./form.ts";
import type { Field, Shape } from "./schema.ts";

const TEXT: Shape = { kind: "text", format: "", long: false };

/** Durations are written as "10m" or as seconds; tags with commas between them. */
const KINDS: readonly { name: string; shape: Shape; description: string; bounds?: string }[] = [
  { name: "queue", shape: TEXT, description: "The line it waits in" },
  { name: "priority", shape: { kind: "integer" }, description: "9 is the most urgent, 5 is usual", bounds: "0 to 9" },
  { name: "delay", shape: TEXT, description: "Not before: seconds, or 10m, 1h30m" },
  { name: "timeout", shape: TEXT, description: "The longest that one attempt may run: seconds, or 5m" },
  { name: "retries", shape: { kind: "integer" }, description: "How often it is run again after an error" },
  { name: "key", shape: TEXT, description: "While a job of this task with the same key is kept, submitting gives that one back" },
  { name: "tags", shape: TEXT, description: "Labels to find it by, with commas between them" },
];

const USUAL: Readonly<Record<string, unknown>> = { queue: "default", priority: 5, delay: "none", timeout: "none", key: "none", tags: "none" };

export function optionFields(task: Task): Field[] {
  return KINDS.map(({ name, shape, description, bounds = "" }) => {
    const said = task.defaults[name] ?? USUAL[name];
    const fallback = said === undefined ? "" : JSON.stringify(Array.isArray(said) ? said.join(", ") : said);
    return { name, required: false, nullable: false, fallback, description, bounds, shape };
  });
}

/** Writes what is given as options, each as JSON text. */
export function writtenOptions(values: Readonly<Record<string, Value>>): { options: [string, string][]; faults: Fault[] } {
  const options: [string, string][] = [];
  const faults: Fault[] = [];
  for (const { name, shape } of KINDS) {
    const text = (values[name]?.mode === "given" ? values[name].text : "").trim();
    if (text === "") continue;
    if (shape.kind === "integer" && !/^\d{1,9}$/.test(text)) faults.push({ pointer: `/${name}`, detail: "must be a whole number" });
    else options.push([name, optionText(name, shape, text)]);
  }
  return { options, faults };
}

function optionText(name: string, shape: Shape, text: string): string {
  if (shape.kind === "integer") return String(Number(text));
  if (name === "tags") return JSON.stringify(text.split(",").map((tag) => tag.trim()).filter(Boolean));
  const isSeconds = (name === "delay" || name === "timeout") && /^\d+(\.\d+)?$/.test(text);
  return isSeconds ? String(Number(text)) : JSON.stringify(text);
}

/** The options that a job was submitted with, as far as they differ from those of its task. */
export function optionsOf(job: Job, task: Task): Record<string, Value> {
  const found: Record<string, Value> = {};
  const differ = (name: string, value: unknown, usual: unknown) => {
    if (value !== null && value !== (task.defaults[name] ?? usual)) found[name] = typed(String(value));
  };
  differ("queue", job.queue, "default");
  differ("priority", job.priority, 5);
  differ("timeout", job.timeout, null);
  differ("retries", job.max_retries, undefined);
  if (job.tags.length > 0) differ("tags", job.tags.join(", "), undefined);
  return found;
}
