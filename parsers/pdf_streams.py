"""PDF files that would swell beyond reason, told before a reader inflates or draws them."""

from __future__ import annotations

import base64
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from config.text import NO_TEXT, Text
from parsers.pdf_fonts import MOST_CODES, codes_of

MOST_OF_A_STREAM = 4 * 1024 * 1024
"""What a page draws is some hundred kilobytes; readers need sixty bytes for every one of it."""

MOST_OF_ALL = 48 * 1024 * 1024
MOST_OF_A_PICTURE = 256 * 1024 * 1024
"""Bytes of a picture without its compression, which pdfium keeps whole: 60 million pixels in colour have 180 MB."""

MOST_DRAWN = 1_000_000_000
"""Pixels that one page or form draws, those of a picture each time; an album page has some hundred million."""

_SUSPICIOUS = 1024 * 1024  # bytes of a stream from which on it is seen how often its page draws it
_LONG = 200 * 1024  # bytes that more than the most paintings take
_SMALLEST = 10_000  # pixels, at which drawing anything at all is put
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_LONGEST_DICTIONARY = 64 * 1024
_OBJECT = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+obj\b")
_FILTERS = re.compile(rb"/Filter\s*(\[[^\]]{0,200}\]|/[A-Za-z0-9]{1,20}|\d+\s+\d+\s+R)")
_NAME = re.compile(rb"/([A-Za-z0-9]{1,20})")
_ESCAPED = re.compile(rb"#([0-9a-fA-F]{2})")
_DEFLATE, _ASCII = (b"FlateDecode", b"Fl"), (b"ASCIIHexDecode", b"AHx", b"ASCII85Decode", b"A85")
_FONT = (b"\0\1\0\0", b"OTTO", b"true", b"ttcf", b"%!", b"\1\0\4", b"\x80\1")
_ASCII_BYTES = bytes(range(128))
_SLACK = 64 * 1024
_ATTACHED = re.compile(rb"/EmbeddedFile\b")
_PICTURE = re.compile(rb"/Image\b")
_FORM = re.compile(rb"/Form\b")
_SIDE = re.compile(rb"/(?:Width|Height|W|H)\s+(\d{1,9})(?!\s+\d+\s+R)\b")
_BITS = re.compile(rb"/BitsPerComponent\s+(\d{1,2})\b")
_ONE_PLANE = re.compile(rb"/DeviceGray\b|/ImageMask\s+true|/CalGray\b|/Indexed\b")
_DRAWN = re.compile(rb"\bDo\b")
_PAINTED = re.compile(rb"[\s\])>](?:[SsfFBb]\*?|TJ?j?|['\"])(?=[\s/(\[<]|$)")
_PARTS = re.compile(rb"(?<!%)(?:endobj|endstream|(?<!end)stream\r?\n)")
MOST_OF_AN_OBJECT = 3 * 1024 * 1024
"""Bytes that are no stream: lists and dictionaries, of which readers need forty bytes for every one."""

_TEXT = re.compile(rb"\bBT\b")
_BRACKET = re.compile(rb"\\.|[()]", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*+)>")
_LIST = re.compile(rb"\[(?:[\s%]*+\d{1,10}\s++\d{1,5}\s++R\b){1000,}+")
_REFERENCE = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R\b")
_SAVED = re.compile(rb"(?<![^\s\])>}])q(?![^\s\[(</])")
MOST_SAVED = 50_000  # states of a page that are put aside, two hundred bytes each
MOST_LETTERS = 250_000
"""Of one stream: a page full of small print has ten thousand, and each takes a reader four hundred bytes."""

MOST_REPEATED = 1_000
"""So often one list names the same object: each time it would be drawn again."""

MOST_PAINTED = 60_000
"""Lines, shapes and texts of one page: a plan of a town has some ten thousand, and each takes a reader five kilobytes."""


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
    largest: int = 0  # bytes of the longest that draws
    codes: int = 0  # that the fonts name
    forms: list[int] = field(default_factory=list)


def excess(data: bytes) -> Text:
    """Why a PDF is not opened: a stream, a picture or a drawing larger than any document has. NO_TEXT when it may be."""
    found = _Streams()
    if _names_one_again(data) or _holds_huge_object(data):
        return CROWDED
    for dictionary, content in _streams(data):
        if _PICTURE.search(dictionary):
            pixels, size = _size(dictionary)
            if size > MOST_OF_A_PICTURE:
                return _HUGE
            if 0 < size < MOST_OF_A_STREAM and len(_inflated(content, dictionary) or b"") > 8 * max(pixels, size) + _SLACK:
                return CROWDED  # called a picture, and none
            found.pixels = max(found.pixels, pixels)
            continue
        if (drawn := _inflated(content, dictionary)) is None:
            return CROWDED
        if _is_font(drawn):
            continue  # never drawn, and as large as its letters
        found.inflated += len(drawn)
        attached = _ATTACHED.search(dictionary) is not None
        if len(drawn) > (MOST_OF_ALL if attached else MOST_OF_A_STREAM) or found.inflated > MOST_OF_ALL:
            return CROWDED
        found.codes += codes_of(drawn)
        if found.codes > MOST_CODES:
            return CROWDED
        if len(drawn) > _LONG and (_paints_too_much(drawn) or _names_one_again(drawn)):
            return CROWDED
        _count_draws(found, dictionary, drawn)
    many = found.largest > _SUSPICIOUS or found.draws * max(found.pixels, _SMALLEST) > MOST_DRAWN
    if not found.forms and not many:
        return NO_TEXT
    from parsers.pdf_draws import draws_too_much  # pdfminer takes ten megabytes; few files need it here

    return CROWDED if draws_too_much(data, found.forms, MOST_DRAWN) else NO_TEXT


def _streams(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """The dictionary before each stream, names written plainly, and all that follows it."""
    view = memoryview(data)
    for found in _STREAM.finditer(data):
        least = max(0, found.start() - _LONGEST_DICTIONARY)
        begin = data.rfind(b" obj", least, found.start())
        dictionary = data[max(least, begin - 20) : found.start()]
        if b"#" in dictionary:
            dictionary = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), dictionary)
        yield dictionary, view[found.end() :]


def _inflated(content: memoryview, dictionary: bytes) -> bytes | None:
    """What a reader makes of a stream, cut where it is more than any; None where it is pressed as no program does."""
    filters = _FILTERS.search(dictionary)
    names = _NAME.findall(filters[1]) if filters else []
    if filters and not names:  # named elsewhere: the content tells
        names = [b"FlateDecode"] if bytes(content[:1]) == b"x" else [b"unknown"]
    if sum(each in _DEFLATE for each in names) > 1:
        return None
    if names and names[0] in _ASCII and len(names) > 1 and names[1] in _DEFLATE:
        content, names = memoryview(_from_ascii(bytes(_to_end(content)), names[0])), names[1:]
    if names and names[0] in _DEFLATE:
        try:
            most = MOST_OF_ALL if _ATTACHED.search(dictionary) else MOST_OF_A_STREAM
            return zlib.decompressobj().decompress(content, most + 1)
        except zlib.error:
            return b""
    return b"" if names else bytes(_to_end(content))


def _paints_too_much(drawn: bytes) -> bool:
    """Whether a stream draws more than any page has: lines and texts, letters in them, states put aside."""
    if sum(1 for _ in _PAINTED.finditer(drawn)) > MOST_PAINTED or sum(1 for _ in _SAVED.finditer(drawn)) > MOST_SAVED:
        return True
    return _TEXT.search(drawn) is not None and _letters(drawn) > MOST_LETTERS


def _letters(drawn: bytes) -> int:
    """The letters of all texts in a stream, each counted as three at least, which is what it takes; not far beyond the limit."""
    letters = sum(len(each[1]) // 2 for each in _HEX.finditer(drawn))
    depth = start = 0
    for bracket in _BRACKET.finditer(drawn):
        if bracket[0] == b"(":
            start = start if depth else bracket.end()
            depth += 1
        elif bracket[0] == b")" and depth:
            depth -= 1
            letters += 0 if depth else max(3, bracket.start() - start)
        if letters > MOST_LETTERS:
            break
    return letters + (len(drawn) - start if depth else 0)


def _holds_huge_object(data: bytes) -> bool:
    """Whether something in a file that is no stream is longer than anything in a document."""
    end = 0
    for mark in _PARTS.finditer(data):
        if mark[0] != b"endstream" and mark.start() - end > MOST_OF_AN_OBJECT:
            return True
        end = mark.end()
    return False


def _names_one_again(content: bytes) -> bool:
    """Whether a list of references names the same object a thousand times, as the contents of a page, say."""
    for each in _LIST.finditer(content):
        if Counter(found[1] for found in _REFERENCE.finditer(each[0])).most_common(1)[0][1] > MOST_REPEATED:
            return True
    return False


def _is_font(content: bytes) -> bool:
    """Whether a stream is the program of a typeface: it begins as one, and what a page draws has hardly a byte beyond ASCII."""
    return content.startswith(_FONT) and len(content.translate(None, _ASCII_BYTES)) * 10 > len(content)


def _to_end(content: memoryview) -> memoryview:
    """The stream up to the word that ends it."""
    end = bytes(content[:MOST_OF_A_STREAM]).find(b"endstream")
    return content[: max(end, 0)]


def _from_ascii(written: bytes, name: bytes) -> bytes:
    """The bytes that a stream of printable signs stands for; nothing where it is damaged."""
    plain = b"".join(written.split())
    try:
        if name in (b"ASCII85Decode", b"A85"):
            return base64.a85decode(plain.removeprefix(b"<~").partition(b"~>")[0])
        return bytes.fromhex(plain.partition(b">")[0].decode("ascii"))
    except ValueError:
        return b""


def _size(dictionary: bytes) -> tuple[int, int]:
    """Pixels of a picture and bytes without its compression."""
    sides = [int(each) for each in _SIDE.findall(dictionary)[:2]]
    pixels = sides[0] * sides[1] if len(sides) == 2 else 0  # noqa: PLR2004 - width and height
    bits = int(found[1]) if (found := _BITS.search(dictionary)) else 8
    planes = 1 if bits == 1 or _ONE_PLANE.search(dictionary) else 3
    return pixels, pixels * bits * planes // 8


def _count_draws(found: _Streams, dictionary: bytes, drawn: bytes) -> None:
    found.largest = max(found.largest, len(drawn))
    times = len(_DRAWN.findall(drawn))
    found.draws = max(found.draws, times)
    number = _OBJECT.search(dictionary)
    if times > 1 and number is not None and _FORM.search(dictionary):
        found.forms.append(int(number[1]))
