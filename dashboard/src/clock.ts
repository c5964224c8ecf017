/** The time, once a second, for everything that says "12 s ago"; stands still while the page is hidden. */

import { signal } from "@preact/signals";

import { Skew } from "./skew.ts";

const skew = new Skew();
const time = () => Date.now() / 1000 + skew.seconds;

/** Seconds since 1970, by the server's clock as far as it is known. */
export const now = signal(time());

setInterval(() => {
  if (document.visibilityState === "visible") now.value = time();
}, 1_000);

/** Takes note of a time that the server sent just now. */
export function heardAt(server: number): void {
  const before = skew.seconds;
  skew.heard(server, Date.now() / 1000);
  if (skew.seconds !== before) now.value = time();
}
