"""The words that were read on a scanned page as pieces of text on their lines, as a program would have written them.

The boxes of Tesseract hug the ink: where a letter hangs below its line, or the box is a guess, the words beside it tell the line.
"""

from __future__ import annotations

import itertools
import math
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from config.vietnamese import fold
from parsers.aligned_pieces import Piece
from parsers.grid import UNREAD
from parsers.recognition import RecognisedWord
from parsers.scan_picture import INK

POOR = 25.0  # words below this confidence are ink that is not read yet
CONFIDENT = 60.0
FIGURE_SHARE = 0.7  # of a letter's height, which spans from its top to the tails below its line
TAIL = 0.21  # of a letter's height below the line
FEWEST_FIGURES = 5
TALL = 1.5  # times as tall as a letter: a box that was guessed
SNAP = 0.45  # of a letter's height: a word this far off the line Tesseract gives it stands on it
TWICE = 0.6  # of a letter's height: words read twice stand nearer than two lines
FAR = 8.0  # letters between two points that tell a slope
FALL_STEP, FALL_STEPS = 0.001, 20
SAME_LEVEL = 0.15  # of a letter's height
FEWEST_SLOPES = 5
STEEPEST = 0.02
HAIR = 0.15  # of a letter's height
NEAR = 0.3  # of a letter's height: words of one line whose feet differ by less stand level
WORD_GAP = 0.55  # of a letter's height between two words of one cell
GROUP_GAP = 0.35  # between the groups of one number: "500 000"
APART = 0.8  # a word this far from the one before it begins a column
SAME_START = 0.15
FEWEST_STARTS, FEWEST_MAYBE = 4, 2
WIDEST_DASH = 0.8  # a wider one is a piece of a ruling line
PAGE_SIDE = 842.0  # points of the longer side of a page
FIGURE_WIDTH = 0.52  # of a letter's height
POINT, BLANK = 0.5, 0.1  # of a figure's width: a point between figures, and the blank around them
MISFIT = 0.65  # of a figure's width
LOWEST = 0.55  # of a letter's height: figures are no lower
_FIGURES = re.compile(r"[\d.]*\d[\d.]*")
_LONG = re.compile(r"\d{3,5}")
_TAILED = re.compile(r"[gjpqyQ,;()/@_]")
_BELOW = "\N{COMBINING DOT BELOW}"
_SIGNS = re.compile(r"[\d.,]*\d[\d.,]*")
_GROUP = re.compile(r"\d{3}\b")
_PAGE = frozenset({"trang", "page"})
_CRUMBS = "_—|~=\"“”'‘’"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How the pixels of a page become points of its pieces: so many a pixel, and shifted to the right by so many.

    What is left of a slant is taken out: by how much lines fall to the right (`fall`) and columns lean to it (`lean`).
    """

    page: int
    scale: float
    shift: float = 0.0
    fall: float = 0.0
    lean: float = 0.0

    def box(self, pieces: Sequence[Piece]) -> tuple[int, int, int, int]:
        """The pixels around pieces."""
        corners = [self._pixel(x, y) for each in pieces for x in (each.left, each.right) for y in (each.top, each.bottom)]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return round(min(across)), round(min(down)), round(max(across)), round(max(down))

    def _pixel(self, x: float, y: float) -> tuple[float, float]:
        x, y = (x - self.shift) / self.scale, y / self.scale
        return x + self.lean * y, y + self.fall * x


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A word and the height of the line it stands on, in pixels."""

    word: RecognisedWord
    foot: float

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.word.left + self.word.width


def trusted(words: Sequence[RecognisedWord], letter: float) -> list[RecognisedWord]:
    """The words that are no crumbs of lines, and read with any confidence."""
    found = []
    for word in words:
        text = word.text.strip(_CRUMBS)
        dash = text in {"-", "–"} and word.width <= WIDEST_DASH * letter
        if word.confidence >= POOR and (dash or any(map(str.isalnum, text)) or text == "?"):
            found.append(replace(word, text=text))
    return found


def letter_height(words: Sequence[RecognisedWord]) -> float:
    """How tall the letters of a page are in pixels, 0 where too few figures stand on it to tell."""
    figures = [each.height for each in words if each.text.isdigit() and each.confidence >= CONFIDENT]
    if len(figures) < FEWEST_FIGURES:
        return 0.0
    usual = statistics.median(each.height for each in words)
    return statistics.median([each for each in figures if each <= TALL * usual] or figures) / FIGURE_SHARE


def figure_width(words: Sequence[RecognisedWord], letter: float) -> float:
    """How wide a figure of the page is in pixels."""
    wide = [each.width / len(each.text) for each in words if _LONG.fullmatch(each.text) and each.confidence >= CONFIDENT]
    return statistics.median(wide) if len(wide) >= FEWEST_FIGURES else FIGURE_WIDTH * letter


def fits(text: str, width: int, wide: float) -> bool:
    """Whether a number has as many figures as its place is wide; so has whatever is no number."""
    if not _SIGNS.fullmatch(text):
        return True
    figures = sum(map(str.isdigit, text))
    return abs(width / wide - figures - POINT * (len(text) - figures) + BLANK) < MISFIT


def levels(words: Sequence[RecognisedWord], letter: float, page: Image.Image) -> list[Level]:
    """The words of a page with the lines they stand on."""
    words = [_hugged(each, letter, page) if _FIGURES.fullmatch(each.text) else each for each in words]
    lines: dict[int, list[RecognisedWord]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    found = []
    for own in lines.values():
        sure = [foot for each in own if (foot := _sure_foot(each, letter)) is not None]
        level = statistics.median(sure) if sure else None
        for each in own:
            foot = _sure_foot(each, letter)
            foot = _guessed_foot(each, letter) if foot is None else foot
            found.append(Level(word=each, foot=level if level is not None and abs(foot - level) <= SNAP * letter else foot))
    return _once(found, letter)


def _hugged(word: RecognisedWord, letter: float, page: Image.Image) -> RecognisedWord:
    """Figures with a box as tall as their ink: Tesseract often gives lone ones the height of a line."""
    top, bottom = round(word.top - letter / 2), round(word.top + word.height + letter / 2)
    _, rows = page.crop((word.left, top, word.left + word.width, bottom)).point(INK).getprojection()
    runs = [(len(list(group)), full) for full, group in itertools.groupby(rows)]
    start, found = top, []
    for length, full in runs:
        if full and LOWEST * letter <= length <= letter:
            found.append((start, length))
        start += length
    if not found:
        return word
    start, length = min(found, key=lambda run: abs(run[0] + run[1] / 2 - word.middle[1]))
    return replace(word, top=start, height=length)


def _once(words: Sequence[Level], letter: float) -> list[Level]:
    """The words without those that were read twice: of two that lie on each other the less certain one goes."""
    kept: list[Level] = []
    for each in sorted(words, key=lambda own: -own.word.confidence):
        if not any(_lie_on_each_other(each, other, letter) for other in kept):
            kept.append(each)
    return kept


def _lie_on_each_other(one: Level, other: Level, letter: float) -> bool:
    common = min(one.right, other.right) - max(one.word.left, other.word.left)
    return abs(one.foot - other.foot) < TWICE * letter and common > 0.5 * min(one.word.width, other.word.width)


def fall_of(words: Sequence[Level], letter: float) -> float:
    """By how much the lines of a page fall to the right, for every pixel: where most words stand level with others.

    A page of narrow columns has no long line that `straightened` could go by.
    """
    falls = sorted((each * FALL_STEP for each in range(-FALL_STEPS, FALL_STEPS + 1)), key=abs)
    return max(falls, key=lambda fall: _levelled(words, fall, SAME_LEVEL * letter))  # the first of equals is the least


def _levelled(words: Sequence[Level], fall: float, room: float) -> int:
    feet = [(each.foot - fall * each.word.left) / room for each in words]
    return sum(count * count for half in (0.0, 0.5) for count in Counter(math.floor(foot + half) for foot in feet).values())


def lean_of(hits: Sequence[tuple[float, float]], letter: float) -> float:
    """By how much columns lean to the right, for every pixel down the page, by where labels begin: pixels across and down."""
    points = [(y, x) for x, y in hits]
    half = len(points) // 2
    return _slope(list(zip(sorted(points)[:half], sorted(points)[len(points) - half :], strict=True)), FAR * letter)


def _slope(pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]], least: float) -> float:
    slopes = [(y - before) / (x - start) for (start, before), (x, y) in pairs if x - start >= least]
    slope = statistics.median(slopes) if len(slopes) >= FEWEST_SLOPES else 0.0
    return slope if abs(slope) <= STEEPEST else 0.0


def _sure_foot(word: RecognisedWord, letter: float) -> float | None:
    if word.height > TALL * letter or _hangs(word.text):
        return None
    return float(word.top + word.height)


def _guessed_foot(word: RecognisedWord, letter: float) -> float:
    if word.height > TALL * letter:
        return word.middle[1] + FIGURE_SHARE * letter / 2
    return word.top + word.height - TAIL * letter


def _hangs(text: str) -> bool:
    return bool(_TAILED.search(text)) or _BELOW in unicodedata.normalize("NFD", text)


def pieces_of(words: Sequence[Level], letter: float, frame: Frame) -> list[Piece]:
    """The words put together to pieces that lie in one cell each."""
    words = [replace(each, foot=each.foot - frame.fall * each.word.left) for each in words]
    lines: list[list[Level]] = []
    for each in sorted(words, key=lambda own: own.foot):
        if lines and each.foot - lines[-1][0].foot <= NEAR * letter:
            lines[-1].append(each)
        else:
            lines.append([each])
    lines = [sorted(line, key=lambda own: own.word.left) for line in lines]
    columns = _columns(lines, letter)
    found = []
    for line in lines:
        run: list[Level] = []
        for each in line:
            if run and not _goes_on(run[-1], each, columns, letter):
                found.append(_piece(run, letter, frame))
                run = []
            run.append(each)
        found.append(_piece(run, letter, frame))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Where columns begin, surely or perhaps, and where columns of figures end."""

    starts: Sequence[float]
    maybe: Sequence[float]
    ends: Sequence[float]


def _columns(lines: Sequence[Sequence[Level]], letter: float) -> _Columns:
    """Where columns begin: words below each other that stand apart from what is before them; and the same of their ends."""
    begins, ends = [], []
    for line in lines:
        for number, each in enumerate(line):
            if not number or each.word.left - line[number - 1].right >= APART * letter:
                begins.append(each.word.left)
            last = number + 1 == len(line) or line[number + 1].word.left - each.right >= APART * letter
            if last and _SIGNS.fullmatch(each.word.text):
                ends.append(each.right)
    room = SAME_START * letter
    return _Columns(
        starts=_repeated(begins, room, FEWEST_STARTS),
        maybe=_repeated(begins, room, FEWEST_MAYBE),
        ends=_repeated(ends, room, FEWEST_MAYBE),
    )


def _repeated(edges: Sequence[int], room: float, least: int) -> list[float]:
    return [at for at in sorted(edges) if sum(abs(other - at) <= room for other in edges) >= least]


def _goes_on(before: Level, after: Level, columns: _Columns, letter: float) -> bool:
    gap = (after.word.left - before.right) / letter
    if fold(before.word.text) in _PAGE and after.word.text[:1].isdigit():
        return gap <= APART
    figure = bool(_SIGNS.fullmatch(before.word.text))
    if figure and _SIGNS.fullmatch(after.word.text):
        return gap <= GROUP_GAP and bool(_GROUP.fullmatch(after.word.text))
    room = SAME_START * letter
    if figure and any(abs(before.right - at) <= room for at in columns.ends):
        return False
    starts = columns.maybe if figure else columns.starts
    return gap <= WORD_GAP and not any(abs(after.word.left - at) <= room for at in starts)


def _piece(run: Sequence[Level], letter: float, frame: Frame) -> Piece:
    foot = statistics.median(each.foot for each in run) + TAIL * letter
    lean = frame.lean * foot
    return Piece(
        page=frame.page,
        left=(run[0].word.left - lean) * frame.scale + frame.shift,
        right=(max(each.right for each in run) - lean) * frame.scale + frame.shift,
        top=(foot - letter) * frame.scale,
        bottom=foot * frame.scale,
        text=_text(run),
    )


def _text(run: Sequence[Level]) -> str:
    """The words as one text; a figure of which a part is unread is unread."""
    texts = [each.word.text for each in run]
    bare = UNREAD in texts and not any(map(str.isalpha, "".join(texts)))
    return UNREAD if bare else " ".join(texts)


def with_straight_edges(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with edges that lie a hair apart moved to one place: what a program had written below each other.

    Figures of two widths in the middle of a column lie further apart.
    """
    if not pieces:
        return []
    room = HAIR * statistics.median(each.size for each in pieces)
    left, right = _straight([each.left for each in pieces], room), _straight([each.right for each in pieces], room)
    return [replace(each, left=left[each.left], right=right[each.right]) for each in pieces]


def _straight(edges: Sequence[float], room: float) -> dict[float, float]:
    found: dict[float, float] = {}
    some: list[float] = []
    for at in [*sorted(edges), math.inf]:
        if some and at - some[0] > room:
            found.update(dict.fromkeys(some, statistics.median_low(some)))
            some = []
        some.append(at)
    return found
