"""Why a message is never answered: bounces, automatic replies, receipts, lists, our own mail, rule-forwarded mail.

These marks stop our answer, never our reading: a mail that carries one and real files is `AUTO_FORWARD`, read like any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.header_fields import Headers, read_headers
from parsers.part_names import decode_bytes, decode_words
from parsers.parts import Leaf, Walk
from parsers.values import Robot


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotVerdict:
    """What kind of robot, and for a bounce which of our mails did not reach whom."""

    robot: Robot
    bounced_message_id: str = ""
    bounced_recipient: str = ""


PERSON = RobotVerdict(robot=Robot.NONE)
_MACHINE_SENDER = re.compile(r"(?i)^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|bounce[s]?|noreply-dmarc-support)@")
_BOUNCE_SUBJECT = re.compile(
    r"(?i)^(?:undeliver(?:ed|able)|delivery (?:status notification|failure|has failed)|mail delivery (?:failed|failure|system)"
    r"|returned mail|failure notice|message (?:undeliverable|not delivered)|không (?:thể )?gửi được|không phân phối được"
    r"|thư không gửi được|gửi thư (?:không thành công|thất bại))"
)
_ABSENCE_SUBJECT = re.compile(
    r"(?i)^(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|responder)|out of (?:the )?office|abwesen|réponse automatique"
    r"|(?:thư )?trả lời tự động|tự động trả lời|phản hồi tự động|thư (?:báo )?vắng mặt|vắng mặt|đang nghỉ phép"
    r"|câu trả lời tự động)"
)
_LIST_HEADERS = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-help",
    "list-owner",
    "list-archive",
    "list-subscribe",
    "x-mailing-list",
)  # fmt: skip - one list
_AUTOMATIC_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-mail-autoreply", "x-vacation")
_MESSAGE_ID = re.compile(rb"(?im)^(?:original-)?message-id:\s*(<[^<>\s]{3,300}>)")
_RECIPIENT = re.compile(rb"(?im)^(final|original)-recipient:\s*(?:rfc822|utf-8)?\s*;\s*<?([^\s<>]{1,320})>?[ \t]*\r?$")
_ADDRESS = re.compile(r"(?<![\w.+-])<?([\w.+-]+@[\w-]+(?:\.[\w-]+)+)>?")


def judge_robot(
    walked: Walk, leaves: Sequence[Leaf], body: str, *, subject: str, senders: Sequence[str], own_addresses: frozenset[str]
) -> RobotVerdict:
    """Who wrote this mail: a person, or which kind of machine. `leaves` are all leaves that are not the body."""
    headers = walked.headers
    sender = senders[0] if senders else ""
    submitted = _word(headers, "auto-submitted")
    if sender in own_addresses and (submitted not in ("", "no") or _is_ours(headers)):
        return RobotVerdict(robot=Robot.OWN)
    report = _report_type(walked, leaves)
    if report == "disposition-notification":
        return RobotVerdict(robot=Robot.READ_RECEIPT)
    carries_files = any(_is_report_file(leaf) for leaf in leaves)
    bounced_shape = _MACHINE_SENDER.match(sender) or headers.first("x-failed-recipients") or _empty_path(headers)
    if report == "delivery-note":  # delayed, or delivered: nobody is missing anything
        return RobotVerdict(robot=Robot.AUTO_REPLY)
    if report == "delivery-status" or (bounced_shape and _BOUNCE_SUBJECT.match(subject)) or headers.first("x-failed-recipients"):
        return _bounce(headers, leaves, body)
    if carries_files:
        automatic = submitted not in ("", "no") or _is_automatic(headers) or _is_list(headers) or _empty_path(headers)
        return RobotVerdict(robot=Robot.AUTO_FORWARD) if automatic else PERSON
    if submitted.startswith("auto-forwarded"):
        return RobotVerdict(robot=Robot.AUTO_FORWARD)
    if submitted not in ("", "no") or _is_automatic(headers) or _ABSENCE_SUBJECT.match(subject) or _MACHINE_SENDER.match(sender):
        return RobotVerdict(robot=Robot.AUTO_REPLY)
    if _is_list(headers):
        return RobotVerdict(robot=Robot.LIST)
    return RobotVerdict(robot=Robot.AUTO_REPLY) if _empty_path(headers) else PERSON


def _word(headers: Headers, name: str) -> str:
    return decode_words(headers.first(name)).split(";", maxsplit=1)[0].strip().lower()


def _is_ours(headers: Headers) -> bool:
    return b"thubao" in headers.first("message-id").lower() or bool(headers.first("x-thubao"))


def _empty_path(headers: Headers) -> bool:
    return any(value.strip() == b"<>" for value in headers.every("return-path"))


def _is_list(headers: Headers) -> bool:
    return any(headers.first(name) for name in _LIST_HEADERS) or _word(headers, "precedence") in {"list", "bulk", "junk"}


def _is_automatic(headers: Headers) -> bool:
    return (
        any(headers.first(name) for name in _AUTOMATIC_HEADERS)
        or _word(headers, "precedence") in {"auto_reply", "auto-reply"}
        or _word(headers, "x-ms-exchange-generated-message-source") == "mailbox rules agent"
        or _word(headers, "x-ms-exchange-inbox-rules-loop") != ""
    )


def _is_report_file(leaf: Leaf) -> bool:
    """Whether a leaf is something a unit would send: a named or attached file, not a signature picture or a server's note."""
    if leaf.declared_type in {
        "message/delivery-status", "message/disposition-notification", "text/rfc822-headers", "message/rfc822-headers",
        "message/global-delivery-status", "application/pkcs7-signature", "application/x-pkcs7-signature", "text/calendar",
    }:  # fmt: skip
        return False
    if leaf.inline and leaf.declared_type.startswith("image/") and leaf.size < 40_000:  # noqa: PLR2004 - a logo
        return False
    if leaf.declared_type.startswith("text/") and not leaf.name:
        return False
    return leaf.size > 0


def _report_type(walked: Walk, leaves: Sequence[Leaf]) -> str:
    for leaf in leaves:
        if leaf.declared_type in {"message/delivery-status", "message/global-delivery-status"}:
            failed = not re.search(rb"(?im)^action:", leaf.data) or re.search(rb"(?im)^action:\s*failed", leaf.data)
            return "delivery-status" if failed else "delivery-note"
        if leaf.declared_type == "message/disposition-notification":
            return "disposition-notification"
    for each in walked.multipart_types:
        if each.value == "multipart/report":
            return each.get("report-type").lower()
    return ""


def _bounce(headers: Headers, leaves: Sequence[Leaf], body: str) -> RobotVerdict:
    recipient = ""
    message_id = ""
    for leaf in leaves:
        if leaf.declared_type.endswith("delivery-status"):
            found = {match[1].lower(): match[2] for match in _RECIPIENT.finditer(leaf.data)}
            address = found.get(b"original") or found.get(b"final") or b""
            recipient = recipient or decode_bytes(address).lower()
        if leaf.declared_type in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}:
            inner, _, _ = read_headers(leaf.data, 0, len(leaf.data))
            message_id = message_id or _bracketed(inner.first("message-id"))
    if not recipient:
        failed = _ADDRESS.search(decode_words(headers.first("x-failed-recipients"))) or _ADDRESS.search(body)
        recipient = failed[1].lower() if failed else ""
    if not message_id:
        quoted = _MESSAGE_ID.search(body.encode())
        message_id = _bracketed(quoted[1]) if quoted else ""
    message_id = message_id or _bracketed(headers.first("in-reply-to")) or _bracketed(headers.first("references"))
    return RobotVerdict(robot=Robot.BOUNCE, bounced_message_id=message_id, bounced_recipient=recipient)


def _bracketed(raw: bytes) -> str:
    found = re.search(rb"<[^<>\s]{1,900}>", raw)
    return decode_bytes(found[0]) if found else decode_bytes(raw.strip())
