"""TLS: a server is trusted by its certificate alone, and what is wrong with one is said at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from ferryman.domain.errors import StoreMisconfigured, StoreUnavailable
from ferryman.store.protocol import Store
from ferryman.stores import open_store
from tests.integration.redis.place import jobs_in, submit, turn
from tests.servers.redis_cluster import until
from tests.servers.redis_server import RELAXED, RedisServer, free_port


@dataclass(frozen=True)
class Secured:
    """A server with TLS on a port of its own, and the folder with the certificates."""

    server: RedisServer
    port: int
    folder: Path

    def url(self, *options: str, host: str = "127.0.0.1", ca: str = "ca.pem") -> str:
        """Return the store's URL, with the authority that is to be trusted."""
        return f"rediss://{host}:{self.port}/0?" + "&".join([f"ca_certs={self.folder}/{ca}", *options])

    def client(self) -> tuple[str, str]:
        """Return the options that show a certificate to the server."""
        return f"certfile={self.folder}/server.pem", f"keyfile={self.folder}/server.key"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities, and a certificate of the first for this machine."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    trustme.CA().cert_pem.write_to_path(folder / "other.pem")
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "server.key")
    certificate.cert_chain_pems[0].write_to_path(folder / "server.pem")
    return folder


def secured(folder: Path, certificates: Path, clients: str = "no") -> Secured:
    port = free_port()
    settings = ["--tls-port", str(port), "--tls-auth-clients", clients]
    for name, file in (("cert", "server.pem"), ("key", "server.key"), ("ca-cert", "ca.pem")):
        settings += [f"--tls-{name}-file", str(certificates / file)]
    return Secured(RedisServer(folder / "redis", settings=(*RELAXED, *settings)).start(), port, certificates)


@pytest.fixture
def place(tmp_path: Path, certificates: Path) -> Iterator[Secured]:
    made = secured(tmp_path, certificates)
    yield made
    made.server.stop()


@pytest.fixture
def strict(tmp_path: Path, certificates: Path) -> Iterator[Secured]:
    """A server that asks its clients for certificates, too."""
    made = secured(tmp_path, certificates, "yes")
    yield made
    made.server.stop()


async def works(store: Store) -> None:
    await store.open()
    await store.wait(["queue:default"], 5)
    waiting = asyncio.create_task(store.wait(["queue:default"], 20))
    assert (await submit(store)).created
    await asyncio.wait_for(waiting, 10)
    assert len((await turn(store)).claimed) == 1


async def test_jobs_and_signals_come_through(place: Secured) -> None:
    store = open_store(place.url())
    await works(store)
    await store.close()
    plain = open_store(place.server.url)
    await plain.open()
    assert await jobs_in(plain) == 1, "these are two ways to one server"
    await plain.close()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"ca": "other.pem"}, "self-signed certificate in certificate chain"),
        ({"host": "localhost"}, "Hostname mismatch"),
    ],
)
async def test_a_certificate_that_is_not_trusted_is_refused_at_once(
    place: Secured, said: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ferryman.stores.redis.calls.PATIENCE", 600.0)  # so that another try would not end
    store = open_store(place.url(**said))
    with pytest.raises(StoreMisconfigured, match=r"is not trusted: .* ca_certs must name the authority") as caught:
        await store.open()
    assert why in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["rediss://127.0.0.1:{}?cert_reqs=none", "rediss://localhost:{}?check_hostname=false&ca_certs={}/ca.pem"],
)
async def test_what_is_not_to_be_checked_is_not(place: Secured, url: str) -> None:
    store = open_store(url.format(place.port, place.folder))
    await works(store)
    await store.close()


async def test_an_authority_that_nobody_named_is_the_system_s(place: Secured) -> None:
    store = open_store(f"rediss://127.0.0.1:{place.port}")
    with pytest.raises(StoreMisconfigured, match="is not trusted"):
        await store.open()


async def test_a_server_may_ask_for_a_certificate(strict: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(strict.url(*strict.client()))
    await works(store)
    await store.close()
    monkeypatch.setattr("ferryman.stores.redis.calls.PATIENCE", 0.0)
    with pytest.raises(StoreUnavailable):
        await open_store(strict.url()).open()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("ca_certs={}/none.pem", "ca_certs=.*/none.pem .* No such file"),
        ("ca_certs={}/server.key", "ca_certs=.*/server.key .* name a PEM file"),
        ("certfile={}/none.pem", "certfile=.*/none.pem .* No such file"),
        ("certfile={}/server.pem", "certfile=.*/server.pem .* name a PEM file"),  # its key is missing
        ("keyfile={}/server.key", "with keyfile=.*/server.key .* No such file"),  # whose it is, is missing
    ],
)
@pytest.mark.parametrize("scheme", ["rediss://h", "rediss+sentinel://h/jobs", "rediss+cluster://h"])
def test_a_file_that_cannot_be_used_is_named_before_any_call(
    certificates: Path, scheme: str, query: str, named: str
) -> None:
    with pytest.raises(StoreMisconfigured, match=named):
        open_store(f"{scheme}?{query.format(certificates)}")


@pytest.mark.parametrize("tls", [True, False])
def test_a_store_whose_loop_is_gone_leaves_no_socket(place: Secured, tls: bool) -> None:
    store = open_store(place.url() if tls else place.server.url)
    asyncio.run(works(store))
    store.abandon()
    # Warnings of what is not closed are errors here; and the server misses its client.
    until(lambda: place.server.ask("CLIENT", "LIST").count(" laddr=") == 1)
