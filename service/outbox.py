"""Handing one mail to the SMTP server, and saying truthfully what became of it. No other module but its wire speaks SMTP."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from typing import Protocol

from config.errors import ConfigError, MailServerError, SendError
from config.settings import SmtpSettings
from service.credentials import Login
from service.mailbox_wire import Patience
from service.outbox_errors import UnreachableError, login_error, opening_error, refusal
from service.outbox_wire import SMTP_PATIENCE, SmtpWire


class Sender(Protocol):
    """What the sending step needs of an outgoing mail service."""

    def send(self, recipient: str, content: bytes, *, before_data: Callable[[], None]) -> None:
        """Hand over one mail for one recipient. `before_data` is called when nothing has left yet but will next.

        Raises UnreachableError before anything was said of a mail, else SendError: `permanent` when the server will never take
        it, `uncertain` when it may have taken it.
        """


class SmtpSender:
    """Sends over one SMTP connection, opened when first needed and again when the server dropped it."""

    def __init__(self, settings: SmtpSettings, login: Callable[[], Login], *, patience: Patience = SMTP_PATIENCE) -> None:
        self._settings = settings
        self._login = login
        self._patience = patience
        self._connection: SmtpWire | None = None

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
            raise self._broken(error) from error
        before_data()
        self._hand_over(connection, recipient, content)

    def check(self) -> None:
        """Connect and log in; SendError with one clear line when that fails."""
        self._open()

    def close(self) -> None:
        """Say goodbye."""
        if self._connection is not None:
            self._connection.say_goodbye()
        self._connection = None

    def _begin(self, connection: SmtpWire) -> None:
        """MAIL FROM. A sender that is refused for good is nobody's mail's fault: a setting has to be mended, every mail waits."""
        try:
            self._command(connection.mail(self._settings.from_address), self._settings.from_address)
        except SendError as error:
            if not error.permanent:
                raise
            raise UnreachableError(
                f"{self._settings.host} refuses our sender address {error}: check [smtp] in thubao.toml"
            ) from error

    def _hand_over(self, connection: SmtpWire, recipient: str, content: bytes) -> None:
        """DATA and the mail. Until the server says go on nothing has left; from then on only its last answer says what became."""
        try:
            connection.begin_data()
        except smtplib.SMTPDataError as error:
            self._reset()
            raise refusal(error.smtp_code, error.smtp_error, recipient) from error
        except (smtplib.SMTPException, OSError) as error:
            raise self._broken(error) from error
        try:
            code, answer = connection.finish_data(content)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise SendError(
                f"{self._settings.host} took the mail but never answered: {error}", permanent=False, uncertain=True
            ) from error
        if code != 250:  # noqa: PLR2004 - RFC 5321: the only answer that means accepted
            self._reset()
            raise refusal(code, answer, recipient)

    def _command(self, answer: tuple[int, bytes], recipient: str) -> None:
        code, text = answer
        if code not in {250, 251}:
            self._reset()
            raise refusal(code, text, recipient)

    def _open(self) -> SmtpWire:
        if self._connection is not None:
            if self._connection.is_alive():
                return self._connection
            self._drop()
        settings = self._settings
        try:
            login = self._login()
        except ConfigError as error:
            raise UnreachableError(error.told) from error
        except MailServerError as error:  # of the service that gives access tokens
            raise UnreachableError(error.told, pause=error.pause) from error
        try:
            self._connection = connection = SmtpWire(settings, self._patience)
        except (smtplib.SMTPException, OSError) as error:
            raise opening_error(error, settings) from error
        if login.username:
            self._log_in(connection, login)
        return connection

    def _log_in(self, connection: SmtpWire, login: Login) -> None:
        try:
            connection.log_in(login)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, UnicodeError) as error:
            self._drop()
            raise login_error(error, self._settings, login.secret) from None  # the chain would carry the secret
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise opening_error(error, self._settings) from None

    def _reset(self) -> None:
        if self._connection is not None:
            try:
                self._connection.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()

    def _broken(self, error: smtplib.SMTPException | OSError) -> SendError:
        self._drop()
        return SendError(f"the connection to {self._settings.host} broke before the mail left: {error}", permanent=False)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
