/** An answer of the API as a component uses it: kept while the next one is on its way, loaded anew when told to. */

import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import { isAbort } from "./api/client.ts";
import { live } from "./live/live.ts";
import { Refresher } from "./refresher.ts";

export interface Resource<T> {
  data: T | undefined;
  error: Error | undefined;
  /** Whether the first answer for this key is still to come. */
  loading: boolean;
  refresh: () => void;
}

export interface Loading {
  /** Load again when this changes, such as `live.version`. */
  watch?: ReadonlySignal<unknown>;
  /** Load again after so many milliseconds while the page is visible. */
  every?: number;
  /** Milliseconds between two loads at least. */
  gap?: number;
}

/**
 * Loads when it appears and whenever `key` changes. What came for another key is never shown. An error does not take
 * away what is there already.
 */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>, options: Loading = {}): Resource<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: Error }>({ key });
  const latest = useRef(load);
  latest.current = load;
  const refresher = useRef<Refresher | null>(null);
  const { watch, every, gap } = options;
  useEffect(() => {
    let failed = false;
    const own = new Refresher(async (signal) => {
      try {
        const data = await latest.current(signal);
        failed = false;
        if (!signal.aborted) setState({ key, data });
      } catch (error) {
        if (signal.aborted || isAbort(error)) return;
        failed = true;
        setState((before) => ({ ...(before.key === key ? before : {}), key, error: error as Error }));
      }
    }, gap);
    refresher.current = own;
    own.ask();
    let first = true;
    const unwatch = watch?.subscribe(() => {
      if (!first) own.ask();
      first = false;
    });
    // What failed while the server was away need not wait for its next turn.
    const unstand = live.standing.subscribe((standing) => standing === "live" && failed && own.ask());
    const timer = every && setInterval(() => document.visibilityState === "visible" && own.ask(), every);
    return () => {
      own.stop();
      unwatch?.();
      unstand();
      if (timer) clearInterval(timer);
    };
  }, [key, watch, every, gap]);
  const current = state.key === key ? state : { key };
  return {
    data: current.data,
    error: current.error,
    loading: current.data === undefined && current.error === undefined,
    refresh: () => refresher.current?.ask(),
  };
}
