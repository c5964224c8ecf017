/** Where somebody was in the jobs: the list as it was last shown, and the job that was opened from it. */

import { useEffect } from "preact/hooks";

import { href } from "../../router.ts";

export const place = { list: href(["jobs"]), opened: "" };

/** Remembers the list, and puts the focus back on the row that was opened from it. */
export function usePlace(list: string, box: { current: HTMLElement | null }, ready: boolean): void {
  useEffect(() => {
    place.list = list;
  }, [list]);
  useEffect(() => {
    if (!ready || !place.opened) return;
    const row = box.current?.querySelector<HTMLElement>(`tr[data-key="${CSS.escape(place.opened)}"]`);
    place.opened = "";
    const free = document.activeElement === document.body || document.activeElement?.id === "main";
    if (free) row?.focus();
  }, [ready]);
}
