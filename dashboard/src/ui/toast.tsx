/** Short news of what was done, said aloud politely. Errors stay until they are closed. */

import { signal } from "@preact/signals";

import { Button } from "./button.tsx";
import { Icon } from "./icons.tsx";

export interface Toast {
  id: number;
  text: string;
  kind: "good" | "bad" | "busy";
  /** From 0 to 1, for what takes a while. */
  progress?: number;
  /** A number that ticks meanwhile; it is not said aloud. */
  detail?: string;
  /** What can be done meanwhile. */
  action?: { label: string; run: () => void };
}

const STAYS = 6_000;
const toasts = signal<readonly Toast[]>([]);
let last = 0;

/** Shows a toast and returns what changes it: `const said = toast("Retrying", "busy"); said({ text: "Done", kind: "good" })`. */
export function toast(text: string, kind: Toast["kind"] = "good", more: Partial<Toast> = {}): (change: Partial<Toast>) => void {
  const id = ++last;
  const leaves = (now: Toast["kind"]) => now === "good" && setTimeout(() => close(id), STAYS);
  toasts.value = [...toasts.value.slice(-3), { ...more, id, text, kind }];
  leaves(kind);
  return (change) => {
    toasts.value = toasts.value.map((one) => (one.id === id ? { ...one, ...change, id } : one));
    if (change.kind) leaves(change.kind);
  };
}

/** Shows what went wrong, in the server's words. */
export const complain = (what: string, error: unknown) =>
  void toast(`${what}: ${error instanceof Error ? error.message : String(error)}`, "bad");

function close(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** Stands once in the shell. */
export function ToastHost() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((one) => (
        <div key={one.id} class={`toast ${one.kind}`}>
          <Icon name={one.kind === "bad" ? "warning" : one.kind === "busy" ? "clock" : "check"} />
          <span>{one.text}</span>
          {one.kind === "busy" && one.detail && <span class="num" aria-hidden>{one.detail}</span>}
          {one.kind === "busy" && one.progress !== undefined && <progress value={one.progress} aria-label={one.text} />}
          {one.kind === "busy" && one.action && (
            <Button look="quiet" onClick={one.action.run}>
              {one.action.label}
            </Button>
          )}
          <Button look="quiet" icon="cross" iconOnly onClick={() => close(one.id)}>
            Close
          </Button>
        </div>
      ))}
    </div>
  );
}
