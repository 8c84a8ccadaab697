"""PDF files that would swell beyond reason, told before a reader inflates or draws them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from config.text import NO_TEXT, Text

MOST_OF_A_STREAM = 4 * 1024 * 1024
"""What a page draws is some hundred kilobytes; readers need sixty bytes for every one of it."""

MOST_OF_ALL = 48 * 1024 * 1024
MOST_OF_A_PICTURE = 256 * 1024 * 1024
"""Bytes of a picture without its compression, which pdfium keeps whole: 60 million pixels in colour have 180 MB."""

MOST_DRAWN = 1_000_000_000
"""Pixels that one page or form draws, those of a picture each time; an album page has some hundred million."""

_SMALLEST = 10_000  # pixels, at which drawing anything at all is put
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_LONGEST_DICTIONARY = 2_000
_OBJECT = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+obj\b")
_DEFLATED = re.compile(rb"/Filter\s*\[?\s*/Fl(?:ateDecode)?\b")
_PRESSED_TWICE = re.compile(rb"/Filter\s*\[\s*/Fl(?:ateDecode)?\s*/(?:Fl|LZW)")
_PACKED = re.compile(rb"/Filter\b")
_HARMLESS = re.compile(rb"/Length1\b|/EmbeddedFile\b|/Type1C\b|/CIDFontType0C\b|/OpenType\b")
"""Fonts and attached files are never drawn."""

_PICTURE = re.compile(rb"/Image\b")
_FORM = re.compile(rb"/Form\b")
_SIDE = re.compile(rb"/(?:Width|Height|W|H)\s+(\d{1,9})(?!\s+\d+\s+R)\b")
_BITS = re.compile(rb"/BitsPerComponent\s+(\d{1,2})\b")
_ONE_PLANE = re.compile(rb"/DeviceGray\b|/ImageMask\s+true|/CalGray\b|/Indexed\b")
_DRAWN = re.compile(rb"\bDo\b")

CROWDED = Text(
    vi="tệp có cấu trúc bất thường (quá nhiều phần bên trong), không mở vì lý do an toàn",
    en="built in an abnormal way (too many parts inside), not opened for safety",
)
_HUGE = Text(
    vi="tệp PDF có ảnh quá lớn, không mở được; đề nghị quét lại với độ phân giải thấp hơn hoặc gửi ảnh riêng",
    en="the PDF holds a picture that is too large to be opened; please scan at a lower resolution or send the pictures",
)


@dataclass(slots=True)
class _Streams:
    """What the streams of a file add up to. `forms` are the objects that draw more than one thing."""

    inflated: int = 0
    draws: int = 0  # the most that one stream draws
    pixels: int = 0  # of the largest picture
    forms: list[int] = field(default_factory=list)


def excess(data: bytes) -> Text:
    """Why a PDF is not opened: a stream, a picture or a drawing larger than any document has. NO_TEXT when it may be."""
    found = _Streams()
    for dictionary, content in _streams(data):
        if _PRESSED_TWICE.search(dictionary):
            return CROWDED
        if _PICTURE.search(dictionary):
            pixels, size = _size(dictionary)
            if size > MOST_OF_A_PICTURE:
                return _HUGE
            found.pixels = max(found.pixels, pixels)
            continue
        drawn = _inflated(content, dictionary)
        found.inflated += len(drawn)
        if len(drawn) > MOST_OF_A_STREAM or found.inflated > MOST_OF_ALL:
            return CROWDED
        _count_draws(found, dictionary, drawn)
    if not found.forms and found.draws * max(found.pixels, _SMALLEST) < MOST_DRAWN:
        return NO_TEXT
    from parsers.pdf_draws import draws_too_much  # pdfminer takes ten megabytes; few files need it here

    return CROWDED if draws_too_much(data, found.forms, MOST_DRAWN) else NO_TEXT


def _streams(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """The dictionary before each stream that may be drawn, and all that follows it."""
    view = memoryview(data)
    for found in _STREAM.finditer(data):
        before = data[max(0, found.start() - _LONGEST_DICTIONARY) : found.start()]
        dictionary = before[max(0, before.rfind(b" obj") - 20) :]
        if not _HARMLESS.search(dictionary):
            yield dictionary, view[found.end() :]


def _inflated(content: memoryview, dictionary: bytes) -> bytes:
    if _DEFLATED.search(dictionary):
        try:
            return zlib.decompressobj().decompress(content, MOST_OF_A_STREAM + 1)
        except zlib.error:
            return b""
    if _PACKED.search(dictionary):
        return b""
    plain = bytes(content[:MOST_OF_A_STREAM])
    return plain[: max(plain.find(b"endstream"), 0)]


def _size(dictionary: bytes) -> tuple[int, int]:
    """Pixels of a picture and bytes without its compression."""
    sides = [int(each) for each in _SIDE.findall(dictionary)[:2]]
    pixels = sides[0] * sides[1] if len(sides) == 2 else 0  # noqa: PLR2004 - width and height
    bits = int(found[1]) if (found := _BITS.search(dictionary)) else 8
    planes = 1 if bits == 1 or _ONE_PLANE.search(dictionary) else 3
    return pixels, pixels * bits * planes // 8


def _count_draws(found: _Streams, dictionary: bytes, drawn: bytes) -> None:
    times = len(_DRAWN.findall(drawn))
    found.draws = max(found.draws, times)
    number = _OBJECT.search(dictionary)
    if times > 1 and number is not None and _FORM.search(dictionary):
        found.forms.append(int(number[1]))
