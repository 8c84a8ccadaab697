"""Mails larger or deeper than is read: the files that can be read are, and what cannot is told, never lost without a word."""

from __future__ import annotations

import time

import pytest

from config.loading import reference_campaign
from parsers.header_fields import LONGEST_HEADERS
from parsers.message import OpenedMessage, read_envelope_and_parts
from parsers.parts import DEEPEST_MULTIPART, MOST_PARTS
from parsers.read import expected_of, read_message
from parsers.writing_blocks import WritingError
from parsers.writing_html import read_web_archive

_FILE = b'Content-Type: application/octet-stream; name="bieu.xlsx"\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAo=\r\n'
_TEXT = b"Content-Type: text/plain\r\n\r\nx\r\n"


def _mixed(*parts: bytes, mark: bytes = b"b", before: bytes = b"") -> bytes:
    body = b"".join(b"--%s\r\n%s" % (mark, each) for each in parts)
    return before + b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n%s--%s--\r\n" % (mark, body, mark)


def _names(message: OpenedMessage) -> list[str]:
    return [each.name for each in message.leaves if each.refusal.vi == ""]


@pytest.mark.parametrize(
    "header",
    [
        b"X-Long: " + b"a" * 1_000_000 + b"\r\n",
        b"X-Short: a\r\n" * 300_000,
        b"Received: from a by b\r\n\tfor c\r\n" * 40_000,
        b"Cc: " + b",\r\n ".join(b"a%d@x.vn" % number for number in range(80_000)) + b"\r\n",
        b"Cc: " + b", ".join(b"a%d@x.vn" % number for number in range(80_000)) + b"\r\n",
    ],
    ids=["one line", "many lines", "many folded", "folded addresses", "addresses on a line"],
)
def test_headers_without_end_hide_no_file(header: bytes) -> None:
    started = time.process_time()
    message = read_envelope_and_parts(_mixed(_TEXT, _FILE, before=b"From: a@x.vn\r\n" + header + b"Subject: BC\r\n"))
    assert _names(message) == ["bieu.xlsx"]
    assert (message.envelope.sender, message.envelope.subject, message.body.strip()) == ("a@x.vn", "BC", "x")
    assert time.process_time() - started < 2


def test_a_field_that_stands_where_reading_by_line_ends_is_read_whole() -> None:
    mail = _mixed(_TEXT, _FILE, before=b"X-Long: " + b"a" * (LONGEST_HEADERS - 30) + b"\r\n")
    for shift in range(0, 90, 7):
        assert _names(read_envelope_and_parts(b"From: " + b"a" * shift + b"@x.vn\r\n" + mail)) == ["bieu.xlsx"]


def test_a_body_without_a_blank_line_above_it_is_no_endless_header() -> None:
    message = read_envelope_and_parts(b"From: a@x.vn\r\n" + b"X: a\r\n" * 200_000)
    assert message.envelope.sender == "a@x.vn"


@pytest.mark.parametrize("text", [_TEXT, b"\r\nx\r\n"])
def test_parts_beyond_the_most_are_told(text: bytes) -> None:
    message = read_envelope_and_parts(_mixed(*[text] * (MOST_PARTS + 1), _FILE))
    (rest,) = [each for each in message.leaves if each.refusal.vi]
    assert "có thể thiếu tệp" in rest.refusal.vi
    assert "UEsDB" not in message.body


def test_multiparts_beyond_the_deepest_are_told() -> None:
    for depth, names in ((DEEPEST_MULTIPART - 1, ["bieu.xlsx"]), (DEEPEST_MULTIPART + 20, [])):
        inner = _FILE
        for level in range(depth):
            inner = _mixed(inner, mark=b"m%d-" % level)
        message = read_envelope_and_parts(b"From: a@x.vn\r\n" + inner)
        assert _names(message) == names
        assert bool([each for each in message.leaves if each.refusal.vi]) is (not names)


def test_lines_of_quotation_marks_without_end_take_no_time() -> None:
    started = time.process_time()
    text = b"Content-Type: text/plain\r\n\r\n" + b"> \n" * 200_000 + b"\n" * 200_000
    assert _names(read_envelope_and_parts(_mixed(text, _FILE, before=b"From: a@x.vn\r\nSubject: Fwd: BC\r\n"))) == ["bieu.xlsx"]
    assert time.process_time() - started < 2


def test_lines_of_blanks_among_the_headers_hide_no_file() -> None:
    mail = _mixed(_TEXT, _FILE, before=b"From: a@x.vn\r\nX: a\r\n" + b" \r\n" * 5_000)
    assert _names(read_envelope_and_parts(mail)) == ["bieu.xlsx"]
    quiet = read_envelope_and_parts(b"From: a@x.vn\r\n" + b" \r\n" * 5_000 + b"xin chao")
    assert "xin chao" in quiet.body


def test_a_boundary_too_long_to_be_one_is_told() -> None:
    message = read_envelope_and_parts(_mixed(_TEXT, _FILE, mark=b"z" * 70_000, before=b"From: a@x.vn\r\n"))
    assert [each.code for each in message.findings] == ["M-DAMAGED"]


_AND_SO_ON = {
    "marks on a letter": b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + b"e" + "\u0301\u0323".encode() * 200_000,
    "marks in a page": b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>e" + "\u0301\u0323".encode() * 200_000,
    "attributes": b"Content-Type: text/html\r\n\r\n<p " + b"".join(b"a%d=1 " % number for number in range(100_000)) + b">x</p>",
    "quotes": b"Content-Type: text/html\r\n\r\n" + b"<div id=divRplyFwdMsg>x</div>" * 20_000,
    "recipient": b"Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; " + b"a@" * 60_000,
}


@pytest.mark.parametrize("part", _AND_SO_ON.values(), ids=_AND_SO_ON.keys())
def test_a_text_built_to_take_the_square_of_its_length_takes_no_time(part: bytes) -> None:
    started = time.process_time()
    reading = read_message(_mixed(part + b"\r\n", _FILE, before=b"From: a@x.vn\r\n"), expected_of((reference_campaign(),)))
    assert "bieu.xlsx" in [each.name for each in reading.documents]
    assert time.process_time() - started < 3


@pytest.mark.parametrize("header", [b"To: " + b'"\\"' * 6_000 + b"\r\n", b"Date: " + b"(" * 60_000 + b"\r\n"])
def test_headers_built_to_take_the_square_of_their_length_take_no_time(header: bytes) -> None:
    started = time.process_time()
    assert _names(read_envelope_and_parts(_mixed(_TEXT, _FILE, before=b"From: a@x.vn\r\n" + header * 40))) == ["bieu.xlsx"]
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "header",
    [
        b'Content-Type: application/octet-stream; name="bieu.xlsx"; x="' + b";" * 200_000,
        b'Content-Disposition: attachment; x="' + b";" * 200_000,
        b"Content-Type: application/octet-stream; name=bieu.xlsx" + b";" * 900_000,
        b"Content-Disposition: attachment" + b"".join(b"; filename*%d*=a" % (at % 2231) for at in range(45_000)),
    ],
    ids=["open quotes", "of a disposition", "separators", "pieces of a name"],
)
def test_parameters_without_end_hide_no_file(header: bytes) -> None:
    part = header + b"\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAo=\r\n"
    started = time.process_time()
    message = read_envelope_and_parts(_mixed(_TEXT, part, _FILE, before=b"From: a@x.vn\r\n"))
    assert time.process_time() - started < 2
    assert [each.data for each in message.leaves] == [b"PK\x03\x04\n"] * 2
    assert message.leaves[1].name == "bieu.xlsx"


def test_a_web_archive_with_parameters_without_end_takes_no_time() -> None:
    archive = b'MIME-Version: 1.0\r\nContent-Type: text/html; x="' + b";" * 200_000 + b"\r\n\r\n<p>x"
    started = time.process_time()
    with pytest.raises(WritingError):
        read_web_archive(archive)
    assert read_web_archive(b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>" + b"x;" * 9_000).blocks
    assert time.process_time() - started < 2
