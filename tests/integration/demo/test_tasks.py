"""The demo's tasks do what they say, called directly as the plain functions they are."""

from __future__ import annotations

import email
import struct
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ferryman.demo import ferry, picture
from ferryman.demo.tasks import countdown, flaky, send_email, tell_story, thumbnail, word_count
from ferryman.worker.context import Context, StopSign
from tests.integration.demo.mail_server import MailServer


def test_every_task_needs_no_arguments() -> None:
    assert list(ferry.tasks) == ["send_email", "word_count", "thumbnail", "flaky", "countdown", "tell_story"]
    for handle in ferry.tasks.values():
        assert not handle.task.parameters.required


def test_a_mail_is_a_file_where_no_server_is_set(folder: Path) -> None:
    path = Path(send_email("grace@example.com", "Grüße", body="Zeile eins\nZeile zwei"))
    assert path.parent == Path("outbox")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert (message["To"], message["Subject"]) == ("grace@example.com", "Grüße")
    assert message.get_content() == "Zeile eins\nZeile zwei\n"


def test_the_outbox_is_where_it_is_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FERRYMAN_OUTBOX", str(folder / "elsewhere" / "mail"))
    assert Path(send_email()).parent == folder / "elsewhere" / "mail"


def test_a_mail_goes_to_the_server_that_is_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with MailServer() as server:
        monkeypatch.setenv("FERRYMAN_SMTP_URL", f"smtp://ada:pass%40word@127.0.0.1:{server.port}")
        monkeypatch.setenv("FERRYMAN_SMTP_FROM", "shop@example.com")
        assert send_email("grace@example.com") == f"smtp://127.0.0.1:{server.port}"
    assert server.login == ("ada", "pass@word")
    assert server.recipients == ["grace@example.com"]
    assert "From: shop@example.com" in server.message
    assert not Path("outbox").exists()


def test_a_header_cannot_be_smuggled_in(folder: Path) -> None:
    with pytest.raises(ValueError, match="may not contain linefeed"):
        send_email("grace@example.com", "Hello\nBcc: everyone@example.com")


def test_words_of_the_text_that_comes_along(folder: Path) -> None:
    counted = word_count()
    assert (counted.words, counted.different) == (100, 61)
    assert counted.most_frequent["the"] == 13


def test_words_of_a_file_below_the_working_directory(folder: Path) -> None:
    (folder / "a.txt").write_text("one two two")
    assert word_count("a.txt").most_frequent == {"two": 2, "one": 1}
    with pytest.raises(ValueError, match="outside the working directory"):
        word_count("/etc/hostname")
    with pytest.raises(ValueError, match="outside the working directory"):
        word_count("../x.txt")


class Page(BaseHTTPRequestHandler):
    """A page with three words."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"red green red")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def page() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_words_of_a_web_page(folder: Path, page: str) -> None:
    assert word_count(page).most_frequent == {"red": 2, "green": 1}


def test_a_picture_is_shrunk(folder: Path) -> None:
    made = thumbnail(width=40)
    assert (made.width, made.height) == (40, 27)
    small = picture.read_png(Path(made.path).read_bytes())
    assert (small.width, small.height, small.channels) == (40, 27, 3)


def test_each_new_pixel_is_the_mean_of_the_old_ones() -> None:
    four = picture.Picture(2, 2, 1, [bytes([0, 100]), bytes([100, 200])])
    assert picture.shrink(four, 1).rows == [bytes([100])]
    assert picture.shrink(four, 2) == four


@pytest.mark.parametrize("kind", range(5))
def test_every_filter_of_png_is_undone(kind: int) -> None:
    rows = [bytes([10, 20, 30, 40, 50, 60]), bytes([200, 100, 0, 7, 7, 250])]
    above, packed = bytes(6), b""
    for row in rows:
        guesses = [
            picture._guess(kind, row[i - 3] if i > 2 else 0, above[i], above[i - 3] if i > 2 else 0) if kind else 0
            for i in range(6)
        ]
        packed += bytes([kind]) + bytes((a - b) & 0xFF for a, b in zip(row, guesses, strict=True))
        above = row
    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(packed)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I4s", len(d), n) + d + b"\0\0\0\0" for n, d in parts)
    assert picture.read_png(data).rows == rows


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", picture.write_png(picture.paint(4, 4))[:60]])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises((ValueError, zlib.error)):
        picture.read_png(data)


async def test_luck_is_a_matter_of_probability() -> None:
    assert await flaky(probability=0.0) == "lucky in attempt 1"
    with pytest.raises(ConnectionError, match="bad luck in attempt 1"):
        await flaky(probability=1.0)


async def test_a_countdown_ends() -> None:
    assert await countdown(0) == "lift-off"


async def test_a_story_is_told_word_by_word() -> None:
    told: list[str] = []
    context = Context("id", "tell_story", "default", 1, 0, lambda kind, text: told.append(text), StopSign())
    assert await tell_story.__wrapped__(context, words_a_second=100_000) == len(told) == 100
    assert told[:3] == ["A ", "ferryman ", "waited "]
    assert "".join(told).endswith("until the bank was empty.\n")
