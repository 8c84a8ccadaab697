"""A real SMTP server (aiosmtpd) that records every mail and misbehaves on command."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from threading import Event, Lock
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers_certificates import Certificates
from tests.servers_dovecot import free_port

HOST = "127.0.0.1"


class Behaviour(StrEnum):
    """What may happen when a client has handed over a whole mail, besides an answer."""

    ACCEPT = "accept"
    DROP = "drop"  # the mail is kept, the connection dies before the answer
    HANG = "hang"  # the mail is kept, the answer never comes (until `release`)
    LOSE = "lose"  # the mail is not kept, the connection dies before the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """A mail the server was given, with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed by the standard library."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


class SmtpSink:
    """Use as a context manager. Without TLS or log-in unless asked for.

    `security`: "none", "tls" (from the first byte) or "starttls" (required).
    `token`: what XOAUTH2 lets in, and nothing else does.
    """

    def __init__(
        self,
        *,
        security: str = "none",
        certificates: Certificates | None = None,
        username: str = "",
        password: str = "",
        token: str = "",
    ) -> None:
        self.host = HOST
        self.port = free_port()
        self.username = username
        self.password = password
        self.token = token
        self.logins: list[str] = []
        self.commands: list[str] = []
        self._mails: list[ReceivedMail] = []
        self._lock = Lock()
        self._answers: deque[str | Behaviour] = deque()
        self._refused: dict[str, str] = {}
        self._refused_sender = ""
        self._quota: int | None = None
        self._release = asyncio.Event()
        self._handed_over = Event()
        self._make = lambda: self._build(security, certificates)
        self._controller = self._make()

    def _build(self, security: str, certificates: Certificates | None) -> Controller:
        options: dict[str, Any] = {"hostname": self.host, "port": self.port, "data_size_limit": 60_000_000}
        if security != "none":
            assert certificates is not None, "TLS needs the certificates fixture"
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificates.certificate, certificates.key)
            options |= {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
        if self.username:
            demanded = security == "starttls"  # elsewhere only offered: aiosmtpd takes implicit TLS for none, and warns
            options |= {"authenticator": self._authenticate, "auth_required": demanded, "auth_require_tls": demanded}
            options |= {"auth_exclude_mechanism": ("LOGIN", "PLAIN") if self.token else ("XOAUTH2",)}
        return Controller(self, **options)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Starts again on the same port after `stop`. A controller's loop ends with it: a new one takes its place."""
        self._controller = self._make()
        self._controller.start()

    def stop(self) -> None:
        """Stops listening and cuts every connection."""
        self.release()
        self._controller.stop(no_assert=True)

    @property
    def received(self) -> tuple[ReceivedMail, ...]:
        """The mails kept so far, in order."""
        with self._lock:
            return tuple(self._mails)

    def to(self, recipient: str) -> tuple[ReceivedMail, ...]:
        """The mails kept for one recipient."""
        return tuple(mail for mail in self.received if recipient in mail.recipients)

    def answer_next(self, *answers: str | Behaviour) -> None:
        """What the next mails are answered, one each: "451 4.7.1 Try again later", Behaviour.DROP ...; then all is well again."""
        self._answers.extend(answers)

    def refuse_recipient(self, address: str, answer: str = "550 5.1.1 No such user here") -> None:
        """Answers every RCPT for an address with this, from now on."""
        self._refused[address] = answer

    def refuse_sender(self, answer: str) -> None:
        """Answers every MAIL FROM with this, from now on; "" takes it back."""
        self._refused_sender = answer

    def limit_to(self, mails: int | None) -> None:
        """After so many mails in all, answers 550 5.4.5 (quota), as large providers do; None lifts the limit."""
        self._quota = mails

    def wait_for_data(self, seconds: float) -> bool:
        """Whether a whole mail was handed over within so many seconds."""
        return self._handed_over.wait(seconds)

    def release(self) -> None:
        """Lets a hanging answer go."""
        loop = getattr(self._controller, "loop", None)
        if loop is not None and loop.is_running():
            loop.call_soon_threadsafe(self._release.set)

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        del server, session, envelope
        self.commands.append(f"AUTH {mechanism}")
        good = (
            isinstance(data, LoginPassword) and data.login.decode() == self.username and data.password.decode() == self.password
        )
        if good:
            self.logins.append(self.username)
        return AuthResult(success=good, handled=good)

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        """Google's way: a token that is not taken is answered with the reason in JSON first, and refused after an empty line."""
        self.commands.append("AUTH XOAUTH2")
        good = base64.b64decode(arguments[1]).decode() == f"user={self.username}\1auth=Bearer {self.token}\1\1"
        if good:
            self.logins.append(self.username)
            return AuthResult(success=True)
        await server.challenge_auth('{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}')
        return AuthResult(success=False, handled=False, message="535 5.7.8 Username and Password not accepted")

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        """Called by aiosmtpd for every sender."""
        del server, session
        if self._refused_sender:
            return self._refused_sender
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Called by aiosmtpd for every recipient."""
        del server, session, rcpt_options
        self.commands.append(f"RCPT {address}")
        if address in self._refused:
            return self._refused[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Called by aiosmtpd when the whole mail is here."""
        del session
        self.commands.append("DATA")
        self._handed_over.set()
        if self._quota is not None and len(self.received) >= self._quota:
            return "550 5.4.5 Daily user sending limit exceeded"
        answer = self._answers.popleft() if self._answers else Behaviour.ACCEPT
        if not isinstance(answer, Behaviour):
            return answer
        if answer is not Behaviour.LOSE:
            self._keep(envelope)
        if answer is Behaviour.HANG:
            self._release.clear()
            await self._release.wait()
        if answer in {Behaviour.DROP, Behaviour.LOSE} and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 2.0.0 OK, queued"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        with self._lock:
            self._mails.append(ReceivedMail(sender=envelope.mail_from or "", recipients=tuple(envelope.rcpt_tos), raw=content))
