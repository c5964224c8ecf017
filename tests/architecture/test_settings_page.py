"""The page of settings names every setting and every option, and shows the real defaults."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from ferryman.config import Settings
from ferryman.domain.durations import seconds
from ferryman.domain.options import Options

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "settings.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("name", [field.name for field in fields(Settings) if field.init])
def test_a_setting_stands_on_the_page_with_its_default(name: str) -> None:
    shown, default = ROWS[name].strip("`"), getattr(Settings(), name)
    if isinstance(default, float):
        assert seconds(shown) == default
    else:
        assert shown == ("none" if default is None else str(default))


@pytest.mark.parametrize("name", [field.name for field in fields(Options)])
def test_an_option_stands_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE
