import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const HERE = new URL(".", import.meta.url);
const sources = readdirSync(HERE, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".test.ts") && !name.endsWith(".d.ts"))
  .map((name) => ({ name, text: readFileSync(new URL(name.replaceAll("\\", "/"), HERE), "utf8") }));

/** Whatever makes elements, or code, of a text that somebody else may have written. */
const FORBIDDEN = /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|createContextualFragment|DOMParser|srcdoc|document\.write|eval|new Function|javascript:)\b/;

test("texts of others never become elements or code", () => {
  assert.ok(sources.length > 30);
  assert.deepEqual(sources.filter(({ text }) => FORBIDDEN.test(text)).map(({ name }) => name), []);
});

test("no link leads to an address that somebody else may have written", () => {
  const links = sources.flatMap(({ name, text }) => [...text.matchAll(/\b(?:href|src|action)=\{([^}]+)\}/g)].map((found) => `${name}: ${found[1]}`));
  // What makes a link here writes "#/..." in front, or is a word of ours.
  const ours = /: (href\(|jobsHref\(|queryHref\(|place\.list|up\.href|target\b|one\.href|props\.href|item\.href)/;
  assert.deepEqual(links.filter((link) => !ours.test(link)), []);
});
