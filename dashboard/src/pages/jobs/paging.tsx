/** Older and newer parts of the list. */

import { go, href } from "../../router.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import type { Listing } from "./listing-hook.ts";

/** The way back through the pages that were followed. */
const before = new Map<string, string>();

export function Paging({ listing, query, cursor }: { listing: Listing; query: string; cursor: string }) {
  const next = listing.page?.cursor;
  if (!cursor && !next) return null;
  const newer = before.get(`${query} ${cursor}`);
  const to = (where: string) => () => {
    go(href(["jobs"], { query, cursor: where }));
    scrollTo({ top: 0 });
  };
  const older = () => {
    if (!next) return;
    before.set(`${query} ${next}`, cursor);
    to(next)();
  };
  return (
    <nav class="pages" aria-label="Parts of the list">
      <Button icon="back" disabled={!cursor} onClick={to(newer ?? "")}>{newer === undefined && cursor ? "Newest" : "Newer"}</Button>
      {newer ? <Button look="quiet" onClick={to("")}>Newest</Button> : null}
      <Button disabled={!next} onClick={older}>
        {listing.page?.scan?.complete === false ? "Look at older ones" : "Older"} <Icon name="next" />
      </Button>
    </nav>
  );
}
