"""Which app and which store a command works on, and how it waits for a store that does not answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from ferryman.app import Ferryman
from ferryman.cli.console import LINE, note, paint
from ferryman.cli.failures import ExitCode, Failure, failure_of
from ferryman.config import load_settings
from ferryman.domain.errors import StoreError, StoreUnavailable
from ferryman.loader import load_app
from ferryman.store.protocol import Store

T = TypeVar("T")

Url = Annotated[
    str | None, typer.Option("--url", help="The store. [FERRYMAN_URL, else sqlite:///ferryman.db]", metavar="URL")
]
App = Annotated[
    str | None,
    typer.Option("--app", "-A", help="The app, module:attribute. [FERRYMAN_APP]", metavar="APP"),
]
AppArgument = Annotated[
    str | None, typer.Argument(help="The app, module:attribute. [FERRYMAN_APP]", metavar="APP", show_default=False)
]
AllowVolatile = Annotated[
    bool, typer.Option("--allow-volatile", help="Accept a Redis that keeps nothing when it stops.")
]
NoRetry = Annotated[bool, typer.Option("--no-retry", help="Give up at once when the store does not answer (exit 5).")]

#: Pause between two looks at a store that does not answer, in seconds.
TRY_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command works, as the person said it."""

    url: str | None = None
    app: str | None = None
    no_retry: bool = False
    allow_volatile: bool = False

    def app_name(self) -> str | None:
        """Return the name of the app: said here, in the environment or in pyproject.toml."""
        return self.app or load_settings().app

    def known_app(self) -> Ferryman | None:
        """Return the app, None when nobody named one; raises `AppNotLoaded`."""
        name = self.app_name()
        if name is None:
            return None
        ferry = load_app(name)
        if self.url is not None:
            ferry.use_url(self.url)
        if self.allow_volatile:
            ferry.settings = ferry.settings.replace(allow_volatile=True)
        return ferry

    def needed_app(self, command: str) -> Ferryman:
        """Return the app; raises `Failure` when nobody named one."""
        ferry = self.known_app()
        if ferry is None:
            why = "no app was named on the command line, in FERRYMAN_APP or in [tool.ferryman] of pyproject.toml"
            fix = f"Name the module and its Ferryman object: ferryman {command} tasks:ferry"
            raise Failure("which app?", why, fix, ExitCode.USAGE)
        return ferry

    def any_app(self) -> Ferryman:
        """Return the app if one is needed to know the store, else one without tasks on the store that was named."""
        if self.url is not None and self.app is None:
            return Ferryman(self.url)
        return self.known_app() or Ferryman(self.url)


def on_store(
    ferry: Ferryman,
    action: Callable[[Store], Awaitable[T]],
    *,
    no_retry: bool,
    make: bool = False,
    shown: str | None = None,
) -> T:
    """Open the store, do one thing with it, close it; `shown` is what errors call it, instead of its URL.

    While the store does not answer, says so and begins again every two seconds, unless `no_retry`: an action may
    thus be repeated, as every call to a store may. Without `make`, a store that does not exist yet is an error and
    not made: it is most likely another folder's.
    """
    if not make:
        _must_exist(ferry)
        # Whoever looks, looks at whatever there is; what it is worth, `ferryman doctor` says.
        ferry.settings = ferry.settings.replace(allow_volatile=True)
    return asyncio.run(patiently(ferry, action, no_retry, shown or f"the store {ferry.settings.shown_url}"))


async def patiently(ferry: Ferryman, action: Callable[[Store], Awaitable[T]], no_retry: bool, shown: str) -> T:
    """Do one thing with the store, as `on_store` does, on the running loop."""
    began = None
    try:
        while True:
            try:
                client = await ferry.connections.here()
                return await action(client.store)
            except StoreError as error:
                failure = _named(error, shown)
                if no_retry or not isinstance(error, StoreUnavailable):
                    raise failure from error
                if began is None:
                    began = time.monotonic()
                    note(f"{paint('waiting:', 'bold yellow')} {failure.what}: {failure.why}")
                    note("  Trying again until it answers; Ctrl-C stops, --no-retry would give up.")
                LINE.show(f"  not yet, {time.monotonic() - began:.0f} s")
            await asyncio.sleep(TRY_EVERY)
    finally:
        LINE.clear()
        await ferry.close()


def _named(error: StoreError, shown: str) -> Failure:
    """Return the error with the name of its store."""
    failure = failure_of(error)
    assert failure is not None
    what = "does not answer" if isinstance(error, StoreUnavailable) else "cannot be used"
    failure.what = f"{shown} {what}"
    return failure


def sqlite_file(ferry: Ferryman) -> Path | None:
    """Return the file of an SQLite store, None for a store in memory or elsewhere."""
    prefix = "sqlite:///"
    rest = ferry.settings.url.removeprefix(prefix)
    if not ferry.settings.url.startswith(prefix) or rest in ("", ":memory:", "/:memory:"):
        return None
    return Path(rest).expanduser()


def _must_exist(ferry: Ferryman) -> None:
    path = sqlite_file(ferry)
    if path is not None and not path.exists():
        raise Failure(
            f"there is no store {ferry.settings.shown_url}",
            f"the file {path.absolute()} does not exist yet: nothing was ever submitted here",
            "Change to the folder that has it, name it with --url, or begin one: ferryman dev",
            ExitCode.STORE,
        )


def must_be_shared(ferry: Ferryman, command: str) -> None:
    """Raise `Failure` for a store in memory: another process, such as a worker, could not see it."""
    if ferry.settings.url.startswith("sqlite:") and sqlite_file(ferry) is None:
        raise Failure(
            f"ferryman {command} needs a store that processes share",
            f"{ferry.settings.shown_url} lives in the memory of one process",
            "Name a file, such as --url sqlite:///ferryman.db",
            ExitCode.USAGE,
        )
