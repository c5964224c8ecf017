"""A mail server that takes one message (RFC 5321, as little of it as smtplib needs)."""

from __future__ import annotations

import base64
import socketserver
import threading
from types import TracebackType
from typing import Self


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: MailServer = vars(self.server)["box"]
        self._say("220 here")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            if verb == "EHLO":
                self._say("250-here", "250 AUTH PLAIN")
            elif verb == "AUTH":
                _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
                box.login = (user, password)
                self._say("235 welcome")
            elif verb == "RCPT":
                box.recipients.append(rest.partition("<")[2].rstrip(">"))
                self._say("250 fine")
            elif verb == "DATA":
                self._say("354 go on")
                while (part := self.rfile.readline()) != b".\r\n":
                    box.message += part.decode()
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class MailServer:
    """Listens on a free port while the body runs, and keeps what it was given."""

    def __init__(self) -> None:
        self.login: tuple[str, str] | None = None
        self.recipients: list[str] = []
        self.message = ""
        self._server = socketserver.TCPServer(("127.0.0.1", 0), _Conversation)
        vars(self._server)["box"] = self
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
