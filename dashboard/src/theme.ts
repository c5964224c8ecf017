/** Light, dark, or what the system says. The page's root always carries the theme that is shown. */

import { computed, effect, signal } from "@preact/signals";

import { recall, remember } from "./settings.ts";

export type Theme = "system" | "light" | "dark";
const ORDER: readonly Theme[] = ["system", "light", "dark"];

const chosen = recall("theme");
export const theme = signal<Theme>(ORDER.find((name) => name === chosen) ?? "system");

const media = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(media.matches);
media.addEventListener("change", () => (systemIsDark.value = media.matches));

/** The theme that is shown. Charts draw themselves anew when it changes. */
export const shown = computed<"light" | "dark">(() =>
  theme.value === "system" ? (systemIsDark.value ? "dark" : "light") : theme.value,
);

effect(() => {
  document.documentElement.dataset.theme = shown.value;
});

export function nextTheme(): void {
  theme.value = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] as Theme;
  remember("theme", theme.value);
}
