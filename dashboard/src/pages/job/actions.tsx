/** What can be done with a job, by its state, and the same job as a command. */

import { type Action, ACTIONS, allows, WORDS } from "../../api/bulk.ts";
import { path, post, remove } from "../../api/client.ts";
import type { RawJson } from "../../api/json.ts";
import type { Job } from "../../api/types.ts";
import { useKeys } from "../../keys.ts";
import { href } from "../../router.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Copy } from "../../ui/copy.tsx";
import { complain, toast } from "../../ui/toast.tsx";
import { here } from "../../writers/here.ts";
import { curl, type NewJob, python } from "../../writers/request.ts";
import { ICONS } from "../jobs/chosen.tsx";

/** Those that cannot be taken back. */
const ASKED: readonly Action[] = ["cancel", "delete"];

export function Actions({ job, onDone, onDeleted }: { job: Job; onDone: () => void; onDeleted: () => void }) {
  const act = async (action: Action) => {
    const { name, effect, done } = WORDS[action];
    if (ASKED.includes(action) && !(await confirm({ title: `${WORDS[action].with("this job")}?`, body: effect, action: WORDS[action].with("the job"), danger: true }))) return;
    try {
      if (action === "delete") await remove(path("v1", "jobs", job.id));
      else await post(path("v1", "jobs", job.id, action));
      toast(`${done} ${job.task}.`);
      if (action === "delete") return onDeleted();
    } catch (error) {
      complain(`${name} failed`, error);
    }
    onDone();
  };
  const possible = ACTIONS.filter((action) => allows(action, job.state));
  useKeys([
    { keys: "a r", label: "Retry", group: "Job", run: () => possible.includes("retry") && void act("retry") },
    { keys: "a n", label: "Run now", group: "Job", run: () => possible.includes("run-now") && void act("run-now") },
    { keys: "a c", label: "Cancel", group: "Job", run: () => possible.includes("cancel") && void act("cancel") },
    { keys: "a d", label: "Delete", group: "Job", run: () => possible.includes("delete") && void act("delete") },
  ]);
  return (
    <>
      {possible.map((action) => (
        <Button key={action} icon={ICONS[action]} title={WORDS[action].effect} onClick={() => void act(action)}>
          {WORDS[action].name}
        </Button>
      ))}
    </>
  );
}

/** The job as it could be submitted again. Its key is left out: with it there would be no second job. */
export function again(job: Job, args: RawJson): NewJob {
  const options: [string, string][] = [["queue", JSON.stringify(job.queue)], ["retries", String(job.max_retries)]];
  if (job.priority !== 5) options.push(["priority", String(job.priority)]);
  if (job.timeout !== null) options.push(["timeout", String(job.timeout)]);
  if (job.tags.length > 0) options.push(["tags", JSON.stringify(job.tags)]);
  return { task: job.task, args, options };
}

export function CopyAs({ job, args }: { job: Job; args: RawJson | undefined }) {
  if (args === undefined) return null;
  const same = again(job, args);
  return (
    <>
      <Copy text={curl(same, here())} label="Copy a command that submits this job once more">Copy as curl</Copy>
      <Copy text={python(same)} label="Copy the Python that submits this job once more">Copy as Python</Copy>
      <a class="button" href={href(["tasks", job.task], { from: job.id })}>Run again with changes</a>
    </>
  );
}
