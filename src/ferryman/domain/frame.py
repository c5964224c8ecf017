"""Where an error was raised: in which function of the user's own code."""

from __future__ import annotations

import os
import sysconfig
from functools import lru_cache
from pathlib import Path
from types import FrameType, TracebackType

#: What is kept of a frame, in characters.
LONGEST_FRAME = 200

#: Folders of code that is not the user's own: the standard library's, those of installed packages, and ours.
_FOREIGN = tuple(
    {
        os.path.join(folder, "")
        for folder in (
            *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
            os.path.dirname(os.__file__),
            str(Path(__file__).parents[1]),
        )
    }
)
#: The demo is there to be read as if it were the user's.
_DEMO = os.path.join(Path(__file__).parents[1], "demo", "")
_INSTALLED = frozenset({"site-packages", "dist-packages"})


def innermost(trace: TracebackType | None) -> str:
    """Return the innermost frame of the user's own code as "module:function"; never raises.

    The innermost of all when none is the user's own; empty without a traceback.
    """
    last: FrameType | None = None
    own: FrameType | None = None
    while trace is not None:
        last = trace.tb_frame
        if _is_own(last.f_code.co_filename):
            own = last
        trace = trace.tb_next
    frame = own or last
    return "" if frame is None else _name(frame)[:LONGEST_FRAME]


def _name(frame: FrameType) -> str:
    module = frame.f_globals.get("__name__")
    return f"{module if isinstance(module, str) else '?'}:{frame.f_code.co_qualname}"


@lru_cache(maxsize=1_000)
def _is_own(file: str) -> bool:
    """Whether a file is the user's own, and not a part of Python that has none."""
    if file.startswith(_DEMO):
        return True
    return not (file.startswith(("<frozen ", *_FOREIGN)) or _INSTALLED.intersection(Path(file).parts))
