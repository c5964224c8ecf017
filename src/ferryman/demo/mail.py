"""Composes a message and sends it: over SMTP where a server is set, else as an .eml file for any mail program."""

from __future__ import annotations

import os
import smtplib
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import uuid4

from ferryman.demo.files import outbox

#: Seconds to wait for the mail server.
PATIENCE = 20.0


def compose(to: str, subject: str, body: str, job_id: str) -> EmailMessage:
    """Return the message of a job; raises ValueError for a header that holds a line break."""
    message = EmailMessage()
    message["From"] = os.environ.get("FERRYMAN_SMTP_FROM") or "ferryman@example.com"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(localtime())
    # The same job has the same Message-ID: a mail program shows one message even if the job ran twice.
    message["Message-ID"] = f"<{job_id or uuid4()}@ferryman>"
    message.set_content(body)
    return message


def send(message: EmailMessage) -> str:
    """Send a message and return where it went: the server, or the file in the outbox."""
    url = os.environ.get("FERRYMAN_SMTP_URL")
    if not url:
        path = outbox() / f"{message['Message-ID'][1:].partition('@')[0]}.eml"
        path.write_bytes(message.as_bytes())
        return str(path)
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("FERRYMAN_SMTP_URL must look like smtp://user:password@host:587 or smtps://...")
    with _connect(parts) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
    return f"{parts.scheme}://{parts.hostname}:{server_port(parts)}"


def server_port(parts: SplitResult) -> int:
    """Return the port of the URL, or the usual one of its scheme."""
    return parts.port or (465 if parts.scheme == "smtps" else 25)


def _connect(parts: SplitResult) -> smtplib.SMTP:
    host, port = parts.hostname or "", server_port(parts)
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=PATIENCE)
    server = smtplib.SMTP(host, port, timeout=PATIENCE)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls()
    return server
