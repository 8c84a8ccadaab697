"""Who is to blame when a reader dies: the file that was open, told beforehand, so that the next try leaves it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.text import Text

DEADLY = Text(
    vi="chương trình đọc bị dừng đột ngột khi mở tệp này, không đọc được; đề nghị gửi lại ở dạng khác (Excel, Word hoặc PDF)",
    en="the reader ended while it had this file open, not read; please send it in another form (Excel, Word or PDF)",
)
"""What is said of a file that ended a reader."""

NOT_OPENED = Text(
    vi="chưa mở, vì chương trình đọc bị dừng nhiều lần khi đọc thư này; đề nghị cán bộ mở xem",
    en="not opened, since readers ended again and again over this mail; please look at it yourself",
)
"""What is said of the other files of a mail that was given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """`opening` is told the hash of each file before it is opened, and "" after the last; the files in `deadly` stay shut.

    `spent` says how much of the time for one mail is gone: 1 when no further file is to be begun.
    """

    opening: Callable[[str], None]
    deadly: frozenset[str] = frozenset()
    spent: Callable[[], float] = lambda: 0.0


UNWATCHED = Watch(opening=lambda _sha256: None)
