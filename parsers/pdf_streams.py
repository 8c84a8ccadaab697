"""Pages of a PDF that would swell beyond reason, told before a reader inflates them."""

from __future__ import annotations

import re
import zlib

MOST_OF_A_STREAM = 4 * 1024 * 1024
"""What a page draws is some hundred kilobytes; readers need sixty bytes for every one of it."""

MOST_OF_ALL = 48 * 1024 * 1024
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_LONGEST_DICTIONARY = 2_000
_DEFLATED = re.compile(rb"/Filter\s*\[?\s*/Fl(?:ateDecode)?\b")
_HARMLESS = re.compile(rb"/Image\b|/Length1\b|/EmbeddedFile\b|/Type1C\b|/CIDFontType0C\b|/OpenType\b")
"""Pictures are bounded by their size in pixels, fonts and attached files are never drawn."""


def swells(data: bytes) -> bool:
    """Whether one stream that draws, or all of them together, inflates to more than any document has."""
    total = 0
    view = memoryview(data)
    for found in _STREAM.finditer(data):
        before = data[max(0, found.start() - _LONGEST_DICTIONARY) : found.start()]
        dictionary = before[before.rfind(b" obj") + 1 :]
        if not _DEFLATED.search(dictionary) or _HARMLESS.search(dictionary):
            continue
        try:
            size = len(zlib.decompressobj().decompress(view[found.end() :], MOST_OF_A_STREAM + 1))
        except zlib.error:
            continue
        total += size
        if size > MOST_OF_A_STREAM or total > MOST_OF_ALL:
            return True
    return False
