/**
 * A table with rows that can be sorted, chosen and opened, by keyboard too: j and k move, x chooses, Enter opens.
 * Rows are known by their key, so what is chosen and focused stays the same job whatever moves around it.
 * Under 768 px each row becomes a card; the roles keep it a table for screen readers.
 */

import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { useKeys } from "../keys.ts";
import { Icon } from "./icons.tsx";

export interface Column<Row> {
  id: string;
  head: string;
  cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the end. */
  end?: boolean;
  /** Makes the column sortable. */
  sort?: (row: Row) => number | string;
  /** Shown from this width on: "wide" 1100 px, "wider" 1400 px. */
  from?: "wide" | "wider";
  /** Leave the label out on a card. */
  bare?: boolean;
  /** Takes a line of its own on a card. */
  broad?: boolean;
  /** Said in the head's title. */
  hint?: string;
}

interface Props<Row> {
  /** What the table holds, for screen readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** What Enter and a click on the row do; the row also needs a real link in one of its cells. */
  onOpen?: (row: Row) => void;
  /** Keys of the chosen rows; gives each row a checkbox. */
  selected?: Signal<ReadonlySet<string>>;
  /** Names a row for its checkbox. */
  rowLabel?: (row: Row) => string;
  rowClass?: (row: Row) => string;
  /** Whether j, k, x and Enter are for this table. */
  keyboard?: boolean;
  initialSort?: { id: string; down: boolean };
}

export function Table<Row>(props: Props<Row>) {
  const { caption, columns, rowKey, selected, keyboard = true } = props;
  const sort = useSignal(props.initialSort ?? null);
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = sorted(props.rows, columns, sort.value);
  const keys = rows.map(rowKey);
  const toggle = useToggle(selected, keys);
  const line = useLines(props, body, toggle);
  useTableKeys(body, keyboard, props.onOpen && ((key) => open(rows, rowKey, key, props.onOpen)), selected && ((key) => toggle(key, false)));
  return (
    <div class="table-box">
      <table role="table" class="table">
        <caption class="sr-only">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {selected && (
              <th role="columnheader" scope="col" class="choose">
                <SelectAll selected={selected} keys={keys} />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" ref={body}>
          {rows.map(line)}
        </tbody>
      </table>
    </div>
  );
}

type Toggle = (key: string, span: boolean) => void;
type Body = { current: HTMLTableSectionElement | null };

/**
 * Returns what makes a row. One that did not change is not made again, and one that is out of sight waits until it is
 * seen: two hundred rows that change ten times a second cost what those on the screen cost.
 */
function useLines<R>(props: Props<R>, body: Body, toggle: Toggle): (row: R) => VNode {
  const known = useRef(new Map<string, { row: R; shape: string; columns: Props<R>["columns"]; made: VNode }>());
  // A row that is kept must not act on what was true when it was made.
  const latest = useRef({ props, toggle });
  latest.current = { props, toggle };
  const acts = useRef({
    toggle: ((key, span) => latest.current.toggle(key, span)) as Toggle,
    onOpen: (one: R) => latest.current.props.onOpen?.(one),
  });
  const hidden = useHidden(body);
  const keys = new Set(props.rows.map(props.rowKey));
  for (const key of known.current.keys()) if (!keys.has(key)) known.current.delete(key);
  return (row) => {
    const key = props.rowKey(row);
    const chosen = props.selected?.value.has(key) ?? false;
    const shape = `${chosen} ${props.rowClass?.(row) ?? ""}`;
    const last = known.current.get(key);
    if (last && last.columns === props.columns && (hidden.has(key) || (last.row === row && last.shape === shape))) return last.made;
    const { toggle, onOpen } = acts.current;
    const made = <Row key={key} {...props} {...(props.onOpen && { onOpen })} row={row} chosen={chosen} toggle={toggle} />;
    known.current.set(key, { row, shape, columns: props.columns, made });
    return made;
  };
}

/** The keys of the rows that are out of sight; a row that comes into sight makes the table new. */
function useHidden(body: Body): ReadonlySet<string> {
  const hidden = useRef(new Set<string>());
  const [, seen] = useState(0);
  const observer = useRef<IntersectionObserver | null>(null);
  useEffect(() => {
    observer.current = new IntersectionObserver(
      (entries) => {
        let more = false;
        for (const { target, isIntersecting } of entries) {
          const key = (target as HTMLElement).dataset.key ?? "";
          if (!isIntersecting && target.isConnected) hidden.current.add(key);
          else if (hidden.current.delete(key)) more = true;
        }
        if (more) seen((count) => count + 1);
      },
      { rootMargin: "300px" },
    );
    return () => observer.current?.disconnect();
  }, []);
  useEffect(() => {
    for (const row of body.current?.rows ?? []) observer.current?.observe(row);
  });
  return hidden.current;
}

function Row<R>({ row, chosen, toggle, ...props }: Props<R> & { row: R; chosen: boolean; toggle: Toggle }) {
  const key = props.rowKey(row);
  const extra = props.rowClass?.(row);
  const click = (event: MouseEvent) => {
    const inControl = (event.target as Element).closest("a,button,input,label,select,summary");
    if (props.onOpen && !inControl && !getSelection()?.toString()) props.onOpen(row);
  };
  return (
    <tr
      role="row"
      tabIndex={-1}
      data-key={key}
      class={`${props.onOpen ? "openable" : ""}${chosen ? " chosen" : ""}${extra ? ` ${extra}` : ""}`}
      onClick={click}
    >
      {props.selected && (
        <td role="cell" class="choose">
          <input
            type="checkbox"
            checked={chosen}
            aria-label={`Choose ${props.rowLabel?.(row) ?? key}`}
            onClick={(event) => toggle(key, event.shiftKey)}
          />
        </td>
      )}
      {props.columns.map((column) => (
        <td key={column.id} role="cell" class={classes(column)} data-label={column.bare ? undefined : column.head}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

const classes = <R,>(column: Column<R>) =>
  [`col-${column.id}`, column.end && "end", column.from && `from-${column.from}`, column.broad && "broad"].filter(Boolean).join(" ");

type Sort = { id: string; down: boolean } | null;

function Head<R>({ column, sort }: { column: Column<R>; sort: Signal<Sort> }) {
  const down = sort.value?.id === column.id ? sort.value.down : null;
  const order = down === null ? undefined : down ? "descending" : "ascending";
  const next = () => (sort.value = { id: column.id, down: down === null ? column.end === true : !down });
  return (
    <th role="columnheader" scope="col" class={classes(column)} aria-sort={column.sort ? (order ?? "none") : undefined} title={column.hint}>
      {column.sort ? (
        <button type="button" class="sort" onClick={next}>
          {column.head}
          <span class="arrow" aria-hidden>{down === null ? "" : down ? "↓" : "↑"}</span>
        </button>
      ) : (
        column.head || <span class="sr-only">Actions</span>
      )}
    </th>
  );
}

function SelectAll({ selected, keys }: { selected: Signal<ReadonlySet<string>>; keys: readonly string[] }) {
  const chosen = keys.filter((key) => selected.value.has(key)).length;
  const all = chosen > 0 && chosen === keys.length;
  return (
    <input
      type="checkbox"
      aria-label="Choose every row of this page"
      checked={all}
      ref={(box) => void (box && (box.indeterminate = chosen > 0 && !all))}
      onClick={() => {
        const next = new Set(selected.value);
        for (const key of keys) if (all) next.delete(key); else next.add(key);
        selected.value = next;
      }}
    />
  );
}

/** Chooses a row, or with the shift key every row from the last one on. */
function useToggle(selected: Signal<ReadonlySet<string>> | undefined, keys: readonly string[]) {
  const last = useRef<string | null>(null);
  return (key: string, span: boolean) => {
    if (!selected) return;
    const next = new Set(selected.value);
    const on = !next.has(key);
    const from = span && last.current !== null ? keys.indexOf(last.current) : -1;
    const to = keys.indexOf(key);
    const range = from === -1 ? [key] : keys.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const one of range) if (on) next.add(one); else next.delete(one);
    last.current = key;
    selected.value = next;
  };
}

function sorted<R>(rows: readonly R[], columns: readonly Column<R>[], sort: Sort): readonly R[] {
  const value = columns.find((column) => column.id === sort?.id)?.sort;
  if (!value || !sort) return rows;
  const sign = sort.down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    return sign * (typeof one === "string" ? one.localeCompare(String(other)) : one - Number(other));
  });
}

function open<R>(rows: readonly R[], rowKey: (row: R) => string, key: string, run: ((row: R) => void) | undefined): void {
  const row = rows.find((one) => rowKey(one) === key);
  if (row !== undefined) run?.(row);
}

function useTableKeys(
  body: Body,
  on: boolean,
  onOpen: ((key: string) => void) | undefined,
  choose: ((key: string) => void) | undefined,
): void {
  const rows = () => [...(body.current?.querySelectorAll<HTMLElement>("tr[data-key]") ?? [])];
  const focused = () => document.activeElement?.closest<HTMLElement>("tr[data-key]") ?? null;
  const move = (step: number) => {
    const all = rows();
    const at = all.indexOf(focused() as HTMLElement);
    const next = at === -1 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
    all[next]?.focus();
  };
  const withKey = (run: (key: string) => void) => () => {
    const key = focused()?.dataset.key;
    if (key !== undefined) run(key);
  };
  const list = [
    { keys: "j", label: "Next row", group: "Table", run: () => move(1) },
    { keys: "k", label: "Previous row", group: "Table", run: () => move(-1) },
    ...(choose ? [{ keys: "x", label: "Choose the row", group: "Table", run: withKey(choose) }] : []),
    ...(onOpen ? [{ keys: "Enter", label: "Open the row", group: "Table", run: withKey(onOpen) }] : []),
  ];
  useKeys(on ? list : []);
}

/** The id of a column with buttons: on a card they stand in its corner. */
export const ACTIONS = "actions";

/** Marks a cell's icon-and-word as something to look at. */
export const Alert = ({ children }: { children: ComponentChildren }) => (
  <span class="alert">
    <Icon name="warning" size={14} />
    {children}
  </span>
);
