/** Asks before something is done to many jobs, or cannot be undone: `if (await confirm({...})) ...`. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

export interface Question {
  title: string;
  /** What will happen, with the number of jobs. */
  body: ComponentChildren;
  /** The word on the button: "Retry 12 jobs". */
  action: string;
  danger?: boolean;
  /** A text that has to be typed first, such as the name of a queue. */
  typed?: string;
}

const asked = signal<(Question & { answer: (yes: boolean) => void }) | null>(null);

export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (yes) => {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}

/** Stands once in the shell. */
export function ConfirmHost() {
  return asked.value && <Confirm key={asked.value.title} {...asked.value} />;
}

function Confirm({ title, body, action, danger, typed, answer }: Question & { answer: (yes: boolean) => void }) {
  const [text, setText] = useState("");
  const field = useId();
  const ready = typed === undefined || text === typed;
  const submit = (event: Event) => {
    event.preventDefault();
    if (ready) answer(true);
  };
  return (
    <Dialog
      title={title}
      onClose={() => answer(false)}
      actions={
        <>
          <Button onClick={() => answer(false)}>Cancel</Button>
          <Button type="submit" form={`${field}-form`} look={danger ? "danger" : "primary"} disabled={!ready} autofocus={typed === undefined && !danger}>
            {action}
          </Button>
        </>
      }
    >
      <form id={`${field}-form`} onSubmit={submit}>
        {body}
        {typed !== undefined && (
          <p class="field">
            <label for={field}>
              Type <strong>{typed}</strong> to confirm
            </label>
            <input id={field} value={text} autofocus autocomplete="off" spellcheck={false} onInput={(event) => setText(event.currentTarget.value)} />
          </p>
        )}
      </form>
    </Dialog>
  );
}
