"""An app is found by its name, and whoever is to blame is named when it is not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ferryman import Ferryman
from ferryman.loader import AppNotLoaded, load_app

MODULES = {
    "one_app": "from ferryman import Ferryman\nferry = Ferryman()\nalias = ferry\n",
    "two_apps": "from ferryman import Ferryman\nfirst = Ferryman()\nsecond = Ferryman()\nweb = object()\n",
    "no_app": "x = 1\n",
    "raises": "def fail():\n    raise RuntimeError('out of order')\n\nfail()\n",
    "needs": "import not_installed_anywhere\n",
    "broken": "x = (\n",
    "leaves": "raise SystemExit(3)\n",
    "bad_task": "from ferryman import Ferryman\nferry = Ferryman()\n@ferry.task(retires=3)\ndef f(): ...\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    yield tmp_path
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("name", ["one_app:ferry", "one_app:alias", "one_app", "two_apps:second"])
def test_an_app_is_found_in_the_working_directory(name: str) -> None:
    assert isinstance(load_app(name), Ferryman)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("one_ap:ferry", "Did you mean 'one_app'?"),
        ("not_there:ferry", "there is no module 'not_there'"),
        ("one_app.py", "Try one_app:ferry"),
        ("./app/tasks.py:ferry", "Try app.tasks:ferry"),
        ("", "Try tasks:ferry"),
        ("one_app:fery", "Did you mean one_app:ferry?"),
        ("one_app:ferry.nothing", "Did you mean one_app:ferry?"),
        ("two_apps", "Say which: two_apps:first or two_apps:second"),
        ("two_apps:web", "it is a object, not a Ferryman"),
        ("no_app", "no Ferryman object"),
        ("no_app:x", "it is a int, not a Ferryman"),
        ("raises:ferry", r"RuntimeError: out of order \(raises.py, line 2: raise RuntimeError\('out of order'\)\)"),
        ("needs:ferry", r"No module named 'not_installed_anywhere' \(needs.py, line 1"),
        ("broken:ferry", r"SyntaxError: .*\(broken.py, line 1\)"),
        ("leaves:ferry", r"SystemExit: 3 \(leaves.py, line 1"),
        ("bad_task:ferry", r"Did you mean 'retries'.*\(bad_task.py, line 3"),
    ],
)
def test_what_is_in_the_way_is_said(name: str, said: str) -> None:
    with pytest.raises(AppNotLoaded, match=said):
        load_app(name)


def test_their_own_error_is_the_cause() -> None:
    with pytest.raises(AppNotLoaded) as refused:
        load_app("raises:ferry")
    assert isinstance(refused.value.__cause__, RuntimeError)
