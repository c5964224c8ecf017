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

/** With `stacked` each line stands on those before it. */
export function data({ times, lines, stacked, log }: ChartProps): uPlot.AlignedData {
  let below: number[] = [];
  const values = lines.map((line) => {
    if (!stacked) return line.values.map((value) => (log && value !== null && value <= 0 ? null : value));
    below = line.values.map((value, index) => (value ?? 0) + (below[index] ?? 0));
    return below;
  });
  return [times as number[], ...values] as uPlot.AlignedData;
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
    padding: [12, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
    scales: { y: first.log ? { distr: 3, range: logRange } : { range: (_, __, top) => [0, top > 0 ? top * 1.08 : 1] } },
    axes: [
      { ...axis, grid: { show: false }, values: [...CLOCK], space: 70 },
      {
        ...axis,
        size: 56,
        space: first.log ? 24 : 36,
        values: (_, splits) => splits.map((value) => (value == null ? "" : format(value))),
        ...(first.log ? { filter: decades } : {}),
      },
    ],
    series: [{}, ...first.lines.map((line, index) => series(line, color, first.stacked === true, index))],
    ...(first.stacked ? { bands: first.lines.slice(1).map((_, index) => ({ series: [index + 2, index + 1] as [number, number] })) } : {}),
  };
}

function series(line: ChartProps["lines"][number], color: Color, stacked: boolean, index: number): uPlot.Series {
  return {
    label: line.label,
    stroke: color(line.color),
    width: stacked ? 1 : 1.75,
    points: { show: false },
    spanGaps: false,
    ...(line.dashed ? { dash: [5, 4] } : {}),
    ...(stacked ? { fill: color(line.color, 0.35), paths: uPlot.paths.stepped?.({ align: 1 }) as uPlot.Series.PathBuilder } : {}),
    ...(index < 0 ? { show: false } : {}),
  };
}

const logRange: uPlot.Scale.Range = (_, bottom, top) => [
  10 ** Math.floor(Math.log10(bottom || 0.001)),
  10 ** Math.ceil(Math.log10((top || 1) * 1.01)),
];

/** On a scale of tens only the tens are named. */
const decades: uPlot.Axis.Filter = (_, splits) => splits.map((value) => (Math.abs(Math.log10(value) % 1) < 1e-9 ? value : null));

/** Twenty-four hours, and days where it is days; uPlot's own words for what it puts under the axis. */
const CLOCK: (string | number | null)[][] = [
  [86_400, "{D} {MMM}", null, null, null, null, null, null, 1],
  [3_600, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1],
  [60, "{HH}:{mm}", null, null, "\n{D} {MMM}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", null, null, null, null, null, null, 1],
];
