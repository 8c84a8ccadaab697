"""Limits by the clock on the wall: who takes too long is stopped, who is done in time is left alone."""

from __future__ import annotations

import threading

import pytest

from service.wall_clock import WallClock

LONG = 30.0


def test_what_takes_too_long_is_stopped_while_longer_limits_wait() -> None:
    clock, stopped = WallClock(), threading.Event()
    with clock.limit(LONG, lambda: pytest.fail("it had time")), clock.limit(0.01, stopped.set):
        assert stopped.wait(LONG)


def test_what_is_done_is_never_stopped() -> None:
    clock, calls, later = WallClock(), [], threading.Event()
    for _ in range(50):
        with clock.limit(0.02, lambda: calls.append(1)):
            pass
    with clock.limit(0.05, later.set):  # its turn comes after theirs
        assert later.wait(LONG)
    assert calls == []


def test_each_of_several_threads_has_its_own_limit() -> None:
    clock = WallClock()
    stopped = [threading.Event() for _ in range(4)]

    def work(number: int) -> None:
        with clock.limit(0.01 * (number + 1), stopped[number].set):
            assert stopped[number].wait(LONG)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(LONG)
    assert all(each.is_set() for each in stopped)
