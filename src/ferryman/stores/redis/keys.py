"""The names of all keys, and what is in each.

Every key of a partition begins with its base, `{prefix:number}`: the braces make a cluster keep them on one node, so
that a script sees all of a job at once. Scripts write these names in capitals; `names_used` gives them their values.
There is no key that is named by its base alone. Scripts are called with it, and that it is missing matters when a slot
moves (`cluster.py`) and when a server is full (`scripts/parts/values.lua`).
Ids are stored as the 16 bytes that they stand for, times as milliseconds since the epoch.
"""

from __future__ import annotations

import re

from ferryman.store.failures import MOST_GROUPS
from ferryman.store.history import KEPT, Item, Step

DEFAULT_PREFIX = "fm"

#: By name in the scripts: what follows the base. Those that end with a colon or a space are completed by the script.
KEYS = {
    # -- a job, by its id
    "JOB": ":job:",  # hash: state lane seq args, and what else applies to it; what is USUAL is left out
    "ARGS": ":args:",  # string: its arguments, if too long for the hash
    "RESULT": ":result:",  # string: its result, if too long for the hash
    "HISTORY": ":history:",  # list: its attempts that ended otherwise than well, see parts/history.lua
    "FEED": ":feed:",  # list: its live output, see feed_append.lua
    "PROGRESS": ":progress:",  # string: the latest progress in its feed
    # -- where a job stands: in one index, and by its state in one more of these
    "INDEX": ":index:",  # sorted set by "state lane": ids by seq, which is the order of submission
    "LINE": ":line:",  # list by "priority lane": pending jobs, id and place, first in first out
    "DUE": ":due",  # sorted set: scheduled ids by the time they are due
    "LEASES": ":leases",  # sorted set: tokens (id, attempt, nonce) by the time the lease runs out
    "KEPT": ":kept:",  # list by final state: ids and the time of their end, the first to go first, see upkeep.lua
    # -- what finds jobs
    "LANES": ":lanes",  # set: every lane, which is "queue task", that a job was ever submitted to
    "READY": ":ready",  # set of "priority lane": lines that may have somebody in them
    "TAG": ":tag:",  # sorted set by tag: ids by seq
    "UNIQUE": ":unique:",  # string by task, line feed, key: the id of the job that has it
    "REQUEST": ":request:",  # hash by request: its fingerprint, and the id of each of its jobs by number
    # -- failed jobs by their cause; see parts/failures.lua
    "FAILURES": ":failures",  # sorted set: groups, each with a space and its task, by the time they failed last
    "GROUP": ":group:",  # sorted set by group: ids by seq
    "CAUSE": ":cause:",  # hash by group: task type frame message first last, and failures by the hour
    # -- what happened, by lane; see parts/chronicle.lua
    "OPEN": ":open",  # hash by lane, or by a step, a space and lane: counts of a stretch of time that may go on
    "PAST": ":past:",  # list by "step lane": counts of those that are over
    # -- queues and workers
    "PAUSED": ":paused",  # hash by queue: since when, a space, by whom
    "WORKERS": ":workers",  # hash by worker: JSON of what it announced
    "SEEN": ":seen",  # sorted set: workers by the time they announced themselves last
    "COMMANDS": ":commands",  # hash by worker: the command left for it
    "ANSWERED": ":answered:",  # string by worker, or act and a number: what was asked last and the answer, see turn.lua
    # -- the rest
    "LAST_PLACE": ":last_place",  # string: the last place in line that was given out, see parts/places.lua
    "FORMAT": ":format",  # hash, in partition 0 only: the version of all this, and the number of partitions
}

#: Fields of a job's hash that are left out when they have this value. Part of the format: not the defaults of options,
#: which may change.
USUAL = {"priority": 5, "max_retries": 3, "max_crashes": 3}
_USUAL = "local USUAL = { " + ", ".join(f"{name} = '{value}'" for name, value in USUAL.items()) + " }\n"

#: The numbers of what is counted (`store/history.py`), and by which steps for how long, in seconds.
_ITEM = "local ITEM = { " + ", ".join(f"{item.name} = {item.value}" for item in Item) + " }\n"
_STEPS = f"local STEPS = {{ {', '.join(str(step.value) for step in Step)} }}\n"
_KEPT = "local STEP_KEPT = { " + ", ".join(f"[{step.value}] = {kept}" for step, kept in KEPT.items()) + " }\n"
_MOST_GROUPS = f"local MOST_GROUPS = {MOST_GROUPS}\n"

#: Channels of signals have no braces: they are the same for all partitions.
_SIGNAL = "local SIGNAL = string.match(KEYS[1], '^{(.+):%d+}$') .. ':signal:'\n"
#: By name in the scripts: the Lua that gives it its value.
_VALUES = {
    "USUAL": _USUAL,
    "SIGNAL": _SIGNAL,
    "ITEM": _ITEM,
    "STEPS": _STEPS,
    "STEP_KEPT": _KEPT,
    "MOST_GROUPS": _MOST_GROUPS,
}
_NAME = re.compile(r"\b[A-Z][A-Z_]+\b")


def base(prefix: str, partition: int) -> str:
    """Return what every key of a partition begins with."""
    return f"{{{prefix}:{partition}}}"


def partition_of(base_key: bytes) -> int | None:
    """Return the number of the partition that a base belongs to; None for what is no base."""
    number = base_key.rpartition(b":")[2].rstrip(b"}")
    return int(number) if number.isdigit() else None


def channel(prefix: str, signal: str) -> str:
    """Return the channel that carries a signal (`store/signals.py`)."""
    return f"{prefix}:signal:{signal}"


def names_used(script: str) -> str:
    """Return Lua that gives the names in a script their values, for those that it uses."""
    used = set(_NAME.findall(script))
    lines = [f"local {name} = KEYS[1] .. '{text}'\n" for name, text in KEYS.items() if name in used]
    lines += [text for name, text in _VALUES.items() if name in used]
    return "".join(lines)
