"""The send step: claim one notice, look again whether its cause still stands, render it, hand it over, record its fate.

queued -> claimed -> transmitting -> sent | failed | uncertain. `transmitting` is committed just before the mail's data goes out,
so that after a crash every doubt shows. Promise: at most one identical extra copy of a reminder or an output, none of a receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from config.errors import SendError, StorageError, ThubaoError
from config.settings import Sending, SmtpSettings
from service.outbox import Sender
from service.outbox_errors import UnreachableError
from storage.database import Database
from storage.events import record_event
from storage.notices import (
    WAITS,
    WITHOUT_FILES,
    Notice,
    NoticeKind,
    NoticeState,
    due_notices,
    left_since,
    move,
    notice_content,
    notices_in,
)

_FIRST_RETRY = timedelta(minutes=2)
_LONGEST_RETRY = timedelta(hours=2)
_MOST_ATTEMPTS = 12
_GIVE_UP_AFTER = timedelta(days=4)
"""RFC 5321 asks for four days at least: a quota or a weekend's failure is over by then."""
_PER_ADDRESS_AND_DAY = 12
_PER_ADDRESS_PAUSE = timedelta(hours=6)
_ASK_SENT_FOLDER = timedelta(days=1)
_RESERVE = 0.2
"""Share of the daily limit kept for mail about the deadline and the consolidated report."""

_EXTRA_COPY = "extra_copy"
"""In a notice's context: it may have arrived, and is sent for the second and last time."""
_FOR_OFFICE = (
    NoticeKind.OFFICER_ALERT,
    NoticeKind.DELIVERY,
    NoticeKind.DIGEST,
    NoticeKind.CHASE,
    NoticeKind.OFFICER_ANSWER,
)  # fmt: skip - one list


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A rendered mail: its subject and its bytes, ready for DATA."""

    subject: str
    content: bytes


class Correspondent(Protocol):
    """Who knows whether a notice is still called for, and what it says."""

    def still_called_for(self, notice: Notice) -> str:
        """Why the notice is no longer needed, "" when it is."""

    def not_before(self, notice: Notice) -> datetime | None:
        """Until when the notice has to wait for its reader's office to open, None when it may leave now."""

    def write(self, notice: Notice, message_id: str) -> Letter:
        """The letter for a notice, in the state of this moment; ThubaoError when it cannot be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """What one round of sending did. `trouble`: why it ended before its time or never began."""

    sent: int = 0
    dry: int = 0
    cancelled: int = 0
    failed: int = 0
    later: int = 0
    uncertain: int = 0
    trouble: UnreachableError | None = field(default=None, compare=False)


class Postman:
    """Sends what is due. `sender` is None in a dry run: everything happens but the handing over."""

    def __init__(
        self,
        database: Database,
        settings: SmtpSettings,
        sender: Sender | None,
        correspondent: Correspondent,
        was_sent: Callable[[str], bool | None] = lambda _message_id: None,
        look_again: Callable[[Notice], None] = lambda _notice: None,
    ) -> None:
        """`look_again` is called before a notice's cause is looked at: the mailbox may have to be read first."""
        self._database = database
        self._settings = settings
        self._sender = sender
        self._correspondent = correspondent
        self._was_sent = was_sent
        self._look_again = look_again

    def recover(self, now: datetime) -> None:
        """After a crash: what was claimed is queued again, what was on the wire is uncertain and treated by its kind."""
        with self._database.reading() as connection:
            claimed = notices_in(connection, NoticeState.CLAIMED)
            on_the_wire = notices_in(connection, NoticeState.TRANSMITTING)
        with self._database.writing() as connection:
            for notice in claimed:
                move(connection, notice.id, NoticeState.CLAIMED, NoticeState.QUEUED)
            for notice in on_the_wire:
                move(connection, notice.id, NoticeState.TRANSMITTING, NoticeState.UNCERTAIN, error="stopped while sending")
        self._settle_uncertain(now)

    def send_due(self, now: datetime, *, stopping: Callable[[], bool] = lambda: False) -> SendReport:
        """Send every notice that is due, one after the other. What an interrupted round left half done is settled first.

        When the server cannot be reached, the round ends: the others would only wait for it in turn.
        """
        self.recover(now)
        with self._database.reading() as connection:
            due = due_notices(connection, now)
        counts: dict[str, int] = {}
        trouble = None
        for position, notice in enumerate(due):
            if stopping():
                break
            try:
                fate = self._send(notice, now)
            except UnreachableError as error:
                self._postpone(notice, now + _FIRST_RETRY, str(error))
                counts["later"] = counts.get("later", 0) + len(due) - position
                trouble = error
                break
            counts[fate] = counts.get(fate, 0) + 1
        self._settle_uncertain(now)
        return SendReport(**counts, trouble=trouble)

    def _send(self, notice: Notice, now: datetime) -> str:
        with self._database.writing() as connection:
            if not move(connection, notice.id, NoticeState.QUEUED, NoticeState.CLAIMED, attempts=notice.attempts + 1):
                return "later"
            left_today = left_since(connection, _day_of(now), rehearsed=self._sender is None)
            left_to_it = left_since(connection, now - timedelta(days=1), notice.recipient, rehearsed=self._sender is None)
        self._look_again(notice)
        reason = self._correspondent.still_called_for(notice)
        if reason:
            return self._cancel(notice, reason, now)
        waits = self._limit(notice, left_today, left_to_it, now)
        opens = self._correspondent.not_before(notice)
        if waits is None and opens is not None and opens > now:
            waits = (opens, f"{WAITS} for office hours, for an order about the unit, or until the mailbox can be read")
        if waits is not None:
            self._postpone(notice, *waits)
            return "later"
        try:
            content = self._rendered(notice)
        except StorageError:
            raise
        except ThubaoError as error:  # a letter that cannot be written keeps no other mail from leaving
            self._record(notice, NoticeState.CLAIMED, NoticeState.FAILED, now, error=str(error))
            return "failed"
        if self._sender is None or self._settings.sending is Sending.DRY_RUN:
            self._record(notice, NoticeState.CLAIMED, NoticeState.DRY_RUN, now, sent_at=now)
            return "dry"
        return self._hand_over(self._sender, notice, content, now)

    def _rendered(self, notice: Notice) -> bytes:
        """The mail's bytes: rendered once, then always the same."""
        with self._database.reading() as connection:
            content = notice_content(connection, notice.id)
        if content is not None:
            return content
        message_id = self.message_id(notice.key)
        letter = self._correspondent.write(notice, message_id)
        with self._database.writing() as connection:
            fields = {"subject": letter.subject, "message_id": message_id, "content": letter.content}
            move(connection, notice.id, NoticeState.CLAIMED, NoticeState.CLAIMED, **fields)
        return letter.content

    def _hand_over(self, sender: Sender, notice: Notice, content: bytes, now: datetime) -> str:
        on_the_wire = False

        def before_data() -> None:
            nonlocal on_the_wire
            with self._database.writing() as connection:
                move(connection, notice.id, NoticeState.CLAIMED, NoticeState.TRANSMITTING, sent_at=now)
            on_the_wire = True

        try:
            sender.send(notice.recipient, content, before_data=before_data)
        except UnreachableError:
            raise  # the round ends; see send_due
        except SendError as error:
            before = NoticeState.TRANSMITTING if on_the_wire else NoticeState.CLAIMED
            return self._refused(notice, before, error, now)
        self._record(notice, NoticeState.TRANSMITTING, NoticeState.SENT, now, sent_at=now, error="")
        return "sent"

    def _refused(self, notice: Notice, before: NoticeState, error: SendError, now: datetime) -> str:
        if error.uncertain:
            self._record(notice, before, NoticeState.UNCERTAIN, now, sent_at=now, error=str(error))
            return "uncertain"
        if error.too_large and not notice.context.get(WITHOUT_FILES) and not _is_extra(notice):
            smaller = {"context": {**notice.context, WITHOUT_FILES: True}, "content": None, "next_attempt_at": now + _FIRST_RETRY}
            with self._database.writing() as connection:
                move(connection, notice.id, before, NoticeState.QUEUED, error=str(error), sent_at=notice.sent_at, **smaller)
            return "later"
        if error.permanent or (notice.attempts + 1 >= _MOST_ATTEMPTS and now - notice.created_at >= _GIVE_UP_AFTER):
            after = NoticeState.UNCERTAIN if _is_extra(notice) else NoticeState.FAILED
            self._record(notice, before, after, now, error=str(error), sent_at=notice.sent_at)
            return after.value
        wait = min(_FIRST_RETRY * 2 ** min(notice.attempts, _MOST_ATTEMPTS), _LONGEST_RETRY)
        later = {"error": str(error), "next_attempt_at": now + wait, "sent_at": notice.sent_at}
        with self._database.writing() as connection:
            move(connection, notice.id, before, NoticeState.QUEUED, **later)
        return "later"

    def _cancel(self, notice: Notice, reason: str, now: datetime) -> str:
        """A second copy that is no longer called for leaves the doubt about the first as it is."""
        if _is_extra(notice):
            self._record(notice, NoticeState.CLAIMED, NoticeState.UNCERTAIN, now, error=f"{notice.error}; not repeated: {reason}")
        else:
            self._record(notice, NoticeState.CLAIMED, NoticeState.CANCELLED, now, error=reason)
        return "cancelled"

    def _postpone(self, notice: Notice, until: datetime, reason: str) -> None:
        """Back into the queue without counting an attempt: nothing about this mail was refused."""
        later = {"next_attempt_at": until, "attempts": notice.attempts, "error": reason}
        with self._database.writing() as connection:
            move(connection, notice.id, NoticeState.CLAIMED, NoticeState.QUEUED, **later)

    def _record(self, notice: Notice, before: NoticeState, after: NoticeState, now: datetime, **fields: object) -> None:
        with self._database.writing() as connection:
            if move(connection, notice.id, before, after, **fields):
                record_event(connection, now, "notice", {"key": notice.key, "to": notice.recipient, "state": after.value})

    def _settle_uncertain(self, now: datetime) -> None:
        """Ask the Sent folder where there is one; else send reminders and outputs once more, and receipts not."""
        with self._database.reading() as connection:
            uncertain = notices_in(connection, NoticeState.UNCERTAIN)
        for notice in uncertain:
            repeats = notice.kind is not NoticeKind.RECEIPT and not _is_extra(notice)
            recent = now - (notice.sent_at or notice.created_at) < _ASK_SENT_FOLDER
            if (recent or repeats) and notice.message_id and self._was_sent(notice.message_id):
                self._record(notice, NoticeState.UNCERTAIN, NoticeState.SENT, now, error="")
            elif repeats:
                again = {"next_attempt_at": now + _FIRST_RETRY, "context": {**notice.context, _EXTRA_COPY: True}}
                with self._database.writing() as connection:
                    move(connection, notice.id, NoticeState.UNCERTAIN, NoticeState.QUEUED, **again)

    def _limit(self, notice: Notice, left_today: int, left_to_it: int, now: datetime) -> tuple[datetime, str] | None:
        """Until when the limits make a mail wait, and which; a robot that answers our answers is starved by the one per address.

        The office itself is not capped, and a share of the day is kept for it.
        """
        limit = self._settings.daily_limit
        for_office = notice.kind in _FOR_OFFICE
        if left_today >= (limit if for_office else limit - int(limit * _RESERVE)):
            return _day_of(now) + timedelta(days=1), f"{WAITS} for the daily limit"
        if not for_office and left_to_it >= _PER_ADDRESS_AND_DAY:
            return now + _PER_ADDRESS_PAUSE, f"{WAITS}: too many mails to this address within a day"
        return None

    def message_id(self, key: str) -> str:
        """The Message-ID that belongs to a notice's key: the same mail sent again carries the same one."""
        domain = self._settings.from_address.rpartition("@")[2] or "localhost"
        return f"<thubao.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _is_extra(notice: Notice) -> bool:
    return bool(notice.context.get(_EXTRA_COPY))


def _day_of(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
