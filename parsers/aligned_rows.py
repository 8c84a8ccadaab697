"""The rows of a table without lines: its label lines put together to the labels of the form, and what stands beside them.

The words of the form say where a label ends, for lines of one label stand no nearer to each other than lines of two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parsers.aligned_pieces import Piece, text_of
from parsers.labels import LabelIndex

MOST_LINES = 26  # of one label
WRAPPED = 1.1  # of a letter's height between two lines of one label
_ALIKE, _NOTHING = 0.5, 0.001
_WITHIN = 0.6  # of a piece's height must lie beside its label
_EXACT = 0.15  # of a letter's height
_ROOM = 0.15  # of a letter's height above and below a label


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """A label of one or more lines, on two pages where one ended; `exact` when it is word by word a label of the form."""

    lines: tuple[Piece, ...]
    text: str
    exact: bool

    def reach(self, page: int) -> tuple[float, float] | None:
        """From where to where the label stands on a page."""
        own = [each for each in self.lines if each.page == page]
        return (own[0].top, own[-1].bottom) if own else None

    def shares(self, piece: Piece) -> float:
        """How much of a piece's height stands beside the label, from 0 to 1."""
        reach = self.reach(piece.page)
        if reach is None or not piece.size:
            return 0.0
        room = _ROOM * self.lines[0].size
        return max(0.0, min(reach[1] + room, piece.bottom) - max(reach[0] - room, piece.top)) / piece.size

    def levels_with(self, piece: Piece) -> bool:
        """Whether a piece stands exactly where one line beside the label may: on its first or last line or half way between.

        What a cell too low for its text pushes up or down beside another label does not.
        """
        own = [each.bottom for each in self.lines if each.page == piece.page]
        return bool(own) and any(
            abs(piece.bottom - at) <= _EXACT * piece.size for at in (own[0], own[-1], (own[0] + own[-1]) / 2)
        )

    def distance(self, piece: Piece) -> float:
        """How far the middle of a piece stands above or below the label; endless on another page."""
        reach, middle = self.reach(piece.page), (piece.top + piece.bottom) / 2
        return max(reach[0] - middle, middle - reach[1], 0.0) if reach else math.inf


Barred = Callable[[Sequence[Piece]], bool]


def label_rows(lines: Sequence[Piece], index: LabelIndex, barred: Barred) -> list[LabelRow]:
    """The lines of the label column as labels. `barred` says of lines that they cannot be one label."""
    rows: list[LabelRow] = []
    waiting: list[Piece] = []
    for exact, group in _groups(lines, lambda some: _exact_gain(some, index), barred):
        if exact > _NOTHING:
            rows.extend(_row(some, exact=False) for _, some in _groups(waiting, lambda some: _alike_gain(some, index), barred))
            rows.append(_row(group, exact=True))
            waiting = []
        else:
            waiting.extend(group)
    rows.extend(_row(some, exact=False) for _, some in _groups(waiting, lambda some: _alike_gain(some, index), barred))
    return rows


def _groups(
    lines: Sequence[Piece], gain: Callable[[Sequence[Piece]], float], barred: Barred
) -> list[tuple[float, Sequence[Piece]]]:
    """The lines cut into groups of which the gains are greatest together."""
    totals: list[tuple[float, int, float]] = [(0.0, 0, 0.0)]
    for end in range(1, len(lines) + 1):
        best = (-1.0, 0, 0.0)
        for start in range(end - 1, max(-1, end - MOST_LINES - 1), -1):
            some = lines[start:end]
            if len(some) > 1 and not _follow(some[0], some[1]):
                break
            if len(some) > 1 and barred(some):
                continue
            own = gain(some)
            own = own if len(some) == 1 or own > _NOTHING else -1.0
            if totals[start][0] + own > best[0]:
                best = (totals[start][0] + own, start, own)
        totals.append(best)
    found = []
    end = len(lines)
    while end:
        _, start, own = totals[end]
        found.append((own, lines[start:end]))
        end = start
    return found[::-1]


def _follow(one: Piece, other: Piece) -> bool:
    """Whether the second may be the next line of the same label: right below, or the first of the next page."""
    return other.top - one.bottom <= WRAPPED * one.size if one.page == other.page else other.page == one.page + 1


def _exact_gain(lines: Sequence[Piece], index: LabelIndex) -> float:
    return float(len(lines)) if index.exact_holders(text_of(lines)) else _NOTHING


def _alike_gain(lines: Sequence[Piece], index: LabelIndex) -> float:
    return max(_NOTHING, len(lines) * (index.best(text_of(lines))[1] - _ALIKE))


def _row(lines: Sequence[Piece], *, exact: bool) -> LabelRow:
    return LabelRow(lines=tuple(lines), text=text_of(lines), exact=exact)


def row_of(piece: Piece, rows: Sequence[LabelRow]) -> tuple[int, int | None]:
    """The row a piece stands in, and beside it the other row it may belong to, None when there is no doubt."""
    shares = [row.shares(piece) for row in rows]
    best = max(range(len(rows)), key=lambda number: shares[number])
    if shares[best] >= _WITHIN:
        return best, None
    middle = (piece.top + piece.bottom) / 2
    begun = [number for number, row in enumerate(rows) if (row.lines[0].page, row.lines[0].top) <= (piece.page, middle)]
    near = [*begun[-1:], *range(len(rows))[len(begun) :][:1]]  # the rows right above and right below, however far
    near.sort(key=lambda number: rows[number].distance(piece))
    return near[0], near[-1]
