"""The read step: archived mail to readings, in child processes. A mail that kills its reader three times is set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from config.errors import ParseError, StorageError
from config.text import Text
from parsers.values import MessageReading
from service.installation import Installation
from service.reading_ahead import MOST_AHEAD, Read, ReadingAhead, Unread
from service.sandbox import ReaderDied
from storage.events import record_event
from storage.filings import Filing, MessageState, save_filing
from storage.readings import note_reader_death, save_readings, unread

_MOST_DEATHS = 3  # a file that is to blame costs its mail none of them: it is left out
_AT_ONCE = 2
_FIRST_GROUP, _LARGEST_GROUP = 4, 1_000

Progress = Callable[[int, int], None]
"""Called with (done, all) after every mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadGroup:
    """Messages that were read and are on record, by number, and how many beside them were set aside."""

    readings: Mapping[int, MessageReading]
    set_aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """What one round of reading did."""

    read: int
    set_aside: int


def read_new(
    installation: Installation,
    now: datetime,
    progress: Progress = lambda _done, _all: None,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> ReadReport:
    """Read every archived message that was not read yet; one bad mail never stops the others.

    When `stop` says so it ends after the mail at hand; what was read is on record.
    """
    read = set_aside = 0
    with closing(reading_ahead(installation)) as ahead:
        for group in read_in_groups(installation, now, ahead, progress, stop=stop):
            read += len(group.readings)
            set_aside += group.set_aside
    return ReadReport(read=read, set_aside=set_aside)


def read_in_groups(
    installation: Installation,
    now: datetime,
    ahead: ReadingAhead,
    progress: Progress = lambda _done, _all: None,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[ReadGroup]:
    """Read what was not read yet, oldest receipt first; gives each group when it is on record, while the readers go on.

    Each group is as large as all before it, within limits: few mails are at hand soon, and whoever works a group up with
    all that went before it does not do so a hundred times. `ahead` may have begun already.
    """
    with installation.database.reading() as connection:
        waiting = unread(connection)
    done = 0
    while done < len(waiting) and not stop():
        size = min(max(_FIRST_GROUP, done), _LARGEST_GROUP)
        group = waiting[done : done + size]
        results: dict[int, Read] = {}
        for number, sha256 in group:
            if stop():
                break
            ahead.begin(each for _, each in waiting[done + len(results) : done + len(results) + MOST_AHEAD])
            results[number] = ahead.take(sha256)
            progress(done + len(results), len(waiting))
        done += len(results)
        ahead.begin(each for _, each in waiting[done : done + MOST_AHEAD])  # while this group is put on record
        yield _record(installation, now, results)


def reading_ahead(installation: Installation) -> ReadingAhead:
    """Reads messages of this installation in the background. To be closed."""
    return ReadingAhead(lambda sha256: _attempt(installation, sha256), at_once=_AT_ONCE)


def _record(installation: Installation, now: datetime, results: Mapping[int, Read]) -> ReadGroup:
    """Put readings on record, and mails that could not be read aside, with what their files are called."""
    readings = {number: result for number, result in results.items() if isinstance(result, MessageReading)}
    refused = {number: result for number, result in results.items() if isinstance(result, Unread)}
    with installation.database.writing() as connection:
        listed = {number: each.listed for number, each in refused.items() if each.listed is not None}
        save_readings(connection, {**readings, **listed})
        for number, each in refused.items():
            note_reader_death(connection, number, each.reason)
            save_filing(connection, _set_aside(number, each.reason))
            record_event(connection, now, "message_set_aside", {"message": number, "reason": each.reason})
    return ReadGroup(readings=readings, set_aside=len(refused))


def _attempt(installation: Installation, sha256: str) -> Read:
    """What was read, or in one line why it could not be after as many tries as a mail gets."""
    reason = ""
    deaths = 0
    deadly: set[str] = set()
    while deaths < _MOST_DEATHS:
        try:
            return installation.readers.read(installation.archive.read(sha256), own_addresses=installation.own_addresses())
        except ReaderDied as error:
            reason, deaths = str(error), deaths + error.deaths
            deadly |= set(error.deadly)
        except ParseError as error:
            reason, deaths = str(error), deaths + 1
        except StorageError as error:
            return Unread(reason=str(error))
    return Unread(reason=reason, listed=_listed(installation, sha256, deadly))


def _listed(installation: Installation, sha256: str, deadly: set[str]) -> MessageReading | None:
    """Sender, subject and the names of the files of a mail that is set aside; None where not even that can be read."""
    own = installation.own_addresses()
    try:
        return installation.readers.list_files(installation.archive.read(sha256), own_addresses=own, deadly=deadly)
    except (ReaderDied, ParseError, StorageError):
        return None


def _set_aside(number: int, reason: str) -> Filing:
    return Filing(
        message_id=number,
        state=MessageState.SET_ASIDE,
        why=Text(vi=f"không xử lý được thư này: {reason}", en=f"this mail could not be processed: {reason}"),
    )
