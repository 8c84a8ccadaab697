"""The headings that are printed again on later pages of a scanned form, told although some of their letters were misread."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Sequence

from config.campaign import Form
from config.vietnamese import fold
from parsers.aligned_pieces import Line, Piece, in_lines
from parsers.form_header import means_column

SHARE = 0.6  # of a line's words
ALIKE = 0.7  # of a word's letters
_FIGURE = re.compile(r"[\d.,/]*\d[\d.,/]*")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"20\d\d")


def heading_words(pieces: Sequence[Piece], form: Form) -> frozenset[str]:
    """The words of the form's headings, and of the lines with headings among these pieces, folded."""
    texts = [text for each in form.columns for text in (each.header, *each.aliases)]
    for line in in_lines(pieces):
        if sum(means_column(each.text, form.columns) for each in line) > 1:
            texts.extend(each.text for each in line)
    return frozenset(word for text in texts for word in fold(text).split())


def headings_again(pieces: Sequence[Piece], first: Piece, words: frozenset[str]) -> set[Piece]:
    """The pieces of headings above the first label of a page; never a figure, which may belong to a row cut by the page."""
    above = [line for line in in_lines(pieces) if line[0].bottom < first.bottom and first not in line]
    return {each for line in above if _heads(line, words) for each in line}


def _heads(line: Line, words: frozenset[str]) -> bool:
    if any(_FIGURE.fullmatch(each.text) and not _YEAR.fullmatch(each.text) for each in line):
        return False
    own = [word for each in line for word in fold(each.text).split() if len(word) > 1]
    known = sum(word in words or bool(difflib.get_close_matches(word, words, 1, ALIKE)) for word in own)
    return bool(own) and known >= SHARE * len(own)


def has_torn_heading(titles: Sequence[str], form: Form) -> bool:
    """Whether two columns beside each other are headed by words of one heading, or lines of the title run into the headings."""
    if any(_DIGIT.search(_YEAR.sub("", title)) for title in titles):
        return True
    wholes = [set(fold(text).split()) for each in form.columns for text in (each.header, *each.aliases)]
    words = [set(fold(title).split()) for title in titles]
    return any(
        one and other and any(one | other <= whole and len(one | other) > len(one) for whole in wholes)
        for one, other in itertools.pairwise(words)
    )
