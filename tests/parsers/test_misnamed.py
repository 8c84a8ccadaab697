"""Files that are not what their names say: the sender is told, and no other file of the mail is hidden by one."""

from __future__ import annotations

import pytest

from config.loading import reference_campaign
from parsers import content_type as kind
from parsers.read import expected_of, read_file
from parsers.values import Document, DocumentFate

EXPECTED = expected_of((reference_campaign(),))


def the_document(name: str, data: bytes) -> Document:
    (document,) = read_file(name, data, EXPECTED).documents
    return document


@pytest.mark.parametrize("name", ["bieu.xlsx", "BIEU.XLS", "bao cao.docx", "bao cao.pdf", "anh 1.jpg"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"khong phai tep Excel",
        b"<html><body>404 Not Found</body></html>",
        b"\x00\x01\x02\x03" * 300,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
    ],
    ids=["nothing", "text", "page", "noise", "hollow"],
)
def test_a_file_that_is_not_what_its_name_says_is_unreadable_and_asked_for_again(name: str, data: bytes) -> None:
    document = the_document(name, data)
    assert document.fate is DocumentFate.UNREADABLE
    assert "gửi lại" in document.why.vi
    assert "again" in document.why.en


@pytest.mark.parametrize("name", ["ghi chu.txt", "noname", "trang.html", "du lieu.dat"])
def test_a_file_that_promises_nothing_is_only_ignored(name: str) -> None:
    assert the_document(name, b"Kinh gui Phong Giao duc").fate is DocumentFate.IGNORED


@pytest.mark.parametrize("shift", [0, 1, 8, 13, 0xFFFF])
def test_an_ole_file_with_sectors_of_an_unheard_of_size_is_no_office_file(shift: int) -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + shift.to_bytes(2, "little")
    assert kind.media_type(head.ljust(4096, b"\0")) == kind.OLE
