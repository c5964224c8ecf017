/** What to do when there is nothing to see yet. */

import { live } from "../../live/live.ts";
import { Copy } from "../../ui/copy.tsx";

export function FirstJob() {
  const task = Object.keys(live.tasks.value).sort().find((name) => name === "send_email") ?? Object.keys(live.tasks.value)[0] ?? "send_email";
  const url = new URL("submit-job", document.baseURI).href;
  const curl = `curl -s ${url} -H 'Content-Type: application/json' -d '{"task": "${task}"}'`;
  return (
    <section class="card first-job">
      <h2>No jobs yet</h2>
      <p>Submit the first one, and see it here within a moment:</p>
      <div class="snippet">
        <pre tabIndex={0}>{curl}</pre>
        <Copy text={curl} label="Copy the command" />
      </div>
    </section>
  );
}
