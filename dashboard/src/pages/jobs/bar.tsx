/** The query bar: each term is a chip; the field behind them completes what is typed, and Enter applies it. */

import type { RefObject } from "preact";
import { useId, useState } from "preact/hooks";

import { type Known, type Suggestion, suggestions } from "../../query/complete.ts";
import { added, fault, lastWord, parse, printed, type Term } from "../../query/text.ts";
import { Icon } from "../../ui/icons.tsx";

interface Props {
  terms: readonly Term[];
  known: Known;
  input: RefObject<HTMLInputElement | null>;
  onApply: (terms: readonly Term[]) => void;
}

export function QueryBar({ terms, known, input, onApply }: Props) {
  const [text, setText] = useState("");
  const apply = (next: readonly Term[]) => {
    setText("");
    onApply(next);
  };
  const drop = (index: number) => {
    apply(terms.filter((_, at) => at !== index));
    input.current?.focus();
  };
  /** Puts a chip back into the field. */
  const edit = (index: number) => {
    const term = terms[index] as Term;
    apply(terms.filter((_, at) => at !== index));
    setText(printed(term));
    input.current?.focus();
  };
  return (
    <div class="query-bar" role="search" aria-label="Jobs" onClick={(event) => event.target === event.currentTarget && input.current?.focus()}>
      <Icon name="search" />
      {terms.map((term, index) => <Chip key={`${index} ${printed(term)}`} term={term} onDrop={() => drop(index)} onEdit={() => edit(index)} />)}
      <Typing
        text={text}
        known={known}
        input={input}
        empty={terms.length === 0}
        onText={setText}
        onCommit={(said) => apply(parse(said).reduce((all, term) => added(all, term), [...terms]))}
        onBack={() => terms.length > 0 && edit(terms.length - 1)}
      />
      {terms.length > 0 && (
        <button type="button" class="clear" onClick={() => { apply([]); input.current?.focus(); }}>
          Clear
        </button>
      )}
    </div>
  );
}

function Chip({ term, onDrop, onEdit }: { term: Term; onDrop: () => void; onEdit: () => void }) {
  const wrong = fault(term);
  return (
    <span class={wrong ? "chip wrong" : "chip"} title={wrong || undefined}>
      <button type="button" class="chip-text" aria-label={`Edit ${printed(term)}`} onClick={onEdit}>
        {wrong && <Icon name="warning" size={12} />}
        {term.field && <span class="chip-field">{term.field}</span>}
        <span class="chip-value">{term.field ? term.value.replaceAll(",", ", ") : term.value}</span>
      </button>
      <button type="button" class="chip-drop" aria-label={`Remove ${printed(term)}`} onClick={onDrop}>
        <Icon name="cross" size={12} />
      </button>
    </span>
  );
}

interface TypingProps {
  text: string;
  known: Known;
  input: RefObject<HTMLInputElement | null>;
  empty: boolean;
  onText: (text: string) => void;
  onCommit: (text: string) => void;
  onBack: () => void;
}

function Typing({ text, known, input, empty, onText, onCommit, onBack }: TypingProps) {
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const listId = useId();
  const [before, word] = lastWord(text);
  const found = open ? suggestions(word, known) : [];
  /** The list makes room for what was found, until the next key. */
  const commit = (said: string) => {
    onCommit(said);
    setOpen(false);
  };
  const take = (one: Suggestion) => {
    setActive(-1);
    input.current?.focus();
    if (one.whole) commit(before + one.text);
    else onText(before + one.text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = found[active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setOpen(true);
      setActive(moved(active, event.key === "ArrowDown" ? 1 : -1, found.length));
    } else if (event.key === "Enter") {
      if (chosen) take(chosen);
      else if (text.trim()) commit(text);
    } else if (event.key === "Tab" && chosen) take(chosen);
    else if (event.key === "Escape") {
      if (open && found.length > 0) setOpen(false);
      else input.current?.blur();
    } else if (event.key === "Backspace" && text === "") onBack();
    else return;
    if (event.key !== "Backspace") event.preventDefault();
  };
  return (
    <span class="typing">
      <input
        ref={input}
        value={text}
        role="combobox"
        aria-label="Add a term to the query"
        aria-expanded={found.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={found[active] ? `${listId}-${active}` : undefined}
        placeholder={empty ? "state:failed queue:mail, or an id" : ""}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={500}
        onInput={(event) => {
          onText(event.currentTarget.value);
          setOpen(true);
          setActive(-1);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <ul id={listId} role="listbox" aria-label="Terms" class="suggestions" hidden={found.length === 0}>
        {found.map((one, index) => (
          <li
            key={one.text}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            // Before the field loses the focus.
            onMouseDown={(event) => (event.preventDefault(), take(one))}
          >
            <span class="mono">{one.text}</span>
            {one.hint && <span class="muted">{one.hint}</span>}
          </li>
        ))}
      </ul>
    </span>
  );
}

function moved(active: number, step: number, length: number): number {
  if (length === 0) return -1;
  return active === -1 ? (step > 0 ? 0 : length - 1) : (active + step + length) % length;
}
