/** The state of a job: an icon and a word, never a colour alone. */

import type { State } from "../api/types.ts";
import { Icon, type IconName } from "./icons.tsx";

export const STATE_ICONS: Record<State, IconName> = {
  scheduled: "clock",
  blocked: "lock",
  pending: "dots",
  processing: "play",
  completed: "check",
  failed: "cross",
  cancelled: "dash",
};

export function StateBadge({ state }: { state: State }) {
  return (
    <span class={`badge state-${state}`}>
      <Icon name={STATE_ICONS[state] ?? "dots"} size={14} />
      {state}
    </span>
  );
}

/** A badge for anything else, such as a paused queue or a quiet worker. */
export function Badge({ icon, kind = "plain", children }: { icon: IconName; kind?: "plain" | "good" | "warn" | "bad" | "accent"; children: preact.ComponentChildren }) {
  return (
    <span class={`badge ${kind}`}>
      <Icon name={icon} size={14} />
      {children}
    </span>
  );
}
