/** The search field of the top bar: an id opens the job, everything else becomes a query of the jobs page. */

import type { RefObject } from "preact";
import { useState } from "preact/hooks";

import { go, searchHref } from "../router.ts";
import { Icon } from "./icons.tsx";

export function Search({ input }: { input: RefObject<HTMLInputElement | null> }) {
  const [text, setText] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    go(searchHref(text));
    setText(""); // the jobs page shows it as chips
    input.current?.blur();
  };
  return (
    <form class="search" role="search" onSubmit={submit}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        value={text}
        placeholder="Job id, or state:failed queue:mail"
        aria-label="Search jobs"
        autocomplete="off"
        spellcheck={false}
        maxLength={1000}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      <kbd aria-hidden>/</kbd>
    </form>
  );
}
