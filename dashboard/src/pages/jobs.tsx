import { Page } from "../ui/page.tsx";
import { Empty } from "../ui/states.tsx";

export function JobsPage() {
  return (
    <Page title="Jobs">
      <Empty title="Not there yet." />
    </Page>
  );
}
