/** A small line without axes, as inline SVG. It only repeats what stands beside it in words, so readers pass over it. */

interface Props {
  values: readonly (number | null)[];
  /** Places that the line has room for; fewer values stand at its right end. */
  length?: number;
  width?: number;
  height?: number;
  kind?: "line" | "bars";
}

export function Sparkline({ values, length = values.length, width = 120, height = 32, kind = "line" }: Props) {
  const top = Math.max(...values.map((value) => value ?? 0), 0);
  const step = width / Math.max(1, kind === "bars" ? length : length - 1);
  const x = (index: number) => (length - values.length + index) * step;
  const y = (value: number) => height - 1.5 - (top > 0 ? (value / top) * (height - 4) : 0);
  return (
    <svg class={`sparkline ${kind}`} viewBox={`0 0 ${width} ${height}`} width={width} height={height} preserveAspectRatio="none" aria-hidden>
      {kind === "bars" ? <path class="fill" d={bars(values, x, y, step, height)} /> : lines(values, x, y, height)}
    </svg>
  );
}

const round = (value: number) => Math.round(value * 10) / 10;

function lines(values: Props["values"], x: (index: number) => number, y: (value: number) => number, height: number) {
  const runs: string[][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    if (index === 0 || values[index - 1] === null) runs.push([]);
    runs.at(-1)?.push(`${round(x(index))} ${round(y(value))}`);
  });
  const ends = (run: string[]) => [run[0]?.split(" ")[0], run.at(-1)?.split(" ")[0]];
  return runs.map((run, index) => (
    <g key={index}>
      <path class="area" d={`M${run.join("L")}L${ends(run)[1]} ${height}L${ends(run)[0]} ${height}Z`} />
      <path class="stroke" d={`M${run.join("L")}`} />
    </g>
  ));
}

function bars(values: Props["values"], x: (index: number) => number, y: (value: number) => number, step: number, height: number) {
  const wide = Math.max(1, step - 1);
  return values
    .map((value, index) => (value ? `M${round(x(index))} ${height}V${round(Math.min(y(value), height - 2))}h${round(wide)}V${height}Z` : ""))
    .join("");
}
