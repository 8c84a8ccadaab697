"""The demonstration's own mail servers on loopback: pymap for the mailbox that communes send to, aiosmtpd for what we send."""

from __future__ import annotations

import contextlib
import email
import imaplib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.errors import ThubaoError

USER, PASSWORD = "baocao", "thu-nghiem"
_START_SECONDS = 20.0


class DemoError(ThubaoError):
    """The demonstration could not start."""


class DemoMailbox:
    """The reporting mailbox. Communes' mails are put into it with the moment they arrived."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = imaplib.IMAP4("127.0.0.1", port, timeout=20)
        self._connection.login(USER, PASSWORD)

    def deliver(self, raw: bytes, received_at: datetime) -> None:
        """A mail arrives."""
        self._connection.append("INBOX", "", imaplib.Time2Internaldate(received_at), raw)

    def close(self) -> None:
        """Leave the server."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._connection.logout()


@dataclass(slots=True)
class SentMail:
    """Keeps every mail that Thubao hands over, as a file that any mail program opens."""

    folder: Path
    paths: list[Path] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail."""
        del server, session
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        number = len(self.paths) + 1
        path = self.folder / f"{number:03d}-{envelope.rcpt_tos[0].partition('@')[0]}.eml"
        path.write_bytes(raw)
        self.paths.append(path)
        return "250 OK"

    def subjects(self) -> list[tuple[Path, str, str]]:
        """Path, recipient and subject of every mail, in order."""
        found = []
        for path in self.paths:
            mail: Message = email.message_from_bytes(path.read_bytes())
            subject = str(email.header.make_header(email.header.decode_header(mail.get("Subject", ""))))
            found.append((path, str(mail.get("To", "")), subject))
        return found


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def imap_server() -> Iterator[DemoMailbox]:
    """An embedded IMAP server with one empty mailbox."""
    program = shutil.which("pymap", path=str(Path(sys.executable).parent)) or shutil.which("pymap")
    if program is None:
        raise DemoError("the program pymap is missing; install Thubao again")
    port = free_port()
    options = ["--port", str(port), "--host", "127.0.0.1", "--no-service", "admin", "dict"]
    command = [program, *options, "--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own server
    try:
        _await(port, process)
        with contextlib.closing(DemoMailbox(port)) as mailbox:
            yield mailbox
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@contextlib.contextmanager
def smtp_server(folder: Path) -> Iterator[tuple[int, SentMail]]:
    """An embedded SMTP server that keeps what it is given in a folder; gives its port."""
    folder.mkdir(parents=True, exist_ok=True)
    sent = SentMail(folder)
    port = free_port()
    controller = Controller(sent, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port, sent
    finally:
        controller.stop()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers: it has no other way of saying that it is up."""
    ends = time.monotonic() + _START_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise DemoError("the embedded IMAP server stopped at once")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise DemoError("the embedded IMAP server did not start")
