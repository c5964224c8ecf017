/** A modal dialog: the browser's own, which keeps the focus inside and gives it back at the end. */

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

import { Button } from "./button.tsx";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Buttons under it. */
  actions?: ComponentChildren;
  wide?: boolean;
}

/** It is open while it is rendered. */
export function Dialog({ title, onClose, children, actions, wide }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Before the next key can arrive: what a person types right after a click is meant for the dialog.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const box = dialog.current;
    box?.showModal();
    return () => {
      box?.close(); // while it is open nothing behind it takes the focus
      // What had the focus may be gone by now, e.g. the row that was deleted.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else document.querySelector<HTMLElement>("main")?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="dialog-box">
        <header>
          <h2 id={heading}>{title}</h2>
          <Button look="quiet" icon="cross" iconOnly onClick={onClose}>Close</Button>
        </header>
        <div class="dialog-body">{children}</div>
        {actions && <footer>{actions}</footer>}
      </div>
    </dialog>
  );
}
