/** A field of the form, drawn by its shape. */

import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { chosen, opened, step, typed, untouched, type Value } from "./form.ts";
import { DatePicker, isDate } from "./dates.tsx";
import { type Field, typeName } from "./schema.ts";

export interface EditorProps {
  field: Field;
  value: Value;
  onChange: (value: Value) => void;
  /** Where it stands in the arguments. */
  pointer: string;
  faults: ReadonlyMap<string, readonly string[]>;
  /** Names to choose from while typing. */
  names?: readonly string[];
  /** Of an option, whose type everybody knows: only its name is shown. */
  terse?: boolean;
}

export function Editor(props: EditorProps) {
  const { field, pointer, faults } = props;
  const id = useId();
  // What is wrong with a variant that was chosen is said inside.
  const said = (field.shape.kind === "variants" && props.value.mode === "given" ? undefined : faults.get(pointer)) ?? [];
  const group = field.shape.kind === "object" || field.shape.kind === "list" || field.shape.kind === "variants";
  const about = `${id}-about`;
  const Box = group ? "fieldset" : "div";
  return (
    <Box class={said.length > 0 ? "form-field wrong" : "form-field"} {...(group ? { "aria-describedby": about } : {})}>
      <Head {...props} id={id} group={group} />
      {field.description && <p class="form-about">{field.description}</p>}
      <Control {...props} id={id} about={about} wrong={said.length > 0} />
      <div id={about} class="form-notes">
        {said.map((text) => <p key={text} class="form-fault"><Icon name="warning" size={14} /> {text}</p>)}
        {field.bounds && <p class="muted">{field.bounds}</p>}
      </div>
    </Box>
  );
}

function Head({ field, value, onChange, id, group, terse }: EditorProps & { id: string; group: boolean }) {
  const name = field.name || "item";
  const label = <><span class="mono">{name}</span>{field.required && <span class="form-required" title="required">*<span class="sr-only"> required</span></span>}</>;
  const selects = field.shape.kind === "boolean" || field.shape.kind === "choice";
  return (
    <div class="form-head">
      {group ? <legend>{label}</legend> : <label for={id}>{label}</label>}
      {!terse && <span class="form-type">{typeName(field)}</span>}
      <span class="form-tools">
        {field.nullable && !selects && (
          <Button look="quiet" class="small" aria-pressed={value.mode === "null"} onClick={() => onChange(value.mode === "null" ? untouched(field) : { ...typed(""), mode: "null" })}>
            null<span class="sr-only"> for {name}</span>
          </Button>
        )}
        {!field.required && !selects && value.mode !== "out" && (
          <Button look="quiet" class="small" onClick={() => onChange({ ...typed(""), mode: "out" })}>Leave out<span class="sr-only"> {name}</span></Button>
        )}
      </span>
    </div>
  );
}

interface ControlProps extends EditorProps {
  id: string;
  about: string;
  wrong: boolean;
}

function Control(props: ControlProps) {
  const { field, value, onChange } = props;
  const { shape } = field;
  if (value.mode === "null" && shape.kind !== "boolean" && shape.kind !== "choice") return <p class="form-null">null is sent</p>;
  switch (shape.kind) {
    case "boolean": return <Choice {...props} options={["true", "false"]} />;
    case "choice": return <Choice {...props} options={shape.options} />;
    case "text": return isDate(shape.format) ? <DatePicker {...props} format={shape.format} /> : <Text {...props} />;
    case "integer": return <Line {...props} inputMode="numeric" />;
    case "number": return <Line {...props} inputMode="decimal" />;
    case "json": return <Area {...props} class="mono" rows={3} placeholder={props.field.fallback || { object: "{}", array: "[]", any: "any JSON" }[shape.holds]} />;
    case "list": return <Items {...props} item={shape.item} />;
    case "object":
      return value.mode === "out" ? <Open onOpen={() => onChange(opened(field))} fallback={field.fallback} /> : <Members {...props} fields={shape.fields} />;
    case "variants":
      return value.mode === "out" ? <Open onOpen={() => onChange(opened(field))} fallback={field.fallback} /> : <Variants {...props} variants={shape.variants} />;
  }
}

function common({ id, about, wrong, value, field }: ControlProps) {
  return {
    id,
    "aria-describedby": about,
    "aria-invalid": wrong,
    "aria-required": field.required,
    value: value.text,
    placeholder: shownFallback(field),
    autocomplete: "off" as const,
    spellcheck: false,
  };
}

/** A default as it is shown in an empty control: a text without its quotes. */
function shownFallback({ fallback, required }: Field): string {
  if (fallback === "" || required) return "";
  if (fallback === '""') return "empty text";
  return fallback.startsWith('"') ? (JSON.parse(fallback) as string) : fallback;
}

function Line({ inputMode, ...props }: ControlProps & { inputMode: "numeric" | "decimal" | "text" }) {
  const numeric = inputMode !== "text";
  const list = props.names && `${props.id}-names`;
  return (
    <>
      <input
        {...common(props)}
        inputMode={inputMode}
        list={list}
        // An empty number is none; an empty text may be meant.
        onInput={({ currentTarget: { value } }) => props.onChange(value === "" && numeric ? untouched(props.field) : typed(value))}
      />
      {list && <datalist id={list}>{props.names?.map((name) => <option key={name} value={name} />)}</datalist>}
    </>
  );
}

function Area({ class: look, rows, placeholder, ...props }: ControlProps & { class?: string; rows: number; placeholder?: string }) {
  return (
    <textarea
      {...common(props)}
      {...(placeholder ? { placeholder } : {})}
      class={look}
      rows={rows}
      onInput={({ currentTarget: { value } }) => props.onChange(value === "" && props.field.shape.kind === "json" ? untouched(props.field) : typed(value))}
    />
  );
}

function Text(props: ControlProps) {
  const [long, setLong] = useState(props.value.text.includes("\n"));
  const secret = props.field.shape.kind === "text" && props.field.shape.format === "password";
  return (
    <>
      <span class="form-text">
        {long ? <Area {...props} rows={5} /> : <Line {...props} inputMode="text" />}
        {!props.terse && <Button look="quiet" icon={long ? "fold" : "unfold"} iconOnly aria-pressed={long} title={long ? "One line" : "Several lines"} onClick={() => setLong(!long)}>
          {`Several lines for ${props.field.name}`}
        </Button>}
      </span>
      {!props.terse && props.value.mode === "given" && props.value.text === "" && <p class="form-about">An empty text is sent.</p>}
      {secret && <p class="form-about">A secret does not travel with a job: the server refuses it.</p>}
    </>
  );
}

function Choice({ options, ...props }: ControlProps & { options: readonly string[] }) {
  const { field, value, onChange } = props;
  const shown = (option: string) => (option.startsWith('"') ? (JSON.parse(option) as string) : option);
  const pick = (picked: string) => onChange(picked === "" ? { ...typed(""), mode: "out" } : picked === "null" && field.nullable ? { ...typed(""), mode: "null" } : typed(picked));
  return (
    <select {...common(props)} value={value.mode === "null" ? "null" : value.text} onChange={(event) => pick(event.currentTarget.value)}>
      <option value="">{field.required ? "Choose…" : `Left out${field.fallback ? ` (${shown(field.fallback)})` : ""}`}</option>
      {options.map((option) => <option key={option} value={option}>{shown(option)}</option>)}
      {field.nullable && <option value="null">null</option>}
    </select>
  );
}

function Open({ onOpen, fallback }: { onOpen: () => void; fallback: string }) {
  return (
    <p class="form-open">
      <Button icon="plus" onClick={onOpen}>Fill in</Button>
      <span class="muted">Left out{fallback ? `: ${fallback}` : ""}</span>
    </p>
  );
}

function Members({ fields, ...props }: ControlProps & { fields: readonly Field[] }) {
  const { value, onChange, pointer, faults } = props;
  return (
    <Inside>
      {fields.map((field) => (
        <Editor
          key={field.name}
          field={field}
          value={value.members[field.name] ?? untouched(field)}
          onChange={(next) => onChange({ ...value, mode: "given", members: { ...value.members, [field.name]: next } })}
          pointer={`${pointer}/${step(field.name)}`}
          faults={faults}
        />
      ))}
    </Inside>
  );
}

const Inside = ({ children }: { children: ComponentChildren }) => <div class="form-inside">{children}</div>;

function Items({ item, ...props }: ControlProps & { item: Field }) {
  const { field, value, onChange, pointer, faults } = props;
  const change = (items: readonly Value[]) => onChange({ ...value, mode: "given", items });
  return (
    <Inside>
      {value.items.map((one, index) => (
        <div class="form-item" key={index}>
          <Editor field={{ ...item, name: `${index + 1}` }} value={one} onChange={(next) => change(value.items.with(index, next))} pointer={`${pointer}/${index}`} faults={faults} />
          <Button look="quiet" icon="cross" iconOnly onClick={() => change(value.items.toSpliced(index, 1))}>{`Remove item ${index + 1} of ${field.name}`}</Button>
        </div>
      ))}
      <p class="form-open">
        <Button icon="plus" onClick={() => change([...value.items, opened(item)])}>Add an item</Button>
        {value.items.length === 0 && <span class="muted">{value.mode === "given" ? "An empty list is sent" : `Left out${field.fallback ? `: ${field.fallback}` : ""}`}</span>}
      </p>
    </Inside>
  );
}

function Variants({ variants, ...props }: ControlProps & { variants: readonly Field[] }) {
  const { field, value, onChange, pointer, faults, id } = props;
  const variant = variants[value.variant];
  return (
    <Inside>
      <select id={id} value={String(value.variant)} aria-label={`Type of ${field.name}`} onChange={(event) => onChange(chosen(field, Number(event.currentTarget.value)))}>
        {variants.map((one, index) => <option key={one.name} value={String(index)}>{one.name}</option>)}
      </select>
      {variant && (
        <Editor
          key={value.variant}
          field={{ ...variant, name: "value" }}
          value={value.items[0] ?? untouched(variant)}
          onChange={(next) => onChange({ ...value, mode: "given", items: [next] })}
          pointer={pointer}
          faults={faults}
        />
      )}
    </Inside>
  );
}
