"""Reading ahead: begun in order, bounded, and nothing lost that is not taken."""

from __future__ import annotations

import threading
from contextlib import closing

from service.reading_ahead import MOST_AHEAD, Read, ReadingAhead, Unread


def test_what_was_begun_is_read_once_and_in_the_background() -> None:
    read: list[str] = []
    done = threading.Event()

    def reader(sha256: str) -> Read:
        read.append(sha256)
        if sha256 == "c":
            done.set()
        return Unread(reason=f"read {sha256}")

    with closing(ReadingAhead(reader, at_once=1)) as ahead:
        ahead.begin(("a", "b", "c"))
        ahead.begin(("b", "c"))
        assert done.wait(30)
        assert [ahead.take(each) for each in "cab"] == [Unread(reason=f"read {each}") for each in "cab"]
        assert read == ["a", "b", "c"]


def test_what_was_not_begun_is_read_when_its_turn_comes() -> None:
    with closing(ReadingAhead(lambda sha256: Unread(reason=f"read {sha256}"), at_once=1)) as ahead:
        assert ahead.take("g") == Unread(reason="read g")


def test_only_so_many_readings_wait_in_memory() -> None:
    most = MOST_AHEAD
    read: list[str] = []

    def reader(sha256: str) -> Read:
        read.append(sha256)
        return Unread(reason="")

    with closing(ReadingAhead(reader, at_once=1)) as ahead:
        hashes = [f"{number:064x}" for number in range(most + 50)]
        ahead.begin(hashes)
        for each in hashes[:most]:
            ahead.take(each)
        assert read == hashes[:most]
        ahead.take(hashes[most])
        assert read[-1] == hashes[most]


def test_closing_begins_nothing_more() -> None:
    started, go_on = threading.Event(), threading.Event()
    read: list[str] = []

    def reader(sha256: str) -> Read:
        read.append(sha256)
        started.set()
        assert go_on.wait(30)
        return Unread(reason="")

    ahead = ReadingAhead(reader, at_once=1)
    ahead.begin(("a", "b", "c"))
    assert started.wait(30)
    closer = threading.Thread(target=ahead.close)
    closer.start()
    go_on.set()
    closer.join(30)
    assert read in (["a"], ["a", "b"]), "what was at work ends; what is taken up in that moment too"
