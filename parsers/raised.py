"""Digits set above the line: "3" with a raised "1" is three and a footnote, never 31."""

from __future__ import annotations

_DIGITS, _SUPERSCRIPTS = "0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"
_MARKS = "".join(chr(0xE070 + digit) for digit in range(10))
_MARKED, _SHOWN = str.maketrans(_DIGITS, _MARKS), str.maketrans(_MARKS, _SUPERSCRIPTS)


def raised(text: str) -> str:
    """Text set above the line, its digits marked.

    The marks are private characters until the text has been decoded: ¹, ² and ³ are letters in TCVN3.
    """
    return text.translate(_MARKED)


def with_superscripts(text: str) -> str:
    """Decoded text with the marks of `raised` as superscript digits."""
    return text.translate(_SHOWN)


def is_above(position: str) -> bool:
    """Whether an OpenDocument text position ("super 58%", "33% 58%") is above the line."""
    first = position.partition(" ")[0]
    return first == "super" or (first.endswith("%") and first[:-1].isdigit() and int(first[:-1]) > 0)
