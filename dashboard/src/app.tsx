/** Which page stands at which address. */

import type { ComponentType } from "preact";

import { FailuresPage } from "./pages/failures.tsx";
import { JobPage } from "./pages/job.tsx";
import { JobsPage } from "./pages/jobs.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { QueuePage } from "./pages/queue.tsx";
import { QueuesPage } from "./pages/queues.tsx";
import { TaskPage, TasksPage } from "./pages/tasks.tsx";
import { WorkersPage } from "./pages/workers.tsx";
import { href, route } from "./router.ts";
import { Boundary } from "./ui/boundary.tsx";
import { Page } from "./ui/page.tsx";
import { Shell } from "./ui/shell.tsx";
import { Empty } from "./ui/states.tsx";

const LISTS: Record<string, ComponentType> = {
  "": OverviewPage,
  queues: QueuesPage,
  jobs: JobsPage,
  failures: FailuresPage,
  tasks: TasksPage,
  workers: WorkersPage,
};
/** Pages of one thing, by its name or id. */
const DETAILS: Record<string, ComponentType<{ name: string }>> = { queues: QueuePage, jobs: JobPage, tasks: TaskPage };

export function App() {
  const [noun = "", name, ...rest] = route.value.parts;
  const List = LISTS[noun];
  const Detail = DETAILS[noun];
  return (
    <Shell>
      <Boundary key={route.value.parts.join("/")}>
        {rest.length === 0 && name !== undefined && Detail ? <Detail name={name} />
          : name === undefined && List ? <List />
          : <NotFound />}
      </Boundary>
    </Shell>
  );
}

function NotFound() {
  return (
    <Page title="No such page">
      <Empty title="There is nothing at this address.">
        <a href={href([])}>Go to the overview</a>
      </Empty>
    </Page>
  );
}
