"""A cell's tokens as quantities: each figure with what it counts, how surely, and what stands between it and the next."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from parsers.number_tokens import Token, TokenKind
from parsers.number_units import Role
from parsers.number_words import Amount, Atom, compose

_APPROX_SIGNS = frozenset("~≈±<>≥≤")
_SILENT_SIGNS = frozenset(".\"'!_•▪◦‣")
_JOIN_ORDER = ("=", "+", "×", "/", "-", ";", "\n", ",", "&", ":", " ")


@dataclass(slots=True)
class Quantity:
    """A figure in a cell. `kinds` is what it counts by its own words, empty if it does not say."""

    amount: Amount
    kinds: frozenset[str] = frozenset()
    turns: bool = False
    approx: bool = False
    each: bool = False  # per class, per event
    part: bool = False  # of which, or of women ...: not the figure asked for
    detail: bool = False  # behind "52:"
    rate: frozenset[str] | None = None  # "/xã", "/lớp" behind it
    labelled_before: bool = False

    @property
    def value(self) -> Decimal:
        """The figure."""
        return self.amount.value


@dataclass(slots=True)
class Parsed:
    """All quantities of a cell, the sign that joins each to the next, and what else was seen."""

    quantities: list[Quantity] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    percent: bool = False
    vague: bool = False
    ranged: bool = False
    calendar: bool = False  # a date's words
    references: int = 0  # numbers that are names
    doubt: bool = False  # "chưa", "không", "?", a dangling slash
    negative: bool = False  # a minus before a later figure
    unknown: list[str] = field(default_factory=list)

    def main(self) -> tuple[list[Quantity], list[str]]:
        """The quantities asked for, without parts, and their joins."""
        kept = [place for place, each in enumerate(self.quantities) if not each.part]
        joins = [self._join(first, second) for first, second in itertools.pairwise(kept)]
        return [self.quantities[place] for place in kept], joins

    def refused(self) -> str:
        """Why no figure can be read whatever the unit, or ""."""
        found = any(not each.part for each in self.quantities)
        reasons = (
            (self.percent, "percent"),
            (self.negative, "negative"),
            (self.calendar and not found, "date_text"),
            (self.vague or not found, "text_no_number"),
            (self.ranged, "range"),
        )
        return next((code for holds, code in reasons if holds), "")

    def _join(self, first: int, second: int) -> str:
        return min(self.joins[first:second], key=_JOIN_ORDER.index)


def parse(tokens: Sequence[Token], *, whole: bool = True) -> Parsed:
    """The quantities among the tokens of one cell."""
    return _Builder(tokens, whole=whole).build()


class _Builder:
    def __init__(self, tokens: Sequence[Token], *, whole: bool) -> None:
        self.tokens = tokens
        self.whole = whole
        self.at = 0
        self.parsed = Parsed()
        self.signs: set[str] = set()  # since the last quantity
        self.before: Token | None = None  # a unit that may belong to the next figure
        self.colon = False
        self.approx = False
        self.each = False
        self.part = False
        self.header = False
        self.detail = False

    def build(self) -> Parsed:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind is TokenKind.ATOM:
                self._figures()
                continue
            if token.kind is TokenKind.SIGN:
                self._sign(token.text)
            elif token.kind is TokenKind.WORD:
                self._word(token)
            else:
                self._unknown(token)
            self.at += 1
        if "+" in self.signs and self.parsed.quantities:  # 100+
            self.parsed.quantities[-1].approx = True
        return self.parsed

    @property
    def last(self) -> Quantity | None:
        return self.parsed.quantities[-1] if self.parsed.quantities else None

    def _next(self, ahead: int = 1) -> Token | None:
        place = self.at + ahead
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def _figures(self) -> None:
        """A run of atoms: one number, or several that stand side by side."""
        start = self.at
        while self.at < len(self.tokens) and self.tokens[self.at].kind is TokenKind.ATOM:
            self.at += 1
        run = [token.atom for token in self.tokens[start : self.at] if token.atom]
        previous = self.tokens[start - 1] if start else None
        if self._is_name(previous, run):
            self.parsed.references += 1
            self.parsed.calendar |= previous is not None and previous.has(Role.CALENDAR)
            self.before = None
            return
        while run:
            size = next((size for size in range(len(run), 0, -1) if compose(run[:size], whole=self.whole)), 0)
            if not size:
                self.parsed.unknown.append("?")
                return
            amount = compose(run[:size], whole=self.whole)
            if amount:
                self._add(amount)
            run = run[size:]

    def _is_name(self, previous: Token | None, run: Sequence[Atom]) -> bool:
        """Whether the figure is a name: "số 1", "khối 5", "ngày 3", "lớp 5" of a school."""
        if previous is None or run[0].literal is None:
            return False
        if previous.has(Role.REFERENCE, Role.CALENDAR):
            return True
        if self._is_of_pupils(self.at - len(run) - 1):
            return True
        ordinal = previous.has(Role.UNIT) and previous is self.before and not self.colon and bool(previous.word)
        before_that = self.tokens[self.at - len(run) - 2] if self.at - len(run) >= 2 else None  # noqa: PLR2004 - word and figure
        counted = before_that is not None and before_that.text in ("số", "tổng số", "so", "tong so")
        return (
            ordinal
            and not counted
            and previous.word is not None
            and bool(previous.word.kinds & {"class", "event", "school", "person"})
        )

    def _is_of_pupils(self, place: int) -> bool:
        """Whether the word here is the grade of the persons just counted: "60 học sinh lớp 9"."""
        if place < 2:  # noqa: PLR2004 - a figure and who is counted
            return False
        figure, persons, grade = self.tokens[place - 2 : place + 1]
        kinds = [each.word.kinds if each.word is not None and each.has(Role.UNIT) else frozenset() for each in (persons, grade)]
        return figure.kind is TokenKind.ATOM and "person" in kinds[0] and "class" in kinds[1] and "person" not in kinds[1]

    def _add(self, amount: Amount) -> None:
        quantity = Quantity(amount, approx=self.approx, each=self.each, part=self.part, detail=self.detail)
        if self.before and self.before.word:
            quantity.kinds, quantity.turns = self.before.word.kinds, self.before.word.turns
            quantity.labelled_before = not self.colon
            quantity.part |= "subset" in quantity.kinds
        if self.parsed.quantities:
            self.parsed.joins.append(next((sign for sign in _JOIN_ORDER if sign in self.signs), " "))
        self.parsed.quantities.append(quantity)
        self.signs, self.before, self.colon, self.header = set(), None, False, False
        self.approx = self.each = False

    def _sign(self, sign: str) -> None:
        if sign in _SILENT_SIGNS:
            return
        following = self._next()
        if sign == "%":
            self.parsed.percent = True
        elif sign == "?":
            self.parsed.doubt = True
        elif (
            sign == "~" and self.last and not self.last.kinds and following and following.kind is TokenKind.ATOM
        ) or sign == "÷":
            self.parsed.ranged = True
        elif sign in _APPROX_SIGNS:
            self.approx = True
        elif sign == ":":
            self._colon()
        elif sign in "\\|":
            self.signs.add(";")
            self.parsed.doubt |= self.last is None or following is None  # a table's border, or a badly read 1
        elif sign in _JOIN_ORDER:
            self._join(sign)
        else:
            self.parsed.unknown.append(sign)

    def _colon(self) -> None:
        if self.header:
            self.before, self.header = None, False
        elif self.before:
            self.colon = True
        elif self.last and not self.signs:
            self.signs.add(":")
            self.detail = True  # "52: 50 tờ rơi, 2 băng rôn"
        self.signs.discard("\n")

    def _join(self, sign: str) -> None:
        bullet = sign in "-+" and (not self.parsed.quantities or "\n" in self.signs or ":" in self.signs)
        following = self._next()
        dangling = following is None or (sign == "/" and not self.parsed.quantities and not self.before)
        self.parsed.doubt |= sign in "/-" and dangling
        if sign == "-" and not bullet and self.signs and following and following.kind is TokenKind.ATOM:
            self.parsed.negative = True
        if not bullet and self.parsed.quantities:
            self.signs.add(sign)

    def _word(self, token: Token) -> None:
        if token.has(Role.UNIT):
            self._unit(token)
        elif token.has(Role.APPROX):
            self._approx(token)
        elif token.has(Role.VAGUE):
            self.parsed.vague = True
        elif token.has(Role.OF_WHICH):
            self.part = bool(self.parsed.quantities)
            self.signs |= {","} if self.part else set()  # "120 trong đó nữ 45": the women are the next figure's
        elif token.has(Role.EACH):
            self.each = True
        elif token.has(Role.TO) and self.last:
            following = self._next()
            self.parsed.ranged |= following is not None and following.kind is TokenKind.ATOM
        elif token.has(Role.AND) and self.parsed.quantities:
            self.signs.add("&")
        elif token.has(Role.TIMES) and self.parsed.quantities:
            self.signs.add("×")
        elif token.has(Role.PERCENT):
            self.parsed.percent = True
        elif token.has(Role.MASK):
            self.parsed.doubt = True
        elif token.has(Role.CALENDAR, Role.REFERENCE):
            self._named(token)

    def _named(self, token: Token) -> None:
        following = self._next()
        if following is None or following.kind is not TokenKind.ATOM:
            previous = self._next(-1)
            counted = previous is not None and previous.kind is TokenKind.ATOM  # "3 ngày" are days
            if counted or (token.has(Role.REFERENCE) and token.text not in ("số", "so")):
                self.parsed.unknown.append(token.text)
            self.parsed.calendar |= token.has(Role.CALENDAR) and not counted

    def _approx(self, token: Token) -> None:
        following = self._next()
        behind = token.text in ("trở lên", "tro len", "trở xuống", "hơn", "hon", "dự kiến", "ước", "ước tính", "tạm tính")
        if self.last and not self.signs and (behind or following is None):
            self.last.approx = True
        else:
            self.approx = True

    def _unit(self, token: Token) -> None:
        word = token.word
        if word is None:
            return
        last = self.last
        if self.each and (not last or self.signs or last.kinds):
            return  # "mỗi lớp": the class is not the figure's unit
        if last and not self.signs:
            if last.part and last.labelled_before and "person" in word.kinds:
                last.labelled_before = False  # "nữ 45 người"
            elif not last.kinds or last.labelled_before:
                self.parsed.doubt |= bool(last.kinds) and "currency" not in word.kinds
                last.kinds, last.turns, last.labelled_before = word.kinds, word.turns, False
                last.part |= "subset" in word.kinds
            elif "subset" in word.kinds:
                last.part = True
            else:
                last.turns |= word.turns
            return
        following = self._next()
        led = following is not None and (following.kind is TokenKind.ATOM or following.text == ":")
        if last and self.signs == {"/"} and not led:
            last.rate = word.kinds
            self.signs.clear()
        elif last and self.signs <= {",", "&", "-"} and last.kinds and not led:
            self.signs.clear()  # "120 cán bộ, giáo viên"
        elif token.text not in ("tổ chức", "to chuc"):  # it organises more often than it is one
            self.header = self.before is not None  # "lớp/người: 3/120" names columns, not the first figure
            self.before = token
            self.colon = False

    def _unknown(self, token: Token) -> None:
        following = self._next()
        if token.text == "x" and self.last and following and following.kind is not TokenKind.UNKNOWN:
            self.signs.add("×")
        else:
            self.parsed.unknown.append(token.text)
