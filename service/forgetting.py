"""Private mail in a mailbox that a person also uses is forgotten: only hash, size and state of it stay."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime

from config.errors import StorageError
from service.installation import Installation
from storage.events import record_event
from storage.filings import Filing, MessageState, filings
from storage.mail_records import MessageRecord, mailboxes_by_message, mark_forgotten, messages
from storage.readings import forget_text


def forget_private_mail(installation: Installation, now: datetime) -> tuple[int, ...]:
    """Forget what turned out to be no report and is older than each mailbox allows; gives the messages' numbers.

    A message seen in a dedicated mailbox, or taken in from a file, is kept: it was meant for the office.
    """
    keep_for = {each.name: each.forget_after for each in installation.home.mailboxes if not each.dedicated}
    if not keep_for:
        return ()
    with installation.database.reading() as connection:
        filed = filings(connection)
        records = {each.id: each for each in messages(connection)}
        seen_in = mailboxes_by_message(connection)
    forgotten = []
    for number in sorted(number for number, each in filed.items() if _is_private(each, filed)):
        record, names = records[number], seen_in.get(number, frozenset())
        if record.forgotten_at is not None:
            _drop(installation, record)  # what a crash between the record and the disk left
        elif names and names <= keep_for.keys() and now - record.fetched_at >= max(keep_for[name] for name in names):
            _forget(installation, record, now)
            forgotten.append(number)
    return tuple(forgotten)


def _is_private(filing: Filing, filed: Mapping[int, Filing]) -> bool:
    """Whether a message is no report, or another copy of one that is none."""
    original = filed.get(filing.duplicate_of) if filing.duplicate_of is not None else filing
    return original is not None and original.state is MessageState.NOT_A_REPORT


def _forget(installation: Installation, record: MessageRecord, now: datetime) -> None:
    with installation.database.writing() as connection:
        mark_forgotten(connection, record.id, now)
        forget_text(connection, record.id)
        record_event(connection, now, "forgotten", {"message": record.id})
    _drop(installation, record)


def _drop(installation: Installation, record: MessageRecord) -> None:
    """Drop the raw copy; where the disk refuses, the next round tries again."""
    if installation.archive.path(record.sha256).exists():
        with contextlib.suppress(StorageError):
            installation.archive.drop(record.sha256)
