/** What stands in the place of jobs when there are none: how one is made. */

import { get } from "../../api/client.ts";
import type { Task } from "../../api/types.ts";
import { type Term, values } from "../../query/text.ts";
import { useResource } from "../../resource.ts";
import { href } from "../../router.ts";
import { Copy } from "../../ui/copy.tsx";
import { Empty } from "../../ui/states.tsx";
import { curl, type NewJob } from "../../writers/request.ts";
import { here } from "../../writers/here.ts";
import { sampleArgs } from "../tasks/sample.ts";
import { fieldsOf } from "../tasks/schema.ts";

export function NoJobs({ terms }: { terms: readonly Term[] }) {
  const { data } = useResource("tasks", (signal) => get<{ tasks: Task[] }>("v1/tasks", { raw: ["default"], signal }));
  const task = data?.tasks.find((one) => values(terms, "task").includes(one.name)) ?? data?.tasks[0];
  return (
    <Empty icon="jobs" title={terms.length > 0 ? "No job matches the query." : "No jobs yet."}>
      {task && <Example task={task} terms={terms} />}
    </Empty>
  );
}

function Example({ task, terms }: { task: Task; terms: readonly Term[] }) {
  const text = curl(exampleJob(task, terms), here());
  return (
    <>
      <p>This submits a job:</p>
      <div class="code-box">
        <pre class="code" tabIndex={0}>{text}</pre>
        <Copy text={text} label="Copy the command" />
      </div>
      <p>
        or <a href={href(["tasks", task.name])}>fill in its form</a>.
      </p>
    </>
  );
}

function exampleJob(task: Task, terms: readonly Term[]): NewJob {
  const options: [string, string][] = [];
  const [queue] = values(terms, "queue");
  const tags = values(terms, "tag");
  if (queue) options.push(["queue", JSON.stringify(queue)]);
  if (tags.length > 0) options.push(["tags", JSON.stringify(tags)]);
  if (values(terms, "state").join() === "scheduled") options.push(["delay", '"10m"']);
  return { task: task.name, args: sampleArgs(fieldsOf(task.schema)), options };
}
