"""Pages too blurred to be read: never counted as photographs, and never a form of two figures among thirty."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from parsers.photos import read_photo
from parsers.read import Outside, expected_of, read_file
from parsers.values import DocumentFate, DocumentRole, ValueStatus
from service.convert import OutsidePrograms
from tests.parsers.mails import photograph, saved
from tests.parsers.test_scan_erasing import CAMPAIGN, printed
from tests.requirements import TESSERACT, need


@pytest.mark.parametrize("width", [700, 1000])
def test_a_blurred_page_is_told_and_is_no_photo(tmp_path: Path, width: int) -> None:
    need(TESSERACT)
    page = printed(tmp_path, 200)
    small = page.resize((width, page.height * width // page.width), Image.Resampling.LANCZOS)
    picture = saved(small.filter(ImageFilter.GaussianBlur(1.2)), quality=60)
    assert read_photo(picture, "image/jpeg").perhaps_page
    outside = OutsidePrograms(seconds=100)
    (document,) = read_file(
        "IMG_1.jpg", picture, expected_of((CAMPAIGN,)), outside=Outside(convert=outside.convert, recognise=outside.recognise)
    ).documents
    assert document.fate is DocumentFate.UNREADABLE
    assert document.role in {DocumentRole.SCAN, DocumentRole.FORM}
    assert not [value for form in document.forms for value in form.values if value.status is ValueStatus.OK]


def test_a_pale_photograph_is_no_blurred_page() -> None:
    pale = Image.blend(photograph((1200, 900), seed=6), Image.new("RGB", (1200, 900), "white"), 0.7)
    assert not read_photo(saved(pale), "image/jpeg").perhaps_page
