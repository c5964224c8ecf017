import { render } from "preact";

import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/pages.css";
import { App } from "./app.tsx";
import { listen } from "./keys.ts";
import { start } from "./live/live.ts";

listen();
start();
render(<App />, document.getElementById("app") as HTMLElement);
