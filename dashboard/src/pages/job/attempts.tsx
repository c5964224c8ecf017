/** Each attempt that ended: when, where, how, and its error with the traceback folded. */

import type { Job, JobError } from "../../api/types.ts";
import { count, duration, seconds } from "../../format.ts";
import { jobsHref } from "../../router.ts";
import { Copy } from "../../ui/copy.tsx";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { Section } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";
import type { Attempt } from "./timeline.ts";

const LOOKS: Readonly<Record<string, [IconName, string]>> = {
  completed: ["check", "state-completed"],
  failed: ["cross", "state-failed"],
  retried: ["retry", "warn"],
  crashed: ["warning", "bad"],
  cancelled: ["dash", ""],
  snoozed: ["clock", "state-scheduled"],
  released: ["back", ""],
};

export function Attempts({ job }: { job: Job }) {
  const list = [...(job.attempts ?? [])].reverse();
  if (list.length === 0) return job.error && <Section title="Error"><div class="attempt card"><ErrorOf error={job.error} open /></div></Section>;
  return (
    <Section title={list.length === 1 ? "Attempt" : "Attempts, newest first"} actions={job.failure && <a href={jobsHref({ failure: job.failure })}>Jobs that failed alike</a>}>
      <ol class="attempts">
        {list.map((attempt, index) => <One key={attempt.number} attempt={attempt} open={index === 0} />)}
      </ol>
      {job.attempt > list.length + (job.state === "processing" ? 1 : 0) && <p class="muted">The newest {count(list.length)} of {count(job.attempt)} are kept.</p>}
    </Section>
  );
}

function One({ attempt, open }: { attempt: Attempt; open: boolean }) {
  const [icon, look] = LOOKS[attempt.ending] ?? ["dots", ""];
  return (
    <li class="attempt card">
      <header>
        <strong>Attempt {attempt.number}</strong>
        <span class={`badge ${look}`}><Icon name={icon} size={14} />{attempt.ending}</span>
        <span class="num">{duration(seconds(attempt.finished_at) - seconds(attempt.started_at))}</span>
        <span class="muted attempt-where">{attempt.worker} · <Time at={attempt.finished_at} /></span>
      </header>
      {attempt.error && <ErrorOf error={attempt.error as JobError} open={open} />}
    </li>
  );
}

function ErrorOf({ error, open }: { error: JobError; open: boolean }) {
  const message = error.message ?? "";
  return (
    <div class="error">
      <p class="error-said"><strong>{error.type ?? "Error"}</strong>{message && <>: <span class="error-message">{message}</span></>}</p>
      {error.frame && <p class="muted">in <code>{error.frame}</code></p>}
      {error.traceback && (
        <details open={open && error.traceback.length < 3_000}>
          <summary>Traceback</summary>
          <div class="trace">
            <pre tabIndex={0}>{error.traceback}</pre>
            <Copy text={error.traceback} label="Copy the traceback" />
          </div>
        </details>
      )}
    </div>
  );
}
