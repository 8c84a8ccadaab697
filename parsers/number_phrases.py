"""Cells that are answered as a whole: none, to come, as above, ticks, placeholders, errors, Roman numerals, OCR look-alikes."""

from __future__ import annotations

import re
from decimal import Decimal

from config.campaign import IndicatorType
from config.vietnamese import fold
from parsers.number_units import Counted, Mode, Role, Word
from parsers.number_values import NumberContext, NumberReading, empty, reading, rejected

_ERROR = re.compile(
    r"#{2,}|#N/A|#?(?:REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GIÁ TRỊ!|TÊN\?)|ERR:\s?\d+", re.IGNORECASE
)
_PLACEHOLDER = re.compile(r"[.…_?*/\\|,;:~^<>\[\]{}()\s]+")
_DASHES = re.compile(r"[-\s]*-[-\s]*")
_TWO_SIDES = re.compile(r"([^/;]+)[/;]([^/;]+)")
_ZERO = re.compile(r"0+(?:[.,]0+)?")
_DITTO = re.compile(r"\"+|'{2,}|-?\s*\"\s*-?")
_DITTO_WORDS = frozenset({"nt", "n t", "nhu tren", "nhu dong tren", "nhu muc tren", "nhu hang tren", "ditto", "tuong tu"})
_TICKS = re.compile(r"[xXvV✓✔√☑☒✗✘●•■◼+]{1,2}|×")
_YES = frozenset(
    {
        "co",
        "yes",
        "y",
        "da to chuc",
        "da thuc hien",
        "dat",
        "du",
        "day du",
        "co to chuc",
        "roi",
        "da co",
        "ok",
        "hoan thanh",
        "dung",
    }
)
YES_OR_NO = frozenset({"co khong", "yes no", "dat khong dat", "x"})
"""Folded units of measure of what is answered with yes or no."""
_NO = frozenset(
    {"khong", "ko", "kg", "khg", "hong", "hok", "k co", "ko co", "khong co", "khong to chuc", "chua to chuc", "nil", "none"}
)
_NO_SHORT = frozenset({"k", "chua", "chua co", "trong"})  # usually none, sometimes "not yet known"
_NO_MORE = re.compile(
    r"(?:khong|ko|chua) (?:co |to chuc |thuc hien |trien khai |mo |phat sinh |huy dong |tang |tham gia |phat dong )*"
    r"(?:duoc |kinh phi |lop |cuoc |nguoi |ai |gi |hoat dong |nao |don vi |lop nao |cuoc nao |sach |quyen |tien )*"
)
_PENDING = re.compile(
    r"(?:so lieu )?(?:chua|khong|ko|dang|se|cho|doi) (?:\w+ )*?"
    r"(?:so lieu|tong hop|bao cao|thong ke|cap nhat|bo sung|gui|ro|biet|nam duoc|ket qua|xac dinh|thong tin)(?: \w+)*"
    r"|(?:bao cao|bo sung|cap nhat|gui|nop|tong hop|thong ke)(?: \w+){0,3} sau(?: nay)?|(?:dang|se|cho)(?: \w+){1,3}"
)
_ROMAN = re.compile(r"(?=[IVXL])(XL|L?X{0,3})(IX|IV|V?I{0,3})")
_LOOK_ALIKES = str.maketrans("OolI", "0011")
_OCR = re.compile(r"[\dOolI]*\d[\dOolI]*|[OolI]+")
_NOT_APPLICABLE = frozenset({"n a", "na", "tbd", "khong ap dung"})
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50}


def whole_cell(text: str, context: NumberContext, known: Counted) -> NumberReading | None:
    """The answer to a text that needs no parsing, or None. The text is cleaned, its sentence marks still there."""
    if _ERROR.fullmatch(text):
        return rejected("excel_error")
    if text.upper() in ("TRUE", "FALSE"):
        return rejected("boolean")
    if text.startswith("="):
        return rejected("formula_as_text")
    if _DITTO.fullmatch(text) or fold(text) in _DITTO_WORDS or text.strip("- ").lower() in ("nt", "n.t"):
        return rejected("ditto")
    if known.mode is Mode.PAIR and context.pair and (codes := _none_on_both_sides(text)):
        return reading(dict.fromkeys(context.pair, Decimal(0)), [*codes, "split_pair"])
    if _DASHES.fullmatch(text):
        return reading({column_of(context): Decimal(0)}, ["dash_as_zero"])
    if _TICKS.fullmatch(text) or fold(text) in _YES:
        return _mark(context)
    if _PLACEHOLDER.fullmatch(text) or fold(text) in _NOT_APPLICABLE:
        return empty("placeholder")
    return _none_or_pending(fold(text), context, known) or _odd_digits(text, context, known)


def _none_on_both_sides(text: str) -> tuple[str, ...]:
    """The warnings of a pair such as "-/không" and "0/-", that says none twice; () for any other and for figures alone."""
    sides = _TWO_SIDES.fullmatch(text)
    if sides is None:
        return ()
    codes = []
    for side in (each.strip() for each in sides.groups()):
        code = "dash_as_zero" if _DASHES.fullmatch(side) else "word_zero" if fold(side) in _NO else ""
        if not code and not _ZERO.fullmatch(side):
            return ()
        codes.append(code)
    return tuple(dict.fromkeys(each for each in codes if each))


def column_of(context: NumberContext) -> str:
    """The column a bare figure of this cell belongs to."""
    return "money" if context.type is IndicatorType.MONEY else context.column


def roman_value(text: str) -> int | None:
    """The value of a Roman numeral up to XLIX, in capitals."""
    match = _ROMAN.fullmatch(text)
    if not match:
        return None
    digits = [_ROMAN_DIGITS[each] for each in text]
    return sum(-each if any(each < later for later in digits[place + 1 :]) else each for place, each in enumerate(digits))


def _mark(context: NumberContext) -> NumberReading:
    if context.type is IndicatorType.INTEGER_FLAG:
        asked = fold(context.unit) in YES_OR_NO  # the form itself asks for a tick or a "yes"
        return reading({context.column: Decimal(1)}, [] if asked else ["mark_as_one"])
    return rejected("mark_without_number")


def _none_or_pending(folded: str, context: NumberContext, known: Counted) -> NumberReading | None:
    zero = {column_of(context): Decimal(0)}
    if folded in _NO:
        return reading(zero, ["word_zero"])
    if folded in _NO_SHORT:
        return reading(zero, ["word_zero", "ambiguous_reading"])
    if any(each.isdigit() for each in folded):
        return None
    if _PENDING.fullmatch(folded):
        return rejected("pending")
    if _NO_MORE.fullmatch(folded + " ") or _is_no_unit(folded, known):
        return reading(zero, ["word_zero"])
    return None


def _is_no_unit(folded: str, known: Counted) -> bool:
    """As in "không lớp", "không có quyển nào": nothing of what is counted."""
    words = folded.removesuffix(" nao").split(" ")
    negated = words[0] in ("khong", "ko")
    counted: Word | None = known.words.get(" ".join(words[1:]))
    return negated and len(words) > 1 and counted is not None and counted.role is Role.UNIT


def _odd_digits(text: str, context: NumberContext, known: Counted) -> NumberReading | None:
    column = column_of(context)
    bare = text.rstrip(".,;:")
    value = roman_value(bare) or (roman_value(bare.upper()) if bare.lower() in ("ii", "iii", "iv", "vi", "vii", "ix") else None)
    if value and context.type is not IndicatorType.MONEY:
        return reading({column: Decimal(value)}, ["roman"])
    if _OCR.fullmatch(bare) and not bare.isdigit():
        if bare.lower().endswith("l") and bare[:-1].isdigit() and "class" in known.own | known.other:
            return None  # 3L: three classes
        return reading({column: Decimal(int(bare.translate(_LOOK_ALIKES)))}, ["ocr_suspect"])
    return None
