import "../styles/jobs.css";

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";

import { Problem } from "../api/client.ts";
import type { State } from "../api/types.ts";
import { count } from "../format.ts";
import { useKeys } from "../keys.ts";
import { live } from "../live/live.ts";
import { brief } from "../ids.ts";
import type { Known } from "../query/complete.ts";
import { parse, print, type Term, values, withValues } from "../query/text.ts";
import { go, href, route } from "../router.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { Page } from "../ui/page.tsx";
import { ErrorBox, Loading } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { QueryBar } from "./jobs/bar.tsx";
import { COLUMNS } from "./jobs/cells.tsx";
import { Chosen } from "./jobs/chosen.tsx";
import { type TabCounts, TABS, useCounts } from "./jobs/counts.ts";
import { type Listing, PAGE, useListing } from "./jobs/listing-hook.ts";
import { NoJobs } from "./jobs/none.tsx";
import { place, usePlace } from "./jobs/place.ts";
import type { Row } from "./jobs/listing.ts";

export function JobsPage() {
  const query = route.value.query.get("query") ?? "";
  const cursor = route.value.query.get("cursor") ?? "";
  const terms = useMemo(() => parse(query), [query]);
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const all = useSignal(false);
  const engaged = useEngaged(box, () => chosen.peek().size > 0 || all.peek());
  const listing = useListing(query, cursor, engaged);
  const counts = useCounts(terms);
  const clear = () => {
    chosen.value = new Set();
    all.value = false;
  };
  useEffect(clear, [query]);
  useEffect(() => {
    if (chosen.value.size === 0) all.value = false;
  }, [chosen.value]);
  useKeys([
    { keys: "/", label: "Search", group: "Everywhere", run: () => input.current?.focus() },
    { keys: "n", label: "Show new jobs", group: "Table", run: listing.show },
    { keys: "Escape", label: "Choose none", group: "Table", run: clear },
  ]);
  usePlace(href(["jobs"], { query, cursor }), box, listing.rows.length > 0);
  const apply = (next: readonly Term[]) => go(queryHref(next));
  const open = ({ job }: Row) => {
    place.opened = job.id;
    go(href(["jobs", job.id]));
  };
  return (
    <Page title="Jobs">
      <QueryBar terms={terms} known={known(listing.rows)} input={input} onApply={apply} />
      <Tabs terms={terms} counts={counts} />
      <Notices listing={listing} cursor={cursor} />
      <div class="jobs" ref={box}>
        {listing.rows.length > 0 ? (
          <Table
            caption="Jobs, newest first"
            columns={COLUMNS}
            rows={listing.rows}
            rowKey={(row) => row.job.id}
            rowLabel={(row) => `${row.job.task} ${brief(row.job.id)}`}
            rowClass={(row) => (row.gone ? "gone" : "")}
            onOpen={open}
            selected={chosen}
          />
        ) : listing.loading ? <Loading lines={8} /> : listing.page && !listing.error && listing.page.scan?.complete !== false && <NoJobs terms={terms} />}
      </div>
      <Pages listing={listing} query={query} cursor={cursor} />
      <Chosen chosen={chosen} all={all} rows={listing.rows} query={query} total={total(terms, counts)} onDone={listing.refresh} />
    </Page>
  );
}

const queryHref = (terms: readonly Term[]) => href(["jobs"], { query: print(terms) });

/** The number of jobs that the whole query finds. */
function total(terms: readonly Term[], counts: TabCounts) {
  const states = values(terms, "state") as State[];
  if (states.length === 0) return counts.all;
  const parts = states.map((state) => counts[state]);
  if (parts.some((part) => part === undefined)) return counts.all;
  return { jobs: parts.reduce((sum, part) => sum + (part?.jobs ?? 0), 0), exact: parts.every((part) => part?.exact) };
}

function known(rows: readonly Row[]): Known {
  return {
    queue: Object.keys(live.queues.value),
    task: Object.keys(live.tasks.value),
    worker: Object.keys(live.workers.value),
    tag: [...new Set(rows.flatMap((row) => row.job.tags))],
  };
}

function Tabs({ terms, counts }: { terms: readonly Term[]; counts: TabCounts }) {
  const open = values(terms, "state");
  const tabs: readonly (State | "all")[] = ["all", ...TABS];
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

function Notices({ listing, cursor }: { listing: Listing; cursor: string }) {
  const { error, fresh, page } = listing;
  return (
    <>
      {error && (error instanceof Problem && error.status === 422 ? <div class="notice bad" role="alert"><Icon name="warning" /><p>{error.message}</p></div> : <ErrorBox error={error} retry={listing.refresh} />)}
      {page?.scan && !page.scan.complete && (
        <div class="notice" role="status">
          <Icon name="info" />
          <p>
            No index has just these jobs, so the {cursor ? "next" : "newest"} {count(page.scan.examined)} were looked at{listing.rows.length > 0 ? "" : ", and none of them matches"}. Older ones may match as well.
          </p>
        </div>
      )}
      {fresh > 0 && (
        <button type="button" class="fresh" onClick={listing.show}>
          <Icon name="retry" size={14} />
          {fresh >= PAGE ? `${PAGE}+` : fresh} new {fresh === 1 ? "job" : "jobs"}
        </button>
      )}
    </>
  );
}

/** The way back through the pages that were followed. */
const before = new Map<string, string>();

function Pages({ listing, query, cursor }: { listing: Listing; query: string; cursor: string }) {
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

/** Whether somebody has a hand on the rows: points at them, is among them by keyboard, chose some, or read on. */
function useEngaged(box: { current: HTMLElement | null }, busy: () => boolean): () => boolean {
  const over = useRef(false);
  useEffect(() => {
    const element = box.current;
    const enter = (event: PointerEvent) => (over.current = event.pointerType === "mouse");
    const leave = () => (over.current = false);
    element?.addEventListener("pointerenter", enter);
    element?.addEventListener("pointerleave", leave);
    return () => {
      element?.removeEventListener("pointerenter", enter);
      element?.removeEventListener("pointerleave", leave);
    };
  }, []);
  return () => busy() || over.current || scrollY > 200 || box.current?.contains(document.activeElement) === true;
}
