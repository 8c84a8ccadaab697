"""Files that old programs wrote into the text of a mail: uuencode blocks ("begin 644 bao-cao.doc")."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from parsers.part_names import decode_bytes, last_step, readable

_BEGIN = re.compile(rb"(?m)^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,300})\r?\n")
_SHORTEST_LINE = re.compile(rb"[\x20-\x60]{2,90}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UuencodedFile:
    """One block: its name, its bytes, and where it stood. `whole` is false when the "end" line never came."""

    name: str
    data: bytes
    start: int
    end: int
    whole: bool


def uuencoded_files(text: bytes) -> tuple[UuencodedFile, ...]:
    """Every uuencoded file in a text, in order; a line that merely begins like one is no file."""
    found: list[UuencodedFile] = []
    position = 0
    while (begin := _BEGIN.search(text, position)) is not None and len(found) < 500:  # noqa: PLR2004 - as many as parts
        read = _read_base64(text, begin.end()) if begin[0].startswith(b"begin-base64") else _read_lines(text, begin.end())
        position = begin.end()
        if read is None:
            continue
        data, end, whole = read
        name = readable(last_step(decode_bytes(begin[1].strip())))
        found.append(UuencodedFile(name=name, data=data, start=begin.start(), end=end, whole=whole))
        position = end
    return tuple(found)


def without_uuencoded(text: bytes, files: tuple[UuencodedFile, ...]) -> bytes:
    """The text around the blocks."""
    kept, position = [], 0
    for each in files:
        kept.append(text[position : each.start])
        position = each.end
    return b"".join([*kept, text[position:]])


def _read_lines(text: bytes, position: int) -> tuple[bytes, int, bool] | None:
    decoded = bytearray()
    while position < len(text):
        stop = text.find(b"\n", position)
        after = len(text) if stop < 0 else stop + 1
        line = text[position:after].rstrip(b"\r\n")
        if line.strip() == b"end":
            return (bytes(decoded), after, True) if decoded else None
        if line.strip() in (b"`", b""):
            position = after
            continue
        piece = _line(line)
        if piece is None:
            break
        decoded += piece
        position = after
    return (bytes(decoded), position, False) if decoded else None


def _line(line: bytes) -> bytes | None:
    if not _SHORTEST_LINE.fullmatch(line):
        return None
    promised = (line[0] - 32) & 63
    needed = 1 + (promised + 2) // 3 * 4
    if not promised or len(line) > needed + 2:  # a checksum letter may follow
        return None
    try:
        return binascii.a2b_uu(line[:needed].ljust(needed))
    except binascii.Error:
        return None


def _read_base64(text: bytes, position: int) -> tuple[bytes, int, bool] | None:
    stop = re.compile(rb"(?m)^====[ \t]*\r?$").search(text, position)
    block = text[position : stop.start() if stop else len(text)]
    try:
        decoded = binascii.a2b_base64(block)
    except binascii.Error:
        return None
    return (decoded, stop.end() if stop else len(text), stop is not None) if decoded else None
