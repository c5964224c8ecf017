"""Settings: the file, then the environment, then what was passed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ferryman.config import DEFAULT_URL, Settings, hide_password, load_settings
from ferryman.domain.errors import InvalidOption
from ferryman.domain.retention import Retention


def write(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_word_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings({}, tmp_path)
    assert settings == Settings()
    assert (settings.url, settings.lease, settings.concurrency) == (DEFAULT_URL, 15.0, 50)
    assert settings.retention == Retention()


def test_the_environment_wins_over_the_file_and_what_is_passed_over_both(tmp_path: Path) -> None:
    folder = write(tmp_path, '[tool.ferryman]\nlease = "20s"\ngrace = "20s"\nconcurrency = 20')
    environment = {"FERRYMAN_GRACE": "30s", "FERRYMAN_CONCURRENCY": "30"}
    settings = load_settings(environment, folder, concurrency=40)
    assert (settings.lease, settings.grace, settings.concurrency) == (20.0, 30.0, 40)


def test_what_is_passed_as_none_was_not_said(tmp_path: Path) -> None:
    settings = load_settings({"FERRYMAN_URL": "sqlite:///a.db", "FERRYMAN_LEASE": ""}, tmp_path, url=None, lease=None)
    assert (settings.url, settings.lease) == ("sqlite:///a.db", 15.0)


def test_the_nearest_file_above_is_read_and_no_other(tmp_path: Path) -> None:
    write(tmp_path, '[tool.ferryman]\nlease = "20s"')
    inner = tmp_path / "a"
    below = inner / "b"
    below.mkdir(parents=True)
    assert load_settings({}, below).lease == 20
    write(inner, "[project]")
    assert load_settings({}, below).lease == 15


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[tool.ferryman]\nlese = "20s"', "pyproject.toml has an unknown setting 'lese'. Did you mean 'lease'"),
        ("[tool.ferryman]\nzzz = 1", "unknown setting 'zzz'. Settings: url, app, durability"),
        ("[tool.ferryman]\nretention = 1", "unknown setting 'retention'"),
        ("[tool]\nferryman = 5", r"\[tool.ferryman\] must be a table, got 5"),
        ("[[[", "pyproject.toml cannot be read"),
        ("[tool.ferryman]\nurl = 5", "url must be text, got 5"),
        ("[tool.ferryman]\napp = 5", "app must be text, got 5"),
    ],
)
def test_a_mistake_in_the_file_is_told(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidOption, match=message):
        load_settings({}, write(tmp_path, text))


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidOption, match="cannot be read"):
        load_settings({}, tmp_path)


@pytest.mark.parametrize("text", ["", "tool = 5", "[tool.other]\na = 1"])
def test_a_file_that_says_nothing_of_us_is_fine(tmp_path: Path, text: str) -> None:
    assert load_settings({}, write(tmp_path, text)) == Settings()


def test_an_unknown_setting_that_is_passed_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match=r"Ferryman\(...\) has an unknown setting 'concurency'. Did you mean"):
        load_settings({}, tmp_path, concurency=5)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("url", "", "url must be text, got ''"),
        ("url", 5, "url must be text, got 5"),
        ("lease", 0.5, "lease must be from 1 to 3600, got 0.5"),
        ("lease", "2h", "lease must be from 1 to 3600, got 7200.0"),
        ("lease", "soon", "lease 'soon' is no duration"),
        ("grace", -1, "grace must not be negative"),
        ("keep_completed", "x", "keep_completed 'x' is no duration"),
        ("keep_failed", -1, "keep_failed must not be negative"),
        ("keep_cancelled", True, "keep_cancelled True is no duration"),
        ("concurrency", 0, "concurrency must be from 1 to 10000, got 0"),
        ("concurrency", 10**400, "concurrency must be from 1 to 10000"),
        ("concurrency", "many", "concurrency must be a whole number, got 'many'"),
        ("concurrency", 5.0, "concurrency must be a whole number, got 5.0"),
        ("concurrency", True, "concurrency must be a whole number, got True"),
        ("body_limit", 0, "body_limit must be from 1"),
        ("durability", "off", 'durability must be "full" or "normal", got \'off\''),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: Any, message: str) -> None:
    with pytest.raises(InvalidOption, match=message) as caught:
        Settings(**{name: value})
    assert caught.value.option == name


def test_retention_is_made_of_what_is_kept(tmp_path: Path) -> None:
    settings = load_settings(
        {"FERRYMAN_KEEP_COMPLETED": "1h", "FERRYMAN_KEEP_FAILED": "2h"}, tmp_path, keep_cancelled=0
    )
    assert settings.retention == Retention(3_600.0, 7_200.0, 0.0)


def test_settings_can_be_changed_only_as_a_copy() -> None:
    settings = Settings(lease="20s")
    changed = settings.replace(url="sqlite:///other.db", lease=None, keep_failed="1h")
    assert (changed.url, changed.lease, changed.retention.failed) == ("sqlite:///other.db", 20.0, 3_600.0)
    assert settings.url == DEFAULT_URL


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://ada:secret@host:6379/0", "redis://ada:***@host:6379/0"),
        ("redis://:secret@host", "redis://:***@host"),
        ("redis://ada:sec@ret@host/0", "redis://ada:***@host/0"),
        ("redis://ada:sec/ret@host/0", "redis://ada:***@host/0"),
        ("redis://ada:sec?ret@host/0", "redis://ada:***@host/0"),
        ("redis://ada:sec#ret@host/0", "redis://ada:***@host/0"),
        ("redis://a/b:secret@host/0", "redis://a/b:***@host/0"),
        (
            "redis+sentinel://h:1,h2/m?sentinel_password=secret&db=1",
            "redis+sentinel://h:1,h2/m?sentinel_password=***&db=1",
        ),
        ("ada:secret@host:6379", "ada:***@host:6379"),
        ("redis://ada@host:6379", "redis://ada@host:6379"),
        ("sqlite:///folder/a:b.db", "sqlite:///folder/a:b.db"),
        ("sqlite:///folder/a:b@c.db", "sqlite:///folder/a:b@c.db"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert hide_password(url) == shown
    assert Settings(url=url).shown_url == shown
    assert "secret" not in repr(Settings(url=url))
