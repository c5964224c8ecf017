"""What is no HTTP at all is answered as a problem, too: the server refuses it before any application sees it."""

from __future__ import annotations

import json

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ferryman.api.problems import MEDIA_TYPE, Problem


class ProblemProtocol(HttpToolsProtocol):
    """The server's HTTP, but for its one answer that is not ours."""

    def send_400_response(self, msg: str) -> None:
        """Answer a request that cannot be read, and close: where the next one would start is unknown."""
        # The path is unknown as well, so `instance` is the empty reference.
        body = json.dumps(Problem(400, "malformed_request", msg).body("")).encode()
        headers = [
            *self.server_state.default_headers,
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        head = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + head + b"\r\n" + body)
        self.transport.close()
