"""The SMTP connection under the outbox, with what smtplib lacks: every step ends by the clock on the wall.

smtplib's timeout is for one packet: a server that sends a byte a minute would keep the sender for ever.
"""

from __future__ import annotations

import base64
import binascii
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from config.settings import Security, SmtpSettings
from service.credentials import Login
from service.mailbox_wire import Patience
from service.wall_clock import WALL_CLOCK

SMTP_PATIENCE = Patience(command=120.0)
_FAREWELL = 3.0
_GO_ON = 354
_CHALLENGE = 334
_LET_IN = (235, 503)  # 503: logged in already


class SmtpWire(smtplib.SMTP):
    """A connection that was greeted and is ready for a log-in or a mail. Errors are smtplib's and OSError."""

    def __init__(self, settings: SmtpSettings, patience: Patience) -> None:
        self._patience = patience
        host, port = settings.host, settings.port
        authority = settings.certificate_authority
        context = None
        if settings.security is not Security.NONE:
            context = ssl.create_default_context(cafile=str(authority) if authority else None)
        plain = socket.create_connection((host, port), patience.connect)
        plain.settimeout(patience.read)
        self._line = plain.dup()  # the same line, to cut it from another thread whatever is wrapped around it by then
        self._ready = plain
        try:
            if context is not None and settings.security is Security.TLS:
                with self._in_time():
                    self._ready = context.wrap_socket(plain, server_hostname=host)
            super().__init__(host, port)
            if settings.security is Security.STARTTLS:
                with self._in_time():
                    self.starttls(context=context)
            self.ehlo_or_helo_if_needed()
        except BaseException:
            self.close()
            plain.close()
            raise

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """What smtplib calls to connect: the line is there already."""
        del host, port, timeout
        return self._ready

    def getreply(self) -> tuple[int, bytes]:
        """The server's answer, whole: smtplib takes what came of a line before the connection ended for all of it."""
        with self._in_time():
            code, answer = super().getreply()
        if code < 200:  # noqa: PLR2004 - half a code, or nothing that SMTP knows
            self.close()
            raise smtplib.SMTPServerDisconnected("the server sent half an answer, or none that SMTP knows")
        return code, answer

    def log_in(self, login: Login) -> None:
        """AUTH: SMTPAuthenticationError when the server refuses, SMTPNotSupportedError when it offers no log-in of our kind.

        Once: smtplib tries a refused password again with every other mechanism, and each counts towards locking the account.
        """
        offered = self.esmtp_features.get("auth", "").upper().split()
        if login.access_token:
            if "XOAUTH2" not in offered:
                raise smtplib.SMTPNotSupportedError(f"AUTH {' '.join(offered)}".strip())
            self._authenticate("XOAUTH2", f"user={login.username}\1auth=Bearer {login.access_token}\1\1")
        elif "PLAIN" in offered:
            self._authenticate("PLAIN", f"\0{login.username}\0{login.password}")
        else:
            self.login(login.username, login.password)

    def _authenticate(self, mechanism: str, response: str) -> None:
        code, answer = self.docmd("AUTH", f"{mechanism} {base64.b64encode(response.encode()).decode('ascii')}")
        if code == _CHALLENGE:  # XOAUTH2: why not, in JSON; the refusal itself follows an empty response
            try:
                reason = base64.b64decode(answer)
            except binascii.Error:
                reason = b""
            code, answer = self.docmd("")
            answer = b" ".join(part for part in (answer, reason) if part)
        if code not in _LET_IN:
            raise smtplib.SMTPAuthenticationError(code, answer)

    def begin_data(self) -> None:
        """DATA, and the word to go on; SMTPDataError when the server refuses. Nothing of the mail has left."""
        code, answer = self.docmd("DATA")
        if code != _GO_ON:
            raise smtplib.SMTPDataError(code, answer)

    def finish_data(self, content: bytes) -> tuple[int, bytes]:
        """The mail itself; gives what the server says to it. `smtplib.SMTP.data` does both in one and hides which one failed."""
        lines = content if content.endswith(b"\r\n") else content + b"\r\n"
        quoted = lines.replace(b"\n.", b"\n..")
        if quoted.startswith(b"."):
            quoted = b"." + quoted
        with self._in_time(len(quoted)):
            self.send(quoted + b".\r\n")
        return self.getreply()

    def is_alive(self) -> bool:
        """Whether the server still answers."""
        try:
            return self.noop()[0] == 250  # noqa: PLR2004 - OK
        except (smtplib.SMTPException, OSError):
            return False

    def say_goodbye(self) -> None:
        """QUIT, and close whatever the answer."""
        with suppress(smtplib.SMTPException, OSError), WALL_CLOCK.limit(_FAREWELL, self._cut):
            self.quit()
        self.close()

    def close(self) -> None:
        """Close the connection."""
        super().close()
        self._line.close()

    @contextmanager
    def _in_time(self, size: int = 0) -> Iterator[None]:
        """A step of the conversation, in which so many bytes are sent: TimeoutError when it takes longer than it may."""
        seconds = self._patience.command + size / self._patience.bytes_per_second
        late = False

        def cut() -> None:
            nonlocal late
            late = True
            self._cut()

        failed: Exception | None = None
        try:
            with WALL_CLOCK.limit(seconds, cut):
                yield
        except (smtplib.SMTPException, OSError) as error:
            if not late:
                raise
            failed = error
        if late:
            raise TimeoutError(f"no whole answer within {seconds:.0f} s") from failed

    def _cut(self) -> None:
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
