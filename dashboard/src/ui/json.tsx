/** JSON text laid out for reading: every token as it came, coloured by what it is; long ones begin short. */

import { useState } from "preact/hooks";

import { laidOut, type RawJson } from "../api/json.ts";
import { bytes, count } from "../format.ts";
import { Button } from "./button.tsx";

const SHORT_LINES = 40;
const SHORT = 4_000;
/** Longer texts are shown without colours: each token costs an element. */
const MOST_COLOURED = 20_000;

export function Json({ raw, label }: { raw: RawJson; label: string }) {
  const [all, setAll] = useState(false);
  const text = laidOut(raw);
  const lines = text.split("\n");
  const long = text.length > SHORT || lines.length > SHORT_LINES;
  const shown = long && !all ? lines.slice(0, SHORT_LINES).join("\n").slice(0, SHORT) : text;
  return (
    <div class="json">
      <pre class="json-text" tabIndex={0} role="region" aria-label={label}>
        {shown.length > MOST_COLOURED ? <Plain lines={lines} /> : <Coloured text={shown} />}
        {shown.length < text.length && <span class="muted">{"\n"}…</span>}
      </pre>
      {long && (
        <Button class="small" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show less" : `Show all ${count(lines.length)} ${lines.length === 1 ? "line" : "lines"}, ${bytes(raw.length)}`}
        </Button>
      )}
    </div>
  );
}

/** Lines that are laid out together, and only when they come into view. */
const BLOCK = 200;

function Plain({ lines }: { lines: readonly string[] }) {
  const blocks = Array.from({ length: Math.ceil(lines.length / BLOCK) }, (_, index) => lines.slice(index * BLOCK, (index + 1) * BLOCK).join("\n"));
  return <>{blocks.map((block, index) => <span key={index} class="json-block">{block}</span>)}</>;
}

const TOKENS = /("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/gs;

function Coloured({ text }: { text: string }) {
  const parts: preact.ComponentChild[] = [];
  let at = 0;
  for (const found of text.matchAll(TOKENS)) {
    if (found.index > at) parts.push(text.slice(at, found.index));
    const [whole, quoted, colon] = found;
    if (quoted !== undefined) {
      parts.push(<span class={colon ? "json-name" : "json-string"}>{quoted}</span>);
      if (colon) parts.push(colon);
    } else parts.push(<span class="json-token">{whole}</span>);
    at = found.index + whole.length;
  }
  parts.push(text.slice(at));
  return <>{parts}</>;
}
