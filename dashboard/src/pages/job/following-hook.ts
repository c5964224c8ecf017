/** The stream of the job that is shown, closed while nobody looks. */

import { useEffect, useReducer, useRef } from "preact/hooks";

import { path, search } from "../../api/client.ts";
import { live } from "../../live/live.ts";
import type { Block, Report } from "./feed.ts";
import { Following } from "./follow.ts";

/** Milliseconds until the stream of a hidden page is closed: a browser has few connections for all of its tabs. */
const HIDDEN = 5_000;
/** Milliseconds between two drawings: as often as words come one by one, however many lines come at once. */
const DRAWN = 80;

/** What was heard up to now. A new object each time: what is drawn from the same one is not drawn again. */
export interface Heard {
  blocks: readonly Block[];
  dropped: number;
  progress: Report | null;
  hasLog: boolean;
  hasOutput: boolean;
  /** Whether the stream can be heard now. */
  connected: boolean;
}

/** `over`: the job has ended, as far as is known; `onState` is called when it has gone from one state to another. */
export function useFollowing(id: string, over: boolean | undefined, onState: () => void): Heard {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const held = useRef<{ id: string; following: Following } | null>(null);
  const told = useRef(onState);
  told.current = onState;
  if (held.current?.id !== id) {
    let timer = 0;
    const later = () => (timer ||= window.setTimeout(() => ((timer = 0), draw(0)), DRAWN));
    const around = {
      open: (after: string) => new EventSource(path("v1", "jobs", id, "events") + search({ after })),
      timer: (run: () => void, ms: number) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    };
    const changed = (kind: string) => {
      later();
      if (kind === "state" || kind === "result" || kind === "gone") told.current();
    };
    held.current = { id, following: new Following(around, changed) };
  }
  const { following } = held.current;
  const paused = live.standing.value === "paused";
  // A job that is not there has no stream either, and a browser would ask for it for ever.
  const there = over !== undefined;
  useEffect(() => (paused || !there ? undefined : whileLookedAt(following)), [following, paused, there]);
  useEffect(() => {
    if (over === false && following.feed.over && !paused) following.reopen();
  }, [following, over, paused]);
  const { blocks, dropped, progress, hasLog, hasOutput } = following.feed;
  return { blocks, dropped, progress, hasLog, hasOutput, connected: following.heard };
}

function whileLookedAt(following: Following): () => void {
  let timer = 0;
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") following.start();
    else timer = window.setTimeout(() => following.stop(), HIDDEN);
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
    following.stop();
  };
}
