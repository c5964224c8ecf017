/** Dates and times with the browser's own pickers. A moment is picked in the reader's time zone and sent as UTC. */

import { typed, untouched, type Value } from "./form.ts";
import type { Field } from "./schema.ts";
import { local, utc } from "./moments.ts";

const PICKERS: Readonly<Record<string, "date" | "time" | "datetime-local">> = { date: "date", time: "time", "date-time": "datetime-local" };

export const isDate = (format: string) => format in PICKERS;

interface Props {
  id: string;
  about: string;
  wrong: boolean;
  field: Field;
  value: Value;
  format: string;
  onChange: (value: Value) => void;
}

export function DatePicker({ id, about, wrong, field, value, format, onChange }: Props) {
  const moment = format === "date-time";
  const shown = moment ? local(value.text) : value.text;
  // What a picker cannot show as it is stays a text, such as a time with microseconds.
  const asText = shown === null;
  const change = (text: string) => onChange(text === "" ? untouched(field) : typed(moment && !asText ? utc(text) : text));
  const common = {
    id,
    "aria-describedby": about,
    "aria-invalid": wrong,
    "aria-required": field.required,
    onInput: (event: { currentTarget: HTMLInputElement }) => change(event.currentTarget.value),
  };
  return (
    <>
      {asText
        ? <input {...common} value={value.text} />
        : <input {...common} type={PICKERS[format] ?? "date"} step={format === "date" ? "any" : 1} value={shown} />}
      {moment && value.mode === "given" && value.text !== "" ? <p class="form-about">Sent as <code>{value.text}</code></p>
        : value.mode === "out" && field.fallback && <p class="form-about">Left out: {field.fallback}</p>}
    </>
  );
}
