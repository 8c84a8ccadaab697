"""The health of each mailbox as the board shows it: silence is an alarm, and one alarm is enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.settings import MailboxSettings
from service.installation import Installation
from storage.mail_records import folder_cursor, folder_cursors, recorded_count
from storage.notices import NoticeKind, enqueue, notice_key

_ALARM_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxHealth:
    """One mailbox: last real fetch, mails on the server in our window, mails with a state, and what is wrong."""

    name: str
    last_success: datetime | None
    server: int
    recorded: int
    error: str


def alarm_if_silent(installation: Installation, settings: MailboxSettings, now: datetime) -> None:
    """Tell the officers, once per failure, when a mailbox could not be read for half an hour."""
    with installation.database.writing() as connection:
        since = _failing_since(connection, settings)
        if since is not None and now - since >= _ALARM_AFTER:
            _alarm(installation, connection, settings, since, now)


def failing_since(installation: Installation) -> datetime | None:
    """Since when some mailbox cannot be read, None when all can."""
    with installation.database.reading() as connection:
        since = [_failing_since(connection, each) for each in installation.home.mailboxes]
    return min((each for each in since if each is not None), default=None)


def mailbox_health(connection: Connection, installation: Installation) -> tuple[MailboxHealth, ...]:
    """The health of every configured mailbox."""
    cursors = folder_cursors(connection)
    found = []
    for settings in installation.home.mailboxes:
        own = {folder: cursors[settings.name, folder] for folder in settings.folders if (settings.name, folder) in cursors}
        successes = [each.last_success for each in own.values()]
        recorded = sum(
            recorded_count(connection, settings.name, folder, each.uidvalidity)
            for folder, each in own.items()
            if each.uidvalidity is not None
        )
        found.append(
            MailboxHealth(
                name=settings.name,
                last_success=min((each for each in successes if each), default=None) if all(successes) else None,
                server=sum(each.server_count or 0 for each in own.values()),
                recorded=recorded,
                error=next((each.error for each in own.values() if each.error), ""),
            )
        )
    return tuple(found)


def _failing_since(connection: Connection, settings: MailboxSettings) -> datetime | None:
    since = [folder_cursor(connection, settings.name, folder).error_since for folder in settings.folders]
    return min((each for each in since if each is not None), default=None)


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
                cause=f"mailbox {settings.name} cannot be read",
            )
