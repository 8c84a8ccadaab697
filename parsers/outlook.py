"""What Outlook wraps a mail in: winmail.dat (TNEF) and saved messages (.msg), with messages attached to messages."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import olefile
import oxmsg
import tnefparse
from oxmsg.attachment import Attachment
from oxmsg.domain.model import UnrecognizedCodePageError, UnsupportedEncodingError
from oxmsg.properties import Properties
from oxmsg.storage import Storage

from config.text import NO_TEXT
from parsers.allowance import Allowance, Refused
from parsers.archives import Member, broken
from parsers.part_names import decode_bytes, last_step, readable

BODY_NAME = "nội dung thư"
"""The name under which the text of a message inside a message appears."""

_TNEF_ERRORS = (
    ValueError, IndexError, KeyError, struct.error, TypeError, AttributeError, UnicodeError, OverflowError, RecursionError,
    LookupError, UnboundLocalError, AssertionError, OSError,
)  # fmt: skip
_MSG_ERRORS = (*_TNEF_ERRORS, UnrecognizedCodePageError, UnsupportedEncodingError)
_EMBEDDED = 5  # PidTagAttachMethod: afEmbeddedMessage
_ATTACH_METHOD = 0x3705
_EMBEDDED_STORAGE = "__substg1.0_3701000D"


def tnef_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """The attachments of a winmail.dat; its text body, when it has one, comes first. Raises Refused when it is broken."""
    try:
        opened = tnefparse.TNEF(data, do_checksum=False)
    except _TNEF_ERRORS as error:
        raise Refused(broken("winmail.dat"), code="D-UNREADABLE") from error
    yield from _tnef_content(opened, allowance, prefix="")


def _tnef_content(opened: tnefparse.TNEF, allowance: Allowance, prefix: str) -> Iterator[Member]:
    if opened.htmlbody or opened.body:
        content = _as_bytes(opened.htmlbody or opened.body)
        allowance.take(len(content))
        ending, declared = ("html", "text/html") if opened.htmlbody else ("txt", "text/plain")
        yield Member(name=f"{prefix}{BODY_NAME}.{ending}", data=content, declared_type=declared, inline=True)
    for number, attachment in enumerate(opened.attachments, start=1):
        name = _tnef_name(attachment) or f"tệp {number}"
        inner = getattr(attachment, "embed", None)
        if inner is not None and prefix.count("/") < allowance.limits.depth:
            yield from _tnef_content(inner, allowance, prefix=f"{prefix}{name}/")
            continue
        content = _as_bytes(attachment.data)
        try:
            allowance.expect_bytes(len(content), len(content))
            allowance.take(len(content))
        except Refused as refused:
            yield Member(name=prefix + name, refusal=refused.text, code=refused.code)
            continue
        yield Member(name=prefix + name, data=content)


def _as_bytes(content: object) -> bytes:
    if isinstance(content, str):
        return content.encode()
    return bytes(content) if isinstance(content, bytes | bytearray) else b""


def _tnef_name(attachment: tnefparse.tnef.TNEFAttachment) -> str:
    try:
        name = attachment.long_filename()
    except _TNEF_ERRORS:
        name = attachment._name  # noqa: SLF001 - its own decoding failed on windows-1258 bytes
    text = decode_bytes(name.strip(b"\0")) if isinstance(name, bytes) else str(name or "").strip("\0")
    return readable(last_step(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookHeading:
    """Who wrote a saved message, and under what subject."""

    sender: str
    subject: str


def _load(data: bytes) -> Storage:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return Storage.from_ole(ole)
    except _MSG_ERRORS as error:
        raise Refused(broken("Outlook"), code="D-UNREADABLE") from error


def msg_heading(data: bytes) -> OutlookHeading:
    """Sender ("Name <address>") and subject of a .msg, "" where it has none or is broken."""
    try:
        message = oxmsg.Message(_load(data))
        return OutlookHeading(sender=message.sender or "", subject=message.subject)
    except (Refused, *_MSG_ERRORS):
        return OutlookHeading(sender="", subject="")


def msg_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """Body and attachments of a .msg, messages inside it included. Raises Refused when it is broken."""
    yield from _message(_load(data), allowance, prefix="", header=32)


def _message(storage: Storage, allowance: Allowance, prefix: str, header: int) -> Iterator[Member]:
    yield from _msg_body(storage, allowance, prefix, header)
    for number, attached in enumerate(storage.iter_attachment_storages(), start=1):
        attachment = Attachment(attached)
        name = _attachment_name(attachment) or f"tệp {number}"
        embedded = next((each for each in attached.storages if each.name == _EMBEDDED_STORAGE), None)
        if embedded is not None and prefix.count("/") < allowance.limits.depth:
            yield from _message(embedded, allowance, prefix=f"{prefix}{name}/", header=24)
            continue
        try:
            content = attachment.file_bytes
        except _MSG_ERRORS:
            content = None
        if content is None:
            yield Member(name=prefix + name, refusal=broken("Outlook"), code="D-UNREADABLE")
            continue
        try:
            allowance.expect_bytes(len(content), len(content))
            allowance.take(len(content))
        except Refused as refused:
            yield Member(name=prefix + name, refusal=refused.text, code=refused.code)
            continue
        yield Member(name=prefix + name, data=content, refusal=NO_TEXT)


def _msg_body(storage: Storage, allowance: Allowance, prefix: str, header: int) -> Iterator[Member]:
    properties = Properties(storage, properties_header_offset=header)
    try:
        plain = properties.str_prop_value(0x1000)
        html = properties.binary_prop_value(0x1013)
    except _MSG_ERRORS:
        return
    if html:
        allowance.take(len(html))
        yield Member(name=f"{prefix}{BODY_NAME}.html", data=html, declared_type="text/html", inline=True)
    elif plain and plain.strip():
        content = plain.encode()
        allowance.take(len(content))
        yield Member(name=f"{prefix}{BODY_NAME}.txt", data=content, declared_type="text/plain", inline=True)


def _attachment_name(attachment: Attachment) -> str:
    for identifier in (0x3707, 0x3704, 0x3001):  # long name, short name, display name
        try:
            name = attachment.properties.str_prop_value(identifier)
        except _MSG_ERRORS:
            continue
        if name and name.strip("\0 "):
            return readable(last_step(name.strip("\0")))
    return ""
