"""What is said of a server that is left alone because it refused our log-in."""

from __future__ import annotations

from datetime import datetime, tzinfo

from config.text import Text
from storage.pauses import Pause


def pause_words(pause: Pause, timezone: tzinfo) -> Text:
    """Why a server is left alone, and until when."""
    then = next_try_words(pause.until, timezone)
    return Text(vi=f"{pause.reason.vi}; {then.vi}", en=f"{pause.reason.en}; {then.en}")


def next_try_words(until: datetime, timezone: tzinfo) -> Text:
    """When a server is tried again."""
    at = f"{until.astimezone(timezone):%d/%m/%Y %H:%M}"
    return Text(
        vi=f"thử lại lúc {at}, hoặc ngay khi mật khẩu hay cấu hình thay đổi",
        en=f"next try at {at}, or as soon as the password or a setting changes",
    )
