/** Why the job is where it is, and what would free it, as a button where that is possible. */

import { get, path, post } from "../../api/client.ts";
import type { Job } from "../../api/types.ts";
import type { components } from "../../api/schema.d.ts";
import { resumeQueue } from "../../actions.ts";
import { now } from "../../clock.ts";
import { useResource } from "../../resource.ts";
import { Button } from "../../ui/button.tsx";
import { Copy } from "../../ui/copy.tsx";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { Time } from "../../ui/time.tsx";
import { complain } from "../../ui/toast.tsx";
import type { ReadonlySignal } from "@preact/signals";

type Why = components["schemas"]["WhyBody"];

const ICONS: Readonly<Partial<Record<Why["reason"], IconName>>> = {
  due_later: "clock", waits_for_retry: "clock", snoozed: "clock", queue_paused: "pause", workers_busy: "dots", about_to_start: "dots",
};
/** Reasons that only a person can take away. */
const STUCK = new Set<Why["reason"]>(["queue_paused", "no_worker_for_queue", "no_worker_for_task", "workers_quiet", "lease_running_out"]);

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
        <Fix why={why} job={job} />
      </div>
      <Free why={why} job={job} onDone={() => (refresh(), onDone())} />
      {why.until && Date.parse(why.until) / 1000 > now.value && <Time at={why.until} />}
    </div>
  );
}

/** What a person has to type somewhere: "Start one: ferryman worker -q mail". */
function Fix({ why, job }: { why: Why; job: Job }) {
  if (!why.fix || actionOf(why, job)) return null;
  const [said = "", command] = why.fix.split(/: (?=ferryman )(.*)/s);
  if (!command) return <p class="muted">{why.fix}</p>;
  return (
    <p class="why-fix">
      {said}: <code>{command}</code> <Copy text={command} label="Copy the command" />
    </p>
  );
}

function Free({ why, job, onDone }: { why: Why; job: Job; onDone: () => void }) {
  const action = actionOf(why, job);
  if (!action) return null;
  const run = () => void action.run().then(onDone, (error: unknown) => complain(`${action.name} failed`, error));
  return <Button icon="play" onClick={run}>{action.name}</Button>;
}

function actionOf(why: Why, job: Job): { name: string; run: () => Promise<unknown> } | null {
  if (why.reason === "queue_paused") return { name: `Resume ${job.queue}`, run: () => resumeQueue(job.queue) };
  if (["due_later", "waits_for_retry", "snoozed"].includes(why.reason)) {
    return { name: "Run now", run: () => post(path("v1", "jobs", job.id, "run-now")) };
  }
  return null;
}
