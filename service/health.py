"""The health of each mailbox and of the archive as the board shows it: silence is an alarm, and one alarm is enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.settings import MailboxSettings
from config.text import Text
from service.installation import Installation
from storage.balance import ARCHIVE, Balance, balances, folder_place, save_balance
from storage.events import events_since, record_event
from storage.mail_records import archived_hashes, failed_uids, folder_cursor, folder_cursors
from storage.notices import Notice, NoticeKind, enqueue, notice_key
from storage.pauses import OUTGOING, Pause, mailbox_server, pauses

_ALARM_AFTER = timedelta(minutes=30)
_NEWS_FOR = timedelta(days=1)
_NEWS = "mailbox"
_UNREADABLE = " cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxHealth:
    """One mailbox: last real fetch, mails on the server in our window, those of them with a state, and what is wrong.

    `silent`: it should have been read by now, and was not. `notes` are what it told within the last day.
    """

    name: str
    last_success: datetime | None
    server: int
    recorded: int
    error: str
    silent: bool
    notes: tuple[Text, ...]
    next_try: datetime | None  # while it is left alone because it refused our log-in


def alarm_if_silent(installation: Installation, settings: MailboxSettings, now: datetime) -> None:
    """Tell the officers, once per failure, when a mailbox could not be read for half an hour."""
    with installation.database.reading() as connection:
        since = _failing_since(connection, settings)
    if since is not None and now - since >= _ALARM_AFTER:
        with installation.database.writing() as connection:
            _alarm(installation, connection, settings, since, now)


def failing_since(installation: Installation) -> datetime | None:
    """Since when some mailbox cannot be read, None when all can."""
    with installation.database.reading() as connection:
        since = [_failing_since(connection, each) for each in installation.home.mailboxes]
    return min((each for each in since if each is not None), default=None)


def alarmed_mailbox(notice: Notice) -> str:
    """The mailbox that a notice gives the alarm about, "" for every other notice."""
    is_alarm = notice.kind is NoticeKind.OFFICER_ALERT and notice.cause.endswith(_UNREADABLE)
    return notice.cause.removeprefix("mailbox ").removesuffix(_UNREADABLE) if is_alarm else ""


def note_news(installation: Installation, settings: MailboxSettings, notes: Iterable[Text], now: datetime) -> None:
    """Put on record what a mailbox told: the board shows it for a day. What was told within that day is not told again."""
    with installation.database.writing() as connection:
        told = set(_notes(connection, settings.name, now))
        for each in notes:
            if each not in told:
                record_event(connection, now, _NEWS, {"mailbox": settings.name, "vi": each.vi, "en": each.en})


def count_archive(installation: Installation, now: datetime) -> Balance:
    """Count the rows against the raw mails: every row has its mail, every mail its row."""
    with installation.database.reading() as connection:
        missing = archived_hashes(connection)
    rows, surplus = len(missing), 0
    for sha256 in installation.archive.hashes():
        surplus += sha256 not in missing
        missing.discard(sha256)
    counted = Balance(counted_at=now, counted=rows, missing=len(missing), surplus=surplus)
    with installation.database.writing() as connection:
        save_balance(connection, ARCHIVE, counted)
    return counted


def mailbox_health(connection: Connection, installation: Installation, now: datetime) -> tuple[MailboxHealth, ...]:
    """The health of every configured mailbox."""
    cursors, counted, paused = folder_cursors(connection), balances(connection), pauses(connection)
    found = []
    for settings in installation.home.mailboxes:
        own = {folder: cursors[settings.name, folder] for folder in settings.folders if (settings.name, folder) in cursors}
        successes = [each.last_success for each in own.values()]
        last_success = min((each for each in successes if each), default=None) if all(successes) else None
        server = sum(each.server_count or 0 for each in own.values())
        waiting = 0  # on the server and without a state
        for folder, each in own.items():
            last = counted.get(folder_place(settings.name, folder))
            waiting += last.missing if last else 0
            if each.uidvalidity is not None:
                waiting += len(failed_uids(connection, settings.name, folder, each.uidvalidity))
        found.append(
            MailboxHealth(
                name=settings.name,
                last_success=last_success,
                server=server,
                recorded=max(0, server - waiting),
                error=next((each.error for each in own.values() if each.error), ""),
                silent=last_success is not None and now - last_success > max(_ALARM_AFTER, 3 * settings.poll_every),
                notes=_notes(connection, settings.name, now),
                next_try=pause.until if (pause := paused.get(mailbox_server(settings.name))) and pause.holds(now) else None,
            )
        )
    return tuple(found)


def outgoing_pause(connection: Connection, now: datetime) -> Pause | None:
    """The pause of the outgoing server, None while it may be tried."""
    found = pauses(connection).get(OUTGOING)
    return found if found is not None and found.holds(now) else None


def _failing_since(connection: Connection, settings: MailboxSettings) -> datetime | None:
    since = [folder_cursor(connection, settings.name, folder).error_since for folder in settings.folders]
    return min((each for each in since if each is not None), default=None)


def archive_balance(connection: Connection) -> Balance | None:
    """The last count of the archive, None before the first."""
    return balances(connection).get(ARCHIVE)


def _notes(connection: Connection, name: str, now: datetime) -> tuple[Text, ...]:
    told = (each.payload for each in events_since(connection, _NEWS, now - _NEWS_FOR) if each.at <= now)
    return tuple(dict.fromkeys(Text(vi=each["vi"], en=each["en"]) for each in told if each["mailbox"] == name))


def _alarm(installation: Installation, connection: Connection, settings: MailboxSettings, since: datetime, now: datetime) -> None:
    for campaign in installation.campaigns_at(now)[:1]:
        for position, officer in enumerate(installation.home.office.officers, start=1):
            enqueue(
                connection,
                key=notice_key(campaign.id, f"mailbox {settings.name}", NoticeKind.OFFICER_ALERT, since, position),
                campaign=campaign.id,
                unit=None,
                kind=NoticeKind.OFFICER_ALERT,
                due_at=now,
                created_at=now,
                recipient=officer,
                cause=f"mailbox {settings.name}{_UNREADABLE}",
            )
