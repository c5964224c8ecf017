"""The names of the signals that a store sends after a transition, so that whoever waits can look again.

A signal says "look", never "here is": it may come too often, late, or not at all. Whoever waits for one
therefore waits with a deadline, and looks in the store afterwards. Of jobs that line up, the first one in an empty line
must be told of; whoever looks for it finds those behind it.
"""

from __future__ import annotations

#: Some job reached a final state.
FINISHED = "finished"
#: The feed of some job has new entries. One name for all jobs: a signal of each one's own would be a name to register,
#: and to keep, for every job that anybody follows.
FEEDS = "feeds"
#: There may be something to claim in some queue: for those who serve every queue, also ones nobody has heard of.
ANY_QUEUE = "queues"


def queue_signal(queue: str) -> str:
    """There may be something to claim in this queue, or its next job is due earlier than was known."""
    return f"queue:{queue}"


def worker_signal(worker: str) -> str:
    """A lease of this worker was revoked, or an operator left it a command."""
    return f"worker:{worker}"


def is_workers(signal: str) -> bool:
    """Whether a signal is for a worker's own ears."""
    return signal.startswith("worker:")
