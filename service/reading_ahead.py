"""Mails being read in the background: while others still arrive, and while what was read is being recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from parsers.values import MessageReading

MOST_AHEAD = 1_500
"""Readings that may wait to be recorded: a bound on memory. The rest is begun as these are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A mail that could not be read: why, and what could be told of it all the same, which is who sent it and its files."""

    reason: str
    listed: MessageReading | None = None


Read = MessageReading | Unread


class ReadingAhead:
    """Asks the readers for mails before their turn comes. Loses nothing: what is not taken is read again another time."""

    def __init__(self, read: Callable[[str], Read], *, at_once: int) -> None:
        """`read` reads one archived mail by its hash, in any thread; it waits for a child and computes nothing itself."""
        self._read = read
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="reading")
        self._begun: dict[str, Future[Read]] = {}

    def begin(self, hashes: Iterable[str]) -> None:
        """Start reading these, in this order, as far as there is room."""
        for sha256 in hashes:
            if len(self._begun) >= MOST_AHEAD:
                return
            if sha256 not in self._begun:
                self._begun[sha256] = self._threads.submit(self._read, sha256)

    def take(self, sha256: str) -> Read:
        """What was read of a mail, or why it could not be, waiting for it if need be."""
        begun = self._begun.pop(sha256, None)
        return self._read(sha256) if begun is None else begun.result()

    def close(self) -> None:
        """Begin nothing more, and wait for what is being read."""
        self._threads.shutdown(cancel_futures=True)
        self._begun.clear()
