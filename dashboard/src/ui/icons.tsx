/** Icons as inline SVG in the colour of the text; always beside a word or with a label of their own. */

import type { JSX } from "preact";

const PATHS = {
  overview: "M3 13h4l3-8 4 14 3-6h4",
  queues: "M4 6h16M4 12h16M4 18h10",
  jobs: "M4 5h16v4H4zM4 12h16v7H4zM8 15.5h6",
  failures: "M12 4 2.8 20h18.4zM12 10v5M12 17.5v.5",
  tasks: "m5 8 4 4-4 4M12 17h7",
  workers: "M4 5h16v6H4zM4 14h16v6H4zM7.5 8h.5M7.5 17h.5",
  docs: "M6 3h9l4 4v14H6zM14 3v5h5M9 13h6M9 17h6",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.5v15l12-7.5z",
  stop: "M6 6h12v12H6z",
  quiet: "M4 9v6h4l5 4V5L8 9zM17 9.5l4 5M21 9.5l-4 5",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  retry: "M20 11a8 8 0 1 0-2 6M20 4v7h-7",
  check: "m5 12.5 4.5 4.5L19 7",
  cross: "M6 6l12 12M18 6 6 18",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  dots: "M5 12h.5M12 12h.5M19 12h.5",
  dash: "M6 12h12",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  system: "M3.5 5h17v11h-17zM9 20h6M12 16v4",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  warning: "M12 4 2.8 20h18.4zM12 10v5M12 17.5v.5",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.5v.5",
  plus: "M12 5v14M5 12h14",
  next: "m9 5 7 7-7 7",
  back: "m15 5-7 7 7 7",
  fold: "m5 15 7-7 7 7",
  unfold: "m5 9 7 7 7-7",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
  chart: "M4 4v16h16M8 15l4-5 3 3 4-6",
  keyboard: "M3 6.5h18v11H3zM7 10h.5M11 10h.5M15 10h.5M8 14h8",
} as const;

export type IconName = keyof typeof PATHS;

/** Without a label it is decoration that a screen reader passes over. */
export function Icon({ name, size = 16, label }: { name: IconName; size?: number; label?: string }): JSX.Element {
  const named = label ? { role: "img" as const, "aria-label": label } : { "aria-hidden": true as const };
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} {...named}>
      <path d={PATHS[name]} />
    </svg>
  );
}
