/** Sends what a Run form says, once, and keeps what the server had against it. */

import { useRef, useState } from "preact/hooks";

import { path, post, Problem } from "../../api/client.ts";
import { go, href } from "../../router.ts";
import { toast } from "../../ui/toast.tsx";
import { body, type NewJob } from "../../writers/request.ts";
import type { Fault } from "./form.ts";

export interface Submitting {
  busy: boolean;
  /** What the server refused, by its place, and what it said where it named none. */
  faults: readonly Fault[];
  message: string;
  /** Returns whether it was taken; the job's page is shown then. */
  send: (job: NewJob) => Promise<boolean>;
  forget: () => void;
}

export function useSubmitting(): Submitting {
  const [state, setState] = useState<{ busy: boolean; faults: readonly Fault[]; message: string }>(IDLE);
  const key = useRef({ body: "", value: "" });
  const send = async (job: NewJob) => {
    const text = body(job);
    // The same request sent again after no answer came finds the job that the first one made.
    if (key.current.body !== text) key.current = { body: text, value: randomKey() };
    setState({ ...IDLE, busy: true });
    try {
      const headers = { "Idempotency-Key": key.current.value };
      const made = await post<{ id: string; created: boolean }>(path("v1", "jobs"), { body: text, headers });
      toast(made.created ? `Submitted ${job.task}.` : "A job with this key was there already; this is it.");
      go(href(["jobs", made.id]));
      return true;
    } catch (error) {
      const faults = error instanceof Problem ? error.errors : [];
      if (error instanceof Problem && error.status < 500) key.current = { body: "", value: "" };
      setState({ busy: false, faults, message: faults.length > 0 ? "" : (error as Error).message });
      return false;
    }
  };
  return { ...state, send, forget: () => state !== IDLE && setState(IDLE) };
}

const IDLE = { busy: false, faults: [], message: "" };

/** crypto.randomUUID is not there on plain HTTP. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
