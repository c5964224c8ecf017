import "../styles/jobs.css";

import { useMemo, useRef } from "preact/hooks";

import type { State } from "../api/types.ts";
import { brief } from "../ids.ts";
import { useKeys } from "../keys.ts";
import { live } from "../live/live.ts";
import type { Known } from "../query/complete.ts";
import { parse, type Term, values } from "../query/text.ts";
import { go, href, route } from "../router.ts";
import { Page } from "../ui/page.tsx";
import { Loading } from "../ui/states.tsx";
import { Table } from "../ui/table.tsx";
import { QueryBar } from "./jobs/bar.tsx";
import { COLUMNS } from "./jobs/cells.tsx";
import { useChoosing } from "./jobs/choosing.ts";
import { Chosen } from "./jobs/chosen.tsx";
import { type TabCounts, useCounts } from "./jobs/counts.ts";
import { useEngaged } from "./jobs/engaged.ts";
import { useListing } from "./jobs/listing-hook.ts";
import type { Row } from "./jobs/listing.ts";
import { NoJobs } from "./jobs/none.tsx";
import { Notices } from "./jobs/notices.tsx";
import { Paging } from "./jobs/paging.tsx";
import { place, usePlace } from "./jobs/place.ts";
import { queryHref, Tabs } from "./jobs/tabs.tsx";

export function JobsPage() {
  const query = route.value.query.get("query") ?? "";
  const cursor = route.value.query.get("cursor") ?? "";
  const terms = useMemo(() => parse(query), [query]);
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const rows = useRef<readonly Row[]>([]);
  const choosing = useChoosing(query, () => rows.current);
  const listing = useListing(query, cursor, useEngaged(box, choosing.any));
  rows.current = listing.rows;
  const counts = useCounts(terms);
  useKeys([
    { keys: "/", label: "Search", group: "Everywhere", run: () => input.current?.focus() },
    { keys: "n", label: "Show new jobs", group: "Table", run: listing.show },
    { keys: "Escape", label: "Choose none", group: "Table", run: choosing.none },
  ]);
  usePlace(href(["jobs"], { query, cursor }), box, listing.rows.length > 0);
  const open = ({ job }: Row) => {
    place.opened = job.id;
    go(href(["jobs", job.id]));
  };
  return (
    <Page title="Jobs">
      <QueryBar terms={terms} known={known(listing.rows)} input={input} onApply={(next) => go(queryHref(next))} />
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
            selected={choosing.ids}
          />
        ) : listing.loading ? <Loading lines={8} />
          : listing.page && !listing.error && listing.page.scan?.complete !== false && <NoJobs terms={terms} />}
      </div>
      <Paging listing={listing} query={query} cursor={cursor} />
      <Chosen choosing={choosing} rows={listing.rows} query={query} total={total(terms, counts)} onDone={(action) => (action === "delete" ? listing.show() : listing.refresh())} />
    </Page>
  );
}

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
