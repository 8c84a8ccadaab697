"""The photo album: a zip with a folder per unit, clean names, pictures without position, a list, and contact sheets."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from config.campaign import Campaign
from config.text import Language, Text
from parsers.photos import thumbnail, without_position
from service.outputs.album_sheet import ContactSheets
from service.outputs.atomic import atomic_file, zip_entry
from service.outputs.formula_text import begins_like_formula
from service.outputs.wording import capitalised, instant
from service.rules.consolidation import Consolidation
from service.rules.submission import UnitPhoto

_THUMBNAIL = 360
_LONGEST_NAME = 80
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ue000-\uf8ff]')
_CAMERA_NAME = re.compile(
    r"^(img|dsc\w?|pxl|vid|image|photo|picture|anh|ảnh|hinh|hình|z|p|fb img|received|screenshot|untitled|noname|whatsapp image)?"
    r"[\W\d_a-f]*$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(ảnh|anh|hình|hinh|photo)?\s*\d{1,3}\s*[-–.:)]\s*(?=\w)", re.IGNORECASE)
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


class PhotoSource(Protocol):
    """Where the bytes of a unit's photo come from."""

    def photo(self, photo: UnitPhoto) -> bytes | None:
        """The photo as the unit sent it, None when the archive does not have it."""


def write_album(
    path: Path,
    campaign: Campaign,
    consolidation: Consolidation,
    language: Language,
    photos: PhotoSource,
    *,
    clean: Callable[[bytes], bytes] = without_position,
    shrink: Callable[[bytes, int], bytes] = thumbnail,
) -> None:
    """Writes the zip atomically, one photo in memory at a time; the same photos give the same bytes.

    `clean` re-encodes a photo without its position, `shrink` makes a small JPEG; both raise ValueError for what is no picture,
    which is then listed with the reason and not packed.
    """
    with atomic_file(path) as file, zipfile.ZipFile(file, "w") as archive:
        sheets = ContactSheets(archive, campaign, consolidation, language)
        rows = [_header(language)]
        for line in consolidation.units:
            folder = f"{line.code} {file_name(capitalised(line.name))}"
            name = f"{capitalised(line.name)} ({line.code})"
            for number, photo in enumerate(line.submission.photos, 1):
                words = caption(photo)
                entry = f"{folder}/{number:02} {file_name(words)}".rstrip() + ".jpg"
                problem = ""
                try:
                    data = photos.photo(photo)
                    if data is None:
                        problem = Text(vi="không còn ảnh gốc", en="the original is gone").in_(language)
                    else:
                        archive.writestr(zip_entry(entry, compressed=False), clean(data))
                        sheets.add(name, words, shrink(data, _THUMBNAIL))
                except ValueError as error:
                    problem = Text(vi=f"không mở được ảnh ({error})", en=f"cannot be opened ({error})").in_(language)
                received = instant(photo.source.received_at, campaign.deadline.tzinfo)
                rows.append(
                    [
                        line.code,
                        capitalised(line.name),
                        "" if problem else entry,
                        photo.name,
                        received,
                        str(photo.source.message),
                        photo.sha256,
                        problem,
                    ]
                )  # fmt: skip - one record
        sheets.finish()
        archive.writestr(zip_entry(Text(vi="Danh mục ảnh.csv", en="Photos.csv").in_(language)), _table(rows))


def caption(photo: UnitPhoto) -> str:
    """What a photo's name says, in words; empty for the names that cameras and phones give."""
    stem = unicodedata.normalize("NFC", photo.name).rsplit("/", 1)[-1]
    stem = re.sub(r"\.[A-Za-z0-9]{2,5}$", "", stem)
    words = " ".join(re.sub(r"[_\s]+", " ", _NOT_IN_NAMES.sub(" ", stem)).split())
    words = _NUMBERED.sub("", words)
    return "" if _CAMERA_NAME.match(words) else words[:_LONGEST_NAME]


def file_name(text: str) -> str:
    """A text as a file name on any system: no separators or control characters, not too long, nothing reserved."""
    name = " ".join(_NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", text)).split())[:_LONGEST_NAME].strip(" .")
    return f"_{name}" if _RESERVED.match(name) else name


def _header(language: Language) -> list[str]:
    words = (
        Text(vi="Mã đơn vị", en="Unit code"),
        Text(vi="Đơn vị", en="Unit"),
        Text(vi="Tệp trong gói", en="File in this archive"),
        Text(vi="Tên tệp đơn vị gửi", en="Name as sent"),
        Text(vi="Nhận lúc", en="Received"),
        Text(vi="Thư số", en="Message"),
        Text(vi="SHA-256 ảnh gốc", en="SHA-256 of the original"),
        Text(vi="Ghi chú", en="Remark"),
    )
    return [word.in_(language) for word in words]


def _table(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([f"'{cell}" if begins_like_formula(cell) else cell for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
