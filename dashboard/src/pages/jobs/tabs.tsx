/** The states as tabs, each with the number of its jobs for the rest of the query. */

import { useEffect, useRef } from "preact/hooks";

import type { State } from "../../api/types.ts";
import { count } from "../../format.ts";
import { href } from "../../router.ts";
import { canFind, print, type Term, values, withValues } from "../../query/text.ts";
import { type TabCounts, TABS } from "./counts.ts";

export const queryHref = (terms: readonly Term[]) => href(["jobs"], { query: print(terms) });

export function Tabs({ terms, counts }: { terms: readonly Term[]; counts: TabCounts }) {
  const open = values(terms, "state");
  const tabs: readonly (State | "all")[] = ["all", ...TABS.filter((state) => canFind(terms, state))];
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const tab = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (nav.current && tab) nav.current.scrollLeft = tab.offsetLeft - (nav.current.clientWidth - tab.clientWidth) / 2;
  }, [open.join()]);
  return (
    <nav class="tabs" aria-label="States" ref={nav}>
      {tabs.map((tab) => (
        <a
          key={tab}
          href={queryHref(withValues(terms, "state", tab === "all" ? [] : [tab]))}
          aria-current={(tab === "all" ? open.length === 0 : open.length === 1 && open[0] === tab) ? "page" : undefined}
        >
          {tab[0]?.toUpperCase() + tab.slice(1)}
          {counts[tab] && (counts[tab].exact || counts[tab].jobs > 0) && <span class="tab-count num">{count(counts[tab].jobs)}{counts[tab].exact ? "" : "+"}</span>}
        </a>
      ))}
    </nav>
  );
}
