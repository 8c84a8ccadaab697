"""The pages of a picture: fax machines and scanners put several into one TIFF."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from parsers import content_type as kind
from parsers.photos import PICTURE_ERRORS, Picture
from parsers.picture_memory import is_too_much, upright_grey
from parsers.scan_picture import PIXELS_MOST

_MOST_PAGES = 12


def picture_pages(data: bytes, media_type: str, first: Picture | None = None) -> Iterator[Picture]:
    """The first page, as it was decoded before if it was, then those behind it; none behind one that cannot be opened."""
    yield first or data
    if media_type != kind.TIFF:
        return
    for number in range(1, _MOST_PAGES):
        try:
            page = _page_behind(data, number)
        except PICTURE_ERRORS:
            return
        if page is None:
            return
        yield page


def _page_behind(data: bytes, number: int) -> Image.Image | None:
    with Image.open(BytesIO(data)) as opened:
        opened.seek(number)
        if opened.width * opened.height > PIXELS_MOST or is_too_much(opened, data):
            return None
        return upright_grey(opened)
