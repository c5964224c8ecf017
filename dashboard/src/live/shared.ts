/**
 * One stream for all tabs of a browser. HTTP/1.1 gives a browser six connections to a server: with a stream for each tab
 * the seventh would hang. The tab that holds a lock has the stream and passes on what comes; when it closes or sleeps,
 * the lock goes to the next.
 */

import type { Source } from "./stream.ts";

/** How tabs reach each other. */
export interface Tabs {
  /** Calls `run` once no other tab holds the lock; returns what gives the lock, or the wait for it, up. */
  lock: (run: () => void) => () => void;
  post: (message: Message) => void;
  /** Calls `run` for each message of another tab; returns what ends that. */
  listen: (run: (message: Message) => void) => () => void;
}
export type Message = { kind: "hello" } | { kind: Kind; data: string };

const KINDS = ["snapshot", "patch", "bye", "error"] as const;
type Kind = (typeof KINDS)[number];

export class SharedSource implements Source {
  readyState = 0;
  readonly #open: () => Source;
  readonly #tabs: Tabs;
  readonly #snapshot: () => string | null;
  readonly #listeners: { kind: string; run: (event: MessageEvent<string>) => void }[] = [];
  readonly #ends: (() => void)[];
  #source: Source | undefined;
  #begun = false;

  /** `snapshot`: what is known now, for a tab that comes later. */
  constructor(open: () => Source, tabs: Tabs, snapshot: () => string | null) {
    this.#open = open;
    this.#tabs = tabs;
    this.#snapshot = snapshot;
    this.#ends = [tabs.listen((message) => this.#hear(message)), tabs.lock(() => this.#lead())];
    if (!this.#source) tabs.post({ kind: "hello" });
  }

  addEventListener(kind: string, run: (event: MessageEvent<string>) => void): void {
    this.#listeners.push({ kind, run });
  }

  close(): void {
    this.readyState = 2;
    this.#source?.close();
    for (const end of this.#ends) end();
  }

  #lead(): void {
    const source = this.#open();
    this.#source = source;
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        this.readyState = source.readyState;
        this.#tabs.post({ kind, data: event.data ?? "" });
        this.#tell(kind, event.data);
      });
    }
  }

  #hear(message: Message): void {
    if (message.kind === "hello") {
      const known = this.#source && this.#snapshot();
      if (known) this.#tabs.post({ kind: "snapshot", data: known });
    } else if (!this.#source) {
      // A patch is of no use to a tab that does not have what it changes.
      if (message.kind === "snapshot") this.#begun = true;
      if (this.#begun || message.kind !== "patch") this.#tell(message.kind, message.data);
    }
  }

  #tell(kind: Kind, data: string): void {
    for (const listener of this.#listeners) if (listener.kind === kind) listener.run({ data } as MessageEvent<string>);
  }
}

/** The tabs of this browser; null where it has no locks, which is so over plain HTTP from another machine. */
export function tabs(): Tabs | null {
  if (!("locks" in navigator) || typeof BroadcastChannel === "undefined") return null;
  const name = `ferryman ${new URL(".", document.baseURI).pathname}`;
  const channel = new BroadcastChannel(name);
  return {
    lock: (run) => {
      const waiting = new AbortController();
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      const hold = () => {
        run();
        return held;
      };
      navigator.locks.request(name, { signal: waiting.signal }, hold).catch(() => {});
      return () => {
        waiting.abort();
        release();
      };
    },
    post: (message) => channel.postMessage(message),
    listen: (run) => {
      const heard = (event: MessageEvent<Message>) => run(event.data);
      channel.addEventListener("message", heard);
      return () => channel.removeEventListener("message", heard);
    },
  };
}
