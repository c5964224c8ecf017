/**
 * JSON whose numbers JavaScript must not touch. Arguments, results and progress are shown as the text that the server
 * sent: parsed and printed again, 12345678901234567890 would become 12345678901234567000.
 */

declare const brand: unique symbol;

/** JSON text as it came; `null` in an answer stays null. */
export type RawJson = string & { readonly [brand]: true };

/** Parses JSON, but keeps the values of the members with these names as their text, wherever they stand. */
export function parseKeeping(text: string, names: readonly string[]): unknown {
  return JSON.parse(names.length === 0 ? text : quoted(text, new Set(names)));
}

function quoted(text: string, names: ReadonlySet<string>): string {
  const parts: string[] = [];
  let copied = 0;
  let at = text.indexOf('"');
  while (at !== -1) {
    const end = endOfString(text, at);
    const colon = skipSpace(text, end);
    let next = end;
    if (text[colon] === ":" && names.has(text.slice(at + 1, end - 1))) {
      const start = skipSpace(text, colon + 1);
      next = endOfValue(text, start);
      const value = text.slice(start, next);
      if (value !== "null") {
        parts.push(text.slice(copied, start), JSON.stringify(value));
        copied = next;
      }
    }
    at = text.indexOf('"', next);
  }
  parts.push(text.slice(copied));
  return parts.join("");
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && " \t\r\n".includes(text[at] as string)) at++;
  return at;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') {
      at = endOfString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && ", \t\r\n".includes(char)) return at;
  }
  return text.length;
}

/** Lays JSON text out over lines; every token stays as it is. */
export function laidOut(raw: string, indent = "  "): string {
  const out: string[] = [];
  let depth = 0;
  const line = () => out.push("\n", indent.repeat(depth));
  for (let at = 0; at < raw.length; at++) {
    const char = raw[at] as string;
    if (char === '"') {
      const end = endOfString(raw, at);
      out.push(raw.slice(at, end));
      at = end - 1;
    } else if (char === "{" || char === "[") {
      const inside = skipSpace(raw, at + 1);
      if (raw[inside] === "}" || raw[inside] === "]") {
        out.push(char, raw[inside] as string);
        at = inside;
      } else {
        out.push(char);
        depth++;
        line();
      }
    } else if (char === "}" || char === "]") {
      depth = Math.max(0, depth - 1);
      line();
      out.push(char);
    } else if (char === ",") {
      out.push(char);
      line();
    } else if (char === ":") out.push(": ");
    else if (!" \t\r\n".includes(char)) out.push(char);
  }
  return out.join("");
}
