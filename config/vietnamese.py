"""Vietnamese text compared the way people read it: bare words, one tone placement, names made safe to show."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LOOK_ALIKES = str.maketrans({"Ð": "Đ", "ð": "đ"})  # Eth, typed or converted by mistake: drawn the same
_STROKED_D = "đĐðÐ"  # NFD leaves the stroke on
_NOT_A_WORD = re.compile(r"[\W_]+")
_BETWEEN_WORDS = {code: " " for code in range(128) if not chr(code).isalnum()}
_SHOWN_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_TONES = "\u0300\u0301\u0309\u0303\u0323"  # grave, acute, hook above, tilde, dot below

_LEAD = re.compile(r"(, (trong đó|chia ra|of which|in which))?[\s:,]*$")


def _old_style() -> dict[str, str]:
    """Every new-style pair of vowels (oà, oè, uỳ, any tone and case) with its old-style twin (òa, òe, ùy)."""
    pairs = {}
    for first, second in ("oa", "oe", "uy", "Oa", "Oe", "Uy", "OA", "OE", "UY"):
        for tone in _TONES:
            pairs[nfc(first + second + tone)] = nfc(first + tone + second)
    return pairs


def nfc(text: str) -> str:
    """The text in its composed form, which everything inside Thubao has.

    A letter keeps its first thirty marks: composing takes time by the square of their number, and no letter has five.
    """
    if len(text) > _SHORT and not text.isascii():
        text = _endless_marks().sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


_SHORT = 1_000  # characters, for which a square is nothing


@lru_cache(maxsize=1)
def _endless_marks() -> re.Pattern[str]:
    """More than thirty combining marks in a row."""
    marks = "".join(chr(code) for code in range(0x300, 0x1E950) if unicodedata.combining(chr(code)))
    return re.compile(f"([{marks}]{{30}})[{marks}]+")


def fold(text: str) -> str:
    """The bare words of a text: "UBND xã Quài-Tở" becomes "ubnd xa quai to". Decodes nothing."""
    return _fold_short(text) if len(text) <= _REMEMBERED else _fold(text)


_REMEMBERED = 300
"""Longest text that is kept folded: labels, names and headings, which come again with every report, and no letter bodies."""


def _fold(text: str) -> str:
    bare = text.lower() if text.isascii() else _without_marks(text)
    if bare.isascii():
        return " ".join(bare.translate(_BETWEEN_WORDS).split())
    return _NOT_A_WORD.sub(" ", bare).strip()


def _without_marks(text: str) -> str:
    """In small letters, mark by mark over the whole text: a text has a dozen of them and thousands of letters."""
    for letter in _STROKED_D:
        text = text.replace(letter, "d")
    text = unicodedata.normalize("NFD", text.lower())
    for each in set(text):
        if not each.isascii() and unicodedata.category(each) in ("Mn", "Cf"):
            text = text.replace(each, "")
    return text


_fold_short = lru_cache(maxsize=4096)(_fold)


def squash(text: str) -> str:
    """The folded text without its spaces: "Quài Tở" becomes "quaito"."""
    return fold(text).replace(" ", "")


def same_tones(text: str) -> str:
    """The text with one tone placement, "hòa", "tỏa", "thủy", and Đ for its look-alike Ð, for comparing with diacritics.

    Only open syllables in oa, oe and uy are written both ways, and "quý" only one way.
    """
    return _NEW_STYLE.sub(lambda match: _OLD_STYLE[match[0]], nfc(text).translate(_LOOK_ALIKES))


def readable(name: str) -> str:
    """A name for display: composed, with control, direction and other invisible characters shown as escapes."""
    return "".join(_escaped(each) if unicodedata.category(each) in _SHOWN_ESCAPED else each for each in nfc(name))


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - where \u ends


_OLD_STYLE = _old_style()
_NEW_STYLE = re.compile(r"(?<![qQ])(?:" + "|".join(_OLD_STYLE) + r")(?![^\W\d_])")


def without_lead(label: str) -> str:
    """A label without what leads over to the rows below it: ", trong đó:", ", of which:"."""
    return _LEAD.sub("", label.strip())
