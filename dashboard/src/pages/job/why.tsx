/** Why the job is where it is, and what would free it, as a button where that is possible. */

import { get, path } from "../../api/client.ts";
import type { Job } from "../../api/types.ts";
import type { components } from "../../api/schema.d.ts";
import { resumeQueue } from "../../actions.ts";
import { useResource } from "../../resource.ts";
import { Button } from "../../ui/button.tsx";
import { Copy } from "../../ui/copy.tsx";
import { Icon, type IconName } from "../../ui/icons.tsx";
import type { ReadonlySignal } from "@preact/signals";

type Why = components["schemas"]["WhyBody"];

const ICONS: Readonly<Partial<Record<Why["reason"], IconName>>> = {
  due_later: "clock", waits_for_retry: "clock", snoozed: "clock", queue_paused: "pause", workers_busy: "dots", about_to_start: "dots",
};
/** Reasons that only a person can take away. */
const STUCK = new Set<Why["reason"]>(["queue_paused", "no_worker_for_queue", "no_worker_for_task", "workers_quiet", "lease_running_out"]);

/** Reasons for which this page has a button, here or above. */
const BUTTONS = new Set<Why["reason"]>(["queue_paused", "due_later", "waits_for_retry", "snoozed"]);

export function WhyNotice({ job, stirred, onDone }: { job: Job; stirred: ReadonlySignal<number>; onDone: () => void }) {
  const { data: why, refresh } = useResource(
    `why ${job.id}`,
    (signal) => get<Why>(path("v1", "jobs", job.id, "why"), { signal }),
    { watch: stirred, every: 3_000, gap: 500 },
  );
  // What was said of another state is old.
  if (!why || why.state !== job.state || why.reason === "final" || why.reason === "running") return null;
  const stuck = STUCK.has(why.reason);
  return (
    <div class={stuck ? "notice warn why" : "notice why"} role="status">
      <Icon name={ICONS[why.reason] ?? "warning"} />
      <div class="why-said">
        <p>{why.detail}</p>
        {typeof why.facts.then === "string" && <p>And then: {why.facts.then}</p>}
        <Fix why={why} />
      </div>
      {why.reason === "queue_paused" && <Button icon="play" onClick={() => void resumeQueue(job.queue).then(() => (refresh(), onDone()))}>Resume {job.queue}</Button>}
    </div>
  );
}

/** What a person has to type somewhere: "Start one: ferryman worker -q mail". */
function Fix({ why }: { why: Why }) {
  if (!why.fix || BUTTONS.has(why.reason)) return null;
  const [said = "", command] = why.fix.split(/: (?=ferryman )(.*)/s);
  if (!command) return <p class="muted">{why.fix}</p>;
  return (
    <p class="why-fix">
      {said}: <code>{command}</code> <Copy text={command} label="Copy the command" />
    </p>
  );
}
