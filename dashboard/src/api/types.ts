/**
 * The shapes of the API. They come from docs/reference/openapi.json (`npm run types` writes schema.d.ts from it);
 * here stands only what the document cannot say: members kept as text, and the stream of the dashboard.
 */

import type { RawJson } from "./json.ts";
import type { components } from "./schema.d.ts";

type Schemas = components["schemas"];

export type State = "scheduled" | "blocked" | "pending" | "processing" | "completed" | "failed" | "cancelled";
export const STATES: readonly State[] = [
  "scheduled", "blocked", "pending", "processing", "completed", "failed", "cancelled",
];
export type Counts = Partial<Record<State, number>>;

export interface JobError {
  type?: string;
  message?: string;
  traceback?: string;
  frame?: string;
  [name: string]: unknown;
}
export type Job = Omit<Schemas["JobBody"], "state" | "error" | "progress" | "args" | "result"> & {
  state: State;
  error: JobError | null;
  progress: RawJson | null;
  args?: RawJson | null;
  result?: RawJson | null;
};
/** What to keep as text when a job is read: `get<Job>(..., { raw: JOB_RAW })`. */
export const JOB_RAW = ["args", "result", "progress"] as const;

export type Quantiles = Schemas["QuantilesBody"];
export type Queue = Omit<Schemas["QueueBody"], "jobs"> & { jobs: Counts };
export type Worker = Schemas["WorkerBody"];
export type Task = Schemas["TaskBody"];

export interface Totals {
  jobs: Counts;
  slots: number;
  busy: number;
  alive: number;
}
/** What `GET v1/events` sends: whole in a snapshot; in a patch only rows that changed, null for those that went. */
export interface LiveBody {
  at: string;
  version: number;
  queues: Record<string, Queue | null>;
  tasks: Record<string, { jobs: Counts } | null>;
  workers: Record<string, Worker | null>;
  totals: Totals;
  /** Why the server has no news of its store; the rows are the last known ones then. */
  trouble?: string | null;
}

export type Stats = Omit<Schemas["StatsBody"], "jobs" | "queues" | "tasks" | "workers" | "unserved"> & {
  jobs: Counts;
  queues: Record<string, Counts>;
  tasks: Record<string, Counts>;
  workers: { alive: number; slots: number; busy: number };
  unserved: { queue: string; task: string; pending: number }[];
};

export type Period = "15m" | "1h" | "6h" | "24h" | "7d" | "30d";
export type Point = Schemas["PointBody"];
export type Metrics = Schemas["MetricsBody"];

export type FailureGroup = Schemas["FailureBody"];
