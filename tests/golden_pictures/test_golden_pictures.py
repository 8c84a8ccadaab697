"""What leaves the house looks as it did when somebody last looked at it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.golden_pictures.pages import KEPT, difference, kept_pages, print_pages
from tests.golden_pictures.papers import make_papers
from tests.requirements import LIBREOFFICE, POPPLER, need

_FACES = ("times new roman", "liberation serif")
_MOST_BYTES = 600_000


def need_typeface() -> None:
    """Pages break elsewhere in another typeface: without one of these measures nothing can be compared."""
    fontconfig = shutil.which("fc-match")
    found = (
        subprocess.run([fontconfig, "Times New Roman"], check=True, capture_output=True, text=True).stdout if fontconfig else ""
    )
    if not any(face in found.casefold() for face in _FACES):
        reason = "needs a typeface with the measures of Times New Roman: apt-get install fonts-liberation"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def test_every_page_looks_like_its_golden_picture(tmp_path: Path) -> None:
    libreoffice, pdftoppm = need(LIBREOFFICE), need(POPPLER)
    need_typeface()
    pages = print_pages(make_papers(tmp_path), libreoffice=libreoffice, pdftoppm=pdftoppm)
    kept = kept_pages()
    assert sorted(pages) == sorted(kept), (
        "a paper has more or fewer pages; look, then python -m tests.golden_pictures --regenerate"
    )
    apart = {name: difference(page, kept[name]) for name, page in pages.items()}
    assert {name: each for name, each in apart.items() if not each.alike} == {}


def test_the_pictures_are_small() -> None:
    assert 0 < sum(path.stat().st_size for path in KEPT.glob("*.png")) <= _MOST_BYTES


def test_a_page_a_little_lower_or_longer_is_the_same_page() -> None:
    """As other versions of LibreOffice and of the typeface print it: moved by a pixel, lines a little further apart."""
    for name, page in kept_pages().items():
        assert difference(page, page).worst == 0
        assert difference(page, ImageChops.offset(page, 1, 2)).alike, name
        longer = page.resize((page.width, round(page.height * 1.006)), Image.Resampling.BILINEAR)
        assert difference(page, longer.crop((0, 0, *page.size))).alike, name


@pytest.mark.parametrize(
    ("name", "box"),
    [
        ("report-01", (60, 150, 380, 175)),  # a paragraph of the report
        ("report-10", (90, 60, 140, 200)),  # a column of the first appendix
        ("workbook-01", (60, 100, 120, 400)),  # labels of the form
        ("chase-01", (50, 40, 180, 75)),  # the issuing body
    ],
)
def test_a_page_that_lost_something_is_told_apart(name: str, box: tuple[int, int, int, int]) -> None:
    page = kept_pages()[name]
    page.paste(255, box)
    assert not difference(page, kept_pages()[name]).alike


def test_another_paper_size_is_told_apart() -> None:
    page = kept_pages()["report-01"]
    assert not difference(page, page.resize((page.width + 20, page.height), Image.Resampling.BOX)).alike
