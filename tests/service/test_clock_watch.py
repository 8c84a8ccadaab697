"""A clock that jumps: nothing is closed or sent by it until it can be believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service.clock_watch import ClockWatch

NOON = datetime(2020, 10, 15, 12, tzinfo=UTC)


class Machine:
    """Time goes by, and the wall clock with it unless somebody sets it."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.wall = NOON
        self.watch = ClockWatch(lambda: self.passed)

    def trouble(self, minutes: float = 1, *, set_by: timedelta = timedelta(0)) -> str:
        """What the watch says after so many minutes and a change of the clock."""
        self.passed += 60 * minutes
        self.wall += timedelta(minutes=minutes) + set_by
        found = self.watch.trouble(self.wall)
        return found.en if found else ""


def test_a_clock_that_goes_is_believed_also_after_a_long_pause() -> None:
    machine = Machine()
    assert [machine.trouble(), machine.trouble(), machine.trouble(60 * 24 * 3)] == ["", "", ""]


def test_a_clock_set_by_a_little_is_believed() -> None:
    machine = Machine()
    machine.trouble()
    assert machine.trouble(set_by=timedelta(minutes=4)) == ""
    assert machine.trouble(set_by=timedelta(minutes=-4)) == ""


def test_a_clock_set_back_is_waited_for() -> None:
    machine = Machine()
    machine.trouble()
    assert "went back" in machine.trouble(set_by=timedelta(hours=-1))
    assert "went back" in machine.trouble(30)
    assert machine.trouble(40) == ""


def test_a_clock_that_was_set_back_and_is_set_right_is_believed_at_once() -> None:
    machine = Machine()
    machine.trouble()
    machine.trouble(set_by=timedelta(days=-300))
    assert machine.trouble(set_by=timedelta(days=300)) == ""


def test_a_clock_that_jumps_ahead_closes_nothing_for_half_an_hour_and_is_believed_then() -> None:
    machine = Machine()
    machine.trouble()
    assert "jumped ahead" in machine.trouble(set_by=timedelta(days=2))
    assert "jumped ahead" in machine.trouble(28)
    assert machine.trouble(2) == ""
    assert machine.trouble() == ""


def test_a_clock_that_jumped_ahead_and_is_set_right_again_stops_nothing_any_more() -> None:
    machine = Machine()
    machine.trouble()
    machine.trouble(set_by=timedelta(days=300))
    machine.trouble()
    assert machine.trouble(set_by=timedelta(days=-300)) == ""
    assert machine.trouble(60) == ""


def test_without_a_count_of_seconds_any_clock_that_goes_forward_is_believed() -> None:
    watch = ClockWatch()
    assert [watch.trouble(NOON + timedelta(days=each)) for each in (0, 9, 400)] == [None, None, None]
    assert watch.trouble(NOON) is not None
