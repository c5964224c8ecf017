/** What the history says: lines for charts, and sentences for those who do not see them. */

import type { Metrics, Period, Point, Quantiles } from "./api/types.ts";
import { count, duration, percent, plural, seconds } from "./format.ts";

export const PERIODS: readonly Period[] = ["15m", "1h", "6h", "24h", "7d", "30d"];
/** Each period after "in". */
export const WORDS: Record<Period, string> = {
  "15m": "the last 15 minutes",
  "1h": "the last hour",
  "6h": "the last 6 hours",
  "24h": "the last 24 hours",
  "7d": "the last 7 days",
  "30d": "the last 30 days",
};

export const isPeriod = (text: string | null): text is Period => PERIODS.includes(text as Period);

/** The points of everything that was asked for; none when the answer has no series. */
export const pointsOf = (metrics: Metrics | undefined): readonly Point[] => metrics?.series[0]?.points ?? [];

export const timesOf = (points: readonly Point[]) => points.map((point) => seconds(point.at));

type Counted = "submitted" | "completed" | "failed" | "cancelled" | "retried" | "crashed";

export const total = (points: readonly Point[], member: Counted) => points.reduce((sum, point) => sum + point[member], 0);

/** The share of ended jobs that failed; null when none ended. */
export function failureShare(points: readonly Point[]): number | null {
  const failed = total(points, "failed");
  const ended = failed + total(points, "completed");
  return ended > 0 ? failed / ended : null;
}

/** "per minute", "per hour", "per day", or "per 5m". */
export function perStep(step: number): string {
  const named = { 60: "minute", 3600: "hour", 86400: "day" }[step];
  return `per ${named ?? duration(step).replace(" ", "")}`;
}

export function throughputSentence(points: readonly Point[], period: Period): string {
  const [completed, failed, cancelled, retried] = (["completed", "failed", "cancelled", "retried"] as const).map((member) => total(points, member)) as [number, number, number, number];
  if (completed + failed + cancelled + retried === 0) return `No job ended in ${WORDS[period]}.`;
  const share = failureShare(points);
  const parts = [`${plural(completed, "job")} completed`, `${count(failed)} failed${share ? ` (${percent(share)})` : ""}`];
  if (cancelled > 0) parts.push(`${count(cancelled)} ${cancelled === 1 ? "was" : "were"} cancelled`);
  const text = `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)} in ${WORDS[period]}`;
  return `${text}${retried > 0 ? `; ${plural(retried, "attempt")} ${retried === 1 ? "was" : "were"} retried` : ""}.`;
}

/** Names the worst moment, since that is what a person looks for in such a chart. */
export function waitSentence(points: readonly Point[], period: Period): string {
  const worst = points.reduce<Quantiles | null>((found, point) => (point.wait && (!found || point.wait.p95 > found.p95) ? point.wait : found), null);
  const oldest = Math.max(0, ...points.map((point) => point.oldest ?? 0));
  if (!worst) return oldest > 0 ? `No job started in ${WORDS[period]}; the oldest pending one waited for ${duration(oldest)}.` : `No job started in ${WORDS[period]}.`;
  return `At worst, 95% of jobs started within ${duration(worst.p95)} in ${WORDS[period]}${oldest > 0 ? `; the oldest pending one waited for ${duration(oldest)}` : ""}.`;
}

/** How often a history is asked for, in milliseconds: a new point comes once a step. */
export const pace = (period: Period) => (period === "15m" || period === "1h" ? 10_000 : 60_000);
