/** What was filled into a Run form, as a form or as JSON, and what of it cannot be sent. */

import { laidOut, type RawJson } from "../../api/json.ts";
import { tree } from "../../api/tree.ts";
import type { Job, Task } from "../../api/types.ts";
import type { NewJob } from "../../writers/request.ts";
import { type Fault, filled, placed, places, started, type Value, written } from "./form.ts";
import { optionsOf, writtenOptions } from "./options.ts";
import { type Field, fieldsOf } from "./schema.ts";

export type Values = Readonly<Record<string, Value>>;
export type Mode = "form" | "json";

export interface Draft {
  mode: Mode;
  values: Values;
  /** The arguments as JSON, in that mode. */
  raw: string;
  options: Values;
}

/** Longer arguments stay JSON: nobody reads a form of a thousand fields, and a browser draws it for seconds. */
const MOST = 10_000;

/** A form that is empty, or filled as another job was. */
export function draftOf(task: Task, like: { job: Job; args: RawJson } | null): Draft {
  const fields = fieldsOf(task.schema);
  if (!like) return { mode: "form", values: started(fields), raw: "{}", options: {} };
  const values = held(fields, like.args);
  return { mode: values ? "form" : "json", values: values ?? started(fields), raw: like.args.length > MOST ? like.args : laidOut(like.args), options: optionsOf(like.job, task) };
}

/** The job that a draft says, and the faults because of which it is none yet. */
export function jobOf(task: string, draft: Draft, fields: readonly Field[]): { job: NewJob; faults: Fault[] } {
  const args = draft.mode === "form" ? written(fields, draft.values) : writtenRaw(draft.raw);
  const { options, faults } = writtenOptions(draft.options);
  return { job: { task, args: args.text, options }, faults: [...under("/args", args.faults), ...under("/options", faults)] };
}

const under = (pointer: string, faults: readonly Fault[]) => faults.map((fault) => ({ ...fault, pointer: pointer + fault.pointer }));

function writtenRaw(raw: string): { text: string; faults: Fault[] } {
  try {
    const read = tree(raw);
    return read.kind === "object" ? { text: raw, faults: [] } : { text: "{}", faults: [{ pointer: "", detail: "must be a JSON object" }] };
  } catch (error) {
    return { text: "{}", faults: [{ pointer: "", detail: `is no JSON: ${(error as Error).message}` }] };
  }
}

/** Puts faults at the places that a draft has for them. */
export function placedIn(draft: Draft, faults: readonly Fault[], fields: readonly Field[], options: readonly Field[]): Map<string, string[]> {
  const args = draft.mode === "form" ? places(fields, draft.values, "/args") : ["/args"];
  return placed(faults, [...args, ...options.map((field) => `/options/${field.name}`)]);
}

/** The draft in the other mode, with what was filled in; null when the form cannot hold it as it is. */
export function switched(draft: Draft, mode: Mode, fields: readonly Field[]): Partial<Draft> | null {
  if (mode === draft.mode) return {};
  if (mode === "json") return { mode, raw: laidOut(written(fields, draft.values).text) };
  const values = writtenRaw(draft.raw).faults.length === 0 ? held(fields, draft.raw) : null;
  return values && { mode, values };
}

const held = (fields: readonly Field[], args: string) => (args.length > MOST ? null : filled(fields, args));
