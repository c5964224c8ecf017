/** The live view of the system: one stream for the page, as signals that components read. */

import { computed, signal } from "@preact/signals";

import { get, Problem } from "../api/client.ts";
import { heardAt, now } from "../clock.ts";
import type { LiveBody, Queue, Stats, Worker } from "../api/types.ts";
import { type Known, merged, NOTHING, polled, remembered, sample, type Sample } from "./body.ts";
import { Refresher } from "../refresher.ts";
import { SharedSource, tabs } from "./shared.ts";
import { type Standing, Stream } from "./stream.ts";

const known = signal<Known>(NOTHING);
const standing = signal<Standing>("reconnecting");
const ring = signal<readonly Sample[]>([]);
/** What does not answer: the server, or the store behind it, which the server then tells. */
export type Trouble = { of: "store"; detail: string } | { of: "server" };
const trouble = signal<Trouble | null>(null);

export const live = {
  standing,
  trouble,
  /** Seconds since 1970 at which the server made what is known; 0 before the first news. */
  at: computed(() => known.value.at),
  ready: computed(() => known.value.at > 0),
  /** Changes when any job may have changed. */
  version: computed(() => known.value.version),
  queues: computed(() => known.value.queues),
  tasks: computed(() => known.value.tasks),
  workers: computed(() => known.value.workers),
  totals: computed(() => known.value.totals),
  /** The last two minutes, oldest first. */
  ring,
};

/** What is known, in the words of the server, for another tab. */
function told(): string | null {
  const { at, ...rows } = known.value;
  if (at === 0) return null;
  const { value } = trouble;
  return JSON.stringify({ at: new Date(at * 1000).toISOString(), ...rows, trouble: value?.of === "store" ? value.detail : null });
}

function know(next: Known): void {
  known.value = next;
  ring.value = remembered(ring.value, sample(next));
}

const looking = new Refresher(async (signal) => {
  try {
    const [stats, queues, workers] = await Promise.all([
      get<Stats>("v1/stats", { signal }),
      get<{ queues: Queue[] }>("v1/queues", { signal }),
      get<{ workers: Worker[] }>("v1/workers", { signal }),
    ]);
    know(polled(known.value, now.peek(), stats, queues.queues, workers.workers));
    trouble.value = null;
    stream.answered();
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Problem) stream.answered();
    trouble.value = error instanceof Problem ? { of: "store", detail: error.message } : { of: "server" };
  }
}, 1_000);

const others = tabs();
const open = () => new EventSource("v1/events");

const stream = new Stream(
  {
    open: () => (others ? new SharedSource(open, others, told) : open()),
    timer: (run, ms) => {
      const id = setTimeout(run, ms);
      return () => clearTimeout(id);
    },
    hidden: () => document.visibilityState === "hidden",
    onVisibility: (run) => document.addEventListener("visibilitychange", run),
  },
  {
    event: (kind, data) => {
      const body = JSON.parse(data) as Partial<LiveBody>;
      trouble.value = body.trouble ? { of: "store", detail: body.trouble } : null;
      know(merged(kind === "snapshot" ? NOTHING : known.value, body));
      heardAt(known.value.at);
    },
    standing: (value) => (standing.value = value),
    poll: () => looking.ask(),
  },
);

export function start(): void {
  stream.start();
  looking.ask(); // the first picture need not wait for the first event
}

export function togglePause(): void {
  if (standing.value === "paused") stream.resume();
  else stream.pause();
}

/** Look at once, after an action of our own that the stream may tell late. */
export const look = () => looking.ask();
