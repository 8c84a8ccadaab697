"""Pictures of single cells of a scan, cut out of the page again where the reading says they stand: for a person to look at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageChops, ImageOps

from parsers import content_type as kind
from parsers.grid import SHARES, PicturePlace
from parsers.photos import register_formats
from parsers.picture_memory import is_too_much
from parsers.scan_paper import along, between
from parsers.scan_picture import PICTURE_ERRORS, PIXELS_MOST
from parsers.writing_blocks import damaged, too_large
from parsers.writing_pdf import page_picture

AROUND = 0.004  # of a page's longer side: a millimetre of an A4 page is cut out around a cell
WIDEST, TALLEST = 640, 320  # pixels
FADED = 0.65  # of the way to white: the paper around a cell
LINES = 0.35  # of that paper: its lines stand there, and are not faded


def cell_pictures(data: bytes, media_type: str, places: Sequence[PicturePlace]) -> tuple[bytes, ...]:
    """A PNG of each place on a picture or in a PDF, upright, with a little paper around. WritingError if it cannot be opened."""
    cells: dict[PicturePlace, bytes] = {}
    for number in sorted({each.page for each in places}):
        page = _page(data, media_type, number)
        cells.update({each: _cut(page, each) for each in places if each.page == number})
    return tuple(cells[each] for each in places)


def _page(data: bytes, media_type: str, number: int) -> Image.Image:
    """A page as any viewer shows it."""
    if media_type == kind.PDF:
        return page_picture(data, number)
    register_formats()
    try:
        with Image.open(BytesIO(data)) as opened:
            opened.seek(number - 1)
            if opened.width * opened.height > PIXELS_MOST or is_too_much(opened, data):
                raise too_large(f"{opened.width} x {opened.height} pixels")
            return ImageOps.exif_transpose(opened).convert("RGB")
    except PICTURE_ERRORS as error:
        raise damaged(f"{type(error).__name__}: {error}") from error


def _cut(page: Image.Image, place: PicturePlace) -> bytes:
    corners = [(x * page.width / SHARES, y * page.height / SHARES) for x, y in place.corners]
    width = max(math.dist(corners[0], corners[1]), math.dist(corners[3], corners[2]), 1.0)
    height = max(math.dist(corners[0], corners[3]), math.dist(corners[1], corners[2]), 1.0)
    edge = AROUND * max(page.size)
    right, bottom = width + edge, height + edge
    way = between(corners, width, height)
    wider = [along(way, *each) for each in ((-edge, -edge), (right, -edge), (right, bottom), (-edge, bottom))]
    scale = min(1.0, WIDEST / (right + edge), TALLEST / (bottom + edge))
    size = (max(1, round((right + edge) * scale)), max(1, round((bottom + edge) * scale)))
    perspective = Image.Transform.PERSPECTIVE
    cut = page.transform(size, perspective, between(wider, *size), Image.Resampling.BICUBIC, fillcolor="white")
    lines = edge * LINES
    start = round((edge - lines) * scale)
    cell = Image.blend(cut, Image.new("RGB", size, "white"), FADED)  # what stands in other cells is not to be read with it
    cell.paste(cut.crop((start, start, round((right + lines) * scale), round((bottom + lines) * scale))), (start, start))
    stream = BytesIO()
    (cell if _is_coloured(cell) else cell.convert("L")).save(stream, format="PNG")
    return stream.getvalue()


def _is_coloured(cell: Image.Image) -> bool:
    red, green, blue = cell.split()
    return any(ImageChops.difference(red, each).getbbox() is not None for each in (green, blue))
