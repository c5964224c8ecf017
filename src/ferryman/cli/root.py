"""The table of commands, and the group that imports a command's file only when that command is wanted.

`ferryman --help` therefore costs Typer and `import ferryman`, never a web framework, a store or a worker.
"""

from __future__ import annotations

import importlib
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from ferryman.cli.examples import examples
from ferryman.domain.errors import did_you_mean
from ferryman.version import __version__


class Entry(NamedTuple):
    """A command: where it stands in the help, the file that holds it, and one line about it."""

    section: str
    module: str
    help: str


COMMANDS = {
    "dev": Entry("Run", "dev", "API and worker from one command, with reload on change."),
    "serve": Entry("Run", "serve", "The HTTP API."),
    "worker": Entry("Run", "worker", "A worker, or several: runs jobs."),
    "submit": Entry("Jobs", "submit", "Put a job in."),
    "run": Entry("Jobs", "run", "Put a job in and follow it to its result."),
    "jobs": Entry("Jobs", "jobs", "List, show, watch, retry, cancel, delete jobs."),
    "queues": Entry("Look and steer", "queues", "List, show, pause, resume, purge queues."),
    "failures": Entry("Look and steer", "causes", "Failed jobs by their cause."),
    "workers": Entry("Look and steer", "workers", "List, quiet, stop workers."),
    "tasks": Entry("Look and steer", "tasks", "The app's tasks and their arguments."),
    "stats": Entry("Look and steer", "stats", "How many jobs are where."),
    "migrate": Entry("Look and steer", "migrate", "Move waiting jobs from one store to another."),
    "doctor": Entry("Look and steer", "doctor", "Find what is wrong, each with its fix."),
    "bench": Entry("Look and steer", "bench", "Measure what this machine and the store can do."),
    "check": Entry("Look and steer", "check", "Live or ready? For probes."),
}


class LazyGroup(TyperGroup):
    """A group whose commands are entries of the table until one is wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the command's file; None for a name that is not in the table."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        found = typer.main.get_command(importlib.import_module(f"ferryman.cli.{entry.module}").app)
        found.name = cmd_name
        return found

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command, or say which one was probably meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table, by section."""
        widest = max(map(len, COMMANDS))
        for section in dict.fromkeys(entry.section for entry in COMMANDS.values()):
            with formatter.section(section):
                rows = [(name.ljust(widest), e.help) for name, e in COMMANDS.items() if e.section == section]
                formatter.write_dl(rows)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"ferryman {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(epilog=examples("ferryman dev", "ferryman run send_email to=ada@example.com"))
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
    # `main` takes it out wherever it stands; it is here for the help.
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Ferryman carries work from a request to a worker and never drops it."""


def command() -> Any:
    """Return the root command, ready to run."""
    return typer.main.get_command(app)
