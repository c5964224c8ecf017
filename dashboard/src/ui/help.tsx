/** The `?` dialog: every shortcut that works here, and the switch for all of them. */

import { signal } from "@preact/signals";

import { enabled, setEnabled, shortcuts } from "../keys.ts";
import { Dialog } from "./dialog.tsx";

export const helpOpen = signal(false);

export function HelpHost() {
  if (!helpOpen.value) return null;
  const seen = new Map<string, { label: string; group: string }>();
  for (const one of shortcuts.value) seen.set(one.keys, one);
  const groups = [...new Set([...seen.values()].map((one) => one.group))];
  return (
    <Dialog title="Keyboard" wide onClose={() => (helpOpen.value = false)}>
      <div class="help">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {[...seen].filter(([, one]) => one.group === group).map(([keys, one]) => (
                <div key={keys}>
                  <dt>{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
                  <dd>{one.label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="check">
        <input type="checkbox" checked={enabled.value} onChange={(event) => setEnabled(event.currentTarget.checked)} />
        Shortcuts of single keys are on
      </label>
    </Dialog>
  );
}
