"""The demo's tasks: an email, words of a text, a picture, bad luck, a countdown, a story."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from pathlib import Path

from ferryman import Context, Ferryman, Retry
from ferryman.demo import mail, picture, words
from ferryman.demo.files import local_file, outbox

ferry = Ferryman()


@dataclass(frozen=True)
class Words:
    """What `word_count` found."""

    source: str
    words: int
    different: int
    most_frequent: dict[str, int]


@dataclass(frozen=True)
class Thumbnail:
    """What `thumbnail` made."""

    path: str
    width: int
    height: int
    seconds: float


@ferry.task(queue="mail", retry=Retry(3, backoff="1s..1m").never(ValueError), timeout="30s")
def send_email(
    context: Context,
    to: str = "ada@example.com",
    subject: str = "Hello",
    body: str = "This message was carried by Ferryman.",
) -> str:
    """Send an email, or write it into the outbox folder where no mail server is set.

    The message is named after the job, so that a second run of the same job does not make a second message.
    """
    where = mail.send(mail.compose(to, subject, body, context.job_id))
    context.log("sent", to=to, where=where)
    return where


@ferry.task(timeout="1m")
def word_count(source: str = words.SAMPLE) -> Words:
    """Count the words of a text: a file below the working directory, a web page, or the text that comes along."""
    counted = words.count(words.read(source))
    return Words(
        source=source,
        words=counted.total(),
        different=len(counted),
        most_frequent=dict(counted.most_common(5)),
    )


@ferry.task(queue="pictures", process=True, timeout="2m")
def thumbnail(source: str = picture.SAMPLE, width: int = 160) -> Thumbnail:
    """Shrink a PNG to a width, in a process of its own: pure computing, which would hold up everything else."""
    began = time.perf_counter()
    image = picture.paint() if source == picture.SAMPLE else picture.read_png(local_file(source).read_bytes())
    small = picture.shrink(image, width)
    name = f"{Path(source).stem}-{small.width}x{small.height}.png"
    path = outbox() / name
    path.write_bytes(picture.write_png(small))
    return Thumbnail(
        path=str(path), width=small.width, height=small.height, seconds=round(time.perf_counter() - began, 3)
    )


@ferry.task(retry=Retry(5, backoff="200ms..2s"))
async def flaky(context: Context, probability: float = 0.5) -> str:
    """Fail now and then, as the network does; Ferryman runs it again."""
    if random.random() < probability:
        raise ConnectionError(f"bad luck in attempt {context.attempt}")
    return f"lucky in attempt {context.attempt}"


@ferry.task
async def countdown(context: Context, seconds: int = 10) -> str:
    """Count down, and tell how far it is."""
    for passed in range(seconds):
        context.progress(passed, seconds, f"{seconds - passed} to go")
        context.log(f"{seconds - passed}")
        await asyncio.sleep(1)
    context.progress(seconds, seconds)
    return "lift-off"


@ferry.task
async def tell_story(context: Context, words_a_second: float = 10) -> int:
    """Tell a story word by word, the way a language model answers; return the number of words."""
    told = words.spoken()
    for word in told:
        context.write(word)
        await asyncio.sleep(1 / max(words_a_second, 0.1))
    return len(told)
