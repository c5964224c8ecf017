/** Keyboard shortcuts: single keys and sequences such as `g j`. They can be switched off (WCAG 2.1.4). */

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

import { recall, remember } from "./settings.ts";

export interface Shortcut {
  /** Keys as KeyboardEvent.key names them, a sequence with spaces: "g j", "?", "Enter". */
  keys: string;
  label: string;
  group: string;
  run: (event: KeyboardEvent) => void;
}

/** How long a sequence waits for its next key, in milliseconds. */
const PATIENCE = 1_500;

export const shortcuts = signal<readonly Shortcut[]>([]);
export const enabled = signal(recall("keys") !== "off");

export function setEnabled(on: boolean): void {
  enabled.value = on;
  remember("keys", on ? "on" : "off");
}

/** Registers shortcuts while a component is there; of two with the same keys the later one wins, over a `base` any. */
export function useKeys(list: readonly Shortcut[], base = false): void {
  const latest = useRef(list);
  latest.current = list;
  const shape = list.map((shortcut) => shortcut.keys).join("|");
  // Before the paint: what can be seen can be used.
  useLayoutEffect(() => {
    const own = latest.current.map((shortcut, index) => ({
      ...shortcut,
      run: (event: KeyboardEvent) => latest.current[index]?.run(event),
    }));
    shortcuts.value = base ? [...own, ...shortcuts.value] : [...shortcuts.value, ...own];
    return () => {
      shortcuts.value = shortcuts.value.filter((shortcut) => !own.includes(shortcut as (typeof own)[number]));
    };
  }, [shape]);
}

/** Tells which shortcut is meant by what was typed so far, or whether more may follow. */
export function match(typed: readonly string[], list: readonly { keys: string }[]): number | "more" | "none" {
  const text = typed.join(" ");
  for (let index = list.length - 1; index >= 0; index--) if (list[index]?.keys === text) return index;
  return list.some((shortcut) => shortcut.keys.startsWith(`${text} `)) ? "more" : "none";
}

let typed: string[] = [];
let since = 0;

function onKey(event: KeyboardEvent): void {
  if (!enabled.value || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Shift" || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  // Enter and the space bar belong to whatever control has the focus.
  if ((event.key === "Enter" || event.key === " ") && isControl(event.target)) return;
  const now = performance.now();
  if (now - since > PATIENCE) typed = [];
  since = now;
  let found = match([...typed, event.key], shortcuts.value);
  if (found === "none" && typed.length > 0) {
    typed = [];
    found = match([event.key], shortcuts.value);
  }
  if (found === "more") typed = [...typed, event.key];
  else typed = [];
  if (typeof found !== "number") return;
  event.preventDefault();
  shortcuts.value[found]?.run(event);
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  && !(target instanceof HTMLInputElement && /^(checkbox|radio|button)$/.test(target.type));

const isControl = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest("a,button,summary,input,select,textarea") !== null;

export function listen(): void {
  document.addEventListener("keydown", onKey);
}
