/** What stands on every page: skip link, navigation, search, live pill, theme, banners, and the hosts of dialogs. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { useKeys } from "../keys.ts";
import { togglePause } from "../live/live.ts";
import { go, href, route } from "../router.ts";
import { nextTheme, theme } from "../theme.ts";
import { Banners } from "./banners.tsx";
import { Button } from "./button.tsx";
import { ConfirmHost } from "./confirm.tsx";
import { HelpHost, helpOpen } from "./help.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { LivePill } from "./pill.tsx";
import { Search } from "./search.tsx";
import { ToastHost } from "./toast.tsx";

const PAGES: readonly { path: string; name: string; icon: IconName; key: string }[] = [
  { path: "", name: "Overview", icon: "overview", key: "o" },
  { path: "queues", name: "Queues", icon: "queues", key: "q" },
  { path: "jobs", name: "Jobs", icon: "jobs", key: "j" },
  { path: "failures", name: "Failures", icon: "failures", key: "f" },
  { path: "tasks", name: "Tasks", icon: "tasks", key: "t" },
  { path: "workers", name: "Workers", icon: "workers", key: "w" },
];

export function Shell({ children }: { children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const search = useRef<HTMLInputElement>(null);
  useFocusOnNewPage(main);
  useKeys([
    ...PAGES.map(({ path, name, key }) => ({ keys: `g ${key}`, label: name, group: "Go to", run: () => go(href(path ? [path] : [])) })),
    { keys: "/", label: "Search", group: "Everywhere", run: () => search.current?.focus() },
    { keys: "r", label: "Live updates on or off", group: "Everywhere", run: togglePause },
    { keys: "t", label: "Change the theme", group: "Everywhere", run: nextTheme },
    { keys: "?", label: "This help", group: "Everywhere", run: () => (helpOpen.value = true) },
  ], true);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <div class="shell">
        <Navigation />
        <header class="top">
          <Search input={search} />
          <LivePill />
          <ThemeButton />
          <Button look="quiet" icon="keyboard" iconOnly class="from-tablet" title="Keyboard shortcuts (?)" onClick={() => (helpOpen.value = true)}>
            Keyboard shortcuts
          </Button>
        </header>
        <main id="main" ref={main} tabIndex={-1}>
          <Banners />
          {children}
        </main>
      </div>
      <ToastHost />
      <ConfirmHost />
      <HelpHost />
    </>
  );
}

function Navigation() {
  const here = route.value.parts[0] ?? "";
  return (
    <nav class="rail" aria-label="Pages">
      <a class="brand" href={href([])} aria-label="Ferryman, overview">
        <img src="./favicon.svg" alt="" width={24} height={24} />
        <span>Ferryman</span>
      </a>
      <ul>
        {PAGES.map(({ path, name, icon }) => (
          <li key={path}>
            <a href={href(path ? [path] : [])} aria-current={path === here ? "page" : undefined}>
              <Icon name={icon} size={18} />
              <span>{name}</span>
            </a>
          </li>
        ))}
      </ul>
      <a class="rail-foot" href="docs">
        <Icon name="docs" size={18} />
        <span>API docs</span>
      </a>
    </nav>
  );
}

function ThemeButton() {
  const icon = theme.value === "system" ? "system" : theme.value === "dark" ? "moon" : "sun";
  return (
    <Button look="quiet" icon={icon} iconOnly title={`Theme: ${theme.value} (t)`} onClick={nextTheme}>
      {`Theme: ${theme.value}. Change`}
    </Button>
  );
}

/** A new page is read from its beginning; a filter that changes leaves the focus where it is. */
function useFocusOnNewPage(main: { current: HTMLElement | null }): void {
  const page = route.value.parts.join("/");
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
  }, [page]);
}
