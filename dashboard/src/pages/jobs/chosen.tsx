/** What can be done with the rows that are chosen, or with everything that the query finds. */

import { type Action, ACTIONS, allows, WORDS } from "../../api/bulk.ts";
import { actOnMany } from "../../bulk.tsx";
import { count } from "../../format.ts";
import { Button } from "../../ui/button.tsx";
import type { IconName } from "../../ui/icons.tsx";
import type { Choosing } from "./choosing.ts";
import type { Counted } from "./counts.ts";
import type { Row } from "./listing.ts";

export const ICONS: Readonly<Record<Action, IconName>> = { retry: "retry", "run-now": "play", cancel: "stop", delete: "trash" };
/** The most ids that one request takes. */
const MOST = 1_000;

interface Props {
  choosing: Choosing;
  rows: readonly Row[];
  query: string;
  total: Counted | undefined;
  onDone: (action: Action) => void;
}

export function Chosen({ choosing, rows, query, total, onDone }: Props) {
  const ids = choosing.ids.value;
  const all = choosing.all.value;
  if (ids.size === 0 && !all) return null;
  const act = async (action: Action) => {
    if (await actOnMany(action, all ? { query } : { ids: [...ids] }, choosing.none)) onDone(action);
  };
  const tooMany = !all && ids.size > MOST;
  return (
    <div class="chosen-bar card" role="region" aria-label="Chosen jobs">
      <p role="status">
        {all ? <>All <strong>{number(total)}</strong> matching jobs</>
          : tooMany ? <>Choose {count(MOST)} at most, or all that match</>
          : <><strong>{count(ids.size)}</strong> chosen</>}
      </p>
      {choosing.whole(rows) && !all && (total?.jobs ?? 0) > ids.size && (
        <Button look="quiet" onClick={() => (choosing.all.value = true)}>Choose all {number(total)} matching</Button>
      )}
      <div class="chosen-actions">
        {ACTIONS.map((action) => (
          <Button key={action} icon={ICONS[action]} disabled={tooMany || !(all || isPossible(action, ids, rows))} onClick={() => void act(action)}>
            {WORDS[action].name}
          </Button>
        ))}
      </div>
      <Button look="quiet" icon="cross" iconOnly title="Choose none (Esc)" onClick={choosing.none}>Choose none</Button>
    </div>
  );
}

/** Whether some of the chosen jobs may be in a state that the action is for: those of other pages may. */
function isPossible(action: Action, ids: ReadonlySet<string>, rows: readonly Row[]): boolean {
  const shown = rows.filter((row) => ids.has(row.job.id));
  return shown.length < ids.size || shown.some((row) => row.gone !== "deleted" && allows(action, row.job.state));
}

const number = (total: Counted | undefined) => (total ? `${total.exact ? "" : "more than "}${count(total.jobs)}` : "");

