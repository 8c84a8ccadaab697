"""Fonts that announce more letters than any has are refused before a reader counts them; those of documents are not."""

from __future__ import annotations

import time
import zlib

import pytest

from config.text import NO_TEXT
from parsers.containers import open_all
from parsers.pdf_fonts import MOST_CODES, codes_of
from parsers.pdf_streams import excess
from parsers.values import DocumentFate
from parsers.writing_blocks import WritingError
from parsers.writing_pdf import read_pdf
from tests.parsers.mails import leaf


def _pdf(letters: bytes, widths: bytes = b"[0[500]]") -> bytes:
    """A ruled page whose text is drawn in a font with this map of letters and these widths."""
    rules = b"".join(
        b"50 %d m 550 %d l S %d 100 m %d 600 l S " % (100 + each, 100 + each, 50 + each, 50 + each) for each in range(0, 501, 50)
    )
    drawn, pressed = zlib.compress(rules + b"BT /F 12 Tf 60 610 Td <00410042> Tj ET"), zlib.compress(letters)
    font = b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 8 0 R>>"
    inner = b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/W %s"
    every = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(drawn), drawn),
        font,
        inner % widths + b"/DW 500/FontDescriptor 7 0 R>>",
        b"<</Type/FontDescriptor/FontName/A/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/StemV 80>>",
        b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(pressed), pressed),
    )
    out, places = b"%PDF-1.5\n", []
    for number, each in enumerate(every, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"xref\n0 9\n0000000000 65535 f \n%strailer\n<</Size 9/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + tail % (table, len(out))


def _ranges(*lines: bytes) -> bytes:
    return b"begincmap\n%d beginbfrange\n%s\nendbfrange\nendcmap\n" % (len(lines), b"\n".join(lines))


@pytest.mark.parametrize(
    "letters",
    [
        _ranges(*[b"<0000> <FFFF> <0020>"] * 2_000),
        _ranges(*[b"<00 00><FF FF>[<20>]"] * 2_000),
        _ranges(*[b"<00><FF><20>"] * 100_000),
        _ranges(b"<00><01><20>\n% endbfrange", *[b"<0000><FFFF><0020>"] * 2_000),
        _ranges(b"<00><01><20>\n% <00>", *[b"<0000><FFFF><0020>"] * 2_000),
        _ranges(*[b"<0000> <FFFF> 0"] * 2_000).replace(b"bfrange", b"cidrange"),
        b"begincmap\n100 beginbfchar\n" + b"<41><42>\n" * 300_000 + b"endbfchar\n",
    ],
    ids=["all codes", "written oddly", "many", "an end in a remark", "a code in a remark", "of glyphs", "letter by letter"],
)
def test_a_map_of_more_letters_than_any_font_has_is_refused_before_it_is_read(letters: bytes) -> None:
    began = time.process_time()
    (found,) = open_all((leaf(_pdf(letters), "bc.pdf"),))
    assert found.fate is DocumentFate.REFUSED
    assert found.why.vi.startswith("tệp")
    assert time.process_time() - began < 1


@pytest.mark.parametrize("widths", [b"[0 2000000000 500]", b"[" + b"0 65535 500 " * 40 + b"]"], ids=["one range", "many"])
def test_widths_of_more_letters_than_any_font_has_are_not_counted_out(widths: bytes) -> None:
    began = time.process_time()
    with pytest.raises(WritingError, match="too many letters"):
        read_pdf(_pdf(_ranges(b"<00><FF><20>"), widths))
    assert time.process_time() - began < 2


def test_the_letters_of_documents_are_read() -> None:
    lines = [b"<%04X> <%04X> <%04X>" % (code, code, 32 + code) for code in range(9_000)]
    header = b"%!PS-Adobe-3.0 Resource-CMap\n%%EndComments\n/CIDSystemInfo << /Registry (Adobe) >> def\n"
    names = b"begincmap\n2 beginbfchar\n<0041> <0054>\n<0042> <1EA1>\nendbfchar\n"
    assert codes_of(header + _ranges(*lines)) == 9_000
    assert codes_of(header + _ranges(b"<0000> <FFFF> <0000>")) == 65_536
    assert codes_of(b"0 0 m 9 9 l S (begin range)") == 0
    assert codes_of(_ranges(*[b"<0000> <FFFF> <0000>"] * 16)) > MOST_CODES
    data = _pdf(header + names, b"[0 65535 500]")
    assert excess(data) == NO_TEXT
    (block,) = [each for each in read_pdf(data).blocks if "Tạ" in str(each)]
    assert block is not None
