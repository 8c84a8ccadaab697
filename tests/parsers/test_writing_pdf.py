"""PDF files written by hand, for what no program at hand writes: old fonts, text hidden under scanned pages."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from parsers.writing import read_writing
from parsers.writing_pdf import page_pictures

PDF = "application/pdf"


def pdf(*streams: bytes, font: str = "Times-Roman", picture: bool = False) -> bytes:
    """A PDF with one page for each content stream; font F1, and a grey picture Im1 when wanted."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    pages = []
    resources = f"/Font<</F1<</Type/Font/Subtype/TrueType/BaseFont/{font}/Encoding/WinAnsiEncoding>>>>".encode()
    if picture:
        objects.append(
            b"<</Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray/Length 4>>"
            b"stream\n\x80\x90\xa0\xb0\nendstream"
        )
        resources += b"/XObject<</Im1 3 0 R>>"
    for stream in streams:
        objects.append(b"<</Length %d>>stream\n" % len(stream) + stream + b"\nendstream")
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<<%s>>>>" % (len(objects), resources)
        )
        pages.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(pages), len(pages))
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (
        size,
        table,
        size,
        len(made),
    )


def text(content: str, *, mode: int = 0) -> bytes:
    return f"BT /F1 12 Tf {mode} Tr 72 700 Td ({content}) Tj ET".encode("latin-1")


WHOLE_PAGE = b"q 595 0 0 842 0 0 cm /Im1 Do Q "
SENTENCE = "Bao cao tong ket Tuan le huong ung hoc tap suot doi nam 2020 cua xa Quai To"


def test_the_letter_that_pdf_programs_write_as_a_hyphen_comes_back() -> None:
    written = "B¸o c¸o tæng kÕt TuÇn lÔ h\xadëng øng häc tËp suèt ®êi, th\xad viÖn tr\xadêng häc, v¨n ho¸-x· héi"
    writing = read_writing(pdf(text(written), font="ABCDEF+.VnTime"), PDF)
    assert writing.text == "Báo cáo tổng kết Tuần lễ hưởng ứng học tập suốt đời, thư viện trường học, văn hoá-xã hội"


def test_a_hyphen_of_a_modern_font_stays() -> None:
    assert (
        read_writing(pdf(text("Quyet dinh 12/QD-UBND, Covid-19, t-shirt")), PDF).text
        == "Quyet dinh 12/QD-UBND, Covid-19, t-shirt"
    )


@pytest.mark.parametrize(
    ("streams", "scanned"),
    [
        ((WHOLE_PAGE,), True),
        ((WHOLE_PAGE + text(SENTENCE, mode=3),), True),
        ((WHOLE_PAGE + text(SENTENCE),), False),
        ((text(SENTENCE),), False),
        ((WHOLE_PAGE, WHOLE_PAGE, text(SENTENCE)), True),
        ((WHOLE_PAGE, text(SENTENCE), text(SENTENCE)), False),
        ((b"",), False),
    ],
    ids=["picture", "searchable scan", "text on a background", "text", "mostly scans", "mostly text", "blank"],
)
def test_a_scan_is_told_from_text(streams: tuple[bytes, ...], *, scanned: bool) -> None:
    assert read_writing(pdf(*streams, picture=True), PDF).needs_ocr is scanned


def test_wrapped_lines_are_one_paragraph_and_items_are_not() -> None:
    lines = (
        "UBND xa da ban hanh Ke hoach so 68/KH-UBND ngay 25/9/2020 ve viec to chuc",
        "Tuan le huong ung hoc tap suot doi nam 2020.",
        "2. Le khai mac",
        "- Treo 06 bang ron",
        "12",
    )
    stream = b"BT /F1 10 Tf 14 TL 72 700 Td " + b" ".join(f"({line}) Tj T*".encode() for line in lines) + b" ET"
    assert [each.text for each in read_writing(pdf(stream), PDF).paragraphs] == [f"{lines[0]} {lines[1]}", *lines[2:4]]


def test_pages_are_drawn_for_ocr_in_grey_at_200_dpi() -> None:
    pictures = [Image.open(BytesIO(each)) for each in page_pictures(pdf(text("a"), text("b"), text("c")), (1, 2))]
    assert [(picture.mode, picture.size) for picture in pictures] == [("L", (1653, 2339))] * 2


def test_a_giant_page_is_drawn_small() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_000, 14_000)
    stream = BytesIO()
    document.save(stream)
    (picture,) = page_pictures(stream.getvalue())
    assert max(Image.open(BytesIO(picture)).size) <= 3_400


def _table(*, rotate: int = 0, without: int = 0, struck: bool = False, raised: bool = False) -> bytes:
    """A ruled table of three rows and three columns, as one page."""
    lines = [f"0.5 w {x} 500 m {x} 620 l S" for x in (100, 200, 300, 400) for _ in (1, 2)]
    lines += [f"0.5 w 100 {y} m 400 {y} l S" for y in (500, 540, 580, 620) if y != without]
    words = [
        f"BT /F1 12 Tf {110 + 100 * column} {595 - 40 * row} Td (R{row}C{column}) Tj ET" for row in range(3) for column in (0, 1)
    ]
    words += [f"BT /F1 12 Tf 310 {595 - 40 * row} Td (2{row}) Tj ET" for row in range(3)]
    if struck:
        words.append("BT /F1 12 Tf 330 595 Td (99) Tj ET 0.6 w 330 599 m 342 599 l S")
    if raised:
        words.append("BT /F1 7 Tf 323 600 Td (1) Tj ET")
    document = pypdfium2.PdfDocument(pdf("\n".join(lines + words).encode()))
    document[0].set_rotation(rotate)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _figures(data: bytes) -> list[list[str]]:
    (sheet,) = read_writing(data, "application/pdf").tables
    return [[sheet.at(row, column).text for column in (1, 2, 3)] for row in (1, 2, 3)]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_page_saved_turned_is_read_upright(rotation: int) -> None:
    assert _figures(_table(rotate=rotation)) == [["R0C0", "R0C1", "20"], ["R1C0", "R1C1", "21"], ["R2C0", "R2C1", "22"]]


def test_a_table_set_into_the_page_whole_is_found() -> None:
    inner, outer = pypdfium2.PdfDocument(_table()), pypdfium2.PdfDocument.new()
    page = outer.new_page(595, 842)
    page.insert_obj(inner.page_as_xobject(0, outer).as_pageobject())
    page.gen_content()
    stream = BytesIO()
    outer.save(stream)
    assert _figures(stream.getvalue())[2] == ["R2C0", "R2C1", "22"]


@pytest.mark.parametrize("missing", [500, 620])
def test_a_row_that_the_page_break_left_open_is_a_row(missing: int) -> None:
    assert _figures(_table(without=missing)) == _figures(_table())


def test_a_figure_struck_through_in_print_is_no_part_of_the_new_one() -> None:
    assert _figures(_table(struck=True))[0][2] == "20"


def test_a_raised_digit_in_print_is_a_footnote_and_no_digit() -> None:
    assert _figures(_table(raised=True))[0][2] == "20¹"


def _page_of(*lines: str) -> bytes:
    return b"".join(
        f"BT /F1 12 Tf 1 0 0 1 72 {760 - 20 * number} Tm ({line}) Tj ET ".encode("latin-1") for number, line in enumerate(lines)
    )


def test_a_running_header_is_no_part_of_the_text_and_tells_the_unit_all_the_same() -> None:
    header = "UBND xa Quai To - Bao cao Tuan le"
    pages = [
        _page_of(header, f"Doan thu {number} cua bao cao.", "Con nua.", "Het trang.", f"Trang {number}") for number in (1, 2, 3)
    ]
    writing = read_writing(pdf(*pages), PDF)
    assert header not in writing.text
    assert "Trang" not in writing.text
    assert header in writing.heading
    assert "Doan thu 2 cua bao cao." in writing.text


def test_a_full_line_that_ends_in_a_colon_goes_on_with_its_figure() -> None:
    long = "- Ngan sach ho tro, van dong tu cac doanh nghiep va cac nguon hop phap khac:"
    writing = read_writing(pdf(_page_of("BAO CAO", long, "2.000.000 dong", "Lop hoc:", "Ban A")), PDF)
    assert f"{long} 2.000.000 dong" in [each.text for each in writing.paragraphs]
    assert "Lop hoc:" in [each.text for each in writing.paragraphs]


def test_a_number_broken_at_its_hyphen_is_put_together() -> None:
    long = "UBND xa ban hanh Cong van so 112/UBND-"
    writing = read_writing(pdf(_page_of("BAO CAO", long, "VX ngay 28/9/2020 ve viec treo co")), PDF)
    assert "112/UBND-VX ngay 28/9/2020" in writing.text
