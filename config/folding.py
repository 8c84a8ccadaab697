"""Names compared the way people read them: without tones, capitals, punctuation or double spaces."""

from __future__ import annotations

import re
import unicodedata

_STROKED_D = str.maketrans(
    {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"}
)  # no decomposition exists; Eth is a look-alike typed by mistake
_NOT_A_WORD = re.compile(r"[^0-9a-z]+")


def fold(text: str) -> str:
    """The bare words of a text: "UBND xã Quài-Tở" becomes "ubnd xa quai to"."""
    decomposed = unicodedata.normalize("NFD", text.translate(_STROKED_D))
    bare = "".join(each for each in decomposed if not unicodedata.combining(each))
    return _NOT_A_WORD.sub(" ", bare.casefold()).strip()
