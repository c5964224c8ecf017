"""What Redis' errors mean for the caller, and which of them are worth another try at once."""

from __future__ import annotations

import re
import ssl

from redis import exceptions
from redis.asyncio.sentinel import MasterNotFoundError

from ferryman.domain.errors import StoreError, StoreIncompatible, StoreMisconfigured, StoreUnavailable

#: Replies that begin so: what is the matter, and what to do about it.
_TOLD = {
    "OOM": "is full (maxmemory): give it more, delete jobs or shorten their retention",
    "MISCONF": "cannot write to its disk, and refuses to take what it could not keep: see its log",
    "NOREPLICAS": "has fewer replicas than min-replicas-to-write asks for",
    "READONLY": "is a replica: if no failover is under way, the URL names the wrong server",
    "LOADING": "is starting and reads its data",
    "BUSY": "is busy with somebody's script",
    "CLUSTERDOWN": "is a cluster that misses some of its slots",
    "MASTERDOWN": "is a replica that lost its master",
    "ASK": "is moving these keys to another node, and cannot use them before all have moved",
    "TRYAGAIN": "is moving these keys to another node",
    "UNKILLABLE": "is busy with a script that cannot be stopped",
}
#: These end by themselves, and often soon.
_PASSING = ("READONLY", "LOADING", "BUSY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "MOVED", "ASK")
_DENIED = ("NOAUTH", "WRONGPASS", "NOPERM", "DENIED")


def is_passing(error: BaseException) -> bool:
    """Whether the same call is worth another try at once: the connection broke, or servers change their parts."""
    if isinstance(error, exceptions.AuthenticationError | exceptions.AuthorizationError) or _distrust(error):
        return False
    if isinstance(error, exceptions.ResponseError):
        return _code(error) in _PASSING
    return isinstance(error, exceptions.RedisError | exceptions.RedisClusterException | OSError)


def is_demoted(error: BaseException) -> bool:
    """Whether a server says that it is a replica by now."""
    return _code(error) == "READONLY"


def translate(error: BaseException, shown: str) -> StoreError:
    """Return what the caller is told; `shown` is the URL without secrets."""
    code, text = _code(error), str(error) or type(error).__name__
    if code in _TOLD:
        return StoreUnavailable(f"Redis at {shown} {_TOLD[code]} ({text})")
    if isinstance(error, exceptions.TimeoutError | TimeoutError):
        return StoreUnavailable(f"Redis at {shown} did not answer in time")
    if isinstance(error, exceptions.AuthenticationError | exceptions.AuthorizationError | exceptions.ResponseError):
        return _refusal(code, text, shown)
    if distrust := _distrust(error):
        return StoreMisconfigured(
            f"the certificate of {shown} is not trusted: {distrust.verify_message.rstrip('.')}. ca_certs must name the "
            "authority that signed it, and the URL the host that it is made for"
        )
    if isinstance(error, MasterNotFoundError):
        denied = " (they refuse sentinel_username and sentinel_password)" if "AuthenticationError" in text else ""
        return StoreUnavailable(f"no sentinel at {shown} names a master{denied}")
    return StoreUnavailable(f"no Redis answers at {shown}: {text}")


def _distrust(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return why the server's certificate was refused, if that is the matter; redis-py makes it a ConnectionError."""
    cause = error.__context__
    return cause if isinstance(cause, ssl.SSLCertVerificationError) else None


def _refusal(code: str, text: str, shown: str) -> StoreError:
    """Return what is told of a refusal that has no line in `_TOLD`."""
    if code in _DENIED:
        return StoreMisconfigured(f"Redis at {shown} refuses this user: {text}")
    if code == "WRONGTYPE":
        return StoreIncompatible(f"Redis at {shown} holds keys of this prefix that are not Ferryman's: {text}")
    if "cluster support disabled" in text:
        return StoreMisconfigured(f"the server at {shown} is no cluster: write redis:// instead of redis+cluster://")
    if code == "MOVED":
        return _moved(shown)
    if "unknown command 'SENTINEL'" in text:
        return StoreMisconfigured(f"the server at {shown} is no sentinel: write redis:// instead of redis+sentinel://")
    return StoreError(f"Redis at {shown} refused a script: {text}")


def _moved(shown: str) -> StoreError:
    """Return what is told when servers go on sending us from one to the other, or one that we know to none."""
    if "+cluster://" in shown:
        return StoreUnavailable(f"the servers of the cluster at {shown} do not agree which of them has these keys")
    return StoreMisconfigured(f"the server at {shown} is part of a cluster: write redis+cluster:// instead")


#: redis-py takes the first word off an error that has a class of its own.
_CODES: dict[type[BaseException], str] = {
    exceptions.BusyLoadingError: "LOADING",
    exceptions.ReadOnlyError: "READONLY",
    exceptions.OutOfMemoryError: "OOM",
    exceptions.MasterDownError: "MASTERDOWN",
    exceptions.ClusterDownError: "CLUSTERDOWN",
    exceptions.TryAgainError: "TRYAGAIN",
    exceptions.MovedError: "MOVED",
    exceptions.AskError: "ASK",
    exceptions.NoPermissionError: "NOPERM",
    exceptions.AuthorizationError: "NOPERM",
    exceptions.AuthenticationError: "NOAUTH",
}
#: Redis 6.2 wraps what a command inside a script answered.
_WRAPPED = re.compile(r"^(?:ERR )?Error running script .*?(?:-|: )([A-Z]+) ")
#: What a command inside a script answers to a user without the right has no first word; Redis 7.2 put it in new words.
_DENIED_INSIDE = re.compile(r"The user executing the script can't|ACL failure in script")


def _code(error: BaseException) -> str:
    """Return the first word of an error reply."""
    for kind in type(error).__mro__:
        if kind in _CODES:
            return _CODES[kind]
    text = str(error)
    if _DENIED_INSIDE.search(text):
        return "NOPERM"
    wrapped = _WRAPPED.match(text)
    word = wrapped[1] if wrapped else text.partition(" ")[0].rstrip(":")
    return word if word.isupper() else ""
