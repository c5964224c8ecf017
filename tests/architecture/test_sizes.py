"""A file of more than 300 lines has two jobs; so has a function of more than 40, docstring not counted."""

import ast
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, files

FILE_LINES = 300
FUNCTION_LINES = 40

# "path" or "path::function" -> why it may be larger. Keep it short: an entry here is a debt.
ALLOWED: dict[str, str] = {}

SOURCES = [path for path in files("src", "tests") if path.suffix == ".py"]


def too_large(name: str, text: str) -> dict[str, int]:
    """Return what in a source file is over its limit, with its number of lines."""
    found = {name: len(text.splitlines())} if len(text.splitlines()) > FILE_LINES else {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > FUNCTION_LINES:
            found[f"{name}::{node.name}"] = lines_of(node)
    return found


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines from its `def` on, without its docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return total
    docstring = function.body[0]
    return total - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_small(path: Path) -> None:
    found = too_large(str(path.relative_to(ROOT)), path.read_text("utf-8"))
    assert {name: lines for name, lines in found.items() if name not in ALLOWED} == {}


def test_what_is_allowed_is_still_too_large() -> None:
    found = [too_large(str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in SOURCES]
    assert set(ALLOWED) <= {name for names in found for name in names}


def test_planted_faults_are_seen() -> None:
    long_function = "async def f() -> None:\n" + '    """Two\n    lines."""\n' + "    x = 1\n" * FUNCTION_LINES
    assert too_large("a.py", long_function) == {"a.py::f": FUNCTION_LINES + 1}
    assert too_large("a.py", "x = 1\n" * (FILE_LINES + 1)) == {"a.py": FILE_LINES + 1}
