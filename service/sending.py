"""The send step: claim one notice, look again whether its cause still stands, render it, hand it over, record its fate.

queued -> claimed -> transmitting -> sent | failed | uncertain. `transmitting` is committed just before the mail's data goes out,
so that after a crash every doubt shows. Promise: at most one identical extra copy of a reminder or an output, none of a receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from config.errors import SendError
from config.settings import Sending, SmtpSettings
from service.outbox import Sender
from storage.database import Database
from storage.events import record_event
from storage.notices import (
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
_PER_ADDRESS_AND_DAY = 12
_RESERVE = 0.2
"""Share of the daily limit kept for mail about the deadline and the consolidated report."""

_FOR_OFFICE = (NoticeKind.OFFICER_ALERT, NoticeKind.DELIVERY, NoticeKind.DIGEST, NoticeKind.CHASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A rendered mail: its subject and its bytes, ready for DATA."""

    subject: str
    content: bytes


class Correspondent(Protocol):
    """Who knows whether a notice is still called for, and what it says."""

    def still_called_for(self, notice: Notice) -> str:
        """Why the notice is no longer needed, "" when it is."""

    def write(self, notice: Notice, message_id: str) -> Letter:
        """The letter for a notice, in the state of this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """What one round of sending did."""

    sent: int = 0
    dry: int = 0
    cancelled: int = 0
    failed: int = 0
    later: int = 0
    uncertain: int = 0


class Postman:
    """Sends what is due. `sender` is None in a dry run: everything happens but the handing over."""

    def __init__(
        self,
        database: Database,
        settings: SmtpSettings,
        sender: Sender | None,
        correspondent: Correspondent,
        was_sent: Callable[[str], bool | None] = lambda _message_id: None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._sender = sender
        self._correspondent = correspondent
        self._was_sent = was_sent

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
        """Send every notice that is due, one after the other."""
        with self._database.reading() as connection:
            due = due_notices(connection, now)
        counts: dict[str, int] = {}
        for notice in due:
            if stopping():
                break
            fate = self._send(notice, now)
            counts[fate] = counts.get(fate, 0) + 1
        self._settle_uncertain(now)
        return SendReport(**counts)

    def _send(self, notice: Notice, now: datetime) -> str:
        with self._database.writing() as connection:
            if not move(connection, notice.id, NoticeState.QUEUED, NoticeState.CLAIMED, attempts=notice.attempts + 1):
                return "later"
            waits_until = self._over_the_limit(left_since(connection, _day_of(now)), notice, now) or self._too_many(
                left_since(connection, now - timedelta(days=1), notice.recipient), notice, now
            )
            if waits_until is not None:
                later = {"next_attempt_at": waits_until, "attempts": notice.attempts, "error": "waits for the daily limit"}
                move(connection, notice.id, NoticeState.CLAIMED, NoticeState.QUEUED, **later)
                return "later"
        reason = self._correspondent.still_called_for(notice)
        if reason:
            return self._cancel(notice, reason, now)
        content = self._rendered(notice)
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
                move(connection, notice.id, NoticeState.CLAIMED, NoticeState.TRANSMITTING)
            on_the_wire = True

        try:
            sender.send(notice.recipient, content, before_data=before_data)
        except SendError as error:
            before = NoticeState.TRANSMITTING if on_the_wire else NoticeState.CLAIMED
            return self._refused(notice, before, error, now)
        self._record(notice, NoticeState.TRANSMITTING, NoticeState.SENT, now, sent_at=now, error="")
        return "sent"

    def _refused(self, notice: Notice, before: NoticeState, error: SendError, now: datetime) -> str:
        if error.uncertain:
            self._record(notice, before, NoticeState.UNCERTAIN, now, sent_at=now, error=str(error))
            return "uncertain"
        if error.permanent or notice.attempts + 1 >= _MOST_ATTEMPTS:
            self._record(notice, before, NoticeState.FAILED, now, error=str(error))
            return "failed"
        wait = min(_FIRST_RETRY * 2**notice.attempts, _LONGEST_RETRY)
        with self._database.writing() as connection:
            move(connection, notice.id, before, NoticeState.QUEUED, error=str(error), next_attempt_at=now + wait)
        return "later"

    def _cancel(self, notice: Notice, reason: str, now: datetime) -> str:
        self._record(notice, NoticeState.CLAIMED, NoticeState.CANCELLED, now, error=reason)
        return "cancelled"

    def _record(self, notice: Notice, before: NoticeState, after: NoticeState, now: datetime, **fields: object) -> None:
        with self._database.writing() as connection:
            if move(connection, notice.id, before, after, **fields):
                record_event(connection, now, "notice", {"key": notice.key, "to": notice.recipient, "state": after.value})

    def _settle_uncertain(self, now: datetime) -> None:
        """Ask the Sent folder where there is one; else send reminders and outputs once more, and receipts not."""
        with self._database.reading() as connection:
            uncertain = notices_in(connection, NoticeState.UNCERTAIN)
        for notice in uncertain:
            found = self._was_sent(notice.message_id) if notice.message_id else False
            if found:
                self._record(notice, NoticeState.UNCERTAIN, NoticeState.SENT, now, error="")
            elif notice.kind is not NoticeKind.RECEIPT and notice.attempts < 2:  # noqa: PLR2004 - the second copy is the last
                with self._database.writing() as connection:
                    move(connection, notice.id, NoticeState.UNCERTAIN, NoticeState.QUEUED, next_attempt_at=now + _FIRST_RETRY)

    def _over_the_limit(self, left_today: int, notice: Notice, now: datetime) -> datetime | None:
        limit = self._settings.daily_limit
        share = limit if notice.kind in _FOR_OFFICE else int(limit * (1 - _RESERVE))
        return _day_of(now) + timedelta(days=1) if left_today >= share else None

    def _too_many(self, left: int, notice: Notice, now: datetime) -> datetime | None:
        """A robot that answers our answers is starved by the cap per address; the office itself is not capped."""
        if notice.kind in _FOR_OFFICE or left < _PER_ADDRESS_AND_DAY:
            return None
        return now + timedelta(hours=6)

    def message_id(self, key: str) -> str:
        """The Message-ID that belongs to a notice's key: the same mail sent again carries the same one."""
        domain = self._settings.from_address.rpartition("@")[2] or "localhost"
        return f"<thubao.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _day_of(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
