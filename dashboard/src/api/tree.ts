/** JSON text as a tree that keeps every number as it was written. */

export type Tree =
  | { kind: "object"; members: readonly (readonly [string, Tree])[] }
  | { kind: "array"; items: readonly Tree[] }
  | { kind: "string"; value: string }
  /** Numbers, true, false and null: `text` is the token. */
  | { kind: "token"; text: string };

const TOKEN = /[^\s,\]}]+/y;
const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;

/** Reads JSON; throws SyntaxError as JSON.parse does. */
export function tree(text: string): Tree {
  JSON.parse(text); // says what is wrong better than we could, and what follows can be simple
  let at = 0;
  const skip = () => void take(SPACE);
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  const list = <T>(read: () => T): T[] => {
    const found: T[] = [];
    at++;
    for (skip(); !"]}".includes(text[at] as string); skip()) {
      found.push(read());
      skip();
      if (text[at] === ",") at++;
    }
    at++;
    return found;
  };
  const value = (): Tree => {
    skip();
    if (text[at] === "[") return { kind: "array", items: list(value) };
    if (text[at] === "{") return { kind: "object", members: list(member) };
    if (text[at] === '"') return { kind: "string", value: JSON.parse(take(STRING)) as string };
    return { kind: "token", text: take(TOKEN) };
  };
  const member = (): readonly [string, Tree] => {
    const name = JSON.parse(take(STRING)) as string;
    skip();
    at++; // the colon
    return [name, value()];
  };
  return value();
}

/** Writes a tree as JSON text. */
export function write(node: Tree): string {
  if (node.kind === "string") return JSON.stringify(node.value);
  if (node.kind === "token") return node.text;
  if (node.kind === "array") return `[${node.items.map(write).join(", ")}]`;
  return `{${node.members.map(([name, value]) => `${JSON.stringify(name)}: ${write(value)}`).join(", ")}}`;
}
