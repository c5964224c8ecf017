import { Page } from "../ui/page.tsx";
import { Empty } from "../ui/states.tsx";

export function TasksPage() {
  return (
    <Page title="Tasks">
      <Empty title="Not there yet." />
    </Page>
  );
}

export function TaskPage({ name }: { name: string }) {
  return (
    <Page title={name}>
      <Empty title="Not there yet." />
    </Page>
  );
}
