/** The API over fetch. Paths are relative ("v1/jobs"), so the page works under any prefix. */

import { parseKeeping } from "./json.ts";

/** The server's own words about what went wrong (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly { pointer: string; detail: string }[];

  constructor(status: number, code: string, detail: string, errors: Problem["errors"] = []) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** No answer at all: the server is away, or the network is. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer.");
    this.name = "Unreachable";
  }
}

export interface Asking {
  /** Parameters; those that are undefined or empty are left out, a list is repeated. */
  query?: Record<string, string | number | readonly string[] | undefined>;
  /** Sent as JSON; a string is sent as it is, being JSON already. */
  body?: unknown;
  /** Members whose JSON text is kept as it came, see json.ts. */
  raw?: readonly string[];
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export const get = <T>(path: string, asking: Asking = {}) => request<T>("GET", path, asking);
export const post = <T>(path: string, asking: Asking = {}) => request<T>("POST", path, asking);
export const remove = (path: string, asking: Asking = {}) => request<undefined>("DELETE", path, asking);

/** Asks and returns the answer's body. Rejects with `Problem`, `Unreachable`, or an AbortError. */
export async function request<T>(method: string, path: string, asking: Asking = {}): Promise<T> {
  const answer = await send(method, path, asking);
  const text = await answer.text().catch(unreachable);
  return (text === "" ? undefined : parseKeeping(text, asking.raw ?? [])) as T;
}

/** Asks and hands over each line of an application/x-ndjson answer as it comes. */
export async function lines<T>(path: string, asking: Asking, each: (line: T) => void): Promise<void> {
  const answer = await send("POST", path, asking);
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch(unreachable);
    const parts = (rest + (value ?? "")).split("\n");
    rest = done ? "" : (parts.pop() as string);
    for (const part of parts) if (part.trim() !== "") each(JSON.parse(part) as T);
    if (done) return;
  }
}

/** A path with its parts encoded: path("v1", "queues", name, "pause"). */
export const path = (...parts: string[]) => parts.map(encodeURIComponent).join("/");

export const isAbort = (error: unknown) => error instanceof DOMException && error.name === "AbortError";

async function send(method: string, path: string, asking: Asking): Promise<Response> {
  const init: RequestInit = { method, headers: { Accept: "application/json", ...asking.headers } };
  if (asking.signal) init.signal = asking.signal;
  if (asking.body !== undefined) {
    init.body = typeof asking.body === "string" ? asking.body : JSON.stringify(asking.body);
    init.headers = { ...init.headers, "Content-Type": "application/json" };
  }
  const answer = await fetch(path + search(asking.query), init).catch(unreachable);
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

export function search(query: Asking["query"] = {}): string {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === "") continue;
    if (typeof value === "object") for (const item of value) made.append(name, item);
    else made.append(name, String(value));
  }
  const text = made.toString();
  return text && `?${text}`;
}

function unreachable(error: unknown): never {
  throw isAbort(error) ? error : new Unreachable();
}

async function problemOf(answer: Response): Promise<Problem> {
  const said: unknown = await answer.json().catch(() => null);
  const body = (typeof said === "object" && said !== null ? said : {}) as Record<string, unknown>;
  const detail = typeof body.detail === "string" ? body.detail : `The server answered ${answer.status} without a reason.`;
  const errors = Array.isArray(body.errors) ? (body.errors as Problem["errors"]) : [];
  return new Problem(answer.status, typeof body.code === "string" ? body.code : "unknown", detail, errors);
}
