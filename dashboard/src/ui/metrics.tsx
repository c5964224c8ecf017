/** The two charts of a queue, a task or everything: what ended, and how long jobs waited. */

import { get } from "../api/client.ts";
import type { Metrics, Period } from "../api/types.ts";
import { count, duration } from "../format.ts";
import { isPeriod, pace, perStep, PERIODS, pointsOf, throughputSentence, timesOf, waitSentence } from "../history.ts";
import { type Resource, useResource } from "../resource.ts";
import { href, replace, route } from "../router.ts";
import { Chart } from "./chart.tsx";
import { Section } from "./page.tsx";
import { ErrorBox } from "./states.tsx";

export interface Scope {
  queue?: string;
  task?: string;
}

/** The period in the address, so that a link shows the same. */
export function usePeriod(): Period {
  const asked = route.value.query.get("period");
  return isPeriod(asked) ? asked : "1h";
}

export function useMetrics(period: Period, scope: Scope = {}, group = "none"): Resource<Metrics> {
  const query = { period, queue: scope.queue, task: scope.task, group };
  return useResource(`metrics ${JSON.stringify(query)}`, (signal) => get<Metrics>("v1/metrics/query", { query, signal }), { every: pace(period) });
}

export function PeriodChoice({ period }: { period: Period }) {
  const choose = (next: Period) => replace(href(route.value.parts, { ...Object.fromEntries(route.value.query), period: next }));
  return (
    <div class="segments" role="group" aria-label="Period">
      {PERIODS.map((one) => (
        <button key={one} type="button" aria-pressed={one === period} onClick={() => choose(one)}>
          {one}
        </button>
      ))}
    </div>
  );
}

/** Needs `const period = usePeriod(); const metrics = useMetrics(period, { queue })` around it. */
export function History({ metrics, period }: { metrics: Resource<Metrics>; period: Period }) {
  return (
    <Section title="History" actions={<PeriodChoice period={period} />}>
      {metrics.error && !metrics.data ? <ErrorBox error={metrics.error} retry={metrics.refresh} /> : <Charts metrics={metrics.data} period={period} />}
    </Section>
  );
}

const OUTCOMES = ["completed", "retried", "cancelled", "failed"] as const;
const QUANTILES = ["p50", "p95", "p99"] as const;

function Charts({ metrics, period }: { metrics: Metrics | undefined; period: Period }) {
  const points = pointsOf(metrics);
  const times = timesOf(points);
  return (
    <div class="charts">
      <Chart
        title={`Ended ${metrics ? perStep(metrics.step) : ""}`}
        caption={metrics ? throughputSentence(points, period) : " "}
        times={times}
        step={metrics?.step ?? 60}
        stacked
        format={(value) => (value === null ? "–" : count(value))}
        lines={OUTCOMES.map((member) => ({ label: member, color: member, values: points.map((point) => point[member]) }))}
      />
      <Chart
        title="Wait before the start"
        caption={metrics ? waitSentence(points, period) : " "}
        times={times}
        step={metrics?.step ?? 60}
        log
        format={duration}
        lines={[
          ...QUANTILES.map((member) => ({ label: member, color: member, values: points.map((point) => point.wait?.[member] ?? null) })),
          { label: "oldest pending", color: "oldest", dashed: true, values: points.map((point) => point.oldest) },
        ]}
      />
    </div>
  );
}
