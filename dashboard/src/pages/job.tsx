import "../styles/job.css";

import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

import { get, path, Problem } from "../api/client.ts";
import type { RawJson } from "../api/json.ts";
import { type Job, JOB_RAW } from "../api/types.ts";
import { now } from "../clock.ts";
import { bytes, duration, percent, seconds } from "../format.ts";
import { useKeys } from "../keys.ts";
import { live } from "../live/live.ts";
import { Refresher } from "../refresher.ts";
import { type Resource, useResource } from "../resource.ts";
import { go, href, jobsHref } from "../router.ts";
import { Button } from "../ui/button.tsx";
import { Copy } from "../ui/copy.tsx";
import { Icon } from "../ui/icons.tsx";
import { Json } from "../ui/json.tsx";
import { Page, Section } from "../ui/page.tsx";
import { StateBadge } from "../ui/state.tsx";
import { Empty, ErrorBox, Loading } from "../ui/states.tsx";
import { Time } from "../ui/time.tsx";
import { Actions, CopyAs } from "./job/actions.tsx";
import { Attempts } from "./job/attempts.tsx";
import { part, remaining, type Report } from "./job/feed.ts";
import { type Heard, useFollowing } from "./job/following-hook.ts";
import { Life } from "./job/life.tsx";
import { Said } from "./job/stream.tsx";
import { WhyNotice } from "./job/why.tsx";
import { AttemptOf, progressOf } from "./jobs/cells.tsx";
import { place } from "./jobs/place.ts";

/** Milliseconds between two looks that nothing but the change of some job asked for. */
const NOW_AND_THEN = 2_000;

export function JobPage({ name: id }: { name: string }) {
  const stirred = useSignal(0);
  const stir = () => void (stirred.value += 1);
  const job = useResource(
    `job ${id}`,
    (signal) => get<Job>(path("v1", "jobs", id), { query: { include: "attempts" }, raw: JOB_RAW, signal }),
    { watch: stirred, gap: 300 },
  );
  useNowAndThen(stir);
  useKeys([{ keys: "Escape", label: "Back to the jobs", group: "Job", run: () => go(place.list) }]);
  const over = job.data && isOver(job.data);
  const heard = useFollowing(id, over, stir);
  if (!job.data) return <Page title="Job" up={up()}><Missing job={job} id={id} /></Page>;
  return <Known key={id} job={job.data} gone={isGone(job.error)} error={job.error} heard={heard} stirred={stirred} onStir={stir} />;
}

/** The list from which it was opened, with its query. */
const up = () => ({ name: "Jobs", href: place.list });
const isOver = (job: Job) => job.finished_at !== null && ["completed", "failed", "cancelled"].includes(job.state);
const isGone = (error: Error | undefined) => error instanceof Problem && error.status === 404;

/** Looks as well when any job changed: another person may have retried this one after its stream ended. */
function useNowAndThen(stir: () => void): void {
  useEffect(() => {
    const slow = new Refresher(async () => stir(), NOW_AND_THEN);
    let first = true;
    const unwatch = live.version.subscribe(() => {
      if (!first) slow.ask();
      first = false;
    });
    // After a time without news anything may have changed.
    const unstand = live.standing.subscribe((standing) => standing === "live" && slow.ask());
    return () => {
      unwatch();
      unstand();
      slow.stop();
    };
  }, []);
}

function Missing({ job, id }: { job: Resource<Job>; id: string }) {
  if (!job.error) return <Loading lines={8} />;
  if (!isGone(job.error)) return <ErrorBox error={job.error} retry={job.refresh} />;
  return (
    <Empty title="There is no such job.">
      <p><code>{id}</code> was deleted, is kept no longer, or never was.</p>
      <a href={place.list}>All jobs</a>
    </Empty>
  );
}

interface KnownProps {
  job: Job;
  gone: boolean;
  error: Error | undefined;
  heard: Heard;
  stirred: { value: number } & import("@preact/signals").ReadonlySignal<number>;
  onStir: () => void;
}

function Known({ job, gone, error, heard, stirred, onStir }: KnownProps) {
  const whole = useWhole(job);
  const running = job.state === "processing";
  return (
    <Page
      title={job.task}
      up={up()}
      beside={<><StateBadge state={job.state} />{job.attempt > 0 && <span class="muted">attempt <AttemptOf job={job} /></span>}</>}
      actions={!gone && <Actions job={job} onDone={onStir} onDeleted={() => go(place.list)} />}
    >
      {gone ? <p class="notice warn" role="alert"><Icon name="trash" /> This job was deleted; what you see is from before.</p> : error && <ErrorBox error={error} />}
      <Facts job={job} />
      {!gone && !isOver(job) && <WhyNotice job={job} stirred={stirred} onDone={onStir} />}
      {running && <Progress job={job} report={heard.progress} />}
      <div class="job-parts">
        <div class="job-part">
          <Said heard={heard} running={!isOver(job)} />
          {whole.result !== undefined && <Value title="Result" raw={whole.result} />}
          <Attempts job={job} />
        </div>
        <div class="job-part">
          <Life job={job} />
          <Value title="Arguments" raw={whole.args} />
          <div class="job-again"><CopyAs job={job} args={whole.args} /></div>
        </div>
      </div>
    </Page>
  );
}

/** Arguments never change and may be large, and so may results: each is read once. */
function useWhole(job: Job): { args: RawJson | undefined; result: RawJson | null | undefined } {
  const read = (include: string) => (signal: AbortSignal) => get<Job>(path("v1", "jobs", job.id), { query: { include }, raw: JOB_RAW, signal });
  const args = useResource(`args ${job.id}`, read("args"));
  const done = job.state === "completed" ? job.finished_at : null;
  const result = useResource(`result ${job.id} ${done}`, (signal) => (done ? read("result")(signal) : Promise.resolve(null)));
  return { args: args.data?.args ?? undefined, result: done && result.data ? (result.data.result ?? null) : undefined };
}

function Facts({ job }: { job: Job }) {
  const rows: [string, preact.ComponentChildren][] = [
    ["Id", <span class="job-id"><code>{job.id}</code><Copy text={job.id} label="Copy the id" /></span>],
    ["Queue", <a href={href(["queues", job.queue])}>{job.queue}</a>],
    ["Task", <a href={href(["tasks", job.task])}>{job.task}</a>],
    ["Priority", job.priority],
    ["Timeout", job.timeout === null ? "none" : duration(job.timeout)],
  ];
  if (job.worker && job.state === "processing") rows.push(["Worker", <a href={jobsHref({ worker: job.worker })}>{job.worker}</a>]);
  if (job.state === "processing" && job.lease_until) rows.push(["Lease ends", <Time at={job.lease_until} />]);
  if (job.state === "scheduled" && job.run_at) rows.push(["Due", <Time at={job.run_at} />]);
  if (job.crashes > 0) rows.push(["Crashes", `${job.crashes} of ${job.max_crashes}`]);
  if (job.key) rows.push(["Key", <a href={jobsHref({ task: job.task, key: job.key })}>{job.key}</a>]);
  if (job.tags.length > 0) {
    rows.push(["Tags", <span class="tags">{job.tags.map((tag) => <a key={tag} class="tag" href={jobsHref({ tag })}>{tag}</a>)}</span>]);
  }
  return (
    <dl class="job-facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Progress({ job, report }: { job: Job; report: Report | null }) {
  const reported = report?.attempt === job.attempt ? report : null;
  const progress = reported ?? (job.progress ? progressOf(job.progress) : null);
  if (!progress) return null;
  const done = part(progress);
  const left = reported && remaining(reported, job.started_at ? seconds(job.started_at) : null);
  const over = reported ? Math.max(0, now.value - reported.at) : 0;
  return (
    <div class="job-progress card">
      {done !== null ? <progress value={done} aria-label="Progress" /> : null}
      <p>
        <strong class="num">{done !== null ? percent(done) : progress.current}</strong>
        <span class="num muted">{progress.total !== null ? `${progress.current} of ${progress.total}` : ""}</span>
        <span class="job-progress-said">{progress.message}</span>
        {left !== null && left - over > 0 && <span class="num muted">about {duration(Math.ceil(left - over))} left</span>}
      </p>
    </div>
  );
}

function Value({ title, raw }: { title: string; raw: RawJson | null | undefined }) {
  const [open, setOpen] = useState(true);
  if (raw === undefined) return null;
  const text = raw ?? ("null" as RawJson);
  const tools = (
    <>
      <span class="muted num">{bytes(text.length)}</span>
      <Copy text={text} label={`Copy the ${title.toLowerCase()}`} />
      <Button look="quiet" icon={open ? "fold" : "unfold"} iconOnly aria-expanded={open} title={open ? "Fold" : "Unfold"} onClick={() => setOpen(!open)}>
        {title}
      </Button>
    </>
  );
  return (
    <Section title={title} actions={tools}>
      {open && <div class="value card"><Json raw={text} label={title} /></div>}
    </Section>
  );
}
