import { Page } from "../ui/page.tsx";
import { Empty } from "../ui/states.tsx";

export function FailuresPage() {
  return (
    <Page title="Failures">
      <Empty title="Not there yet." />
    </Page>
  );
}
