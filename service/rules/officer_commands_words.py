"""The words of the officer's commands: verbs, connectives, courtesy, and the moment an extension ends."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from config.vietnamese import fold, nfc
from service.rules.names_tokens import Token


class CommandKind(StrEnum):
    """What a line asks for. All but the last are kinds of decision, too."""

    APPROVE = "approve"
    RETURN = "return"
    EXTEND = "extend"
    EXCUSE = "excuse"
    ASSIGN = "assign"
    UNDO = "undo"


_VERBS: tuple[tuple[tuple[str, ...], CommandKind], ...] = (
    (("dong", "y", "duyet"), CommandKind.APPROVE),
    (("phe", "duyet"), CommandKind.APPROVE),
    (("duyet",), CommandKind.APPROVE),
    (("approve",), CommandKind.APPROVE),
    (("dong", "y", "gia", "han"), CommandKind.EXTEND),
    (("cho", "gia", "han"), CommandKind.EXTEND),
    (("gia", "han"), CommandKind.EXTEND),
    (("extend",), CommandKind.EXTEND),
    (("tra", "lai"), CommandKind.RETURN),
    (("tra", "ve"), CommandKind.RETURN),
    (("return",), CommandKind.RETURN),
    (("cho", "mien"), CommandKind.EXCUSE),
    (("mien",), CommandKind.EXCUSE),
    (("excuse",), CommandKind.EXCUSE),
    (("ghep",), CommandKind.ASSIGN),
    (("assign",), CommandKind.ASSIGN),
    (("hoan", "tac"), CommandKind.UNDO),
    (("huy", "bo"), CommandKind.UNDO),
    (("huy",), CommandKind.UNDO),
    (("undo",), CommandKind.UNDO),
    (("cancel",), CommandKind.UNDO),
)
_BECAUSE = (
    ("voi", "ly", "do"),
    ("voi", "li", "do"),
    ("ly", "do", "la"),
    ("ly", "do"),
    ("li", "do"),
    ("boi", "vi"),
    ("vi", "ly", "do"),
    ("vi",),
    ("do",),
    ("because", "of"),
    ("because",),
)  # fmt: skip - a list of words
FILLERS = frozenset({"bao", "cao", "cho", "cua", "don", "vi", "vao", "voi", "la", "for", "to", "report", "of", "the"})
"""Words that may stand between a verb and a unit."""
_TAIL = frozenset(
    {"nhe", "nha", "a", "em", "anh", "chi", "giup", "minh", "toi", "voi", "luon", "please", "dong", "ban", "d", "c"}
)
_COURTESY = re.compile(
    r"(?:kinh gui|kinh chao|kinh thu|xin chao|chao|dear|hi|hello|(?:xin )?(?:tran trong )?cam on|thanks?|thank you|tran trong|"
    r"than men|than ai|best regards|regards)(?: (?:va|em|anh|chi|cac|dong|d|c|ban|a|nhe|nhieu|rat|bo phan|tong hop|tiep nhan|"
    r"he thong|thubao|ca nha|you|so much|all))*"
    r"|(?:gui tu|da gui tu|get outlook|tai outlook|sent from) .*"
)
_HOUR = (
    r"(?P<{0}hour>\d{{1,2}})\s*(?:h|g|:|gio)\s*(?P<{0}minute>[0-5]\d)?(?:\s*(?:phut|p)\b)?\s*(?P<{0}half>sang|trua|chieu|toi)?"
)
_WHEN = re.compile(
    r"[\s,:;(\-–—]*(?:(?:them|den|toi|sang|het|until|till|by|to|han|moi)\b\s*)*(?:(?:truoc|luc|vao)\s+(?=\d{1,2}\s*(?:h|g|:|gio)))?"
    r"(?:" + _HOUR.format("") + r"[\s,]*(?:(?:ngay|on)\s+)?|(?:ngay|on)\s+)?"
    r"(?P<day>\d{1,2})\s*(?:[/.\-]\s*|\s+thang\s+)(?P<month>\d{1,2})(?:\s*(?:[/.\-]\s*|\s+nam\s+)(?P<year>\d{4}|\d{2}))?(?!\d|\s*[/.\-]\d)"
    r"(?:[\s,(]*(?:(?:truoc|luc|vao|den|at)\s+)?" + _HOUR.format("late_") + r"(?!\d)\)?)?"
)
_HALF_YEAR = 182
END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The day and hour that were written, and how many letters they took."""

    day: date
    at: time
    length: int


def bare(text: str) -> str:
    """The text in small letters without diacritics, letter for letter: places in it are places in the (composed) text."""
    return "".join(_bare_letter(each) for each in text)


def _bare_letter(letter: str) -> str:
    if letter in "đĐðÐ":
        return "d"
    plain = unicodedata.normalize("NFD", letter)[:1].lower()
    return plain if len(plain) == 1 else letter


def verb_at(tokens: Sequence[Token], place: int) -> tuple[CommandKind, int] | None:
    """The verb that begins here and the place of the word after it."""
    for words, kind in _VERBS:
        if _are(tokens, place, words):
            return kind, place + len(words)
    return None


def after_because(tokens: Sequence[Token], place: int) -> int:
    """The place after a "vì", "với lý do" that begins here; the same place where there is none."""
    return next((place + len(words) for words in _BECAUSE if _are(tokens, place, words)), place)


def is_polite_tail(tokens: Sequence[Token]) -> bool:
    """Whether what is left of a line is nothing, or only "nhé em"."""
    return all(each.folded in _TAIL for each in tokens)


def is_courtesy(line: str) -> bool:
    """Whether a line is a greeting, thanks or a mark of the mail program: nothing that asks for an answer."""
    return _COURTESY.fullmatch(fold(line)) is not None


def when_at_start(text: str, received_on: date) -> When | None:
    """The moment an extension ends as written at the start of a text: "đến 17h ngày 17/10", "17/10/2020", "17 tháng 10".

    Without an hour it is the end of that day; a day without a year is the nearest to the day of receipt.
    """
    match = _WHEN.match(bare(nfc(text)))
    if match is None or (match["hour"] and match["late_hour"]):
        return None
    day, at = _day(match, received_on), _time(match)
    return None if day is None or at is None else When(day=day, at=at, length=match.end())


def _day(match: re.Match[str], received_on: date) -> date | None:
    year = int(match["year"] or received_on.year)
    try:
        day = date(year + 2000 if year < 100 else year, int(match["month"]), int(match["day"]))  # noqa: PLR2004 - "17/10/20"
        if match["year"] is None and (received_on - day).days > _HALF_YEAR:
            day = day.replace(year=day.year + 1)
    except ValueError:
        return None
    return day


def _time(match: re.Match[str]) -> time | None:
    name = "late_" if match["late_hour"] else ""
    if not match[f"{name}hour"]:
        return END_OF_DAY
    hour, minute = int(match[f"{name}hour"]), int(match[f"{name}minute"] or 0)
    if match[f"{name}half"] in {"chieu", "toi"} and hour < 12:  # noqa: PLR2004 - noon
        hour += 12
    if (hour, minute) == (24, 0):
        return END_OF_DAY
    return time(hour, minute) if hour < 24 else None  # noqa: PLR2004 - the hours of a day


def _are(tokens: Sequence[Token], place: int, words: tuple[str, ...]) -> bool:
    return tuple(each.folded for each in tokens[place : place + len(words)]) == words
