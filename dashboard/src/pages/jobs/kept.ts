/** What the store's own counters say of a query, as far as they can. */

import { type Counts, STATES } from "../../api/types.ts";
import { type Term, values, without } from "../../query/text.ts";

type Rows = Readonly<Record<string, { jobs: Counts }>>;

/** The jobs of these terms by state, whatever states the terms name; null when no counter tells. */
export function kept(terms: readonly Term[], queues: Rows, tasks: Rows, all: Counts): Counts | null {
  const rest = without(terms, "state");
  const fields = new Set(rest.map((term) => term.field));
  if (fields.size === 0) return all;
  const field = fields.has("queue") ? "queue" : "task";
  if (fields.size !== 1 || !fields.has(field)) return null;
  const rows = field === "queue" ? queues : tasks;
  const sum: Counts = {};
  for (const name of new Set(values(rest, field))) {
    for (const state of STATES) sum[state] = (sum[state] ?? 0) + (rows[name]?.jobs[state] ?? 0);
  }
  return sum;
}
