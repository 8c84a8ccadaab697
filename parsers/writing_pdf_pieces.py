"""The text of PDF pages as pieces with their places, decoded, for tables that have no lines to tell their cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from parsers.aligned_pieces import Piece
from parsers.legacy import DocumentDecoder
from parsers.pdf_fonts import counted
from parsers.raised import raised, with_superscripts
from parsers.writing_pdf_tables import CHARACTERS_PER_PAGE, RAISED_SIZE, only_pages, strikes, strokes_of, table_errors

BREAK = 0.1  # of a letter's height: letters further apart belong to two pieces, unless a blank is written between them
BACK = 0.3  # a letter may begin this far inside the one before it
STEP = 0.15  # a letter this much lower or higher stands on another line

Character = dict[str, Any]


def pieces_on(data: bytes, pages: Sequence[int]) -> list[Piece]:
    """The pieces of text on these pages (0-based); none where pdfminer fails on them."""
    import pdfplumber  # 80 ms that a mail without a PDF need not wait for

    raw: list[tuple[int, list[Character]]] = []
    try:
        with counted(), pdfplumber.open(BytesIO(only_pages(data, pages))) as document:
            for number, page in zip(pages, document.pages, strict=False):
                if len(page.chars) <= CHARACTERS_PER_PAGE:
                    strokes = strokes_of(page)
                    raw.extend((number, _unstruck(run, strokes)) for run in _runs(page.chars))
                page.close()
    except table_errors():
        return []
    texts = [(number, run, _text(run), _font(run)) for number, run in raw if run]
    decoder = DocumentDecoder((text, font) for _, _, text, font in texts)
    return [
        _piece(number, run, with_superscripts(decoder.decode(text, font).text))
        for number, run, text, font in texts
        if text.strip()
    ]


def _runs(characters: Sequence[Character]) -> list[list[Character]]:
    """Characters in the order in which they are drawn, cut where a line ends and where two of them stand apart."""
    runs: list[list[Character]] = []
    for each in characters:
        if not each.get("upright", True):
            continue
        if runs and _goes_on(runs[-1][-1], each):
            runs[-1].append(each)
        else:
            runs.append([each])
    found = []
    for run in runs:
        for part in _parts(run):
            while part and part[0]["text"].isspace():
                part.pop(0)
            while part and part[-1]["text"].isspace():
                part.pop()
            if part:
                found.append(part)
    return found


def _goes_on(before: Character, after: Character) -> bool:
    size = max(before["size"], after["size"])
    gap = after["x0"] - before["x1"]
    if not -BACK * size <= gap <= BREAK * size:
        return False
    if abs(after["bottom"] - before["bottom"]) <= STEP * size:
        return True
    return bool(after["size"] < RAISED_SIZE * before["size"] and before["top"] - size / 2 <= after["top"] < before["bottom"])


def _parts(run: list[Character]) -> list[list[Character]]:
    """A run cut where two blanks follow each other: columns made with the space bar."""
    parts: list[list[Character]] = [[]]
    for place, each in enumerate(run):
        if each["text"].isspace() and place and run[place - 1]["text"].isspace():
            parts.append([])
        parts[-1].append(each)
    return parts


def _unstruck(run: list[Character], strokes: Sequence[tuple[float, float, float, float]]) -> list[Character]:
    """A run without the characters that a line of its own strikes through; the lines of a table are longer."""
    left, right = run[0]["x0"], run[-1]["x1"]
    room = run[0]["size"]
    own = [each for each in strokes if left - room <= each[0] and each[2] <= right + room]
    return [each for each in run if not any(strikes(stroke, each) for stroke in own)] if own else run


def _text(run: list[Character]) -> str:
    first = run[0]
    text = "".join(
        raised(each["text"]) if each["size"] < RAISED_SIZE * first["size"] and each["bottom"] < first["bottom"] else each["text"]
        for each in run
    )
    return re.sub(r"[ \u00a0]+", " ", text)


def _font(run: list[Character]) -> str:
    name = str(run[0].get("fontname", ""))
    return name.partition("+")[2] or name


def _piece(page: int, run: list[Character], text: str) -> Piece:
    return Piece(
        page=page,
        left=min(each["x0"] for each in run),
        right=max(each["x1"] for each in run),
        top=run[0]["top"],
        bottom=run[0]["bottom"],
        text=text.strip(),
    )
