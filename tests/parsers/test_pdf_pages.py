"""PDF files with endless lists and texts, and pages that all draw the same: refused, or looked at up to a limit that is told."""

from __future__ import annotations

import time
import zlib

import pytest

from config.text import NO_TEXT
from parsers.pdf_streams import excess
from parsers.writing_pdf import read_pdf

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
TEXT = b"BT /F1 12 Tf 50 700 Td (Bao cao tuan le hoc tap suot doi) Tj ET "


def _pdf(content: bytes, *, pages: int = 1, more: bytes = b"", contents: bytes = b"4 0 R") -> bytes:
    """Pages that all draw this content; `more` stands in the dictionary of each."""
    pressed = zlib.compress(content, 9)
    kids = b" ".join(b"%d 0 R" % (5 + number) for number in range(pages))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %s/Resources<</Font<</F1 3 0 R>>>>%s>>" % (contents, more)
    stream = b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(pressed), pressed)
    tree = b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids)
    out, places = b"%PDF-1.5\n", []
    for number, each in enumerate((b"<</Type/Catalog/Pages 2 0 R>>", tree, FONT, stream, *[page] * pages), start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, len(out),
    )  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        _pdf(TEXT, more=b"/X[" + b"1 " * 2_000_000 + b"]"),
        _pdf(TEXT, contents=b"[" + b"4 0 R " * 200_000 + b"]"),
        _pdf(TEXT, contents=b"[" + b"4 0 R%\n" * 200_000 + b"]"),
        _pdf(b"BT /F1 12 Tf [" + b"(a)1 " * 800_000 + b"] TJ ET"),
        _pdf(b"BT /F1 1 Tf " + b"(Bao cao tuan le hoc tap suot doi nam 2020)' " * 50_000 + b"ET"),
        _pdf(b"BT /F1 1 Tf (()" + b"a" * 3_000_000 + b") Tj ET"),
        _pdf(b"BT /F1 1 Tf (" + b"a" * 3_000_000),
        _pdf(b"BT /F1 1 Tf <" + b"41" * 1_500_000 + b"> Tj ET"),
        _pdf(b"q " * 1_900_000 + TEXT),
    ],
    ids=["list", "contents", "with remarks", "pieces", "texts", "brackets", "open text", "hex", "states"],
)
def test_endless_lists_and_texts_are_refused(data: bytes) -> None:
    assert excess(data).vi.startswith("tệp có cấu trúc bất thường")


@pytest.mark.parametrize(
    "data",
    [
        _pdf(TEXT * 1_500),
        _pdf(b"q 1 0 0 1 0 0 cm " * 9_000 + TEXT),
        _pdf(TEXT, contents=b"[" + b"4 0 R " * 40 + b"]"),
        _pdf(TEXT, more=b"/X[" + b"1 " * 900_000 + b"]"),
    ],
    ids=["texts", "states", "contents", "list"],
)
def test_what_honest_programs_write_is_opened(data: bytes) -> None:
    assert excess(data) == NO_TEXT


@pytest.mark.parametrize("content", [TEXT + b"0 0 m 9 9 l S " * 40_000, TEXT * 5_000], ids=["lines", "letters"])
def test_pages_that_all_draw_the_same_are_looked_at_up_to_a_limit(content: bytes) -> None:
    began = time.process_time()
    writing = read_pdf(_pdf(content, pages=60))
    assert time.process_time() - began < 4
    (finding,) = writing.findings
    assert (finding.code, writing.page_count) == ("D-CUT", 60)
    assert "trang đầu tiên" in finding.text.vi


def test_a_long_report_is_read_to_its_last_page() -> None:
    writing = read_pdf(_pdf(TEXT * 80, pages=60))
    assert (writing.findings, writing.page_count) == ((), 60)
