"""What Outlook wraps a mail in: winmail.dat (TNEF) and saved messages (.msg), with messages attached to messages."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import olefile
import oxmsg
from oxmsg.attachment import Attachment
from oxmsg.domain.model import UnrecognizedCodePageError, UnsupportedEncodingError
from oxmsg.properties import Properties
from oxmsg.storage import Storage, Stream

from parsers.allowance import Allowance, Refused
from parsers.archives import Member, broken
from parsers.part_names import last_step, readable
from parsers.tnef import Tnef, read_tnef

BODY_NAME = "nội dung thư"
"""The name under which the text of a message inside a message appears."""

_MSG_ERRORS = (
    ValueError, IndexError, KeyError, struct.error, TypeError, AttributeError, UnicodeError, OverflowError, RecursionError,
    LookupError, AssertionError, OSError, UnrecognizedCodePageError, UnsupportedEncodingError,
)  # fmt: skip
_DEEPEST = 20
_EMBEDDED_STORAGE = "__substg1.0_3701000D"


def tnef_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """The attachments of a winmail.dat; its text body, when it has one, comes first."""
    try:
        opened = read_tnef(data)
    except ValueError as error:
        raise Refused(broken("winmail.dat"), code="D-UNREADABLE") from error
    yield from _tnef_content(opened, allowance, prefix="")
    if not opened.whole:
        raise Refused(broken("winmail.dat"), code="D-UNREADABLE")


def _tnef_content(opened: Tnef, allowance: Allowance, prefix: str) -> Iterator[Member]:
    body = opened.html or opened.body
    if body.strip():
        allowance.take(len(body))
        ending, declared = ("html", "text/html") if opened.html else ("txt", "text/plain")
        yield Member(name=f"{prefix}{BODY_NAME}.{ending}", data=body, declared_type=declared, inline=True)
    for number, attached in enumerate(opened.files, start=1):
        name = attached.name or f"tệp {number}"
        if attached.message is not None:
            yield from _tnef_content(attached.message, allowance, prefix=f"{prefix}{name}/")
        else:
            yield _taken(prefix + name, attached.data, allowance)


def _taken(name: str, content: bytes, allowance: Allowance) -> Member:
    try:
        allowance.expect_bytes(len(content), len(content))
        allowance.take(len(content))
    except Refused as refused:
        return Member(name=name, refusal=refused.text, code=refused.code)
    return Member(name=name, data=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookHeading:
    """Who wrote a saved message, and under what subject."""

    sender: str
    subject: str


def _load(data: bytes) -> Storage:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return _storage(ole, ole.root, "", 0)
    except _MSG_ERRORS as error:
        raise Refused(broken("Outlook"), code="D-UNREADABLE") from error


def _storage(ole: olefile.OleFileIO, node: olefile.olefile.OleDirectoryEntry, path: str, depth: int) -> Storage:
    """A storage of the file without its recipients: a thousand of them would take seconds to load, and nobody asks for them."""
    streams: list[Stream] = []
    storages: list[Storage] = []
    for kid in node.kids:
        inner = f"{path}/{kid.name}" if path else kid.name
        if kid.entry_type == olefile.STGTY_STREAM:
            streams.append(Stream(inner, ole.openstream(inner).read()))
        elif kid.entry_type == olefile.STGTY_STORAGE and depth < _DEEPEST and not kid.name.startswith(("__recip", "__nameid")):
            storages.append(_storage(ole, kid, inner, depth + 1))
    return Storage(path, tuple(streams), tuple(storages))


def msg_heading(data: bytes) -> OutlookHeading:
    """Sender ("Name <address>") and subject of a .msg, "" where it has none or is broken."""
    try:
        message = oxmsg.Message(_load(data))
        return OutlookHeading(sender=(message.sender or "").replace("\0", ""), subject=message.subject.replace("\0", ""))
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
        yield _taken(prefix + name, content, allowance)


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
        content = plain.rstrip("\0").encode()
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
