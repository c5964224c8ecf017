"""The frame of an error is the innermost function of the user's own code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ferryman.demo.files import local_file
from ferryman.domain.durations import seconds
from ferryman.domain.frame import LONGEST_FRAME, innermost
from ferryman.domain.outcome import describe_error, error_text

HERE = __name__


def frame_of(work: Callable[[], Any]) -> str:
    """Return the frame that an error names, read from its text, without that of this function."""
    try:
        work()
    except Exception as error:
        trace = error.__traceback__
        assert trace is not None
        frame: str = json.loads(describe_error(error.with_traceback(trace.tb_next)))["frame"]
        return frame
    raise AssertionError("nothing was raised")


def module_at(file: Path, code: str, name: str = "elsewhere") -> ModuleType:
    """Return a module with this code that says it is in a file."""
    module = ModuleType(name)
    exec(compile(code, str(file), "exec"), module.__dict__)
    return module


def outer() -> None:
    inner()


def inner() -> None:
    raise ValueError("here")


class Mail:
    def send(self) -> None:
        inner_of_python()


def inner_of_python() -> None:
    json.loads("{")


def test_the_innermost_function_is_named_with_its_module() -> None:
    assert frame_of(outer) == f"{HERE}:inner"


def test_a_method_is_named_with_its_class() -> None:
    def call() -> None:
        Mail().send()

    class Angry:
        def send(self) -> None:
            raise ValueError

    assert frame_of(call) == f"{HERE}:inner_of_python"
    assert frame_of(Angry().send).endswith("Angry.send")


def test_the_standard_library_is_not_ones_own() -> None:
    assert frame_of(inner_of_python) == f"{HERE}:inner_of_python"


def test_ferryman_is_not_ones_own() -> None:
    def work() -> None:
        seconds("never", option="delay")

    assert frame_of(work).startswith(f"{HERE}:")


def test_the_demo_is_like_ones_own() -> None:
    assert frame_of(lambda: local_file("../secret")) == "ferryman.demo.files:local_file"


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
def test_an_installed_package_is_not_ones_own(tmp_path: Path, folder: str) -> None:
    package = module_at(tmp_path / folder / "package" / "api.py", "def call():\n    raise ValueError")

    def work() -> None:
        package.call()

    assert frame_of(work).startswith(f"{HERE}:")


def test_ones_own_code_below_a_package_counts(tmp_path: Path) -> None:
    """A library that calls back: the error is in the callback."""
    package = module_at(tmp_path / "site-packages" / "api.py", "def call(back):\n    back()")
    assert frame_of(lambda: package.call(inner)) == f"{HERE}:inner"


def test_without_code_of_ones_own_the_innermost_of_all_is_named(tmp_path: Path) -> None:
    code = "def call():\n    deeper()\ndef deeper():\n    raise ValueError"
    package = module_at(tmp_path / "site-packages" / "api.py", code, "package.api")
    assert frame_of(package.call) == "package.api:deeper"


def test_an_error_that_was_never_raised_has_no_frame() -> None:
    assert innermost(None) == ""
    assert json.loads(describe_error(ValueError("new")))["frame"] == ""
    assert json.loads(error_text("WorkerDied", "gone"))["frame"] == ""


@pytest.mark.parametrize("name", [None, 5, "x" * 1_000])
def test_a_module_may_be_called_anything(tmp_path: Path, name: Any) -> None:
    module = module_at(tmp_path / "app.py", "def work():\n    raise ValueError")
    module.__dict__["__name__"] = name
    frame = frame_of(module.work)
    assert frame == ("?:work" if not isinstance(name, str) else "x" * LONGEST_FRAME)
