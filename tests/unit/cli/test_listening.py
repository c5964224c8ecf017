"""A server is closed to the network unless told otherwise, and a taken port is said aloud."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from ferryman.cli.failures import ExitCode, Failure
from ferryman.cli.listening import is_loopback, listen, refuse_exposure, url_of


@pytest.mark.parametrize(("host", "closed"), [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True)])
def test_this_machine_is_closed(host: str, closed: bool) -> None:
    assert is_loopback(host) is closed


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "", "no such host"])
def test_everything_else_is_refused(host: str) -> None:
    with pytest.raises(Failure) as refused:
        refuse_exposure(host, insecure=False)
    assert refused.value.code is ExitCode.REFUSED
    assert "--insecure" in refused.value.fix
    refuse_exposure(host, insecure=True)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_refused_with_the_way_out(taken: int) -> None:
    with pytest.raises(Failure) as refused:
        listen("127.0.0.1", taken, insecure=False, command="serve")
    assert refused.value.what == f"port {taken} on 127.0.0.1 is taken"
    assert f"ferryman serve --port {taken + 1}" in refused.value.fix


def test_dev_moves_on_to_the_next_free_port(taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    with listen("127.0.0.1", taken, insecure=False, command="dev", move=True) as server:
        port = server.getsockname()[1]
        assert port > taken
        assert url_of(server) == f"http://127.0.0.1:{port}"
    assert f"port {taken} is taken, so this is port {port}" in capsys.readouterr().err
