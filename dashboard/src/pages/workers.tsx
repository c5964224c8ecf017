import { Page } from "../ui/page.tsx";
import { Empty } from "../ui/states.tsx";

export function WorkersPage() {
  return (
    <Page title="Workers">
      <Empty title="Not there yet." />
    </Page>
  );
}
