"""Ink among the rows of a table on a scan that gave no word, and short or unsure words: looked at once more, all in one call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from PIL import Image, ImageChops, ImageDraw

from parsers.grid import UNREAD
from parsers.recognition import Recognise, RecognisedWord
from parsers.scan_figures import GAP, MARGIN, MOST, WithFigures
from parsers.scan_picture import INK, bitmap
from parsers.scan_pieces import CONFIDENT, TAIL, Level, figure_width, fits

Box = tuple[int, int, int, int]
Stretch = tuple[float, float]

SURE = 80.0
READABLE = 36.0  # pixels: letters this tall are read best
MOST_ENLARGED = 3.0
LINE = 1.3  # of a letter's height: a longer stretch is a line
BLACK = 217  # of 255: such a stretch of it
LOW, HIGH, WIDE = 0.55, 1.5, 9.0  # of a letter's height: how tall and wide a word may be
LEAST = 0.04  # of a letter's square: less is a speck
BETWEEN = 0.4  # of a letter's height between two marks
TORN = 0.12  # between a word and a part of it
PAPER = 4  # pixels around a mark
_NO_LABEL = frozenset({UNREAD, "-", "–"})
_MIXED = re.compile(r"(?=.*\d)(?=.*[^\W\d_])\w{2,3}")  # "4U": half of it was misread
SHORTEST = 2  # letters: figures alone are no text to Tesseract


def with_second_look(
    page: Image.Image, words: Sequence[Level], reach: Stretch, labels: Stretch, letter: float, recognise: Recognise
) -> list[RecognisedWord] | None:
    """The words of a page, those between two heights read again where needed, with what stands there without a word.

    `labels` is from where to where most labels stand: no figures there. What stays unread is "?". None where something larger
    than words stands there, such as a stamp over figures.
    """
    clean = _without_lines(page, round(LINE * letter))
    marks = _unread(clean, words, reach, letter)
    if marks is None:
        return None
    wide = figure_width([each.word for each in words], letter)
    kept: list[RecognisedWord] = []
    again: list[tuple[RecognisedWord, Box]] = []  # as it was read, and where it stands on its line
    for each in words:
        own = [box for box in marks if _touches(each, box, letter)]
        marks = [box for box in marks if box not in own]
        if own:
            again.append(_whole(each, own, letter))
        elif reach[0] <= each.foot <= reach[1] and _is_unsure(each, labels, wide):
            again.append((each.word, _box_of(each, letter)))
        else:
            kept.append(each.word)
    line = max((each.line for each in kept), default=0)
    again.extend((_unread_word(box, line + number), _on_line(box, letter)) for number, box in enumerate(marks, start=1))
    if len(again) > MOST:
        return None
    reads = _read(clean, [box for _, box in again], letter, recognise)
    kept.extend(_better(word, read, labels, wide) for (word, _), read in zip(again, reads, strict=True))
    return [each for each in kept if each.text not in _NO_LABEL or not _is_label(each, labels)]


def _better(word: RecognisedWord, read: RecognisedWord | None, labels: Stretch, wide: float) -> RecognisedWord:
    """A word as it was read first or again; unread where neither can be what stands there."""
    least = CONFIDENT if word.text == UNREAD else max(SURE, word.confidence)
    if read is not None and read.confidence > least and fits(read.text, word.width, wide):
        word = replace(word, text=read.text, confidence=read.confidence)
    mixed = _MIXED.fullmatch(word.text) and not _is_label(word, labels)
    return replace(word, text=UNREAD) if mixed or not fits(word.text, word.width, wide) else word


def _touches(own: Level, mark: Box, letter: float) -> bool:
    """Whether a mark is a part of a word whose box was too narrow."""
    left, top, right, bottom = _box_of(own, letter)
    return mark[0] - right <= TORN * letter and left - mark[2] <= TORN * letter and top <= (mark[1] + mark[3]) / 2 <= bottom


def _whole(own: Level, marks: Sequence[Box], letter: float) -> tuple[RecognisedWord, Box]:
    """A word with the marks that belong to it: what was read of a part of a figure is not that figure."""
    _, top, _, bottom = _box_of(own, letter)
    left = min(own.word.left, *(mark[0] for mark in marks))
    right = max(own.right, *(mark[2] for mark in marks))
    part = any(map(str.isdigit, own.word.text))
    word = replace(own.word, left=left, width=right - left, text=UNREAD if part else own.word.text)
    return word, (left, top, right, bottom)


def _is_unsure(own: Level, labels: Stretch, wide: float) -> bool:
    word = own.word
    if word.confidence < CONFIDENT or not fits(word.text, word.width, wide):
        return True
    return not _is_label(word, labels) and (len(word.text) <= SHORTEST or bool(_MIXED.fullmatch(word.text)))


def _is_label(word: RecognisedWord, labels: Stretch) -> bool:
    return labels[0] <= word.left and word.left + word.width <= labels[1]


def _box_of(own: Level, letter: float) -> Box:
    return own.word.left, round(own.foot + TAIL * letter - letter), own.right, round(own.foot + TAIL * letter)


def _on_line(mark: Box, letter: float) -> Box:
    """The place of a mark as tall as a letter with its tail."""
    left, _, right, bottom = mark
    foot = bottom + round(TAIL * letter)
    return left, foot - round(letter), right, foot


def _unread_word(mark: Box, line: int) -> RecognisedWord:
    left, top, right, bottom = mark
    return RecognisedWord(text=UNREAD, left=left, top=top, width=right - left, height=bottom - top, confidence=SURE, line=line)


def _without_lines(page: Image.Image, line: int) -> Image.Image:
    """The page without ruling lines: dark stretches that are longer than any letter is tall."""
    dark = page.point(INK)
    across, down = _stretches(dark, (line, 1)), _stretches(dark, (1, line))
    for shift in (-2, -1, 1, 2):
        across = ImageChops.lighter(across, ImageChops.offset(across, 0, shift))
        down = ImageChops.lighter(down, ImageChops.offset(down, shift, 0))
    clean = page.copy()
    clean.paste(255, (0, 0), ImageChops.lighter(across, down))
    return clean


def _stretches(dark: Image.Image, block: tuple[int, int]) -> Image.Image:
    """Where dark stretches stand that fill a block, grown by half of one at their ends."""
    width, height = dark.width // block[0] * block[0], dark.height // block[1] * block[1]
    small = dark.reduce(block, box=(0, 0, width, height)).point(lambda value: 255 if value >= BLACK else 0)
    whole = Image.new("L", dark.size, 0)
    whole.paste(small.resize((width, height), Image.Resampling.NEAREST), (0, 0))
    half = (block[0] // 2, block[1] // 2)
    for x, y in ((half[0], half[1]), (-half[0], -half[1])):
        whole = ImageChops.lighter(whole, ImageChops.offset(whole, x if block[0] > 1 else 0, y if block[1] > 1 else 0))
    return whole


def _unread(clean: Image.Image, words: Sequence[Level], reach: Stretch, letter: float) -> list[Box] | None:
    """The marks between two heights that no word covers; None when one of them is larger than a word."""
    bare = clean.point(INK)
    pen = ImageDraw.Draw(bare)
    for each in words:
        left, top, right, bottom = _box_of(each, letter)
        pen.rectangle((left - 2, top - 1, right + 2, bottom + 1), fill=0)
    found = []
    for box in _marks(bare, (0, max(0, round(reach[0])), bare.width, min(bare.height, round(reach[1]))), letter):
        height, width = box[3] - box[1], box[2] - box[0]
        if height < LOW * letter or bare.crop(box).histogram()[255] < LEAST * letter * letter:
            continue
        if height > HIGH * letter or width > WIDE * letter:
            return None
        found.append(box)
    return found


def _marks(ink: Image.Image, box: Box, letter: float) -> Iterator[Box]:
    """The marks of a part of a page, those beside each other together: cut by blank rows, then by blank columns, then again."""
    for strip in _cut(ink, box, across=True, room=1):
        for part in _cut(ink, strip, across=False, room=max(1, round(BETWEEN * letter))):
            inner = list(_cut(ink, part, across=True, room=1))
            yield from inner if len(inner) == 1 or part[3] - part[1] <= HIGH * letter else _marks_again(ink, inner, letter)


def _marks_again(ink: Image.Image, parts: Sequence[Box], letter: float) -> Iterator[Box]:
    for part in parts:
        yield from _cut(ink, part, across=False, room=max(1, round(BETWEEN * letter)))


def _cut(ink: Image.Image, box: Box, *, across: bool, room: int) -> Iterator[Box]:
    """The parts of a box between blank rows (or columns), those less than `room` apart together."""
    if box[2] <= box[0] or box[3] <= box[1]:
        return
    columns, rows = ink.crop(box).getprojection()
    start, last = -1, -1
    filled = [at for at, full in enumerate(rows if across else columns) if full]
    for at in [*filled, -1]:
        if start >= 0 and (at < 0 or at - last > room):
            yield (
                (box[0], box[1] + start, box[2], box[1] + last + 1)
                if across
                else (box[0] + start, box[1], box[0] + last + 1, box[3])
            )
            start = -1
        start, last = at if start < 0 else start, at


def _read(clean: Image.Image, boxes: Sequence[Box], letter: float, recognise: Recognise) -> list[RecognisedWord | None]:
    """What is read in each box when they stand in lines, their letters as tall as those that are read best."""
    inked = [box for box in boxes if clean.crop(box).point(INK).getbbox() is not None]  # a gap tears a line
    if len(inked) < len(boxes):
        found = dict(zip(inked, _read(clean, inked, letter, recognise), strict=True))
        return [found.get(box) for box in boxes]
    if not boxes:
        return []
    factor = min(MOST_ENLARGED, max(1.0, READABLE / letter))
    cuts = [_enlarged(clean, box, factor) for box in boxes]
    width = max(1_600, max(cut.width for cut in cuts) + 2 * MARGIN)
    line = max(cut.height for cut in cuts) + GAP
    places: list[Box] = []
    x, y = MARGIN, GAP
    for cut in cuts:
        if x + cut.width > width - MARGIN and x > MARGIN:
            x, y = MARGIN, y + line
        low = y + line - GAP - cut.height
        places.append((x, low, x + cut.width, low + cut.height))
        x += cut.width + GAP
    sheet = Image.new("L", (width, y + line), 255)
    for cut, place in zip(cuts, places, strict=True):
        sheet.paste(cut, place[:2])
    return WithFigures(picture=sheet, places=tuple(places), page_height=0).read(recognise(bitmap(sheet), "block"))


def _enlarged(clean: Image.Image, box: Box, factor: float) -> Image.Image:
    cut = clean.crop((box[0] - PAPER, box[1], box[2] + PAPER, box[3]))
    tall = Image.new("L", (cut.width, cut.height + 2), 255)
    tall.paste(cut, (0, 1))
    size = (max(1, round(tall.width * factor)), max(1, round(tall.height * factor)))
    return tall.resize(size, Image.Resampling.LANCZOS) if factor > 1 else tall
