import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { get, isAbort, lines, path, post, Problem, Unreachable } from "./client.ts";

const real = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = real;
});

/** Answers every request, and remembers the last one. */
function server(answer: () => Response | Promise<Response>): { asked: { url: string; init: RequestInit } | null } {
  const seen: { asked: { url: string; init: RequestInit } | null } = { asked: null };
  globalThis.fetch = (url, init = {}) => {
    seen.asked = { url: String(url), init };
    return Promise.resolve().then(answer);
  };
  return seen;
}

test("parameters that are empty are left out, and lists are repeated", async () => {
  const seen = server(() => Response.json({}));
  await get("v1/jobs", { query: { query: "a b", cursor: undefined, state: ["failed", "pending"], limit: 5, tag: "" } });
  assert.equal(seen.asked?.url, "v1/jobs?query=a+b&state=failed&state=pending&limit=5");
});

test("names in a path are encoded", () => {
  assert.equal(path("v1", "queues", "a/b?#%", "pause"), "v1/queues/a%2Fb%3F%23%25/pause");
});

test("a body that is text is JSON already", async () => {
  const seen = server(() => new Response(null, { status: 204 }));
  assert.equal(await post("v1/tasks/t/jobs", { body: '{"n":12345678901234567890}' }), undefined);
  assert.equal(seen.asked?.init.body, '{"n":12345678901234567890}');
});

test("a problem keeps the server's words", async () => {
  const body = { status: 422, code: "invalid_arguments", detail: "n is no number", errors: [{ pointer: "/args/n", detail: "no" }] };
  server(() => Response.json(body, { status: 422 }));
  await assert.rejects(get("x"), (error) => error instanceof Problem && error.code === "invalid_arguments" && error.message === body.detail && error.errors[0]?.pointer === "/args/n");
});

test("an error that is no problem, such as a proxy's page, is one all the same", async () => {
  server(() => new Response("<html>Bad gateway</html>", { status: 502 }));
  await assert.rejects(get("x"), (error) => error instanceof Problem && error.status === 502 && /502/.test(error.message));
  server(() => Response.json(null, { status: 500 }));
  await assert.rejects(get("x"), (error) => error instanceof Problem && error.status === 500);
});

test("no answer is told from one that was given up", async () => {
  server(() => Promise.reject(new TypeError("fetch failed")));
  await assert.rejects(get("x"), (error) => error instanceof Unreachable);
  server(() => Promise.reject(new DOMException("", "AbortError")));
  await assert.rejects(get("x"), isAbort);
});

test("lines come one by one, however they were cut on the way", async () => {
  const bytes = new TextEncoder().encode('{"done":1}\n{"done":2,"w":"\u00fc"}\n\n{"finished":true}');
  const parts = [bytes.slice(0, 5), bytes.slice(5, 27), bytes.slice(27)];
  server(() => new Response(new ReadableStream({ pull: (into) => (parts.length ? into.enqueue(parts.shift()) : into.close()) })));
  const seen: unknown[] = [];
  await lines("v1/bulk", {}, (line) => seen.push(line));
  assert.deepEqual(seen, [{ done: 1 }, { done: 2, w: "\u00fc" }, { finished: true }]);
});
