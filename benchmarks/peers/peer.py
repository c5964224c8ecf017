"""What there is to know of a system that is measured."""

from __future__ import annotations

from dataclasses import dataclass

#: What a system promises of a job whose worker dies.
AT_LEAST_ONCE = "at least once"
AT_MOST_ONCE = "at most once"


@dataclass(frozen=True)
class Jobs:
    """How many jobs a sample has, for one to three seconds each; the sum of the first two is part of a second drain."""

    sequential: int
    concurrent: int
    bulk: int
    #: With two worker processes; as many as with one unless said.
    drain2: int = 0


@dataclass(frozen=True)
class Peer:
    """A row of the tables."""

    name: str
    #: Its file in benchmarks/peers/systems.
    system: str
    #: Its list in benchmarks/peers/requirements; None for Ferryman's own environment.
    environment: str | None
    jobs: Jobs
    guarantee: str
    #: How it is set up, in words.
    settings: str
    store: str = "redis"
    variant: str = ""
    #: Whether a submit stores a record of the job beside its place in the line.
    records: bool = True
    python: bool = True
    #: Whether one program starts the worker processes asked for.
    forks: bool = False
    #: Whether its tables have to be made first.
    prepares: bool = False
    packages: tuple[str, ...] = ()
    #: The measures that make sense for it; those of a queue without any.
    only: frozenset[str] = frozenset()
    #: How long after its start a worker may run no job, in seconds.
    patience: float = 30
