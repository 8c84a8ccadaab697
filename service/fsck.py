"""Whether what is on record and what is on the disk agree: every mail has its row, every row its mail, nothing was changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from config.errors import StorageError
from service.health import mailbox_health
from service.importing import received_time
from service.installation import Installation
from storage.database import integrity_problem
from storage.events import broken_link, events, record_event
from storage.mail_records import MessageRecord, messages, record_message

ADOPTED = "archive"
"""The source of a mail that was found in the archive without a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FsckReport:
    """What was checked and what does not fit; `adopted` are the messages made of mails that had no row."""

    messages: int
    events: int
    adopted: tuple[int, ...]
    problems: tuple[str, ...]


def check_records(installation: Installation, now: datetime) -> FsckReport:
    """Check everything; whole mails without a row, as a crash leaves them, are put on record and read with the next tick."""
    damage = integrity_problem(installation.database)
    problems = [f"database: {damage}"] if damage else []
    with installation.database.reading() as connection:
        records = messages(connection)
        chain = events(connection)
        health = mailbox_health(connection, installation, now)
    for record in records:
        problems.extend(_mail_of(installation, record))
    adopted = []
    for sha256 in sorted(set(installation.archive.hashes()) - {each.sha256 for each in records}):
        try:
            adopted.append(_adopt(installation, sha256, now))
        except StorageError as error:
            problems.append(str(error))
    broken = broken_link(chain)
    if broken is not None:
        problems.append(f"log: the chain breaks at event {broken}; it was changed after it was written")
    problems.extend(
        f"mailbox {each.name}: {each.server} mails on the server, {each.recorded} on record; run `thubao tick` to fetch the rest"
        for each in health
        if each.recorded < each.server
    )
    return FsckReport(messages=len(records), events=len(chain), adopted=tuple(adopted), problems=tuple(problems))


def _mail_of(installation: Installation, record: MessageRecord) -> tuple[str, ...]:
    """What is wrong with the raw mail of a row."""
    if record.forgotten_at is not None:
        return ()  # private mail: its raw copy was dropped on purpose
    try:
        raw = installation.archive.read(record.sha256)
    except StorageError as error:
        return (f"message {record.id}: {error}",)
    if hashlib.sha256(raw).hexdigest() != record.sha256:
        return (f"message {record.id}: the raw mail {installation.archive.path(record.sha256)} was changed; restore it",)
    if len(raw) != record.size:
        return (f"message {record.id}: the row says {record.size} bytes, the raw mail has {len(raw)}",)
    return ()


def _adopt(installation: Installation, sha256: str, now: datetime) -> int:
    path = installation.archive.path(sha256)
    raw = installation.archive.read(sha256)
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise StorageError(f"{path} has no row and its bytes are not those of its name; it is left alone")
    received = received_time(raw) or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    with installation.database.writing() as connection:
        number = record_message(
            connection, sha256=sha256, size=len(raw), received_at=received, fetched_at=now, source=f"{ADOPTED}/{path.name}"
        )
        record_event(connection, now, "adopted", {"message": number, "sha256": sha256})
    return number
