/** Six numbers, each with what it was: the last two minutes as they were seen here, or the last quarter of an hour. */

import type { ComponentChildren } from "preact";

import type { Metrics } from "../../api/types.ts";
import { now } from "../../clock.ts";
import { count, duration, percent, plural, rate, short } from "../../format.ts";
import { failureShare, pointsOf, total } from "../../history.ts";
import { inState, oldestAge, rateOf, SAMPLES, type Sample } from "../../live/body.ts";
import { live } from "../../live/live.ts";
import { href, jobsHref } from "../../router.ts";
import { Sparkline } from "../../ui/sparkline.tsx";

/** A line needs some samples, and has room for more than the first ones, so that those do not look like a history. */
const FEWEST = 5;
const SHORTEST = 20;

export function Cards({ recent }: { recent: Metrics | undefined }) {
  const totals = live.totals.value;
  const ring = live.ring.value;
  const known = live.ready.value;
  const pending = inState(totals.jobs, "pending");
  // Counted by the store; how busy a worker is, it tells every few seconds only.
  const processing = inState(totals.jobs, "processing");
  const scheduled = inState(totals.jobs, "scheduled", "blocked");
  // The live sample is a moment old; the age goes on.
  const queues = Object.values(live.queues.value);
  const oldest = known ? oldestAge(queues, now.value) : 0;
  const points = pointsOf(recent);
  const ended = points.map((point) => point.completed + point.failed + point.cancelled);
  const line = (pick: (sample: Sample) => number | null) => ring.map(pick);
  return (
    <ul class="cards">
      <Card title="Pending" href={jobsHref({ state: "pending" })} value={known ? short(pending) : "–"} note={`${count(scheduled)} scheduled`} values={line((sample) => inState(sample.jobs, "pending"))} color="pending" />
      <Card
        title="Processing"
        href={jobsHref({ state: "processing" })}
        value={known ? <>{short(processing)}<small> of {plural(totals.slots, "slot")}</small></> : "–"}
        note={totals.slots > 0 ? `${percent(Math.min(1, processing / totals.slots))} of ${plural(totals.alive, "worker")}` : "no worker"}
        values={line((sample) => inState(sample.jobs, "processing"))}
        color="processing"
      />
      <Card title="In" value={known ? <>{rate(rateOf(queues, "in"))}<small> /s</small></> : "–"} note={points.length > 0 ? `${count(total(points, "submitted"))} in 15m` : ""} values={points.map((point) => point.submitted)} bars color="accent" />
      <Card title="Out" value={known ? <>{rate(rateOf(queues, "out"))}<small> /s</small></> : "–"} note={points.length > 0 ? `${count(sum(ended))} in 15m` : ""} values={ended} bars color="completed" />
      <Card
        title="Failure rate"
        href={href(["failures"])}
        value={percent(failureShare(points))}
        note={points.length > 0 ? `${count(total(points, "failed"))} failed in 15m` : ""}
        values={points.map((point) => point.failed)}
        bars
        color="failed"
      />
      <Card title="Oldest pending" href={href(["queues"])} value={pending > 0 && known ? duration(Math.max(0, Math.floor(oldest))) : "–"} note={pending > 0 ? "has waited" : "nothing waits"} values={line((sample) => sample.oldest)} color="oldest" />
    </ul>
  );
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

interface CardProps {
  title: string;
  value: ComponentChildren;
  note: string;
  values: readonly (number | null)[];
  color: string;
  href?: string;
  bars?: boolean;
}

function Card({ title, value, note, values, color, href: target, bars }: CardProps) {
  return (
    <li class="card stat">
      <h2>{target ? <a href={target}>{title}</a> : title}</h2>
      <p class="value num">{value}</p>
      <p class="note num">{note || "\u00a0"}</p>
      <div class={`color-${color}`}>
        <Sparkline values={bars || values.length >= FEWEST ? values : []} length={bars ? Math.max(15, values.length) : Math.min(SAMPLES, Math.max(SHORTEST, values.length))} kind={bars ? "bars" : "line"} />
      </div>
    </li>
  );
}
