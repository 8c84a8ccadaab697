"""A mailbox on an IMAP server, read without leaving a trace: EXAMINE and PEEK only, no flag, no move, no delete.

The only module that knows imapclient. Every refusal comes out as a `MailServerError` that says what to do.
"""

from __future__ import annotations

import imaplib
import ipaddress
import ssl
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Self

from imapclient import IMAPClient
from imapclient.exceptions import LoginError
from imapclient.imapclient import SENT

from config.errors import ConfigError, MailServerError
from config.settings import MailboxSettings, Security
from config.text import Text
from service.credentials import Login
from service.mailbox_errors import SERVER_ERRORS, connection_error, login_error, session_error
from service.mailbox_fetch import BulkFetch, Fetched, MailFacts, Unfetched, Why, fetch_facts
from service.mailbox_wire import Patience, ServerSlowError, Wire
from storage.archive import Archive

_UIDS_AT_ONCE = 50_000
_TRUST_OPEN_FOLDER = 5 * 60.0  # seconds for which an open folder is believed to tell what comes to it
_RENEW_IDLE = 25 * 60.0  # servers and routers forget an idle connection after 29 minutes
_GLANCE = 1.0  # seconds between two looks at whether we were asked to stop
_FAREWELL = 3.0
_NO_ARRIVALS = frozenset({rb"\Noselect", rb"\NonExistent", rb"\Sent", rb"\Drafts", rb"\Trash", rb"\All"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStatus:
    """What the server says of a folder: every mail in it has a UID below `uidnext`, valid within `uidvalidity`."""

    uidvalidity: int
    uidnext: int
    messages: int


class _Client(IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """An IMAPClient on our own wire, which has deadlines."""

    def __init__(self, settings: MailboxSettings, context: ssl.SSLContext | None, patience: Patience) -> None:
        self._patience = patience
        super().__init__(
            settings.host, settings.port, ssl=settings.security is Security.TLS, ssl_context=context, timeout=patience.read
        )
        self._imap.debug = 0  # imapclient asks for level 5, which writes every mail twice into a log that nobody reads

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - imapclient's name
        return Wire(self.host, self.port, self.ssl_context if self.ssl else None, self._patience)

    @property
    def wire(self) -> Wire:
        """The connection itself."""
        wire: Wire = self._imap
        return wire


class Mailbox:
    """One logged-in connection to one mailbox; enter it to connect. For one thread at a time."""

    def __init__(self, settings: MailboxSettings, login: Callable[[], Login], *, patience: Patience | None = None) -> None:
        self.settings = settings
        self._login = login
        self._patience = patience or Patience()
        self._client: _Client | None = None
        self._folder: str | None = None
        self._opened_at = 0.0
        self._seen: dict[str, FolderStatus] = {}

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._disconnect(politely=error is None)

    def reconnect(self) -> None:
        """Begin a new connection after one that broke."""
        self._disconnect(politely=False)
        self._connect()

    @property
    def connected(self) -> bool:
        """Whether the connection has not broken so far."""
        return self._client is not None

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server offers after login, in capitals."""
        with self._session() as client:
            return frozenset(each.decode("ascii", "replace").upper() for each in client.capabilities())

    def folders(self) -> tuple[str, ...]:
        """The names of all folders that can be opened, but for those of what was sent, drafted, or deleted."""
        with self._session() as client:
            return tuple(str(name) for flags, _, name in client.list_folders() if not _NO_ARRIVALS.intersection(flags))

    def sent_folder(self) -> str | None:
        """The folder where the server keeps what was sent, if it says which."""
        with self._session() as client:
            found = client.find_special_folder(SENT)
            return None if found is None else str(found)

    def status(self, folder: str) -> FolderStatus:
        """How far the folder has grown, in one round trip.

        The first look asks STATUS. The first folder is opened at the second and kept open: asking whether an open folder
        changed costs the server nothing, however large it is. Every few minutes it is opened afresh all the same.
        """
        seen = self._seen.get(folder)
        if seen is not None and self._folder == folder and time.monotonic() - self._opened_at < _TRUST_OPEN_FOLDER:
            with self._session(folder) as client:
                client.noop()
                if not client.wire.changed:
                    return seen
        # of an open folder STATUS tells, at Dovecot's, what this session saw last, and not what is there now
        open_it = self._folder == folder or (seen is not None and folder == self.settings.folders[0])
        self._seen[folder] = (None if open_it else self._ask_status(folder)) or self._examine(folder)
        return self._seen[folder]

    def uids(self, folder: str, low: int, high: int) -> tuple[int, ...]:
        """The UIDs from `low` to `high` inclusive that the folder holds now, ascending."""
        messages = self._open(folder).messages
        found: set[int] = set()
        width = _UIDS_AT_ONCE if messages > _UIDS_AT_ONCE else high
        while low <= high:
            top = min(high, low + width - 1)
            with self._session(folder) as client:
                window = [uid for uid in client.search(["UID", f"{low}:{top}"]) if low <= uid <= top]
            found.update(window)
            if len(window) < _UIDS_AT_ONCE // 4:  # a sparse stretch: some servers number by the clock
                width *= 2
            else:
                width = _UIDS_AT_ONCE
            low = top + 1
        return tuple(sorted(found))

    def first_uid_since(self, folder: str, day: date) -> int | None:
        """The lowest UID that arrived on `day` or later by the server's calendar. Slow in a large folder: ask once."""
        self._open(folder)
        with self._session(folder) as client:
            return min((int(uid) for uid in client.search(["SINCE", day])), default=None)

    def sizes(self, folder: str, uids: Collection[int]) -> Mapping[int, MailFacts]:
        """Size and receipt time of these mails; one that is gone, or whose answer is broken, is left out."""
        if not uids:
            return {}
        if self._folder != folder:
            self._open(folder)
        with self._session(folder) as client:
            return fetch_facts(client.wire, sorted(uids), self._patience)

    def fetch(
        self, folder: str, uids: Collection[int], archive: Archive, *, not_before: datetime | None = None
    ) -> Iterator[Fetched | Unfetched]:
        """Fetch these mails in the order given, as they arrive; mail received before `not_before` is left alone.

        Each UID comes exactly once, unless the connection breaks: then `Why.BROKEN` names the mail it broke on and
        `MailServerError` ends it.
        """
        if not uids:
            return
        facts = self.sizes(folder, uids)
        wanted: list[MailFacts] = []
        for uid in uids:
            known = facts.get(uid)
            if known and known.internaldate and not_before and known.internaldate < not_before:
                yield Unfetched(uid=uid, reason="received before the campaign", why=Why.EARLIER)
            else:
                wanted.append(known or MailFacts(uid=uid, size=None, internaldate=None))
        missing: list[Unfetched] = []
        with self._session(folder) as client:
            bulk = BulkFetch(client.wire, wanted, archive, limit=self.settings.max_message_bytes, patience=self._patience)
            for each in bulk:
                if isinstance(each, Unfetched) and each.why is Why.REFUSED:
                    missing.append(each)
                else:
                    yield each
        yield from self._explain_missing(folder, missing)

    def wait(self, seconds: float, *, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait for up to `seconds`, less if something arrives in the first folder or `stop` says so; True if it did.

        A hint only: look with `status` afterwards in any case. The server's being there is checked at the end.
        """
        folder = self.settings.folders[0]
        seen = self._seen.get(folder)
        opened = self._open(folder)
        if seen is not None and opened.uidnext > seen.uidnext:
            return True  # it came between the last look and now
        with self._session(folder) as client:
            idle = self.settings.idle and client.has_capability("IDLE")
            heard, left = False, seconds
            while left > 0 and not heard and not stop():
                turn = min(left, _RENEW_IDLE)
                heard = _idle(client.wire, turn, stop, self._patience) if idle else _listen(client.wire, turn, stop)
                client.wire.allow(self._patience.command)
                left -= turn
            client.noop()
        return heard

    def contains_message_id(self, folder: str, message_id: str) -> bool:
        """Whether the folder holds a mail with this Message-ID header."""
        self._open(folder)
        with self._session(folder) as client:
            return bool(client.search(["HEADER", "Message-ID", message_id]))

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _explain_missing(self, folder: str, missing: list[Unfetched]) -> Iterator[Unfetched]:
        if not missing:
            return
        numbers = [each.uid for each in missing]
        present = set(self.uids(folder, min(numbers), max(numbers)))
        for each in missing:
            if each.uid in present:
                yield each
            else:
                yield Unfetched(uid=each.uid, reason="moved or deleted before it was fetched", why=Why.GONE)

    def _ask_status(self, folder: str) -> FolderStatus | None:
        """STATUS of a folder that is not open, None if the server does not tell all of it."""
        with self._session(folder) as client:
            answer = client.folder_status(folder, ["MESSAGES", "UIDNEXT", "UIDVALIDITY"])
            if not {b"MESSAGES", b"UIDNEXT", b"UIDVALIDITY"} <= answer.keys():
                return None
            return FolderStatus(
                uidvalidity=int(answer[b"UIDVALIDITY"]), uidnext=int(answer[b"UIDNEXT"]), messages=int(answer[b"MESSAGES"])
            )

    def _open(self, folder: str) -> FolderStatus:
        """Open the folder afresh, to work with the UIDs of the last look."""
        opened, seen = self._examine(folder), self._seen.get(folder)
        self._seen[folder] = opened
        if seen is not None and seen.uidvalidity != opened.uidvalidity:
            raise MailServerError(
                f"mailbox {self.settings.name}: folder {folder!r} was renumbered just now: it is read again", transient=True
            )
        return opened

    def _examine(self, folder: str) -> FolderStatus:
        """Open the folder read-only, afresh, so that it shows what came since."""
        with self._session(folder) as client:
            self._folder = None
            answer = client.select_folder(folder, readonly=True)
            status = FolderStatus(
                uidvalidity=int(answer[b"UIDVALIDITY"]),
                uidnext=int(answer[b"UIDNEXT"]) if b"UIDNEXT" in answer else self._next_uid(client, int(answer[b"EXISTS"])),
                messages=int(answer[b"EXISTS"]),
            )
            client.wire.changed = False
        self._folder, self._opened_at = folder, time.monotonic()
        return status

    @staticmethod
    def _next_uid(client: _Client, messages: int) -> int:
        """For a server that does not say UIDNEXT: one above the highest UID."""
        return max((int(uid) for uid in client.search(["UID", "*"])), default=0) + 1 if messages else 1

    @contextmanager
    def _session(self, folder: str = "") -> Iterator[_Client]:
        if self._client is None:
            raise MailServerError(f"mailbox {self.settings.name} is not connected: it is tried again", transient=True)
        client = self._client
        client.wire.allow(self._patience.command)
        try:
            yield client
            client.wire.allow(None)
        except SERVER_ERRORS as error:
            if isinstance(error, imaplib.IMAP4.abort | OSError):
                self._disconnect(politely=False)
            raise session_error(error, self.settings, folder) from error

    def _connect(self) -> None:
        context = None if self.settings.security is Security.NONE else _tls_context(self.settings)
        try:
            self._client = _Client(self.settings, context, self._patience)
            if self.settings.security is Security.STARTTLS:
                self._client.starttls(context)
            elif self.settings.security is Security.NONE:
                _require_loopback(self._client.wire, self.settings)
        except (*SERVER_ERRORS, MailServerError) as error:
            self._disconnect(politely=False)
            raise connection_error(error, self.settings) from error
        self._client.wire.allow(self._patience.connect + self._patience.read)
        self._log_in(self._client)
        self._client.wire.allow(None)

    def _log_in(self, client: _Client) -> None:
        try:
            login = self._login()
        except ConfigError as error:
            self._disconnect(politely=True)
            raise MailServerError(error.told, transient=False) from error
        try:
            if login.access_token:
                client.oauth2_login(login.username, login.access_token)
            elif client.has_capability("AUTH=PLAIN"):
                client.plain_login(login.username, login.password)
            else:
                client.login(client.wire.quoted(login.username), login.password)
        except (LoginError, UnicodeError) as error:  # LOGIN knows ASCII only
            self._disconnect(politely=False)
            raise login_error(error, self.settings, login.secret) from None  # the chain would carry the secret
        except SERVER_ERRORS as error:
            self._disconnect(politely=False)
            raise connection_error(error, self.settings) from None

    def _disconnect(self, *, politely: bool) -> None:
        client, self._client, self._folder = self._client, None, None
        if client is None:
            return
        with suppress(*SERVER_ERRORS):
            if politely:
                client.wire.allow(_FAREWELL)
                client.logout()
        client.wire.shutdown()


def _tls_context(settings: MailboxSettings) -> ssl.SSLContext:
    authority = settings.certificate_authority
    try:
        return ssl.create_default_context(cafile=None if authority is None else str(authority))
    except OSError as error:
        raise MailServerError(
            Text(
                vi=f"không dùng được certificate_authority {authority} ({error.strerror or error}): ghi tên một tệp PEM",
                en=f"cannot use certificate_authority {authority}: {error.strerror or error}: name a file in PEM format",
            ),
            transient=False,
        ) from error


def _require_loopback(wire: Wire, settings: MailboxSettings) -> None:
    address = str(wire.sock.getpeername()[0]).split("%")[0]
    if not ipaddress.ip_address(address).is_loopback:
        raise MailServerError(
            Text(
                vi=f'{settings.host} là máy khác: security = "none" sẽ gửi mật khẩu không mã hóa; đặt "tls"',
                en=f'{settings.host} is another machine: security = "none" would send the password in the open; set "tls"',
            ),
            transient=False,
        )


def _idle(wire: Wire, seconds: float, stop: Callable[[], bool], patience: Patience) -> bool:
    """IDLE until something arrives or the time is over, then end it; the server's answer to DONE shows that it lives."""
    (tag,) = wire.commands([b"IDLE"])
    while not (line := wire.line()).startswith(b"+"):
        if line.startswith(tag):
            raise imaplib.IMAP4.error(line.decode("utf-8", "replace"))
    heard = _listen(wire, seconds, stop)
    wire.allow(patience.command)
    wire.send(b"DONE\r\n")
    while not (line := wire.line()).startswith(tag):
        heard = heard or _is_arrival(line)
    return heard


def _listen(wire: Wire, seconds: float, stop: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not stop():
        line = wire.wait_for_line(min(left, _GLANCE))
        if line is None:
            continue
        if _is_arrival(line):
            return True
        if line[:6].upper() == b"* BYE ":
            raise imaplib.IMAP4.abort(line[6:].decode("utf-8", "replace"))
    return False


def _is_arrival(line: bytes) -> bool:
    return line.upper().endswith(b" EXISTS")


__all__ = ["Fetched", "FolderStatus", "MailFacts", "Mailbox", "Patience", "ServerSlowError", "Unfetched", "Why"]
