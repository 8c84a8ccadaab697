"""Containers: everything inside comes out once, with a readable path; what stays shut says why; nothing explodes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable

import libarchive
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile

from config.errors import ParseError
from parsers import content_type as kind
from parsers.allowance import Limits
from parsers.containers import open_all, unpack
from parsers.message import read_envelope_and_parts
from parsers.values import DocumentFate
from parsers.watch import Watch
from tests.parsers.mails import (
    by_hand,
    leaf,
    photograph,
    rar4,
    rar5,
    raw,
    tnef,
    zipped,
    zipped_with_raw_names,
)
from tests.parsers.opened_files import JPEG, TEXT, contents, docx_with, forward, ole_streams, opened


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


@pytest.mark.parametrize(("press", "ending"), [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")])
def test_a_compressed_workbook_stays_one_file(press: Callable[[bytes], bytes], ending: str) -> None:
    data = docx_with(JPEG)
    found = opened(press(data[:500]) + press(data[500:]), f"bc.docx.{ending}")  # in two pieces, as fast packers write it
    assert found[f"bc.docx.{ending}/bc.docx"].leaf.data == data
    assert found[f"bc.docx.{ending}/bc.docx"].media_type == kind.DOCX


@pytest.mark.parametrize(("press", "ending"), [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")])
def test_a_compressed_file_that_swells_is_refused(press: Callable[[bytes], bytes], ending: str) -> None:
    (found,) = opened(press(bytes(20_000_000)), f"a.{ending}").values()
    assert found.fate is DocumentFate.REFUSED


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


def test_a_member_without_a_name_is_a_file_like_the_others() -> None:
    found = contents(opened(zipped_with_raw_names((b"", TEXT), (b"a.jpg", JPEG))))
    assert list(found.values()) == [TEXT, JPEG]
    assert opened(zipped_with_raw_names((b"", b""), (b"ppt/media/image1.jpg", JPEG), (b"[Content_Types].xml", b"")), "a.pptx")


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


def test_what_is_refused_inside_a_file_is_said_once_and_there_is_an_end_to_it() -> None:
    target = io.BytesIO(docx_with(JPEG))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as document:
        for number in range(40):
            document.writestr(f"word/media/image{number + 2}.png", bytes(9_000_000))
    found = opened(target.getvalue(), "tep.docx", Limits(parts=30))
    assert found["tep.docx"].fate is None
    refused = [each for each in found.values() if each.leaf.refusal.vi]
    assert len(refused) <= 30
    assert {len(each.findings) for each in refused} == {1}
    (told,) = found["tep.docx"].findings
    assert "tối đa 30 tệp" in told.text.vi


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


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", _protected_zip()),
        ("a.rar", rar4(("a.txt", TEXT), protected=True)),
        ("a.xlsx", ole_streams(("EncryptionInfo", b"\x04\x00\x04\x00"), ("EncryptedPackage", bytes(100)))),
        ("a.doc", ole_streams(("WordDocument", b"\xec\xa5\xc1\x00" + bytes(6) + b"\x00\x01"), ("Data", b""))),
        (
            "a.xls",
            ole_streams(
                ("Workbook", struct.pack("<HH", 0x809, 4) + bytes(4) + struct.pack("<HH", 0x2F, 6) + bytes(6)), ("Data", b"")
            ),
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


@pytest.mark.parametrize("data", [bytes(5_000), bytes(range(256)) * 20, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5_000])
def test_a_document_of_which_only_the_name_is_left_is_unreadable_and_something_else_is_not_ours(data: bytes) -> None:
    (report,) = opened(data, "Bao cao.doc").values()
    assert (report.fate, [each.code for each in report.findings]) == (DocumentFate.UNREADABLE, ["D-UNREADABLE"])
    (other,) = opened(data, "du lieu.bin").values()
    assert other.fate is not DocumentFate.UNREADABLE


def test_a_file_of_apples_programs_is_asked_for_in_another_form() -> None:
    (found,) = opened(zipped(("Index/Document.iwa", b"x"), ("preview.jpg", JPEG)), "so lieu.numbers").values()
    assert found.fate is DocumentFate.REFUSED
    assert "Excel" in found.why.vi


def test_macros_are_read_but_told() -> None:
    data = zipped(("[Content_Types].xml", b""), ("xl/workbook.xml", b""), ("xl/vbaProject.bin", b"x"))
    found = opened(data, "a.xlsm")["a.xlsm"]
    assert found.fate is None
    assert [finding.code for finding in found.findings] == ["D-MACRO"]


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


@pytest.mark.parametrize(
    "data",
    [
        rar5(*[("", b"")] * 700),
        rar4(*[("a.txt", TEXT)] * 700)[:-10].replace(b"a.txt", b"\0.txt"),
        b"MSCF" + bytes(24) + struct.pack("<HHHHH", 60_000, 0, 0, 0, 0) + bytes(900),
    ],
    ids=["rar 5", "rar 4", "cab"],
)
def test_the_outside_program_is_not_asked_for_more_files_than_are_taken(data: bytes) -> None:
    asked: list[str] = []

    def outside(_data: bytes, media_type: str) -> Iterable[tuple[str, bytes]]:
        asked.append(media_type)
        return []

    found = open_all((leaf(data, "a"),), convert=outside)
    assert asked == []
    assert "quá nhiều tệp" in found[0].why.vi


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
    tnef((b"a.txt", TEXT)), raw(forward()), docx_with(JPEG), ole_streams(("WordDocument", b"\xec\xa5"), ("Data", b"x")),
    _PDF.getvalue(),
)  # fmt: skip


def test_a_file_that_ended_a_reader_stays_shut_and_the_next_one_is_told_before_it_is_opened() -> None:
    deadly, good = leaf(zipped(("a.jpg", JPEG)), "xau.zip"), leaf(docx_with(JPEG), "tot.docx")
    told: list[str] = []
    found = open_all((deadly, good), watch=Watch(opening=told.append, deadly=frozenset({deadly.sha256})))
    assert [(each.leaf.name, each.fate) for each in found[:2]] == [("xau.zip", DocumentFate.UNREADABLE), ("tot.docx", None)]
    assert "gửi lại" in found[0].why.vi
    assert told == [each.leaf.sha256 for each in found]
