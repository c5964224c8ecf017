"""One word for one thing: the words that the glossary refuses stay out, and so do package indexes."""

import re
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, documents, files

# The refused word and ours. Only unmistakable ones: "lock" has honest uses, "broker" has none here.
REFUSED = {
    r"enqueue\w*": "submit",
    r"dequeue\w*": "claim",
    r"(message[ -])?brokers?": "store",
    r"payloads?": "args",
    r"visibility[ _-]timeouts?": "lease",
    r"janitors?": "prune",
}
# path -> why it may use them, e.g. a page that compares us with others in their words.
ALLOWED: dict[str, str] = {}

# Put together here, so that this file does not name them either.
INDEX_HOSTS = re.compile("|".join([r"py" + r"pi\.org", r"python" + r"hosted\.org", r"npm" + r"js\.(org|com)"]))

PATTERN = re.compile("|".join(rf"\b{word}\b" for word in REFUSED), re.IGNORECASE)


def refused_words(text: str) -> list[str]:
    """Return the refused words in `text`, each with its line number."""
    lines = enumerate(text.splitlines(), start=1)
    return [f"{number}: {match[0]}" for number, line in lines for match in PATTERN.finditer(line.replace("_", " "))]


def readable(path: Path) -> str:
    return path.read_text("utf-8", errors="ignore")


@pytest.mark.parametrize("path", sorted({*files("src"), *documents()}), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_words_are_ours(path: Path) -> None:
    if str(path.relative_to(ROOT)) not in ALLOWED:
        assert refused_words(readable(path)) == []


def test_no_file_names_a_package_index() -> None:
    assert [str(path) for path in files() if INDEX_HOSTS.search(readable(path))] == []


def test_planted_faults_are_seen() -> None:
    assert refused_words("fine\ndef enqueue_job(): a Message Broker") == ["2: enqueue", "2: Message Broker"]
    assert INDEX_HOSTS.search("https://" + "py" + "pi.org/simple")
    assert refused_words("submit, claim, broken") == []
