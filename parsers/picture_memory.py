"""What decoding a picture takes, reckoned from its header; and looks at a decoded one that take next to nothing more.

A picture of 50 million pixels has 200 MB in colour, and every copy of it as much again. So it is told before whether a picture
is decoded at all, and shades and small copies are made of it strip by strip.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from PIL import Image, TiffImagePlugin
from PIL.JpegImagePlugin import JpegImageFile

from parsers.picture_look import TRANSPOSED

MOST_TAKEN = 200 * 1024 * 1024
"""Bytes that decoding one picture may take; 600 dpi of an A4 page in colour take 180 MB."""

ORIENTATION = 0x0112
_BAND = 1_000_000  # pixels of a strip
_BY_MODE = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}  # bytes of a decoded pixel; four in all others
_BY_FORMAT = {"WEBP": 16, "AVIF": 14, "HEIF": 8}  # measured: their libraries decode the whole, and it is copied twice or more
_COEFFICIENT = 2  # bytes that a JPEG in several scans keeps of every sample until the last has come
_SCAN = re.compile(rb"\xff\xda\x00(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")
_MOST_SCANS = 100  # each is a walk over the whole picture; programs write ten
_ROWS_PER_STRIP, _TILE_SIDES, _BITS, _SAMPLES = 278, (322, 323), 258, 277


def is_too_much(image: Image.Image, data: bytes) -> bool:
    """Whether decoding a picture that was opened, and not yet loaded, would take more than `MOST_TAKEN` or without end."""
    in_many_scans = isinstance(image, JpegImageFile) and not _is_in_one_scan(image)
    return _taken(image) > MOST_TAKEN or (in_many_scans and sum(1 for _ in _SCAN.finditer(data)) > _MOST_SCANS)


def _taken(image: Image.Image) -> int:
    """Bytes that decoding takes at its peak. A JPEG in one scan is decoded small and takes next to none."""
    pixels = image.size[0] * image.size[1]
    if isinstance(image, JpegImageFile):
        return 0 if _is_in_one_scan(image) else _COEFFICIENT * _samples(image)
    if image.format in _BY_FORMAT:
        return pixels * _BY_FORMAT[image.format]
    decoded = _BY_MODE.get(image.mode, 4)
    taken = pixels * (decoded + 1)  # and a shade of grey
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        taken += _strip(image) + (pixels * decoded if image.getexif().get(ORIENTATION, 1) != 1 else 0)  # it is turned by a copy
    return taken


def _is_in_one_scan(image: JpegImageFile) -> bool:
    """Whether the first scan, behind whose header an opened file stands, holds all components: then it is read in one go."""
    stream = image.fp
    if stream is None:
        return True
    behind = stream.tell()
    stream.seek(max(0, behind - 8 - 2 * len(image.layer)))
    begin = stream.read(2)
    stream.seek(behind)
    return begin == b"\xff\xda" and not image.info.get("progressive")


def _samples(image: JpegImageFile) -> int:
    """How many samples all components have: those of colour are mostly fewer."""
    shares = [across * down for _, across, down, _ in image.layer]
    return image.size[0] * image.size[1] * sum(shares) // max(1, *shares)


def _strip(image: TiffImagePlugin.TiffImageFile) -> int:
    """Bytes of the largest strip or tile of a TIFF, which is unpacked whole."""
    tags = image.tag_v2
    tile = [side for each in _TILE_SIDES if isinstance(side := tags.get(each), int)]
    width, height = image.size
    pixels = math.prod(tile) if len(tile) == len(_TILE_SIDES) else width * min(height, _rows(tags))
    bits = tags.get(_BITS, (1,))
    return int(pixels) * int(max(bits) if isinstance(bits, tuple) else bits) * int(tags.get(_SAMPLES, 1)) // 8


def _rows(tags: TiffImagePlugin.ImageFileDirectory_v2) -> int:
    rows = tags.get(_ROWS_PER_STRIP)
    return rows if isinstance(rows, int) and rows > 0 else 2**32


def reduced(image: Image.Image, factor: int, shade: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """What `shade` makes of a picture, made so many times smaller: strip by strip, so that no large copy of it is made."""
    factor = max(1, factor)
    width, height = image.size
    rows = max(1, _BAND // (width * factor)) * factor
    if rows >= height:
        whole = shade(image)
        return whole.reduce(factor) if factor > 1 else whole
    small: Image.Image | None = None
    for top in range(0, height, rows):
        part = shade(image.crop((0, top, width, min(height, top + rows))))
        part = part.reduce(factor) if factor > 1 else part
        if small is None:
            small = Image.new(part.mode, (part.width, -(-height // factor)))
        small.paste(part, (0, top // factor))
    return small or image


def grey(image: Image.Image) -> Image.Image:
    """A picture in shades of grey, 0 to 255, also one of 16 bits a pixel."""
    if image.mode.startswith("I"):
        deep = image if image.mode in {"I", "I;16"} else image.convert("I")
        return deep.point(lambda value: value / 256).convert("L")  # else all but the darkest would be white
    return image if image.mode == "L" else image.convert("L")


def upright_grey(image: Image.Image) -> Image.Image:
    """A decoded picture in shades of grey, turned as its EXIF says."""
    image.load()  # a TIFF turns itself
    orientation = image.getexif().get(ORIENTATION, 1)
    shades = reduced(image, 1, grey)
    return shades.transpose(TRANSPOSED[orientation]) if orientation in TRANSPOSED else shades
