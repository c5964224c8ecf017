/**
 * Keeps one stream of the server open, and says how it stands. It is closed while the page is paused or has been hidden
 * for a minute. When nothing has come for a while, the caller is told to ask by itself until something comes again.
 */

export type Standing = "live" | "paused" | "reconnecting" | "stale";

/** The browser, as far as the stream needs it; a test gives another one. */
export interface Surroundings {
  open: () => Source;
  timer: (run: () => void, ms: number) => () => void;
  hidden: () => boolean;
  onVisibility: (run: () => void) => void;
}
/** What EventSource is. */
export interface Source {
  readonly readyState: number;
  addEventListener: (kind: string, run: (event: MessageEvent<string>) => void) => void;
  close: () => void;
}
export interface Heard {
  event: (kind: "snapshot" | "patch", data: string) => void;
  standing: (standing: Standing) => void;
  /** Ask for everything: called when nothing came for `SILENCE`, then every `POLL` until something comes. */
  poll: () => void;
}

/** All in milliseconds. The server sends a heartbeat at least every 15 s, but as a comment, which nobody hears. */
export const SILENCE = 45_000;
export const POLL = 5_000;
export const HIDDEN = 60_000;
export const REOPEN = 3_000;
const CLOSED = 2;

export class Stream {
  readonly #around: Surroundings;
  readonly #heard: Heard;
  #source: Source | undefined;
  #paused = false;
  #asleep = false;
  #asking = false;
  #standing: Standing = "reconnecting";
  #silence = () => {};
  #again = () => {};
  #sleep = () => {};

  constructor(around: Surroundings, heard: Heard) {
    this.#around = around;
    this.#heard = heard;
    around.onVisibility(() => this.#visibility());
  }

  get standing(): Standing {
    return this.#standing;
  }

  start(): void {
    this.#open();
    this.#visibility();
  }

  pause(): void {
    this.#paused = true;
    this.#close();
    this.#say("paused");
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!this.#asleep) this.#open();
  }

  /** What was asked instead was answered: the server is there, only its stream is not. */
  answered(): void {
    if (this.#asking && this.#standing === "reconnecting") this.#say("stale");
  }

  #open(): void {
    this.#close();
    this.#say("reconnecting");
    this.#listen();
    this.#watch();
  }

  #listen(): void {
    const source = this.#around.open();
    this.#source = source;
    const on = (kind: string, run: (event: MessageEvent<string>) => void) =>
      source.addEventListener(kind, (event) => this.#source === source && run(event));
    const news = (kind: "snapshot" | "patch") =>
      on(kind, (event) => {
        this.#say("live");
        this.#watch();
        this.#heard.event(kind, event.data);
      });
    news("snapshot");
    news("patch");
    on("bye", () => this.#lost());
    on("error", () => this.#lost());
  }

  /** The browser opens a stream that broke by itself, but gives one up that was refused. */
  #lost(): void {
    if (this.#standing === "live") this.#say("reconnecting");
    if (this.#source?.readyState === CLOSED) {
      this.#source.close(); // another tab may try
      this.#source = undefined;
      this.#again = this.#around.timer(() => this.#listen(), REOPEN);
    }
    if (this.#asking) return;
    this.#asking = true; // it will not be heard soon
    this.#silence();
    this.#silence = this.#around.timer(() => this.#ask(), POLL);
  }

  #watch(): void {
    this.#asking = false;
    this.#silence();
    this.#silence = this.#around.timer(() => this.#ask(), SILENCE);
  }

  #ask(): void {
    // A stream that is open but silent tells nothing; of one that is not, the answer to what we ask will tell.
    if (!this.#asking) this.#say("stale");
    this.#asking = true;
    this.#heard.poll();
    this.#silence = this.#around.timer(() => this.#ask(), POLL);
  }

  #visibility(): void {
    this.#sleep();
    this.#sleep = () => {};
    if (this.#around.hidden()) {
      this.#sleep = this.#around.timer(() => {
        this.#asleep = true;
        this.#close();
      }, HIDDEN);
    } else if (this.#asleep) {
      this.#asleep = false;
      if (!this.#paused) this.#open();
    }
  }

  #close(): void {
    this.#silence();
    this.#again();
    this.#silence = this.#again = () => {};
    this.#source?.close();
    this.#source = undefined;
  }

  #say(standing: Standing): void {
    if (standing === this.#standing) return;
    this.#standing = standing;
    this.#heard.standing(standing);
  }
}
