/** What stands in the place of content: nothing there, still loading, or an error with its way out. */

import type { ComponentChildren } from "preact";

import { Problem } from "../api/client.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icons.tsx";

export function Empty({ icon = "info", title, children }: { icon?: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} size={28} />
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Lines in the shape of what is to come. */
export function Loading({ lines = 6 }: { lines?: number }) {
  return (
    <div class="loading" role="status">
      <span class="sr-only">Loading</span>
      {Array.from({ length: lines }, (_, index) => <span key={index} class="skeleton" />)}
    </div>
  );
}

/** An error in place: what happened, and trying again. */
export function ErrorBox({ error, retry }: { error: Error; retry?: () => void }) {
  const missing = error instanceof Problem && error.status === 404;
  return (
    <div class="notice bad" role="alert">
      <Icon name={missing ? "info" : "warning"} />
      <p>{error.message}</p>
      {retry && !missing && <Button icon="retry" onClick={retry}>Try again</Button>}
    </div>
  );
}
