"""Stretches of text with their place on a page, and which of them are the labels of a form."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.campaign import Form
from config.vietnamese import fold
from parsers.labels import clean_label

LEVEL = 0.35  # of a letter's height: pieces whose feet differ by less stand on one line
WORD_GAP = 0.45  # of a letter's height
EDGE_LINES = 3
APART = 1.4  # lines between a page number and the nearest text
SAME_PLACE = 2.5  # points
_SHORTEST_PART = 7  # letters
_WANDERS = 4  # letters by which a label may be indented
_FIGURE = re.compile(r"[\d.,/]+")
_PAGE_NUMBER = re.compile(r"\s*(?:trang|page)?\s*[-–]?\s*(\d{1,3})\s*(?:(?:/|of)\s*\d{1,3})?\s*[-–]?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A text that a program wrote without a break, so that it lies in one cell. Places in points from the top left corner."""

    page: int
    left: float
    right: float
    top: float
    bottom: float
    text: str

    @property
    def size(self) -> float:
        """The height of its letters."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Half way from its left to its right."""
        return (self.left + self.right) / 2

    def overlaps(self, left: float, right: float) -> bool:
        """Whether any of it stands above or below this stretch."""
        return self.left < right and left < self.right

    def on_line_of(self, other: Piece) -> bool:
        """Whether both stand on one line of one page."""
        return self.page == other.page and abs(self.bottom - other.bottom) <= LEVEL * max(self.size, other.size)


Line = list[Piece]


def in_lines(pieces: Iterable[Piece]) -> list[Line]:
    """The pieces by pages and lines, from the top left on."""
    lines: list[Line] = []
    for piece in sorted(pieces, key=lambda each: (each.page, each.bottom, each.left)):
        if lines and piece.on_line_of(lines[-1][0]):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda each: each.left) for line in lines]


def text_of(line: Iterable[Piece]) -> str:
    """The texts of a line."""
    return " ".join(each.text for each in line)


def joined(pieces: Sequence[Piece]) -> Piece:
    """One piece of several of a line."""
    return Piece(
        page=pieces[0].page,
        left=min(each.left for each in pieces),
        right=max(each.right for each in pieces),
        top=min(each.top for each in pieces),
        bottom=max(each.bottom for each in pieces),
        text=text_of(pieces),
    )


class LabelParts:
    """Tells the lines of a form's labels, whole or wrapped."""

    def __init__(self, form: Form) -> None:
        wordings = {fold(text) for each in form.indicators for text in (each.label, *each.aliases)} - {""}
        self._wholes = frozenset(wordings)
        self._text = "|".join(f" {each} " for each in sorted(wordings))

    def holds(self, text: str) -> bool:
        """Whether the text is a label of the form or several words of one in their order."""
        folded = fold(clean_label(text))
        if folded in self._wholes:
            return True
        return len(folded) >= _SHORTEST_PART and " " in folded and f" {folded} " in self._text

    def put_together(self, line: Line) -> Line:
        """The line with pieces of one label as one piece: some programs write a piece for every word."""
        found: Line = []
        for piece in line:
            before = found[-1] if found else None
            near = before is not None and -LEVEL * piece.size <= piece.left - before.right <= WORD_GAP * piece.size
            if before is not None and near and self.holds(f"{before.text} {piece.text}"):
                found[-1] = joined((before, piece))
            else:
                found.append(piece)
        return found

    def column(self, lines: Sequence[Line]) -> tuple[list[Piece], list[Piece]]:
        """The pieces of labels in the column where most of them begin, and with them all others that begin there."""
        found = [piece for line in lines for piece in line if self.holds(piece.text)]
        if not found:
            return [], []
        starts = Counter(round(each.left) for each in found)
        size = sorted(each.size for each in found)[len(found) // 2]
        left = max(starts, key=lambda at: sum(count for other, count in starts.items() if abs(other - at) <= size))
        hits = {each for each in found if left - 1.5 * size <= each.left <= left + _WANDERS * size}
        beside = [each for line in lines for each in line if each in hits or abs(each.left - left) <= size]
        return [each for each in beside if each in hits], beside


def without_running(lines: Sequence[Line]) -> list[Line]:
    """The lines without page numbers and without what stands in the same place of several pages.

    Never a line with a figure that stands below or above other figures, as in a column.
    """
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line[0].page, []).append(line)
    places: Counter[tuple[str, int]] = Counter()
    for own in pages.values():
        places.update({(_unnumbered(line), round(line[0].top / SAME_PLACE)) for line in _edges(own)})
    dropped: set[int] = set()
    for number, own in pages.items():
        for line in _edges(own):
            at = round(line[0].top / SAME_PLACE)
            again = max(places[_unnumbered(line), at + shift] for shift in (-1, 0, 1)) > 1
            running = again and (line in own[-EDGE_LINES:] or number > min(pages))
            if (running or _is_page_number(line, own)) and not _in_column(line, own):
                dropped.add(id(line))
    return [line for line in lines if id(line) not in dropped]


def _edges(lines: list[Line]) -> list[Line]:
    found = [*lines[:EDGE_LINES], *lines[-EDGE_LINES:]]
    return list({id(line): line for line in found}.values())


def _unnumbered(line: Line) -> str:
    """A line with the number of its own page masked."""
    return re.sub(rf"(?<!\d){line[0].page + 1}(?!\d)", "#", text_of(line))


def _in_column(line: Line, lines: list[Line]) -> bool:
    others = [piece for other in lines if other is not line for piece in other if _FIGURE.fullmatch(piece.text)]
    figures = [piece for piece in line if _FIGURE.fullmatch(piece.text)]
    return any(piece.overlaps(other.left, other.right) for piece in figures for other in others)


def _is_page_number(line: Line, lines: list[Line]) -> bool:
    match = _PAGE_NUMBER.fullmatch(text_of(line))
    if match is None or not (line is lines[0] or line is lines[-1]):
        return False
    if text_of(line).strip().isdigit() and int(match[1]) != line[0].page + 1:
        return False
    apart = min((abs(other[0].bottom - line[0].bottom) for other in lines if other is not line), default=math.inf)
    return apart >= APART * line[0].size
