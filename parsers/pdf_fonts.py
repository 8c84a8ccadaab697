"""Fonts of a PDF that announce more letters than any has: pdfium and pdfminer count out every range of codes one by one.

A few hundred bytes are enough: a map of two thousand ranges of all codes kept pdfium busy for a minute, a range of widths up to
two thousand million took all memory that pdfminer may have.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from parsers.writing_blocks import too_large

MOST_CODES = 1_000_000
"""Codes that the ranges of all fonts of a file name; a font has at most 65,536 letters, and most a hundred."""

_MOST_COUNTED = 2_000_000  # by pdfminer, which also counts the letters of typefaces
_MOST_NAMED = 200_000  # letters that one map names by themselves: each of the largest font three times
_RANGES = re.compile(rb"(?:bf|cid|notdef)range\b")
_CHARACTERS = re.compile(rb"(?:bf|cid|notdef)char\b")
_HIDDEN = re.compile(rb"%[^\r\n]*[<>\[\]]|[%<(][^<>\r\n]*end(?:bf|cid|notdef)")  # what a reader skips, and a search does not
_RANGE = re.compile(rb"<([0-9A-Fa-f\s]*)>\s*<([0-9A-Fa-f\s]*)>\s*(?:<[^>]*>|\[[^\]]*\]|\d+)")
_SECTION = re.compile(rb"begin(bf|cid|notdef)range\b(.*?)(?:\bend\1range\b|\Z)", re.DOTALL)
_LARGEST = 65_536
_LETTERS = "fonts of too many letters"


def codes_of(content: bytes) -> int:
    """How many codes a stream names, where it is a map from codes to letters; more than `MOST_CODES` where it hides them."""
    if not _RANGES.search(content) and not _CHARACTERS.search(content):
        return 0
    if content.count(b"<") > _MOST_NAMED or _HIDDEN.search(content):
        return MOST_CODES + 1
    return sum(_width(each) for section in _SECTION.finditer(content) for each in _RANGE.finditer(section[2]))


def _width(found: re.Match[bytes]) -> int:
    first, last = (int(b"".join(each.split()) or b"0", 16) for each in found.groups())
    return min(_LARGEST, max(0, last - first + 1))


@contextlib.contextmanager
def counted() -> Iterator[None]:
    """While it lasts, pdfminer counts out no more codes than thirty whole fonts have. WritingError where it would."""
    from pdfminer import cmapdb, pdffont

    left = _MOST_COUNTED

    def counting(*limits: int) -> range:
        nonlocal left
        codes = range(*limits)
        left -= max(0, (codes.stop - codes.start) // codes.step)  # what is longer than any list has no length in Python
        if left < 0:
            raise too_large(_LETTERS)
        return codes

    for module in (cmapdb, pdffont):
        vars(module)["range"] = counting  # before Python's own: all their loops over what a file announces
    try:
        yield
    finally:
        for module in (cmapdb, pdffont):
            del vars(module)["range"]
        if left < 0:  # said here as well: pdfplumber takes whatever is raised below it for damage
            raise too_large(_LETTERS)
