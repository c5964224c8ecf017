"""The repository as the architecture tests see it: its place and its files."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def files(*folders: str) -> list[Path]:
    """Return the files in `folders` (all without any) that git tracks or would, as paths under ROOT."""
    # Git refuses a checkout that another user owns, such as a mounted volume, unless told to trust it.
    command = "git -c safe.directory=* ls-files -z --cached --others --exclude-standard --".split()
    listed = subprocess.run([*command, *folders], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    # A file that was removed but not yet committed is still listed.
    return [path for path in map(ROOT.joinpath, sorted(filter(None, listed.split("\0")))) if path.is_file()]


def documents() -> list[Path]:
    """Return the pages that people read: README.md, CONTRIBUTING.md, SECURITY.md and docs/**/*.md."""
    return [path for path in files("*.md") if path.parent == ROOT or path.is_relative_to(ROOT / "docs")]
