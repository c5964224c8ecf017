/** The time, once a second, for everything that says "12 s ago"; stands still while the page is hidden. */

import { signal } from "@preact/signals";

/** Seconds since 1970. */
export const now = signal(Date.now() / 1000);

setInterval(() => {
  if (document.visibilityState === "visible") now.value = Date.now() / 1000;
}, 1_000);
