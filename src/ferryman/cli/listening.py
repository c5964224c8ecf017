"""Where a server listens: the one place that refuses to be open to the network, and that finds a port taken."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Annotated

import typer

from ferryman.cli.console import note, paint
from ferryman.cli.failures import ExitCode, Failure

Host = Annotated[str, typer.Option("--host", metavar="HOST", help="Where to listen.")]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Listen beyond this machine although anyone may submit and read jobs.")
]

DEFAULT_PORT = 8000
#: How many ports behind a taken one are tried.
TRIES = 20
_BACKLOG = 2_048


def listen(host: str, port: int, *, insecure: bool, command: str, move: bool = False) -> socket.socket:
    """Return a listening socket; port 0 takes any that is free.

    With `move` a taken port is passed over for the next free one, said aloud. Raises `Failure` (refused) for an
    address beyond this machine without `insecure`, and for a port that is taken.
    """
    refuse_exposure(host, insecure=insecure)
    for candidate in range(port, port + TRIES if move and port else port + 1):
        try:
            found = _bind(host, candidate)
        except OSError as error:
            if not (move and error.errno == errno.EADDRINUSE):
                raise _not_bound(host, candidate, command, error) from error
            continue
        if candidate != port:
            note(f"{paint('note:', 'yellow')} port {port} is taken, so this is port {candidate}")
        return found
    raise _not_bound(host, port, command, OSError(errno.EADDRINUSE, f"so are the next {TRIES - 1}"))


def refuse_exposure(host: str, *, insecure: bool) -> None:
    """Raise `Failure` for a host that other machines could reach, unless told that this is meant."""
    if insecure or is_loopback(host):
        return
    raise Failure(
        f"will not listen on {host}",
        "other machines could reach it, and there are no access keys yet: anyone could submit and read jobs",
        "Leave --host out, put a proxy that checks who comes in front, or say --insecure.",
        ExitCode.REFUSED,
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; a name counts by what it stands for."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(address[4][0]).is_loopback for address in found)


def url_of(server: socket.socket) -> str:
    """Return the URL at which a listening socket is reached from this machine."""
    host, port = server.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
    server = socket.socket(family, kind, protocol)
    try:
        # A port that a server left a moment ago is free; on Windows the option would share a port in use.
        if hasattr(socket, "AF_UNIX"):
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
        server.listen(_BACKLOG)
    except BaseException:
        server.close()
        raise
    return server


def _not_bound(host: str, port: int, command: str, error: OSError) -> Failure:
    if error.errno == errno.EADDRINUSE:
        why = "another program listens there, often another ferryman"
        fix = f"Stop it, or take another port: ferryman {command} --port {port + 1}"
        return Failure(f"port {port} on {host} is taken", why, fix, ExitCode.REFUSED)
    if error.errno == errno.EACCES:
        fix = f"Take a port above 1023: ferryman {command} --port 8000"
        return Failure(f"may not listen on {host}:{port}", str(error), fix, ExitCode.REFUSED)
    return Failure(f"cannot listen on {host}:{port}", str(error), "Correct --host and --port.", ExitCode.REFUSED)
