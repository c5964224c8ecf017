/** How a task fared in the last 24 hours; null from a server that does not say. */

import type { Quantiles, Task } from "../../api/types.ts";

export interface Statistics {
  run: Quantiles | null;
  wait: Quantiles | null;
  failure_rate: number | null;
  completed: number;
  failed: number;
}

export const statisticsOf = (task: Task) => ((task as { statistics?: Statistics | null }).statistics ?? null) as Statistics | null;
