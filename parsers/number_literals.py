"""Figures written in digits: cleaning, grouping by dots, commas and spaces, decimals. What is not certain says so."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from config.vietnamese import nfc

THOUSAND, MILLION, BILLION = 10**3, 10**6, 10**9

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe0e\ufe0f]")
_NEWLINE = re.compile("_x000[dD]_\n?|\r\n?|[\v\f\u0085\u2028\u2029]")
_GAP = re.compile(r"(?<=\d)(?: *\t[ \t]*| {3,})(?=\d)")  # between two figures, which are none together
_SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹘﹣－➖", "-")
    | dict.fromkeys("‘’‚‛′ʼ`´", "'")
    | dict.fromkeys("“”„‟″〃«»", '"')
    | dict.fromkeys("⁄∕", "/")
    | dict.fromkeys("×✕✖＊*⋅∙", "×")
    | {"…": "...", "∼": "~", "≃": "~", "≈": "~", "，": ",", "、": ",", "。": ".", "₫": "đ"}
)
_NUMBER = re.compile(
    r"""
    (?=[\d.]*\ )\d{1,3}(?:[ ]?\.[ ]?\d{3}){2,}(?![\d.,])  # 5. 000. 000, as justified text or a scan spreads it
    | \d{1,3}(?:[ ]\d{3})+(?:[.,]\d{1,2})?(?![\d]|[.,]\d)  # 1 200
    | \d+(?:[.,]\d+)*
    """,
    re.VERBOSE,
)
_LOOK_ALIKE = re.compile(r"(?<![^\W_])(?:[oli]*\d[\doli]*[\do]|[oli]+\d+)(?![^\W_])(?![.,]\d)")
_AS_DIGITS = str.maketrans("oli", "011")
_PHONE_DIGITS = 9
_MOST_PADDED = 3


class Shape(Enum):
    """How the digits of a literal are put together."""

    PLAIN = auto()  # 1200
    DOTS = auto()  # 1.200
    COMMAS = auto()  # 1,200
    SPACES = auto()  # 1 200
    DOT_DECIMAL = auto()  # 1.5
    COMMA_DECIMAL = auto()  # 1,5
    BAD = auto()  # 5.000.00


@dataclass(frozen=True, slots=True)
class Literal:
    """A figure in digits as written, its shape, and its value when every separator stands where it should.

    `fraction` holds the digits after the decimal sign of a grouped figure ("00" of 5.000.000,00). `spread` tells that spaces
    stood inside.
    """

    raw: str
    shape: Shape
    whole: int
    fraction: str = ""
    groups: int = 0
    spread: bool = False
    look_alike: bool = False  # a letter was taken for a digit: 12O

    @property
    def value(self) -> Decimal:
        """The figure, decimals included."""
        return Decimal(f"{self.whole}.{self.fraction}") if self.fraction.strip("0") else Decimal(self.whole)

    @property
    def ungrouped(self) -> bool:
        """Whether it is nothing but digits."""
        return self.shape is Shape.PLAIN


def clean(text: str) -> tuple[str, bool]:
    """The text with plain digits, signs and spaces; and whether digits of another script (１２０) stood in it."""
    text = _NEWLINE.sub("\n", nfc(text))
    if text.isascii():
        return _spaced(text.translate(_SIGNS)), False
    text = _INVISIBLE.sub("", text)
    plain = "".join(_plain(each) for each in text)
    unusual = any(each.isdecimal() and not each.isascii() for each in text)
    return _spaced(plain.translate(_SIGNS)), unusual


def next_literal(text: str, at: int) -> Literal | None:
    """The literal that starts at this place of a lower-case text, or None. Letters that look like digits count inside one."""
    mixed = _LOOK_ALIKE.match(text, at)
    if mixed and not mixed[0].isdigit():
        digits = mixed[0].translate(_AS_DIGITS)
        return Literal(mixed[0], Shape.PLAIN, int(digits), look_alike=True)
    match = _NUMBER.match(text, at)
    return literal(match[0]) if match else None


@functools.lru_cache(maxsize=4096)
def literal(raw: str) -> Literal:
    """The shape of digits with separators."""
    spread = " " in raw
    body = re.sub(r" ?\. ?", ".", raw) if "." in raw and spread else raw
    if body.isdigit():
        return Literal(raw, Shape.PLAIN, int(body))
    for separator, decimal, shape in ((".", ",", Shape.DOTS), (",", ".", Shape.COMMAS), (" ", ",.", Shape.SPACES)):
        match = re.fullmatch(rf"(\d{{1,3}}(?:{re.escape(separator)}\d{{3}})+)(?:[{decimal}](\d+))?", body)
        if match:
            return _grouped(Literal(raw, shape, int(re.sub(r"\D", "", match[1])), match[2] or "", 0, spread), match[1])
    match = re.fullmatch(r"(\d+)([.,])(\d+)", body)
    if match:
        shape = Shape.DOT_DECIMAL if match[2] == "." else Shape.COMMA_DECIMAL
        return Literal(raw, shape, int(match[1]), match[3], 0, spread)
    return Literal(raw, Shape.BAD, 0, "", 0, spread)


def _grouped(found: Literal, digits: str) -> Literal:
    groups = re.split(r"\D", digits)
    if groups[0].startswith("0"):
        if len(groups) == 2 and not found.fraction and found.shape is not Shape.SPACES:  # noqa: PLR2004 - 0.500 is a half
            shape = Shape.DOT_DECIMAL if found.shape is Shape.DOTS else Shape.COMMA_DECIMAL
            return Literal(found.raw, shape, int(groups[0]), groups[1], 0, found.spread)
        return Literal(found.raw, Shape.BAD, 0, "", 0, found.spread)
    if len(found.fraction) == 3 and found.shape is not Shape.SPACES:  # noqa: PLR2004 - 5.000,000 mixes two ways of grouping
        return Literal(found.raw, Shape.BAD, 0, "", 0, found.spread)
    return Literal(found.raw, found.shape, found.whole, found.fraction, len(groups) - 1, found.spread)


def as_whole(found: Literal) -> tuple[Decimal, list[str]]:
    """The whole number a literal stands for, with warnings; those that reject come with a value not to be used."""
    if found.shape is Shape.BAD:
        return found.value, ["bad_grouping"]
    if found.fraction.strip("0"):
        return found.value, ["non_integer"]
    warnings = ["thousands_space"] if found.spread or found.shape is Shape.SPACES else []
    if found.look_alike:
        warnings.append("ocr_suspect")
    if found.shape is Shape.COMMAS:
        warnings.append("en_format" if found.fraction else "thousands_comma")
    elif found.shape is Shape.DOT_DECIMAL:
        exact = len(found.fraction) == 1 or found.whole >= THOUSAND  # 120.0 of a program; 1.00 may have lost a digit
        warnings.append("en_format" if exact and len(found.fraction) != 3 else "decimal_dot")  # noqa: PLR2004 - 0.000
    elif found.shape is Shape.PLAIN and found.raw.startswith("0") and len(found.raw) > _MOST_PADDED and found.whole:
        warnings.append("text_no_number" if len(found.raw) >= _PHONE_DIGITS else "ambiguous_reading")
    return found.value, warnings


def as_decimal(found: Literal) -> tuple[Decimal, list[str]]:
    """The number a literal stands for where decimals are asked for."""
    if found.shape is Shape.BAD:
        return found.value, ["bad_grouping"]
    if found.shape is Shape.DOT_DECIMAL:
        return found.value, ["decimal_dot"]
    if found.shape is Shape.DOTS and found.groups == 1 and not found.fraction:
        return found.value, ["decimal_dot"]
    if found.shape is Shape.COMMAS and found.groups == 1 and not found.fraction:
        return found.value / THOUSAND, ["ambiguous_comma"]
    if found.shape is Shape.COMMAS:
        return found.value, ["en_format" if found.fraction else "thousands_comma"]
    return found.value, ["thousands_space"] if found.spread or found.shape is Shape.SPACES else []


def times(found: Literal, scale: int) -> tuple[Decimal, list[str]]:
    """A literal before "nghìn", "triệu" or "tỷ"."""
    if found.shape is Shape.BAD:
        return found.value, ["bad_grouping"]
    value, warnings = found.value, ["ocr_suspect"] if found.look_alike else []
    if found.shape is Shape.DOT_DECIMAL:
        warnings.append("decimal_dot")
    elif found.shape is Shape.DOTS and found.groups == 1 and not found.fraction and scale > THOUSAND:
        warnings.append("decimal_dot")  # 1.250 triệu: 1.250 millions, or 1,25
    elif found.shape is Shape.COMMAS and found.groups == 1 and not found.fraction:
        warnings.append("ambiguous_comma")
        value = value / THOUSAND if scale > THOUSAND else value
    elif found.shape is Shape.COMMAS:
        warnings.append("en_format" if found.fraction else "thousands_comma")
    elif found.shape is Shape.SPACES or found.spread:
        warnings.append("thousands_space")
    if value >= MILLION:
        warnings.append("implausible")  # the unit was applied twice
    product = value * scale
    return product, [*warnings, "non_integer"] if product != int(product) else warnings


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if "\uff01" <= character <= "\uff5e":
        return chr(ord(character) - 0xFEE0)
    return " " if character.isspace() and character != "\n" else character


def _spaced(text: str) -> str:
    text = _GAP.sub("\n", text)
    lines = (re.sub(r"[ \t\x1c-\x1f]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
