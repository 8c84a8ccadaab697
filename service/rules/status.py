"""The time axis of a unit, and the five reporting numbers of a campaign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.campaign import Campaign
from service.rules.submission import Content, Submission, Timeliness

_SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Expected, actual (complete) and on-time reports. Excused units are not expected."""

    expected: int
    actual: int
    on_time: int

    @property
    def rate(self) -> float:
        """Actual by expected, 0 when none is expected."""
        return round(self.actual / self.expected, 4) if self.expected else 0.0

    @property
    def on_time_rate(self) -> float:
        """On time by expected, 0 when none is expected."""
        return round(self.on_time / self.expected, 4) if self.expected else 0.0


def deadline_of(campaign: Campaign, submission: Submission | None) -> datetime:
    """The moment a unit's report is due: the campaign's deadline, or later where the officer extended it."""
    if submission is not None and submission.extended_to is not None:
        return max(submission.extended_to, campaign.deadline)
    return campaign.deadline


def timeliness(campaign: Campaign, submission: Submission, now: datetime) -> Timeliness:
    """The time axis: judged by the server's receipt time of the mail that completed the report; an excused unit owes none."""
    due = deadline_of(campaign, submission)
    if submission.completed_at is not None:
        return Timeliness.ON_TIME if submission.completed_at <= due else Timeliness.LATE
    if submission.content is Content.EXCUSED:
        return Timeliness.NOT_DUE
    if now > due:
        return Timeliness.OVERDUE
    if due > campaign.deadline:
        return Timeliness.EXTENDED
    return Timeliness.DUE_SOON if now >= due - _SOON else Timeliness.NOT_DUE


def owes(submission: Submission) -> bool:
    """Whether the unit still owes some part of its report."""
    if submission.content in {Content.EXCUSED, Content.APPROVED}:
        return False
    return submission.content in {Content.MISSING, Content.PARTIAL, Content.RETURNED}


def is_in(submission: Submission) -> bool:
    """Whether the whole report is here and was not returned."""
    return submission.complete and submission.content is not Content.RETURNED


def rates(campaign: Campaign, submissions: Iterable[Submission], now: datetime) -> Rates:
    """The reporting numbers; a unit counts once however often it sends."""
    expected = [each for each in submissions if each.content is not Content.EXCUSED]
    actual = [each for each in expected if is_in(each)]
    on_time = [each for each in actual if timeliness(campaign, each, now) is Timeliness.ON_TIME]
    return Rates(expected=len(expected), actual=len(actual), on_time=len(on_time))
