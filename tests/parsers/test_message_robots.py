"""Robots are told from people: bounces, automatic replies, lists, receipts, and our own mail."""

from __future__ import annotations

import pytest

from parsers.message import read_envelope_and_parts
from parsers.values import Robot
from tests.parsers.mails import attach, mail, raw

OWN = frozenset({"baocao@huyen.example"})
XLSX = b"PK\x03\x04" + bytes(range(256)) * 8


def _with(headers: dict[str, str], subject: str = "bc", *, attached: bool = False, sender: str = "a@xa.example") -> bytes:
    message = mail(subject, sender=sender)
    for name, value in headers.items():
        message[name] = value
    return raw(attach(message, "bc.xlsx", XLSX) if attached else message)


@pytest.mark.parametrize(
    ("stored", "robot"),
    [
        (_with({}), Robot.NONE),
        (_with({"Auto-Submitted": "no"}), Robot.NONE),
        (_with({"Auto-Submitted": "auto-replied"}), Robot.AUTO_REPLY),
        (_with({}, "Automatic reply: Nhắc nộp báo cáo"), Robot.AUTO_REPLY),
        (_with({}, "Trả lời tự động: Nhắc nộp báo cáo"), Robot.AUTO_REPLY),
        (_with({"X-Autoreply": "yes"}, "Vắng mặt"), Robot.AUTO_REPLY),
        (_with({"Precedence": "auto_reply"}), Robot.AUTO_REPLY),
        (_with({"Return-Path": "<>"}), Robot.AUTO_REPLY),
        (_with({"List-Id": "<ds.xa.example>"}), Robot.LIST),
        (_with({"Precedence": "bulk"}), Robot.LIST),
        (_with({"Auto-Submitted": "auto-forwarded"}), Robot.AUTO_FORWARD),
        (_with({"Auto-Submitted": "auto-generated"}, attached=True), Robot.AUTO_FORWARD),
        (_with({"X-MS-Exchange-Inbox-Rules-Loop": "a@xa.example"}, attached=True), Robot.AUTO_FORWARD),
        (_with({"List-Id": "<nhom.googlegroups.example>"}, attached=True), Robot.AUTO_FORWARD),
        (_with({"Return-Path": "<>"}, attached=True), Robot.AUTO_FORWARD),
        (_with({"X-Auto-Response-Suppress": "All"}, attached=True), Robot.NONE),
        (_with({"Auto-Submitted": "auto-generated"}, sender="baocao@huyen.example"), Robot.OWN),
        (_with({"X-Thubao": "notice"}, sender="baocao@huyen.example"), Robot.OWN),
        (_with({}, sender="baocao@huyen.example"), Robot.NONE),
    ],
)
def test_robots_are_told_from_people_and_reports_are_read_all_the_same(stored: bytes, robot: Robot) -> None:
    assert read_envelope_and_parts(stored, own_addresses=OWN).envelope.robot is robot


DSN = b"""From: MAILER-DAEMON@mx.example
Return-Path: <>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; QuaiTo@xa.example
Action: ACTION
Status: 5.1.1
--b
Content-Type: text/rfc822-headers

From: baocao@huyen.example
Message-ID: <thubao.7@huyen.example>
Subject: Nhac
--b--
"""


def test_a_bounce_names_our_mail_and_whom_it_did_not_reach() -> None:
    envelope = read_envelope_and_parts(DSN.replace(b"ACTION", b"failed")).envelope
    assert envelope.robot is Robot.BOUNCE
    assert envelope.bounced_message_id == "<thubao.7@huyen.example>"
    assert envelope.bounced_recipient == "quaito@xa.example"


def test_a_notice_of_delay_is_no_bounce() -> None:
    assert read_envelope_and_parts(DSN.replace(b"ACTION", b"delayed")).envelope.robot is not Robot.BOUNCE


def test_a_bounce_in_plain_text_is_one_too() -> None:
    stored = b"From: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n\r\n<quaito@xa.example>: no such user\r\n\r\n"
    stored += b"--- Below is a copy of the message.\r\nMessage-ID: <thubao.8@huyen.example>\r\n"
    envelope = read_envelope_and_parts(stored).envelope
    assert (envelope.robot, envelope.bounced_recipient) == (Robot.BOUNCE, "quaito@xa.example")
    assert envelope.bounced_message_id == "<thubao.8@huyen.example>"


def test_a_read_receipt() -> None:
    stored = DSN.replace(b"delivery-status", b"disposition-notification").replace(b"MAILER-DAEMON", b"a")
    assert read_envelope_and_parts(stored).envelope.robot is Robot.READ_RECEIPT
