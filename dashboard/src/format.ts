/** Numbers, rates, durations and times as a person reads them. Everything goes through Intl, nothing is rounded up to more than it is. */

const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1, roundingMode: "trunc" } as Intl.NumberFormatOptions);

/** 1234567 -> 1,234,567 */
export const count = (value: number) => whole.format(value);

/** 1234567 -> 1.2M, for places where a long number does not fit; 9999 and less stay whole. */
export const short = (value: number) => (Math.abs(value) < 10_000 ? whole.format(value) : compact.format(value));

/** A number of things: plural(1, "job") -> 1 job, plural(12, "job") -> 12 jobs. */
export const plural = (value: number, word: string) => `${count(value)} ${word}${value === 1 ? "" : "s"}`;

/** Per second: 0, 0.05, 3.2, 120, 12k. */
export function rate(value: number | null | undefined): string {
  if (value == null) return "–";
  if (value === 0) return "0";
  if (value < 0.01) return "<0.01";
  if (value < 1) return value.toFixed(2).replace(/0$/, "");
  if (value < 100) return value.toFixed(1).replace(/\.0$/, "");
  return short(Math.round(value));
}

/** A share of 1 in percent; a small one is never shown as 0, and a large one never as 100. */
export function percent(value: number | null | undefined): string {
  if (value == null) return "–";
  if (value === 0 || value === 1) return `${value * 100}%`;
  if (value < 0.001) return "<0.1%";
  if (value > 0.999) return ">99.9%";
  const text = (value * 100).toFixed(value < 0.1 ? 1 : 0);
  return `${text === "100" ? "99" : text.replace(/\.0$/, "")}%`;
}

const UNITS = [["d", 86_400], ["h", 3_600], ["m", 60], ["s", 1]] as const;

/** Seconds: 0.0042 -> 4.2 ms, 3.2 -> 3.2 s, 75 -> 1m 15s, 90061 -> 1d 1h. */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds)) return "–";
  if (seconds < 0) return `-${duration(-seconds)}`;
  if (seconds === 0) return "0 s";
  if (seconds < 0.9995) {
    const ms = seconds * 1000;
    return ms < 0.1 ? "<0.1 ms" : `${ms < 9.95 ? trimmed(ms) : Math.round(ms)} ms`;
  }
  if (seconds < 59.95) return `${seconds < 9.95 ? trimmed(seconds) : Math.round(seconds)} s`;
  const rounded = Math.round(seconds);
  const at = UNITS.findIndex(([, size]) => rounded >= size);
  const [unit, size] = UNITS[at] as (typeof UNITS)[number];
  const [below, small] = UNITS[at + 1] ?? ["", 1];
  const rest = Math.floor((rounded % size) / small);
  return `${Math.floor(rounded / size)}${unit}${rest > 0 ? ` ${rest}${below}` : ""}`;
}

const trimmed = (value: number) => value.toFixed(1).replace(/\.0$/, "");

/** Bytes: 1536 -> 1.5 KiB. */
export function bytes(value: number | null | undefined): string {
  if (value == null) return "–";
  let size = value;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (size < 1024) return `${size < 10 && unit !== "B" ? trimmed(size) : Math.round(size)} ${unit}`;
    size /= 1024;
  }
  return `${trimmed(size)} TiB`;
}

/** "12 s ago", "in 3m 20s", "now"; both in seconds since 1970. */
export function relative(at: number, now: number): string {
  const away = Math.round(now - at);
  if (Math.abs(away) < 1) return "now";
  const words = Math.abs(away) < 60 ? `${Math.abs(away)} s` : coarse(Math.abs(away));
  return away > 0 ? `${words} ago` : `in ${words}`;
}

/** One unit from an hour on: an age of "3h" is read faster than "3h 12m". */
function coarse(seconds: number): string {
  if (seconds < 3_600) return duration(seconds).replace(/ \d+s$/, "");
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) as (typeof UNITS)[number];
  return `${Math.floor(seconds / size)}${unit}`;
}

const full = new Intl.DateTimeFormat("en-GB", {
  year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  fractionalSecondDigits: 3, timeZoneName: "short",
});
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** The whole moment in the reader's time zone. */
export const absolute = (at: number) => full.format(at * 1000);

/** 14:05, or 24 Nov 14:05 when it is not today. */
export function moment(at: number, now: number): string {
  const date = new Date(at * 1000);
  const sameDay = date.toDateString() === new Date(now * 1000).toDateString();
  return sameDay ? clock.format(date) : `${day.format(date)} ${clock.format(date)}`;
}

/** RFC 3339 to seconds since 1970. */
export const seconds = (text: string) => Date.parse(text) / 1000;

const toSeconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const toMilliseconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

/** 14:05:09, or 24 Nov 14:05:09 when it is not today. */
export function precise(at: number, now: number): string {
  const date = new Date(at * 1000);
  const sameDay = date.toDateString() === new Date(now * 1000).toDateString();
  return sameDay ? toSeconds.format(date) : `${day.format(date)} ${toSeconds.format(date)}`;
}

/** 14:05:09.120, for lines of a log. */
export const clockTime = (at: number) => toMilliseconds.format(at * 1000);
