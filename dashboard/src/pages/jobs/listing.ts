/** The rows of the jobs page: they stay where they are and are brought up to date; what is new is counted. */

import type { Job } from "../../api/types.ts";

export interface Row {
  job: Job;
  /** Why it is still shown though it is not part of the page any more. */
  gone: "moved on" | "deleted" | null;
}

export const rowsOf = (jobs: readonly Job[]): Row[] => jobs.map((job) => ({ job, gone: null }));

/** The shown jobs that the page does not have any more: they are looked up one by one. */
export function missing(shown: readonly Row[], page: readonly Job[]): string[] {
  const there = new Set(page.map((job) => job.id));
  return shown.filter((row) => row.gone !== "deleted" && !there.has(row.job.id)).map((row) => row.job.id);
}

/** Brings rows up to date in place. `looked` are the jobs that were missing and still exist. */
export function kept(shown: readonly Row[], page: readonly Job[], looked: readonly Job[]): Row[] {
  const there = new Map(page.map((job) => [job.id, job]));
  const moved = new Map(looked.map((job) => [job.id, job]));
  return shown.map((row) => {
    const { id } = row.job;
    const job = there.get(id) ?? moved.get(id);
    return job ? { job, gone: there.has(id) ? null : "moved on" } : { ...row, gone: "deleted" };
  });
}

/** How many jobs of the page are new, that is not shown and not merely from further below. */
export function fresh(shown: readonly Row[], page: readonly Job[], size: number): number {
  const known = new Set(shown.map((row) => row.job.id));
  const isNew = (job: Job) => !known.has(job.id);
  if (shown.length < size) return page.filter(isNew).length;
  const last = page.findLastIndex((job) => known.has(job.id));
  return (last === -1 ? page : page.slice(0, last)).filter(isNew).length;
}

/** Ids for a query, in as many parts as its length asks for. */
export function inParts(ids: readonly string[], size = 25): string[] {
  const parts: string[] = [];
  for (let at = 0; at < ids.length; at += size) parts.push(`id:${ids.slice(at, at + size).map((id) => id.replaceAll("-", "")).join(",")}`);
  return parts;
}
