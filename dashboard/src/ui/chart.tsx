/**
 * A chart over time. Its colours come from CSS tokens, a sentence tells what it shows, and its numbers can be seen as a
 * table: nobody reads a canvas by ear. uPlot is loaded when the first chart appears.
 */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { now } from "../clock.ts";
import { moment } from "../format.ts";
import { shown } from "../theme.ts";
import { Button } from "./button.tsx";
import type { Drawing } from "./drawing.ts";

export interface Line {
  label: string;
  /** The name of a CSS token without its dashes: "completed" is --completed. */
  color: string;
  values: readonly (number | null)[];
  dashed?: boolean;
}

export interface ChartProps {
  title: string;
  /** The sentence under it: what the numbers say, e.g. "12 jobs failed in the last hour". */
  caption: string;
  /** Seconds since 1970, one for each value. */
  times: readonly number[];
  lines: readonly Line[];
  /** Seconds that a point stands for. */
  step: number;
  format: (value: number | null) => string;
  /** Areas on top of each other; a line each otherwise. */
  stacked?: boolean;
  /** Steps of ten times, for values that lie far apart. */
  log?: boolean;
  actions?: ComponentChildren;
}

export function Chart(props: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  return (
    <figure class="chart card" aria-label={props.title}>
      <header class="section-head">
        <h2>{props.title}</h2>
        {props.actions}
        <Button look="quiet" icon={asTable ? "chart" : "table"} iconOnly aria-pressed={asTable} title={asTable ? "View as chart" : "View as table"} onClick={() => setAsTable(!asTable)}>
          {`View ${props.title} as table`}
        </Button>
      </header>
      {asTable ? <Numbers {...props} /> : <Canvas {...props} onCursor={setAt} />}
      <Legend {...props} at={asTable ? null : at} />
      <figcaption>{props.caption}</figcaption>
    </figure>
  );
}

function Canvas(props: ChartProps & { onCursor: (index: number | null) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const theme = shown.value;
  const shape = JSON.stringify([props.lines.map((line) => [line.label, line.color]), props.stacked, props.log]);
  useEffect(() => {
    let gone = false;
    void import("./drawing.ts").then(({ draw }) => {
      if (!gone && box.current) drawing.current = draw(box.current, () => latest.current, (index) => latest.current.onCursor(index));
    });
    return () => {
      gone = true;
      drawing.current?.destroy();
      drawing.current = null;
    };
  }, [theme, shape]);
  useEffect(() => drawing.current?.update());
  return <div class="canvas" ref={box} aria-hidden />;
}

function Legend({ lines, format, times, at }: ChartProps & { at: number | null }) {
  return (
    <ul class="legend">
      {at !== null && times[at] !== undefined && <li class="num muted">{moment(times[at], now.peek())}</li>}
      {lines.map((line) => (
        <li key={line.label}>
          <svg class={`swatch color-${line.color}`} width="12" height="12" viewBox="0 0 12 12" aria-hidden>
            <path d={line.dashed ? "M0 6h4M8 6h4" : "M0 6h12"} />
          </svg>
          {line.label}
          {at !== null && <span class="num">{format(line.values[at] ?? null)}</span>}
        </li>
      ))}
    </ul>
  );
}

function Numbers({ title, times, lines, format }: ChartProps) {
  const rows = times.map((time, index) => ({ time, index })).reverse();
  return (
    <div class="numbers" tabIndex={0} role="region" aria-label={`${title}, as table`}>
      <table class="table plain">
        <caption class="sr-only">{title}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map((line) => <th key={line.label} scope="col" class="end">{line.label}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, index }) => (
            <tr key={time}>
              <th scope="row" class="num">{moment(time, now.peek())}</th>
              {lines.map((line) => <td key={line.label} class="end num">{format(line.values[index] ?? null)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
