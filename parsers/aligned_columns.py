"""The columns of a table without lines: what stands below each other, and the heading above it.

What cannot be told apart gives no columns at all: then the table is not read.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from config.campaign import ColumnKind, Form
from config.vietnamese import fold
from parsers.aligned_pieces import Line, Piece, in_lines, text_of
from parsers.form_header import means_column
from parsers.form_header_words import ANY_QUANTITY
from parsers.form_own_headings import own_headings

HEADER_LINES = 9
HEADER_GAP = 3.0  # lines between a header and what stands above it
LONGEST_HEADING = 40
TIGHT = 0.5  # of a letter's height between two lines of one heading
SAME_EDGE = 0.12  # of a letter's height
FAR = 1.2  # of a letter's height: pieces of one line and one column do not stand further apart
SHARE_OF_UNITS = 0.6
FEWEST_MARKS = 3
FEWEST_TELLING = 4  # figures by which a column is known to be flush
MOST_ODD = 3  # pieces between two columns that each may belong to either
_MARK = re.compile(r"\(?(\d{1,2}|[A-Z])\)?")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")


@dataclass(slots=True, kw_only=True)
class Band:
    """A column: how far it reaches from left to right, what is printed above it, and what stands in it."""

    left: float
    right: float
    heading: list[Piece] = field(default_factory=list)
    body: list[Piece] = field(default_factory=list)
    group: str = ""
    name: str = ""  # a heading that is not printed

    @property
    def title(self) -> str:
        """The lines of its heading as one."""
        return self.name or " ".join(text_of(line) for line in in_lines(self.heading))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """The columns from left to right and which of them holds the labels.

    `leaning` has pieces that may stand in other columns too: those over two of them, or between two.
    """

    all: tuple[Band, ...]
    label: int
    note: int  # the column of remarks, the one behind the last where there is none
    leaning: Mapping[Piece, tuple[int, ...]]


def header_lines(above: Sequence[Line], form: Form) -> list[Line]:
    """The lines of the header among those above the first row, which end with the last of them."""
    found: list[Line] = []
    for line in reversed(above[-HEADER_LINES:]):
        below = found[0][0] if found else None
        if below is not None and (below.page != line[0].page or below.top - line[0].bottom > HEADER_GAP * below.size):
            break
        if max(len(each.text) for each in line) > LONGEST_HEADING:
            break
        found.insert(0, line)
    while found and not any(means_column(each.text, form.columns) for each in found[0]):
        if len(found) > 1 and _goes_on_below(found[0], found[1:]):
            break
        found.pop(0)
    return found


def _goes_on_below(line: Line, below: Sequence[Line]) -> bool:
    """Whether a line is the beginning of headings that go on below it: "Số" above "lớp/số" above "cuộc thi"."""
    rest = [each for other in below for each in other]
    return all(
        any(
            other.left - each.size <= each.left
            and each.right <= other.right + each.size
            and abs(other.top - each.bottom) <= TIGHT * each.size
            for other in rest
        )
        for each in line
    )


def is_marks(line: Line) -> bool:
    """Whether a line only numbers the columns: (1) (2) (3), or A B 1 2."""
    marks = [_MARK.fullmatch(each.text) for each in line]
    if len(line) < FEWEST_MARKS or not all(marks):
        return False
    numbers = [int(each[1]) for each in marks if each is not None and each[1].isdigit()]
    return all(after == before + 1 for before, after in itertools.pairwise(numbers)) and numbers[:1] in ([1], [])


def bands_of(header: Sequence[Line], body: Sequence[Line], labels: Iterable[Piece], form: Form) -> Bands | None:
    """The columns of these lines; None when they cannot be told apart. `labels` are pieces known to be of labels."""
    known = set(labels)
    lower, groups = _headings([line for line in header if not is_marks(line)], body, form)
    start = min((each.left for each in known), default=0.0)
    sure = [each for line in body for each in line if _places(each, line, known, start)]
    bands = _merged([(each, True) for each in lower] + [(each, False) for each in sure])
    label = max(bands, key=lambda band: sum(each in known for each in band.body), default=None)
    if label is None or not known & set(label.body) or any(_has_two_headings(band, form) for band in bands):
        return None
    told = set(sure)
    rest = [each for line in body for each in line if each not in told]
    found = _with_headings(bands, bands.index(label), rest, form)
    if found is None:
        return None
    rest.extend(each for band in bands if band not in found for each in band.body if each not in _all_in(found))
    bands = found
    leaning = _with_rest(bands, bands.index(label), rest, known, start)
    note = _note(bands, form)
    if leaning is None or any(_is_torn(band) for band in bands[:note]):
        return None
    _grouped(bands, groups)
    places = {piece: tuple(bands.index(each) for each in others) for piece, others in leaning.items()}
    return Bands(all=tuple(bands), label=bands.index(label), note=note, leaning=places)


def _headings(header: Sequence[Line], body: Sequence[Line], form: Form) -> tuple[list[Piece], list[Piece]]:
    """The headings that stand above one column, and those above several."""
    words = own_headings(form.columns).groups | ANY_QUANTITY
    pieces = [each for line in header for each in line]
    named = [each for each in pieces if means_column(each.text, form.columns) and fold(each.text) not in words]
    quantities = [each for each in named if not is_plain_kind(each, form)]
    columns = [(each.left, each.right) for line in body for each in line if _DIGIT.search(each.text)]
    groups = []
    for number, line in enumerate(header):
        below = [each for other in header[number + 1 :] for each in other]
        for piece in line:
            over = [each for each in below if each.overlaps(piece.left, piece.right)]
            bridges = any(one.right < other.left for one in over for other in over)
            general = fold(piece.text) in words and quantities and not (not over and _heads_alone(piece, columns, quantities))
            if general or (bridges and columns):
                groups.append(piece)
    return [each for each in pieces if each not in groups], groups


def _heads_alone(piece: Piece, figures: Iterable[tuple[float, float]], quantities: Sequence[Piece]) -> bool:
    """Whether figures stand below a heading and below none that names a quantity: "Số lượng" beside "Số người"."""
    under = [(left, right) for left, right in figures if piece.overlaps(left, right)]
    return bool(under) and not any(each.overlaps(left, right) for each in quantities for left, right in under)


def is_plain_kind(piece: Piece, form: Form) -> bool:
    """Whether a text heads row numbers, labels, units or notes, and nothing that is counted."""
    kinds = {ColumnKind.ROW_NUMBER, ColumnKind.LABEL, ColumnKind.UNIT, ColumnKind.NOTE}
    words = {fold(text) for each in form.columns if each.kind in kinds for text in (each.header, *each.aliases)}
    return fold(piece.text) in words


def _places(piece: Piece, line: Line, known: set[Piece], start: float) -> bool:
    """Whether a piece tells how wide its column is: not a label that may run over blank cells, nor words with figures in them."""
    if piece in known or abs(piece.left - start) < piece.size:
        return any(other.left > piece.right for other in line)
    return not (_DIGIT.search(piece.text) and _LETTER.search(piece.text))


def _merged(pieces: Iterable[tuple[Piece, bool]]) -> list[Band]:
    bands: list[Band] = []
    for piece, heads in sorted(pieces, key=lambda each: each[0].left):
        if not bands or piece.left >= bands[-1].right:
            bands.append(Band(left=piece.left, right=piece.right))
        band = bands[-1]
        band.right = max(band.right, piece.right)
        (band.heading if heads else band.body).append(piece)
    return bands


def _has_two_headings(band: Band, form: Form) -> bool:
    """Whether headings of two columns stand side by side in it: something bridges these columns."""
    named = [each for each in band.heading if means_column(each.text, form.columns)]
    return any(one.right < other.left for one in named for other in named)


def _with_headings(bands: list[Band], label: int, rest: Sequence[Piece], form: Form) -> list[Band] | None:
    """The columns with what stands beside its centred heading added to it; None where that may belong to either neighbour."""
    kept = list(bands[: label + 1])
    units = {fold(each.unit) for each in form.indicators if each.unit}
    right = bands[label + 1 :]
    usual = _usual_level(right)
    for number, band in enumerate(right):
        if band.heading:
            kept.append(band)
            continue
        later = next((each for each in right[number + 1 :] if each.heading), None)
        before = kept[-1] if len(kept) > label + 1 else None
        if before is None and are_units(band, units) and later is not None and later.body:
            band.name = "Đơn vị"
            kept.append(band)
            continue
        owner = before if later is None and before is not None and _is_note(before, form) else None
        owner = owner or _owner(band, before, later, usual) or _shown_owner(band, before, later, rest)
        if owner is None and len(band.body) > MOST_ODD:
            return None
        if owner is None:
            continue
        if owner is later:
            later.left = band.left
            later.body.extend(band.body)
        elif before is not None:
            before.right = band.right
            before.body.extend(band.body)
    return kept


def _all_in(bands: Iterable[Band]) -> set[Piece]:
    return {each for band in bands for each in band.body}


def are_units(band: Band, units: set[str]) -> bool:
    """Whether most of what stands in a column is a unit of measure, perhaps on two lines."""
    return sum(fold(each.text) in units for each in band.body) >= SHARE_OF_UNITS * max(len(band.body), 1)


def _owner(band: Band, before: Band | None, later: Band | None, usual: str) -> Band | None:
    """Whose figures these are that stand under no heading: they end where a column ends, or begin where one begins."""
    if before is None:
        return later
    if not any(_DIGIT.search(each.text) for each in band.body):
        return before if later is None or later.body else later
    if _flush(before) == "right" or (later is not None and _flush(later) == "left"):
        return later if _flush(before) == "right" else before  # it cannot belong to figures that end, or begin, before it
    owner = {"right": before, "left": later}.get(_level(band) or ("" if before.body else usual))
    if owner is None or any(not _DIGIT.search(each.text) for each in owner.body):
        return None
    return owner if not owner.body or _level(owner) != _level(band) else None


def _flush(band: Band) -> str:
    """Where the figures of a column surely stand; "" when they do not tell."""
    return _level(band) if _is_telling(band) else ""


def _shown_owner(band: Band, before: Band | None, later: Band | None, rest: Iterable[Piece]) -> Band | None:
    """The neighbour to which a longer text belongs that begins, or ends, exactly where all of these do."""
    room = SAME_EDGE * max(each.size for each in band.body)
    for piece in rest:
        under = [each for each in (before, later) if each is not None and piece.overlaps(each.left, each.right)]
        begins = all(abs(each.left - piece.left) <= room for each in band.body)
        ends = all(abs(each.right - piece.right) <= room for each in band.body)
        if len(under) == 1 and ((begins and under[0] is later) or (ends and under[0] is before)):
            return under[0]
    return None


def _usual_level(bands: Iterable[Band]) -> str:
    """How all columns of figures stand that tell it by figures of several widths; "" when they differ."""
    levels = {_level(band) for band in bands if _is_telling(band)}
    return levels.pop() if len(levels) == 1 else ""


def _is_telling(band: Band) -> bool:
    figures = [each for each in band.body if _DIGIT.search(each.text)]
    return len({len(each.text) for each in figures}) > 1 and len(figures) == len(band.body) >= FEWEST_TELLING


def _level(band: Band) -> str:
    """Whether the pieces of a column end together or begin together; "" when they are too alike to tell."""
    size = max(each.size for each in band.body)
    lefts, rights = [each.left for each in band.body], [each.right for each in band.body]
    flush_left, flush_right = (max(each) - min(each) <= SAME_EDGE * size for each in (lefts, rights))
    return "" if flush_left == flush_right else "left" if flush_left else "right"


def _with_rest(
    bands: list[Band], label: int, rest: Iterable[Piece], known: set[Piece], start: float
) -> dict[Piece, list[Band]] | None:
    """The pieces that did not tell a column, put where they stand; given back with the other columns they may belong to."""
    leaning: dict[Piece, list[Band]] = {}
    flush = {id(band): _flush(band) for band in bands}
    for piece in rest:
        if piece in known or abs(piece.left - start) < piece.size:
            bands[label].body.append(piece)
            continue
        over = [band for band in bands if piece.overlaps(band.left, band.right)]
        if not over:
            before = [band for band in bands if band.right <= piece.left]
            after = [band for band in bands if band.left >= piece.right]
            over = [band for band in before[-1:] if not after or flush[id(band)] != "right"]
            over += [band for band in after[:1] if not over or flush[id(band)] != "left"]
        if bands[label] in over:
            return None
        nearest = max(over, key=lambda band: min(band.right, piece.right) - max(band.left, piece.left))
        nearest.body.append(piece)
        if len(over) > 1:
            leaning[piece] = [band for band in over if band is not nearest]
    return leaning


def _is_torn(band: Band) -> bool:
    """Whether two pieces of one line stand so far apart in it that they are two columns."""
    return any(
        after.left - before.right > FAR * after.size for line in in_lines(band.body) for before, after in itertools.pairwise(line)
    )


def _note(bands: Sequence[Band], form: Form) -> int:
    """Where the column of remarks stands, whose lines are free."""
    return next((number for number, band in enumerate(bands) if _is_note(band, form)), len(bands))


def _is_note(band: Band, form: Form) -> bool:
    words = {fold(text) for each in form.columns if each.kind is ColumnKind.NOTE for text in (each.header, *each.aliases)}
    return fold(band.title) in words


def _grouped(bands: Sequence[Band], groups: Iterable[Piece]) -> None:
    """Give each column the heading above several that is nearest to it."""
    for piece in groups:
        over = [band for band in bands if band.heading and piece.overlaps(band.left, band.right)]
        below = [band for band in bands if any(each.top >= piece.bottom - each.size / 2 for each in band.heading)]
        for band in over or below:
            if any(each.bottom > piece.bottom for each in band.heading):
                band.group = piece.text
