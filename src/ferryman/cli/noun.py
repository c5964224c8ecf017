"""How the parts of the command line are made: a noun with verbs, or a command of its own."""

from __future__ import annotations

import typer

from ferryman.cli.examples import examples


def noun(help_text: str, *lines: str) -> typer.Typer:
    """Return a group such as `ferryman jobs`; `lines` are the examples of its help."""
    return typer.Typer(
        help=help_text,
        epilog=examples(*lines),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def alone() -> typer.Typer:
    """Return the holder of a single command such as `ferryman submit`."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
