"""Where a Redis store lives: its URL, read once and checked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv6Address
from urllib.parse import unquote

from ferryman.domain.errors import StoreMisconfigured, did_you_mean
from ferryman.stores.redis.keys import DEFAULT_PREFIX

#: By URL scheme: how the servers are found, and whether connections are encrypted.
_SCHEMES = {
    "redis": ("standalone", False),
    "rediss": ("standalone", True),
    "unix": ("unix", False),
    "redis+sentinel": ("sentinel", False),
    "rediss+sentinel": ("sentinel", True),
    "redis+cluster": ("cluster", False),
    "rediss+cluster": ("cluster", True),
}
_PORTS = {"standalone": 6379, "unix": 0, "sentinel": 26379, "cluster": 6379}
_TLS = ("ca_certs", "certfile", "keyfile", "cert_reqs", "check_hostname")
_SENTINEL = ("sentinel_username", "sentinel_password")
_OPTIONS = ("prefix", "partitions", "db", *_SENTINEL, *_TLS)
_PREFIX = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_HOST = re.compile(r"(?:\[([^\[\]]*)\]|([\w.-]*))(?::([0-9]{1,5}))?")
MOST_PARTITIONS = 1_024
#: A queue on a cluster is spread over so many partitions unless the URL says otherwise.
CLUSTER_PARTITIONS = 16


class Kind(StrEnum):
    """How the servers are found."""

    STANDALONE = "standalone"
    UNIX = "unix"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Address:
    """What a URL says; `shown` is the URL without its secrets."""

    kind: Kind
    shown: str
    hosts: tuple[tuple[str, int], ...] = ()
    path: str = ""
    master: str = ""
    db: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_username: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    tls: bool = False
    tls_options: Mapping[str, str | bool] = field(default_factory=dict)
    prefix: str = DEFAULT_PREFIX
    partitions: int = 1


def parse_address(url: str) -> Address:
    """Read a URL; raises `StoreMisconfigured` saying what is wrong with it, without any password."""
    scheme, _, rest = url.partition("://")
    name, tls = _SCHEMES[scheme]
    kind = Kind(name)
    rest, _, query = rest.partition("?")
    options = _options(query, scheme)
    login, place = _parts(rest, kind)
    username, colon, password = login.partition(":")
    shown = f"{scheme}://{username}{colon and ':***'}{'@' if len(place) < len(rest) else ''}{place}"
    hosts, path = ((), place) if kind is Kind.UNIX else _hosts(place, kind, shown)
    db, master = _database(path, kind, options, shown)
    return Address(
        kind=kind,
        shown=shown,
        hosts=hosts,
        path=_socket(path, shown) if kind is Kind.UNIX else "",
        master=master,
        db=db,
        username=unquote(username) or None,
        password=unquote(password) or None,
        sentinel_username=options.get("sentinel_username"),
        sentinel_password=options.get("sentinel_password"),
        tls=tls,
        tls_options=_tls(options),
        prefix=_prefix(options.get("prefix", DEFAULT_PREFIX)),
        partitions=_partitions(options.get("partitions"), kind),
    )


def _parts(rest: str, kind: Kind) -> tuple[str, str]:
    """Part the login from the place, at the last @: a password may have one. A socket's path may, too."""
    if kind is Kind.UNIX and rest.startswith("/"):
        return "", rest
    if kind is Kind.UNIX and "@/" in rest:
        login, _, path = rest.rpartition("@/")
        return login, f"/{path}"
    login, _, place = rest.rpartition("@")
    return login, place


def _options(query: str, scheme: str) -> dict[str, str]:
    """Read the options, and check that each is one, said once, and of use to this scheme."""
    if "@" in query:  # most likely a password with a question mark: nothing of it may be shown
        raise StoreMisconfigured(
            f"the URL ({scheme}://...) has an @ behind its ?: write %3F for a ? in a password, and %40 for an @"
        )
    options: dict[str, str] = {}
    for name, _, value in (pair.partition("=") for pair in query.split("&") if pair):
        _check_option(name, scheme)
        if name in options:
            raise StoreMisconfigured(f"the URL ({scheme}://...) says {name} twice: leave one of them out")
        options[name] = unquote(value)
    return options


def _check_option(name: str, scheme: str) -> None:
    kind, tls = _SCHEMES[scheme]
    if name not in _OPTIONS:
        hint = did_you_mean(name, _OPTIONS) or f" Known options: {', '.join(_OPTIONS)}."
        raise StoreMisconfigured(f"the URL ({scheme}://...) has an unknown option {name!r:.40}.{hint}")
    if name in _TLS and not tls:
        secure = "rediss" if kind == "unix" else scheme.replace("redis", "rediss")
        raise StoreMisconfigured(f"{name} is for TLS, and {scheme}:// goes without: write {secure}://, or leave it out")
    if name in _SENTINEL and kind != "sentinel":
        raise StoreMisconfigured(f"{name} is for redis+sentinel://, and the URL is {scheme}://: leave it out")


def _socket(path: str, shown: str) -> str:
    if len(path) < 2 or not path.startswith("/"):
        raise StoreMisconfigured(f"{shown!r} names no socket: write unix:///run/redis.sock, the path from the root")
    return unquote(path)


def _hosts(place: str, kind: Kind, shown: str) -> tuple[tuple[tuple[str, int], ...], str]:
    """Return the hosts and what follows them."""
    listed, _, path = place.partition("/")
    texts = listed.split(",")
    if kind is Kind.STANDALONE and len(texts) > 1:
        raise StoreMisconfigured(
            f"{shown!r} names {len(texts)} hosts: several are redis+sentinel://h1,h2/master or redis+cluster://h1,h2"
        )
    if len(texts) > 1 and "" in texts:
        raise StoreMisconfigured(f"{shown!r} has a comma too many: a host is missing beside it")
    return tuple(_host(text, kind, shown) for text in texts), path


def _host(text: str, kind: Kind, shown: str) -> tuple[str, int]:
    match = _HOST.fullmatch(text)
    port = int(match[3]) if match and match[3] else _PORTS[kind]
    if not match or not 1 <= port <= 65_535 or not (match[1] is None or _is_v6(match[1])):
        raise StoreMisconfigured(
            f"{text!r} in {shown!r} is no host: write name, name:port or [v6 address]:port, with a port from 1 to 65535"
        )
    return match[1] or match[2] or "localhost", port


def _is_v6(text: str) -> bool:
    try:
        return bool(IPv6Address(text))
    except ValueError:
        return False


def _database(path: str, kind: Kind, options: Mapping[str, str], shown: str) -> tuple[int, str]:
    """Return the number of the database and, for Sentinel, the name of the master."""
    master = ""
    number = options.get("db", "")
    if kind is Kind.SENTINEL:
        master, _, path = path.partition("/")
        if not re.fullmatch(r"[^\s#]+", master):
            raise StoreMisconfigured(f"{shown!r} names no master: write redis+sentinel://h1,h2/mymaster")
    if kind is not Kind.UNIX:
        if path and number and path != number:
            raise StoreMisconfigured(f"{shown!r} names database {path} and its option db={number}: leave one out")
        number = path or number
    if number and not (number.isascii() and number.isdigit() and len(number) < 6):
        raise StoreMisconfigured(f"{number!r} in {shown!r} is no database: it must be a number, such as 0")
    if kind is Kind.CLUSTER and int(number or 0):
        raise StoreMisconfigured(f"{shown!r} asks for database {number}: a cluster has only database 0")
    return int(number or 0), unquote(master)


def _tls(options: Mapping[str, str]) -> dict[str, str | bool]:
    said: dict[str, str | bool] = {name: options[name] for name in _TLS if name in options}
    if said.get("cert_reqs", "required") not in ("none", "optional", "required"):
        raise StoreMisconfigured(f"cert_reqs must be none, optional or required, got {said['cert_reqs']!r}")
    if "check_hostname" in said:
        if said["check_hostname"] not in ("true", "false"):
            raise StoreMisconfigured(f"check_hostname must be true or false, got {said['check_hostname']!r}")
        said["check_hostname"] = said["check_hostname"] == "true"
    elif said.get("cert_reqs") == "none":
        said["check_hostname"] = False
    return said


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        raise StoreMisconfigured(f"prefix {text!r:.80} is no prefix: use 1 to 64 letters, digits and _ . -")
    return text


def _partitions(text: str | None, kind: Kind) -> int:
    if text is None:
        return CLUSTER_PARTITIONS if kind is Kind.CLUSTER else 1
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST_PARTITIONS):
        raise StoreMisconfigured(f"partitions must be a whole number from 1 to {MOST_PARTITIONS}, got {text!r:.40}")
    return int(text)
