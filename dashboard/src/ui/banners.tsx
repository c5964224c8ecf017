/** What stands above every page when something is wrong with the whole: the store is away, or no worker is there. */

import { count } from "../format.ts";
import { inState } from "../live/body.ts";
import { live } from "../live/live.ts";
import { Icon } from "./icons.tsx";

export function Banners() {
  const trouble = live.trouble.value;
  if (trouble && live.standing.value !== "paused") {
    return (
      <div class="banner bad" role="alert">
        <Icon name="warning" />
        <p>
          {trouble.of === "store" ? <><strong>The store is away.</strong> {trouble.detail}</> : <strong>The server does not answer.</strong>}
          {live.ready.value && " What you see is from before; the page catches up by itself."}
        </p>
      </div>
    );
  }
  const totals = live.totals.value;
  const waiting = inState(totals.jobs, "pending");
  if (!live.ready.value || totals.alive > 0) return null;
  return (
    <div class="banner warn" role="status">
      <Icon name="warning" />
      <p>
        <strong>No worker is running.</strong> {waiting > 0 ? `${count(waiting)} pending ${waiting === 1 ? "job waits" : "jobs wait"}.` : "Jobs will wait."} Start one: <code>ferryman worker</code>
      </p>
    </div>
  );
}
