"""The time axis, and the five reporting numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.rules.status import deadline_of, is_in, owes, rates, timeliness
from service.rules.submission import Content, Submission, Timeliness
from tests.service.papers import CAMPAIGN, on

DEADLINE = CAMPAIGN.deadline
SECOND = timedelta(seconds=1)


def submission(content: Content = Content.RECEIVED, completed: datetime | None = None, **more: object) -> Submission:
    return replace(Submission(unit="03295", content=content, slots=(), completed_at=completed), **more)  # type: ignore[arg-type]  # fields


def test_on_time_is_judged_by_receipt_to_the_second_whenever_it_is_looked_at() -> None:
    much_later = DEADLINE + timedelta(days=20)
    assert timeliness(CAMPAIGN, submission(completed=DEADLINE), much_later) is Timeliness.ON_TIME
    assert timeliness(CAMPAIGN, submission(completed=DEADLINE - SECOND), much_later) is Timeliness.ON_TIME
    assert timeliness(CAMPAIGN, submission(completed=DEADLINE + SECOND), much_later) is Timeliness.LATE


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (on(5), Timeliness.NOT_DUE),
        (DEADLINE - timedelta(days=3), Timeliness.DUE_SOON),
        (DEADLINE, Timeliness.DUE_SOON),
        (DEADLINE + SECOND, Timeliness.OVERDUE),
    ],
)
def test_what_is_not_complete_is_due_and_then_overdue(now: datetime, expected: Timeliness) -> None:
    assert timeliness(CAMPAIGN, submission(Content.PARTIAL), now) is expected


def test_an_extension_holds_for_its_unit_only_and_never_shortens() -> None:
    until = on(20, 23, 59, 59)
    extended = submission(Content.MISSING, extended_to=until)
    assert deadline_of(CAMPAIGN, extended) == until
    assert deadline_of(CAMPAIGN, submission(Content.MISSING)) == DEADLINE
    assert deadline_of(CAMPAIGN, None) == DEADLINE
    assert deadline_of(CAMPAIGN, submission(extended_to=on(10))) == DEADLINE
    assert timeliness(CAMPAIGN, extended, on(18)) is Timeliness.EXTENDED
    assert timeliness(CAMPAIGN, extended, until + SECOND) is Timeliness.OVERDUE
    assert timeliness(CAMPAIGN, submission(completed=until, extended_to=until), on(30)) is Timeliness.ON_TIME


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (Content.MISSING, True),
        (Content.PARTIAL, True),
        (Content.RETURNED, True),
        (Content.RECEIVED, False),
        (Content.ISSUES, False),
        (Content.APPROVED, False),
        (Content.EXCUSED, False),
    ],
)
def test_who_still_owes(content: Content, expected: bool) -> None:  # noqa: FBT001 - a table
    assert owes(submission(content)) is expected


def test_the_five_numbers() -> None:
    every = [
        submission(completed=on(8)),
        submission(Content.APPROVED, completed=on(9)),
        submission(Content.ISSUES, completed=DEADLINE + SECOND),
        submission(Content.RETURNED, completed=on(9)),
        submission(Content.PARTIAL),
        submission(Content.MISSING),
        submission(Content.EXCUSED, completed=on(9)),
    ]
    found = rates(CAMPAIGN, every, on(17))
    assert (found.expected, found.actual, found.on_time) == (6, 3, 2)
    assert (found.rate, found.on_time_rate) == (0.5, round(2 / 6, 4))


def test_no_unit_expected_is_no_division_by_zero() -> None:
    found = rates(CAMPAIGN, [submission(Content.EXCUSED)], on(17))
    assert (found.expected, found.rate, found.on_time_rate) == (0, 0.0, 0.0)


@pytest.mark.parametrize("day", [13, 14, 17])
def test_an_excused_unit_is_never_overdue(day: int) -> None:
    assert timeliness(CAMPAIGN, submission(Content.EXCUSED), on(day)) is Timeliness.NOT_DUE


def test_a_returned_report_is_not_in() -> None:
    assert is_in(submission(completed=on(8)))
    assert not is_in(submission(Content.RETURNED, completed=on(8)))
    assert not is_in(submission(Content.PARTIAL))
