"""The kick-off: each unit gets the order with the blank form and the outline, once, when the campaign opens."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config.campaign import Campaign
from service.rules.remind import in_office_hours
from storage.notices import NoticeKind, enqueue, notice_key


def kickoff_at(campaign: Campaign, timezone: ZoneInfo) -> datetime:
    """When the kick-off leaves: on the first working day of the campaign, at the hour of its reminders."""
    plan = campaign.reminders
    day = campaign.working_days.on_or_after(campaign.starts) if plan.working_days_only else campaign.starts
    return datetime.combine(day, plan.at, timezone)


def enqueue_kickoffs(connection: Connection, campaign: Campaign, now: datetime, timezone: ZoneInfo) -> int:
    """Queue the kick-off for every unit with an address; gives how many are new. Never after the deadline."""
    due_at = kickoff_at(campaign, timezone)
    if not campaign.reminders.kickoff or not due_at <= now <= campaign.deadline:
        return 0
    if not in_office_hours(campaign, now, timezone):
        return 0
    return sum(
        enqueue(
            connection,
            key=notice_key(campaign.id, unit.code, NoticeKind.KICKOFF, due_at, 1),
            campaign=campaign.id,
            unit=unit.code,
            kind=NoticeKind.KICKOFF,
            due_at=due_at,
            created_at=now,
            recipient=unit.emails[0],
            cause="the campaign opens",
        )
        for unit in campaign.roster
        if unit.emails
    )
