"""PDF files that would take a reader's memory or minutes when drawn are refused; those that only nest or repeat are not."""

from __future__ import annotations

import base64
import time
import zlib
from io import BytesIO

import pypdfium2
import pytest

from config.text import NO_TEXT
from parsers.containers import open_all
from parsers.pdf_streams import excess
from parsers.values import DocumentFate
from parsers.writing_pdf import read_pdf
from parsers.writing_pdf_tables import ruled_pages
from tests.parsers.mails import leaf


def _stream(content: bytes, dictionary: bytes = b"") -> bytes:
    pressed = zlib.compress(content, 9)
    return b"<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (dictionary, len(pressed), pressed)


def _form(content: bytes, drawn: bytes) -> bytes:
    return _stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<<%s>>>>" % drawn)


def _picture(width: int, height: int, content: bytes = b"") -> bytes:
    return _stream(content, b"/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8" % (width, height))


def _pdf(drawn: bytes, *objects: bytes) -> bytes:
    """One page that draws `drawn`; its resources name the first of `objects`, which is number 5, A."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>>>"
    every = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, _stream(drawn), *objects)
    out, places = b"%PDF-1.5\n", []
    for number, each in enumerate(every, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + tail % (len(every) + 1, table, len(every) + 1, len(out))


def _ascii_pressed(content: bytes) -> bytes:
    written = base64.a85encode(zlib.compress(content, 9)) + b"~>"
    stream = b"<</Filter[/ASCII85Decode/FlateDecode]/Length %d>>\nstream\n%s\nendstream" % (len(written), written)
    return _pdf(b"q").replace(_stream(b"q"), stream)


def _nested(depth: int, times: int) -> tuple[bytes, ...]:
    """Forms of which each draws the next so many times; the last draws a line."""
    inner = [_form(b"/A Do " * times, b"/A %d 0 R" % (6 + level)) for level in range(depth)]
    return (*inner, _form(b"0 0 m 9 9 l S", b""))


@pytest.mark.parametrize(
    "data",
    [
        _pdf(b"/A Do", *_nested(12, 10)),
        _pdf(b"/#41 %x\nDo", *_nested(12, 10)),
        _pdf(b"/A Do", _form(b"/A Do /A Do", b"/A 5 0 R")),
        _pdf(b"q", _stream(b"/A Do /A Do", b"/Subtype/Form/BBox[0 0 9 9]"), b"<<>>", _form(b"/A Do /A Do", b"/A 7 0 R")),
        _pdf(b"/A Do " * 100_000, _picture(300, 300, bytes(90_000))),
        _pdf(b"/A Do", _picture(30_000, 30_000)),
        _pdf(b"q", b"<</Length 9/Filter[/FlateDecode /FlateDecode]>>\nstream\nx\nendstream"),
        _pdf(b"q " * 3_000_000).replace(b"/FlateDecode", b"/FlateDecode/Length1 1"),
        _pdf(b"%!\n" + b"q " * 3_000_000),
        _pdf(b"q " * 3_000_000).replace(b"/FlateDecode", b"/FlateDecode/Subtype/Image/Width 9/Height 9"),
        _pdf(b"q " * 3_000_000).replace(b"/Filter/FlateDecode", b"/Filter 9 0 R"),
        _pdf(b"q " * 30_000_000).replace(b"/FlateDecode", b"/FlateDecode/EmbeddedFile 1"),
        _pdf(b"0 0 m 9 9 l S " * 200_000),
        _ascii_pressed(b"q " * 3_000_000),
        _pdf(b"/A Do", *_nested(12, 10)).replace(b"/Form", b"/F#6frm"),
        _pdf(b"/A Do", *_nested(12, 10)).replace(b"/BBox", b"/X(" + b"x" * 5_000 + b")/BBox"),
    ],
    ids=[
        "nested",
        "nested, written oddly",
        "draws itself",
        "on no page",
        "one picture often",
        "huge picture",
        "pressed twice",
        "called a font",
        "begins like a font",
        "called a picture",
        "filter named elsewhere",
        "called attached",
        "too many lines",
        "in printable signs",
        "form written oddly",
        "long dictionary",
    ],
)
def test_a_drawing_without_measure_is_refused_before_it_is_drawn(data: bytes) -> None:
    began = time.process_time()
    (found,) = open_all((leaf(data, "bc.pdf"),))
    assert found.fate is DocumentFate.REFUSED
    assert found.why.vi.startswith("tệp")
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "data",
    [
        _pdf(b"/A Do", *_nested(3, 2)),  # the appearance of a digital signature
        _pdf(b"/A Do", *_nested(20, 1)),
        _pdf(b"/A Do " * 2_000, _picture(300, 300, bytes(90_000))),
        _pdf(b"/A Do " * 20, _form(b"/A Do /B Do", b"/A 6 0 R/B 6 0 R"), _picture(3_000, 2_000, bytes(6_000_000))),
        _pdf(b"/A Do", _picture(9_000, 6_000)),
    ],
    ids=["signature", "pages in pages", "stripes", "album", "54 million pixels"],
)
def test_what_documents_have_is_opened(data: bytes) -> None:
    assert excess(data) == NO_TEXT


def _pages(*drawn: bytes) -> bytes:
    """A page for each of these, with text of its own."""
    many, target = pypdfium2.PdfDocument.new(), BytesIO()
    for number, each in enumerate(drawn):
        text = b"BT /F 9 Tf 9 9 Td (on page %d) Tj 0 300 Td (%s) Tj ET" % (number, b"abc "[: 1 + number % 3] * (3 + number))
        page = _pdf(each + text, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>").replace(b"/XObject<</A", b"/Font   <</F")
        many.import_pages(pypdfium2.PdfDocument(page))
    many.save(target)
    return target.getvalue()


def _squared(lines: int) -> bytes:
    return b"".join(b"%d 9 m %d 842 l S 9 %d m 595 %d l S " % ((9 + 9 * line,) * 4) for line in range(lines))


def test_squared_paper_takes_no_time_to_be_looked_through_for_tables() -> None:
    began = time.process_time()
    ruled_pages(_pages(*[_squared(90)] * 24), range(24))
    assert time.process_time() - began < 4


def test_pages_beyond_the_tables_of_any_report_are_not_looked_at_and_that_is_said() -> None:
    data = _pages(*[_squared(54)] * 24)
    began = time.process_time()
    found, looked_at = ruled_pages(data, range(24))
    assert (len(found), looked_at) == (8, 8)
    assert time.process_time() - began < 20
    assert [each.code for each in read_pdf(data).findings] == ["D-CUT"]
    assert read_pdf(_pages(*[_squared(30)] * 24)).findings == ()


def test_a_drawing_of_thousands_of_lines_is_not_looked_through_for_tables() -> None:
    many = b"".join(b"%d %d 20 20 re S " % (at % 20 * 25, at // 20 % 30 * 25) for at in range(19_000))
    began = time.process_time()
    assert read_pdf(_pages(many)).findings == ()
    assert read_pdf(_pages(many[: len(many) // 2])).findings == ()
    assert time.process_time() - began < 2
    some = b"".join(b"%d %d 20 20 re S " % (at % 20 * 25, at // 20 % 30 * 25) for at in range(5_000))
    assert [each.code for each in read_pdf(_pages(*[some] * 6)).findings] == ["D-CUT"]
