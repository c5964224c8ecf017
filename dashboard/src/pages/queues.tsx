import { Page } from "../ui/page.tsx";
import { Empty } from "../ui/states.tsx";

export function QueuesPage() {
  return (
    <Page title="Queues">
      <Empty title="Not there yet." />
    </Page>
  );
}
