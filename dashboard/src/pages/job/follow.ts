/**
 * Follows one job over its own stream, for as long as it may still change and somebody looks. The browser takes a
 * stream that broke up again where it was; one that was refused is opened again by us, behind what was heard last.
 */

import type { Source } from "../../live/stream.ts";
import { Feed, KINDS } from "./feed.ts";

export interface Around {
  open: (after: string) => Source;
  timer: (run: () => void, ms: number) => () => void;
}

/** Milliseconds before a refused stream is tried again: more each time, since the server may not have it at all. */
export const REOPEN = [2_000, 4_000, 8_000, 15_000] as const;
const CLOSED = 2;

export class Following {
  readonly feed = new Feed();
  /** Whether the stream can be heard. */
  heard = false;
  readonly #around: Around;
  readonly #changed: (kind: string) => void;
  #source: Source | undefined;
  #again = () => {};
  #refused = 0;

  /** `changed` is called after each event, and with "" when only `heard` is another. */
  constructor(around: Around, changed: (kind: string) => void) {
    this.#around = around;
    this.#changed = changed;
  }

  /** Opens the stream unless it is open, or all was heard. */
  start(): void {
    if (!this.#source && !this.feed.over) this.#open();
  }

  stop(): void {
    this.#again();
    this.#again = () => {};
    this.#source?.close();
    this.#source = undefined;
  }

  /** The job is to run once more: there is more to hear. */
  reopen(): void {
    this.feed.reopen();
    this.start();
  }

  #open(): void {
    this.stop();
    const source = this.#around.open(this.feed.lastId);
    this.#source = source;
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        if (this.#source !== source) return;
        this.#refused = 0;
        this.heard = true;
        this.feed.add(kind, event.lastEventId, event.data);
        if (this.feed.over) this.stop();
        this.#changed(kind);
      });
    }
    source.addEventListener("error", () => this.#source === source && this.#lost(source));
  }

  #lost(source: Source): void {
    this.heard = false;
    if (source.readyState === CLOSED) {
      this.#source = undefined;
      const wait = REOPEN[Math.min(this.#refused++, REOPEN.length - 1)] as number;
      this.#again = this.#around.timer(() => this.#open(), wait);
    }
    this.#changed("");
  }
}
