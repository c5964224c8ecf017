"""Results on stdout: tables for people, JSON for programs, ids for pipes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

import typer

from ferryman.cli.console import colours, is_terminal

T = TypeVar("T")
View = dict[str, Any]


class Output(StrEnum):
    """The forms a result can take."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    IDS = "ids"


OutputOption = Annotated[
    Output | None,
    typer.Option(
        "--output", "-o", help="The form; unasked, a table on a terminal and json in a pipe.", show_default=False
    ),
]


def chosen(output: Output | None) -> Output:
    """Return the form that was asked for; unasked, tables are for terminals only."""
    return output or (Output.TABLE if is_terminal(sys.stdout) else Output.JSON)


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column of a table: its title, the text of a row in it, and the row's style."""

    title: str
    text: Callable[[T], str]
    style: Callable[[T], str] = lambda row: ""
    right: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """How rows of one kind are written: as objects, by id, and as a table; `empty` is said when there are none."""

    view: Callable[[T], View]
    identify: Callable[[T], str]
    columns: Sequence[Column[T]]
    empty: str

    def write(self, rows: Sequence[T], output: Output | None) -> None:
        """Write the rows to stdout."""
        form = chosen(output)
        if form is Output.TABLE:
            self._table(rows)
        elif form is Output.JSON:
            print(_dump([self.view(row) for row in rows], indent=2))
        elif form is Output.JSONL:
            _lines(_dump(self.view(row)) for row in rows)
        else:
            _lines(self.identify(row) for row in rows)

    def write_one(self, row: T, output: Output | None) -> None:
        """Write one row on its own: a block of names and values for a person, one object for a program."""
        form = chosen(output)
        if form is Output.TABLE:
            write_block(self.view(row))
        elif form is Output.IDS:
            print(self.identify(row))
        else:
            print(_dump(self.view(row), indent=2 if form is Output.JSON else None))

    def _table(self, rows: Sequence[T]) -> None:
        if not rows:
            print(self.empty)
            return
        # Imported here: only a table needs it, and it takes as long to import as everything else.
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for column in self.columns:
            table.add_column(
                column.title,
                justify="right" if column.right else "left",
                no_wrap=True,
                overflow="ellipsis",
                min_width=max(len(column.text(row)) for row in rows) if column.whole else None,
            )
        for row in rows:
            # Text, not markup: a task named [red] is shown as it is named.
            table.add_row(*(Text(column.text(row), style=column.style(row)) for column in self.columns))
        # Nobody's window is this wide; a table in a file is not cut.
        width = None if is_terminal(sys.stdout) else 400
        Console(width=width, no_color=not colours(sys.stdout), highlight=False).print(table)


def write_object(view: View, output: Output | None, *, identify: str = "") -> None:
    """Write one object: a block of names and values for a person."""
    form = chosen(output)
    if form is Output.TABLE:
        write_block(view)
    elif form is Output.IDS:
        print(identify)
    else:
        print(_dump(view, indent=2 if form is Output.JSON else None))


def write_block(view: View) -> None:
    """Write names and values, one a line; what has no value is left out."""
    shown = {name: value for name, value in view.items() if value not in (None, [], (), {}, "")}
    widest = max(map(len, shown), default=0)
    for name, value in shown.items():
        text = value if isinstance(value, str) else _dump(value)
        lines = text.rstrip("\n").split("\n")
        print(f"{name.replace('_', ' ').ljust(widest)}  {lines[0]}")
        for line in lines[1:]:
            print(f"{' ' * widest}  {line}")


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _dump(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
