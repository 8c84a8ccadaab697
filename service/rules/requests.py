"""What a mail asks for when it is not a report, or not only one: more time, a correction taken, a question answered.

A request is put before the officer; it is never an answer by itself and never a report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from config.vietnamese import fold
from parsers.quoting import parts_of
from service.rules.names_decoding import decoded

EXTENSION = "extension"
CORRECTION = "correction_notice"
QUESTION = "question"

_APOLOGY = re.compile(
    r"\b(?:xin loi|thong cam|xin thu loi)\b(?: \w+){0,8} (?:muon|cham|tre)\b|"
    r"\b(?:muon|cham|tre) (?:mong|xin) \w+ thong cam\b"
)
_NOT = (
    r"\b(?:khong|ko|chua|chang)"
    r"(?: (?:he|phai|can|thiet|co|gi|viec|nhu cau|y dinh|muon|dinh|yeu cau|xin|xin phep|de nghi|mong)){0,6}"
)
_LATER = (
    r"gia han|xin lui|lui|keo dai thoi \w+|hoan|them (?:thoi gian|\w+ ngay)|"
    r"(?:gui|nop|bao cao)(?: \w+){0,3} (?:cham|muon|tre)|(?:cham|muon|tre) (?:gui|nop|bao cao)"
)
_AGAIN = r"gui lai|nop lai|dinh chinh|sua lai|thay the|chinh sua|dieu chinh"
_DENIED = re.compile(
    rf"{_NOT} (?:{_LATER}|{_AGAIN})\b(?!(?: \w+){{0,2}} thi\b)|"  # "không xin gia hạn thì không kịp" asks for it
    r"\b(?:(?:do|does|did) not (?:ask for|need|request|want)|no need (?:for|of)) (?:an extension|more time)\b"
)
_CLAUSE_END = re.compile(r"[,.;:!?()\n–-]+")
_EXTENSION = re.compile(
    r"\bgia han\b|\bxin lui\b|\blui (?:lai |thoi |han |ngay )|\bkeo dai thoi (?:han|gian)\b|"
    r"\bxin them (?:thoi gian|\w+ ngay)\b|"
    r"\b(?:xin|de nghi|mong|cho phep|cho|kinh mong)\b(?: \w+){0,8} (?:gui|nop|bao cao)(?: \w+){0,4} (?:muon|cham|tre)\b|"
    r"\b(?:xin|de nghi|cho phep)\b(?: \w+){0,3} (?:cham|muon|tre|hoan|lui)(?: \w+){0,2} "
    r"(?:gui|nop|bao cao|thoi han|han|lai|den|sang)\b|"
    r"\b(?:xin|cho|de nghi)\b(?: \w+){0,5} (?:gui|nop)(?: \w+){0,4} (?:ngay mai|mai|hom sau|tuan sau)\b|"
    r"\b(?:xin|cho|de nghi)\b(?: \w+){0,5} (?:gui|nop)(?: \w+){0,3} (?:vao|sang|den|toi) thu (?:hai|ba|tu|nam|sau|bay|[2-7])\b|"
    r"\b(?:an extension|more time|(?:extend|postpone) the deadline)\b"
)
_CORRECTION = re.compile(
    r"\bgui lai\b|\bnop lai\b|\bdinh chinh\b|\bthay (?:the|cho) (?:ban|file|tep|bao cao|thu|cac)\b|\bban chinh thuc\b|"
    r"\bnham file\b|\bsua lai\b|\bgui ban (?:moi|sua)\b|\b(?:da|xin) (?:sua|chinh sua|dieu chinh)\b|"
    r"\b(?:ban|file|tep|thu|bao cao|so lieu) (?:truoc|cu|da gui|gui truoc)(?: \w+){0,3} (?:nham|sai|loi|thieu|hong)\b|"
    r"\bbo qua (?:ban|file|tep|thu|bao cao)(?: \w+){0,2} truoc\b"
)
_QUESTION = re.compile(
    r"\b(?:em|xin|cho|toi|xa|don vi|minh|chi|anh) hoi\b|\bhoi (?:ve|them|chut|cach)\b|\bhuong dan (?:em|giup|them|cach|cho)\b|"
    r"\bnhu the nao\b|\blam the nao\b|\bghi the nao\b|\bco phai\b.*\bkhong\b|"
    r"\b(?:o dau|bao gio|ngay nao)\b|\bmien (?:nop|gui|bao cao)\b"
)
_ASKS = re.compile(r"\?(?=\s|$)")
_DATE = re.compile(
    r"(?P<lead>đến|tới|trước|sang|vào|hết)?\s*(?:hết\s+)?(?:ngày\s+|ngay\s+)?"
    r"(?<![\d/.\-])(?P<day>[0-3]?\d)\s*(?:[/.\-]|\s+tháng\s+|\s+thang\s+)\s*(?P<month>[01]?\d)"
    r"(?:\s*(?:[/.\-]|\s+năm\s+|\s+nam\s+)\s*(?P<year>20\d\d))?(?![\d/])",
    re.IGNORECASE,
)
_HALF_YEAR = 182


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a mail asks for: kind "extension", "correction_notice", "question" or "" for nothing; `until` for an extension."""

    kind: str
    until: date | None = None


def recognise_request(subject: str, body: str, *, received_on: date | None = None) -> Request:
    """The request in a mail's subject and own words; quoted history is not the sender's.

    With the day of receipt the day asked for is read, too; one written without a year is the nearest to that day.
    """
    written = parts_of(decoded(body))
    own = written.own or written.signature
    title = decoded(subject)
    said = f"{_undenied(title)} | {_undenied(own)}"
    if _EXTENSION.search(_APOLOGY.sub(" ", said)):
        until = None if received_on is None else _until(own, received_on) or _until(title, received_on)
        return Request(kind=EXTENSION, until=until)
    if _CORRECTION.search(said):
        return Request(kind=CORRECTION)
    if _QUESTION.search(said) or _ASKS.search(own) or _ASKS.search(title):
        return Request(kind=QUESTION)
    return Request(kind="")


def _undenied(text: str) -> str:
    """The folded text without what it says not to ask for: "không xin gia hạn", but not "Không, xin gia hạn"."""
    return " ".join(_DENIED.sub(" ", fold(clause)) for clause in _CLAUSE_END.split(text))


def _until(text: str, received_on: date) -> date | None:
    """The day asked for: the first one said to be the end, else the only one; several without such a word are no answer."""
    found = [(bool(match["lead"]), day) for match in _DATE.finditer(text) if (day := _day(match, received_on)) is not None]
    ends = [day for lead, day in found if lead and day >= received_on]
    later = {day for _, day in found if day >= received_on}
    if ends:
        return ends[0]
    return later.pop() if len(later) == 1 else None


def _day(match: re.Match[str], received_on: date) -> date | None:
    try:
        day = date(int(match["year"] or received_on.year), int(match["month"]), int(match["day"]))
        if match["year"] is None and (received_on - day).days > _HALF_YEAR:
            day = day.replace(year=day.year + 1)
    except ValueError:
        return None
    return day
