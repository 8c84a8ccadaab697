"""What a unit says about its figures in words alone: a correction, a confirmation, that there is nothing to report.

Nothing of it is taken as a figure; it is put before the officer, so that an older figure never stands against it unseen.
"""

from __future__ import annotations

import re
from enum import StrEnum

from config.vietnamese import fold
from parsers.quoting import parts_of
from service.rules.names_decoding import decoded


class Statement(StrEnum):
    """What a mail without a paper says of the figures."""

    NONE = ""
    FIGURES = "figures"
    WITHDRAWN = "withdrawn"
    NOTHING = "nothing"
    CONFIRMED = "confirmed"


_COUNTED = (
    "trieu|tr|nghin|ngan|dong|quyen|cuon|nguoi|lop|cuoc|buoi|ca nhan|tap the|hoc vien|hoc sinh|giao vien|can bo|luot nguoi|"
    "bo sach|an pham|ban sach|don vi duoc khen|tin|tin bai|bai viet|bang ron|khau hieu|to roi|giay khen"
)
_FIGURES = re.compile(
    rf"\b\d+ (?:\d{{3}} )*(?:{_COUNTED})\b|\b\d+tr\d*\b|"
    r"\b(?:lop|nguoi|sach|so sach|an pham|kinh phi|tin bai|khen thuong|so lieu)(?: la)? \d+\b|"
    r"\b(?:thanh|dung la|sua lai la) \d+\b|\bso \w+(?: \w+){0,14} la \d+\b|\bsua (?:\w+ ){0,2}(?:trong|o) (?:thu|duoi)\b"
)
_WITHDRAWN = re.compile(
    r"\b(?:bi|gui|lam|ghi|nop) nham\b|\bkhong (?:su )?dung (?:ban|bao cao|so lieu|file|tep)\b|\b(?:rut|thu hoi|huy|bo) (?:lai )?"
    r"(?:ban|bao cao|so lieu|file|tep)\b|\bsai so lieu\b|\bso lieu (?:bi )?sai\b"
)
_NOTHING = re.compile(r"\b(?:khong|chua) (?:to chuc|co so lieu|phat sinh|trien khai|thuc hien)\b")
_CONFIRMED = re.compile(r"\bxac nhan\b|\bdung (?:roi|a|het)\b|\bda (?:dung|chinh xac)\b|\bchinh xac (?:roi|a)\b")


def statement_in(body: str) -> Statement:
    """What the sender's own words say of figures; quoted history is not the sender's."""
    written = parts_of(decoded(body))
    own = fold(written.own or written.signature)
    for found, pattern in (
        (Statement.FIGURES, _FIGURES),
        (Statement.WITHDRAWN, _WITHDRAWN),
        (Statement.NOTHING, _NOTHING),
        (Statement.CONFIRMED, _CONFIRMED),
    ):
        if pattern.search(own):
            return found
    return Statement.NONE
