"""Scans of forms printed without ruling lines: every figure is asked about beside its own row, or the form is refused."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from PIL import Image, ImageDraw

from config.loading import reference_campaign
from parsers.cell_pictures import cell_pictures
from parsers.content_type import media_type
from parsers.grid import UNREAD
from parsers.read import Outside, expected_of, read_file
from parsers.recognition import RecognisedWord
from parsers.scan_headings import has_torn_heading
from parsers.scan_pieces import Frame, fits, levels, pieces_of
from parsers.values import Document, DocumentFate
from service.convert import OutsidePrograms
from tests.parsers import unruled_scans as scans
from tests.parsers.form_sheets import FORM
from tests.parsers.unruled_scans import Scanned, outcome, scanned_paper
from tests.parsers.writing_samples import SECTIONS
from tests.requirements import LIBREOFFICE, TESSERACT, need

EXPECTED = expected_of((reference_campaign(),))
TIDY = {"misspelt": 0.0, "upright": "center", "font": "Times New Roman", "size": 11, "label": 45, "figure": 12, "marks": False}


@dataclass(slots=True, kw_only=True)
class Counted:
    """Tesseract, and the layouts it was asked for."""

    layouts: list[str] = field(default_factory=list)

    def __call__(self, picture: bytes, layout: str = "page") -> tuple[RecognisedWord, ...]:
        self.layouts.append(layout)
        return OutsidePrograms().recognise(picture, layout)


def read(scan: Scanned, recognise: Counted | None = None) -> Document:
    need(TESSERACT)
    (document,) = read_file(scan.name, scan.data, EXPECTED, outside=Outside(recognise=recognise or Counted())).documents
    return document


@pytest.mark.parametrize(
    ("seed", "wanted"),
    [
        (501, {"program": "calc", "lines": "none", "level": "right", "beside": ""}),
        (502, {"program": "writer", "lines": "level", "level": "center", "beside": ""}),
        (503, {"program": "writer", "lines": "none", "level": "right", "beside": "Kế hoạch"}),
    ],
)
def test_figures_of_a_scan_without_lines_stand_in_their_own_rows_and_are_all_asked_about(
    seed: int, wanted: dict[str, str]
) -> None:
    need(LIBREOFFICE)
    scan, recognise = scanned_paper(FORM, seed, **(TIDY | wanted)), Counted()
    document = read(scan, recognise)
    assert len(document.forms) == 1, scan.notes
    found = outcome(document.forms[0], scan.printed.truth)
    assert not any(found[each] for each in (scans.LOST, scans.UNASKED, scans.FOREIGN, scans.NO_PLACE)), (scan.notes, found)
    assert found[scans.RIGHT] >= 0.75 * found.total(), (scan.notes, found)
    assert Counter(recognise.layouts)["block"] <= Counter(recognise.layouts)["page"]  # no page is read twice, its figures are


def test_the_place_of_a_figure_is_where_it_can_be_read() -> None:
    need(LIBREOFFICE)
    scan = scanned_paper(FORM, 502, **TIDY, program="writer", lines="level", level="center", beside="")
    (form,) = read(scan).forms
    figures = [each for each in form.values if isinstance(each.value, int) and each.place is not None and each.value > 99]
    cells = cell_pictures(scan.data, media_type(scan.data), [each.place for each in figures if each.place is not None])
    said = ["".join(word.text for word in OutsidePrograms().recognise(cell, "block")) for cell in map(enlarged, cells)]
    right = [str(each.value) in text.replace(".", "") for each, text in zip(figures, said, strict=True)]
    assert len(right) > 8
    assert sum(right) >= 0.8 * len(right), list(zip([each.value for each in figures], said, strict=True))


def enlarged(cell: bytes) -> bytes:
    with Image.open(io.BytesIO(cell)) as image:
        paper, stream = Image.new("L", (image.width * 2 + 80, image.height * 2 + 80), 255), io.BytesIO()
        paper.paste(image.convert("L").resize((image.width * 2, image.height * 2), Image.Resampling.LANCZOS), (40, 40))
    paper.save(stream, "PNG")
    return stream.getvalue()


def test_a_stamp_over_the_figures_is_refused_in_words() -> None:
    need(LIBREOFFICE)
    scan = scanned_paper(FORM, 501, **TIDY, program="calc", lines="none", level="right", beside="", landscape=False, note=10)
    document = pages(scan)
    for page in document:
        ImageDraw.Draw(page).ellipse(
            (page.width * 0.6, page.height * 0.35, page.width * 0.8, page.height * 0.5), outline=40, width=14
        )
    stamped = Scanned(data=pdf(document), name="scan.pdf", printed=scan.printed, notes="")
    found = read(stamped)
    assert found.forms == ()
    assert found.fate is DocumentFate.UNREADABLE


def pages(scan: Scanned) -> list[Image.Image]:
    from parsers.writing_pdf import page_pictures

    if scan.name.endswith("jpg"):
        return [Image.open(io.BytesIO(scan.data)).convert("L")]
    return [Image.open(io.BytesIO(each)).convert("L") for each in page_pictures(scan.data)]


def pdf(document: Sequence[Image.Image]) -> bytes:
    stream = io.BytesIO()
    document[0].save(stream, "PDF", resolution=200, save_all=True, append_images=document[1:])
    return stream.getvalue()


def test_a_scanned_letter_is_read_once_and_as_before() -> None:
    need(LIBREOFFICE)
    import docx

    from parsers.writing_pdf import page_pictures
    from tests.parsers.writing_samples import converted, saved

    letter = docx.Document()
    for heading, text in SECTIONS:
        letter.add_paragraph(heading)
        letter.add_paragraph(text)
    sheets = [Image.open(io.BytesIO(each)).convert("L") for each in page_pictures(converted(saved(letter), "pdf"))]
    recognise = Counted()
    document = read(Scanned(data=pdf(sheets), name="bao cao.pdf", printed=None, notes=""), recognise)  # type: ignore[arg-type]
    assert document.forms == ()
    assert recognise.layouts == ["page"] * len(sheets)


def word(text: str, left: int, top: int = 100, *, width: int = 0, height: int = 20) -> RecognisedWord:
    return RecognisedWord(
        text=text, left=left, top=top, width=width or 14 * len(text), height=height, confidence=95.0, line=top // 40
    )


def texts(*words: RecognisedWord) -> list[str]:
    page = Image.new("L", (1200, 400), 255)
    return [each.text for each in pieces_of(levels(words, 28.0, page), 28.0, Frame(page=0, scale=1.0))]


def test_words_of_a_cell_are_one_piece_and_figures_beside_each_other_are_two() -> None:
    assert texts(word("Xóa", 100), word("mù", 150), word("chữ", 186)) == ["Xóa mù chữ"]
    assert texts(word("12", 100), word("35", 138)) == ["12", "35"]
    assert texts(word("500", 100), word("000", 148)) == ["500 000"]


def test_a_word_where_a_column_begins_is_no_part_of_the_label_before_it() -> None:
    rows = [(word("bàn", 258, top), word("lớp/người", 307, top)) for top in (100, 140, 180, 220)]
    far = [(word("xã", 200, top), word("lớp/người", 307, top)) for top in (260, 300, 340, 380)]
    assert texts(*(each for row in rows + far for each in row)).count("bàn lớp/người") == 0


def test_a_figure_half_of_which_is_unread_is_unread() -> None:
    assert texts(word("12", 100), word(UNREAD, 133)) in (["12", UNREAD], [UNREAD])
    assert texts(word(UNREAD, 100), word("000", 122)) == [UNREAD]


def test_a_number_has_as_many_figures_as_its_place_is_wide() -> None:
    assert all(fits(text, width, 14.0) for text, width in (("293", 41), ("1", 8), ("4.500.000", 112), ("11", 24), ("lớp", 90)))
    assert not any(fits(text, width, 14.0) for text, width in (("29", 41), ("2274", 26), ("4", 27), ("1460", 41)))


def test_a_heading_taken_for_two_columns_is_found() -> None:
    assert has_torn_heading(("STT", "Số lớp/số cuộc", "thi", "Người"), FORM)
    assert has_torn_heading(("STT", "Nội dung", "12/10/2020) ĐVT", "Số lớp/số cuộc thi", "Người"), FORM)
    assert not has_torn_heading(("STT", "Nội dung", "Đơn vị", "Số lớp/số cuộc thi", "Người", "Ghi chú"), FORM)


def test_a_page_of_a_few_lines_stays_legible() -> None:
    need(LIBREOFFICE)
    from parsers.scan_picture import prepared

    scan = scanned_paper(FORM, 502, **TIDY, program="writer", lines="level", level="center", beside="")
    sheet = pages(scan)[0]
    few = Image.new("L", sheet.size, 255)
    few.paste(sheet.crop((0, 0, sheet.width, sheet.height // 9)), (0, 0))
    shades = prepared(file_of(few)).image.histogram()
    assert sum(shades[100:250]) > 0.2 * sum(shades[:250])  # not all of its greys have become black


def file_of(page: Image.Image) -> bytes:
    stream = io.BytesIO()
    page.save(stream, "JPEG", quality=70)
    return stream.getvalue()
