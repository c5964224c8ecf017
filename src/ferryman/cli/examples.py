"""Examples at the end of each help: real command lines, which a test reads and runs."""

from __future__ import annotations

#: An id that stands in examples.
JOB_ID = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"


def examples(*lines: str) -> str:
    """Return the end of a help page that shows these command lines."""
    shown = "\n".join(f"  {line}" for line in lines)
    # \b keeps the lines as they are; the help would otherwise be filled like prose.
    return f"\b\nExamples:\n{shown}"
