"""Rich text made ready for the outside program: without its pictures, and refused when it is built to exhaust a reader."""

from __future__ import annotations

import re

from parsers.writing_blocks import damaged

RTF_START = b"{\\rtf"
_DEEPEST = 2_000
"""So many groups inside each other are no document: Word writes some dozens, and each costs a converter kilobytes."""

_GROUPS = re.compile(rb"\\[\\{}]|[{}]")
_PICTURE = re.compile(rb"[0-9a-fA-F\s]{2000,}")


def lean_rtf(data: bytes) -> bytes:
    """The document without the bytes of its pictures, which are taken out as files of their own. Raises WritingError."""
    lean = _PICTURE.sub(b" ", data)
    depth = 0
    for mark in _GROUPS.findall(lean):
        depth += (mark == b"{") - (mark == b"}")
        if depth > _DEEPEST:
            raise damaged("groups nested too deeply")
    return lean
