"""The read step: archived mail to readings, in child processes. A mail that kills its reader three times is set aside."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from config.errors import ParseError, StorageError
from config.text import Text
from parsers.values import MessageReading
from service.installation import Installation
from service.sandbox import ReaderDied
from storage.events import record_event
from storage.mail_records import MessageRecord, message_record
from storage.readings import Filing, MessageState, note_reader_death, save_filing, save_reading, unread

_MOST_DEATHS = 3
_AT_ONCE = 2
_GROUP = 25

Progress = Callable[[int, int], None]
"""Called with (done, all) after every mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """What one round of reading did."""

    read: int
    set_aside: int


def read_new(installation: Installation, now: datetime, progress: Progress = lambda _done, _all: None) -> ReadReport:
    """Read every archived message that was not read yet; one bad mail never stops the others."""
    with installation.database.reading() as connection:
        waiting = unread(connection)
    read = set_aside = 0
    with ThreadPoolExecutor(_AT_ONCE) as threads:  # the threads only wait for the children
        for start in range(0, len(waiting), _GROUP):
            group = waiting[start : start + _GROUP]
            results = list(zip(group, threads.map(lambda number: _attempt(installation, number), group), strict=True))
            with installation.database.writing() as connection:
                for number, result in results:
                    if isinstance(result, MessageReading):
                        save_reading(connection, number, result)
                        read += 1
                    else:
                        set_aside += 1
                        note_reader_death(connection, number, result)
                        save_filing(connection, _set_aside(number, result), {})
                        record_event(connection, now, "message_set_aside", {"message": number, "reason": result})
            progress(min(start + _GROUP, len(waiting)), len(waiting))
    return ReadReport(read=read, set_aside=set_aside)


def _attempt(installation: Installation, number: int) -> MessageReading | str:
    """What was read, or in one line why it could not be after as many tries as a mail gets."""
    with installation.database.reading() as connection:
        record = message_record(connection, number)
    if record is None:
        return "the message is no longer on record"
    reason = ""
    for _ in range(_MOST_DEATHS):
        try:
            return _read(installation, record)
        except (ReaderDied, ParseError) as error:
            reason = str(error)
        except StorageError as error:
            return str(error)
    return reason


def _read(installation: Installation, record: MessageRecord) -> MessageReading:
    raw = installation.archive.read(record.sha256)
    return installation.readers.read(raw, own_addresses=installation.own_addresses())


def _set_aside(number: int, reason: str) -> Filing:
    return Filing(
        message_id=number,
        state=MessageState.SET_ASIDE,
        why=Text(vi=f"không xử lý được thư này: {reason}", en=f"this mail could not be processed: {reason}"),
    )
