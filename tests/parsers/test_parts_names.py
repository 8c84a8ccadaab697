"""Names of parts and words of headers, as clients really write them."""

from __future__ import annotations

import base64
import time
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.body import address_list
from parsers.part_names import archived_name, decode_bytes, decode_words, part_name, readable, structured

NAME = "Báo cáo tổng kết xã Quài Tở.xlsx"


def name_in(disposition: bytes, content_type: bytes = b"application/octet-stream") -> str:
    return part_name(disposition=structured(disposition), content_type=structured(content_type))


def _cut_2231(name: str, at: int) -> bytes:
    raw = name.encode()
    first, second = quote(raw[:at]), quote(raw[at:])
    return f"attachment; filename*0*=utf-8''{first};\r\n filename*1*={second}".encode()


@pytest.mark.parametrize(
    "disposition",
    [
        f"attachment; filename*=UTF-8''{quote(NAME)}".encode(),
        f"attachment; filename*=utf-8'vi'{quote(NAME)}; filename=\"B?o c?o.xlsx\"".encode(),
        b'attachment; filename="=?utf-8?B?' + base64.b64encode(NAME.encode()) + b'?="',
        b"attachment; filename==?utf-8?B?" + base64.b64encode(NAME.encode()) + b"?=",
        f'attachment; filename="{NAME}"'.encode(),
        f"attachment; filename={NAME}; size=12".encode(),
        f"attachment; filename={NAME}".encode(),
        b'attachment; filename="' + unicodedata.normalize("NFD", NAME).encode() + b'"',
        f'attachment; filename="{quote(NAME)}"'.encode(),
        f'attachment; filename="{NAME.encode().decode("latin-1")}"'.encode(),
        f'attachment; filename="C:\\Users\\Lo Van A\\{NAME}"'.encode(),
        f'attachment; filename="D:/bao cao/{NAME}"'.encode(),
    ],
)
def test_a_name_is_read_however_a_client_wrote_it(disposition: bytes) -> None:
    assert name_in(disposition) == NAME


@given(st.integers(1, len(NAME.encode()) - 1))
def test_a_name_cut_inside_a_letter_is_joined_before_it_is_decoded(at: int) -> None:
    assert name_in(_cut_2231(NAME, at)) == NAME


def test_a_name_cut_inside_an_escaped_byte_is_joined() -> None:
    start, end = quote(NAME).split("%BB", 1)
    assert name_in(f"attachment; filename*0*=utf-8''{start}%B;\r\n filename*1*=B{end}".encode()) == NAME


def test_a_name_in_windows_1258_is_composed() -> None:
    written = "Ba\u0301o ca\u0301o To\u0309a Ti\u0300nh.doc".encode("cp1258")
    assert name_in(b'attachment; filename="' + written + b'"') == "Báo cáo Tỏa Tình.doc"
    assert decode_words(b"=?windows-1258?B?QmHsbyBjYexvIHhh3iBRdWHMaSBDYW5n?=") == "Báo cáo xã Quài Cang"


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("B¸o c¸o x· Quµi N­a.doc", "Báo cáo xã Quài Nưa.doc"),
        ("Baùo caùo xaõ Möôøng Thín.doc", "Báo cáo xã Mường Thín.doc"),
        ("BÃ¡o cÃ¡o xÃ£ PÃº Nhung", "Báo cáo xã Pú Nhung"),
    ],
)
def test_names_in_old_fonts_are_shown_in_unicode(shown: str, meant: str) -> None:
    assert readable(shown) == meant


def test_a_name_only_in_content_type_is_used_and_a_spoilt_one_yields_to_it() -> None:
    assert name_in(b"attachment", f'image/jpeg; name="{NAME}"'.encode()) == NAME
    assert name_in(b'attachment; filename="B?o c?o.xlsx"', f'image/jpeg; name="{NAME}"'.encode()) == NAME
    assert name_in(b'attachment; filename="B?o c?o.docx"') == "B?o c?o.docx"


def test_a_semicolon_in_quotes_is_part_of_the_name() -> None:
    assert name_in(b'attachment; filename="a; b.doc"') == "a; b.doc"


def test_hidden_and_direction_letters_are_shown() -> None:
    assert readable("anh\u202egpj.exe") == "anh\\u202egpj.exe"
    assert readable("a\x00b\u200b.doc") == "a\\u0000b\\u200b.doc"


def test_a_name_is_no_path() -> None:
    assert name_in(b'attachment; filename="../../etc/passwd"') == "passwd"
    assert name_in(b'attachment; filename="..\\\\..\\\\a.doc"') == "a.doc"


def test_an_overlong_name_is_cut_and_keeps_its_ending() -> None:
    name = readable("a" * 5000 + ".xlsx")
    assert len(name) <= 200
    assert name.endswith(".xlsx")


def test_encoded_words_are_joined_inside_a_letter_and_spaces_between_them_dropped() -> None:
    assert decode_words(b"=?utf-8?Q?B=C3=A1o_c=C3?=\r\n =?utf-8?Q?=A1o?=") == "Báo cáo"
    assert decode_words(b"Re: =?utf-8?Q?B=C3=A1o?= abc") == "Re: Báo abc"


def test_a_charset_that_is_not_true_or_not_known_does_not_spoil_text() -> None:
    assert decode_bytes("Kính gửi".encode(), "us-ascii") == "Kính gửi"
    assert decode_bytes("Kính gửi".encode(), "windows-1258") == "Kính gửi"
    assert decode_bytes("Kính gửi".encode(), "no-such-charset") == "Kính gửi"
    assert decode_bytes("Kính gửi".encode("utf-16"), "utf-16") == "Kính gửi"
    assert decode_bytes(b"Kinh", "base64") == "Kinh"
    assert decode_bytes("Kính gửi".encode(), "utf\0-8") == "Kính gửi"


def test_a_header_of_quotes_alone_takes_no_time() -> None:
    began = time.process_time()
    name_in(b'attachment; filename="' + b'"' * 60_000 + b'.txt"')
    assert time.process_time() - began < 2


def test_a_sender_without_end_takes_no_time() -> None:
    began = time.process_time()
    assert address_list("_" * 20_000) == ()
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "rest", [b";" * 60_000, b"a" + b" " * 60_000, b"a " * 30_000, b"a" * 60_000, b";p*1*=x" * 9_000, b'a="' * 20_000]
)
def test_parameters_without_end_take_no_time(rest: bytes) -> None:
    began = time.process_time()
    structured(b"attachment; filename=x.doc;" + rest)
    assert time.process_time() - began < 1


def test_names_in_archives_of_every_age() -> None:
    assert archived_name(NAME.encode()) == NAME
    assert archived_name("Ba\u0301o ca\u0301o.xls".encode("cp1258")) == "Báo cáo.xls"
    assert archived_name("résumé.txt".encode("cp437")) == "résumé.txt"


@given(st.binary(max_size=300))
def test_no_header_bytes_raise(noise: bytes) -> None:
    decode_words(noise)
    name_in(noise, noise)
    readable(noise.decode("utf-8", "surrogateescape"))
