"""Pages with more on them than any form has: squared paper full of figures, small print from edge to edge, dust.

Tesseract takes the square of what stands apart from each other (800 filled cells: 16 seconds; 1,200: 54; a page of print of five
points: half a minute), and such a page is tried in four directions.
"""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageChops

from config.campaign import Severity
from config.text import Text
from parsers.scan_picture import INK, GridCell, has_ink
from parsers.values import Finding

CELLS_MOST = 8_000  # of one page; most forms have two hundred
FILLED_MOST = 1_000  # of them with something written in them
STROKES_MOST = 450_000  # edges from left to right; a page full of print of eight points has 270,000
WORDS_TURNED = 2_000  # a page on which more are seen is not tried in other directions

CROWDED_PAGE = Text(
    vi="trang quét có quá nhiều ô kẻ hoặc chữ quá nhỏ và dày, không phải biểu mẫu nên không đọc; "
    "nếu là biểu mẫu, đề nghị gửi tệp Excel hoặc Word",
    en="a scanned page has too many ruled cells or too much small print for a form and is not read; "
    "if it is one, please send Excel or Word",
)


def is_crowded(page: Image.Image, cells: Sequence[Sequence[GridCell]]) -> bool:
    """Whether a page without its lines, and the cells of its tables, hold more than is read of any."""
    every = [cell for table in cells for cell in table]
    if len(every) > CELLS_MOST:
        return True
    if len(every) > FILLED_MOST and sum(has_ink(page, cell.box) for cell in every) > FILLED_MOST:
        return True
    dark = page.point(INK)
    return ImageChops.difference(dark, ImageChops.offset(dark, 1, 0)).tobytes().count(255) > STROKES_MOST


def told(pages: Sequence[int]) -> Finding:
    """What is said of these pages, counted from 1, beside those that were read."""
    return Finding(code="D-LIMIT", severity=Severity.WARNING, where=", ".join(map(str, pages)), text=CROWDED_PAGE)
