"""The ladder of reminders: which notice is due for whom at this moment. A plan only; nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from config.campaign import Campaign
from service.rules.status import deadline_of, owes
from service.rules.submission import Submission

_OFFICE_OPENS = time(7, 30)
_OFFICE_CLOSES = time(17, 0)
_FINAL_CALL = timedelta(days=2)


class RungKind(StrEnum):
    """Before the deadline a reminder, after it a call for the overdue report."""

    REMINDER = "reminder"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder. `number` counts from 1 within its kind; `offset` is days before or after the deadline's date."""

    kind: RungKind
    due_at: datetime
    number: int
    offset: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReminder:
    """A reminder that one unit is owed now."""

    unit: str
    rung: Rung


def ladder(campaign: Campaign, deadline: datetime, timezone: ZoneInfo) -> tuple[Rung, ...]:
    """Every rung for a deadline, in time order. Days off move a reminder to the day before, a late call to the day after.

    A reminder that would come after the deadline's hour, or a late call before it, is no rung.
    """
    plan = campaign.reminders
    last_day = deadline.astimezone(timezone).date()
    moments: dict[datetime, tuple[RungKind, timedelta]] = {}
    for offset in sorted(plan.before, reverse=True):
        day = last_day - offset
        day = campaign.working_days.on_or_before(day) if plan.working_days_only else day
        moments[datetime.combine(day, plan.at, timezone)] = (RungKind.REMINDER, offset)
    for offset in sorted(plan.after):
        day = last_day + offset
        day = campaign.working_days.on_or_after(day) if plan.working_days_only else day
        moments.setdefault(datetime.combine(day, plan.at, timezone), (RungKind.OVERDUE, offset))
    numbers = dict.fromkeys(RungKind, 0)
    rungs = []
    for moment, (kind, offset) in sorted(moments.items()):
        if (kind is RungKind.REMINDER) != (moment <= deadline):
            continue
        numbers[kind] += 1
        rungs.append(Rung(kind=kind, due_at=moment, number=numbers[kind], offset=offset))
    return tuple(rungs)


def due_reminders(
    campaign: Campaign, submissions: Iterable[Submission], now: datetime, timezone: ZoneInfo
) -> tuple[DueReminder, ...]:
    """Whom to remind now. After a time of standing still a unit gets the newest rung only, never a heap of old ones.

    Outside office hours nothing is due: it waits for the next working morning. The caller drops what was sent before.
    """
    if not in_office_hours(campaign, now, timezone) or now.astimezone(timezone).date() > campaign.closes:
        return ()
    due = []
    for submission in submissions:
        if not owes(submission):
            continue
        rung = _newest_rung(campaign, deadline_of(campaign, submission), now, timezone)
        if rung is not None and (submission.extended_at is None or rung.due_at > submission.extended_at):
            due.append(DueReminder(unit=submission.unit, rung=rung))
    return tuple(due)


def chase_at(campaign: Campaign, timezone: ZoneInfo) -> datetime | None:
    """When the officer gets the draft chase letter: so many working days after the deadline's date; None where it is off."""
    plan = campaign.reminders
    if plan.chase is None:
        return None
    day = campaign.deadline.astimezone(timezone).date()
    for _ in range(plan.chase.days):
        day = campaign.working_days.on_or_after(day + timedelta(days=1))
    return datetime.combine(day, plan.at, timezone)


def final_call(campaign: Campaign, now: datetime, due: datetime, timezone: ZoneInfo) -> datetime:
    """The last moment before the report is made without a unit: the end of the working day two days from now, or from `due`."""
    day = (max(now, due) + _FINAL_CALL).astimezone(timezone).date()
    return datetime.combine(campaign.working_days.on_or_after(day), _OFFICE_CLOSES, timezone)


def next_rung(campaign: Campaign, deadline: datetime, now: datetime, timezone: ZoneInfo) -> Rung | None:
    """The first rung still ahead, None after the last."""
    return next((rung for rung in ladder(campaign, deadline, timezone) if rung.due_at > now), None)


def opens_at(campaign: Campaign, now: datetime, timezone: ZoneInfo) -> datetime | None:
    """When a person in the office may be written to again, None when one may be written to now."""
    if in_office_hours(campaign, now, timezone):
        return None
    local = now.astimezone(timezone)
    opens = min(_OFFICE_OPENS, campaign.reminders.at)
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    return datetime.combine(
        campaign.working_days.on_or_after(day) if campaign.reminders.working_days_only else day, opens, timezone
    )


def in_office_hours(campaign: Campaign, now: datetime, timezone: ZoneInfo) -> bool:
    """Whether a person in the office may be written to now."""
    local = now.astimezone(timezone)
    if campaign.reminders.working_days_only and not campaign.working_days.is_working(local.date()):
        return False
    opens = min(_OFFICE_OPENS, campaign.reminders.at)
    return opens <= local.time() < _OFFICE_CLOSES


def _newest_rung(campaign: Campaign, deadline: datetime, now: datetime, timezone: ZoneInfo) -> Rung | None:
    past = [rung for rung in ladder(campaign, deadline, timezone) if rung.due_at <= now]
    if not past:
        return None
    newest = past[-1]
    if newest.kind is RungKind.REMINDER and now > deadline:
        return None  # "two days left" would be untrue; the overdue call comes at its own time
    starts = datetime.combine(campaign.starts, time.min, timezone)
    return newest if newest.due_at >= starts else None
