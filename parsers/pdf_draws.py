"""What the pages of a PDF would draw, reckoned beforehand: forms set into forms multiply, a picture is drawn a thousand times.

pdfium opens every form of a page at once, however often it is drawn (measured: ten forms that each draw the next ten times take
1 GB). The names are followed with pdfminer, and only in files that look as if they could be such.
"""

from __future__ import annotations

import itertools
import logging
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, dict_value, int_value, resolve1
from pdfminer.psexceptions import PSException

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it logs every oddity of a damaged file

_ERRORS = (
    PSException, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip
_PAGES = 60
_DRAWING = 20_000  # pixels that would take as long as drawing anything at all
_BYTE = 100  # the same for a byte of what a form draws by itself
_DEEPEST = 40
_DRAWN = re.compile(rb"/([^\s/<>\[\](){}%]+)(?:\s|%[^\r\n]*[\r\n])+Do\b")
_ESCAPED = re.compile(rb"#([0-9a-fA-F]{2})")

Resources = Mapping[Any, Any]


def draws_too_much(data: bytes, forms: Iterable[int], most: int) -> bool:
    """Whether a page or one of these forms (object numbers) draws more pixels than `most`; also where that cannot be told."""
    try:
        drawing = _Drawing(PDFDocument(PDFParser(BytesIO(data))), endless=most + 1)
        return any(each > most for each in itertools.chain(drawing.of_pages(), drawing.of_forms(forms)))
    except _ERRORS:  # pdfminer falls over a file that is suspicious already
        return True


class _Drawing:
    """How many pixels the streams of one document draw."""

    def __init__(self, document: PDFDocument, *, endless: int) -> None:
        self._document = document
        self._endless = endless
        self._known: dict[tuple[int, int], int] = {}

    def of_pages(self) -> Iterable[int]:
        """Of each page by itself."""
        for page in itertools.islice(PDFPage.create_pages(self._document), _PAGES):
            content = b"\n".join(each.get_data() for each in map(resolve1, page.contents) if isinstance(each, PDFStream))
            yield self._of_content(content, page.resources or {}, 0)

    def of_forms(self, numbers: Iterable[int]) -> Iterable[int]:
        """Of each of these objects by itself: an annotation may draw it."""
        for number in numbers:
            stream = self._document.getobj(number)
            if isinstance(stream, PDFStream):
                yield self._of_object(stream, {}, 0)

    def _of_content(self, content: bytes, resources: Resources, depth: int) -> int:
        objects: Resources = dict_value(resources.get("XObject", {}))
        total = _BYTE * len(content)
        for written, times in Counter(_DRAWN.findall(content)).items():
            name = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), written).decode("latin-1")
            stream = resolve1(objects.get(name))
            if isinstance(stream, PDFStream):
                total += times * (_DRAWING + self._of_object(stream, resources, depth + 1))
        return total

    def _of_object(self, stream: PDFStream, around: Resources, depth: int) -> int:
        if resolve1(stream.get("Subtype")) is None or "Width" in stream:
            return int_value(stream.get("Width", 0)) * int_value(stream.get("Height", 0))
        own: Resources = dict_value(stream["Resources"]) if "Resources" in stream else around
        key = (stream.objid or id(stream), id(own) if own is around else 0)
        if key not in self._known:
            self._known[key] = self._endless  # until it is known: a form that draws itself has no end
            self._known[key] = self._endless if depth > _DEEPEST else self._of_content(stream.get_data(), own, depth)
        return self._known[key]
