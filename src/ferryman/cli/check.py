"""`ferryman check`: one question to a running server or about a worker, for probes that only know exit codes."""

from __future__ import annotations

import http.client
import socket
from typing import Annotated

import typer

from ferryman.cli.examples import examples
from ferryman.cli.failures import ExitCode, Failure
from ferryman.cli.noun import noun
from ferryman.cli.place import App, Place, Url, on_store
from ferryman.store.protocol import Store

app = noun("Live or ready? For probes.", "ferryman check ready", "ferryman check worker")

Host = Annotated[str, typer.Option("--host", help="Where the server listens.")]
Port = Annotated[int, typer.Option("--port", "-p", help="Its port.", min=1, max=65_535)]
Timeout = Annotated[float, typer.Option("--timeout", help="Seconds to wait for the answer.", min=0.1)]


@app.command(epilog=examples("ferryman check live", "ferryman check live --port 8080"))
def live(host: Host = "127.0.0.1", port: Port = 8000, timeout: Timeout = 3.0) -> None:
    """Exit 0 when the server answers at all; never looks at the store."""
    _ask(host, port, "/livez", timeout)
    print("live")


@app.command(epilog=examples("ferryman check ready", "ferryman check ready --port 8080 --timeout 1"))
def ready(host: Host = "127.0.0.1", port: Port = 8000, timeout: Timeout = 3.0) -> None:
    """Exit 0 when the server answers and its store does."""
    _ask(host, port, "/readyz", timeout)
    print("ready")


@app.command(epilog=examples("ferryman check worker", "ferryman check worker --host build-7"))
def worker(
    host: Annotated[
        str | None, typer.Option("--host", help="The machine that the worker runs on. [default: this one]")
    ] = None,
    url: Url = None,
    app_name: App = None,
) -> None:
    """Exit 0 when a worker of this machine has reached the store lately: not only a process, but one that works."""
    wanted = host or socket.gethostname()

    async def alive(store: Store) -> list[str]:
        return [row.info.id for row in await store.inspector.workers() if row.alive and row.info.host == wanted]

    found = on_store(Place(url, app_name).any_app(), alive, no_retry=True)
    if not found:
        raise Failure(
            f"no worker of {wanted} is alive",
            "none has announced itself to the store within its lease",
            "Look at its log; ferryman workers ls shows all of them.",
            ExitCode.FAILED,
        )
    print(", ".join(found))


def _ask(host: str, port: int, path: str, timeout: float) -> None:
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(2_000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise Failure(
            f"no answer from http://{host}:{port}{path}",
            str(error) or type(error).__name__,
            "Start the server, ferryman serve, or name its --host and --port.",
            ExitCode.FAILED,
        ) from error
    finally:
        connection.close()
    if answer.status != 200:
        raise Failure(
            f"http://{host}:{port}{path} answered {answer.status}",
            body.strip()[:300] or answer.reason,
            "See ferryman doctor on that machine.",
            ExitCode.FAILED,
        )
