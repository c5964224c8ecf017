/** How far the server's clock is ahead of ours: ages are told by the server's, since its clock wrote the times. */

/** What a message took on its way makes it look old, so the largest of the last few is the nearest to the truth. */
const FEW = 5;
/** Clocks that are this near are the same to a person, in seconds. */
const NEAR = 2;

export class Skew {
  #seen: number[] = [];

  /** Takes note of a time that the server sent just now; both in seconds since 1970. */
  heard(server: number, own: number): void {
    this.#seen = [...this.#seen, server - own].slice(-FEW);
  }

  /** Seconds to add to our clock. */
  get seconds(): number {
    const nearest = Math.max(...this.#seen);
    return Math.abs(nearest) < NEAR || !Number.isFinite(nearest) ? 0 : nearest;
  }
}
