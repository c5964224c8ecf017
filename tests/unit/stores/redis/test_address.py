"""A URL says where the store is, or what is wrong with it and how to mend that; it never says a password."""

from __future__ import annotations

import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferryman.domain.errors import StoreMisconfigured
from ferryman.stores import open_store
from ferryman.stores.redis.address import Address, Kind, parse_address


def misread(url: str) -> str:
    """Return what is said of a URL that is wrong."""
    with pytest.raises(StoreMisconfigured) as caught:
        open_store(url)
    return str(caught.value)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("redis://", [("localhost", 6379)]),
        ("redis://:7000", [("localhost", 7000)]),
        ("redis://host", [("host", 6379)]),
        ("redis://host:1/0", [("host", 1)]),
        ("rediss://my_host.example-1.org:65535", [("my_host.example-1.org", 65535)]),
        ("redis://[::1]", [("::1", 6379)]),
        ("redis://[2001:db8::5]:7000/1", [("2001:db8::5", 7000)]),
        ("redis://[fe80::1%eth0]:7000", [("fe80::1%eth0", 7000)]),
        ("redis+sentinel://a,b:1,[::1]:2/jobs", [("a", 26379), ("b", 1), ("::1", 2)]),
        ("redis+sentinel:///jobs", [("localhost", 26379)]),
        ("redis+cluster://a,b:7000", [("a", 6379), ("b", 7000)]),
        ("redis://ada:secret@host:7000/0", [("host", 7000)]),
    ],
)
def test_hosts(url: str, hosts: list[tuple[str, int]]) -> None:
    assert list(parse_address(url).hosts) == hosts


@pytest.mark.parametrize(
    ("url", "kind", "tls"),
    [
        ("redis://h", Kind.STANDALONE, False),
        ("rediss://h", Kind.STANDALONE, True),
        ("unix:///s", Kind.UNIX, False),
        ("redis+sentinel://h/m", Kind.SENTINEL, False),
        ("rediss+sentinel://h/m", Kind.SENTINEL, True),
        ("redis+cluster://h", Kind.CLUSTER, False),
        ("rediss+cluster://h", Kind.CLUSTER, True),
    ],
)
def test_the_scheme_says_how_the_servers_are_found(url: str, kind: Kind, tls: bool) -> None:
    address = parse_address(url)
    assert (address.kind, address.tls) == (kind, tls)


@pytest.mark.parametrize(
    ("url", "db"),
    [
        ("redis://h", 0),
        ("redis://h/", 0),
        ("redis://h/12", 12),
        ("redis://h?db=3", 3),
        ("redis://h/3?db=3", 3),
        ("unix:///run/redis.sock", 0),
        ("unix:///run/redis.sock?db=2", 2),
        ("redis+sentinel://h/m", 0),
        ("redis+sentinel://h/m/4", 4),
        ("redis+sentinel://h/m?db=4", 4),
        ("redis+cluster://h/0", 0),
    ],
)
def test_databases(url: str, db: int) -> None:
    assert parse_address(url).db == db


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("unix:///run/redis.sock?db=2", "/run/redis.sock"),
        ("unix:///run/my%20redis.sock", "/run/my redis.sock"),
        ("unix:///run/redis@home.sock", "/run/redis@home.sock"),
        ("unix:///run/a@/redis.sock", "/run/a@/redis.sock"),
        ("unix://ada:secret@/run/redis@home.sock", "/run/redis@home.sock"),
    ],
)
def test_sockets(url: str, path: str) -> None:
    assert parse_address(url).path == path


@pytest.mark.parametrize(
    ("login", "username", "password"),
    [
        ("ada:secret", "ada", "secret"),
        (":secret", None, "secret"),
        ("ada", "ada", None),
        ("ada:", "ada", None),
        ("ada:a%40b%2Fc%3Fd%23e%25f%3Ag", "ada", "a@b/c?d#e%f:g"),
        ("ada:a@b", "ada", "a@b"),
        ("ada:a/b", "ada", "a/b"),
        ("ada:a:b", "ada", "a:b"),
        ("ada:a#b", "ada", "a#b"),
        ("ada:a+b%", "ada", "a+b%"),
        ("a%3Ada:secret", "a:da", "secret"),
    ],
)
@pytest.mark.parametrize(
    "url", ["redis://{}@h:1/2", "redis+sentinel://{}@h,h2/m", "unix://{}@/s", "rediss+cluster://{}@h"]
)
def test_logins(url: str, login: str, username: str | None, password: str | None) -> None:
    address = parse_address(url.format(login))
    assert (address.username, address.password) == (username, password)
    without = parse_address(url.replace("{}@", ""))
    assert (address.hosts, address.path, address.master, address.db) == (
        (without.hosts, without.path, without.master, without.db)
    )


def test_what_is_shown_has_the_place_and_no_secret() -> None:
    url = "redis+sentinel://ada:secret@h1,h2/jobs/1?sentinel_username=watch&sentinel_password=hidden"
    assert parse_address(url).shown == "redis+sentinel://ada:***@h1,h2/jobs/1"
    assert parse_address("redis://:secret@h").shown == "redis://:***@h"
    assert parse_address("redis://ada@h").shown == "redis://ada@h"
    assert parse_address("unix://:secret@/run/s").shown == "unix://:***@/run/s"
    assert parse_address("redis://h:6379/0").shown == "redis://h:6379/0"


def test_sentinels_have_a_login_of_their_own_and_a_master() -> None:
    url = "redis+sentinel://ada:secret@h/my%20jobs/1?sentinel_username=watch&sentinel_password=a%26b+c"
    address = parse_address(url)
    assert (address.sentinel_username, address.sentinel_password) == ("watch", "a&b+c")
    assert (address.username, address.password, address.master) == ("ada", "secret", "my jobs")
    plain = parse_address("redis+sentinel://ada:secret@h/jobs")
    assert (plain.sentinel_username, plain.sentinel_password) == (None, None)


def test_options() -> None:
    assert parse_address("redis://h") == Address(
        Kind.STANDALONE, "redis://h", (("h", 6379),), prefix="fm", partitions=1
    )
    assert parse_address("redis://h?prefix=my_app-1.x").prefix == "my_app-1.x"
    assert parse_address("redis://h?prefix=a&partitions=1024").partitions == 1_024
    assert parse_address("redis+cluster://h").partitions == 16
    assert parse_address("redis+cluster://h?partitions=1").partitions == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", {}),
        ("ca_certs=/etc/c%2B+/ca.pem", {"ca_certs": "/etc/c++/ca.pem"}),
        ("certfile=c&keyfile=k", {"certfile": "c", "keyfile": "k"}),
        ("check_hostname=false", {"check_hostname": False}),
        ("check_hostname=true", {"check_hostname": True}),
        # What is not checked has no name to check.
        ("cert_reqs=none", {"cert_reqs": "none", "check_hostname": False}),
        ("cert_reqs=optional", {"cert_reqs": "optional"}),
    ],
)
def test_options_of_tls(query: str, said: dict[str, str | bool]) -> None:
    assert parse_address(f"rediss://h?{query}").tls_options == said


@pytest.mark.parametrize(
    ("url", "bad", "fix"),
    [
        ("postgres://h", "'postgres'", "redis://host:6379/0"),
        ("redis", "'redis'", "redis://host:6379/0"),
        ("ada:secret@host:6379", "'host:6379'", "redis://host:6379/0"),
        ("sqlite://ada:secret@host/x", "sqlite://host/x names a host", "sqlite:///host/x"),
        ("redis://h:0", "'h:0'", "from 1 to 65535"),
        ("redis://h:70000", "'h:70000'", "from 1 to 65535"),
        ("redis://h:port", "'h:port'", "name:port"),
        ("redis://my host", "'my host'", "name:port"),
        ("redis://h\n", r"'h\n'", "name:port"),
        ("redis://h#here", "'h#here'", "name:port"),
        ("redis://::1", "'::1'", "[v6 address]:port"),
        ("redis://[host]", "'[host]'", "[v6 address]:port"),
        ("redis://[1]", "'[1]'", "[v6 address]:port"),
        ("redis://[]", "'[]'", "[v6 address]:port"),
        ("redis://h1,h2", "2 hosts", "redis+cluster://h1,h2"),
        ("redis+cluster://h1,,h2", "a comma too many", "a host is missing"),
        ("redis+cluster://h1,h2,", "a comma too many", "a host is missing"),
        ("redis://h/x", "'x'", "must be a number"),
        ("redis://h/0#here", "'0#here'", "must be a number"),
        ("redis://h/0/1", "'0/1'", "must be a number"),
        ("redis://h/-1", "'-1'", "must be a number"),
        ("redis://h/123456", "'123456'", "must be a number"),
        ("redis://h?db=x", "'x'", "must be a number"),
        ("redis://h/1?db=2", "database 1 and its option db=2", "leave one out"),
        ("redis+cluster://h/1", "asks for database 1", "only database 0"),
        ("redis+cluster://h?db=1", "asks for database 1", "only database 0"),
        ("redis+sentinel://h1,h2", "names no master", "redis+sentinel://h1,h2/mymaster"),
        ("redis+sentinel://h1,h2//1", "names no master", "redis+sentinel://h1,h2/mymaster"),
        ("redis+sentinel://h1/jobs#1", "names no master", "redis+sentinel://h1,h2/mymaster"),
        ("unix://", "names no socket", "unix:///run/redis.sock"),
        ("unix:///", "names no socket", "unix:///run/redis.sock"),
        ("unix://run/redis.sock", "names no socket", "unix:///run/redis.sock"),
        ("redis://h?prefx=a", "'prefx'", "Did you mean 'prefix'"),
        ("redis://h?colour=red", "'colour'", "Known options: prefix, partitions"),
        ("redis://h?prefix=a&prefix=b", "prefix twice", "leave one of them out"),
        ("redis://h?prefix=", "''", "1 to 64 letters"),
        ("redis://h?prefix=a b", "'a b'", "1 to 64 letters"),
        ("redis://h?prefix={a}", "'{a}'", "1 to 64 letters"),
        ("redis://h?prefix=" + "a" * 65, "'aaa", "1 to 64 letters"),
        ("redis://h?partitions=0", "'0'", "from 1 to 1024"),
        ("redis://h?partitions=1025", "'1025'", "from 1 to 1024"),
        ("redis://h?partitions=", "''", "from 1 to 1024"),
        ("redis://h?partitions=" + "9" * 5_000, "'999", "from 1 to 1024"),
        ("redis://h?ca_certs=x", "ca_certs is for TLS", "write rediss://"),
        ("redis+cluster://h?cert_reqs=none", "cert_reqs is for TLS", "write rediss+cluster://"),
        ("unix:///s?keyfile=x", "keyfile is for TLS", "write rediss://"),
        ("rediss://h?cert_reqs=maybe", "'maybe'", "none, optional or required"),
        ("rediss://h?check_hostname=no", "'no'", "true or false"),
        ("redis://h?sentinel_password=secret", "sentinel_password is for redis+sentinel://", "leave it out"),
        ("redis+sentinel://h/m?sentinel_password=sec@ret", "an @ behind its ?", "%40"),
        ("redis://:sec?ret@h", "an @ behind its ?", "%3F"),
        ("redis://:a@b?secret=a@h", "an @ behind its ?", "%3F"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(url: str, bad: str, fix: str) -> None:
    text = misread(url)
    assert bad in text
    assert fix in text
    assert "secret" not in text
    assert len(text) < 400


#: URLs with a login, right and wrong ones; `{}` is the password.
_WITH_PASSWORD = [
    "redis://ada:{}@h:6379/0",
    "redis://:{}@h:0",
    "redis://:{}@h 1/0",
    "rediss://:{}@h1,h2",
    "redis://:{}@h/none",
    "redis://:{}@h/1?db=2",
    "redis://:{}@h?prefx=a",
    "redis://:{}@h?prefix=",
    "redis+cluster://:{}@h,,h/1",
    "redis+cluster://:{}@h/1",
    "redis+sentinel://:{}@h",
    "redis+sentinel://:{}@h/m?db=x",
    "unix://:{}@/run/redis.sock",
    "unix://:{}@run",
    "sqlite://ada:{}@host/jobs.db",
    "mysql://ada:{}@host/0",
    "ada:{}@host:6379",
]
#: Passwords that ask for encoding and have none.
_SENTINEL = ["redis+sentinel://h,h2/m?sentinel_password={}", "redis+sentinel://h?sentinel_password={}&db=x"]


def everything_said(url: str) -> str:
    """Return all that a URL may make anybody read: the error, or the address and the store."""
    try:
        store = open_store(url)
    except StoreMisconfigured as error:
        return f"{error}{error!r}"
    address = parse_address(url)
    return f"{store!r}{address!r}{address.shown}"


@given(st.sampled_from(_WITH_PASSWORD + _SENTINEL), st.text(min_size=1))
def test_an_encoded_password_is_never_said(url: str, password: str) -> None:
    password = f"Tr0ub4dor{password}Tr0ub4dor"
    said = everything_said(url.format(quote(password, safe="")))
    assert "Tr0ub4dor" not in said


@given(st.sampled_from(_WITH_PASSWORD), st.text(string.printable, min_size=1, max_size=5))
def test_no_piece_of_a_password_that_was_not_encoded_is_said(url: str, between: str) -> None:
    said = everything_said(url.format(f"Tr0ub4dor{between}Tr0ub4dor"))
    assert "Tr0ub4dor" not in said
