/** What follows for a queue from the workers that are there. */

import type { Queue } from "../../api/types.ts";
import { serves } from "../../attention.ts";
import { live } from "../../live/live.ts";

/** How many live workers serve a queue. */
export const servers = (queue: Queue): number =>
  queue.workers ?? Object.values(live.workers.value).filter((worker) => worker.alive && serves(worker, queue.name)).length;
