import { Page } from "../ui/page.tsx";
import { Empty } from "../ui/states.tsx";

export function QueuePage({ name }: { name: string }) {
  return (
    <Page title={name}>
      <Empty title="Not there yet." />
    </Page>
  );
}
