"""Containers: everything inside comes out once, with a readable path; what stays shut says why; nothing explodes."""

from __future__ import annotations

import binascii
import io
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Iterable
from email.message import EmailMessage

import libarchive
import openpyxl
import pypdfium2
import pytest
import tnefparse
from docx import Document as WordDocument
from hypothesis import given, settings
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.drawing.image import Image as SheetImage
from PIL import Image

from config.errors import ParseError
from parsers import content_type as kind
from parsers.allowance import Limits
from parsers.containers import OpenedLeaf, open_all, unpack
from parsers.message import read_envelope_and_parts
from parsers.tnef import read_tnef
from parsers.values import DocumentFate
from tests.parsers.mails import (
    attach,
    by_hand,
    leaf,
    mail,
    ole,
    outlook,
    page_picture,
    photograph,
    rar4,
    rar5,
    raw,
    saved,
    tnef,
    zipped,
    zipped_with_raw_names,
)

JPEG = saved(photograph((320, 240)))
TEXT = "Kính gửi Phòng Giáo dục và Đào tạo".encode()


def opened(data: bytes, name: str = "tep.zip", limits: Limits | None = None) -> dict[str, OpenedLeaf]:
    found = open_all((leaf(data, name),), limits)
    assert len({each.leaf.path for each in found}) == len(found)
    return {each.leaf.path: each for each in found}


def contents(found: dict[str, OpenedLeaf]) -> dict[str, bytes]:
    return {path: each.leaf.data for path, each in found.items() if not each.is_container}


def seven_zip(*members: tuple[str, bytes], form: str = "7zip") -> bytes:
    gathered = bytearray()

    def take(block: bytes) -> int:
        gathered.extend(block)
        return len(block)

    with libarchive.custom_writer(take, form) as archive:
        for name, content in members:
            archive.add_file_from_memory(name, len(content), content)
    return bytes(gathered)


@pytest.mark.parametrize("pack", [zipped, rar4, rar5, seven_zip])
def test_an_archive_gives_its_files_with_their_folders(pack: object) -> None:
    data = pack(("Ảnh/khai mạc 1.jpg", JPEG), ("Báo cáo.txt", TEXT))  # type: ignore[operator] # one of four packers
    found = contents(opened(data, "Ha ta.bin"))
    assert found == {"Ha ta.bin/Ảnh/khai mạc 1.jpg": JPEG, "Ha ta.bin/Báo cáo.txt": TEXT}


def test_an_archive_in_an_archive_in_an_archive() -> None:
    data = zipped(("trong.rar", rar4(("sau.7z", seven_zip(("a.jpg", JPEG))))))
    found = opened(data)
    assert found["tep.zip/trong.rar/sau.7z/a.jpg"].leaf.data == JPEG
    assert found["tep.zip/trong.rar/sau.7z/a.jpg"].parent == "tep.zip/trong.rar/sau.7z"
    assert [each.is_container for each in found.values()] == [True, True, True, False]


@pytest.mark.parametrize("form", ["gnutar", "ustar"])
def test_a_tar_in_gzip(form: str) -> None:
    packed = zlib.compressobj(wbits=31)
    data = packed.compress(seven_zip(("anh.jpg", JPEG), form=form)) + packed.flush()
    assert contents(opened(data, "anh.tar.gz")) == {"anh.tar.gz/anh.tar/anh.jpg": JPEG}


@pytest.mark.parametrize(
    ("raw_name", "shown"),
    [
        ("Báo cáo xã Quài Tở.txt".encode(), "Báo cáo xã Quài Tở.txt"),
        ("Ba\u0301o ca\u0301o To\u0309a Ti\u0300nh.txt".encode("cp1258"), "Báo cáo Tỏa Tình.txt"),
        ("Ba\u0301o ca\u0301o.txt".encode(), "Báo cáo.txt"),
        ("B¸o c¸o x· Quµi N­a.txt".encode("latin-1"), "Báo cáo xã Quài Nưa.txt"),
        (b"Anh\\ngay 1\\a.txt", "Anh/ngay 1/a.txt"),
    ],
)
def test_names_in_a_zip_without_the_utf8_flag(raw_name: bytes, shown: str) -> None:
    assert list(contents(opened(zipped_with_raw_names((raw_name, TEXT))))) == [f"tep.zip/{shown}"]


def test_names_are_shown_and_never_paths() -> None:
    data = zipped_with_raw_names(
        (b"../../etc/passwd", TEXT),
        (b"/abs.txt", TEXT),
        (b"C:\\x.txt", TEXT),
        (b"a\x00b.txt", TEXT),
        ("x\u202etxt.exe".encode(), TEXT),
    )
    paths = list(contents(opened(data)))
    assert len(paths) == 5
    assert "tep.zip/x\\u202etxt.exe" in paths
    assert all(path.startswith("tep.zip/") and "\x00" not in path for path in paths)


def test_names_that_differ_only_in_case_or_not_at_all_stay_apart() -> None:
    data = zipped_with_raw_names((b"a.txt", b"mot"), (b"A.TXT", b"hai"), (b"a.txt", b"ba"))
    assert sorted(contents(opened(data)).values()) == [b"ba", b"hai", b"mot"]


def test_a_symbolic_link_is_no_file() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        info = zipfile.ZipInfo("lien ket")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    link = opened(target.getvalue())["tep.zip/lien ket"]
    assert link.fate is DocumentFate.REFUSED
    assert link.leaf.data == b""


def test_a_zip_bomb_is_refused_before_it_is_inflated() -> None:
    bomb = zipped(("a.txt", bytes(60 * 1024 * 1024)))
    started = time.process_time()
    found = opened(bomb)
    assert time.process_time() - started < 1
    assert found["tep.zip"].fate is DocumentFate.REFUSED
    assert "phình ra" in found["tep.zip"].why.vi
    assert len(found) == 1


def test_a_zip_whose_headers_lie_about_the_size_is_stopped_while_reading() -> None:
    bomb = bytearray(zipped(("a.bin", bytes(40 * 1024 * 1024))))
    small = struct.pack("<I", 1000)
    at = bomb.rindex(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = small
    bomb[22:26] = small
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = opened(bytes(bomb))
    assert found["tep.zip/a.bin"].fate is DocumentFate.REFUSED
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024


def test_zips_in_zips_to_the_bottom_are_refused_at_the_limit() -> None:
    data = TEXT
    for number in range(12):
        data = zipped((f"{number}.zip" if number else "a.txt", data))
    found = opened(data)
    deepest = found[max(found, key=len)]
    assert deepest.fate is DocumentFate.REFUSED
    assert "lồng nhau" in deepest.why.vi
    assert len(found) == 6


def test_a_hundred_thousand_members_are_refused_in_a_moment() -> None:
    data = zipped_with_raw_names(*[(b"%d.txt" % number, b"") for number in range(100_000)])
    started = time.process_time()
    found = opened(data)
    assert time.process_time() - started < 0.3
    assert found["tep.zip"].fate is DocumentFate.REFUSED
    assert "quá nhiều tệp" in found["tep.zip"].why.vi


def test_the_limits_are_shared_by_all_files_of_a_mail_and_good_files_stay() -> None:
    limits = Limits(total_bytes=5_000, parts=50)
    leaves = (leaf(zipped(("a.txt", b"a" * 3000)), "1.zip"), leaf(zipped(("b.txt", b"b" * 3000)), "2.zip"), leaf(JPEG, "anh.jpg"))
    found = {each.leaf.path: each for each in open_all(leaves, limits)}
    assert found["1.zip/a.txt"].leaf.data == b"a" * 3000
    assert found["2.zip"].fate is DocumentFate.REFUSED
    assert found["anh.jpg"].fate is None


def test_one_damaged_member_does_not_hide_the_others() -> None:
    data = bytearray(zipped_with_raw_names((b"1.txt", b"mot " * 9), (b"2.txt", b"hai " * 9), (b"3.txt", b"ba  " * 9)))
    data[data.index(b"hai")] ^= 0xFF
    found = opened(bytes(data))
    assert found["tep.zip/2.txt"].fate is DocumentFate.REFUSED
    assert "bị hỏng" in found["tep.zip/2.txt"].why.vi
    assert found["tep.zip/1.txt"].leaf.data == b"mot " * 9
    assert found["tep.zip/3.txt"].leaf.data == b"ba  " * 9


def test_a_zip_cut_short_is_unreadable_and_says_so() -> None:
    cut = opened(zipped(("a.jpg", JPEG))[:-200])["tep.zip"]
    assert cut.fate is DocumentFate.UNREADABLE
    assert "gửi lại" in cut.why.vi


def _protected_zip() -> bytes:
    data = bytearray(zipped(("a.txt", TEXT)))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _ole(*streams: tuple[str, bytes]) -> bytes:
    return ole(dict(streams))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", _protected_zip()),
        ("a.rar", rar4(("a.txt", TEXT), protected=True)),
        ("a.xlsx", _ole(("EncryptionInfo", b"\x04\x00\x04\x00"), ("EncryptedPackage", bytes(100)))),
        ("a.doc", _ole(("WordDocument", b"\xec\xa5\xc1\x00" + bytes(6) + b"\x00\x01"), ("Data", b""))),
        (
            "a.xls",
            _ole(("Workbook", struct.pack("<HH", 0x809, 4) + bytes(4) + struct.pack("<HH", 0x2F, 6) + bytes(6)), ("Data", b"")),
        ),
    ],
)
def test_a_file_with_a_password_is_refused_in_words(name: str, data: bytes) -> None:
    found = opened(data, name)[name]
    assert found.fate is DocumentFate.REFUSED
    assert found.why.vi.startswith("tệp có mật khẩu")
    assert [finding.code for finding in found.findings] == ["D-PASSWORD"]


@pytest.mark.parametrize(("password", "fate"), [("VelvetSweatshop", DocumentFate.USED), ("mat khau", DocumentFate.REFUSED)])
def test_excels_own_password_opens_and_a_persons_does_not(password: str, fate: DocumentFate) -> None:
    book, target = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(book)
    OOXMLFile(io.BytesIO(book.getvalue())).encrypt(password, target)
    found = opened(target.getvalue(), "so lieu.xlsx")
    assert found["so lieu.xlsx"].fate is fate
    assert [each.media_type for each in found.values()][1:] == ([kind.XLSX] if fate is DocumentFate.USED else [])


def test_a_file_that_asks_for_endless_rounds_of_hashing_is_refused_at_once() -> None:
    book, target = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(book)
    OOXMLFile(io.BytesIO(book.getvalue())).encrypt("VelvetSweatshop", target)
    slow = target.getvalue().replace(b'spinCount="100000"', b'spinCount="999999"')
    assert slow != target.getvalue()
    started = time.process_time()
    assert opened(slow, "a.xlsx")["a.xlsx"].fate is DocumentFate.REFUSED
    assert time.process_time() - started < 0.2


def test_a_password_on_one_member_does_not_hide_the_others() -> None:
    data = bytearray(zipped_with_raw_names((b"1.txt", TEXT), (b"2.txt", TEXT)))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    found = opened(bytes(data))
    assert found["tep.zip/1.txt"].why.vi.startswith("tệp có mật khẩu")
    assert found["tep.zip/2.txt"].leaf.data == TEXT


@pytest.mark.parametrize(
    ("name", "data"),
    [("Báo cáo.docx.exe", b"MZ" + bytes(90)), ("a.bat", b"del *"), ("a.js", b"alert(1)"), ("a.scr", b"MZ" + bytes(90))],
)
def test_programs_are_refused_wherever_they_hide(name: str, data: bytes) -> None:
    for found in (opened(data, name)[name], opened(zipped((name, data)))[f"tep.zip/{name}"]):
        assert found.fate is DocumentFate.REFUSED
        assert "không mở" in found.why.vi


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("~$ cao.docx", b"\x05Admin" + bytes(156)),
        ("VID_1.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"),
        ("a.txt", b""),
    ],
)
def test_junk_is_ignored_with_a_reason(name: str, data: bytes) -> None:
    found = opened(data, name)[name]
    assert found.fate is DocumentFate.IGNORED
    assert found.why.vi


def test_macros_are_read_but_told() -> None:
    data = zipped(("[Content_Types].xml", b""), ("xl/workbook.xml", b""), ("xl/vbaProject.bin", b"x"))
    found = opened(data, "a.xlsm")["a.xlsm"]
    assert found.fate is None
    assert [finding.code for finding in found.findings] == ["D-MACRO"]


def _docx_with(*pictures: bytes) -> bytes:
    document = WordDocument()
    for picture in pictures:
        document.add_picture(io.BytesIO(picture))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def test_pictures_in_word_and_excel_come_out_and_the_document_stays() -> None:
    other = saved(photograph((400, 300), seed=2))
    book = openpyxl.Workbook()
    book.active.add_image(SheetImage(io.BytesIO(JPEG)), "B2")
    target = io.BytesIO()
    book.save(target)
    word = opened(_docx_with(JPEG, other), "Báo cáo.docx")
    assert not word["Báo cáo.docx"].is_container
    assert word["Báo cáo.docx"].fate is None
    assert word["Báo cáo.docx/word/media/image1.jpg"].leaf.data == JPEG
    assert word["Báo cáo.docx/word/media/image2.jpg"].leaf.data == other
    assert JPEG in contents(opened(target.getvalue(), "a.xlsx")).values()


def test_pictures_in_an_old_word_file_come_out_once() -> None:
    def blip(picture: bytes) -> bytes:
        return struct.pack("<HHI", 0x46A0, 0xF01D, len(picture) + 17) + bytes(17) + picture

    small = saved(photograph((60, 40)), quality=30)[:1500]
    data = _ole(("WordDocument", b"\xec\xa5\xc1\x00" + bytes(20)), ("Data", b"junk" + blip(small) + b"more" + blip(small)))
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


def test_a_picture_in_rich_text_comes_out() -> None:
    data = b"{\\rtf1{\\pict\\picw10\\jpegblip\n" + JPEG.hex().encode() + b"}}"
    assert contents(opened(data, "a.rtf"))["a.rtf/image1.jpg"] == JPEG


def _forward(**options: object) -> EmailMessage:
    outer = mail("Fwd: bc")
    outer.add_attachment(
        attach(mail("bc trường", sender="Trường THCS <thcs@truong.example>"), "anh.jpg", JPEG, "image/jpeg"), **options
    )
    return outer


def test_a_forwarded_mail_is_opened_and_its_files_keep_their_place_in_the_raw_mail() -> None:
    stored = raw(_forward())
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


def test_a_file_without_a_name_has_a_path_that_says_what_it_is() -> None:
    stored = by_hand(b"\r\nKinh gui", b"Content-Type: image/jpeg\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + JPEG)
    found = open_all(read_envelope_and_parts(stored).leaves)
    assert [(each.leaf.path, each.leaf.name) for each in found] == [("tệp không tên 2.jpg", "")]


def test_the_outside_program_is_asked_for_what_libarchive_cannot_open() -> None:
    broken = rar4(("a.txt", TEXT))[:40]
    asked: list[str] = []

    def outside(data: bytes, media_type: str) -> Iterable[tuple[str, bytes]]:
        asked.append(media_type)
        return [("a.txt", TEXT)] if data == broken else []

    found = open_all((leaf(broken, "a.rar"),), convert=outside)
    assert asked == [kind.RAR]
    assert [each.leaf.path for each in found] == ["a.rar", "a.rar/a.txt"]


def test_an_outside_program_that_fails_leaves_words() -> None:
    def outside(_data: bytes, _media_type: str) -> Iterable[tuple[str, bytes]]:
        message = "unar: no"
        raise ParseError(message)

    found = unpack(leaf(rar4(("a.txt", TEXT))[:40], "a.rar"), convert=outside)
    assert found.fate is DocumentFate.UNREADABLE
    assert found.why.vi


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 8), st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), max_size=6), st.integers(0, 100_000))
def test_damaged_containers_never_raise(which: int, flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(_SAMPLES[which])
    for at, value in flips:
        data[at % len(data)] = value
    opened(bytes(data[: max(1, cut % (len(data) * 2))]), "a")


_PDF = io.BytesIO()
photograph((200, 150)).save(_PDF, "PDF")
_SAMPLES = (
    zipped(("a.txt", TEXT), ("b.jpg", JPEG)), rar4(("a.txt", TEXT)), rar5(("a.txt", TEXT)), seven_zip(("a.txt", TEXT)),
    tnef((b"a.txt", TEXT)), raw(_forward()), _docx_with(JPEG), _ole(("WordDocument", b"\xec\xa5"), ("Data", b"x")),
    _PDF.getvalue(),
)  # fmt: skip
