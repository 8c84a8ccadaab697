"""The ladder of reminders over real calendars: working days, office hours, one rung at a time, nothing untrue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.campaign import Campaign
from service.rules.remind import RungKind, due_reminders, in_office_hours, ladder, next_rung, opens_at
from service.rules.submission import Content, Submission
from tests.service.papers import CAMPAIGN, UNIT

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def oct_(day: int, hour: int = 8, minute: int = 0) -> datetime:
    return datetime(2020, 10, day, hour, minute, tzinfo=ZONE)


def days(*numbers: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(days=each) for each in numbers)


def campaign(**plan: object) -> Campaign:
    return replace(CAMPAIGN, reminders=replace(CAMPAIGN.reminders, **plan))  # type: ignore[arg-type]  # fields of a plan


def owing(**more: object) -> Submission:
    return replace(Submission(unit=UNIT.code, content=Content.MISSING, slots=()), **more)  # type: ignore[arg-type]  # fields


def due(now: datetime, submission: Submission | None = None, of: Campaign = CAMPAIGN) -> list[tuple[str, datetime]]:
    return [(each.rung.kind.value, each.rung.due_at) for each in due_reminders(of, [submission or owing()], now, ZONE)]


def test_the_ladder_of_october_2020_stands_on_working_days() -> None:
    rungs = ladder(CAMPAIGN, CAMPAIGN.deadline, ZONE)
    assert [(each.kind.value, each.number, each.due_at) for each in rungs] == [
        ("reminder", 1, oct_(8)),
        ("reminder", 2, oct_(12)),
        ("reminder", 3, oct_(14)),
        ("overdue", 1, oct_(16)),
        ("overdue", 2, oct_(19)),  # T+3 is Sunday the 18th
    ]


def test_a_reminder_on_a_day_off_comes_before_it_and_a_late_call_after_it() -> None:
    monday = at("2020-10-19T23:59:59")
    rungs = ladder(campaign(before=days(2, 1), after=days(5)), monday, ZONE)
    assert [each.due_at for each in rungs] == [oct_(16), oct_(26)]  # Saturday and Sunday both become Friday: one rung


def test_no_reminder_falls_into_tet_2021() -> None:
    deadline = at("2021-02-18T23:59:59")  # Tết: 11 to 17 February, and the weekends beside
    rungs = ladder(campaign(before=days(7, 3, 1), after=days(1, 3)), deadline, ZONE)
    assert [each.due_at for each in rungs] == [at("2021-02-10T08:00"), at("2021-02-19T08:00"), at("2021-02-22T08:00")]
    assert [each.offset.days for each in rungs] == [1, 1, 3]


def test_without_working_days_every_day_counts() -> None:
    rungs = ladder(campaign(before=days(5), after=days(3), working_days_only=False), CAMPAIGN.deadline, ZONE)
    assert [each.due_at.date() for each in rungs] == [date(2020, 10, 10), date(2020, 10, 18)]


def test_a_reminder_after_the_hour_of_the_deadline_is_no_rung_nor_a_late_call_before_it() -> None:
    morning = at("2020-10-15T07:00")
    assert [each.kind for each in ladder(campaign(before=days(0), after=()), morning, ZONE)] == []
    assert [each.kind for each in ladder(campaign(before=(), after=days(0)), CAMPAIGN.deadline, ZONE)] == []
    assert [each.kind for each in ladder(campaign(before=days(0), after=days(0)), morning, ZONE)] != [RungKind.REMINDER]


def test_a_rung_is_due_from_its_hour_on() -> None:
    assert due(oct_(8, 7, 59)) == []
    assert due(oct_(8, 8, 0)) == [("reminder", oct_(8))]
    assert due(oct_(9, 10)) == [("reminder", oct_(8))]  # asked again: the caller drops what was sent


@pytest.mark.parametrize("hour", [(6, 0), (7, 29), (17, 0), (22, 0)])
def test_nobody_is_written_to_outside_office_hours(hour: tuple[int, int]) -> None:
    assert due(oct_(9, *hour)) == []


def test_nobody_is_written_to_on_a_day_off() -> None:
    assert due(oct_(10, 9)) == []
    assert due(at("2021-02-12T09:00")) == []


def test_after_standing_still_only_the_newest_rung_is_due() -> None:
    assert due(oct_(14, 9)) == [("reminder", oct_(14))]
    assert due(oct_(22, 9)) == [("overdue", oct_(19))]


def test_never_two_days_left_after_the_deadline() -> None:
    late = campaign(before=days(3), after=days(5))
    for day in (16, 19):
        assert due(oct_(day, 9), of=late) == []
    assert due(oct_(20, 9), of=late) == [("overdue", oct_(20))]


def test_an_extension_moves_the_rungs() -> None:
    extended = owing(extended_to=at("2020-10-22T23:59:59"), extended_at=oct_(13, 9))
    assert due(oct_(14, 9), extended) == []  # the 14th was a rung of the old deadline
    assert due(oct_(16, 9), extended) == [("reminder", oct_(15))]  # seven days before the new one
    assert due(oct_(21, 9), extended) == [("reminder", oct_(21))]
    assert due(oct_(23, 9), extended) == [("overdue", oct_(23))]


def test_whoever_was_just_given_more_time_is_not_reminded_of_a_rung_before_that() -> None:
    extended = owing(extended_to=at("2020-10-20T23:59:59"), extended_at=oct_(14, 9))
    assert due(oct_(14, 10), extended) == []  # T-7 of the new deadline was the 13th
    assert due(oct_(16, 8), extended) == [("reminder", oct_(16))]


@pytest.mark.parametrize("content", [Content.RECEIVED, Content.ISSUES, Content.APPROVED, Content.EXCUSED])
def test_whoever_owes_nothing_is_not_reminded(content: Content) -> None:
    assert due(oct_(14, 9), owing(content=content)) == []


@pytest.mark.parametrize("content", [Content.MISSING, Content.PARTIAL, Content.RETURNED])
def test_whoever_owes_something_is(content: Content) -> None:
    assert due(oct_(14, 9), owing(content=content)) == [("reminder", oct_(14))]


def test_after_the_campaign_closed_nobody_is_reminded() -> None:
    assert due(at("2020-11-13T09:00"))
    assert due(at("2020-11-16T09:00")) == []


def test_a_rung_before_the_campaign_began_is_not_made_up_for() -> None:
    late_start = replace(CAMPAIGN, starts=date(2020, 10, 9))
    assert due(oct_(9, 9), of=late_start) == []
    assert due(oct_(12, 9), of=late_start) == [("reminder", oct_(12))]


def test_the_next_rung() -> None:
    coming = next_rung(CAMPAIGN, CAMPAIGN.deadline, oct_(8), ZONE)
    assert coming is not None
    assert coming.due_at == oct_(12)
    assert next_rung(CAMPAIGN, CAMPAIGN.deadline, oct_(30), ZONE) is None


def test_when_the_office_opens_again() -> None:
    assert opens_at(CAMPAIGN, oct_(9, 9), ZONE) is None
    assert opens_at(CAMPAIGN, oct_(9, 5), ZONE) == oct_(9, 7, 30)
    assert opens_at(CAMPAIGN, oct_(9, 17), ZONE) == oct_(12, 7, 30)  # over the weekend
    assert opens_at(CAMPAIGN, at("2021-02-10T17:30"), ZONE) == at("2021-02-18T07:30")  # over Tết
    early = campaign(at=time(6, 0))
    assert opens_at(early, oct_(9, 6), ZONE) is None


moments = st.datetimes(oct_(1).replace(tzinfo=None), datetime.fromisoformat("2021-03-31")).map(
    lambda each: each.replace(tzinfo=ZONE)
)


@settings(max_examples=150, deadline=None)
@given(
    moments,
    moments,
    st.lists(st.integers(0, 20), max_size=4),
    st.lists(st.integers(0, 20), max_size=4),
    st.times(time(5), time(20)),
    st.booleans(),
)
def test_whatever_the_plan_the_ladder_keeps_its_promises(
    deadline: datetime,
    now: datetime,
    before: list[int],
    after: list[int],
    hour: time,
    working: bool,  # noqa: FBT001 - given by hypothesis
) -> None:
    plan = campaign(before=days(*before), after=days(*after), at=hour, working_days_only=working)
    plan = replace(plan, deadline=deadline, starts=date(2020, 1, 1), closes=date(2021, 12, 31))
    rungs = ladder(plan, deadline, ZONE)
    assert [each.due_at for each in rungs] == sorted({each.due_at for each in rungs})
    for each in rungs:
        assert (each.kind is RungKind.REMINDER) == (each.due_at <= deadline)
        assert not working or plan.working_days.is_working(each.due_at.date())
    for kind in RungKind:
        assert [each.number for each in rungs if each.kind is kind] == list(
            range(1, 1 + sum(each.kind is kind for each in rungs))
        )
    found = due_reminders(plan, [owing()], now, ZONE)
    assert len(found) <= 1
    for reminder in found:
        assert in_office_hours(plan, now, ZONE)
        assert reminder.rung.due_at <= now
        assert not any(reminder.rung.due_at < each.due_at <= now for each in rungs)
        assert (reminder.rung.kind is RungKind.REMINDER) == (now <= deadline)
    opens = opens_at(plan, now, ZONE)
    assert opens is None or (opens > now and in_office_hours(plan, opens, ZONE))
