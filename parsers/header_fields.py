"""The header fields of a part as bytes, whatever the sender broke: lines without a name, no blank line, headers without end."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

LONGEST_HEADERS = 512 * 1024
"""Bytes of a part's headers that are read line by line; of what follows only the fields that say how the part is built."""

LONGEST_FIELD = 64 * 1024
MOST_PARAMETERS = 1_000
"""Semicolons in the headers of one part; Python's own parser takes their square, and walks each header a dozen times."""

_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_KNOWN_FIELD = re.compile(
    rb"(?im)^(?:content-(?:type|transfer-encoding|disposition|id)|mime-version|date|from|to|subject|message-id|received)[ \t]*:"
)
_LATE_FIELD = re.compile(
    rb"(?im)^(content-(?:type|transfer-encoding|disposition|id)|mime-version|date|from|to|subject|message-id)[ \t]*:"
    rb"([^\n]{0,65536}(?:\n[ \t][^\n]{0,2000}){0,100})"
)
_SPACES = re.compile(rb"(?:[ \t]+\r?\n)+")
_BLANK_LINE = re.compile(rb"\n[ \t]*\r?\n")
_MOST_LATE_FIELDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """The header fields of a part in order: lower-case name and raw value, still folded."""

    fields: tuple[tuple[str, bytes], ...] = ()

    def every(self, name: str) -> tuple[bytes, ...]:
        """All values of a field, topmost first."""
        return tuple(value for key, value in self.fields if key == name)

    def first(self, name: str) -> bytes:
        """The topmost value of a field, or b""."""
        return next((value for key, value in self.fields if key == name), b"")


def skip_blank_lines(raw: bytes) -> int:
    """Where the headers of a message begin: some programs put blank lines or a byte order mark before them."""
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    blank = re.compile(rb"[ \t]*\r?\n").match
    position = start
    while position < 4096 and (line := blank(raw, position)) is not None:  # noqa: PLR2004 - more than this is no accident
        position = line.end()
    return position if _FIELD.match(raw[position : position + 200]) else start


def read_headers(raw: bytes, start: int, end: int) -> tuple[Headers, int, tuple[str, ...]]:
    """The header fields at `start`, the offset where the body begins, and what was broken."""
    fields: list[tuple[str, bytes]] = []
    defects: list[str] = []
    position = start
    limit = min(end, start + LONGEST_HEADERS)
    while position < limit:
        stop = raw.find(b"\n", position, limit)
        after = limit if stop < 0 else stop + 1
        line = raw[position:after].rstrip(b"\r\n")
        if not line:
            return Headers(fields=tuple(fields)), after, tuple(defects)
        if stop < 0 and limit < end and (line[:1] in b" \t" or _FIELD.match(raw[position : position + 200])):
            break  # only the beginning of the line is seen
        if (spaces := _SPACES.match(raw, position, limit)) is not None and fields:
            if not _KNOWN_FIELD.search(_rest_of_headers(raw, spaces.end(), limit)):
                return Headers(fields=tuple(fields)), after, (*defects, "blank line with spaces ends the headers")
            after = spaces.end()
        elif line[:1] in b" \t" and fields:
            _extend(fields, line)
        elif (match := _FIELD.fullmatch(line)) is not None:
            fields.append((match[1].decode("ascii").lower(), match[2].strip()[:LONGEST_FIELD]))
        elif position == start and line.startswith((b"From ", b">From ")):
            pass  # the separator line of an mbox
        elif fields and _KNOWN_FIELD.search(_rest_of_headers(raw, after, limit)):
            defects.append("header line without a name")  # a subject broken over two lines: the headers go on below
            _extend(fields, b" " + line)
        else:
            return Headers(fields=tuple(fields)), position, (*defects, "no blank line between headers and body")
        position = after
    if limit < end:
        position = _late_fields(raw, position, end, fields)
        defects.append("endless headers")
    return Headers(fields=tuple(fields)), position, tuple(defects)


def has_endless_parameters(headers: bytes) -> bool:
    """Whether headers hold more parameters than any program writes, so that they are left to our own reading alone."""
    return headers.count(b";") > MOST_PARAMETERS


def _late_fields(raw: bytes, start: int, end: int, fields: list[tuple[str, bytes]]) -> int:
    """Where the body begins behind headers too long to be read by line; the fields that say how the part is built are added."""
    blank = _BLANK_LINE.search(raw, start, end)
    stop, body = (blank.start(), blank.end()) if blank else (end, end)
    late = itertools.islice(_LATE_FIELD.finditer(raw, start, stop), _MOST_LATE_FIELDS)
    fields.extend((match[1].decode("ascii").lower(), match[2].strip()) for match in late)
    return body


def _extend(fields: list[tuple[str, bytes]], line: bytes) -> None:
    key, value = fields[-1]
    if len(value) < LONGEST_FIELD:
        fields[-1] = (key, value + b"\r\n" + line)


def _rest_of_headers(raw: bytes, position: int, limit: int) -> bytes:
    """What follows up to the next blank line, at most a few lines: only a look ahead."""
    ahead = raw[position : min(limit, position + 4096)]
    blank = re.search(rb"\r?\n\r?\n", ahead)
    return ahead[: blank.start()] if blank else ahead
