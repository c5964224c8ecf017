"""`ferryman serve`: the HTTP API and the dashboard of an app, by uvicorn."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from typing import Annotated, Any

import typer

from ferryman import collector
from ferryman.app import Ferryman
from ferryman.cli.console import colours, note, paint
from ferryman.cli.examples import examples
from ferryman.cli.listening import DEFAULT_PORT, Host, Insecure, listen, refuse_exposure, url_of
from ferryman.cli.noun import alone
from ferryman.cli.place import AllowVolatile, App, AppArgument, NoRetry, Place, Url, must_be_shared, on_store
from ferryman.store.protocol import Store

app = alone()

#: Requests under way have this long to end after a stop, in seconds; streams end themselves at once.
GRACE = 10

Port = Annotated[int, typer.Option("--port", "-p", metavar="PORT", help="The port; 0 takes a free one.", min=0)]


@app.command(epilog=examples("ferryman serve tasks:ferry", "ferryman serve tasks:ferry --port 8080 --access-log"))
def serve(
    app_argument: AppArgument = None,
    app_name: App = None,
    host: Host = "127.0.0.1",
    port: Port = DEFAULT_PORT,
    fd: Annotated[
        int | None, typer.Option("--fd", metavar="N", help="Listen on this inherited socket, e.g. of systemd.")
    ] = None,
    insecure: Insecure = False,
    access_log: Annotated[bool, typer.Option("--access-log", help="Write a line for each request.")] = False,
    url: Url = None,
    allow_volatile: AllowVolatile = False,
    no_retry: NoRetry = False,
) -> None:
    """Serve the HTTP API and the dashboard. The tasks run elsewhere: start ferryman worker as well."""
    place = Place(url, app_argument or app_name, no_retry, allow_volatile)
    ferry = place.needed_app("serve")
    must_be_shared(ferry, "serve")
    if fd is None:
        server = listen(host, port, insecure=insecure, command="serve")
    else:
        server = socket.socket(fileno=fd)
        refuse_exposure(server.getsockname()[0], insecure=insecure)
    on_store(ferry, _answers, no_retry=no_retry, make=True)
    if fd is None:
        note(f"Serving {ferry.settings.shown_url} on {paint(url_of(server), 'bold')}")
    _run(ferry, server, access_log=access_log)


async def _answers(store: Store) -> None:
    await store.inspector.counts()


def _run(ferry: Ferryman, server: socket.socket, *, access_log: bool) -> None:
    import uvicorn

    from ferryman.api.malformed import ProblemProtocol
    from ferryman.dashboard import dashboard

    config = uvicorn.Config(
        dashboard(ferry),
        http=ProblemProtocol,
        ws="none",
        lifespan="on",
        access_log=access_log,
        log_config=_log_config(),
        timeout_graceful_shutdown=GRACE,
        server_header=False,
    )
    running = uvicorn.Server(config)

    def stop(*_: object) -> None:
        running.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        # Heard before uvicorn listens for it, and after: it stops well and then sends itself the signal once more,
        # to die of it. We end with 0.
        signal.signal(number, stop)
    collector.spare()
    running.run(sockets=[server])


class NoProbes(logging.Filter):
    """Lets every request into the log but those of probes, which say nothing a hundred times an hour."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is wanted; its third argument is the path."""
        return not (isinstance(record.args, tuple) and str(record.args[2]).startswith(("/livez", "/readyz")))


def _log_config() -> dict[str, Any]:
    """Requests in one short line each, and what goes wrong; not each step of starting and stopping."""
    access = "%(asctime)s %(request_line)s %(status_code)s"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"format": "%(asctime)s %(message)s", "datefmt": "%H:%M:%S"},
            "access": {
                "()": "uvicorn.logging.AccessFormatter",
                "fmt": access,
                "datefmt": "%H:%M:%S",
                "use_colors": colours(sys.stderr),
            },
        },
        "handlers": {
            "plain": {"class": "logging.StreamHandler", "formatter": "plain"},
            "access": {"class": "logging.StreamHandler", "formatter": "access", "filters": ["no probes"]},
        },
        "filters": {"no probes": {"()": f"{__name__}.NoProbes"}},
        "loggers": {
            "uvicorn.error": {"handlers": ["plain"], "level": "WARNING", "propagate": False},
            "uvicorn.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
        },
    }
