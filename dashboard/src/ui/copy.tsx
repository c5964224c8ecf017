/** Copies a text; on plain HTTP, where the clipboard may not be written, in the old way. */

import { useState } from "preact/hooks";

import { Button } from "./button.tsx";

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

function copyByCommand(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.className = "sr-only";
  // Inside an open dialog, since nothing outside of it can be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  const before = document.activeElement;
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}

/** `label` says what is copied: "Copy the id". */
export function Copy({ text, label, children }: { text: string; label: string; children?: string }) {
  const [said, setSaid] = useState<"copied" | "failed" | null>(null);
  const copy = async () => {
    setSaid((await copyText(text)) ? "copied" : "failed");
    setTimeout(() => setSaid(null), 2_000);
  };
  return (
    <>
      <Button look={children ? "plain" : "quiet"} icon={said === "copied" ? "check" : "copy"} iconOnly={!children} title={label} onClick={copy}>
        {children ?? label}
      </Button>
      <span class="sr-only" role="status">{said === "copied" ? "Copied" : said === "failed" ? "Copying is not allowed here; select the text" : ""}</span>
    </>
  );
}
