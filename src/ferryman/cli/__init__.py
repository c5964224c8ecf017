"""The `ferryman` command: a file per noun, each imported when its command runs and not before."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and end the process with its exit code (`cli/failures.py` lists them).

    `--debug`, anywhere on the line, shows the traceback of an error instead of three lines about it.
    """
    from ferryman.cli.failures import report
    from ferryman.cli.root import command

    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    try:
        code = command().main(
            args=[word for word in words if word != "--debug"], prog_name="ferryman", standalone_mode=False
        )
    except Exception as error:
        code = report(error, debug=debug)
    sys.exit(code)
