/** A page's head: its title (also the window's), what belongs beside it, and the way up. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import { Icon } from "./icons.tsx";

interface Props {
  title: string;
  /** The page above this one. */
  up?: { name: string; href: string };
  /** Beside the title: badges. */
  beside?: ComponentChildren;
  /** At the end of the line: buttons. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function Page({ title, up, beside, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Ferryman`;
  }, [title]);
  return (
    <div class="page">
      {up && (
        <a class="up" href={up.href}>
          <Icon name="back" size={14} /> {up.name}
        </a>
      )}
      <header class="page-head">
        <h1>{title}</h1>
        {beside}
        {actions && <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a page with a heading. */
export function Section({ title, actions, children }: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="section">
      <header class="section-head">
        <h2>{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  );
}
