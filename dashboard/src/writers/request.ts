/** A job to submit, and the same request as a person would write it for a shell or in Python. */

import { type Tree, tree } from "../api/tree.ts";

export interface NewJob {
  task: string;
  /** A JSON object as text. */
  args: string;
  /** The options that are given, as JSON text each. */
  options: readonly (readonly [string, string])[];
}

/** The body of `POST v1/jobs`. */
export function body({ task, args, options }: NewJob): string {
  const parts = [`"task": ${JSON.stringify(task)}`];
  if (args.trim() !== "{}") parts.push(`"args": ${args}`);
  if (options.length > 0) parts.push(`"options": {${options.map(([name, text]) => `${JSON.stringify(name)}: ${text}`).join(", ")}}`);
  return `{${parts.join(", ")}}`;
}

/** `url` is where the API is, with a slash at its end. */
export const curl = (job: NewJob, url: string) =>
  `curl ${shell(`${url}v1/jobs`)} \\\n  -H 'Content-Type: application/json' \\\n  -d ${shell(body(job))}`;

/** A text as one word of a POSIX shell. */
export const shell = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** A call through the app, which every program of it names `ferry`. */
export function python({ task, args, options }: NewJob): string {
  const given = arguments_(tree(args));
  if (options.length === 0) return `job = await ferry.submit(${[quoted(task), ...given].join(", ")})`;
  const said = options.map(([name, text]) => `${name}=${literal(tree(text))}`);
  return `job = await ferry.tasks[${quoted(task)}].options(${said.join(", ")}).submit(${given.join(", ")})`;
}

function arguments_(node: Tree): string[] {
  if (node.kind !== "object") return [`**${literal(node)}`];
  const odd = node.members.filter(([name]) => !isName(name));
  const plain = node.members.filter(([name]) => isName(name));
  const given = plain.map(([name, value]) => `${name}=${literal(value)}`);
  return odd.length > 0 ? [...given, `**${literal({ kind: "object", members: odd })}`] : given;
}

const KEYWORDS = new Set(
  ("False None True and as assert async await break class continue def del elif else except finally for from global " +
    "if import in is lambda nonlocal not or pass raise return try while with yield").split(" "),
);
const isName = (name: string) => /^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name);

const TOKENS: Readonly<Record<string, string>> = { true: "True", false: "False", null: "None" };

/** A JSON value as Python writes it. */
export function literal(node: Tree): string {
  if (node.kind === "token") return TOKENS[node.text] ?? node.text;
  if (node.kind === "string") return quoted(node.value);
  if (node.kind === "array") return `[${node.items.map(literal).join(", ")}]`;
  return `{${node.members.map(([name, value]) => `${quoted(name)}: ${literal(value)}`).join(", ")}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\" };

/** Escapes what would end the text or not be seen: quotes, control characters, half characters. */
function quoted(text: string): string {
  const hex = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const safe = text
    .replace(/["\\\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, (char) => ESCAPES[char] ?? hex(char))
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, hex);
  return `"${safe}"`;
}
