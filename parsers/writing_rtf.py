"""Rich text made ready for the outside program: without its pictures, and refused when it is built to exhaust a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.writing_blocks import damaged, too_large

RTF_START = b"{\\rtf"
_DEEPEST = 2_000
"""So many groups inside each other are no document: Word writes some dozens, and each costs a converter kilobytes."""

_MOST_PIECES = 40_000
"""Paragraphs, rows and cells: a report of sixty pages has some three thousand, and each costs a converter two kilobytes."""

_GROUPS = re.compile(rb"\\[\\{}]|[{}]")
_PIECES = re.compile(rb"\\(?:par|row|cell|nestcell|nestrow|cellx-?\d+|line|page|sect)(?![a-z])")
_PICTURE = re.compile(rb"[0-9a-fA-F\s]{2000,}")
_BINARY = re.compile(rb"(?<!\\)(?:\\\\)*\\bin(\d{1,12}) ?")


def lean_rtf(data: bytes) -> bytes:
    """The document without the bytes of its pictures, which are taken out as files of their own. Raises WritingError."""
    lean = _PICTURE.sub(b" ", b"".join(_without_binary(data)))
    depth = 0
    for mark in _GROUPS.findall(lean):
        depth += (mark == b"{") - (mark == b"}")
        if depth > _DEEPEST:
            raise too_large("groups nested too deeply")
    if sum(1 for _ in _PIECES.finditer(lean)) > _MOST_PIECES:
        raise too_large(f"more than {_MOST_PIECES:,} paragraphs and cells")
    return lean


def _without_binary(data: bytes) -> Iterator[bytes]:
    """What stands around the binary pieces, each as long as it says. WritingError where one is longer than the file."""
    position = 0
    while (found := _BINARY.search(data, position)) is not None:
        yield data[position : found.start()]
        position = found.end() + int(found[1])
        if position > len(data):
            raise damaged("a binary piece longer than the file")
    yield data[position:]
