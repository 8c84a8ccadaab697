"""Reading ahead: begun in order, bounded, and nothing lost that is not taken."""

from __future__ import annotations

import threading
from contextlib import closing

from parsers.values import MessageReading
from service.reading_ahead import MOST_AHEAD, ReadingAhead


def test_what_was_begun_is_read_once_and_in_the_background() -> None:
    read: list[int] = []
    done = threading.Event()

    def reader(number: int) -> MessageReading | str:
        read.append(number)
        if number == 3:
            done.set()
        return f"read {number}"

    with closing(ReadingAhead(reader, at_once=1)) as ahead:
        ahead.begin((1, 2, 3))
        ahead.begin((2, 3))
        assert done.wait(30)
        assert [ahead.take(number) for number in (3, 1, 2)] == ["read 3", "read 1", "read 2"]
        assert read == [1, 2, 3]


def test_what_was_not_begun_is_read_when_its_turn_comes() -> None:
    with closing(ReadingAhead(lambda number: f"read {number}", at_once=1)) as ahead:
        assert ahead.take(7) == "read 7"


def test_only_so_many_readings_wait_in_memory() -> None:
    most = MOST_AHEAD
    read: list[int] = []

    def reader(number: int) -> MessageReading | str:
        read.append(number)
        return ""

    with closing(ReadingAhead(reader, at_once=1)) as ahead:
        ahead.begin(range(most + 50))
        for number in range(most):
            ahead.take(number)
        assert read == list(range(most))
        ahead.take(most)
        assert read[-1] == most


def test_closing_begins_nothing_more() -> None:
    started, go_on = threading.Event(), threading.Event()
    read: list[int] = []

    def reader(number: int) -> MessageReading | str:
        read.append(number)
        started.set()
        assert go_on.wait(30)
        return ""

    ahead = ReadingAhead(reader, at_once=1)
    ahead.begin((1, 2, 3))
    assert started.wait(30)
    closer = threading.Thread(target=ahead.close)
    closer.start()
    go_on.set()
    closer.join(30)
    assert read in ([1], [1, 2]), "what was at work ends; what is taken up in that moment too"
