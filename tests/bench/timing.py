"""The clock and the scales of the benchmarks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Self

import psutil


def seconds_of(work: Callable[[], object]) -> float:
    """How long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


class Watch:
    """The most memory that this process and its children held together while the block ran, in bytes."""

    def __init__(self) -> None:
        self.peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        here = psutil.Process()
        while True:
            try:
                family = [here, *here.children(recursive=True)]
                self.peak = max(self.peak, sum(each.memory_info().rss for each in family))
            except psutil.NoSuchProcess:
                pass
            if self._done.wait(0.02):
                return
