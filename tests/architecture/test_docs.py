"""A path that a page names exists: pages that point at nothing are how documentation starts to lie."""

import re
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, documents

PACKAGE = ROOT / "src" / "ferryman"
# The first part of a path in backticks tells ours from a reader's own, such as `app/tasks.py`.
OUR_FOLDERS = frozenset(
    "src tests docs scripts requirements benchmarks examples deploy .ci"
    " domain store stores telemetry worker upkeep api dashboard cli".split()
)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
BACKTICKS = re.compile(r"`([^`\s]+)`")
LINK = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
PICTURE = re.compile(r'\b(?:src|srcset)="([^"]+)"')


def missing(text: str, folder: Path) -> list[str]:
    """Return the paths that `text`, a page in `folder`, names and that do not exist."""
    prose = FENCE.sub("", text)
    named = [path for path in BACKTICKS.findall(prose) if is_ours(path) and not exists(path, [ROOT, PACKAGE])]
    targets = LINK.findall(prose) + PICTURE.findall(prose)
    linked = [target.partition("#")[0] for target in targets if not is_elsewhere(target)]
    return named + [path for path in linked if not exists(path, [folder])]


def is_ours(path: str) -> bool:
    if not re.fullmatch(r"[\w./*-]+", path):
        return False
    root_file = re.fullmatch(r"Makefile|[A-Z]+\.md|pyproject\.toml", path)
    first, slash, rest = path.partition("/")
    # `api/jobs` may be a URL: a path inside a folder ends like a file or like a folder.
    is_path = not rest or rest.endswith("/") or Path(rest).suffix or first in {"docs", "src", "tests"}
    return bool(root_file) or bool(slash and is_path and first in OUR_FOLDERS)


def is_elsewhere(target: str) -> bool:
    return target.startswith(("#", "mailto:")) or "://" in target


def exists(path: str, folders: list[Path]) -> bool:
    return any(any(folder.glob(path)) if "*" in path else (folder / path).exists() for folder in folders)


@pytest.mark.parametrize("page", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_in_a_page_exists(page: Path) -> None:
    assert missing(page.read_text("utf-8"), page.parent) == []


def test_planted_faults_are_seen(tmp_path: Path) -> None:
    page = "`src/gone.py` `tests/gone/` `domain/gone.py` `GONE.md` [a](gone.md#part) [b](../gone/ 'x')"
    page += ' <img src="gone.png">'
    gone = ["src/gone.py", "tests/gone/", "domain/gone.py", "GONE.md", "gone.md", "gone.png"]
    assert missing(page, tmp_path) == gone
    page = "`make test` `app/tasks.py` `api/jobs` `pyproject.toml` `src/**/*.py` [a](#part) [b](https://example.com)"
    assert missing(page, tmp_path) == []
