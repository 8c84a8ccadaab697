"""PDF pages turned so that their text reads from left to right, whatever rotation they were saved with."""

from __future__ import annotations

import math
from collections import Counter
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2 import PdfiumError

from parsers.pdf_pages import PageBudget
from parsers.writing_blocks import damaged

SAMPLES = 200  # characters of a page that are asked for their direction
MOST = 0.6  # of them must agree: a header column written upwards turns no page
QUARTER = 90


def upright(document: pypdfium2.PdfDocument, most_pages: int) -> bytes | None:
    """The file with its first pages turned upright by their text; None when they all are."""
    turned = False
    budget = PageBudget()
    for index in range(min(len(document), most_pages)):
        if budget.is_spent:
            break
        try:
            page = document[index]
        except PdfiumError:
            continue
        angle = _angle(page, budget)
        if angle is not None and page.get_rotation() != (rotation := -angle % 360):
            page.set_rotation(rotation)
            turned = True
        page.close()
    if not turned:
        return None
    stream = BytesIO()
    try:
        document.save(stream)
    except (PdfiumError, OSError) as error:
        raise damaged(f"PDF: {error}") from error
    return stream.getvalue()


def _angle(page: pypdfium2.PdfPage, budget: PageBudget) -> int | None:
    """The direction, in degrees, in which most of a page's text is written before the page is turned; None without text."""
    try:
        text = page.get_textpage()
    except PdfiumError:
        return None
    try:
        count = text.count_chars()
        budget.spend(page, count)
        places = range(0, count, max(1, count // SAMPLES))
        angles = Counter(round(math.degrees(pdfium.FPDFText_GetCharAngle(text, place))) % 360 for place in places)
    finally:
        text.close()
    if not angles:
        return None
    angle, agreed = angles.most_common(1)[0]
    return angle if angle % QUARTER == 0 and agreed >= MOST * sum(angles.values()) else None
