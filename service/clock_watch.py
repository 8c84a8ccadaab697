"""Whether the machine's clock can be believed: one that jumps would close a campaign at the wrong time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from config.text import Text

_JUMP = timedelta(minutes=5)
_DOUBT = 30 * 60.0  # seconds in which a clock that jumped ahead may be set right again

_AHEAD = Text(
    vi="đồng hồ của máy nhảy tới trước; chưa gửi gì trong nửa giờ, phòng khi giờ được chỉnh lại",
    en="the clock jumped ahead; nothing is sent for half an hour, in case it is set right again",
)
_BACK = Text(
    vi="đồng hồ của máy bị chỉnh lùi; chưa gửi gì cho đến khi giờ đúng trở lại. Nếu giờ này đã đúng, hãy khởi động lại Thubao",
    en="the clock went back; nothing is sent until it is as late again. If it is right now, start Thubao anew",
)


def seconds_passed() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the machine sleeps where the system has such a one."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class ClockWatch:
    """Watches the clock from one tick to the next. `passed` counts the seconds that really go by; None: no clock is ahead."""

    def __init__(self, passed: Callable[[], float] | None = None) -> None:
        self._passed = passed
        self._latest: datetime | None = None
        self._last: tuple[datetime, float] | None = None
        self._doubted_until: float | None = None

    def trouble(self, now: datetime) -> Text | None:
        """Why nothing that depends on the time should be done now, None when the clock is right.

        Set back, it is waited for until it is as late again. Ahead, it is doubted for half an hour, and believed after that.
        """
        if self._jumped_ahead(now):
            return _AHEAD
        if self._latest is not None and now < self._latest - _JUMP:
            return _BACK
        self._latest = max(now, self._latest) if self._latest else now
        return None

    def _jumped_ahead(self, now: datetime) -> bool:
        if self._passed is None:
            return False
        passed, last = self._passed(), self._last
        self._last = (now, passed)
        drift = timedelta(0) if last is None else (now - last[0]) - timedelta(seconds=passed - last[1])
        if drift < -_JUMP:
            self._doubted_until = None  # set back: whether it is right now is the other question
        elif drift > _JUMP and (self._latest is None or now > self._latest + _JUMP):
            self._doubted_until = passed + _DOUBT
        return self._doubted_until is not None and passed < self._doubted_until
