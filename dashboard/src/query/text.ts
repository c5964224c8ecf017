/**
 * Queries as a person types them: `state:failed,cancelled queue:mail tag:"two words"`. Terms are split as the server
 * does it, that is as a shell splits words.
 */

export interface Term {
  /** "" for a bare word. */
  field: string;
  value: string;
}

/** The fields of a query and what each finds. */
export const FIELDS: Readonly<Record<string, string>> = {
  state: "where it stands",
  queue: "the line it waits in",
  task: "the function it runs",
  tag: "a label; several mean all of them",
  id: "an id, or its beginning",
  key: "its key; needs its task beside it",
  worker: "runs on this worker now",
  error: "text of its error",
  failure: "a group of failures",
  after: "submitted at that time or later",
  before: "submitted earlier",
};
/** Fields that take several values with commas between them, which mean any of them. */
const SEVERAL = new Set(["state", "queue", "task", "id", "worker", "failure"]);
/** The fewest digits of an id that are taken for the beginning of one. */
const ID = /^(?=(?:-*[0-9a-f]){8})[0-9a-f-]+$/i;

/** Splits a text into terms. A quotation that is not finished goes to the end. */
export function parse(text: string): Term[] {
  return words(text).map(termOf);
}

/** Whether a quotation was begun and not ended: then the next space still belongs to it. */
export function isOpen(text: string): boolean {
  return split(text).open;
}

function termOf(word: string): Term {
  const colon = word.indexOf(":");
  if (ID.test(word)) return { field: "id", value: word };
  return colon === -1 ? { field: "", value: word } : { field: word.slice(0, colon), value: word.slice(colon + 1) };
}

const words = (text: string) => split(text).words;

function split(text: string): { words: string[]; open: boolean } {
  const found: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === quote) quote = "";
    else if (char === "\\" && quote !== "'" && at + 1 < text.length) {
      const next = text[++at] as string;
      word = (word ?? "") + (quote === '"' && next !== '"' && next !== "\\" ? char : "") + next;
    } else if (quote) word = (word ?? "") + char;
    else if (char === '"' || char === "'") {
      quote = char;
      word ??= "";
    } else if (" \t\r\n".includes(char)) {
      if (word !== null) found.push(word);
      word = null;
    } else word = (word ?? "") + char;
  }
  if (word !== null) found.push(word);
  return { words: found, open: quote !== "" };
}

/** Writes terms as text that is split into the same terms. */
export const print = (terms: readonly Term[]) => terms.map(printed).join(" ");

export const printed = ({ field, value }: Term) => (field ? `${field}:${quoted(value)}` : quoted(value));

/** A value as one word, whatever is in it. */
export const quoted = (value: string) => (/^[^\s"'\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

/** The values of a field, over all of its terms. */
export function values(terms: readonly Term[], field: string): string[] {
  const found = terms.filter((term) => term.field === field).map((term) => term.value);
  return SEVERAL.has(field) ? found.flatMap((value) => value.split(",")).filter(Boolean) : found;
}

export const takesSeveral = (field: string) => SEVERAL.has(field);

/** The terms without those of a field. */
export const without = (terms: readonly Term[], field: string) => terms.filter((term) => term.field !== field);

/** The terms with a field set to these values, at the place where it stood; none of them takes the field away. */
export function withValues(terms: readonly Term[], field: string, wanted: readonly string[]): Term[] {
  if (wanted.length === 0) return without(terms, field);
  const made = SEVERAL.has(field) ? [{ field, value: wanted.join(",") }] : wanted.map((value) => ({ field, value }));
  const at = terms.findIndex((term) => term.field === field);
  if (at === -1) return [...made, ...terms];
  return [...without(terms.slice(0, at), field), ...made, ...without(terms.slice(at), field)];
}

/** Adds a term unless it is there. */
export function added(terms: readonly Term[], term: Term): Term[] {
  return terms.some((one) => one.field === term.field && one.value === term.value) ? [...terms] : [...terms, term];
}

/** What is wrong with a term, "" for nothing; the server has the last word. */
export function fault({ field, value }: Term): string {
  if (!field) return "A term is field:value, for example state:failed";
  if (!(field in FIELDS)) return `There is no field ${field}`;
  return value ? "" : `${field}: needs a value`;
}

/** Parts a text in what stands before the word that is being typed, and that word. */
export function lastWord(text: string): [before: string, word: string] {
  for (let at = text.length; at > 0; at--) {
    if (" \t\r\n".includes(text[at - 1] as string) && !isOpen(text.slice(0, at))) return [text.slice(0, at), text.slice(at)];
  }
  return ["", text];
}

/** Fields that find jobs of one state only, and the one that finds none of another. */
const ONLY: Readonly<Record<string, string>> = { failure: "failed", worker: "processing" };

/** Whether a query with these terms can find jobs of a state. */
export const canFind = (terms: readonly Term[], state: string) =>
  terms.every(({ field }) => (ONLY[field] ?? state) === state && !(field === "error" && state === "completed"));
