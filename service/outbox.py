"""Handing one mail to the SMTP server, and saying truthfully what became of it. No other module speaks SMTP."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable
from typing import Protocol

from config.errors import ConfigError, SendError
from config.settings import Security, SmtpSettings
from config.text import Text

_SECONDS = 60
_TOO_LARGE = "5.3.4"
_EXCEEDED = 552
_TOO_LARGE_WORDS = (_TOO_LARGE, "5.2.3", "message size", "too large", "too big")
_QUOTA = ("5.4.5", "5.2.2", "quota", "limit exceeded", "too many")


class UnreachableError(SendError):
    """The server cannot be reached or does not let us in: no mail is to blame, every mail has to wait."""

    def __init__(self, text: str | Text) -> None:
        super().__init__(text, permanent=False)


class Sender(Protocol):
    """What the sending step needs of an outgoing mail service."""

    def send(self, recipient: str, content: bytes, *, before_data: Callable[[], None]) -> None:
        """Hand over one mail for one recipient. `before_data` is called when nothing has left yet but will next.

        Raises UnreachableError before anything was said of a mail, else SendError: `permanent` when the server will never take
        it, `uncertain` when it may have taken it.
        """


class SmtpSender:
    """Sends over one SMTP connection, opened when first needed and again when the server dropped it."""

    def __init__(self, settings: SmtpSettings, password: Callable[[], str]) -> None:
        self._settings = settings
        self._password = password
        self._connection: smtplib.SMTP | None = None

    def send(self, recipient: str, content: bytes, *, before_data: Callable[[], None]) -> None:
        """See `Sender.send`. One recipient only: smtplib is silent about a refused one when another is accepted."""
        connection = self._open()
        try:
            self._begin(connection)
            self._command(connection.rcpt(recipient), recipient)
        except ValueError as error:  # smtplib's word for a line break or a letter beyond ASCII in an address
            self._drop()
            raise SendError(f"{recipient!r} is no address that mail can be sent to: {error}", permanent=True) from error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise SendError(
                f"the connection to {self._settings.host} broke before the mail left: {error}", permanent=False
            ) from error
        before_data()
        try:
            code, answer = connection.data(content)
        except smtplib.SMTPDataError as error:  # refused before or after DATA, but with an answer: nothing was taken
            self._reset()
            raise _refusal(error.smtp_code, error.smtp_error, recipient) from error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise SendError(
                f"{self._settings.host} took the mail but never answered: {error}", permanent=False, uncertain=True
            ) from error
        if code != 250:  # noqa: PLR2004 - RFC 5321: the only answer that means accepted
            self._reset()
            raise _refusal(code, answer, recipient)

    def check(self) -> None:
        """Connect and log in; SendError with one clear line when that fails."""
        self._open()

    def close(self) -> None:
        """Say goodbye."""
        if self._connection is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
        self._connection = None

    def _begin(self, connection: smtplib.SMTP) -> None:
        """MAIL FROM. A sender that is refused for good is nobody's mail's fault: a setting has to be mended, every mail waits."""
        try:
            self._command(connection.mail(self._settings.from_address), self._settings.from_address)
        except SendError as error:
            if not error.permanent:
                raise
            raise UnreachableError(
                f"{self._settings.host} refuses our sender address {error}: check [smtp] in thubao.toml"
            ) from error

    def _command(self, answer: tuple[int, bytes], recipient: str) -> None:
        code, text = answer
        if code not in {250, 251}:
            self._reset()
            raise _refusal(code, text, recipient)

    def _open(self) -> smtplib.SMTP:
        if self._connection is not None:
            try:
                if self._connection.noop()[0] == 250:  # noqa: PLR2004 - OK
                    return self._connection
            except (smtplib.SMTPException, OSError):
                pass
            self._drop()
        settings = self._settings
        place = f"{settings.host}:{settings.port}"
        try:
            password = self._password() if settings.username else ""
            self._connection = self._connect()
            self._connection.ehlo_or_helo_if_needed()
            if settings.username:
                self._connection.login(settings.username, password)
        except smtplib.SMTPAuthenticationError as error:
            self._drop()
            advice = Text(
                vi=f"{settings.host} từ chối tên hoặc mật khẩu của {settings.username}: kiểm tra [smtp] trong thubao.toml",
                en=f"{settings.host} refused the user name or password of {settings.username}: check [smtp] in thubao.toml",
            )
            raise UnreachableError(advice) from error
        except ssl.SSLError as error:
            self._drop()
            reason = getattr(error, "verify_message", "") or error.reason or error
            unsafe = Text(
                vi=f"không có kết nối an toàn tới {place} ({reason}): kiểm tra `security`",
                en=f"no safe connection to {place}: {reason}; check `security`",
            )
            raise UnreachableError(unsafe) from error
        except socket.gaierror as error:
            self._drop()
            unknown = Text(
                vi=f"không có máy chủ {settings.host}: kiểm tra host trong [smtp]",
                en=f"there is no host named {settings.host}: check [smtp] host",
            )
            raise UnreachableError(unknown) from error
        except ConfigError as error:
            raise UnreachableError(error.told) from error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            silent = Text(
                vi=f"không kết nối được {place} ({error}): kiểm tra host và port trong [smtp], hoặc chờ",
                en=f"cannot reach {place}: {error}; check host and port in [smtp], or wait",
            )
            raise UnreachableError(silent) from error
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context(
            cafile=str(settings.certificate_authority) if settings.certificate_authority else None
        )
        if settings.security is Security.TLS:
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=_SECONDS, context=context)
        connection = smtplib.SMTP(settings.host, settings.port, timeout=_SECONDS)
        if settings.security is Security.STARTTLS:
            try:
                connection.starttls(context=context)
            except (smtplib.SMTPException, OSError):
                connection.close()
                raise
        return connection

    def _reset(self) -> None:
        if self._connection is not None:
            try:
                self._connection.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _refusal(code: int, answer: bytes | str, recipient: str) -> SendError:
    """A refusal with an answer. 4xx and quota are tried later, every other 5xx is final."""
    text = " ".join((answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer).split())
    quota = _TOO_LARGE not in text and any(word in text.lower() for word in _QUOTA)
    permanent = 500 <= code < 600 and not quota  # noqa: PLR2004 - the SMTP classes
    too_large = permanent and (code == _EXCEEDED or any(each in text.lower() for each in _TOO_LARGE_WORDS))
    return SendError(f"{recipient}: {code} {text}".strip(), permanent=permanent, too_large=too_large)
