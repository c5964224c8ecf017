"""What Redis' errors mean for the caller, and which of them are worth another try at once."""

from __future__ import annotations

from redis import exceptions

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
    "TRYAGAIN": "is moving these keys to another node",
    "UNKILLABLE": "is busy with a script that cannot be stopped",
}
#: These end by themselves, and often soon.
_PASSING = ("READONLY", "LOADING", "BUSY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "MOVED", "ASK")
_DENIED = ("NOAUTH", "WRONGPASS", "NOPERM", "DENIED")


def is_passing(error: BaseException) -> bool:
    """Whether the same call is worth another try at once: the connection broke, or servers change their parts."""
    if isinstance(error, exceptions.AuthenticationError | exceptions.AuthorizationError):
        return False
    if isinstance(error, exceptions.ResponseError):
        return _code(error) in _PASSING
    return isinstance(error, exceptions.RedisError | exceptions.RedisClusterException | OSError)


def translate(error: BaseException, shown: str) -> StoreError:
    """Return what the caller is told; `shown` is the URL without secrets."""
    code, text = _code(error), str(error) or type(error).__name__
    if isinstance(error, exceptions.AuthenticationError | exceptions.AuthorizationError) or code in _DENIED:
        return StoreMisconfigured(f"Redis at {shown} refuses this user: {text}")
    if code == "WRONGTYPE":
        return StoreIncompatible(f"Redis at {shown} holds keys of this prefix that are not Ferryman's: {text}")
    if code in _TOLD:
        return StoreUnavailable(f"Redis at {shown} {_TOLD[code]} ({text})")
    if isinstance(error, exceptions.TimeoutError | TimeoutError):
        return StoreUnavailable(f"Redis at {shown} did not answer in time")
    if isinstance(error, exceptions.ResponseError):
        return StoreError(f"Redis at {shown} refused a script: {text}")
    return StoreUnavailable(f"no Redis answers at {shown}: {text}")


def _code(error: BaseException) -> str:
    """Return the first word of an error reply; redis-py takes it off for those that have a class of their own."""
    by_class = {
        exceptions.BusyLoadingError: "LOADING",
        exceptions.ReadOnlyError: "READONLY",
        exceptions.OutOfMemoryError: "OOM",
        exceptions.MasterDownError: "MASTERDOWN",
        exceptions.ClusterDownError: "CLUSTERDOWN",
        exceptions.TryAgainError: "TRYAGAIN",
        exceptions.MovedError: "MOVED",
        exceptions.AskError: "ASK",
        exceptions.NoPermissionError: "NOPERM",
    }
    for kind in type(error).__mro__:
        if kind in by_class:
            return by_class[kind]
    word = str(error).partition(" ")[0].rstrip(":")
    return word if word.isupper() else ""
