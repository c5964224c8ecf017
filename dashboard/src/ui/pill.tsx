/** Says how fresh the page is. A click pauses it. */

import { now } from "../clock.ts";
import { duration } from "../format.ts";
import { live, togglePause } from "../live/live.ts";
import type { Standing } from "../live/stream.ts";

const MEANING: Record<Standing, string> = {
  live: "Updates as it happens. Click to pause.",
  paused: "Paused: what you see does not change. Click to go on.",
  reconnecting: "The server cannot be heard; trying again.",
  stale: "No live updates; asking every five seconds.",
};

export function LivePill() {
  const standing = live.standing.value;
  return (
    <button type="button" class="pill" data-state={standing} title={`${MEANING[standing]} (r)`} aria-pressed={standing === "paused"} onClick={togglePause}>
      <span class="dot" aria-hidden />
      <span role="status">{standing}</span>
      {standing === "stale" && live.ready.value && <Age at={live.at.value} />}
    </button>
  );
}

const Age = ({ at }: { at: number }) => <span class="num" aria-hidden>{duration(Math.max(0, Math.round(now.value - at)))}</span>;
