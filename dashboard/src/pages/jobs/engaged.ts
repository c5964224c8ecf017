import { useEffect, useRef } from "preact/hooks";

/** Whether somebody has a hand on the rows: points at them, is among them by keyboard, chose some, or read on. */
export function useEngaged(box: { current: HTMLElement | null }, busy: () => boolean): () => boolean {
  const over = useRef(false);
  useEffect(() => {
    const element = box.current;
    const enter = (event: PointerEvent) => (over.current = event.pointerType === "mouse");
    const leave = () => (over.current = false);
    element?.addEventListener("pointerenter", enter);
    element?.addEventListener("pointerleave", leave);
    return () => {
      element?.removeEventListener("pointerenter", enter);
      element?.removeEventListener("pointerleave", leave);
    };
  }, []);
  return () => busy() || over.current || scrollY > 200 || box.current?.contains(document.activeElement) === true;
}
