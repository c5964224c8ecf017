/** Hash routes: `#/jobs?query=state:failed`, `#/queues/mail`. The API owns the real paths. */

import { computed, signal } from "@preact/signals";

import { print } from "./query/text.ts";

export interface Route {
  /** The parts of the path, decoded: ["queues", "mail"]; none on the overview. */
  parts: readonly string[];
  query: URLSearchParams;
}

export function parse(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#?\/?/, "").split(/\?(.*)/s);
  return { parts: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(search) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // somebody typed a lone % by hand
  }
}

/** A link to a page: href(["jobs"], { query: "state:failed" }). Parameters that are empty are left out. */
export function href(parts: readonly string[], query: Record<string, string | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const text = search.toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${text && `?${text}`}`;
}

/** A query of jobs; a value is quoted where it has to be. */
export const queryOf = (terms: Record<string, string>) => print(Object.entries(terms).map(([field, value]) => ({ field, value })));

/** A link to the jobs that a query finds. */
export const jobsHref = (terms: Record<string, string>) => href(["jobs"], { query: queryOf(terms) });

const ID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** Where a search leads: an id to its job, everything else to the jobs that it finds. */
export function searchHref(text: string): string {
  const asked = text.trim();
  return ID.test(asked) ? href(["jobs", asked.toLowerCase()]) : href(["jobs"], { query: asked });
}

const hash = signal(typeof location === "undefined" ? "" : location.hash);
if (typeof addEventListener !== "undefined") addEventListener("hashchange", () => (hash.value = location.hash));

export const route = computed(() => parse(hash.value));

export function go(target: string): void {
  location.hash = target;
}

/** Changes the address without a step in the browser's history: for filters that are typed. */
export function replace(target: string): void {
  history.replaceState(history.state, "", target);
  hash.value = location.hash;
}
