import type { Job } from "../../api/types.ts";

/**
 * The attempts that a job will have had when it fails at each. It grows by those that spend no retry: snoozes, deaths of
 * workers, and what a person adds by retrying it.
 */
export function mostAttempts({ attempt, retries, max_retries, state, finished_at }: Pick<Job, "attempt" | "retries" | "max_retries" | "state" | "finished_at">): number {
  // A retry is spent when it is planned, before its attempt begins.
  const planned = finished_at === null && state !== "processing" ? 1 : 0;
  return attempt + planned + Math.max(0, max_retries - retries);
}
