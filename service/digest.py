"""The officer's digest: how the campaign stands and what to decide, daily before the deadline, weekly otherwise."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config.campaign import Campaign
from service.cell_pictures import ArchivedCells
from service.consolidating import draft
from service.installation import Installation
from service.judging import submissions
from service.officer_mail import code_for
from service.outputs.workbook import write_workbook
from storage.filings import MessageState, filings
from storage.mail_records import set_aside_sightings
from storage.notices import DID_NOT_ARRIVE, NoticeKind, NoticeState, enqueue, notice_key, notices

_AT = time(7, 30)
_DAY_ENDS = time(17, 0)
_DAILY_FROM = timedelta(days=7)
_ALWAYS_FROM = timedelta(days=2)
"""The last three days, the deadline's own among them: then the officer hears even that nothing has changed."""


def is_digest_day(campaign: Campaign, day: date, timezone: ZoneInfo) -> bool:
    """Working days of the last week before the deadline, and else the first working day of each week of the campaign."""
    if not campaign.starts <= day <= campaign.closes or not campaign.working_days.is_working(day):
        return False
    left = campaign.deadline.astimezone(timezone).date() - day
    if timedelta(0) <= left <= _DAILY_FROM:
        return True
    return campaign.working_days.on_or_after(day - timedelta(days=day.weekday())) == day


def digest_moments(campaign: Campaign, timezone: ZoneInfo) -> tuple[datetime, ...]:
    """Every moment of the campaign at which a digest may leave."""
    days = (campaign.starts + timedelta(days=each) for each in range((campaign.closes - campaign.starts).days + 1))
    return tuple(datetime.combine(day, _AT, timezone) for day in days if is_digest_day(campaign, day, timezone))


def enqueue_digests(installation: Installation, connection: Connection, campaign: Campaign, now: datetime) -> int:
    """Queue today's digest for every officer; gives how many are new. One that would say nothing new is recorded as cancelled."""
    timezone = installation.home.office.timezone
    local = now.astimezone(timezone)
    if not _AT <= local.time() < _DAY_ENDS or not is_digest_day(campaign, local.date(), timezone):
        return 0
    due_at = datetime.combine(local.date(), _AT, timezone)
    told = [each for each in notices(connection, campaign.id) if each.kind is NoticeKind.DIGEST]
    if any(each.due_at == due_at for each in told):
        return 0
    state = _state(connection, campaign)
    last = next((each for each in reversed(told) if each.state is not NoticeState.CANCELLED), None)
    left = campaign.deadline.astimezone(timezone).date() - local.date()
    news = last is None or last.context.get("state") != state or timedelta(0) <= left <= _ALWAYS_FROM
    return sum(
        enqueue(
            connection,
            key=notice_key(campaign.id, None, NoticeKind.DIGEST, due_at, position),
            campaign=campaign.id,
            unit=None,
            kind=NoticeKind.DIGEST,
            due_at=due_at,
            created_at=now,
            recipient=officer,
            cause="digest" if news else "digest: nothing has changed since the last one",
            context={"state": state, "reply_code": code_for(installation)},
            state=NoticeState.QUEUED if news else NoticeState.CANCELLED,
        )
        for position, officer in enumerate(installation.home.office.officers, start=1)
    )


def draft_workbook(installation: Installation, campaign: Campaign, now: datetime) -> tuple[str, bytes]:
    """The consolidated workbook of this moment, marked as a draft wherever that stands in it, and in its name."""
    made = replace(draft(installation, campaign, now), final=False)
    name = f"BAN-NHAP-{campaign.id}-{now.astimezone(installation.home.office.timezone):%Y%m%d}.xlsx"
    with tempfile.TemporaryDirectory(prefix="thubao-draft-") as folder:
        path = Path(folder) / name
        write_workbook(path, campaign, made, installation.home.office.language, ArchivedCells(installation))
        return name, path.read_bytes()


def _state(connection: Connection, campaign: Campaign) -> str:
    """A hash of all that a digest tells: what each unit has sent, which mails wait, which of ours did not arrive."""
    waits = {MessageState.UNATTRIBUTED, MessageState.NEEDS_DECISION, MessageState.SET_ASIDE}
    content = [
        [
            [each.unit, each.content.value, each.version, list(each.waiting), each.provisional, len(each.findings)]
            for each in submissions(connection, campaign)
        ],
        sorted(number for number, each in filings(connection).items() if each.state in waits),
        [[each.mailbox, each.folder, each.uid] for each in set_aside_sightings(connection)],
        sorted(each.key for each in notices(connection, campaign.id) if each.state in DID_NOT_ARRIVE),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
