"""Mail from files instead of a server: .eml, .msg, .mbox, Maildir, or a folder of them."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import parsedate_to_datetime
from pathlib import Path

from config.errors import ParseError, ThubaoError
from parsers.outlook import msg_heading
from service.installation import Installation
from storage.events import record_event
from storage.mail_records import record_message

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIL_SUFFIXES = frozenset({".eml", ".msg", ".mbox", ".mbx", ""})


class NoMailError(ThubaoError):
    """Paths that are not there or cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutPath:
    """A path that is not there or cannot be read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMail:
    """One mail in a file: its raw bytes and the path that names it."""

    raw: bytes
    source: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import brought: numbers of the messages, files that hold no mail, and paths that are not there or shut."""

    messages: tuple[int, ...]
    skipped: tuple[str, ...]
    unread: tuple[str, ...] = ()


def import_mail(
    installation: Installation, paths: tuple[Path, ...], now: datetime, received_at: datetime | None = None
) -> ImportReport:
    """Archive and record every mail under these paths; the same mail again changes nothing."""
    numbers, skipped, unread = [], [], []
    for path in paths:
        for found in _mails(path, str(path)):
            if isinstance(found, ShutPath):
                unread.append(f"{found.source}: {found.reason}")
                continue
            if isinstance(found, str):
                skipped.append(found)
                continue
            archived = installation.archive.add(found.raw)
            with installation.database.writing() as connection:
                number = record_message(
                    connection,
                    sha256=archived.sha256,
                    size=archived.size,
                    received_at=received_at or received_time(found.raw) or found.changed_at,
                    fetched_at=now,
                    source=found.source,
                )
                record_event(connection, now, "imported", {"message": number, "source": found.source})
            numbers.append(number)
    return ImportReport(messages=tuple(dict.fromkeys(numbers)), skipped=tuple(skipped), unread=tuple(unread))


def received_time(raw: bytes) -> datetime | None:
    """When the last server took the mail, by its top Received header; None when that says nothing usable."""
    header = BytesHeaderParser().parsebytes(raw[:65_536]).get("Received", "")
    stamp = str(header).rpartition(";")[2].strip()
    try:
        moment = parsedate_to_datetime(stamp)
    except (TypeError, ValueError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _mails(path: Path, named: str) -> Iterator[FoundMail | ShutPath | str]:
    try:
        if path.is_dir():
            yield from _folder(path, named)
            return
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        raw = path.read_bytes()
    except OSError as error:
        yield ShutPath(source=named, reason=error.strerror or str(error))
        return
    if raw.startswith(b"From ") or path.suffix.lower() in {".mbox", ".mbx"}:
        for number, each in enumerate(_split(path), start=1):
            yield FoundMail(raw=each, source=f"{named}#{number}", changed_at=changed)
    elif raw.startswith(_OLE):
        try:
            yield FoundMail(raw=_wrapped(raw, path.name), source=named, changed_at=changed)
        except ParseError:
            yield named
    else:
        yield FoundMail(raw=raw, source=named, changed_at=changed)


def _folder(path: Path, named: str) -> Iterator[FoundMail | ShutPath | str]:
    maildir = (path / "cur").is_dir() and (path / "new").is_dir()
    for each in sorted(path.iterdir()):
        inside = f"{named}/{each.name}"
        if each.is_dir():
            if each.name != "tmp" or not maildir:
                yield from _folder(each, inside)
        elif maildir and each.name.startswith(("dovecot", "subscriptions", "maildir")):
            continue
        elif path.name in {"cur", "new"} or each.suffix.lower() in _MAIL_SUFFIXES:
            yield from _mails(each, inside)
        else:
            yield inside


def _split(path: Path) -> Iterator[bytes]:
    box = mailbox.mbox(str(path), create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)
    finally:
        box.close()


def _wrapped(data: bytes, name: str) -> bytes:
    """An Outlook .msg inside a mail of our own making that repeats its headings, so that the archive holds one kind of thing."""
    heading = msg_heading(data)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = heading.sender or "unknown@invalid"
    mail["Subject"] = " ".join(heading.subject.split())
    mail.set_content("")
    mail.add_attachment(data, maintype="application", subtype="vnd.ms-outlook", filename=name)
    return mail.as_bytes()
