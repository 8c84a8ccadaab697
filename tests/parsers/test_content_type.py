"""Types by content: names and declared types are never believed."""

from __future__ import annotations

import io
import struct
import zipfile

import openpyxl
import pytest
import xlwt
from docx import Document as WordDocument
from hypothesis import given
from hypothesis import strategies as st

from parsers import content_type as kind
from parsers.content_type import media_type
from parsers.ole_directory import MOST_ENTRIES, ole_directory
from tests.parsers.mails import attach, mail, photograph, rar4, rar5, raw, saved, tnef, zipped


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _xls() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "x")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _docx() -> bytes:
    target = io.BytesIO()
    WordDocument().save(target)
    return target.getvalue()


def _stored_odf(of: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{of}")
        archive.writestr("content.xml", "<x/>")
    return target.getvalue()


PICTURE = photograph((120, 90))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (_xlsx(), kind.XLSX),
        (_xls(), kind.XLS),
        (_docx(), kind.DOCX),
        (_stored_odf("text"), kind.ODT),
        (_stored_odf("spreadsheet"), kind.ODS),
        (zipped(("content.xml", b"<x/>"), ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")), kind.ODS),
        (zipped(("[Content_Types].xml", b""), ("xl/workbook.xml", b""), ("xl/vbaProject.bin", b"")), kind.XLSM),
        (zipped(("[Content_Types].xml", b""), ("xl/workbook.bin", b"")), kind.XLSB),
        (zipped(("[Content_Types].xml", b""), ("ppt/presentation.xml", b"")), kind.PPTX),
        (zipped(("[Content_Types].xml", b""), ("word/document2.xml", b"")), kind.DOCX),  # as Microsoft 365 writes it
        (zipped(("a.txt", b"a")), kind.ZIP),
        (zipped(), kind.ZIP),
        (zipped(("META-INF/MANIFEST.MF", b""), ("a.class", b"")), kind.EXECUTABLE),
        (rar4(("a", b"a")), kind.RAR),
        (rar5(("a", b"a")), kind.RAR),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", kind.SEVEN_ZIP),
        (b"%PDF-1.4\n", kind.PDF),
        (b"\r\n\x00junk of a scanner\r\n%PDF-1.3\n", kind.PDF),
        (b"{\\rtf1\\ansi", kind.RTF),
        (saved(PICTURE), kind.JPEG),
        (saved(PICTURE, "PNG"), kind.PNG),
        (saved(PICTURE, "GIF"), kind.GIF),
        (saved(PICTURE, "WEBP"), kind.WEBP),
        (saved(PICTURE, "BMP"), kind.BMP),
        (saved(PICTURE, "TIFF"), kind.TIFF),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", kind.HEIC),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><style> a</style></svg>', kind.SVG),
        (b"<html><body><table><tr><td>1", kind.HTML),
        (b"  <!DOCTYPE html>\n<html>", kind.HTML),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>', kind.XLS_XML),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w>', kind.DOC_XML),
        (b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>', kind.HTML),
        (tnef((b"a", b"b")), kind.TNEF),
        (raw(attach(mail(), "a.bin", b"abc")), kind.EML),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n\r\n<html>", kind.MHTML),
        (b"From a@b Tue Oct 13 08:00:00 2020\nFrom: a@b\n\nhi\n\nFrom a@b Tue Oct 13 08:00:00 2020\nFrom: c\n\nx", kind.MBOX),
        (b"DKIM-Signature: v=1\r\nX-UIDL: 12\r\nThread-Topic: a\r\nFrom: a@b\r\nSubject: c\r\n\r\nhi", kind.EML),
        (b"Content-Type: multipart/mixed;\r\n boundary=foo\r\n\r\n--foo\r\n\r\nx\r\n--foo--", kind.EML),
        ("Ghi chú: chưa đủ\nDate: 12/10\nđã nộp".encode(), kind.TEXT),
        (b"\x60\xea\x2f\0", kind.ARJ),
        (b"\x20\0-lh5-", kind.LHA),
        (b"begin 644 a.doc\n#86)C\n`\nend\n", kind.UUENCODE),
        (b"STT;Noi dung;So\n1;Cac lop;3\n2;Tin bai;4\n", kind.CSV),
        ("Kính gửi Phòng Giáo dục\nXã gửi báo cáo".encode(), kind.TEXT),
        ("Kính gửi".encode("utf-16"), kind.TEXT),
        (b"MZ" + bytes(100), kind.EXECUTABLE),
        (b"\x7fELF\x02", kind.EXECUTABLE),
        (b"", kind.EMPTY),
        (bytes(range(256)) * 4, kind.UNKNOWN),
        (b'{"url": "https://docs.google.com/open?id=1"}', kind.LINK_STUB),
    ],
)
@pytest.mark.parametrize("name", ["", "noname", "Bao cao.xls", "anh.jpg"])
def test_the_bytes_decide_and_not_the_name(data: bytes, expected: str, name: str) -> None:
    assert media_type(data, name) == expected


def test_scripts_and_lock_files_are_known_by_name_where_bytes_cannot_tell() -> None:
    assert media_type(b"del *.*", "Bao cao.docx.bat") == kind.SCRIPT
    assert media_type(b"\x05Admin" + bytes(150), "~$ cao tuan le.docx") == kind.LOCK_FILE
    assert media_type(b"a,b\n1,2\n", "so lieu.csv") == kind.CSV
    assert media_type(b"Subject: bc\n\nxin gui", "thu.eml") == kind.EML
    assert media_type(b"Subject: bc\n\nxin gui", "thu.txt") == kind.TEXT


def test_a_docx_cut_short_is_still_told_from_a_zip() -> None:
    assert media_type(_docx()[:4000]) == kind.DOCX


def test_a_crowded_ole_file_is_seen_as_such_at_once() -> None:
    sectors = 2000
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<III", 0, 20, 20) + bytes(4) + struct.pack("<IIIII", 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *range(20), *[0xFFFFFFFF] * 89)
    chain = b"".join(struct.pack("<I", number + 1) for number in range(20 * 128))
    directory = (
        (bytes(64) + struct.pack("<HBB", 2, 1, 1) + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 1) + bytes(48)) * 4 * sectors
    )
    assert ole_directory(head[:512].ljust(512, b"\0") + chain + directory).entries > MOST_ENTRIES
    assert not ole_directory(_xls()).is_crowded
    assert ole_directory(head[:30] + bytes(2) + head[32:].ljust(5_000, b"\0")).names == frozenset()  # sectors of no size
    assert "workbook" in ole_directory(_xls()).names


@given(
    st.binary(max_size=600),
    st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"BM", b"0\x82"]),
)
def test_any_bytes_have_a_type(noise: bytes, start: bytes) -> None:
    assert media_type(start + noise, "a")
