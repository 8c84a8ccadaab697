"""Figures that are put right in words, in a mail or in a letter beside it: never taken from there, never passed over."""

from __future__ import annotations

import re
from collections.abc import Iterable

from config.campaign import Severity
from config.text import Text
from parsers.values import Finding

_LONGEST_QUOTE = 160
_THINGS = (
    "quyển|cuốn|người|lớp|cuộc|buổi|triệu|nghìn|đồng|đ|tập thể|cá nhân|học viên|học sinh|giáo viên|cán bộ|lượt|tin|bài|ấn phẩm|"
    "tờ|bộ sách|trường|gia đình"
)
_COUNTED = re.compile(rf"\b\d[\d.]{{0,15}}\s*(?:{_THINGS})\b", re.IGNORECASE)
_CORRECTED = re.compile(
    r"\b(?:sửa|đính chính|điều chỉnh|đúng là|chứ không phải|ghi nhầm|sua lai|dinh chinh)\b[^.;!?\n]{0,80}?\b\d[\d.]{0,15}"
    rf"\s*(?:{_THINGS})\b",
    re.IGNORECASE,
)
"""A correction said in words: the figure beside it names what it counts, so no date and no number of files is one."""


def corrected_in(lines: Iterable[str]) -> str:
    """The first words that put a figure right, as they are written; "" where there are none."""
    return next((found[0][:_LONGEST_QUOTE] for line in lines if (found := _CORRECTED.search(line))), "")


def holds_figure(line: str) -> bool:
    """Whether a line has a figure that names what it counts."""
    return _COUNTED.search(line) is not None


def corrected_in_mail(said: str, path: str) -> Finding:
    """A mail whose own words put figures right beside an attached file."""
    return Finding(
        code="D-BODY-FIGURES",
        severity=Severity.WARNING,
        where=path,
        text=Text(
            vi=f"Lời thư nêu số liệu sửa đổi (“{said}”); không lấy số trong lời thư, đề nghị đối chiếu với tệp gửi kèm.",
            en=f"The mail speaks of corrected figures (“{said}”); they are not taken from it, please compare the attached file.",
        ),
    )


def corrected_in_letter(said: str, path: str) -> Finding:
    """A paper that is neither form nor report and says figures: it puts them right in words, or has a row or two of the form."""
    return Finding(
        code="D-LETTER-FIGURES",
        severity=Severity.WARNING,
        where=path,
        text=Text(
            vi=f"Văn bản “{path}” nêu số liệu (“{said}”) nhưng không có biểu đầy đủ; số liệu chưa được ghi nhận, đề nghị gửi lại "
            "biểu số liệu.",
            en=f"The paper “{path}” says figures (“{said}”) without the whole form; they are not recorded. Please send the form "
            "again.",
        ),
    )
