/** Which page stands at which address. */

import type { ComponentType } from "preact";

import { OverviewPage } from "./pages/overview.tsx";
import { href, route } from "./router.ts";
import { Boundary } from "./ui/boundary.tsx";
import { lazy } from "./ui/lazy.tsx";
import { Page } from "./ui/page.tsx";
import { Shell } from "./ui/shell.tsx";
import { Empty } from "./ui/states.tsx";

const LISTS: Record<string, ComponentType> = {
  "": OverviewPage,
  queues: lazy(() => import("./pages/queues.tsx").then((page) => page.QueuesPage)),
  jobs: lazy(() => import("./pages/jobs.tsx").then((page) => page.JobsPage)),
  failures: lazy(() => import("./pages/failures.tsx").then((page) => page.FailuresPage)),
  tasks: lazy(() => import("./pages/tasks.tsx").then((page) => page.TasksPage)),
  workers: lazy(() => import("./pages/workers.tsx").then((page) => page.WorkersPage)),
};
/** Pages of one thing, by its name or id. */
const DETAILS: Record<string, ComponentType<{ name: string }>> = {
  queues: lazy(() => import("./pages/queue.tsx").then((page) => page.QueuePage)),
  jobs: lazy(() => import("./pages/job.tsx").then((page) => page.JobPage)),
  tasks: lazy(() => import("./pages/tasks.tsx").then((page) => page.TaskPage)),
};

/** What is there under a name, and not what every object has: "constructor" is no page. */
const own = <T,>(pages: Record<string, T>, name: string): T | undefined => (Object.hasOwn(pages, name) ? pages[name] : undefined);

export function App() {
  const [noun = "", name, ...rest] = route.value.parts;
  const List = own(LISTS, noun);
  const Detail = own(DETAILS, noun);
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
