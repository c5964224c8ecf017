/** A moment: told from now, the whole of it in the title and for machines. */

import { now } from "../clock.ts";
import { absolute, duration, moment, precise, relative, seconds } from "../format.ts";

interface Props {
  /** RFC 3339, or seconds since 1970. */
  at: string | number | null | undefined;
  /** "relative" moves with the time, "age" leaves the "ago" out, "moment" is the clock's, "precise" with seconds. */
  as?: "relative" | "age" | "moment" | "precise";
}

export function Time({ at, as = "relative" }: Props) {
  if (at == null) return <span class="muted">–</span>;
  const value = typeof at === "number" ? at : seconds(at);
  const text =
    as === "moment" ? moment(value, now.value)
    : as === "precise" ? precise(value, now.value)
    : as === "age" ? duration(Math.max(0, Math.round(now.value - value)))
    : relative(value, now.value);
  return (
    <time class="num" dateTime={new Date(value * 1000).toISOString()} title={absolute(value)}>
      {text}
    </time>
  );
}
