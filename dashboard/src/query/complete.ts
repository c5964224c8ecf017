/** What could be meant by the term that is being typed. */

import { STATES } from "../api/types.ts";
import { FIELDS, quoted, takesSeveral } from "./text.ts";

export interface Suggestion {
  /** What the input becomes. */
  text: string;
  /** Whether it is a whole term; otherwise more has to follow, such as the value of a field. */
  whole: boolean;
  /** Said beside it. */
  hint: string;
}

/** Names that are known now, by field: queues, tasks, workers, tags seen. */
export type Known = Readonly<Record<string, readonly string[]>>;

const AGES = ["15m", "1h", "6h", "24h", "7d"];
const MOST = 11;

/** `typed` is the term so far, without the terms before it. */
export function suggestions(typed: string, known: Known): Suggestion[] {
  const colon = typed.indexOf(":");
  const found = colon === -1 ? ofWord(typed, known) : ofField(typed.slice(0, colon), typed.slice(colon + 1), known);
  return found.filter((one) => !(one.whole && one.text === typed)).slice(0, MOST);
}

function ofWord(word: string, known: Known): Suggestion[] {
  const lower = word.toLowerCase();
  const fields = Object.entries(FIELDS)
    .filter(([field]) => field.startsWith(lower))
    .map(([field, hint]) => ({ text: `${field}:`, whole: false, hint }));
  if (word === "") return fields;
  const of = (field: string) =>
    ranked(choices(field, known), lower).map((value) => ({ text: `${field}:${quoted(value)}`, whole: true, hint: "" }));
  return [...fields, ...of("state"), ...of("task"), ...of("queue"), ...of("tag")];
}

function ofField(field: string, value: string, known: Known): Suggestion[] {
  const comma = takesSeveral(field) ? value.lastIndexOf(",") + 1 : 0;
  const before = value.slice(0, comma);
  const taken = new Set(before.split(","));
  const begun = value.slice(comma).replace(/^["']/, "").toLowerCase();
  return ranked(choices(field, known).filter((one) => !taken.has(one)), begun).map((one) => ({
    text: `${field}:${before}${quoted(one)}`,
    whole: true,
    hint: field === "after" || field === "before" ? `${one} ago` : "",
  }));
}

function choices(field: string, known: Known): readonly string[] {
  if (field === "state") return STATES.filter((state) => state !== "blocked");
  if (field === "after" || field === "before") return AGES;
  return known[field] ?? [];
}

/** Those that begin with the text come before those that only hold it. */
function ranked(names: readonly string[], text: string): string[] {
  const holds = names.filter((name) => name.toLowerCase().includes(text));
  const begins = (name: string) => name.toLowerCase().startsWith(text);
  return [...holds.filter(begins), ...holds.filter((name) => !begins(name))];
}
