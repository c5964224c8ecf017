import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Row } from "./listing.ts";

export interface Choosing {
  /** Ids of the chosen rows; they stay chosen on other pages of the same query. */
  ids: Signal<ReadonlySet<string>>;
  /** Every job of the query is meant, not only the chosen rows. */
  all: Signal<boolean>;
  /** Whether every row that is shown is chosen. */
  whole: (rows: readonly Row[]) => boolean;
  none: () => void;
  any: () => boolean;
}

export function useChoosing(query: string, rows: () => readonly Row[]): Choosing {
  const ids = useSignal<ReadonlySet<string>>(new Set());
  const all = useSignal(false);
  const whole = (shown: readonly Row[]) => shown.length > 0 && shown.every((row) => ids.value.has(row.job.id));
  const none = () => {
    ids.value = new Set();
    all.value = false;
  };
  useEffect(none, [query]);
  // Who takes one row out of all does not mean all any more.
  useEffect(() => ids.subscribe(() => {
    if (all.peek() && !whole(rows())) all.value = false;
  }), []);
  return { ids, all, whole, none, any: () => ids.peek().size > 0 || all.peek() };
}
