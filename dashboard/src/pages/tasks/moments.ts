/** Between what a picker holds (2026-11-24T15:00:05, local) and what is sent (2026-11-24T14:00:05Z). */

const SENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** What a picker shows for a moment, "" for none; null when the picker would lose a part of it. */
export function local(text: string): string | null {
  if (text === "") return "";
  const at = new Date(text);
  if (!SENT.test(text) || Number.isNaN(at.getTime())) return null;
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export function utc(picked: string): string {
  const at = new Date(picked);
  return Number.isNaN(at.getTime()) ? picked : at.toISOString().replace(/\.\d+Z$/, "Z");
}
