"""Python's cyclic garbage collector, in processes that are ours from start to end: a server, a worker.

By default it looks at all that lives again and again while requests and jobs come and go. What a program consists of
is never garbage, and hundreds of open streams are not either: with 500 of them this took a fifth of a server's time.
"""

from __future__ import annotations

import gc

#: What the versions of Python begin with; whoever has set something else knows better.
_DEFAULTS = ((700, 10, 10), (2_000, 10, 10), (2_000, 10, 0))
#: New objects between two looks at the young ones, and how many of these looks come before one at the older ones.
_THRESHOLDS = (10_000, 50, 20)


def spare() -> None:
    """Let the collector pass over all that is there now, and look less often at what comes.

    Changes nothing where the collector was switched off or tuned.
    """
    if gc.isenabled() and gc.get_threshold() in _DEFAULTS:
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_THRESHOLDS)
