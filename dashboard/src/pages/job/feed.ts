/** What a job said, in order and bounded: log lines, output, and marks between them. */

import { parseKeeping, type RawJson } from "../../api/json.ts";
import { seconds } from "../../format.ts";

export type Kind = "state" | "progress" | "log" | "output" | "result" | "gap" | "gone";
export const KINDS: readonly Kind[] = ["state", "progress", "log", "output", "result", "gap", "gone"];

interface Common {
  key: number;
  /** Lines that it takes on the page. */
  lines: number;
}
export type Block =
  | (Common & { kind: "log"; at: number; message: string; fields: RawJson | null })
  | (Common & { kind: "output"; text: string })
  | (Common & { kind: "mark"; at: number | null; text: string });

export interface Progress {
  current: number;
  total: number | null;
  message: string;
}
export interface Report extends Progress {
  /** Seconds since 1970. */
  at: number;
  attempt: number;
}

/** Most lines that are kept; the oldest make room. */
export const MOST_LINES = 2_000;
/** Output is cut into blocks of about so many characters, so that a new word changes little. */
const BLOCK = 4_000;
/** Characters that stand for a further line, where none is broken. */
const WIDE = 200;

export class Feed {
  blocks: Block[] = [];
  /** Lines that made room. */
  dropped = 0;
  progress: Report | null = null;
  lastId = "";
  /** Whether the job ended or went: nothing more comes. */
  over = false;
  hasOutput = false;
  hasLog = false;
  #attempt = 0;
  /** The mark of an attempt that has said nothing yet. */
  #begun: { at: number; text: string } | null = null;
  #lines = 0;
  #last = 0;

  add(kind: Kind, id: string, data: string): void {
    if (id) this.lastId = id;
    const said = parseKeeping(data, ["fields", "result"]) as Record<string, unknown>;
    const at = typeof said.at === "string" ? seconds(said.at) : 0;
    if (kind === "gap") this.#mark(null, `${String(said.missed)} earlier entries are no longer kept`);
    else if (kind === "log") this.#log(at, said);
    else if (kind === "output") this.#output(String(said.text ?? ""));
    else if (kind === "progress") this.progress = { ...(said as unknown as Progress), at, attempt: Number(said.attempt) };
    else if (kind === "state") this.#state(at, said);
    else this.over = true;
  }

  /** Begins again, after what made it over was undone: the job is to be run once more. */
  reopen(): void {
    this.over = false;
  }

  #log(at: number, said: Record<string, unknown>): void {
    const message = String(said.message ?? "");
    const fields = typeof said.fields === "string" ? (said.fields as RawJson) : null;
    this.#saying();
    this.hasLog = true;
    this.#push({ kind: "log", key: ++this.#last, lines: linesOf(message) + (fields ? 1 : 0), at, message, fields });
  }

  #output(text: string): void {
    this.#saying();
    this.hasOutput = true;
    const last = this.blocks.at(-1);
    if (last?.kind === "output" && last.text.length < BLOCK) {
      // A new object, so that whoever draws it sees that it changed.
      const whole = last.text + text;
      this.blocks = [...this.blocks.slice(0, -1), { ...last, text: whole, lines: this.#counted(last.lines, linesOf(whole)) }];
    } else if (last?.kind === "output" && !last.text.endsWith("\n")) {
      // The block ends where a line does: what is left of it goes on in the next one.
      const cut = last.text.lastIndexOf("\n") + 1 || last.text.length;
      const kept = last.text.slice(0, cut);
      this.blocks = [...this.blocks.slice(0, -1), { ...last, text: kept, lines: this.#counted(last.lines, linesOf(kept)) }];
      const rest = last.text.slice(cut) + text;
      this.#push({ kind: "output", key: ++this.#last, text: rest, lines: linesOf(rest) });
      return;
    } else this.#push({ kind: "output", key: ++this.#last, text, lines: linesOf(text) });
    this.#bound();
  }

  #state(at: number, said: Record<string, unknown>): void {
    const attempt = Number(said.attempt);
    if (said.state !== "processing" || attempt === this.#attempt) return;
    this.#attempt = attempt;
    this.progress = null;
    this.#begun = attempt > 1 ? { at, text: `Attempt ${attempt}` } : null;
  }

  #saying(): void {
    if (this.#begun) this.#mark(this.#begun.at, this.#begun.text);
    this.#begun = null;
  }

  #mark(at: number | null, text: string): void {
    this.#push({ kind: "mark", key: ++this.#last, lines: 1, at, text });
  }

  #push(block: Block): void {
    this.blocks = [...this.blocks, block];
    this.#lines += block.lines;
    this.#bound();
  }

  #counted(before: number, now: number): number {
    this.#lines += now - before;
    return now;
  }

  #bound(): void {
    let first = 0;
    while (this.#lines > MOST_LINES && first < this.blocks.length - 1) {
      const lines = (this.blocks[first++] as Block).lines;
      this.#lines -= lines;
      this.dropped += lines;
    }
    if (first > 0) this.blocks = this.blocks.slice(first);
  }
}

function linesOf(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
  return Math.max(lines, Math.ceil(text.length / WIDE));
}

/** Seconds until it is done at the pace since the attempt began, null when that cannot be told. */
export function remaining(report: Report, startedAt: number | null): number | null {
  const { current, total, at } = report;
  if (startedAt === null || total === null || !(current > 0) || !(total > current) || at <= startedAt) return null;
  return ((total - current) * (at - startedAt)) / current;
}

/** How far it is, from 0 to 1, null when no total is known. */
export function part({ current, total }: Progress): number | null {
  return total !== null && total > 0 ? Math.min(1, Math.max(0, current / total)) : null;
}
