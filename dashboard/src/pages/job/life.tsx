/** The life of the job: a picture for a glance, and the same as a list. */

import type { Job } from "../../api/types.ts";
import { now } from "../../clock.ts";
import { duration } from "../../format.ts";
import { jobsHref } from "../../router.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { Section } from "../../ui/page.tsx";
import { STATE_ICONS } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { length, shares, type Step, steps } from "./timeline.ts";

const MORE: Readonly<Record<string, IconName>> = { retried: "retry", snoozed: "clock", released: "back", crashed: "warning" };

const iconOf = (step: Step) => MORE[step.kind] ?? STATE_ICONS[step.kind as keyof typeof STATE_ICONS] ?? "dots";

export function Life({ job }: { job: Job }) {
  const list = steps(job, now.value);
  const parts = shares(list, now.value);
  return (
    <Section title="Timeline">
      <div class="life card">
        <div class="life-bar" aria-hidden>
          {list.map((step, index) => <span key={step.key} class={`life-part kind-${step.kind}`} style={{ flexGrow: parts[index] ?? 1 }} />)}
        </div>
        <ol class="life-steps">
          <li class="life-step">
            <span class="life-mark"><Icon name="jobs" size={14} /></span>
            <span class="life-title">Submitted</span>
            <Time at={job.submitted_at} as="precise" />
          </li>
          {list.map((step) => <StepLine key={step.key} step={step} />)}
        </ol>
      </div>
    </Section>
  );
}

function StepLine({ step }: { step: Step }) {
  const took = length(step, now.value);
  return (
    <li class="life-step">
      <span class={`life-mark kind-${step.kind}`}><Icon name={iconOf(step)} size={14} /></span>
      <span class="life-title">
        {step.title}
        {step.to !== step.from && <span class="num life-took">{step.to === null ? duration(Math.floor(took)) : duration(took)}</span>}
        {step.worker && <span class="life-more">on {step.to === null ? <a href={jobsHref({ worker: step.worker })}>{step.worker}</a> : step.worker}</span>}
      </span>
      <Time at={step.from} as="precise" />
    </li>
  );
}
