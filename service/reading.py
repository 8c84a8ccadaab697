"""The read step: archived mail to readings, in child processes. A mail that kills its reader three times is set aside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from config.errors import ParseError, StorageError
from config.text import Text
from parsers.values import MessageReading
from service.installation import Installation
from service.reading_ahead import ReadingAhead
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


def read_new(
    installation: Installation,
    now: datetime,
    progress: Progress = lambda _done, _all: None,
    ahead: ReadingAhead | None = None,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> ReadReport:
    """Read every archived message that was not read yet; one bad mail never stops the others. `ahead` may have begun already.

    When `stop` says so it ends after the mail at hand; what was read is on record.
    """
    if ahead is None:
        with closing(reading_ahead(installation)) as own:
            return read_new(installation, now, progress, own, stop=stop)
    with installation.database.reading() as connection:
        waiting = unread(connection)
    read = done = 0
    for start in range(0, len(waiting), _GROUP):
        group = waiting[start : start + _GROUP]
        ahead.begin(waiting[start : start + 2 * _GROUP])  # the readers go on while this group is being recorded
        results = []
        for number in group:
            if stop():
                break
            results.append((number, ahead.take(number)))
        read += _record(installation, now, results)
        done += len(results)
        if stop():
            break
        progress(done, len(waiting))
    return ReadReport(read=read, set_aside=done - read)


def reading_ahead(installation: Installation) -> ReadingAhead:
    """Reads messages of this installation in the background. To be closed."""
    return ReadingAhead(lambda number: _attempt(installation, number), at_once=_AT_ONCE)


def _record(installation: Installation, now: datetime, results: list[tuple[int, MessageReading | str]]) -> int:
    """Put readings on record, and mails that could not be read aside; how many were read."""
    read = 0
    with installation.database.writing() as connection:
        for number, result in results:
            if isinstance(result, MessageReading):
                save_reading(connection, number, result)
                read += 1
            else:
                note_reader_death(connection, number, result)
                save_filing(connection, _set_aside(number, result), {})
                record_event(connection, now, "message_set_aside", {"message": number, "reason": result})
    return read


def _attempt(installation: Installation, number: int) -> MessageReading | str:
    """What was read, or in one line why it could not be after as many tries as a mail gets."""
    with installation.database.reading() as connection:
        record = message_record(connection, number)
    if record is None:
        return "the message is no longer on record"
    reason = ""
    deaths = 0
    while deaths < _MOST_DEATHS:
        try:
            return _read(installation, record)
        except ReaderDied as error:
            reason, deaths = str(error), deaths + error.deaths
        except ParseError as error:
            reason, deaths = str(error), deaths + 1
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
