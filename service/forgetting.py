"""Private mail in a mailbox that a person also uses is forgotten: only hash, size and state of it stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.installation import Installation
from storage.events import record_event
from storage.mail_records import mark_forgotten, message_record, sightings_of
from storage.readings import MessageState, filings, forget_text


def forget_private_mail(installation: Installation, now: datetime) -> tuple[int, ...]:
    """Forget what turned out to be no report and is older than each mailbox allows; gives the messages' numbers.

    A message seen in a dedicated mailbox, or taken in from a file, is kept: it was meant for the office.
    """
    keep_for = {each.name: each.forget_after for each in installation.home.mailboxes if not each.dedicated}
    if not keep_for:
        return ()
    with installation.database.reading() as connection:
        candidates = [number for number, each in filings(connection).items() if each.state is MessageState.NOT_A_REPORT]
    return tuple(number for number in candidates if _forget(installation, number, keep_for, now))


def _forget(installation: Installation, number: int, keep_for: dict[str, timedelta], now: datetime) -> bool:
    with installation.database.writing() as connection:
        record = message_record(connection, number)
        names = {each.mailbox for each in sightings_of(connection, number)}
        if record is None or record.forgotten_at is not None or not names or not names <= keep_for.keys():
            return False
        if now - record.fetched_at < max(keep_for[name] for name in names):
            return False
        mark_forgotten(connection, number, now)
        forget_text(connection, number)
        record_event(connection, now, "forgotten", {"message": number})
    installation.archive.drop(record.sha256)
    return True
