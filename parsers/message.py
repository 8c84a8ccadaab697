"""A raw message as values: envelope, body, leaves, forwarded originals, links. The only place that knows mail-parser.

mail-parser is given the message with every leaf replaced by a short mark: a mail of 40 MB costs it no more than one of 4 KB,
and any leaf that comes back without a mark is one that our own walk missed; it is added.
"""

from __future__ import annotations

import binascii
import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message
from email.utils import parsedate_to_datetime

import mailparser
from mailparser.exceptions import MailParserError

from config.campaign import Severity
from config.text import Text
from parsers import content_type as kind
from parsers.body import address_list, choose_body, drive_links, html_to_text, inline_forwards
from parsers.header_fields import Headers, has_endless_parameters, read_headers
from parsers.legacy import decode_legacy
from parsers.outlook import msg_heading
from parsers.part_names import decode_words
from parsers.parts import Leaf, Part, Walk, is_blank, leaf_of, make_leaf, transfer_encoding, walk
from parsers.robots import judge_robot
from parsers.uuencode import uuencoded_files
from parsers.values import Envelope, Finding, Forwarded

__all__ = ["OpenedMessage", "drive_links", "html_to_text", "read_envelope_and_parts"]

_MAIL_PARSER_ERRORS = (
    MailParserError, ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError, UnicodeError,
    OverflowError, binascii.Error, MessageError,
)  # fmt: skip
logging.getLogger("mailparser").setLevel(logging.CRITICAL)  # it logs what senders write; defects are findings here
_MARK = re.compile(rb"thubao-leaf-\d+")
_AMBIGUOUS = Text(
    vi="Thư có cấu trúc không chuẩn, các phần mềm đọc thư có thể hiểu khác nhau; đã lấy mọi tệp tìm thấy.",
    en="The mail's structure is ambiguous and mail programs may read it differently; every file found was taken.",
)
_DAMAGED = Text(
    vi="Thư bị lỗi cấu trúc hoặc bị cắt ngang khi gửi; có thể thiếu tệp ở cuối thư.",
    en="The mail is damaged or was cut short on its way; files at its end may be missing.",
)
_TWO_SENDERS = Text(
    vi="Thư ghi nhiều người gửi (From) khác nhau; cần cán bộ quyết định.",
    en="The mail names several senders (From); the officer has to decide.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedMessage:
    """One message opened by one layer. `leaves` is everything but the body; `body_leaves` are the parts the body came from."""

    envelope: Envelope
    body: str
    html: str
    leaves: tuple[Leaf, ...]
    body_leaves: tuple[Leaf, ...]
    forwarded: tuple[Forwarded, ...]
    links: tuple[str, ...]
    findings: tuple[Finding, ...]


def read_envelope_and_parts(raw: bytes, *, own_addresses: frozenset[str] = frozenset()) -> OpenedMessage:
    """Open a raw message. Never raises for what a sender, a client or a server did to it."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")  # line ends of the first Macs; offsets stay
    walked = walk(raw)
    pairs = [(part, leaf_of(raw, part)) for part in walked.parts]
    parsed = _mail_parser(raw, walked.parts)
    missed = _missed_leaves(parsed) if parsed is not None else ()
    body = choose_body(pairs)
    of_body = {leaf.index for leaf in body.leaves}
    rest = [leaf for _, leaf in pairs if leaf.index not in of_body and (not is_blank(leaf.data) or leaf.name)]
    leaves = (*rest, *_uuencoded(body.leaves), *missed)
    headers = walked.headers
    subject = decode_legacy(decode_words(headers.first("subject"))).text
    senders = _senders(headers)
    addresses = tuple(dict.fromkeys(address for _, address in senders))
    verdict = judge_robot(walked, leaves, body.text, subject=subject, senders=addresses, own_addresses=own_addresses)
    envelope = Envelope(
        message_id=_message_ids(headers, "message-id", limit=1),
        subject=subject,
        senders=addresses,
        sender_name=next((name for name, _ in senders if name), ""),
        recipients=_recipients(headers),
        dated=_date(headers, parsed),
        in_reply_to=_message_ids(headers, "in-reply-to", limit=1),
        references=tuple(_message_ids(headers, "references", limit=200).split()),
        robot=verdict.robot,
        authentication_results=tuple(decode_words(value) for value in headers.every("authentication-results")),
        received_at=_received_at(headers),
        fingerprint=_fingerprint(headers, subject, addresses, [leaf for _, leaf in pairs]),
        bounced_message_id=verdict.bounced_message_id,
        bounced_recipient=verdict.bounced_recipient,
    )
    return OpenedMessage(
        envelope=envelope,
        body=body.text,
        html=body.html,
        leaves=leaves,
        body_leaves=body.leaves,
        forwarded=_forwarded(body.text, subject, leaves, own_addresses),
        links=drive_links(body.text + "\n" + _targets(body.html)),
        findings=_findings(walked, leaves, addresses, missed),
    )


def _mail_parser(raw: bytes, parts: Sequence[Part]) -> mailparser.MailParser | None:
    """mail-parser's view of the message with each leaf replaced by a mark; None when it gave up."""
    kept: list[bytes] = []
    position = 0
    for number, part in enumerate(parts):
        if has_endless_parameters(raw[position : part.start]):
            return None
        mark = b"thubao-leaf-%d" % number
        if transfer_encoding(raw, part)[0] == "base64":
            mark = binascii.b2a_base64(mark, newline=False)
        kept.extend((raw[position : part.start], mark if not is_blank(raw, part.start, part.end) else b""))
        position = part.end
    kept.append(raw[position:][:65_536])
    elided = b"".join(kept)
    if len(elided) > 1024 * 1024 or has_endless_parameters(kept[-1]):  # the headers of 2,000 parts have 300 KB
        return None
    if elided.count(b"@") > _MOST_ADDRESSES:
        return None
    try:
        return mailparser.parse_from_bytes(elided)
    except _MAIL_PARSER_ERRORS:
        return None


def _missed_leaves(parsed: mailparser.MailParser) -> tuple[Leaf, ...]:
    """Leaves that mail-parser or the standard library's tree behind it show and our walk did not."""
    found: dict[str, Leaf] = {}
    tree = parsed.message if isinstance(parsed.message, Message) else Message()
    contents: list[tuple[str, str, bytes]] = []
    try:
        contents.extend(
            (part.get_filename() or "", part.get_content_type(), _decoded_payload(part))
            for part in tree.walk()
            if not part.is_multipart()
        )
        contents.extend(
            (
                str(each["filename"]),
                str(each["mail_content_type"]),
                _attachment_bytes(str(each["payload"]).encode("utf-8", "surrogateescape")),
            )
            for each in parsed.attachments
        )
    except _MAIL_PARSER_ERRORS:
        return ()
    for name, declared, data in contents:
        if is_blank(data) or _MARK.search(data) or _MARK.search(_attachment_bytes(data)):
            continue
        leaf = make_leaf(data, path=name or f"phần thêm {len(found) + 1}", name=name, declared_type=declared)
        found.setdefault(leaf.sha256, replace(leaf, defects=("seen only by mail-parser",)))
    return tuple(found.values())


def _decoded_payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attachment_bytes(payload: bytes) -> bytes:
    try:
        return binascii.a2b_base64(payload)
    except (binascii.Error, ValueError):
        return payload


def _senders(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(pair for value in headers.every("from") for pair in _addresses(value))


def _addresses(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Addresses are split before words are decoded: a decoded name may hold a comma or an address of its own."""
    pairs = address_list(re.sub(r"\r?\n[ \t]*", " ", raw.decode("utf-8", "surrogateescape")))
    return tuple((decode_words(name.encode("utf-8", "surrogateescape")), _plain_address(address)) for name, address in pairs)


def _plain_address(address: str) -> str:
    return address.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip("<> ")


_MOST_FIELDS = 20  # of one name


def _recipients(headers: Headers) -> tuple[str, ...]:
    named = (
        address
        for name in ("to", "cc", "delivered-to", "x-original-to")
        for value in headers.every(name)[:_MOST_FIELDS]
        for _, address in _addresses(value)
    )
    return tuple(dict.fromkeys(named))


def _message_ids(headers: Headers, name: str, *, limit: int) -> str:
    raw = headers.first(name)
    found = re.findall(rb"<[^<>\s]{1,900}>", raw)[-limit:] if limit > 1 else re.findall(rb"<[^<>]{1,900}>", raw)[:1]
    return decode_words(b" ".join(re.sub(rb"\s", b"", each) for each in found) or raw[:900]) if raw else ""


def _date(headers: Headers, parsed: mailparser.MailParser | None) -> datetime | None:
    own = _moment(decode_words(headers.first("date")))
    if own is not None or parsed is None:
        return own
    dated = parsed.date
    return dated.replace(tzinfo=UTC) if isinstance(dated, datetime) and dated.tzinfo is None else None


def _received_at(headers: Headers) -> datetime | None:
    top = decode_words(headers.first("received"))
    return _moment(top.rpartition(";")[2]) if ";" in top else None


_LONGEST_DATE = 200
_MOST_ADDRESSES = 10_000  # that mail-parser takes apart, each twice: 80,000 keep it for seconds


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text[:_LONGEST_DATE].partition("(")[0].strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _fingerprint(headers: Headers, subject: str, senders: Sequence[str], leaves: Sequence[Leaf]) -> str:
    """Equal for the same mail delivered twice: trace headers, transfer encodings and line ends do not count."""
    digest = hashlib.sha256()
    told = (
        "\x1f".join(senders),
        decode_words(headers.first("date")),
        _message_ids(headers, "message-id", limit=1),
        " ".join(subject.split()),
    )
    for each in told:
        digest.update(each.encode() + b"\x1e")
    for leaf in leaves:
        digest.update(_content_digest(leaf) + b"\x1e")
    return digest.hexdigest()


def _content_digest(leaf: Leaf) -> bytes:
    if leaf.declared_type.startswith(("text/", "message/")) or (leaf.slice is not None and leaf.slice.encoding == "identity"):
        lines = leaf.data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return hashlib.sha256(b"\n".join(line.rstrip(b" \t") for line in lines.split(b"\n")).strip()).digest()
    return bytes.fromhex(leaf.sha256)


def _uuencoded(body_leaves: Sequence[Leaf]) -> tuple[Leaf, ...]:
    """Files that stand uuencoded in the text of the body."""
    found: list[Leaf] = []
    for leaf in body_leaves:
        if b"begin" in leaf.data:
            for each in uuencoded_files(leaf.data):
                made = make_leaf(each.data, path=each.name or "uuencode", name=each.name)
                found.append(made if each.whole else replace(made, defects=("uuencode block without its end",)))
    return tuple(found)


def _forwarded(body: str, subject: str, leaves: Sequence[Leaf], own_addresses: frozenset[str]) -> tuple[Forwarded, ...]:
    found = list(inline_forwards(body, subject))
    for leaf in leaves:
        if leaf.declared_type == kind.EML or leaf.name.lower().endswith(".eml"):
            inner, _, _ = read_headers(leaf.data, 0, len(leaf.data))
            found.extend(_original(leaf, _senders(inner), decode_legacy(decode_words(inner.first("subject"))).text))
        elif leaf.declared_type == kind.MSG or leaf.name.lower().endswith(".msg"):
            heading = msg_heading(leaf.data)
            found.extend(_original(leaf, address_list(heading.sender), heading.subject))
    return tuple(dict.fromkeys(each for each in found if each.sender not in own_addresses or not each.sender))


def _original(leaf: Leaf, senders: Sequence[tuple[str, str]], subject: str) -> tuple[Forwarded, ...]:
    if not senders and not subject:
        return ()
    name, address = senders[0] if senders else ("", "")
    return (Forwarded(sender=address, sender_name=name, subject=subject, sha256=leaf.sha256),)


def _targets(html: str) -> str:
    return "\n".join(re.findall(r"(?i)href\s*=\s*[\"']?([^\"'\s>]+)", html))


def _findings(walked: Walk, leaves: Sequence[Leaf], senders: Sequence[str], missed: Sequence[Leaf]) -> tuple[Finding, ...]:
    defects = {*walked.defects, *(defect for leaf in leaves for defect in leaf.defects)}
    found = []
    if missed or any(defect.startswith("ambiguous") for defect in defects):
        found.append(Finding(code="M-AMBIGUOUS", severity=Severity.WARNING, where="", text=_AMBIGUOUS))
    if defects & {"no final boundary", "multipart without its boundary"}:
        found.append(Finding(code="M-DAMAGED", severity=Severity.WARNING, where="", text=_DAMAGED))
    if len(senders) > 1:
        found.append(Finding(code="M-SENDERS", severity=Severity.WARNING, where="", text=_TWO_SENDERS))
    return tuple(found)
