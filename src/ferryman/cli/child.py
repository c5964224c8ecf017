"""The entry of a child process: an ordinary command that ends when its parent does, however the parent ended.

Our standard input is a pipe whose other end only the parent holds. The system closes that end when the parent is
gone, even after kill -9, which no signal handler and no `atexit` of the parent would survive.
"""

from __future__ import annotations

import os
import signal
import threading
import time

#: After the parent is gone: hand work back within this time, in seconds, then go.
HAND_BACK = 1.0
GIVE_UP = 5.0


def main() -> None:
    """Run the command that stands behind this module's name on the command line."""
    pipe = os.dup(0)
    # The command's own standard input is empty, so that it cannot eat what the pipe says.
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    threading.Thread(target=_end_with_parent, args=(pipe,), name="ferryman-parent", daemon=True).start()
    from ferryman.cli import main as run
    from ferryman.cli.console import LINE

    LINE.mute()  # the bottom line of the terminal is the parent's
    run()


def _end_with_parent(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(HAND_BACK)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GIVE_UP)
    os._exit(1)


if __name__ == "__main__":
    main()
