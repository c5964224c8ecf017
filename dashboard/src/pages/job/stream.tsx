/** What the job says: log lines and output as they come. The view follows the end until the reader scrolls up. */

import { Component } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { clockTime, count } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import { Section } from "../../ui/page.tsx";
import type { Block } from "./feed.ts";
import type { Heard } from "./following-hook.ts";

/** Pixels from the end within which the reader is taken to be there. */
const NEAR = 24;
type Part = "all" | "log" | "output";

export function Said({ heard, running }: { heard: Heard; running: boolean }) {
  const [part, setPart] = useState<Part>("all");
  const box = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const both = heard.hasLog && heard.hasOutput;
  const blocks = both && part !== "all" ? heard.blocks.filter((block) => block.kind === part || block.kind === "mark") : heard.blocks;
  useLayoutEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [blocks, following]);
  useEffect(() => setFollowing(true), [part]);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current as HTMLDivElement;
    setFollowing(scrollHeight - scrollTop - clientHeight < NEAR);
  };
  if (heard.blocks.length === 0 && !running) return null;
  return (
    <Section title="Log and output" actions={both && <Parts part={part} onPart={setPart} />}>
      <div class="said card">
        {blocks.length === 0 ? (
          <p class="said-none">{heard.connected ? "Nothing said yet." : "Waiting for the server."}</p>
        ) : (
          // Whoever reads it by ear goes there; that it ticks is not called out.
          <div class={both ? `said-lines ${part}` : "said-lines"} ref={box} onScroll={onScroll} tabIndex={0} role="log" aria-live="off" aria-label="Log and output">
            {heard.dropped > 0 && <p class="said-mark">{count(heard.dropped)} earlier lines are not shown</p>}
            {inChunks(blocks).map((chunk) => <Chunk key={Math.floor((chunk[0] as Block).key / CHUNK)} blocks={chunk} />)}
          </div>
        )}
        {!following && (
          <Button class="said-end small" onClick={() => setFollowing(true)}>
            {running ? "Follow the end" : "Go to the end"}
          </Button>
        )}
      </div>
    </Section>
  );
}

function Parts({ part, onPart }: { part: Part; onPart: (part: Part) => void }) {
  return (
    <div class="segments" role="group" aria-label="What is shown">
      {(["all", "log", "output"] as const).map((one) => (
        <button key={one} type="button" aria-pressed={one === part} onClick={() => onPart(one)}>
          {one[0]?.toUpperCase() + one.slice(1)}
        </button>
      ))}
    </div>
  );
}

/** Blocks that are drawn together: of a long log only the first and the last chunk change. */
const CHUNK = 50;

function inChunks(blocks: readonly Block[]): Block[][] {
  const chunks: Block[][] = [];
  let number = -1;
  for (const block of blocks) {
    const own = Math.floor(block.key / CHUNK);
    if (own === number) chunks.at(-1)?.push(block);
    else chunks.push([block]);
    number = own;
  }
  return chunks;
}

class Chunk extends Component<{ blocks: readonly Block[] }> {
  override shouldComponentUpdate({ blocks }: { blocks: readonly Block[] }): boolean {
    const drawn = this.props.blocks;
    return blocks.length !== drawn.length || blocks[0] !== drawn[0] || blocks.at(-1) !== drawn.at(-1);
  }

  render() {
    return <div class="said-chunk">{this.props.blocks.map((block) => <One key={block.key} block={block} />)}</div>;
  }
}

function One({ block }: { block: Block }) {
  if (block.kind === "output") return <pre class="said-output">{block.text}</pre>;
  if (block.kind === "mark") return <p class="said-mark">{block.text}{block.at !== null && <> · <span class="num">{clockTime(block.at)}</span></>}</p>;
  return (
    <p class="said-log">
      <time class="num" dateTime={new Date(block.at * 1000).toISOString()}>{clockTime(block.at)}</time>
      <span class="said-message">
        {block.message}
        {block.fields && <span class="said-fields">{block.fields}</span>}
      </span>
    </p>
  );
}
