/** Loads again when asked to, but never twice at once and never more often than it may. */

export interface Timer {
  set(run: () => void, ms: number): number;
  clear(id: number): void;
  now(): number;
}

const system: Timer = {
  set: (run, ms) => setTimeout(run, ms) as unknown as number,
  clear: (id) => clearTimeout(id),
  now: () => performance.now(),
};

export class Refresher {
  readonly #run: (signal: AbortSignal) => Promise<void>;
  readonly #gap: number;
  readonly #timer: Timer;
  #under: AbortController | undefined;
  #wanted = false;
  #due: number | undefined;
  #begun = Number.NEGATIVE_INFINITY;

  /** `gap`: milliseconds between the beginnings of two loads. `run` must not reject. */
  constructor(run: (signal: AbortSignal) => Promise<void>, gap = 500, timer: Timer = system) {
    this.#run = run;
    this.#gap = gap;
    this.#timer = timer;
  }

  /** Loads as soon as that is allowed; a wish that comes while one is waiting or under way is one more load at most. */
  ask(): void {
    if (this.#under) this.#wanted = true;
    else if (this.#due === undefined) {
      const wait = Math.max(0, this.#begun + this.#gap - this.#timer.now());
      if (wait === 0) void this.#load();
      else this.#due = this.#timer.set(() => void this.#load(), wait);
    }
  }

  /** Ends what is under way. */
  stop(): void {
    if (this.#due !== undefined) this.#timer.clear(this.#due);
    this.#due = undefined;
    this.#wanted = false;
    this.#under?.abort();
    this.#under = undefined;
  }

  async #load(): Promise<void> {
    const own = new AbortController();
    this.#due = undefined;
    this.#under = own;
    this.#begun = this.#timer.now();
    await this.#run(own.signal);
    if (this.#under !== own) return; // stopped meanwhile
    this.#under = undefined;
    if (this.#wanted) {
      this.#wanted = false;
      this.ask();
    }
  }
}
