"""When to try a server again: sooner at first, ever later while it fails, never later than the cap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

LOGIN_PAUSE = timedelta(minutes=15)
"""How long to stay away from a server that refused our log-in or has too much to do; who comes sooner is locked out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How often something failed in a row and when it may be tried again. A value: each event gives the next one."""

    first: timedelta = timedelta(seconds=1)
    cap: timedelta = timedelta(minutes=15)
    failures: int = 0
    failed_at: datetime | None = None
    wait: timedelta = timedelta(0)

    def failed(self, now: datetime, *, transient: bool = True) -> Self:
        """After a failure. What only a person can mend waits the whole cap."""
        doubled = self.first * 2 ** min(self.failures, 20)
        wait = min(doubled, self.cap) if transient else self.cap
        return replace(self, failures=self.failures + 1, failed_at=now, wait=wait)

    def succeeded(self) -> Self:
        """After a success: as if nothing had happened."""
        return replace(self, failures=0, failed_at=None, wait=timedelta(0))

    def ready(self, now: datetime) -> bool:
        """Whether to try now. A clock that went back behind the failure does not make us wait for ever."""
        return self.failed_at is None or now < self.failed_at or now - self.failed_at >= self.wait

    def next_try(self) -> datetime | None:
        """When it may be tried again, None for at once."""
        return None if self.failed_at is None else self.failed_at + self.wait
