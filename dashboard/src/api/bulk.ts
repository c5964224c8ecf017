/** Actions on jobs: on one, and on many at once with a count beforehand and progress meanwhile. */

import type { Job, State } from "./types.ts";

export type Action = "retry" | "cancel" | "run-now" | "delete";
export const ACTIONS: readonly Action[] = ["retry", "run-now", "cancel", "delete"];

interface Words {
  name: string;
  /** The name with whom it is for: "Run 12 jobs now". */
  with: (whom: string) => string;
  /** "Retried 12 jobs". */
  done: string;
  /** "Retrying 12 jobs". */
  doing: string;
  /** What it does to one job, and to each of many. */
  effect: string;
  effects: string;
  from: readonly State[];
}

export const WORDS: Readonly<Record<Action, Words>> = {
  retry: {
    name: "Retry",
    with: (whom) => `Retry ${whom}`,
    done: "Retried",
    doing: "Retrying",
    effect: "It runs once more, with the same arguments and new retries.",
    effects: "Each runs once more, with the same arguments and new retries.",
    from: ["completed", "failed", "cancelled"],
  },
  cancel: {
    name: "Cancel",
    with: (whom) => `Cancel ${whom}`,
    done: "Cancelled",
    doing: "Cancelling",
    effect: "It ends as cancelled; a run that is under way is told to stop.",
    effects: "Each ends as cancelled; runs that are under way are told to stop.",
    from: ["scheduled", "blocked", "pending", "processing"],
  },
  "run-now": {
    name: "Run now",
    with: (whom) => `Run ${whom} now`,
    done: "Sent on",
    doing: "Sending on",
    effect: "It joins its queue at once instead of when it is due.",
    effects: "Each joins its queue at once instead of when it is due.",
    from: ["scheduled"],
  },
  delete: {
    name: "Delete",
    with: (whom) => `Delete ${whom}`,
    done: "Deleted",
    doing: "Deleting",
    effect: "It is removed with its result, its log and everything else that it had. This cannot be undone.",
    effects: "Each is removed with its result, its log and everything else that it had. This cannot be undone.",
    from: ["scheduled", "blocked", "pending", "completed", "failed", "cancelled"],
  },
};

export const allows = (action: Action, state: State) => WORDS[action].from.includes(state);

/** Which jobs an action is for: these, or all that a query finds. */
export type Whom = { ids: readonly string[] } | { query: string };

/** What a dry run says. */
export interface Trial {
  action: Action;
  jobs: number;
  /** False: at least so many. */
  exact: boolean;
  sample: Job[];
}

/** A line of progress; the last one says how it ended. */
export interface Line {
  done?: number;
  refused?: number;
  examined?: number;
  gone?: number;
  finished?: boolean;
  problem?: { detail?: string };
}

/** What is said at the end: "Retried 12 jobs; 3 were in another state by then". */
export function outcome(action: Action, last: Line, plural: (value: number, word: string) => string): string {
  const parts = [`${WORDS[action].done} ${plural(last.done ?? 0, "job")}`];
  if (last.refused) parts.push(`${plural(last.refused, "job")} had moved on`);
  if (last.gone) parts.push(`${plural(last.gone, "job")} ${last.gone === 1 ? "was" : "were"} gone`);
  if (last.problem) parts.push(`then it stopped: ${last.problem.detail ?? "no reason was given"}`);
  return `${parts.join("; ")}.`;
}
