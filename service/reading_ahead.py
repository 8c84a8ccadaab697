"""Mails being read in the background: while others still arrive, and while what was read is being recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from parsers.values import MessageReading

MOST_AHEAD = 500
"""Readings that may wait to be recorded: a bound on memory. The rest is begun as these are taken."""


class ReadingAhead:
    """Asks the readers for mails before their turn comes. Loses nothing: what is not taken is read again another time."""

    def __init__(self, read: Callable[[int], MessageReading | str], *, at_once: int) -> None:
        """`read` reads one message by its number, in any thread; it waits for a child and computes nothing itself."""
        self._read = read
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="reading")
        self._begun: dict[int, Future[MessageReading | str]] = {}

    def begin(self, numbers: Iterable[int]) -> None:
        """Start reading these, in this order, as far as there is room."""
        for number in numbers:
            if len(self._begun) >= MOST_AHEAD:
                return
            if number not in self._begun:
                self._begun[number] = self._threads.submit(self._read, number)

    def take(self, number: int) -> MessageReading | str:
        """What was read of a message, or why it could not be, waiting for it if need be."""
        begun = self._begun.pop(number, None)
        return self._read(number) if begun is None else begun.result()

    def close(self) -> None:
        """Begin nothing more, and wait for what is being read."""
        self._threads.shutdown(cancel_futures=True)
        self._begun.clear()
