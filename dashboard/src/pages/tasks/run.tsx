/** The Run form of a task, made from its schema: arguments, options, and the same as a command. */

import { useMemo, useRef, useState } from "preact/hooks";

import type { Task } from "../../api/types.ts";
import { useKeys } from "../../keys.ts";
import { live } from "../../live/live.ts";
import { Button } from "../../ui/button.tsx";
import { Copy } from "../../ui/copy.tsx";
import { Icon } from "../../ui/icons.tsx";
import { toast } from "../../ui/toast.tsx";
import { here } from "../../writers/here.ts";
import { curl, type NewJob, python } from "../../writers/request.ts";
import { type Draft, jobOf, type Mode, placedIn, switched, type Values } from "./draft.ts";
import { Editor } from "./editor.tsx";
import { step, untouched } from "./form.ts";
import { optionFields } from "./options.ts";
import { type Field, fieldsOf } from "./schema.ts";
import { useSubmitting } from "./submitting.ts";

type Faults = ReadonlyMap<string, readonly string[]>;

export function RunForm({ task, initial }: { task: Task; initial: Draft }) {
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const fields = useMemo(() => fieldsOf(task.schema), [task.schema]);
  const options = useMemo(() => optionFields(task), [task.defaults]);
  const submitting = useSubmitting();
  const { job, faults: own } = jobOf(task.name, draft, fields);
  const faults = placedIn(draft, [...(tried ? own : []), ...submitting.faults], fields, options);
  const focus = (which: string) => form.current?.querySelector<HTMLElement>(which)?.focus();
  useKeys([{ keys: "e", label: "Fill in the form", group: "Task", run: () => focus("input, textarea, select, [type=submit]") }]);

  const change = (next: Partial<Draft>) => {
    setDraft({ ...draft, ...next });
    submitting.forget();
  };
  const turn = (mode: Mode) => {
    const next = switched(draft, mode, fields);
    if (next) change(next);
    else toast("The form cannot hold this JSON as it is.", "bad");
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    const sent = own.length === 0 && (await submitting.send(job));
    if (!sent) setTimeout(() => focus("[aria-invalid=true]")); // once it is drawn as such
  };
  return (
    <form ref={form} class="run card" noValidate onSubmit={submit} onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.current?.requestSubmit()}>
      <header class="section-head">
        <h2>Run</h2>
        {fields.length > 0 && <Modes mode={draft.mode} onMode={turn} />}
      </header>
      <Refused texts={[submitting.message, ...(faults.get("") ?? [])]} />
      {draft.mode === "json" ? <Raw raw={draft.raw} faults={faults.get("/args") ?? []} onRaw={(raw) => change({ raw })} />
        : fields.length === 0 ? <p class="muted">It takes no arguments.</p>
        : <Fields fields={fields} values={draft.values} at="/args" faults={faults} onChange={(values) => change({ values })} />}
      <Options fields={options} values={draft.options} job={job} faults={faults} onChange={(values) => change({ options: values })} />
      <div class="run-end">
        <Button type="submit" look="primary" icon="play" disabled={submitting.busy}>Run {task.name}</Button>
        <span class="muted from-tablet"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span>
      </div>
      <Same job={job} />
    </form>
  );
}

const Refused = ({ texts }: { texts: readonly string[] }) => (
  <>
    {texts.filter(Boolean).map((text) => (
      <p key={text} class="notice bad" role="alert"><Icon name="warning" /> <span>{text.replace(/^(args|options)\./, "")}</span></p>
    ))}
  </>
);

interface FieldsProps {
  fields: readonly Field[];
  values: Values;
  at: string;
  faults: Faults;
  onChange: (values: Values) => void;
  terse?: boolean;
}

function Fields({ fields, values, at, faults, onChange, terse = false }: FieldsProps) {
  return (
    <>
      {fields.map((field) => (
        <Editor
          key={field.name}
          field={field}
          value={values[field.name] ?? untouched(field)}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
          pointer={`${at}/${step(field.name)}`}
          faults={faults}
          terse={terse}
          {...(terse && field.name === "queue" ? { names: Object.keys(live.queues.value) } : {})}
        />
      ))}
    </>
  );
}

function Options({ fields, values, job, faults, onChange }: Pick<FieldsProps, "fields" | "values" | "faults" | "onChange"> & { job: NewJob }) {
  const open = Object.keys(values).length > 0 || [...faults.keys()].some((pointer) => pointer.startsWith("/options"));
  const said = job.options.map(([name, text]) => `${name} ${text}`).join(", ");
  return (
    <details class="run-options" open={open}>
      <summary>Options<span class="muted"> {said || "queue, priority, delay, retries, key, tags"}</span></summary>
      <div class="form-grid">
        <Fields fields={fields} values={values} at="/options" faults={faults} onChange={onChange} terse />
      </div>
    </details>
  );
}

function Modes({ mode, onMode }: { mode: Mode; onMode: (mode: Mode) => void }) {
  return (
    <div class="segments" role="group" aria-label="How to fill it in">
      <button type="button" aria-pressed={mode === "form"} onClick={() => onMode("form")}>Form</button>
      <button type="button" aria-pressed={mode === "json"} onClick={() => onMode("json")}>JSON</button>
    </div>
  );
}

function Raw({ raw, faults, onRaw }: { raw: string; faults: readonly string[]; onRaw: (raw: string) => void }) {
  return (
    <div class={faults.length > 0 ? "form-field wrong" : "form-field"}>
      <label class="form-head" for="raw-args">Arguments</label>
      <textarea
        id="raw-args"
        class="mono"
        rows={10}
        value={raw}
        spellcheck={false}
        aria-invalid={faults.length > 0}
        aria-describedby="raw-args-about"
        onInput={(event) => onRaw(event.currentTarget.value)}
      />
      <div id="raw-args-about" class="form-notes">
        {faults.map((text) => <p key={text} class="form-fault"><Icon name="warning" size={14} /> {text}</p>)}
      </div>
    </div>
  );
}

/** Characters of the command that are shown; all of it is copied. */
const SHOWN = 3_000;

function Same({ job }: { job: NewJob }) {
  const [language, setLanguage] = useState<"curl" | "Python">("curl");
  const text = language === "curl" ? curl(job, here()) : python(job);
  return (
    <div class="same">
      <div class="section-head">
        <h3>The same as</h3>
        <div class="segments" role="group" aria-label="Language">
          {(["curl", "Python"] as const).map((one) => <button key={one} type="button" aria-pressed={one === language} onClick={() => setLanguage(one)}>{one}</button>)}
        </div>
      </div>
      <div class="code-box">
        <pre class="code" tabIndex={0} role="region" aria-label={`The same in ${language}`}>{text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}</pre>
        <Copy text={text} label="Copy it" />
      </div>
    </div>
  );
}
