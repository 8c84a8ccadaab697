"""The same bytes many times in one mail: opened and read once, and every name has its fate, its photos and its forms."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable
from email.message import EmailMessage

import pytest

from config.loading import reference_campaign
from parsers import content_type as kind
from parsers.allowance import Limits
from parsers.containers import open_all
from parsers.read import Outside, expected_of, read_file, read_message
from parsers.values import Document, DocumentFate, DocumentRole, MessageReading
from tests.parsers.form_sheets import figures
from tests.parsers.mails import leaf, mail, photograph, saved, zipped
from tests.parsers.opened_files import docx_with
from tests.parsers.test_effort import form
from tests.parsers.writing_samples import report

EXPECTED = expected_of((reference_campaign(),))
RTF = rb"{\rtf1\ansi Bao cao Tuan le hoc tap suot doi nam 2020}"


class Office:
    """Stands for LibreOffice and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, data: bytes, media_type: str, target: str) -> bytes:
        del data, media_type, target
        self.asked += 1
        return report()


def linked(content: bytes, names: Iterable[str]) -> bytes:
    """A tar in which every name but the first is a hard link to the first."""
    target = io.BytesIO()
    first, *others = names
    with tarfile.open(fileobj=target, mode="w") as archive:
        info = tarfile.TarInfo(first)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
        for name in others:
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.LNKTYPE, first
            archive.addfile(link)
    return target.getvalue()


def mailed(*files: tuple[str, bytes]) -> MessageReading:
    message: EmailMessage = mail("bc")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return read_message(message.as_bytes(), EXPECTED)


def by_path(reading: MessageReading) -> dict[str, Document]:
    return {each.path: each for each in reading.documents}


def test_a_file_of_many_names_is_read_once_and_every_name_is_told() -> None:
    office = Office()
    names = [f"bao cao {number}.rtf" for number in range(200)]
    reading = read_file("bc.tar", linked(RTF, names), EXPECTED, outside=Outside(convert=office))
    assert office.asked == 1
    found = by_path(reading)
    assert sorted(found) == sorted(["bc.tar", *(f"bc.tar/{name}" for name in names)])
    read = {(each.role, each.fate, each.narrative is None) for path, each in found.items() if path != "bc.tar"}
    assert read == {(DocumentRole.FORM, DocumentFate.USED, False)}
    assert found["bc.tar/bao cao 7.rtf"].why.vi == "cùng nội dung với “bc.tar/bao cao 0.rtf” trong thư này"


def test_equal_workbooks_hold_equal_forms_each_under_its_own_name() -> None:
    found = by_path(mailed(("bieu.xlsx", form()), ("ban sao.xlsx", form())))
    first, copy = found["bieu.xlsx"], found["ban sao.xlsx"]
    assert figures(first.forms[0]) == figures(copy.forms[0]) != {}
    assert (copy.name, copy.sha256, copy.fate) == ("ban sao.xlsx", first.sha256, DocumentFate.USED)
    assert copy.slice != first.slice is not None


def test_the_year_in_the_name_of_a_copy_is_seen() -> None:
    found = by_path(mailed(("bieu.xlsx", form()), ("bieu 2018.xlsx", form())))
    doubts = {path: {each.code for each in document.forms[0].findings} for path, document in found.items() if document.forms}
    assert "F-YEAR" not in doubts["bieu.xlsx"]
    assert "F-YEAR" in doubts["bieu 2018.xlsx"]


def test_the_photos_in_a_copy_stand_under_the_copy() -> None:
    word = docx_with(saved(photograph()))
    found = by_path(mailed(("xa A.zip", zipped(("anh.docx", word))), ("xa B.zip", zipped(("anh.docx", word)))))
    photos = [path for path, each in found.items() if each.role is DocumentRole.PHOTO and each.fate is DocumentFate.USED]
    assert [path.partition("/")[0] for path in photos] == ["xa A.zip", "xa B.zip"]
    assert all(found[path].photo for path in photos)


@pytest.mark.parametrize("name", ["hai.xlsx", "hai.txt", ""])
def test_a_name_that_promises_something_else_is_judged_for_itself(name: str) -> None:
    found = mailed(("mot.txt", b"\x07\x01\x02 chi la chu"), (name, b"\x07\x01\x02 chi la chu"))
    alone = mailed((name, b"\x07\x01\x02 chi la chu"))
    assert [(each.fate, each.type) for each in found.documents[1:]] == [(each.fate, each.type) for each in alone.documents]


def test_what_is_in_copies_counts_against_the_limits() -> None:
    inner = zipped(*((f"{number}.txt", b"x" * 900 + bytes([number])) for number in range(9)))
    leaves = tuple(leaf(inner, f"{number}.zip") for number in range(9))
    found = open_all(leaves, Limits(total_bytes=40_000, parts=500))
    assert sum(each.leaf.size for each in found if not each.is_container) <= 40_000
    shut = [each for each in found if each.fate is DocumentFate.REFUSED]
    assert shut
    assert all(each.why.vi.startswith("nội dung sau khi mở vượt quá") for each in shut)
    assert {each.findings[0].where for each in shut} == {each.leaf.path for each in shut}


def test_the_name_inside_a_copy_follows_the_name_of_the_copy() -> None:
    packed = gzip.compress(b"Bao cao cua xa", mtime=0)
    found = [each.leaf.path for each in open_all((leaf(packed, "mot.txt.gz"), leaf(packed, "hai.txt.gz")))]
    assert found == ["mot.txt.gz", "mot.txt.gz/mot.txt", "hai.txt.gz", "hai.txt.gz/hai.txt"]
    assert kind.media_type(packed, "mot.txt.gz") == kind.GZIP
