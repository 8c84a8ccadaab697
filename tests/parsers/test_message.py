"""Messages: envelope, body, robots, forwards, links, and the union with mail-parser."""

from __future__ import annotations

import base64
import binascii
import email
import os
import re
import time
import tracemalloc
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.message import _mail_parser, _missed_leaves, drive_links, html_to_text, read_envelope_and_parts
from parsers.parts import walk
from parsers.values import Forwarded, Robot
from tests.parsers.mails import attach, base64_part, by_hand, mail, ole, outlook, raw

OWN = frozenset({"baocao@huyen.example"})
XLSX = b"PK\x03\x04" + bytes(range(256)) * 8


def test_the_envelope() -> None:
    message = mail("Báo cáo xã Quài Tở", sender='"Lò Văn A, UBND xã" <UBND.QuaiTo@xa.example>')
    message["Cc"] = "Khác <khac@xa.example>"
    message["In-Reply-To"] = "<thubao.1@huyen.example>"
    message["References"] = "<0@a.example> <thubao.1@huyen.example>"
    stored = (
        b"Authentication-Results: mx.huyen.example; spf=pass\r\nReceived: from a by b; Tue, 13 Oct 2020 08:01:02 +0700 (ICT)\r\n"
        b"Received: from c by a; Tue, 13 Oct 2020 01:00:00 +0000\r\nAuthentication-Results: forged; spf=pass\r\n" + raw(message)
    )
    envelope = read_envelope_and_parts(stored).envelope
    assert envelope.senders == ("ubnd.quaito@xa.example",)
    assert envelope.sender_name == "Lò Văn A, UBND xã"
    assert envelope.recipients == ("phong@huyen.example", "khac@xa.example")
    assert envelope.subject == "Báo cáo xã Quài Tở"
    assert envelope.message_id == "<1@xa.example>"
    assert envelope.in_reply_to == "<thubao.1@huyen.example>"
    assert envelope.references == ("<0@a.example>", "<thubao.1@huyen.example>")
    assert envelope.dated == datetime(2020, 10, 13, 8, tzinfo=timezone(timedelta(hours=7)))
    assert envelope.received_at == datetime(2020, 10, 13, 1, 1, 2, tzinfo=UTC)
    assert envelope.authentication_results == ("mx.huyen.example; spf=pass", "forged; spf=pass")
    assert envelope.robot is Robot.NONE


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        (b"=?utf-8?B?QsOhbyBjw6FvIHjDoyBOw6AgU8OheQ==?=", "Báo cáo xã Nà Sáy"),
        (b"=?UTF-8?Q?B=C3=A1o_c=C3=A1o_x=C3=A3_N=C3=A0_S=C3=A1y?=", "Báo cáo xã Nà Sáy"),
        (b"=?windows-1258?B?QmHsbyBjYexvIHhh3iBRdWHMaSBDYW5n?=", "Báo cáo xã Quài Cang"),
        ("Báo cáo xã Tênh Phông".encode(), "Báo cáo xã Tênh Phông"),
        ("B¸o c¸o TuÇn lÔ HTS§ x· Quµi N­a".encode("latin-1"), "Báo cáo Tuần lễ HTSĐ xã Quài Nưa"),
        ("BÃ¡o cÃ¡o xÃ£ PÃº Nhung".encode(), "Báo cáo xã Pú Nhung"),
        (b"Ba'o ca'o xa~ To?a Ti`nh", "Ba'o ca'o xa~ To?a Ti`nh"),
    ],
)
def test_subjects_in_every_encoding_of_the_samples(header: bytes, subject: str) -> None:
    found = read_envelope_and_parts(b"From: a@xa.example\r\nSubject: " + header + b"\r\n\r\nx").envelope.subject
    assert found == subject


def test_two_from_headers_are_both_kept_and_told() -> None:
    opened = read_envelope_and_parts(b"From: a@xa.example\r\nFrom: b@xa.example\r\nSubject: x\r\n\r\nx")
    assert opened.envelope.senders == ("a@xa.example", "b@xa.example")
    assert [finding.code for finding in opened.findings] == ["M-SENDERS"]


@pytest.mark.parametrize(
    ("written", "senders"),
    [
        ('"ubnd@xa.example"@evil.example', ('"ubnd@xa.example"@evil.example',)),
        ("ubnd@xa.example@evil.example", ("ubnd@xa.example@evil.example",)),
        ("ubnd@xa.example\0@evil.example", ("ubnd@xa.example\0@evil.example",)),
        ('<"ubnd@xa.example"@evil.example>', ('"ubnd@xa.example"@evil.example',)),
        ("<ubnd@xa.example> <a@evil.example>", ("ubnd@xa.example", "a@evil.example")),
        ("ubnd@xa.example a@evil.example", ("ubnd@xa.example", "a@evil.example")),
        ('"ubnd@xa.example" <a@evil.example>', ("a@evil.example",)),
        ("<@relay.example:ubnd@xa.example>", ("ubnd@xa.example",)),
        ("UBND @ Xa.example (văn thư)", ("ubnd@xa.example",)),
        ("xã: ubnd@xa.example;", ("ubnd@xa.example",)),
        ('"Lò, Văn A" <ubnd@xa.example>', ("ubnd@xa.example",)),
    ],
)
def test_no_way_to_write_a_sender_borrows_another_address(written: str, senders: tuple[str, ...]) -> None:
    assert read_envelope_and_parts(f"From: {written}\r\nTo: a@b.example\r\n\r\nxin gui".encode()).envelope.senders == senders


def test_an_address_in_a_display_name_is_no_sender() -> None:
    stored = b'From: "ubnd@xa.example" <thief@else.example>\r\n\r\nx'
    assert read_envelope_and_parts(stored).envelope.senders == ("thief@else.example",)


@pytest.mark.parametrize("date", [b"15/10/2020", b"", b"Tue, 99 Oct 2020 08:00:00 +0700", b"\xff\xfe"])
def test_a_date_that_is_none_is_none(date: bytes) -> None:
    assert read_envelope_and_parts(b"From: a@xa.example\r\nDate: " + date + b"\r\n\r\nx").envelope.dated is None


def test_the_plain_text_is_the_body_and_its_html_stays_reachable() -> None:
    message = mail(text="Kính gửi")
    message.add_alternative("<p>Kính gửi</p><table><tr><td>1</td><td>3</td></tr></table>", subtype="html")
    opened = read_envelope_and_parts(raw(attach(message, "a.xlsx", XLSX)))
    assert opened.body == "Kính gửi"
    assert "<table>" in opened.html
    assert [leaf.name for leaf in opened.leaves] == ["a.xlsx"]
    assert len(opened.body_leaves) == 2


def test_html_alone_becomes_text_with_its_table_in_cells() -> None:
    message = EmailMessage()
    message["From"] = "a@xa.example"
    message.set_content(
        "<style>p{}</style><p>Kính&nbsp;gửi<br>Phòng</p><table><tr><td>Tin bài</td><td>4</td></tr></table>", subtype="html"
    )
    assert read_envelope_and_parts(raw(message)).body == "Kính gửi\nPhòng\n\nTin bài\t4"


def test_texts_between_pictures_belong_to_one_body() -> None:
    stored = by_hand(b"\r\nAnh mot:", base64_part(b"\xff\xd8\xff" + bytes(60), b"Content-Type: image/jpeg"), b"\r\nAnh hai:")
    opened = read_envelope_and_parts(stored)
    assert opened.body == "Anh mot:\nAnh hai:"
    assert [leaf.size for leaf in opened.leaves] == [63]


def test_attached_text_is_a_file_and_not_the_body() -> None:
    message = mail(text="Kính gửi")
    message.add_attachment("STT;Nội dung\n", filename="so lieu.csv")
    opened = read_envelope_and_parts(raw(message))
    assert opened.body == "Kính gửi"
    assert [leaf.name for leaf in opened.leaves] == ["so lieu.csv"]


def test_a_picture_without_name_or_disposition_is_a_leaf() -> None:
    picture = b"\xff\xd8\xff" + os.urandom(3000)
    stored = by_hand(b"\r\nKinh gui", base64_part(picture, b"Content-Type: image/jpeg"))
    assert [leaf.data for leaf in read_envelope_and_parts(stored).leaves] == [picture]


def test_a_file_declared_as_text_is_no_body() -> None:
    stored = by_hand(base64_part(XLSX, b"Content-Type: text/plain"), b"Content-Type: text/plain\r\n\r\nKinh gui")
    opened = read_envelope_and_parts(stored)
    assert opened.body == "Kinh gui"
    assert [leaf.data for leaf in opened.leaves] == [XLSX]


def test_a_uuencoded_file_leaves_the_body() -> None:
    block = b"begin 644 bc.doc\r\n" + binascii.b2a_uu(b"noi dung").strip() + b"\r\n`\r\nend\r\n"
    opened = read_envelope_and_parts(b"From: a@xa.example\r\n\r\nKinh gui\r\n" + block + b"Tran trong")
    assert opened.body == "Kinh gui\nTran trong"
    assert [(leaf.name, leaf.data) for leaf in opened.leaves] == [("bc.doc", b"noi dung")]


def test_a_text_that_begins_like_uuencode_stays_text() -> None:
    opened = read_envelope_and_parts(b"From: a@xa.example\r\n\r\nbegin 123 cai gi\r\nKinh gui phong giao duc\r\n")
    assert "begin 123" in opened.body
    assert opened.leaves == ()


def test_a_body_in_an_old_font_is_decoded() -> None:
    text = "KÝnh göi Phßng Gi¸o dôc. UBND x· Quµi N­a göi b¸o c¸o.".encode("latin-1")
    stored = b"From: a@xa.example\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n" + text
    assert read_envelope_and_parts(stored).body == "Kính gửi Phòng Giáo dục. UBND xã Quài Nưa gửi báo cáo."


@pytest.mark.parametrize("charset", [b"us-ascii", b"utf-8", b"windows-1258", b"x-unknown"])
def test_a_charset_that_lies_does_not_spoil_the_body(charset: bytes) -> None:
    stored = b"From: a@xa.example\r\nContent-Type: text/plain; charset=" + charset + b"\r\n\r\n" + "Kính gửi Phòng".encode()
    assert read_envelope_and_parts(stored).body == "Kính gửi Phòng"


GMAIL = """Kính chuyển a/c.

---------- Forwarded message ---------
Từ: THCS Ta Ma <thcstama@truong.example>
Date: Th 3, 13 thg 10, 2020 lúc 15:02
Subject: bc tuần lễ
To: UBND xã Ta Ma <ubndtama@xa.example>

Nhà trường gửi UBND xã báo cáo của trường."""
OUTLOOK = "Chuyển anh\n\nFrom: THCS Ta Ma [mailto:thcstama@truong.example]\nSent: 13/10/2020\nTo: UBND\nSubject: bc tuần lễ\n\nx"
APPLE = "Begin forwarded message:\n\nFrom: THCS Ta Ma <thcstama@truong.example>\nSubject: bc tuần lễ\nDate: 13/10/2020\n\nx"


@pytest.mark.parametrize(
    ("text", "subject"), [(GMAIL, "bc"), (OUTLOOK, "FW: bc tuần lễ"), (APPLE, "Fwd: bc"), (GMAIL, "Re: Fwd: bc")]
)
def test_the_original_of_an_inline_forward(text: str, subject: str) -> None:
    found = read_envelope_and_parts(raw(mail(subject, text))).forwarded
    assert found == (Forwarded(sender="thcstama@truong.example", sender_name="THCS Ta Ma", subject="bc tuần lễ"),)


def test_a_quoted_reply_is_no_forward_and_our_own_mail_no_original() -> None:
    assert read_envelope_and_parts(raw(mail("Re: bc tuần lễ", OUTLOOK))).forwarded == ()
    quoted = OUTLOOK.replace("thcstama@truong.example", "baocao@huyen.example")
    assert read_envelope_and_parts(raw(mail("FW: nhắc", quoted)), own_addresses=OWN).forwarded == ()


def test_the_original_of_an_attached_forward() -> None:
    outer = mail("Fwd")
    outer.add_attachment(mail("bc trường", sender="Trường <thcs@truong.example>"))
    opened = read_envelope_and_parts(raw(outer))
    (attached,) = opened.leaves
    assert opened.forwarded == (
        Forwarded(sender="thcs@truong.example", sender_name="Trường", subject="bc trường", sha256=attached.sha256),
    )


def test_the_original_of_a_forward_saved_by_outlook() -> None:
    data = ole(outlook({0x0037: "bc trường", 0x0C1A: "Trường Ta Ma", 0x0C1F: "thcs@truong.example", 0x1000: "x"}, {}))
    found = read_envelope_and_parts(raw(attach(mail("Fwd"), "thu.msg", data))).forwarded
    assert [(each.sender, each.subject) for each in found] == [("thcs@truong.example", "bc trường")]


def test_links_to_drives_are_reported_from_text_and_html() -> None:
    text = "Ảnh: https://drive.google.com/drive/folders/EXAMPLE. Xem www.dropbox.com/s/abc, http://tuangiao.gov.vn/x"
    assert drive_links(text) == ("https://drive.google.com/drive/folders/EXAMPLE", "www.dropbox.com/s/abc")
    for link in (
        "https://1drv.ms/u/s!A",
        "https://zalo.me/g/abc",
        "https://www.fshare.vn/file/X",
        "https://x-my.sharepoint.com/:f:/p/a",
        "https://drive.proton.me/urls/ABC",
        "https://app.box.com/s/abc",
    ):
        assert drive_links(f"({link})") == (link,)
    message = mail(text="Kính gửi")
    message.add_alternative('<a href="https://drive.google.com/file/d/1">ảnh</a>', subtype="html")
    assert read_envelope_and_parts(raw(message)).links == ("https://drive.google.com/file/d/1",)


def test_the_same_mail_delivered_twice_has_one_fingerprint() -> None:
    message = attach(mail(text="Kinh gui\nPhong Giao duc\n"), "bc.xlsx", XLSX)
    first = raw(message)
    second = b"Received: from x by y; Tue, 13 Oct 2020 09:00:00 +0700\r\nDelivered-To: b@huyen.example\r\n" + message.as_bytes()
    again = first.replace(base64.encodebytes(XLSX)[:76], base64.encodebytes(XLSX)[:76] + b"\r\n", 1)
    prints = {read_envelope_and_parts(each).envelope.fingerprint for each in (first, second, again)}
    assert len(prints) == 1


def test_a_text_reencoded_on_its_way_has_the_same_fingerprint() -> None:
    head = b"From: a@xa.example\r\nMessage-ID: <1@a>\r\nContent-Type: text/plain; charset=utf-8\r\n"
    text = "Kính gửi Phòng\r\nTrân trọng\r\n".encode()
    plain = head + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + text
    coded = head + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(text)
    assert read_envelope_and_parts(plain).envelope.fingerprint == read_envelope_and_parts(coded).envelope.fingerprint


@pytest.mark.parametrize(
    "change", [(b"Kinh gui", b"Kinh goi"), (b"<1@xa.example>", b"<2@xa.example>"), (b"From: ubnd@", b"From: thcs@")]
)
def test_another_mail_has_another_fingerprint(change: tuple[bytes, bytes]) -> None:
    stored = raw(mail(text="Kinh gui"))
    prints = {read_envelope_and_parts(each).envelope.fingerprint for each in (stored, stored.replace(*change))}
    assert len(prints) == 2


def test_another_file_makes_another_fingerprint() -> None:
    prints = {read_envelope_and_parts(raw(attach(mail(), "a.xlsx", XLSX + end))).envelope.fingerprint for end in (b"1", b"2")}
    assert len(prints) == 2


def test_what_only_mail_parser_sees_is_added() -> None:
    stored = by_hand(b"\r\nKinh gui", base64_part(XLSX, b'Content-Type: image/jpeg; name="a.jpg"'))
    seen_by_us = walk(stored).parts[:1]
    parsed = _mail_parser(stored, seen_by_us)
    assert parsed is not None
    assert [(leaf.name, leaf.data) for leaf in _missed_leaves(parsed)] == [("a.jpg", XLSX)]


def test_a_sender_whose_name_was_damaged_on_its_way_closes_no_mail() -> None:
    damaged = b"From: =?windows-1251?B?z/Dg6fH7IHx8\x00M/g8PLK7uw=?= <a@xa.example>\n"
    stored = re.sub(rb"(?m)^From: [^\n]*\n", damaged, raw(attach(mail(), "bc.xlsx", XLSX)))
    opened = read_envelope_and_parts(stored)
    assert (opened.envelope.senders, [leaf.name for leaf in opened.leaves]) == (("a@xa.example",), ["bc.xlsx"])


def test_nothing_is_added_twice() -> None:
    message = attach(attach(mail(), "bc.xlsx", XLSX), "a.txt", b"noi dung", "text/plain")
    message.add_attachment(attach(mail("trong"), "b.xlsx", XLSX))
    assert [leaf.name or leaf.declared_type for leaf in read_envelope_and_parts(raw(message)).leaves] == [
        "bc.xlsx",
        "a.txt",
        "message/rfc822",
    ]


@pytest.mark.parametrize(("first", "last"), [(b"PK", b"end"), (b"\x0b\x0c ", b"end"), (b"PK", b"\r\n ")])
def test_a_large_mail_costs_mail_parser_nothing_and_memory_stays_bounded(first: bytes, last: bytes) -> None:
    stored = by_hand(b"\r\nKinh gui", base64_part(first + os.urandom(30_000_000 - len(first + last)) + last))
    assert len(stored) > 40_000_000
    tracemalloc.start()
    try:
        started = time.process_time()
        opened = read_envelope_and_parts(stored)
        took = time.process_time() - started
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert opened.leaves[0].size == 30_000_000
    assert peak < 45_000_000  # the decoded file and hardly more
    assert took < 2


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"\x00" * 500,
        b"\xff\xfe" * 300,
        b"hello",
        b"From: \r\n\r\n",
        b"Content-Type: multipart/mixed\r\n\r\n",
        b"\r\n\r\n\r\n",
        b":\r\n:\r\n",
    ],
)
def test_what_is_no_mail_is_opened_without_an_error(stored: bytes) -> None:
    read_envelope_and_parts(stored)


def test_two_thousand_nested_multiparts_keep_the_sender() -> None:
    stored = b"From: a@xa.example\r\n"
    for number in range(2000):
        stored += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number)
    opened = read_envelope_and_parts(stored + base64_part(XLSX))
    assert opened.envelope.sender == "a@xa.example"
    assert opened.leaves


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=200), st.integers(0, 10_000), st.integers(0, 10_000))
def test_mails_damaged_anywhere_are_opened_without_an_error(noise: bytes, at: int, length: int) -> None:
    whole = _DAMAGED
    at %= len(whole)
    read_envelope_and_parts(whole[:at] + noise + whole[at + length % 50 :])


_DAMAGED = raw(
    attach(attach(mail("Báo cáo", GMAIL), "báo cáo.xlsx", XLSX[:300]), "a.eml", raw(mail()), "application/octet-stream")
)


def test_every_leaf_of_the_stdlib_tree_of_a_mixed_mail_is_a_leaf_or_the_body() -> None:
    message = mail(text="Kính gửi")
    message.add_alternative("<p>Kính gửi</p>", subtype="html")
    for name, content in (("a.xlsx", XLSX), ("ảnh.jpg", b"\xff\xd8\xff" + os.urandom(500)), ("b.zip", b"PK\x05\x06" + bytes(18))):
        attach(message, name, content)
    stored = raw(message)
    opened = read_envelope_and_parts(stored)
    mine = {b"".join(leaf.data.split()) for leaf in (*opened.leaves, *opened.body_leaves)}
    for part in email.message_from_bytes(stored).walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            assert b"".join(payload.split()) in mine


def test_what_stands_after_the_end_of_a_page_is_read() -> None:
    forwarded = (
        "<html><body><p>Kính chuyển</p></body></html><html><head><style>p{}</style></head><body>gốc<p>Xã gửi</body></html>"
    )
    assert html_to_text(forwarded).split() == ["Kính", "chuyển", "gốc", "Xã", "gửi"]


@pytest.mark.parametrize("unit", ["a.", " ", "<!--", "https://drive.google.com/", "x.sharepoint.com", "From: a\n"])
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_text_without_end_takes_no_time(unit: str, kind: str) -> None:
    body = unit * (300_000 // len(unit))
    began = time.process_time()
    read_envelope_and_parts(f"From: a@b.example\r\nContent-Type: text/{kind}\r\n\r\nxin {body}".encode())
    assert time.process_time() - began < 4


def test_html_to_text_takes_anything() -> None:
    assert html_to_text("") == ""
    assert html_to_text("<p>a") == "a"
    assert html_to_text("<!-- x --><b>a</b> b") == "a b"
    assert html_to_text("<div>" * 5000 + "sâu") == "sâu"
