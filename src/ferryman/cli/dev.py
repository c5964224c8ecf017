"""`ferryman dev`: everything from one command. API and worker are processes of their own on one store."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from ferryman.app import Ferryman
from ferryman.cli.changes import python_changes
from ferryman.cli.console import note, paint
from ferryman.cli.crew import Child, Crew
from ferryman.cli.examples import examples
from ferryman.cli.listening import DEFAULT_PORT, Host, Insecure, listen, url_of
from ferryman.cli.noun import alone
from ferryman.cli.place import AllowVolatile, App, AppArgument, NoRetry, Place, Url, must_be_shared, on_store
from ferryman.cli.sample import sample_body
from ferryman.domain.durations import seconds
from ferryman.store.protocol import Store
from ferryman.version import __version__

app = alone()

DEMO = "ferryman.demo:ferry"
#: Pause between two looks at a server that is about to start, in seconds, and the longest one look takes.
LOOK_EVERY, LOOK = 0.1, 1.0

Port = Annotated[
    int | None,
    typer.Option("--port", "-p", metavar="PORT", help="The port. [default: 8000, or the next one free]", min=0),
]


@app.command(epilog=examples("ferryman dev", "ferryman dev tasks:ferry --port 8080"))
def dev(
    app_argument: AppArgument = None,
    app_name: App = None,
    host: Host = "127.0.0.1",
    port: Port = None,
    insecure: Insecure = False,
    grace: Annotated[
        str, typer.Option("--grace", metavar="DURATION", help="How long running jobs may end before a restart.")
    ] = "5s",
    url: Url = None,
    allow_volatile: AllowVolatile = False,
    no_retry: NoRetry = False,
) -> int:
    """Run API and worker, and start both anew when Python code in this folder changes.

    With no app it runs the demo, ferryman.demo:ferry. A busy task never slows the API: they are two processes.
    """
    patience = seconds(grace, option="grace")
    name = app_argument or app_name or Place().app_name() or DEMO
    ferry = Place(url, name, no_retry, allow_volatile).needed_app("dev")
    must_be_shared(ferry, "dev")
    # The socket is ours and outlives the API's restarts: whoever calls meanwhile waits instead of being refused.
    server = listen(host, DEFAULT_PORT if port is None else port, insecure=insecure, command="dev", move=port is None)
    level = on_store(ferry, _level, no_retry=no_retry, make=True)
    os.environ.setdefault("FERRYMAN_LOG", "human")  # for the worker: a person reads this, even through a pipe
    shared = ["--app", name, *(["--url", url] if url else []), *(["--allow-volatile"] if allow_volatile else [])]
    crew = Crew(
        [_api(server, host, insecure, shared), Child("worker", ["worker", *shared, "--grace", f"{patience:g}"])],
        patience,
        lambda: python_changes(Path.cwd().resolve()),
    )
    with server:
        return asyncio.run(crew.run(lambda: _greet(url_of(server), lambda: banner(ferry, name, url_of(server), level))))


async def _level(store: Store) -> str:
    return (await store.inspector.health()).level


def _api(server: socket.socket, host: str, insecure: bool, shared: list[str]) -> Child:
    arguments = ["serve", "--access-log", *shared, *(["--insecure"] if insecure else [])]
    if os.name == "posix":
        return Child("API", [*arguments, "--fd", str(server.fileno())], [server.fileno()])
    # Sockets are not inherited by number elsewhere, so the API takes the port itself.
    port = server.getsockname()[1]
    server.close()
    return Child("API", [*arguments, "--host", host, "--port", str(port)])


async def _greet(url: str, words: Callable[[], str]) -> None:
    """Say what there is once it is there."""
    text = words()
    while not await asyncio.to_thread(_is_live, url):  # noqa: ASYNC110  # another process, which sends no signal
        await asyncio.sleep(LOOK_EVERY)
    note(text)


def _is_live(url: str) -> bool:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=LOOK)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def banner(ferry: Ferryman, name: str, url: str, level: str) -> str:
    """Return what a person needs to begin: the URLs, the store and its durability, the tasks, one curl that works."""
    rows = [
        ("Dashboard", f"{url}/"),
        ("API", url),
        ("Docs", f"{url}/docs"),
        ("App", f"{name}  {paint(', '.join(ferry.tasks) or 'no tasks yet', 'dim')}"),
        ("Store", f"{ferry.settings.shown_url}  {paint(f'durability {level}', 'dim')}"),
    ]
    lines = [f"{paint(f'Ferryman {__version__}', 'bold')} is ready", ""]
    lines += [f"  {paint(title.ljust(10), 'dim')}{text}" for title, text in rows]
    body = sample_body(ferry)
    if body:
        lines += ["", "  Try it:", f"  curl -s {url}/submit-job -H 'Content-Type: application/json' -d '{body}'"]
    lines += ["", paint("  Starts again when Python code here changes. Ctrl-C stops.", "dim"), ""]
    return "\n".join(["", *lines])
