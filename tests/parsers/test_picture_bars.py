"""Pages that a phone's picture viewer shows between dark bars are read; photographs and other pages stay as they are."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from parsers.photos import read_photo
from parsers.picture_bars import inside_bars
from parsers.read import Outside, expected_of, read_file
from parsers.values import DocumentRole, Value, ValueStatus
from service.convert import OutsidePrograms
from tests.parsers.mails import photograph, saved
from tests.parsers.test_scan_erasing import CAMPAIGN, FIGURES, printed
from tests.requirements import TESSERACT, need

_SCREEN = (1080, 2340)


def viewed(shown: Image.Image, dim: int = 0) -> Image.Image:
    """What a phone's viewer makes of a picture: a clock above it, buttons below it, the rest nearly black."""
    width, height = _SCREEN
    screen = Image.new("RGB", _SCREEN, (dim, dim, dim))
    scaled = shown.resize((width, shown.height * width // shown.width), Image.Resampling.LANCZOS)
    screen.paste(scaled, (0, (height - scaled.height) // 2))
    draw = ImageDraw.Draw(screen)
    font = ImageFont.load_default(36)
    for place, words in (
        ((40, 30), "19:38"),
        ((900, 30), "4G 78%"),
        ((120, 2180), "Chia"),
        ((640, 2180), "Xem"),
        ((860, 2180), "Sua"),
    ):
        draw.text(place, words, fill="white", font=font)
    return screen


def test_the_part_between_the_bars() -> None:
    box = inside_bars(viewed(Image.new("RGB", (1000, 1000), "white")).convert("L"))
    assert box is not None
    assert box == pytest.approx((0, 630 / 2340, 1, 1710 / 2340), abs=0.006)


def test_a_page_and_pictures_of_the_night_have_no_bars() -> None:
    night = Image.new("L", (1200, 900), 10)
    draw = ImageDraw.Draw(night)
    for _ in range(60):
        x, y = random.randrange(1100), random.randrange(800)
        draw.ellipse((x, y, x + 60, y + 40), fill=200)
    for picture in (Image.new("L", (900, 1200), 255), Image.new("L", (900, 1200), 0), night, photograph((800, 600)).convert("L")):
        assert inside_bars(picture) is None


@pytest.mark.parametrize("dim", [0, 18])
def test_a_form_in_the_viewer_of_a_phone_is_read(tmp_path: Path, dim: int) -> None:
    need(TESSERACT)
    screen = saved(viewed(printed(tmp_path, 200).convert("RGB"), dim))
    outside = OutsidePrograms(seconds=100)
    reading = read_file(
        "Screenshot.jpg", screen, expected_of((CAMPAIGN,)), outside=Outside(convert=outside.convert, recognise=outside.recognise)
    )
    values: dict[tuple[str, str], Value] = {
        (each.indicator, each.column): each for found in reading.documents for form in found.forms for each in form.values
    }
    truth = {(code, column): number for code, columns in FIGURES.items() for column, number in columns.items()}
    assert not [key for key in truth if key not in values or values[key].status is ValueStatus.EMPTY]
    assert all(each.status is not ValueStatus.OK for each in values.values())
    shown_wrong = [key for key, number in truth.items() if values[key].value not in (None, number)]
    assert len(shown_wrong) <= 2
    place = next(each.place for each in values.values() if each.place is not None and each.indicator == "1")
    with Image.open(io.BytesIO(screen)) as sent:
        left, top, right, bottom = (0, (sent.height - 1080 * 11 / 8.5) / 2, sent.width, (sent.height + 1080 * 11 / 8.5) / 2)
        for x, y in place.corners:
            assert left <= x * sent.width / 10_000 <= right
            assert top <= y * sent.height / 10_000 <= bottom


def test_a_photograph_in_the_viewer_is_no_page() -> None:
    verdict = read_photo(saved(viewed(photograph((1600, 1200), seed=4))), "image/jpeg")
    assert verdict.role is DocumentRole.PHOTO
    assert not verdict.perhaps_page
