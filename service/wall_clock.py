"""Limits by the clock on the wall. One thread watches them all, so that setting one costs next to nothing."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator


class WallClock:
    """Ends what takes longer than it may. Shared by threads; its own thread starts with the first limit and never ends."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._limits: dict[object, tuple[float, Callable[[], None]]] = {}
        self._looks_at = math.inf
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def limit(self, seconds: float, stop: Callable[[], None]) -> Iterator[None]:
        """Call `stop`, from another thread, when the block still runs after so many seconds; never once it is left."""
        key, ends = object(), time.monotonic() + seconds
        with self._changed:
            self._limits[key] = ends, stop
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="wall clock", daemon=True)
                self._thread.start()
            elif ends < self._looks_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._limits.pop(key, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for key in [key for key, (ends, _) in self._limits.items() if ends <= now]:
                    _, stop = self._limits.pop(key)
                    stop()
                self._looks_at = min((ends for ends, _ in self._limits.values()), default=math.inf)
                self._changed.wait(None if self._looks_at == math.inf else max(0.0, self._looks_at - now))


WALL_CLOCK = WallClock()
"""The one that everybody shares: one thread in a process is enough."""
