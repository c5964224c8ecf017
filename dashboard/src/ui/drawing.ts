/** The part of a chart that needs uPlot; loaded with it, by the first chart. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import type { ChartProps } from "./chart.tsx";

export interface Drawing {
  update: () => void;
  destroy: () => void;
}

const HEIGHT = 200;
const FONT = "11px system-ui, sans-serif";

export function draw(box: HTMLElement, props: () => ChartProps, onCursor: (index: number | null) => void): Drawing {
  const width = () => Math.max(100, box.clientWidth);
  const plot = new uPlot(options(props(), width(), colorsOf(box), props, onCursor), data(props()), box);
  const sized = new ResizeObserver(() => plot.width !== width() && plot.setSize({ width: width(), height: HEIGHT }));
  sized.observe(box);
  let drawn: ChartProps["lines"] = props().lines;
  return {
    update: () => {
      if (props().lines === drawn) return;
      drawn = props().lines;
      plot.setData(data(props()));
    },
    destroy: () => {
      sized.disconnect();
      plot.destroy();
    },
  };
}

/** Tokens as the browser computes them: a canvas knows no variables. */
function colorsOf(box: HTMLElement): (token: string, opacity?: number) => string {
  const style = getComputedStyle(box);
  return (token, opacity = 1) => {
    const value = style.getPropertyValue(`--${token}`).trim();
    return opacity === 1 ? value : `${value}${Math.round(opacity * 255).toString(16).padStart(2, "0")}`;
  };
}

/** With `stacked` each line stands on those before it, and its last step is drawn whole. */
export function data({ times, lines, step, stacked, log }: ChartProps): uPlot.AlignedData {
  if (!stacked) {
    const values = lines.map((line) => line.values.map((value) => (log && value !== null && value <= 0 ? null : value)));
    return [times as number[], ...values] as uPlot.AlignedData;
  }
  const closed = <T>(values: readonly T[], end: T) => (values.length > 0 ? [...values, end] : []);
  let below: number[] = [];
  const values = lines.map((line) => {
    below = line.values.map((value, index) => (value ?? 0) + (below[index] ?? 0));
    return closed(below, below.at(-1) ?? 0);
  });
  return [closed(times, (times.at(-1) ?? 0) + step), ...values] as uPlot.AlignedData;
}

type Color = ReturnType<typeof colorsOf>;

function options(first: ChartProps, width: number, color: Color, props: () => ChartProps, onCursor: (index: number | null) => void): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: color("muted"),
    font: FONT,
    grid: { stroke: color("line"), width: 1 },
    ticks: { show: false },
  };
  const format = (value: number | null) => props().format(value);
  return {
    width,
    height: HEIGHT,
    padding: [12, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    hooks: { setCursor: [(plot) => onCursor(pointed(plot.cursor.idx, props().times.length))] },
    scales: { y: first.log ? { distr: 3, range: stepRange } : { range: (_, __, top) => [0, top > 0 ? top * 1.08 : 1] } },
    axes: [
      { ...axis, size: 28, space: 64, grid: { show: false }, values: (_, splits, __, ___, step) => splits.map((at) => clock(at, step)) },
      {
        ...axis,
        size: 56,
        space: 30,
        values: (_, splits) => splits.map(format),
        ...(first.stacked ? { incrs: WHOLE } : {}),
        ...(first.log ? { splits: (_: uPlot, __: number, low: number, high: number) => STEPS.filter((one) => one >= low && one <= high), filter: (_: uPlot, splits: number[]) => splits } : {}),
      },
    ],
    series: [{}, ...first.lines.map((line) => series(line, color, first.stacked === true))],
    ...(first.stacked ? { bands: first.lines.slice(1).map((_, index) => ({ series: [index + 2, index + 1] as [number, number] })) } : {}),
  };
}

const pointed = (index: number | null | undefined, length: number) =>
  index == null || length === 0 ? null : Math.min(index, length - 1);

function series(line: ChartProps["lines"][number], color: Color, stacked: boolean): uPlot.Series {
  return {
    label: line.label,
    stroke: color(line.color),
    width: stacked ? 0 : 1.75,
    points: stacked ? { show: false } : { show: true, size: 4, fill: color(line.color), filter: lonely },
    spanGaps: false,
    ...(line.dashed ? { dash: [5, 4] } : {}),
    ...(stacked ? { fill: color(line.color, 0.7), paths: uPlot.paths.stepped?.({ align: 1 }) as uPlot.Series.PathBuilder } : {}),
  };
}

/** A value between two gaps makes no line, so it is a dot. */
const lonely: uPlot.Series.Points.Filter = (plot, index) => {
  const values = plot.data[index] as (number | null)[];
  const alone = (value: number | null, at: number) => value !== null && values[at - 1] == null && values[at + 1] == null;
  return values.flatMap((value, at) => (alone(value, at) ? [at] : []));
};

/** How far apart the lines of a scale of jobs stand: there is no half a job. */
const WHOLE = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

/** Where the lines of a scale of durations stand, in seconds: people count in minutes and hours, not in tens. */
const STEPS = [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000];

const stepRange: uPlot.Scale.Range = (_, bottom, top) => {
  const low = STEPS.findLast((one) => one <= (bottom ?? 0.01)) ?? (STEPS[0] as number);
  const high = STEPS.find((one) => one >= (top ?? 1)) ?? (STEPS.at(-1) as number);
  return [low, high > low ? high : low * 10];
};

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** A moment under the axis; midnight is where a day begins. */
function clock(at: number, step: number): string {
  const date = new Date(at * 1000);
  return step >= 86_400 || (date.getHours() === 0 && date.getMinutes() === 0) ? day.format(date) : time.format(date);
}
