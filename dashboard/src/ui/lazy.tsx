/** A page that is loaded when it is first opened, so that nobody waits for the others. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Button } from "./button.tsx";
import { Icon } from "./icons.tsx";
import { Loading } from "./states.tsx";

/** `load` imports the module and picks the component. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let Found: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [state, setState] = useState<"loading" | "there" | "missing">(Found ? "there" : "loading");
    useEffect(() => {
      let gone = false;
      if (!Found) {
        load().then(
          (component) => {
            Found = component;
            if (!gone) setState("there");
          },
          () => !gone && setState("missing"),
        );
      }
      return () => {
        gone = true;
      };
    }, []);
    if (Found) return <Found {...props} />;
    return state === "missing" ? <Missing /> : <Loading />;
  };
}

/** The files of a page that was opened long ago are gone when the server was brought up to date. */
function Missing() {
  return (
    <div class="notice bad" role="alert">
      <Icon name="warning" />
      <p>This part of the dashboard could not be loaded. The server may be away, or have a newer dashboard.</p>
      <Button icon="retry" onClick={() => location.reload()}>
        Reload
      </Button>
    </div>
  );
}
