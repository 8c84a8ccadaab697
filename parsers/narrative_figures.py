"""The few figures of a narrative that a form repeats: the ceremony and the funds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from config.vietnamese import fold
from parsers.values import NarrativeReading

CEREMONY_SECTION = "I.2"
FUNDS_SECTION = "I.4"
EXCERPT_LENGTH = 300


class FigureKind(StrEnum):
    """What a figure in a narrative is about."""

    CEREMONY = "ceremony"  # 1 held, 0 not held
    STATE_BUDGET = "state_budget"
    OTHER_FUNDS = "other_funds"
    ALL_FUNDS = "all_funds"


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeFigure:
    """A figure that the text states: money in đồng, or 1 and 0 for yes and no. `text` is the words it was read from.

    None when the text speaks of it but states no figure that is certain: such a figure is never compared.
    """

    kind: FigureKind
    value: int | None
    text: str


HELD = re.compile(r"\b(?:le khai mac|le phat dong|khai mac|phat dong|mit tinh|to chuc le)\b")
NOT_HELD = re.compile(
    r"\b(?:khong|chua) (?:(?:the|co dieu kien|duoc|co) )*(?:to chuc|tien hanh|thuc hien)\b(?! \w+ (?:hoat dong khac))"
    r"|\bkhong co (?:le|to chuc)\b|\b(?:hoan|dung|huy) (?:to chuc|le)\b"
)
HELD_EVIDENCE = re.compile(
    r"\b(?:duoc to chuc|da to chuc|to chuc (?:le|vao|luc|tai|ngay|sang|chieu)|nguoi (?:tham )?du|tham gia|dien ra|\d+ nguoi)\b"
)
SCHOOLS = re.compile(r"\b(?:cac|nha|100) (?:don vi )?truong\b|\bcac co so giao duc\b|\btruong hoc\b")
COMMUNE = re.compile(
    r"\b(?:ubnd|uy ban|cap xa|toan xa|xa (?:da |phoi hop |chi dao )?to chuc"
    r"|nha van hoa|hoi truong|san van dong|trung tam|tthtcd)\b"
)
IN_KIND = re.compile(r"\b(?:tri gia|quy ra tien|hien vat)\b")
NOTHING = frozenset({"khong", "khong co", "khong to chuc", "chua to chuc", "0"})

NO_FUNDS = re.compile(
    r"(?:ubnd )?(?:xa |don vi |dia phuong )?(?:khong|chua)(?: (?:co|su dung|phat sinh|bo tri(?: duoc)?|duoc (?:cap|bo tri)))?"
    r"(?: (?:nguon )?kinh phi)?(?: (?:to chuc|thuc hien|rieng|ho tro|cho|de|tuan le|hoat dong|nao|phat sinh))*|0(?: dong)?"
)
STATE = re.compile(r"\b(?:ngan sach(?! (?:ho tro|van dong))|nsnn|nsx|nha nuoc)\b")
OTHER = re.compile(
    r"\b(?:xa hoi hoa|huy dong|van dong|ung ho|tai tro|doan(?:h)? nghiep|hop phap khac|nguon khac|ho tro|dong gop|tu nguyen)\b"
)
ALL = re.compile(r"\b(?:tong(?: so| kinh phi| cong)?|tong cong)\b")
MONEY = re.compile(
    r"(?<![\d.,/])(?P<figure>\d{1,3}(?:[.\s]\d{3})+|\d+(?:,\d{1,3})?|\d+\.\d)\s*"
    r"(?:(?P<scale>tỷ|tỉ|triệu|tr|nghìn|ngàn|ngìn|trieu|nghin|ngan|ty)(?P<tail>\d(?!\d))?)?\s*(?P<unit>đồng|vnđ|vnd|đ|dong|d)?(?![\w/%])",
    re.IGNORECASE,
)
SCALES = {"tỷ": 10**9, "tỉ": 10**9, "ty": 10**9, "triệu": 10**6, "trieu": 10**6, "tr": 10**6}
THOUSAND = 1000


def figures(narrative: NarrativeReading) -> tuple[NarrativeFigure, ...]:
    """The ceremony of section I.2 and the funds of section I.4 as the text states them; nothing for what it leaves out."""
    found: list[NarrativeFigure] = []
    for section in narrative.sections:
        if section.code == CEREMONY_SECTION:
            found.append(_ceremony(section.text))
        elif section.code == FUNDS_SECTION:
            found.extend(_funds(section.text))
    return tuple(found)


def _ceremony(text: str) -> NarrativeFigure:
    folded = fold(text)
    denied = folded in NOTHING or NOT_HELD.search(folded) is not None
    stated = HELD_EVIDENCE.search(NOT_HELD.sub(" ", folded)) is not None and (HELD.search(folded) is not None or len(folded) > 60)  # noqa: PLR2004 - a sentence
    of_schools = SCHOOLS.search(folded) is not None and COMMUNE.search(folded) is None  # theirs, and not the commune's
    value = None if denied == stated or (stated and of_schools) else int(stated)
    return NarrativeFigure(kind=FigureKind.CEREMONY, value=value, text=text[:EXCERPT_LENGTH])


def _funds(text: str) -> Iterator[NarrativeFigure]:
    """One figure for each source of money named; None where a source has two amounts or none that is certain."""
    if NO_FUNDS.fullmatch(fold(text)):
        for source in (FigureKind.ALL_FUNDS, FigureKind.STATE_BUDGET, FigureKind.OTHER_FUNDS):
            yield NarrativeFigure(kind=source, value=0, text=text[:EXCERPT_LENGTH])
        return
    amounts: dict[FigureKind, list[tuple[int | None, str]]] = {}
    for clause in _clauses(text):
        kind = _kind(fold(clause))
        if kind is not None:
            amounts.setdefault(kind, []).append((_amount(clause), clause))
    for kind, stated in amounts.items():
        certain = {value for value, _ in stated}
        value = certain.pop() if len(certain) == 1 else None
        yield NarrativeFigure(kind=kind, value=value, text="\n".join(clause for _, clause in stated)[:EXCERPT_LENGTH])


def _clauses(text: str) -> Iterator[str]:
    """Lines and clauses that each name one source; a clause without a source of its own belongs to the one before."""
    for line in text.split("\n"):
        pending = ""
        for clause in re.split(r"[;]|\.(?!\d)|,(?!\d)|(?:\s+và\s+)", line):
            if not clause.strip():
                continue
            if pending and (_kind(fold(clause)) is None or not any(letter.isdigit() for letter in pending)):
                pending = f"{pending}, {clause}"
                continue
            if pending:
                yield pending.strip()
            pending = clause
        if pending:
            yield pending.strip()


def _kind(folded: str) -> FigureKind | None:
    if ALL.search(folded):
        return FigureKind.ALL_FUNDS
    other, state = OTHER.search(folded), STATE.search(folded)
    if other and state:  # "Ngân sách hỗ trợ, vận động từ doanh nghiệp" is the outline's own wording for the second source
        return (
            FigureKind.OTHER_FUNDS if other.start() < state.start() + len("ngan sach ") + 8 and "nha nuoc" not in folded else None
        )
    if other:
        return FigureKind.OTHER_FUNDS
    return FigureKind.STATE_BUDGET if state else None


def _amount(clause: str) -> int | None:
    """The one amount of money of a clause; 0 for an outright "không"; None for none, for more than one, and for goods."""
    if IN_KIND.search(fold(clause)):
        return None
    values = {value for match in MONEY.finditer(clause) if (value := _money(match)) is not None}
    if len(values) == 1:
        return values.pop()
    after = fold(re.split(r"[:–-]", clause)[-1])
    return 0 if not values and after in ("khong", "khong co", "0", "0 dong", "khong dong") else None


def _money(match: re.Match[str]) -> int | None:
    """An amount in đồng; None for a number that may be anything else (a year, persons, thousands left out)."""
    figure, scale, tail, unit = (match.group(name) for name in ("figure", "scale", "tail", "unit"))
    grouped = re.fullmatch(r"\d{1,3}(?:[.\s]\d{3})+", figure) is not None
    if scale is None:
        whole = re.sub(r"[.\s]", "", figure)
        if "," in figure or ("." in figure and not grouped):
            return None
        certain = unit is not None or (grouped and len(whole) > 6)  # noqa: PLR2004 - a million written out
        return int(whole) if certain and (int(whole) >= THOUSAND or int(whole) == 0) else None
    worth = SCALES.get(scale.lower(), THOUSAND)
    number = Decimal(re.sub(r"[.\s]", "", figure) if grouped else figure.replace(",", "."))
    if tail is not None:
        number += Decimal(tail) / 10
    money = number * worth
    return int(money) if money == money.to_integral_value() else None
