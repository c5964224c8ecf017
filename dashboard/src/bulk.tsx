/** Acts on many jobs: counts them first, asks, then shows how far it is; it can be stopped. */

import { type Action, type Line, outcome, type Trial, type Whom, WORDS } from "./api/bulk.ts";
import { isAbort, lines, post } from "./api/client.ts";
import { count, plural } from "./format.ts";
import { live, look } from "./live/live.ts";
import { brief } from "./ids.ts";
import { confirm } from "./ui/confirm.tsx";
import { StateBadge } from "./ui/state.tsx";
import { complain, toast } from "./ui/toast.tsx";

/** Returns whether anything was done; `onBegin` is called when it was agreed to. */
export async function actOnMany(action: Action, whom: Whom, onBegin = () => {}): Promise<boolean> {
  const words = WORDS[action];
  try {
    const trial = await post<Trial>("v1/bulk", { body: { action, ...whom, dry_run: true } });
    if (trial.jobs === 0) {
      toast(`None of these jobs is ${words.from.join(", ")}, so there is nothing to ${words.name.toLowerCase()}.`, "bad");
      return false;
    }
    if (!(await confirm(question(action, trial)))) return false;
    onBegin();
    return await run(action, whom, trial);
  } catch (error) {
    complain(`${words.name} failed`, error);
    return false;
  }
}

const many = ({ jobs, exact }: Trial) => (exact ? plural(jobs, "job") : `more than ${plural(jobs, "job")}`);

function question(action: Action, trial: Trial) {
  const words = WORDS[action];
  return {
    title: `${words.with(many(trial))}?`,
    action: words.with(many(trial)),
    danger: action === "delete" || action === "cancel",
    body: (
      <>
        <p>{trial.jobs === 1 ? words.effect : words.effects}</p>
        {trial.sample.length > 0 && (
          <ul class="sample" aria-label="Some of them">
            {trial.sample.map((job) => (
              <li key={job.id}>
                <span class="mono">{brief(job.id)}</span>
                <span class="sample-task">{job.task}</span>
                <StateBadge state={job.state} />
              </li>
            ))}
            {trial.jobs > trial.sample.length && <li class="muted">and {trial.exact ? "" : "more than "}{count(trial.jobs - trial.sample.length)} more</li>}
          </ul>
        )}
      </>
    ),
  };
}

async function run(action: Action, whom: Whom, trial: Trial): Promise<boolean> {
  const words = WORDS[action];
  const abort = new AbortController();
  const said = toast(`${words.doing} ${many(trial)}`, "busy", { progress: 0, action: { label: "Stop", run: () => abort.abort() } });
  let last: Line = {};
  try {
    await lines<Line>("v1/bulk", { body: { action, ...whom, dry_run: false }, signal: abort.signal }, (line) => {
      last = { ...last, ...line };
      const done = (last.done ?? 0) + (last.refused ?? 0);
      said({ detail: count(last.done ?? 0), progress: Math.min(1, done / trial.jobs) });
    });
    if (!last.finished && !last.problem) last = { ...last, problem: { detail: "the answer ended early" } };
    said({ text: outcome(action, last, plural), kind: last.problem ? "bad" : "good" });
  } catch (error) {
    const stopped = isAbort(error);
    const how = stopped ? "then you stopped it" : `then it failed: ${(error as Error).message}`;
    said({ text: `${words.done} ${plural(last.done ?? 0, "job")}; ${how}.`, kind: stopped ? "good" : "bad" });
  }
  if (live.standing.peek() !== "live") look();
  return true;
}
