"""Outlook's winmail.dat (TNEF), read within its bytes: attachments, messages inside attachments, and the body.

Our own reader: tnefparse took 40 seconds and all memory for a file of 53 bytes (it believes the counts in the file), fails on
windows-1258 names, and gives up every attachment when one record is broken. It is the second witness in the tests.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.part_names import decode_bytes, last_step, readable

SIGNATURE = b"\x78\x9f\x3e\x22"
_ATTACHMENT_LEVEL = 2
_TITLE, _DATA, _RENDER, _ATTACHMENT, _BODY, _PROPERTIES, _CODEPAGE = 0x8010, 0x800F, 0x9002, 0x9005, 0x800C, 0x9003, 0x9007
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _CONTENT = 0x3707, 0x3704, 0x3001, 0x3701
_PLAIN, _HTML = 0x1000, 0x1013
_EMBEDDED_MESSAGE = b"\x07\x03\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16, 0x01: 4}
_VARIABLE = frozenset({0x0D, 0x1E, 0x1F, 0x102, 0x00})
_UNICODE = 0x1F
_NAMED = 0x8000
_MANY = 0x1000


@dataclass(slots=True, kw_only=True)
class TnefFile:
    """One attachment while it is gathered from its records."""

    name: str = ""
    data: bytes = field(default=b"", repr=False)
    message: Tnef | None = None  # a message attached to the message


@dataclass(slots=True, kw_only=True)
class Tnef:
    """What a winmail.dat holds. `whole` is false when it ends in the middle of a record."""

    files: list[TnefFile] = field(default_factory=list)
    body: bytes = field(default=b"", repr=False)
    html: bytes = field(default=b"", repr=False)
    whole: bool = True


def read_tnef(data: bytes, depth: int = 0) -> Tnef:
    """Everything in a TNEF stream up to where it breaks. ValueError when it is none."""
    if not data.startswith(SIGNATURE):
        message = "not TNEF"
        raise ValueError(message)
    found = Tnef()
    charset = "cp1252"
    for level, attribute, content in _records(data, found):
        if attribute == _CODEPAGE and len(content) >= 4:  # noqa: PLR2004 - a number
            charset = f"cp{struct.unpack('<I', content[:4])[0]}"
        elif level == _ATTACHMENT_LEVEL:
            _attachment_record(found, attribute, content, charset, depth)
        elif attribute == _BODY:
            found.body = content.rstrip(b"\0")
        elif attribute == _PROPERTIES:
            for identifier, kind, value in _properties(content):
                if identifier == _HTML:
                    found.html = value
                elif identifier == _PLAIN and not found.body:
                    found.body = _text(value, kind, charset).encode()
    return found


def _records(data: bytes, found: Tnef) -> Iterator[tuple[int, int, bytes]]:
    position = 6
    while position + 9 <= len(data):
        level, attribute, _kind, length = struct.unpack("<BHHI", data[position : position + 9])
        end = position + 9 + length
        if end > len(data):
            found.whole = False
            if attribute not in {_DATA, _ATTACHMENT}:
                return
            end = len(data)
        yield level, attribute, data[position + 9 : end]
        position = end + 2


def _attachment_record(found: Tnef, attribute: int, content: bytes, charset: str, depth: int) -> None:
    if attribute == _RENDER or not found.files:
        found.files.append(TnefFile())
    current = found.files[-1]
    if attribute == _TITLE:
        current.name = current.name or _clean(decode_bytes(content.rstrip(b"\0"), charset))
    elif attribute == _DATA:
        current.data = content
    elif attribute == _ATTACHMENT:
        _attachment_properties(current, content, charset, depth)


def _attachment_properties(current: TnefFile, content: bytes, charset: str, depth: int) -> None:
    names: dict[int, str] = {}
    for identifier, kind, value in _properties(content):
        if identifier in {_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME}:
            names[identifier] = _clean(_text(value, kind, charset))
        elif identifier == _CONTENT:
            current.data = value[16:] if value.startswith(_EMBEDDED_MESSAGE) else value
            if value.startswith(_EMBEDDED_MESSAGE + SIGNATURE) and depth < 5:  # noqa: PLR2004 - as deep as containers go
                current.message = read_tnef(current.data, depth + 1)
    current.name = names.get(_LONG_NAME) or current.name or names.get(_SHORT_NAME) or names.get(_DISPLAY_NAME) or ""


def _clean(name: str) -> str:
    return readable(last_step(name.strip("\0 ")))


def _text(value: bytes, kind: int, charset: str) -> str:
    if kind == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    return decode_bytes(value.rstrip(b"\0"), charset)


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(identifier, type, first value) of every property, up to where the bytes end: counts in the file are not believed."""
    position = 4
    try:
        while position + 4 <= len(data):
            kind, identifier = struct.unpack("<HH", data[position : position + 4])
            position += 4
            if identifier >= _NAMED:
                position = _after_name(data, position)
            many = bool(kind & _MANY)
            kind &= ~_MANY
            count = 1
            if many or kind in _VARIABLE:
                count = struct.unpack("<I", data[position : position + 4])[0]
                position += 4
            for number in range(count):
                if position > len(data):
                    return
                value, position = _value(data, position, kind)
                if number == 0:
                    yield identifier, kind, value
    except (struct.error, KeyError):
        return


def _after_name(data: bytes, position: int) -> int:
    kind = struct.unpack("<I", data[position + 16 : position + 20])[0]
    if kind == 0:
        return position + 24
    length = struct.unpack("<I", data[position + 20 : position + 24])[0]
    return int(position + 24 + (length + 3) // 4 * 4)


def _value(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    if kind in _VARIABLE:
        length = struct.unpack("<I", data[position : position + 4])[0]
        start = position + 4
        return data[start : start + length], start + (length + 3) // 4 * 4
    size = _FIXED[kind]
    return data[position : position + size], position + size
