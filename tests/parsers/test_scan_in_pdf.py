"""A PDF of text in which some pages are scans: the letter is text, the form behind it is paper."""

from __future__ import annotations

import io

import docx
import pypdfium2
import pytest
from docx.shared import Cm
from PIL import Image

from config.loading import reference_campaign
from parsers.read import Outside, expected_of, read_file
from parsers.values import DocumentRole
from service.convert import OutsidePrograms
from tests.parsers.mails import photograph
from tests.parsers.test_scan import scanned_form
from tests.parsers.writing_samples import ROWS, converted, saved
from tests.requirements import LIBREOFFICE, TESSERACT, need

EXPECTED = expected_of((reference_campaign(),))


def letter() -> bytes:
    need(LIBREOFFICE)
    document = docx.Document()
    for line in (
        "UBND XÃ QUÀI TỞ",
        "V/v gửi biểu số liệu Tuần lễ",
        "UBND xã gửi kèm biểu tổng hợp số liệu để Phòng tổng hợp.",
    ):
        document.add_paragraph(line)
    return converted(saved(document), "pdf")


def picture_page(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PDF", resolution=200)
    return stream.getvalue()


def bound(*files: bytes) -> bytes:
    """One PDF of the pages of several."""
    whole, stream = pypdfium2.PdfDocument.new(), io.BytesIO()
    for each in files:
        whole.import_pages(pypdfium2.PdfDocument(each))
    whole.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("first", [True, False], ids=["letter first", "form first"])
def test_the_scanned_form_behind_or_before_a_letter_is_read(first: bool) -> None:  # noqa: FBT001 - a parameter
    need(TESSERACT)
    programs = OutsidePrograms(seconds=100)
    pages = (letter(), picture_page(scanned_form()))
    pdf = bound(*(pages if first else reversed(pages)))
    outside = Outside(convert=programs.convert, recognise=programs.recognise)
    (document,) = read_file("bao cao.pdf", pdf, EXPECTED, outside=outside).documents
    assert document.role is DocumentRole.FORM
    assert "QUÀI TỞ" in document.text
    figures = [each for form in document.forms for each in form.values if isinstance(each.value, int)]
    assert len(figures) > len(ROWS) // 2
    assert {each.place.page for each in figures if each.place} == {2 if first else 1}


def test_without_the_program_the_scanned_page_is_told() -> None:
    (document,) = read_file("bao cao.pdf", bound(letter(), picture_page(scanned_form())), EXPECTED).documents
    (told,) = [each for each in document.findings if each.code == "D-SCANNED-PAGES"]
    assert "Trang 2" in told.text.vi


def test_a_photograph_on_a_page_of_a_text_is_not_read_for_words() -> None:
    calls: list[str] = []

    def recognise(picture: bytes, layout: str = "page") -> tuple[()]:
        del picture
        calls.append(layout)
        return ()

    pdf = bound(letter(), picture_page(photograph((1400, 1000), 2)))
    paper, *_ = read_file("bao cao.pdf", pdf, EXPECTED, outside=Outside(recognise=recognise)).documents
    assert calls == []
    assert not [each for each in paper.findings if each.code == "D-SCANNED-PAGES"]


def test_a_picture_of_the_form_within_a_page_is_read_once() -> None:
    need(TESSERACT)
    programs = OutsidePrograms(seconds=100)
    document = docx.Document()
    document.add_paragraph("UBND XÃ QUÀI TỞ kính gửi Phòng Giáo dục và Đào tạo biểu số liệu của Tuần lễ hưởng ứng học tập.")
    document.add_page_break()
    picture = io.BytesIO()
    scanned_form().save(picture, "PNG")
    document.add_picture(picture, width=Cm(13))
    outside = Outside(convert=programs.convert, recognise=programs.recognise)
    documents = read_file("bao cao.pdf", converted(saved(document), "pdf"), EXPECTED, outside=outside).documents
    assert [each.role is DocumentRole.FORM for each in documents] == [False, True]
