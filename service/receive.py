"""The receive step: what is on the server and not yet ours is archived, made durable, and only then recorded.

Interrupted anywhere it loses nothing: what is recorded is archived, and what is not recorded is fetched again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as time_of_day

from config.errors import MailServerError
from config.settings import MailboxSettings
from config.text import Language, Text
from service.mailbox import Fetched, FolderStatus, Mailbox, Unfetched, Why
from service.receive_notes import gap_note, renumbered_note, set_aside_note, skipped_folder_note, too_large_note
from storage.archive import Archive
from storage.arrivals import Arrival, record_arrivals
from storage.balance import Balance, folder_place, save_balance
from storage.database import Database
from storage.mail_records import (
    FolderCursor,
    failed_uids,
    folder_cursor,
    forget_unfetched,
    known_uids,
    record_failed_uid,
    save_cursor,
    unfetched_uids,
)

GROUP_MAILS = 100  # made durable together: a disk brings a hundred files home in little more time than ten
FIRST_GROUP_MAILS = 5  # the first ones soon, then twice as many each time
GROUP_SECONDS = 0.25
FULL_LOOK_EVERY = timedelta(hours=1)
TRIES_REFUSED = 5  # a mail that the server refuses or garbles
TRIES_BROKEN = 10  # a mail on which the connection broke: the line may be the reason, not the mail
RECONNECTS = 3

Progress = Callable[[int, int], None]
"""Told how many mails of how many are done."""

Recorded = Callable[[Sequence[str]], None]
"""Told the hashes of the raw mails that were put on record just now: they can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReport:
    """What one look into a mailbox brought. `recorded` below `server_count` means that mail waits on the server.

    `new` are the numbers of messages never seen before, `failed` the UIDs that could not be fetched this time;
    `server_count` counts the mails of the campaign's window that the server holds, `earlier` those left alone.
    """

    new: tuple[int, ...]
    failed: tuple[int, ...]
    server_count: int
    recorded: int
    earlier: int = 0
    notes: tuple[Text, ...] = ()


def receive(
    mailbox: Mailbox,
    settings: MailboxSettings,
    archive: Archive,
    database: Database,
    *,
    window_start: date | datetime,
    now: Callable[[], datetime],
    progress: Progress | None = None,
    recorded: Recorded = lambda _hashes: None,
    full: bool = False,
    stop: Callable[[], bool] = lambda: False,
    language: Language = Language.VI,
) -> ReceiveReport:
    """Bring home what is new in every folder of a connected mailbox.

    The window begins at `window_start` if that is a moment, else at midnight of that day where `now` is. `full` compares
    every UID at once and finds the window's beginning anew; say so at the start of the service, it is done hourly anyway.
    When `stop` says so it ends soon, with what arrived recorded.
    A folder that cannot be opened is noted and the others go on; a connection that cannot be restored raises
    `MailServerError`, and what arrived before is recorded. What is put on record about a failure is in `language`.
    """
    reports: list[ReceiveReport] = []
    notes: list[Text] = []
    errors: list[MailServerError] = []
    for folder in settings.folders:
        look = _FolderLook(
            mailbox, folder, archive, database,
            window_start=window_start, now=now, progress=progress, recorded=recorded, stop=stop,
        )  # fmt: skip
        try:
            reports.append(look.run(full=full))
        except MailServerError as error:
            note_failure(database, settings, error.in_(language), now(), folders=(folder,))
            errors.append(error)
            if not mailbox.connected:
                raise
            notes.append(skipped_folder_note(settings.name, folder, error.told))
    if errors and not reports:
        raise errors[0]
    return ReceiveReport(
        new=tuple(dict.fromkeys(number for each in reports for number in each.new)),
        failed=tuple(uid for each in reports for uid in each.failed),
        server_count=sum(each.server_count for each in reports),
        recorded=sum(each.recorded for each in reports),
        earlier=sum(each.earlier for each in reports),
        notes=(*notes, *(note for each in reports for note in each.notes)),
    )


def note_failure(
    database: Database, settings: MailboxSettings, error: str, now: datetime, *, folders: Iterable[str] | None = None
) -> None:
    """Put on record that the mailbox could not be read and since when, for the board."""
    with database.writing() as connection:
        for folder in settings.folders if folders is None else folders:
            cursor = folder_cursor(connection, settings.name, folder)
            since = cursor.error_since if cursor.error else now
            save_cursor(connection, settings.name, folder, replace(cursor, error=error, error_since=since))


class _FolderLook:
    """One look into one folder."""

    def __init__(
        self,
        mailbox: Mailbox,
        folder: str,
        archive: Archive,
        database: Database,
        *,
        window_start: date | datetime,
        now: Callable[[], datetime],
        progress: Progress | None,
        recorded: Recorded,
        stop: Callable[[], bool],
    ) -> None:
        self._mailbox = mailbox
        self._name = mailbox.settings.name
        self._folder = folder
        self._archive = archive
        self._database = database
        self._window_start = window_start
        self._now = now
        self._progress = progress
        self._recorded = recorded
        self._stop = stop
        self._cursor = FolderCursor()
        self._status = FolderStatus(uidvalidity=0, uidnext=0, messages=0)
        self._attempts: Mapping[int, int] = {}
        self._group: list[Fetched] = []
        self._group_size = min(FIRST_GROUP_MAILS, GROUP_MAILS)
        self._committed_at = time.monotonic()
        self._doubtful: dict[int, str] = {}
        self._new: list[int] = []
        self._failed: list[int] = []
        self._left_alone: dict[Why, set[int]] = {Why.EARLIER: set(), Why.GONE: set()}
        self._notes: list[Text] = []

    def run(self, *, full: bool) -> ReceiveReport:
        """STATUS, difference, fetch, record."""
        status = self._status = self._mailbox.status(self._folder)
        with self._database.reading() as connection:
            self._cursor = folder_cursor(connection, self._name, self._folder)
            self._attempts = failed_uids(connection, self._name, self._folder, status.uidvalidity)
        full = full or self._is_full_look_due()
        if not full and not self._attempts and self._cursor.uidnext == status.uidnext:
            return self._finish(self._cursor.server_count or 0, full=False)
        if full:
            self._begin_window()
        low = self._cursor.first_uid if full else self._cursor.uidnext
        on_server = self._mailbox.uids(self._folder, low or 1, status.uidnext - 1)
        self._fetch_all(self._to_do(on_server))
        if self._stop():
            return self._report(self._cursor.server_count or 0)
        count = len(on_server) - sum(len(self._left_alone[why].intersection(on_server)) for why in self._left_alone)
        if not full:
            return self._finish((self._cursor.server_count or 0) + count, full=False)
        self._balance(on_server, count)
        return self._finish(count, full=True)

    def _is_full_look_due(self) -> bool:
        cursor, status = self._cursor, self._status
        if cursor.uidvalidity != status.uidvalidity or cursor.uidnext is None or cursor.scanned_at is None:
            return True
        age = self._now() - cursor.scanned_at
        return status.uidnext < cursor.uidnext or not timedelta(0) <= age < FULL_LOOK_EVERY

    def _begin_window(self) -> None:
        """Find where the campaign's mail begins, and commit that before anything is fetched."""
        status, cursor = self._status, self._cursor
        if cursor.uidvalidity not in {None, status.uidvalidity}:
            self._notes.append(renumbered_note(self._name, self._folder))
        # a day more: SINCE goes by the server's calendar, which may be in another time zone
        first = self._mailbox.first_uid_since(self._folder, _day(self._window_start) - timedelta(days=1))
        self._cursor = replace(
            cursor,
            uidvalidity=status.uidvalidity,
            uidnext=cursor.uidnext if cursor.uidvalidity == status.uidvalidity else None,
            first_uid=status.uidnext if first is None else first,
        )
        with self._database.writing() as connection:
            save_cursor(connection, self._name, self._folder, self._cursor)

    def _to_do(self, on_server: tuple[int, ...]) -> list[int]:
        """What has no state yet, fresh mail first: one bad mail must not keep the others waiting."""
        known: set[int] = set()
        if on_server:
            with self._database.reading() as connection:
                known = known_uids(connection, self._name, self._folder, self._status.uidvalidity, on_server[0], on_server[-1])
        fresh = [uid for uid in on_server if uid not in known and uid not in self._attempts]
        return [*fresh, *sorted(self._attempts, key=lambda uid: (self._attempts[uid], uid))]

    def _fetch_all(self, to_do: list[int]) -> None:
        waiting, total, reconnects = to_do, len(to_do), 0
        while waiting and not self._stop():
            done: set[int] = set()
            try:
                self._fetch(waiting, done, total - len(waiting), total)
            except MailServerError as error:
                if self._mailbox.connected or not error.transient or not done or reconnects == RECONNECTS:
                    raise
                reconnects += 1
                self._mailbox.reconnect()
            waiting = [uid for uid in waiting if uid not in done]

    def _fetch(self, waiting: list[int], done: set[int], before: int, total: int) -> None:
        not_before = self._window_start
        if not isinstance(not_before, datetime):
            not_before = datetime.combine(not_before, time_of_day.min, tzinfo=self._now().tzinfo)
        try:
            for each in self._mailbox.fetch(self._folder, waiting, self._archive, not_before=not_before):
                if isinstance(each, Unfetched):
                    self._take_unfetched(each)
                elif not self._take_fetched(each):
                    continue
                done.add(each.uid)
                if self._progress is not None:
                    self._progress(before + len(done), total)
                if self._stop():
                    return
        finally:
            self._commit()

    def _take_fetched(self, fetched: Fetched) -> bool:
        """Keep a mail for the next commit; False if it has to be asked for again: it came shorter than announced.

        Twice the same is what the server has; some only guess at sizes.
        """
        mail = fetched.mail.keep()
        short = not fetched.truncated and fetched.announced is not None and mail.size < fetched.announced
        before = self._doubtful.get(fetched.uid)
        if short and before != mail.sha256:
            fetched.mail.discard()
            self._doubtful[fetched.uid] = mail.sha256
            if before is None:
                return False
            reason = f"the server announced {fetched.announced} bytes and gave less, each time another mail"
            self._take_unfetched(Unfetched(uid=fetched.uid, reason=reason, why=Why.REFUSED))
            return True
        self._group.append(fetched)
        if len(self._group) >= self._group_size or time.monotonic() - self._committed_at >= GROUP_SECONDS:
            self._commit()
        return True

    def _commit(self) -> None:
        """Files first, rows after: a row without its mail cannot come about."""
        group, self._group = self._group, []
        if not group:
            return
        self._archive.commit([fetched.mail for fetched in group])
        arrivals = [_arrival(fetched) for fetched in group]
        with self._database.writing() as connection:
            recorded = record_arrivals(
                connection,
                arrivals,
                mailbox=self._name,
                folder=self._folder,
                uidvalidity=self._status.uidvalidity,
                fetched_at=self._now(),
            )
        self._new.extend(each.number for each in recorded if each.new)
        self._recorded([arrival.sha256 for arrival, each in zip(arrivals, recorded, strict=True) if each.new])
        for fetched, arrival, each in zip(group, arrivals, recorded, strict=True):
            if each.forgotten:
                self._archive.drop(arrival.sha256)  # private mail, forgotten before: it stays so
            if fetched.truncated:
                limit = self._mailbox.settings.max_message_bytes
                self._notes.append(too_large_note(self._name, self._folder, fetched.uid, fetched.announced or 0, limit))
        self._committed_at = time.monotonic()
        self._group_size = min(2 * self._group_size, GROUP_MAILS)

    def _take_unfetched(self, unfetched: Unfetched) -> None:
        attempts = self._attempts.get(unfetched.uid, 0) + 1
        left_alone = self._left_alone.get(unfetched.why)
        if left_alone is not None:
            left_alone.add(unfetched.uid)
            if unfetched.uid in self._attempts:
                self._forget_unfetched({unfetched.uid})
            return
        self._failed.append(unfetched.uid)
        limit = TRIES_BROKEN if unfetched.why is Why.BROKEN else TRIES_REFUSED
        with self._database.writing() as connection:
            record_failed_uid(
                connection,
                mailbox=self._name,
                folder=self._folder,
                uidvalidity=self._status.uidvalidity,
                uid=unfetched.uid,
                reason=unfetched.reason,
                attempts=attempts,
                set_aside=attempts >= limit,
            )
        if attempts >= limit:
            self._notes.append(set_aside_note(self._name, self._folder, unfetched.uid, unfetched.reason))

    def _forget_unfetched(self, gone: set[int]) -> None:
        with self._database.writing() as connection:
            forget_unfetched(connection, self._name, self._folder, self._status.uidvalidity, gone)

    def _balance(self, on_server: tuple[int, ...], count: int) -> None:
        """Every UID on the server has exactly one state, or the officer hears of it."""
        place = (self._name, self._folder, self._status.uidvalidity)
        low, high = (on_server[0], on_server[-1]) if on_server else (0, 0)
        with self._database.writing() as connection:
            unfetched = unfetched_uids(connection, *place)
            forget_unfetched(connection, *place, unfetched.difference(on_server))
            known = known_uids(connection, *place, low, high) | unfetched
            gap = len(set(on_server) - known - self._left_alone[Why.EARLIER] - self._left_alone[Why.GONE])
            counted = Balance(counted_at=self._now(), counted=count, missing=gap)
            save_balance(connection, folder_place(self._name, self._folder), counted)
        if gap:
            self._notes.append(gap_note(self._name, self._folder, gap))

    def _finish(self, server_count: int, *, full: bool) -> ReceiveReport:
        """Commit how far we are: every UID below `uidnext` has a state now."""
        now = self._now()
        cursor = replace(
            self._cursor,
            uidnext=self._status.uidnext,
            scanned_at=now if full else self._cursor.scanned_at,
            last_success=now,
            server_count=server_count,
            error="",
            error_since=None,
        )
        with self._database.writing() as connection:
            save_cursor(connection, self._name, self._folder, cursor)
        return self._report(server_count)

    def _report(self, server_count: int) -> ReceiveReport:
        with self._database.reading() as connection:
            waiting = len(failed_uids(connection, self._name, self._folder, self._status.uidvalidity))
        return ReceiveReport(
            new=tuple(self._new),
            failed=tuple(self._failed),
            server_count=server_count,
            recorded=max(0, server_count - waiting),
            earlier=len(self._left_alone[Why.EARLIER]),
            notes=tuple(self._notes),
        )


def _arrival(fetched: Fetched) -> Arrival:
    mail = fetched.mail.keep()
    return Arrival(
        uid=fetched.uid,
        internaldate=fetched.internaldate,
        sha256=mail.sha256,
        size=mail.size,
        truncated=fetched.truncated,
    )


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
