/** Loads a page of jobs and keeps it fresh without moving a row that somebody works with. */

import { useEffect, useReducer, useRef } from "preact/hooks";

import { get, isAbort } from "../../api/client.ts";
import { type Job, JOB_RAW } from "../../api/types.ts";
import { live } from "../../live/live.ts";
import { Refresher } from "../../refresher.ts";
import { fresh, inParts, kept, missing, type Row, rowsOf } from "./listing.ts";

export const PAGE = 50;
/** New rows may come in by themselves when they are as few, and nobody has a hand on the list. */
const FEW = 5;
/** Milliseconds between two loads, and where each load has to look at many jobs. */
const GAP = 500;
const SLOW_GAP = 5_000;

/** A page of the list; `scan` says how many were looked at where no index has just these. */
export interface JobList {
  jobs: Job[];
  cursor: string | null;
  scan?: { examined: number; complete: boolean } | null;
}

export interface Listing {
  rows: readonly Row[];
  /** Jobs that are new and not shown yet. */
  fresh: number;
  page: JobList | undefined;
  error: Error | undefined;
  loading: boolean;
  /** Shows the page as it is now. */
  show: () => void;
  refresh: () => void;
}

interface State {
  rows: readonly Row[];
  fresh: number;
  page: JobList | undefined;
  error: Error | undefined;
}
const NOTHING: State = { rows: [], fresh: 0, page: undefined, error: undefined };

/** `engaged` says whether somebody works with the rows right now. */
export function useListing(query: string, cursor: string, engaged: () => boolean): Listing {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const held = useRef<Held | null>(null);
  const key = `${cursor} ${query}`;
  if (held.current?.key !== key) {
    held.current?.stop();
    held.current = new Held(key, query, cursor, engaged, () => draw(0));
  }
  const own = held.current;
  useEffect(() => own.start(), [own]);
  return {
    ...own.state,
    loading: own.state.page === undefined && own.state.error === undefined,
    show: () => own.show(),
    refresh: () => own.refresh(),
  };
}

class Held {
  readonly key: string;
  state: State = NOTHING;
  readonly #query: string;
  readonly #cursor: string;
  readonly #engaged: () => boolean;
  readonly #draw: () => void;
  #refresher: Refresher | undefined;
  #wanted = true;
  #slow = false;

  constructor(key: string, query: string, cursor: string, engaged: () => boolean, draw: () => void) {
    this.key = key;
    this.#query = query;
    this.#cursor = cursor;
    this.#engaged = engaged;
    this.#draw = draw;
  }

  start(): () => void {
    this.#begin();
    let first = true;
    const unwatch = live.version.subscribe(() => {
      if (!first) this.#refresher?.ask();
      first = false;
    });
    // After a time without news anything may have changed.
    const unstand = live.standing.subscribe((standing) => standing === "live" && this.#refresher?.ask());
    return () => {
      unwatch();
      unstand();
      this.stop();
    };
  }

  stop(): void {
    this.#refresher?.stop();
  }

  show(): void {
    this.#wanted = true;
    this.refresh();
  }

  /** Now, whatever is under way: what it brings may be from before. */
  refresh(): void {
    this.#begin();
  }

  #begin(): void {
    this.#refresher?.stop();
    this.#refresher = new Refresher((signal) => this.#load(signal), this.#slow ? SLOW_GAP : GAP);
    this.#refresher.ask();
  }

  async #load(signal: AbortSignal): Promise<void> {
    try {
      const page = await jobs(this.#query, signal, this.#cursor, PAGE);
      if (signal.aborted) return; // what was wanted is for the load that came in its place
      const rows = await this.#rows(page, signal);
      if (signal.aborted) return;
      this.state = { ...rows, page: { ...page, cursor: rows.adopted ? page.cursor : (this.state.page ?? page).cursor }, error: undefined };
      this.#pace(page);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      this.state = { ...this.state, error: error as Error };
    }
    this.#draw();
  }

  async #rows(page: JobList, signal: AbortSignal): Promise<Pick<State, "rows" | "fresh"> & { adopted: boolean }> {
    const shown = this.state.rows;
    const added = fresh(shown, page.jobs, PAGE);
    const alone = !this.#engaged() && (added <= FEW || shown.length === 0);
    if (this.#wanted || alone) {
      this.#wanted = false;
      return { rows: rowsOf(page.jobs), fresh: 0, adopted: true };
    }
    const parts = inParts(missing(shown, page.jobs));
    const looked = await Promise.all(parts.map((part) => jobs(part, signal)));
    return { rows: kept(shown, page.jobs, looked.flatMap((one) => one.jobs)), fresh: added, adopted: false };
  }

  #pace({ scan }: JobList): void {
    const slow = scan != null && scan.examined > 1_000;
    if (slow === this.#slow) return;
    this.#slow = slow;
    const begun = this.#refresher;
    queueMicrotask(() => {
      // After this load, so that it does not end itself.
      if (this.#refresher !== begun) return;
      this.#refresher = new Refresher((signal) => this.#load(signal), slow ? SLOW_GAP : GAP);
    });
  }
}

const jobs = (query: string, signal: AbortSignal, cursor = "", limit = 100) =>
  get<JobList>("v1/jobs", { query: { query, cursor, limit }, raw: JOB_RAW, signal });
