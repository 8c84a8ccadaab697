"""A printed page whose typeface lacks the Vietnamese letters: they were drawn from another one, apart from their words.

The text of such a page reads "S l p/s cu c thi ố ớ ố ộ": its order is lost, but on a picture of the page it is all there.
"""

from __future__ import annotations

from collections.abc import Iterable

_FEWEST, _SHARE = 12, 0.12  # letters that stand alone, and of all words


def is_scattered(lines: Iterable[str]) -> bool:
    """Whether many words of these lines are one letter with a Vietnamese mark: of them "ở", "ý" and "ạ" are words at all."""
    words = [word for line in lines for word in line.split()]
    alone = sum(len(word) == 1 and word.isalpha() and not word.isascii() for word in words)
    return alone >= _FEWEST and alone > _SHARE * len(words)
