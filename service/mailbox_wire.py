"""The socket under imaplib, with what imaplib lacks: wall-clock deadlines, bounds on what a server may send, and IDLE.

imaplib lets `open`, `read`, `readline`, `send` and `shutdown` be replaced; imapclient and the bulk reader share this one.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

MAX_LINE = 16 * 1024 * 1024  # a list of two million UIDs; imaplib's own million bytes are too few for one folder of 200,000
MAX_SMALL_LITERAL = 1024 * 1024  # folder names and the like; mails go through `stream`
_AT_ONCE = 256 * 1024
_NEWS = re.compile(rb"\* (?:\d+ (?:EXISTS|EXPUNGE)\b|VANISHED )", re.IGNORECASE)
_LONGEST_NEWS = 200


class ServerGoneError(imaplib.IMAP4.abort):
    """The connection ended or cannot be used any more."""


class ServerSlowError(ServerGoneError):
    """The server did not answer, or not fast enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a server may take, in seconds: for one packet, for a command, for a mail of n bytes.

    The last is `message` + n / `bytes_per_second`.
    """

    connect: float = 20.0
    read: float = 60.0
    command: float = 300.0  # a search by date in a folder of millions takes its time
    message: float = 60.0
    bytes_per_second: float = 20_000.0

    def for_mail(self, size: int) -> float:
        """Seconds that a mail of this size may take, however steadily it drips."""
        return self.message + size / self.bytes_per_second


class Wire(imaplib.IMAP4):
    """An IMAP connection that never waits without end and never reads without bound."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, patience: Patience) -> None:
        self._context = context
        self._patience = patience
        self._unread = bytearray()
        self.changed = False  # whether the server said, in passing, that mail came to the open folder or left it
        self._deadline: float | None = None
        self.allow(patience.connect + patience.read)  # for greeting and handshake; the next `allow` replaces it
        super().__init__(host, port)

    # --- what imaplib calls ---------------------------------------------------------------------------------------------

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect, with TLS from the first byte where a context was given."""
        del timeout
        self.host, self.port = host, port
        plain = socket.create_connection((host, port), self._patience.connect)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._use(plain)
        if self._context is not None:
            try:
                self._use(self._context.wrap_socket(plain, server_hostname=host))
            except OSError:
                plain.close()
                raise

    def read(self, size: int) -> bytes:
        """A small literal, whole."""
        if size > MAX_SMALL_LITERAL:
            raise ServerGoneError(f"the server announced {size} bytes where a few were expected")
        while len(self._unread) < size:
            self._receive()
        return self._take(size)

    def readline(self) -> bytes:
        """The next line with its end."""
        searched = 0
        while (end := self._unread.find(b"\n", searched)) < 0:
            searched = len(self._unread)
            if searched > MAX_LINE:
                raise ServerGoneError(f"the server sent a line of more than {MAX_LINE} bytes")
            self._receive()
        line = self._take(end + 1)
        if len(line) < _LONGEST_NEWS and _NEWS.match(line):
            self.changed = True
        return line

    def send(self, data: bytes) -> None:  # type: ignore[override]  # the Buffer of its stub has no name in Python 3.11
        """Send all of it."""
        self.sock.settimeout(self._seconds_left())
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise ServerGoneError(f"the connection broke: {error.strerror or error}") from error

    def shutdown(self) -> None:
        """Close the connection."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[str, list[object]]:  # type: ignore[override]  # as above
        """Switch to TLS. Anything the server said too early is a forgery and ends the connection."""
        if ssl_context is None:
            raise ServerGoneError("STARTTLS without a context that verifies")
        kind, data = self._simple_command("STARTTLS")
        if kind != "OK":
            raise self.error("the server refused STARTTLS")
        if self._unread:
            raise ServerGoneError("the server spoke between STARTTLS and the handshake")
        self._use(ssl_context.wrap_socket(self.sock, server_hostname=self.host))
        self._get_capabilities()
        return str(kind), list(data)

    def _log(self, line: str) -> None:
        """Keep no history: it would hold the password."""

    # --- what the mailbox calls -----------------------------------------------------------------------------------------

    def allow(self, seconds: float | None) -> None:
        """Set the moment at which reading gives up, however steadily bytes drip; None: no wall-clock limit."""
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def line(self) -> bytes:
        """The next line without its end."""
        return self.readline().rstrip(b"\r\n")

    def commands(self, texts: Sequence[bytes]) -> list[bytes]:
        """Send commands in one go without waiting for their answers; gives their tags."""
        tags = [bytes(self._new_tag()) for _ in texts]
        for tag in tags:
            del self.tagged_commands[tag]  # imaplib need not know: whoever sent it reads the answer
        self.send(b"".join(tag + b" " + text + b"\r\n" for tag, text in zip(tags, texts, strict=True)))
        return tags

    def quoted(self, text: str) -> str:
        """A text as IMAP quotes it; imaplib does so with the password and forgets the user name."""
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def stream(self, size: int, sink: Callable[[memoryview], None]) -> None:
        """Hand a literal of `size` bytes to `sink` piece by piece, never holding it whole."""
        left = size
        while left:
            if not self._unread:
                piece = self._piece()
                if len(piece) <= left:
                    sink(memoryview(piece))
                    left -= len(piece)
                    continue
                self._unread += piece
            part_size = min(left, len(self._unread))
            with memoryview(self._unread) as view, view[:part_size] as part:
                sink(part)
            del self._unread[:part_size]
            left -= part_size

    def wait_for_line(self, seconds: float) -> bytes | None:
        """The next line if one comes within `seconds`, else None; the connection stays usable."""
        before, self._deadline = self._deadline, time.monotonic() + seconds
        try:
            return self.line()
        except ServerSlowError:
            return None
        finally:
            self._deadline = before

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _use(self, connection: socket.socket) -> None:
        connection.settimeout(self._patience.read)
        self.sock = connection

    def _take(self, size: int) -> bytes:
        taken = bytes(self._unread[:size])
        del self._unread[:size]
        return taken

    def _seconds_left(self) -> float:
        if self._deadline is None:
            return self._patience.read
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise ServerSlowError("the server was too slow")
        return min(left, self._patience.read)

    def _receive(self) -> None:
        self._unread += self._piece()

    def _piece(self) -> bytes:
        self.sock.settimeout(self._seconds_left())
        try:
            piece = self.sock.recv(_AT_ONCE)
        except TimeoutError as error:
            raise ServerSlowError("the server did not answer in time") from error
        except OSError as error:
            raise ServerGoneError(f"the connection broke: {error.strerror or error}") from error
        if not piece:
            raise ServerGoneError("the server closed the connection")
        return piece
