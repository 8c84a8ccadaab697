"""Vietnamese numbers in words, in digits with scale words, and mixed: "hai mươi lăm triệu", "5 triệu 500 nghìn", "5tr5"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from config.vietnamese import fold
from parsers.number_literals import BILLION, MILLION, THOUSAND, Literal, as_decimal, as_whole, times

_HUNDRED = 100
_TEN = 10


class AtomKind(Enum):
    """What a word does inside a number."""

    LITERAL = auto()  # 5.000
    DIGIT = auto()  # không, một ... chín
    AFTER_TEN = auto()  # mốt, lăm, nhăm: only behind mười and mươi
    TEN = auto()  # mười
    TENS = auto()  # mươi
    TEN_OR_TENS = auto()  # "muoi" without diacritics
    CHUC = auto()  # chục
    HUNDRED = auto()  # trăm
    LINH = auto()  # linh, lẻ
    HALF = auto()  # rưỡi
    SCALE = auto()  # nghìn, triệu, tỷ


@dataclass(frozen=True, slots=True)
class Atom:
    """One word or literal of a number. `sure` is false for a word that without its diacritics means other things as well."""

    kind: AtomKind
    value: int = 0
    literal: Literal | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Amount:
    """A whole number phrase: its value and every warning it earned. `literal` when it is nothing but digits."""

    value: Decimal
    warnings: tuple[str, ...] = ()
    literal: Literal | None = None
    scaled: bool = False  # carries nghìn, triệu or tỷ
    words: bool = False


_K = AtomKind
_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
EXACT_WORDS: dict[str, Atom] = {
    **{word: Atom(_K.DIGIT, value) for value, word in enumerate(_DIGITS)},
    "bẩy": Atom(_K.DIGIT, 7),
    "tư": Atom(_K.DIGIT, 4),
    "mốt": Atom(_K.AFTER_TEN, 1),
    "lăm": Atom(_K.AFTER_TEN, 5),
    "nhăm": Atom(_K.AFTER_TEN, 5),
    "mười": Atom(_K.TEN, _TEN),
    "mươi": Atom(_K.TENS, _TEN),
    "chục": Atom(_K.CHUC, _TEN),
    "trăm": Atom(_K.HUNDRED, _HUNDRED),
    "linh": Atom(_K.LINH),
    "lẻ": Atom(_K.LINH),
    "lẽ": Atom(_K.LINH),
    "rưỡi": Atom(_K.HALF),
    "rưởi": Atom(_K.HALF),
    "nghìn": Atom(_K.SCALE, THOUSAND),
    "ngìn": Atom(_K.SCALE, THOUSAND),
    "ngàn": Atom(_K.SCALE, THOUSAND),
    "vạn": Atom(_K.SCALE, 10 * THOUSAND),
    "triệu": Atom(_K.SCALE, MILLION),
    "tỷ": Atom(_K.SCALE, BILLION),
    "tỉ": Atom(_K.SCALE, BILLION),
}
BARE_WORDS: dict[str, Atom] = {
    **{word: Atom(_K.DIGIT, value) for value, word in enumerate(map(fold, _DIGITS))},
    "tu": Atom(_K.DIGIT, 4),
    "lam": Atom(_K.AFTER_TEN, 5),
    "nham": Atom(_K.AFTER_TEN, 5),
    "muoi": Atom(_K.TEN_OR_TENS, _TEN),
    "chuc": Atom(_K.CHUC, _TEN),
    "tram": Atom(_K.HUNDRED, _HUNDRED),
    "linh": Atom(_K.LINH),
    "le": Atom(_K.LINH),
    "ruoi": Atom(_K.HALF),
    "nghin": Atom(_K.SCALE, THOUSAND),
    "ngan": Atom(_K.SCALE, THOUSAND),
    "trieu": Atom(_K.SCALE, MILLION),
    "ty": Atom(_K.SCALE, BILLION),
    "ti": Atom(_K.SCALE, BILLION),
}
DOUBTFUL_BARE = frozenset(
    {"nam", "sau", "tu", "tam", "bay", "le", "lam"}
)  # year, later, from ...: sure only inside a longer number
GLUED_SCALES: dict[str, int] = {"k": THOUSAND, "tr": MILLION, "trđ": MILLION, "trd": MILLION, "t": BILLION}


def compose(atoms: Sequence[Atom], *, whole: bool = True) -> Amount | None:
    """The number a run of atoms says, None when it says none. Shortened forms with two meanings are marked ambiguous."""
    if len(atoms) == 1 and atoms[0].literal is not None:
        found = atoms[0].literal
        value, warnings = as_whole(found) if whole else as_decimal(found)
        return Amount(value, tuple(warnings), found)
    return _Phrase(atoms).amount()


class _Phrase:
    """A walk along the atoms of one number."""

    def __init__(self, atoms: Sequence[Atom]) -> None:
        self.atoms = atoms
        self.at = 0
        self.warnings: list[str] = []
        self.total = Decimal(0)
        self.last_scale = 0

    def amount(self) -> Amount | None:
        while self.at < len(self.atoms):
            if not self._part():
                return None
        if len(self.atoms) == 1 and self.atoms[0].kind is _K.DIGIT and not self.total:
            return Amount(self.total, ("word_zero",), None, False, True)
        words = any(each.kind in (_K.DIGIT, _K.AFTER_TEN, _K.TEN, _K.TENS, _K.TEN_OR_TENS, _K.CHUC) for each in self.atoms)
        if any(each.kind is _K.SCALE and not each.sure for each in self.atoms):
            self.warnings.append("ambiguous_reading")
        if words:
            self.warnings.append("word_number")
            if len(self.atoms) == 1 and not self.atoms[0].sure:
                self.warnings.append("ambiguous_reading")
        return Amount(self.total, tuple(dict.fromkeys(self.warnings)), None, self.last_scale > 0, words)

    def _kind(self, ahead: int = 0) -> AtomKind | None:
        place = self.at + ahead
        return self.atoms[place].kind if place < len(self.atoms) else None

    def _take(self, *kinds: AtomKind) -> Atom | None:
        if self._kind() in kinds:
            self.at += 1
            return self.atoms[self.at - 1]
        return None

    def _part(self) -> bool:
        """One group below a thousand with its scale, or the last group without one."""
        after_linh = self.last_scale > 0 and self._take(_K.LINH) is not None
        start = self.at
        found = self._take(_K.LITERAL)
        if found and found.literal and self._kind() in (_K.HUNDRED, _K.CHUC, _K.TENS):
            found, self.at = None, start
        group = None if found else self._group()
        if found is None and group is None:
            return False
        scale = self._take(_K.SCALE)
        if scale is None:
            literal = found.literal if found else None
            return self.at == len(self.atoms) and self._last(group, literal, start, after_linh=after_linh)
        return self._scaled(group, found.literal if found else None, scale.value)

    def _scaled(self, group: int | None, found: Literal | None, scale: int) -> bool:
        if self._kind() is _K.SCALE and scale < self.atoms[self.at].value:  # nghìn tỷ
            scale *= self.atoms[self.at].value
            self.at += 1
        if found is not None:
            part, warnings = times(found, scale)
            self.warnings += warnings
        else:
            part = Decimal(group or 0) * scale
        if self.last_scale and scale == BILLION > self.last_scale:  # hai nghìn ba trăm tỷ
            self.total = (self.total + (group or 0)) * scale
        elif self.last_scale and (scale >= self.last_scale or part >= self.last_scale):
            return False
        else:
            self.total += part
        self.last_scale = scale
        if self._take(_K.HALF):
            self.total += Decimal(scale) / 2
        return True

    def _last(self, group: int | None, found: Literal | None, start: int, *, after_linh: bool) -> bool:
        """The group at the end without a scale: "năm" in "một nghìn không trăm linh năm", but also in "5 triệu năm"."""
        if not self.last_scale:
            self.total = Decimal(group or 0)
            return found is None
        if found is not None:
            return self._last_literal(found)
        value = group or 0
        hundreds = any(each.kind is _K.HUNDRED for each in self.atoms[start:])
        literally = after_linh or (hundreds and self.last_scale == THOUSAND) or self._starts_with_zero(start)
        if literally or (value >= _TEN and self.last_scale == THOUSAND):
            self.total += value
            return True
        if hundreds:
            self.total += Decimal(value) * self.last_scale / THOUSAND
            self.warnings.append("ambiguous_reading")
        elif value < _TEN:
            self.total += Decimal(value) * self.last_scale / _TEN
            self.warnings.append("shorthand")
            if self.atoms[start].kind is not _K.LITERAL:
                self.warnings.append("ambiguous_reading")
        else:
            self.total += Decimal(value) * self.last_scale / _HUNDRED
            self.warnings.append("ambiguous_reading")
        return True

    def _starts_with_zero(self, start: int) -> bool:
        return self.atoms[start].kind is _K.DIGIT and self.atoms[start].value == 0

    def _last_literal(self, found: Literal) -> bool:
        """5tr5, 5 triệu 500, 1tỷ2; "5tr50" may be 5.500.000 or 5.050.000; "5 triệu 500.000" is meant as written."""
        value, warnings = as_whole(found)
        self.warnings += [code for code in warnings if code != "ambiguous_reading"]
        if not found.ungrouped or value >= THOUSAND:
            self.total += value
            return value < self.last_scale
        digits = len(found.raw)
        self.total += value * self.last_scale / Decimal(10**digits)
        self.warnings.append("shorthand")
        if digits == len(str(_TEN)) or (self.last_scale == THOUSAND and digits != len(str(_HUNDRED))):
            self.warnings.append("ambiguous_reading")
        if self.total != int(self.total):
            self.warnings.append("non_integer")
        return True

    def _group(self) -> int | None:
        """A number below a thousand in words, digits allowed before trăm, mươi and chục."""
        hundreds = self._hundreds()
        if hundreds is None:
            return self._tens()
        if self._take(_K.LINH):
            unit = self._take(_K.DIGIT, _K.LITERAL)
            return None if unit is None else self._plus(hundreds, unit)
        if self._take(_K.HALF):
            return hundreds + _HUNDRED // 2
        if self._kind() in (None, _K.SCALE):
            return hundreds
        alone = self._kind() in (_K.DIGIT, _K.LITERAL) and self._kind(1) in (None, _K.SCALE)
        rest = self._tens()
        if rest is None:
            return None
        if alone and rest < _TEN:  # "trăm hai" is 120 to most speakers
            self.warnings.append("ambiguous_reading")
            return hundreds + rest * _TEN
        return hundreds + rest

    def _plus(self, hundreds: int, unit: Atom) -> int | None:
        value = unit.literal.whole if unit.literal else unit.value
        return hundreds + value if value < _HUNDRED else None

    def _hundreds(self) -> int | None:
        if self._kind() in (_K.DIGIT, _K.LITERAL) and self._kind(1) is _K.HUNDRED:
            digit = self._small()
            self.at += 1
            return None if digit is None else digit * _HUNDRED
        if self._kind() is _K.HUNDRED and self.at == 0:
            self.at += 1
            self.warnings.append("ambiguous_reading")  # "trăm" may also be "hundreds of"
            return _HUNDRED
        return None

    def _small(self) -> int | None:
        """A digit from one word or one literal below ten."""
        atom = self.atoms[self.at]
        self.at += 1
        value = atom.literal.whole if atom.literal else atom.value
        return value if value < _TEN and (atom.literal is None or atom.literal.ungrouped) else None

    def _tens(self) -> int | None:
        if self._kind() in (_K.DIGIT, _K.LITERAL) and self._kind(1) in (_K.TENS, _K.TEN_OR_TENS, _K.CHUC):
            digit = self._small()
            self.at += 1
            return None if not digit else digit * _TEN + self._unit()
        if self._take(_K.TEN, _K.TEN_OR_TENS):
            return _TEN + self._unit()
        if self._kind() is _K.CHUC and self.at == 0:
            self.at += 1
            self.warnings.append("ambiguous_reading")
            return _TEN
        digit_atom = self._take(_K.DIGIT)
        if digit_atom is None:
            return None
        if self._kind() is _K.AFTER_TEN:  # "hai lăm" for hai mươi lăm
            self.warnings.append("ambiguous_reading")
            return digit_atom.value * _TEN + self._unit()
        return digit_atom.value

    def _unit(self) -> int:
        if self._kind(1) in (_K.HUNDRED, _K.TENS, _K.TEN_OR_TENS, _K.CHUC):
            return 0  # it begins the next group; the caller finds that it has no scale
        unit = self._take(_K.DIGIT, _K.AFTER_TEN)
        if unit is None and self._take(_K.HALF):
            return _TEN // 2
        return unit.value if unit else 0
