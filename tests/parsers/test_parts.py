"""The walk over MIME parts: no leaf lost, whatever was broken."""

from __future__ import annotations

import base64
import email
import random
import time
from email.message import EmailMessage, Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.parts import decode, leaf_of, walk
from tests.parsers.mails import attach, base64_part, by_hand, mail, raw

XLSX = b"PK\x03\x04" + bytes(range(256)) * 20


def leaves(message: bytes) -> list[bytes]:
    return [leaf_of(message, part).data for part in walk(message).parts]


def _oracle(message: bytes) -> list[bytes]:
    """Every leaf that the standard library finds, messages inside messages left whole."""

    def descend(part: Message) -> list[bytes]:
        if part.get_content_maintype() == "multipart" and isinstance(part.get_payload(), list):
            return [each for child in part.get_payload() for each in descend(child)]  # type: ignore[union-attr] # a list of parts
        if part.get_content_type() == "message/rfc822":
            return [b"".join(each.as_bytes().split()) for each in part.get_payload()]  # type: ignore[union-attr, arg-type] # as above
        payload = part.get_payload(decode=True)
        return [b"".join(payload.split())] if isinstance(payload, bytes) else []

    return descend(email.message_from_bytes(message))


@st.composite
def _mails(draw: st.DrawFn) -> EmailMessage:
    source = random.Random(draw(st.integers(0, 2**32)))
    message = mail(text=draw(st.text(alphabet="abc đăơ\n", min_size=1, max_size=80)) + "x")
    if draw(st.booleans()):
        message.add_alternative("<p>Kính gửi</p>", subtype="html")
    for number in range(draw(st.integers(0, 4))):
        kind = draw(
            st.sampled_from(["image/jpeg", "application/zip", "application/octet-stream", "message/rfc822", "text/plain"])
        )
        if kind == "message/rfc822":
            message.add_attachment(attach(mail("trong"), "a.bin", source.randbytes(50)))
        elif kind == "text/plain":
            message.add_attachment("nội dung\n" * draw(st.integers(1, 5)), filename=f"{number}.txt")
        else:
            attach(message, f"ảnh {number}.jpg", source.randbytes(draw(st.integers(1, 4000))), kind)
    return message


@settings(deadline=None, max_examples=40)
@given(_mails())
def test_every_leaf_of_the_standard_librarys_tree_is_found(message: EmailMessage) -> None:
    stored = raw(message)
    mine = {b"".join(data.split()) for data in leaves(stored)}
    assert [each for each in _oracle(stored) if each not in mine] == []


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400), st.integers(0, 10_000))
def test_any_bytes_are_walked_without_an_error(noise: bytes, at: int) -> None:
    whole = _WHOLE
    cut = at % len(whole)
    for message in (noise, whole[:cut] + noise, whole[:cut] + noise + whole[cut:]):
        for part in walk(message).parts:
            leaf_of(message, part)


_WHOLE = raw(attach(mail(), "a.bin", XLSX[:300]))


def test_a_slice_of_the_raw_mail_gives_the_leaf_again() -> None:
    stored = raw(attach(attach(mail(), "a.xlsx", XLSX), "b.txt", "thư\n".encode(), "text/plain"))
    for part in walk(stored).parts:
        leaf = leaf_of(stored, part)
        assert leaf.slice is not None
        place = leaf.slice
        assert decode(stored[place.offset : place.offset + place.length], place.encoding) == leaf.data


def test_a_mail_without_its_final_boundary_keeps_its_last_file() -> None:
    stored = by_hand(b"\r\nKinh gui", base64_part(XLSX), closing=False)
    assert leaves(stored)[1] == XLSX
    assert "no final boundary" in walk(stored).defects


def test_a_mail_cut_inside_a_file_keeps_what_arrived() -> None:
    stored = by_hand(b"\r\nKinh gui", base64_part(XLSX))
    cut = stored[: stored.rindex(b"\r\n--x--") - 1001]
    arrived = leaves(cut)[1]
    assert len(arrived) > 3000
    assert XLSX.startswith(arrived)


def test_line_feeds_only() -> None:
    stored = by_hand(b"\r\nKinh gui", base64_part(XLSX)).replace(b"\r\n", b"\n")
    assert leaves(stored) == [b"Kinh gui", XLSX]


def test_parts_after_the_closing_boundary_are_kept() -> None:
    stored = by_hand(b"\r\nKinh gui") + b"--x\r\n" + base64_part(XLSX) + b"\r\n--x--\r\n"
    assert leaves(stored)[1] == XLSX
    assert "part after the closing boundary" in walk(stored).defects


def test_a_part_in_the_epilogue_without_a_boundary_is_kept() -> None:
    stored = by_hand(b"\r\nKinh gui") + b"\r\n" + base64_part(XLSX)
    assert leaves(stored)[1] == XLSX


def test_the_same_boundary_used_inside_and_outside_loses_nothing() -> None:
    inner = b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n' + base64_part(XLSX) + b"\r\n--x--"
    stored = by_hand(inner, base64_part(b"\xff\xd8\xff" + bytes(99)))
    found = leaves(stored)
    assert XLSX in found
    assert b"\xff\xd8\xff" + bytes(99) in found


def test_a_boundary_that_begins_like_another_is_not_taken_for_it() -> None:
    inner = b'Content-Type: multipart/mixed; boundary="xy"\r\n\r\n--xy\r\n' + base64_part(XLSX) + b"\r\n--xy--"
    assert leaves(by_hand(b"\r\nmot", inner, b"\r\nhai")) == [b"mot", XLSX, b"hai"]


def test_a_boundary_in_the_middle_of_a_line_is_text() -> None:
    assert leaves(by_hand(b"\r\nxem --x\r\nva --x--\r\nhet", b"\r\nhai")) == [b"xem --x\r\nva --x--\r\nhet", b"hai"]


def test_an_inner_multipart_without_its_end_does_not_swallow_the_next_part() -> None:
    inner = b'Content-Type: multipart/mixed; boundary="in"\r\n\r\n--in\r\n\r\ntrong'
    assert leaves(by_hand(inner, base64_part(XLSX))) == [b"trong", XLSX]


def test_a_boundary_that_was_not_declared_is_guessed() -> None:
    stored = by_hand(b"Content-Type: text/plain\r\n\r\nmot", base64_part(XLSX)).replace(b'boundary="x"', b'boundary="y"')
    stored = stored.replace(b"--x", b"--unlike-any")
    assert leaves(stored) == [b"mot", XLSX]


@pytest.mark.parametrize("boundary", [b"", b"boundary=", b"charset=utf-8"])
def test_a_short_boundary_that_was_not_declared_at_all_is_guessed(boundary: bytes) -> None:
    stored = by_hand(b"Content-Type: text/plain\r\n\r\nmot", base64_part(XLSX)).replace(b'boundary="x"', boundary)
    assert leaves(stored) == [b"mot", XLSX]


def test_two_content_types_are_told_and_the_one_that_opens_the_body_counts() -> None:
    stored = by_hand(b"\r\nKinh gui", base64_part(XLSX), head=b"Content-Type: text/plain\r\n")
    assert leaves(stored)[1] == XLSX
    assert any(defect.startswith("ambiguous") for defect in walk(stored).defects)


def test_two_boundaries_in_one_header_are_both_followed() -> None:
    stored = by_hand(b"\r\nmot", base64_part(XLSX)).replace(b'boundary="x"', b'boundary="z"; boundary="x"')
    assert leaves(stored) == [b"mot", XLSX]


def test_a_part_declared_base64_that_is_text_stays_text() -> None:
    text = "Kính gửi Phòng Giáo dục, xã gửi báo cáo.".encode()
    stored = by_hand(b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + text)
    assert leaves(stored) == [text]


def test_base64_that_was_not_declared_is_decoded() -> None:
    stored = by_hand(base64_part(XLSX).replace(b"Content-Transfer-Encoding: base64\r\n", b""))
    assert leaves(stored) == [XLSX]


def test_base64_padded_in_the_middle_is_decoded_to_its_end() -> None:
    joined = base64.b64encode(b"a" * 100) + b"\r\n" + base64.b64encode(b"b" * 100)
    assert decode(joined, "base64") == b"a" * 100 + b"b" * 100


def test_a_footer_put_behind_base64_by_a_scanner_is_left_out() -> None:
    assert decode(base64.b64encode(b"x" * 100) + b"\r\n-- scanned by a mail gateway --\r\n", "base64") == b"x" * 100


def test_a_header_broken_over_two_lines_does_not_end_the_headers() -> None:
    stored = by_hand(b"\r\nmot", base64_part(XLSX)).replace(b"Subject: bc", b"Subject: bao cao tuan le hoc\r\ntap suot doi")
    assert leaves(stored) == [b"mot", XLSX]
    assert walk(stored).headers.first("subject").endswith(b"suot doi")


def test_a_part_without_a_blank_line_keeps_its_text() -> None:
    stored = by_hand(b"Content-Type: text/plain\r\nKinh gui phong\r\n\r\nxa gui")
    assert leaves(stored) == [b"Kinh gui phong\r\n\r\nxa gui"]


def test_a_mail_that_is_not_mime_is_one_text() -> None:
    assert leaves(b"Kinh gui phong, xa gui bao cao") == [b"Kinh gui phong, xa gui bao cao"]
    assert leaves(b"") == [b""]


def test_two_thousand_nested_multiparts_are_walked_in_a_moment_and_the_file_inside_is_kept() -> None:
    message = b"From: a@xa.example\r\n"
    for number in range(2000):
        message += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number)
    message += base64_part(XLSX)
    started = time.process_time()
    found = walk(message)
    assert time.process_time() - started < 2
    assert any(b"UEsDB" in leaf_of(message, part).data for part in found.parts)
    assert "nested too deeply or too many parts" in found.defects


def test_a_hundred_thousand_parts_are_bounded() -> None:
    message = by_hand(*[b"\r\na"] * 100_000, base64_part(XLSX))
    started = time.process_time()
    found = walk(message).parts
    assert len(found) <= 2000
    assert b"UEsDB" in leaf_of(message, found[-1]).data
    assert time.process_time() - started < 2


def test_endless_headers_are_bounded() -> None:
    started = time.process_time()
    walk(b"Subject: a\r\n" + b" folded\r\n" * 1_000_000)
    walk(b"X-%d: a\r\n" * 1_000_000)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("declared", [b"multipart; boundary=x", b"multipart/; boundary=x", b"mixed; boundary=x"])
def test_a_multipart_whose_subtype_is_missing_is_split_all_the_same(declared: bytes) -> None:
    raw = (
        b"Content-Type: "
        + declared
        + b"\r\n\r\n--x\r\n\r\nxin chao\r\n--x\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n--x--\r\n"
    )
    assert [leaf_of(raw, part).name for part in walk(raw).parts] == ["", "a.png"]
    text = b"Content-Type: text/plain; boundary=x\r\n\r\n--x\r\n\r\nxin chao\r\n--x--\r\n"
    assert len(walk(text).parts) == 1


@pytest.mark.parametrize("declared", [b"message/partial; id=a; number=1; total=2", b"message/external-body; access-type=URL"])
def test_what_is_not_in_the_mail_is_said_to_be_elsewhere(declared: bytes) -> None:
    raw = b"Content-Type: " + declared + b"\r\n\r\nContent-Type: text/plain\r\n\r\nphan mot"
    (leaf,) = (leaf_of(raw, part) for part in walk(raw).parts)
    assert "đề nghị gửi" in leaf.refusal.vi
