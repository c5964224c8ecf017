/** How many jobs each tab has, for the rest of the query: live where the store keeps a count, else asked for. */

import { get } from "../../api/client.ts";
import { type State, STATES } from "../../api/types.ts";
import { live } from "../../live/live.ts";
import { fault, print, type Term, values, withValues, without } from "../../query/text.ts";
import { useResource } from "../../resource.ts";
import { kept } from "./kept.ts";

export interface Counted {
  jobs: number;
  exact: boolean;
}
export type TabCounts = Partial<Record<State | "all", Counted>>;

/** The tabs, in the order in which a job goes through them. */
export const TABS = STATES.filter((state) => state !== "blocked");

/** Terms for which every tab's number is a sum of counters; others are looked for, so only the tab that is open asks. */
const isCheap = (terms: readonly Term[]) => terms.every((term) => ["state", "queue", "task"].includes(term.field));

export function useCounts(terms: readonly Term[]): TabCounts {
  const direct = kept(terms, live.queues.value, live.tasks.value, live.totals.value.jobs);
  const asked = useAsked(terms, direct === null && !terms.some(fault));
  if (direct === null) return asked;
  const total = STATES.reduce((sum, state) => sum + (direct[state] ?? 0), 0);
  if (!live.ready.value) return {};
  const numbers = [["all", total] as const, ...TABS.map((state) => [state, direct[state] ?? 0] as const)];
  return Object.fromEntries(numbers.map(([name, jobs]) => [name, { jobs, exact: true }]));
}

function useAsked(terms: readonly Term[], needed: boolean): TabCounts {
  const cheap = isCheap(terms);
  const open = values(terms, "state");
  const names: readonly (State | "all")[] = cheap ? ["all", ...TABS] : [open.length === 1 ? (open[0] as State) : "all"];
  const load = async (signal: AbortSignal): Promise<TabCounts> => {
    if (!needed) return {};
    const ask = (name: State | "all") =>
      get<Counted>("v1/jobs/count", { query: { query: print(termsOf(name, terms, cheap)) }, signal });
    const found = await Promise.all(names.map(ask));
    return Object.fromEntries(names.map((name, index) => [name, found[index]]));
  };
  const key = needed ? `counts ${print(terms)}` : "";
  const { data } = useResource(key, load, needed ? { watch: live.version, gap: cheap ? 1_000 : 10_000 } : {});
  return data ?? {};
}

function termsOf(name: State | "all", terms: readonly Term[], cheap: boolean): readonly Term[] {
  if (name !== "all") return withValues(terms, "state", [name]);
  return cheap ? without(terms, "state") : terms;
}
