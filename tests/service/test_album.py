"""The photo album: names, pictures without position, the list and the contact sheets."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from config.text import Language
from service.outputs.album import caption, file_name, write_album
from service.rules.consolidation import Consolidation
from service.rules.submission import UnitPhoto
from tests.service.campaign_of_units import CAMPAIGN, consolidation, lines
from tests.service.photos_by_hand import GPS, Photos, picture

FEW = 4


@pytest.fixture(scope="module")
def made() -> Consolidation:
    return consolidation(units=lines(missing=0)[:FEW])


def album(folder: Path, made: Consolidation, photos: Photos) -> zipfile.ZipFile:
    write_album(folder / "photos.zip", CAMPAIGN, made, Language.VI, photos)
    return zipfile.ZipFile(folder / "photos.zip")


def listed(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read("Danh mục ảnh.csv").decode("utf-8-sig"))))


def test_photos_stand_in_a_folder_per_unit_with_clean_names(made: Consolidation, tmp_path: Path) -> None:
    with album(tmp_path, made, Photos()) as archive:
        names = [name for name in archive.namelist() if name.endswith(".jpg")]
        assert len(names) == FEW * 4
        unit = made.units[1]
        assert names[4] == f"{unit.code} X{unit.name[1:]}/01 Lễ khai mạc {CAMPAIGN.roster[1].name}.jpg"
        assert all(archive.getinfo(name).flag_bits & 0x800 for name in names)


def test_pictures_carry_no_position_and_no_other_metadata(made: Consolidation, tmp_path: Path) -> None:
    with Image.open(io.BytesIO(picture("x"))) as image:
        assert image.getexif().get_ifd(GPS)
    with album(tmp_path, made, Photos()) as archive:
        for name in archive.namelist():
            if name.endswith(".jpg"):
                with Image.open(io.BytesIO(archive.read(name))) as image:
                    assert image.size == (320, 240)
                    assert not dict(image.getexif())


def test_a_photo_that_cannot_be_opened_is_listed_and_the_others_stay(made: Consolidation, tmp_path: Path) -> None:
    photos = made.units[0].submission.photos
    source = Photos(gone=frozenset({photos[0].sha256}), broken=frozenset({photos[1].sha256}))
    with album(tmp_path, made, source) as archive:
        rows = listed(archive)
        assert len(rows) == FEW * 4
        assert rows[0]["Ghi chú"] == "không còn ảnh gốc"
        assert rows[1]["Ghi chú"].startswith("không mở được ảnh")
        assert [row["Tệp trong gói"] for row in rows[:2]] == ["", ""]
        assert sum(name.endswith(".jpg") for name in archive.namelist()) == FEW * 4 - 2
        assert all(row["Tệp trong gói"] in archive.namelist() for row in rows[2:])


def test_the_contact_sheet_shows_every_photo_under_its_unit(made: Consolidation, tmp_path: Path) -> None:
    with album(tmp_path, made, Photos()) as archive:
        document = Document(io.BytesIO(archive.read("Bảng ảnh 01.docx")))
    assert len(document.inline_shapes) == FEW * 4
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert all(f"({line.code})" in text for line in made.units)


def test_the_same_photos_give_the_same_bytes(made: Consolidation, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        album(tmp_path / name, made, Photos()).close()
    assert (tmp_path / "one/photos.zip").read_bytes() == (tmp_path / "two/photos.zip").read_bytes()


def test_no_photos_give_an_album_with_an_empty_list(tmp_path: Path) -> None:
    line = lines(missing=0)[0]
    made = consolidation(units=(replace(line, submission=replace(line.submission, photos=())),))
    with album(tmp_path, made, Photos()) as archive:
        assert archive.namelist() == ["Danh mục ảnh.csv"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("IMG_20201001_081500.jpg", ""),
        ("z2103948571_0b3f.jpg", ""),
        ("Anh 3.jpg", ""),
        ("thư mục/Ảnh 2 - Lễ khai mạc.JPG", "Lễ khai mạc"),
        ("trao_thuong  sach.png", "trao thuong sach"),
        ("../../etc/passwd", "passwd"),
        ("", ""),
    ],
)
def test_captions_are_words_or_nothing(name: str, words: str) -> None:
    photo = lines(missing=0)[0].submission.photos[0]
    assert caption(UnitPhoto(sha256="0", name=name, width=1, height=1, source=photo.source)) == words


@given(st.text(max_size=300))
def test_file_names_are_safe_on_any_system(text: str) -> None:
    name = file_name(text)
    assert len(name) <= 81
    assert not set(name) & set('<>:"/\\|?*\x00\n\r\t')
    assert name == name.strip(" .")
    assert name.upper() not in {"CON", "NUL", "AUX", "PRN", "COM1"}
