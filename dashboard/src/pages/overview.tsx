/** Everything at a glance: six numbers, what needs a person, and the last hours. */

import { get } from "../api/client.ts";
import type { FailureGroup, Stats } from "../api/types.ts";
import { attention, type Item } from "../attention.ts";
import { resumeQueue } from "../actions.ts";
import { now } from "../clock.ts";
import { live } from "../live/live.ts";
import { useResource } from "../resource.ts";
import { href } from "../router.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { History, useMetrics, usePeriod } from "../ui/metrics.tsx";
import { Page, Section } from "../ui/page.tsx";
import { Cards } from "./overview/cards.tsx";
import { FirstJob } from "./overview/first_job.tsx";
import "../styles/overview.css";

/** How often what the stream does not tell is asked for, in milliseconds. */
const PACE = 5_000;

export function OverviewPage() {
  const period = usePeriod();
  const metrics = useMetrics(period);
  const recent = useMetrics("15m");
  const empty = live.ready.value && Object.keys(live.queues.value).length === 0;
  return (
    <Page title="Overview">
      <Cards recent={recent.data} />
      {empty && <FirstJob />}
      <Attention />
      <History metrics={metrics} period={period} />
    </Page>
  );
}

function Attention() {
  const stats = useResource("stats", (signal) => get<Stats>("v1/stats", { signal }), { every: PACE });
  const failures = useResource("failures", (signal) => get<{ groups: FailureGroup[] }>("v1/failures", { signal }), { every: 2 * PACE });
  if (!live.ready.value || !stats.data) return null;
  const items = attention({
    now: now.value,
    queues: Object.values(live.queues.value),
    workers: Object.values(live.workers.value),
    unserved: stats.data.unserved,
    failures: failures.data?.groups ?? [],
  });
  if (items.length === 0) {
    // Above it stands what is wrong with the whole, if anything is.
    if (live.totals.value.alive === 0 || live.trouble.value) return null;
    return (
      <p class="all-well">
        <Icon name="check" /> Nothing needs attention.
      </p>
    );
  }
  return (
    <Section title="Needs attention">
      <ul class="attention card">
        {items.map((item) => (
          <li key={item.key} class={item.kind}>
            <Icon name="warning" label={item.kind === "bad" ? "Problem" : "Warning"} />
            <p>
              <strong>{item.subject}</strong> {item.text}
            </p>
            <Action item={item} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Action({ item: { action, subject } }: { item: Item }) {
  if (action.do === "resume") {
    return (
      <Button icon="play" class="small" onClick={() => resumeQueue(action.queue)}>
        Resume<span class="sr-only"> {subject}</span>
      </Button>
    );
  }
  return (
    <a class="button small" href={href(action.parts, action.query)}>
      {action.label}
      <span class="sr-only"> of {subject}</span>
    </a>
  );
}
