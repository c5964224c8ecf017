"""The files of the page: read once, compressed by the build, answered with a tag so that a browser keeps them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
#: The page may load from its own server only, runs no script and takes no style that stands in the page itself, is
#: shown in no frame and sends no form.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Names under assets/ carry a hash of what they hold; what has another name is asked for each time.
_FOREVER = "public, max-age=31536000, immutable"
_ASK = "no-cache"


@dataclass(frozen=True)
class File:
    """One file, as it is and compressed, where that is smaller."""

    content: bytes
    compressed: bytes | None
    media_type: str
    caching: str
    tag: str

    def answer(self, request: Request) -> Response:
        """Return the file; 304 without it when the client has it already."""
        body, tag, headers = self.content, f'"{self.tag}"', dict(HEADERS)
        if self.compressed is not None:
            headers["Vary"] = "Accept-Encoding"
            if accepts_gzip(request.headers.get("accept-encoding", "")):
                body, tag = self.compressed, f'"{self.tag}-gzip"'
                headers["Content-Encoding"] = "gzip"
        headers |= {"ETag": tag, "Cache-Control": self.caching}
        if tag in known(request.headers.get("if-none-match", "")):
            headers.pop("Content-Encoding", None)
            return Response(status_code=304, headers=headers)
        answer = Response(body, headers=headers, media_type=self.media_type)
        if request.method == "HEAD":
            answer.body = b""  # its length has been written into the headers already
        return answer


def load(folder: Path) -> dict[str, File]:
    """Return the built files by their paths within the folder; none when it was never built."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.suffix in _TYPES}
    return {name: _read(name, path) for name, path in sorted(found.items())}


def _read(name: str, path: Path) -> File:
    content, zipped = path.read_bytes(), path.with_name(path.name + ".gz")
    return File(
        content,
        zipped.read_bytes() if zipped.exists() else None,
        _TYPES[path.suffix],
        _FOREVER if name.startswith("assets/") else _ASK,
        hashlib.sha256(content).hexdigest()[:20],
    )


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding names gzip, or everything, and does not refuse it with `q=0`."""
    said = {}
    for part in header.lower().split(","):
        name, _, quality = part.partition(";")
        said[name.strip()] = quality.replace(" ", "").rstrip("0").rstrip(".") not in ("q=", "q=0")
    return said.get("gzip", said.get("*", False))


def known(header: str) -> set[str]:
    """Return the tags of an If-None-Match; a proxy that changed the encoding may have made them weak."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
