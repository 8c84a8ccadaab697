"""Text of any origin made readable before it is looked at: old encodings, mojibake, tones typed as marks."""

from __future__ import annotations

from functools import lru_cache

from config.vietnamese import nfc
from parsers.legacy import decode_legacy
from service.rules.names_tokens import without_typed_marks

_REMEMBERED = 2_000


def decoded(text: str) -> str:
    """The text in Unicode, composed, whatever encoding it came in."""
    return _short(text) if len(text) <= _REMEMBERED else _decode(text)


def _decode(text: str) -> str:
    return without_typed_marks(nfc(decode_legacy(nfc(text)).text))


_short = lru_cache(maxsize=512)(_decode)  # subjects, names and headings are asked for again and again
