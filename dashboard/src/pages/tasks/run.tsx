/** The Run form of a task, made from its schema: arguments, options, and the same as a command. */

import { useMemo, useRef, useState } from "preact/hooks";

import { path, post, Problem } from "../../api/client.ts";
import { laidOut, type RawJson } from "../../api/json.ts";
import { tree } from "../../api/tree.ts";
import type { Job, Task } from "../../api/types.ts";
import { useKeys } from "../../keys.ts";
import { live } from "../../live/live.ts";
import { go, href } from "../../router.ts";
import { Button } from "../../ui/button.tsx";
import { Copy } from "../../ui/copy.tsx";
import { Icon } from "../../ui/icons.tsx";
import { toast } from "../../ui/toast.tsx";
import { here } from "../../writers/here.ts";
import { body, curl, python } from "../../writers/request.ts";
import { Editor } from "./editor.tsx";
import { type Fault, filled, placed, places, started, step, untouched, type Value, written } from "./form.ts";
import { optionFields, optionsOf, writtenOptions } from "./options.ts";
import { fieldsOf } from "./schema.ts";

type Values = Readonly<Record<string, Value>>;
type Mode = "form" | "json";

export interface Draft {
  mode: Mode;
  values: Values;
  raw: string;
  options: Values;
}

/** A form that is empty, or filled as another job was. */
export function draftOf(task: Task, like: { job: Job; args: RawJson } | null): Draft {
  const fields = fieldsOf(task.schema);
  if (!like) return { mode: fields.length > 0 ? "form" : "form", values: started(fields), raw: "{}", options: {} };
  const values = filled(fields, like.args);
  return { mode: values ? "form" : "json", values: values ?? started(fields), raw: laidOut(like.args), options: optionsOf(like.job, task) };
}

export function RunForm({ task, initial }: { task: Task; initial: Draft }) {
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<{ faults: readonly Fault[]; message: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const fields = useMemo(() => fieldsOf(task.schema), [task.schema]);
  const options = useMemo(() => optionFields(task), [task.defaults]);
  const key = useRef({ body: "", value: "" });

  const args = draft.mode === "form" ? written(fields, draft.values) : writtenRaw(draft.raw);
  const given = writtenOptions(draft.options);
  const job = { task: task.name, args: args.text, options: given.options };
  const own = [...under("/args", args.faults), ...under("/options", given.faults)];
  const shown = [...(tried ? own : []), ...(refused?.faults ?? [])];
  const known = [...places(fields, draft.mode === "form" ? draft.values : {}, "/args"), ...options.map((field) => `/options/${field.name}`)];
  const faults = placed(shown, draft.mode === "form" ? known : ["/args", ...known.filter((one) => one.startsWith("/options"))]);
  const optionsOpen = Object.keys(draft.options).length > 0 || [...faults.keys()].some((one) => one.startsWith("/options"));

  const change = (next: Partial<Draft>) => {
    setDraft({ ...draft, ...next });
    setRefused(null);
  };
  useKeys([{ keys: "e", label: "Fill in the form", group: "Task", run: () => form.current?.querySelector<HTMLElement>("input, textarea, select, [type=submit]")?.focus() }]);
  const focusFault = () => setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (own.length > 0) return void focusFault();
    const text = body(job);
    // The same request sent again after no answer came finds the job that the first one made.
    if (key.current.body !== text) key.current = { body: text, value: randomKey() };
    setBusy(true);
    try {
      const made = await post<{ id: string; created: boolean }>(path("v1", "jobs"), { body: text, headers: { "Idempotency-Key": key.current.value } });
      toast(made.created ? `Submitted ${task.name}.` : "A job with this key was there already; this is it.");
      go(href(["jobs", made.id]));
    } catch (error) {
      const problem = error instanceof Problem ? error : null;
      if (problem && problem.status < 500) key.current = { body: "", value: "" };
      setRefused({ faults: problem?.errors ?? [], message: problem?.errors.length ? "" : (error as Error).message });
      setBusy(false);
      focusFault();
    }
  };
  return (
    <form ref={form} class="run card" noValidate onSubmit={submit} onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.current?.requestSubmit()}>
      <header class="section-head">
        <h2>Run</h2>
        {fields.length > 0 && <Modes draft={draft} onMode={(mode) => change(switched(draft, mode, fields, args.text))} />}
      </header>
      {refused?.message && <p class="notice bad" role="alert"><Icon name="warning" /> <span>{refused.message}</span></p>}
      {faults.get("")?.map((text) => <p key={text} class="notice bad" role="alert"><Icon name="warning" /> <span>{text.replace(/^(args|options)\./, "")}</span></p>)}
      {draft.mode === "json" ? <Raw raw={draft.raw} faults={faults.get("/args") ?? []} onRaw={(raw) => change({ raw })} />
        : fields.length === 0 ? <p class="muted">It takes no arguments.</p>
        : fields.map((field) => (
          <Editor
            key={field.name}
            field={field}
            value={draft.values[field.name] ?? untouched(field)}
            onChange={(value) => change({ values: { ...draft.values, [field.name]: value } })}
            pointer={`/args/${step(field.name)}`}
            faults={faults}
          />
        ))}
      <details class="run-options" open={optionsOpen}>
        <summary>Options<span class="muted"> {given.options.length > 0 ? given.options.map(([name, text]) => `${name} ${text}`).join(", ") : "queue, priority, delay, retries, key, tags"}</span></summary>
        <div class="form-grid">
          {options.map((field) => (
            <Editor
              key={field.name}
              field={field}
              value={draft.options[field.name] ?? untouched(field)}
              onChange={(value) => change({ options: { ...draft.options, [field.name]: value } })}
              pointer={`/options/${field.name}`}
              faults={faults}
              terse
              {...(field.name === "queue" ? { names: Object.keys(live.queues.value) } : {})}
            />
          ))}
        </div>
      </details>
      <div class="run-end">
        <Button type="submit" look="primary" icon="play" disabled={busy}>Run {task.name}</Button>
        <span class="muted from-tablet"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span>
      </div>
      <Same curl={curl(job, here())} python={python(job)} />
    </form>
  );
}

const under = (pointer: string, faults: readonly Fault[]) => faults.map((fault) => ({ ...fault, pointer: pointer + fault.pointer }));

function writtenRaw(raw: string): { text: string; faults: Fault[] } {
  try {
    const read = tree(raw);
    return read.kind === "object" ? { text: raw, faults: [] } : { text: "{}", faults: [{ pointer: "", detail: "must be a JSON object" }] };
  } catch (error) {
    return { text: "{}", faults: [{ pointer: "", detail: `is no JSON: ${(error as Error).message}` }] };
  }
}

/** The draft in the other mode, with what was filled in as far as that mode can hold it. */
function switched(draft: Draft, mode: Mode, fields: ReturnType<typeof fieldsOf>, text: string): Partial<Draft> {
  if (mode === draft.mode) return {};
  if (mode === "json") return { mode, raw: laidOut(text) };
  const values = writtenRaw(draft.raw).faults.length === 0 ? filled(fields, draft.raw) : null;
  if (values) return { mode, values };
  toast("The form cannot hold this JSON as it is.", "bad");
  return {};
}

/** crypto.randomUUID is not there on plain HTTP. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function Modes({ draft, onMode }: { draft: Draft; onMode: (mode: Mode) => void }) {
  return (
    <div class="segments" role="group" aria-label="How to fill it in">
      <button type="button" aria-pressed={draft.mode === "form"} onClick={() => onMode("form")}>Form</button>
      <button type="button" aria-pressed={draft.mode === "json"} onClick={() => onMode("json")}>JSON</button>
    </div>
  );
}

function Raw({ raw, faults, onRaw }: { raw: string; faults: readonly string[]; onRaw: (raw: string) => void }) {
  return (
    <div class={faults.length > 0 ? "form-field wrong" : "form-field"}>
      <label class="form-head" for="raw-args">Arguments</label>
      <textarea id="raw-args" class="mono" rows={10} value={raw} spellcheck={false} aria-invalid={faults.length > 0} aria-describedby="raw-args-about" onInput={(event) => onRaw(event.currentTarget.value)} />
      <div id="raw-args-about" class="form-notes">
        {faults.map((text) => <p key={text} class="form-fault"><Icon name="warning" size={14} /> {text}</p>)}
      </div>
    </div>
  );
}

function Same({ curl: command, python: call }: { curl: string; python: string }) {
  const [language, setLanguage] = useState<"curl" | "Python">("curl");
  const text = language === "curl" ? command : call;
  return (
    <div class="same">
      <div class="section-head">
        <h3>The same as</h3>
        <div class="segments" role="group" aria-label="Language">
          {(["curl", "Python"] as const).map((one) => <button key={one} type="button" aria-pressed={one === language} onClick={() => setLanguage(one)}>{one}</button>)}
        </div>
      </div>
      <div class="code-box">
        <pre class="code" tabIndex={0} role="region" aria-label={`The same in ${language}`}>{text}</pre>
        <Copy text={text} label="Copy it" />
      </div>
    </div>
  );
}
