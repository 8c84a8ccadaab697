"""Pictures in documents, and mails in mails: what is inside comes out, once, and keeps its place."""

from __future__ import annotations

import binascii
import io
import struct
import time
import zlib

import openpyxl
import pypdfium2
import pytest
import tnefparse
from openpyxl.drawing.image import Image as SheetImage
from PIL import Image

from parsers import content_type as kind
from parsers.containers import open_all
from parsers.message import read_envelope_and_parts
from parsers.tnef import read_tnef
from parsers.values import DocumentFate
from tests.parsers.mails import (
    attach,
    mail,
    ole,
    outlook,
    page_picture,
    photograph,
    raw,
    saved,
    tnef,
)
from tests.parsers.opened_files import JPEG, TEXT, contents, docx_with, forward, ole_streams, opened


def test_pictures_in_word_and_excel_come_out_and_the_document_stays() -> None:
    other = saved(photograph((400, 300), seed=2))
    book = openpyxl.Workbook()
    book.active.add_image(SheetImage(io.BytesIO(JPEG)), "B2")
    target = io.BytesIO()
    book.save(target)
    word = opened(docx_with(JPEG, other), "Báo cáo.docx")
    assert not word["Báo cáo.docx"].is_container
    assert word["Báo cáo.docx"].fate is None
    assert word["Báo cáo.docx/word/media/image1.jpg"].leaf.data == JPEG
    assert word["Báo cáo.docx/word/media/image2.jpg"].leaf.data == other
    assert JPEG in contents(opened(target.getvalue(), "a.xlsx")).values()


def test_pictures_in_an_old_word_file_come_out_once() -> None:
    def blip(picture: bytes) -> bytes:
        return struct.pack("<HHI", 0x46A0, 0xF01D, len(picture) + 17) + bytes(17) + picture

    small = saved(photograph((60, 40)), quality=30)[:1500]
    data = ole_streams(("WordDocument", b"\xec\xa5\xc1\x00" + bytes(20)), ("Data", b"junk" + blip(small) + b"more" + blip(small)))
    assert contents(opened(data, "bc.doc"))["bc.doc/image1.jpg"] == small
    assert len(opened(data, "bc.doc")) == 2


def test_photos_in_a_pdf_come_out_and_scanned_pages_do_not() -> None:
    pages = [page_picture(), photograph((1240, 900)), page_picture(seed=2)]
    target = io.BytesIO()
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:])
    found = opened(target.getvalue(), "bc.pdf")
    assert list(found) == ["bc.pdf", "bc.pdf/trang 2.jpg"]
    assert Image.open(io.BytesIO(found["bc.pdf/trang 2.jpg"].leaf.data)).size == (1240, 900)


def test_a_pdf_of_ten_thousand_pages_and_one_with_a_huge_picture_take_no_time() -> None:
    book = pypdfium2.PdfDocument.new()
    for _ in range(10_000):
        book.new_page(595, 842)
    many, huge = io.BytesIO(), io.BytesIO()
    book.save(many)
    Image.new("1", (30_000, 20_000)).save(huge, "PDF")
    started = time.process_time()
    assert list(opened(many.getvalue(), "bc.pdf")) == ["bc.pdf"]
    assert list(opened(huge.getvalue(), "bc.pdf")) == ["bc.pdf"]
    assert time.process_time() - started < 2


@pytest.mark.parametrize(("drawn", "times"), [(b" ", 100_000_000), (b"BT (aaaaaaaaaa) Tj 0 1 Td ET ", 400_000)])
def test_a_page_that_swells_is_refused_before_it_is_drawn(drawn: bytes, times: int) -> None:
    pressed = zlib.compress(drawn * times, 9)
    head = b"%PDF-1.5\n1 0 obj\n<</Length " + str(len(pressed)).encode() + b"/Filter/FlateDecode>>stream\n"
    began = time.process_time()
    (found,) = opened(head + pressed + b"\nendstream\nendobj\n", "bc.pdf").values()
    assert found.fate is DocumentFate.REFUSED
    assert time.process_time() - began < 2


def test_a_picture_in_rich_text_comes_out() -> None:
    data = b"{\\rtf1{\\pict\\picw10\\jpegblip\n" + JPEG.hex().encode() + b"}}"
    assert contents(opened(data, "a.rtf"))["a.rtf/image1.jpg"] == JPEG


def test_a_forwarded_mail_is_opened_and_its_files_keep_their_place_in_the_raw_mail() -> None:
    stored = raw(forward())
    found = open_all(read_envelope_and_parts(stored).leaves)
    photo = next(each for each in found if each.media_type == kind.JPEG)
    assert photo.leaf.data == JPEG
    assert photo.leaf.slice is not None
    place = photo.leaf.slice
    assert stored[place.offset : place.offset + place.length].startswith(b"/9j/")
    assert any(each.leaf.path.endswith("nội dung thư.txt") for each in found)


def test_a_forwarded_mail_in_base64_is_opened() -> None:
    inner = raw(attach(mail("trong"), "anh.jpg", JPEG, "image/jpeg"))
    stored = raw(attach(mail(), "thu.eml", inner, "application/octet-stream")).replace(
        b"application/octet-stream", b"message/rfc822"
    )
    found = open_all(read_envelope_and_parts(stored).leaves)
    assert [each.leaf.path for each in found] == ["thu.eml", "thu.eml/nội dung thư.txt", "thu.eml/anh.jpg"]
    assert found[2].leaf.data == JPEG


def test_winmail_dat_is_opened_with_names_in_windows_1258() -> None:
    name = "Ba\u0301o ca\u0301o.txt".encode("cp1258")
    found = opened(tnef((name, TEXT), (b"anh.jpg", JPEG), body=b"Kinh gui"), "winmail.dat")
    assert contents(found) == {
        "winmail.dat/nội dung thư.txt": b"Kinh gui",
        "winmail.dat/Báo cáo.txt": TEXT,
        "winmail.dat/anh.jpg": JPEG,
    }


def test_tnefparse_finds_the_same_files_in_a_winmail_dat() -> None:
    data = tnef((b"bao cao.txt", TEXT), (b"anh.jpg", JPEG))
    theirs = [(each.long_filename(), each.data) for each in tnefparse.TNEF(data, do_checksum=False).attachments]
    assert [(each.name, each.data) for each in read_tnef(data).files] == theirs


def test_a_winmail_dat_cut_short_keeps_what_is_whole() -> None:
    found = opened(tnef((b"a.txt", TEXT), (b"anh.jpg", JPEG))[:-400], "winmail.dat")
    assert found["winmail.dat/a.txt"].leaf.data == TEXT
    assert found["winmail.dat"].fate is DocumentFate.UNREADABLE


@pytest.mark.parametrize("kind_of_value", [0x101E, 0x1003, 0x1048])
def test_a_winmail_dat_of_fifty_bytes_that_promises_billions_of_values_takes_no_time(kind_of_value: int) -> None:
    promise = struct.pack("<IHHI", 0xFFFFFFFF, kind_of_value, 1, 0xFFFFFFFF)
    data = b"\x78\x9f\x3e\x22\x01\x00" + struct.pack("<BHHI", 1, 0x9003, 0, 2 * len(promise)) + promise * 2
    started = time.process_time()
    opened(data, "winmail.dat")
    assert time.process_time() - started < 0.5


def test_a_saved_outlook_message_is_opened_and_the_message_inside_it() -> None:
    inner = outlook({0x0037: "bc trường", 0x1000: "Nội dung trong"}, {"ảnh.jpg": JPEG}, embedded=True)
    data = ole(outlook({0x0037: "Fwd", 0x1000: "Kính gửi"}, {"Báo cáo.txt": TEXT, "bc trường": inner}))
    found = opened(data, "thu.msg")
    assert found["thu.msg"].media_type == kind.MSG
    assert list(found)[1:] == [
        "thu.msg/nội dung thư.txt", "thu.msg/Báo cáo.txt", "thu.msg/bc trường/nội dung thư.txt", "thu.msg/bc trường/ảnh.jpg",
    ]  # fmt: skip
    assert found["thu.msg/Báo cáo.txt"].leaf.data.rstrip(b"\0") == TEXT
    assert found["thu.msg/bc trường/ảnh.jpg"].leaf.data.startswith(JPEG)
    assert found["thu.msg/nội dung thư.txt"].leaf.data.decode() == "Kính gửi"


def test_an_outlook_message_with_ten_thousand_recipients_takes_no_time() -> None:
    tree = outlook({0x0037: "Fwd"}, {"a.txt": TEXT})
    data = ole({f"__recip_version1.0_#{number:08X}": {} for number in range(10_000)} | tree)
    started = time.process_time()
    assert opened(data, "thu.msg")["thu.msg"].fate is DocumentFate.REFUSED
    assert time.process_time() - started < 0.5


def test_an_mbox_gives_its_mails() -> None:
    box = b"".join(b"From a@b.example Tue Oct 13 08:00:00 2020\n" + raw(attach(mail(), "a.jpg", JPEG)) + b"\n" for _ in range(2))
    assert list(contents(opened(box, "hop thu")).values()).count(JPEG) == 2


def test_a_uuencoded_attachment_is_opened() -> None:
    lines = b"".join(binascii.b2a_uu(TEXT[at : at + 45]) for at in range(0, len(TEXT), 45))
    found = contents(opened(b"begin 644 bao cao.txt\n" + lines + b"`\nend\n", "uu.txt"))
    assert found == {"uu.txt/bao cao.txt": TEXT}
