/** What can be done with the rows that are chosen, or with everything that the query finds. */

import type { Signal } from "@preact/signals";

import { type Action, ACTIONS, allows, WORDS } from "../../api/bulk.ts";
import { actOnMany } from "../../bulk.tsx";
import { count } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import type { IconName } from "../../ui/icons.tsx";
import type { Counted } from "./counts.ts";
import type { Row } from "./listing.ts";

export const ICONS: Readonly<Record<Action, IconName>> = { retry: "retry", "run-now": "play", cancel: "stop", delete: "trash" };
/** The most ids that one request takes. */
const MOST = 1_000;

interface Props {
  chosen: Signal<ReadonlySet<string>>;
  /** Every job of the query is meant, not only the chosen rows. */
  all: Signal<boolean>;
  rows: readonly Row[];
  query: string;
  total: Counted | undefined;
  onDone: () => void;
}

export function Chosen({ chosen, all, rows, query, total, onDone }: Props) {
  const ids = chosen.value;
  if (ids.size === 0 && !all.value) return null;
  const whole = rows.length > 0 && rows.every((row) => ids.has(row.job.id));
  const shown = rows.filter((row) => ids.has(row.job.id));
  const possible = (action: Action) => all.value || shown.length < ids.size || shown.some((row) => row.gone !== "deleted" && allows(action, row.job.state));
  const clear = () => {
    chosen.value = new Set();
    all.value = false;
  };
  const act = async (action: Action) => {
    if (await actOnMany(action, all.value ? { query } : { ids: [...ids] }, clear)) onDone();
  };
  return (
    <div class="chosen-bar card" role="region" aria-label="Chosen jobs">
      <p role="status">{all.value ? <>All <strong>{number(total)}</strong> matching jobs</> : ids.size > MOST ? <>Choose {count(MOST)} at most, or all that match</> : <><strong>{count(ids.size)}</strong> chosen</>}</p>
      {whole && !all.value && (total?.jobs ?? 0) > ids.size && (
        <Button look="quiet" onClick={() => (all.value = true)}>Choose all {number(total)} matching</Button>
      )}
      <div class="chosen-actions">
        {ACTIONS.map((action) => (
          <Button key={action} icon={ICONS[action]} disabled={!possible(action) || (!all.value && ids.size > MOST)} onClick={() => void act(action)}>
            {WORDS[action].name}
          </Button>
        ))}
      </div>
      <Button look="quiet" icon="cross" iconOnly title="Choose none (Esc)" onClick={clear}>Choose none</Button>
    </div>
  );
}

const number = (total: Counted | undefined) => (total ? `${total.exact ? "" : "more than "}${count(total.jobs)}` : "");

