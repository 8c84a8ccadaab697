"""When a server is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.backoff import Backoff

NOON = datetime(2020, 10, 15, 12, tzinfo=UTC)


def test_it_waits_longer_each_time_up_to_the_cap() -> None:
    backoff, waits = Backoff(), []
    for _ in range(12):
        backoff = backoff.failed(NOON)
        waits.append(backoff.wait.total_seconds())
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_it_is_ready_at_first_after_success_and_when_the_time_has_come() -> None:
    failed = Backoff().failed(NOON).failed(NOON)
    assert Backoff().ready(NOON)
    assert failed.succeeded() == Backoff()
    assert not failed.ready(NOON + timedelta(seconds=1.9))
    assert failed.ready(NOON + timedelta(seconds=2))
    assert failed.next_try() == NOON + timedelta(seconds=2)
    assert Backoff().next_try() is None


def test_what_only_a_person_can_mend_waits_the_cap_at_once() -> None:
    assert Backoff().failed(NOON, transient=False).wait == timedelta(minutes=15)


def test_a_clock_that_goes_back_does_not_make_us_wait_for_ever() -> None:
    assert Backoff().failed(NOON).ready(NOON - timedelta(days=400))


@given(failures=st.integers(0, 300), first=st.integers(1, 3600))
def test_the_wait_stays_between_first_and_cap(failures: int, first: int) -> None:
    backoff = Backoff(first=timedelta(seconds=first), cap=timedelta(hours=1))
    for _ in range(failures + 1):
        backoff = backoff.failed(NOON)
    assert timedelta(seconds=first) <= backoff.wait <= timedelta(hours=1)
