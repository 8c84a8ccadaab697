"""How much may come out of one message: limits on depth, number, size and ratio, spent while reading. Headers lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from config.errors import ParseError
from config.text import Text

MEGABYTE = 1024 * 1024


_OF_ANY, _PACKED, _IN_VAIN = 100 * MEGABYTE, 3, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that is taken out of one message."""

    depth: int = 5
    parts: int = 500
    total_bytes: int = 200 * MEGABYTE
    ratio: int = 200
    ratio_from: int = 8 * MEGABYTE  # smaller files may be as compressible as they like


def most_of(sizes: Iterable[int]) -> int:
    """The bytes that are taken out of a mail with files of these sizes: all of them are held at once.

    A hundred megabytes are more than small mails hold; large ones may hold what they do, packed three times over.
    """
    return min(max(_OF_ANY, _PACKED * sum(sizes)), Limits().total_bytes)


class Refused(ParseError):  # noqa: N818 - the word for what happened to the file
    """A file that is not opened, and why in words. Never leaves the opening of containers: there it becomes a fate."""

    def __init__(self, text: Text, *, code: str = "D-LIMIT") -> None:
        self.text = text
        self.code = code
        super().__init__(text.en)


@dataclass(slots=True, kw_only=True)
class Allowance:
    """What is left of the limits. One allowance serves all containers of a message together."""

    limits: Limits = field(default_factory=Limits)
    parts_taken: int = 0
    bytes_taken: int = 0
    bytes_wasted: int = 0  # inflated, and then more than is left

    def expect_parts(self, count: int) -> None:
        """Refuse before reading when a container announces more files than are left."""
        if self.parts_taken + count > self.limits.parts:
            most = self.limits.parts
            shown = f"{count:,}" if count > most else ""
            held = (f"{shown.replace(',', '.')} tệp, ", f"{shown}; ") if shown else ("", "")
            raise Refused(
                Text(
                    vi=f"chứa quá nhiều tệp ({held[0]}tối đa {most} tệp cả thư), có tệp không mở; đề nghị gửi lại gọn hơn",
                    en=f"holds too many files ({held[1]}at most {most} in a whole mail), some are not opened; please send fewer",
                )
            )

    def expect_bytes(self, size: int, compressed: int) -> None:
        """Refuse when a file is, or announces, more than is left, or swells beyond the ratio."""
        if size > self.limits.ratio_from and size > max(compressed, 1) * self.limits.ratio:
            raise Refused(
                Text(
                    vi="tệp nén phình ra bất thường khi mở (nghi là tệp phá hoại), không mở",
                    en="swells abnormally when unpacked (looks like an attack), not opened",
                )
            )
        if self.bytes_taken + size > self.limits.total_bytes:
            limit = self.limits.total_bytes // MEGABYTE
            raise Refused(
                Text(
                    vi=f"nội dung sau khi mở vượt quá {limit} MB một thư; đề nghị chia nhỏ và gửi lại",
                    en=f"unpacked content is larger than {limit} MB in one mail; please split it and send again",
                )
            )

    def expect_streamed(self, size: int, compressed: int) -> None:
        """As `expect_bytes`, for what does not announce its size: what is inflated in vain comes to an end, too."""
        in_vain = (
            self.bytes_wasted > _IN_VAIN * self.limits.total_bytes and compressed * self.limits.ratio > self.limits.ratio_from
        )
        try:
            self.expect_bytes(*((self.limits.total_bytes + 1,) * 2 if in_vain else (size, compressed)))
        except Refused:
            self.bytes_wasted += size
            raise

    def take(self, size: int) -> None:
        """Count one file that was taken out."""
        self.expect_parts(1)
        self.parts_taken += 1
        self.bytes_taken += size


PASSWORD = Text(
    vi="tệp có mật khẩu, không mở được; đề nghị gỡ mật khẩu rồi gửi lại",
    en="protected by a password and cannot be opened; please remove the password and send it again",
)
"""What the unit is told about every password-protected file."""
