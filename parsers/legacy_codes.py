"""Plain decoding from one named legacy encoding; whether to decode at all is decided in `parsers.legacy`."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator

from parsers.legacy_tables import TCVN3, VIQR, VNI, VPS
from parsers.syllables import is_syllable, letter_runs

_FIRST_UPPER_HALF = 0xA0
_LOST = "\ufffd"
_LOST_BYTES = (0x81, 0x8D, 0x8F, 0x90, 0x9D)  # the codes windows-1252 has no character for
_MOJIBAKE_LEADS = re.compile(
    "[ÂÄÆÅĂáâ][\u0080-\u00bf\u0100-\u2122\u0300-\u0323\ufffd]|Ã[\u0080-\u009f\u00a1-\u00bf\u0100-\u2122\u0300-\u0323\ufffd]"
    "|(?<![A-ZĐ])Ã[ \u00a0]"  # "à"; but "XÃ TA MA" is a commune in capitals
)
_ADDRESS = re.compile(r"@|//|www\.")
_MOST_LOST_IN_A_WORD = 2


def from_tcvn3(text: str) -> str:
    """TCVN3 (ABC, .VnTime) shown as Latin-1 to Unicode. Capital letters with marks are typed small: see `upper_where_meant`."""
    return "".join(TCVN3.get(each, each) for each in text)


def from_vni(text: str) -> str:
    """VNI-Windows to Unicode: a base letter and its mark, longest first."""
    return _longest_first(text, VNI, 2)


def from_vps(text: str) -> str:
    """VPS to Unicode. Only by font: never guessed."""
    return "".join(VPS.get(each, each) for each in text)


def from_viqr(text: str) -> str:
    """VIQR ("Tua^`n") to Unicode. A full stop or question mark that ends a word without other marks stays one."""
    return re.sub(r"\S+", lambda word: word[0] if _ADDRESS.search(word[0]) else _viqr_word(word[0]), text)


def _viqr_word(text: str) -> str:
    out = []
    at = 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            out.append(text[at + 1])
            at += 2
            continue
        length = next((size for size in (3, 2) if text[at : at + size] in VIQR), 1)
        piece = text[at : at + length]
        if length == 2 and piece[1] in ".?" and not text[at + 2 : at + 3].isalpha():  # noqa: PLR2004 - letter and mark
            length, piece = 1, piece[0]
        out.append(VIQR.get(piece, piece))
        at += length
    return "".join(out)


def from_cp1258_surface(text: str) -> str | None:
    """Text whose bytes were wrongly shown as windows-1258, shown as Latin-1 instead; None if they were not."""
    surface = text.translate(_CP1258_SURFACE)
    return None if any(each > "\u00ff" and each in _CP1258_SURFACE.unknown for each in set(surface)) else surface


def from_mojibake(text: str) -> str | None:
    """UTF-8 that was read as windows-1252, Latin-1 or windows-1258, put right; None if it was not.

    Codes lost to a replacement character are restored where only one of them gives Vietnamese.
    """
    if not _MOJIBAKE_LEADS.search(text):
        return None
    whole = _unread(text)
    if whole is not None:
        return whole
    pieces = re.split(r"([ \n\t]+)", text)
    changed = [_unread(piece) or _restored(piece) for piece in pieces]
    if not any(changed) or "Ã " in text:
        flattened = _unread(text.replace("Ã ", "Ã\u00a0"))  # the second half of "à" is a no-break space, easily flattened
        return flattened if flattened or not any(changed) else _joined(pieces, changed)
    return _joined(pieces, changed)


def upper_where_meant(text: str, source: str) -> str:
    """Decoded TCVN3 with capitals where the plain letters of the source are capitals: "BáO CáO" becomes "BÁO CÁO"."""
    plain = [each for each in source if each.isascii() and each.isalpha()]
    if len(plain) > 2 and all(each.isupper() for each in plain):  # noqa: PLR2004 - "Të" alone is a name, not a heading
        return text.upper()
    return re.sub(r"\S+", lambda match: _upper_word(match[0]), text)


def _upper_word(word: str) -> str:
    plain = [each for each in word if each.isascii() and each.isalpha()]
    return word.upper() if len(plain) > 1 and all(each.isupper() for each in plain) else word


def _longest_first(text: str, table: dict[str, str], longest: int) -> str:
    out = []
    at = 0
    while at < len(text):
        length = next((size for size in range(longest, 0, -1) if text[at : at + size] in table), 1)
        piece = text[at : at + length]
        out.append(table.get(piece, piece))
        at += length
    return "".join(out)


class _CodesOf(dict[int, str]):
    """For `str.translate`: a character to the codes a code page has for it, as Latin-1, its marks apart if it must."""

    def __init__(self, encoding: str, *, signs: bool) -> None:
        super().__init__()
        self.encoding = encoding
        self.signs = signs  # whether quotes and dashes become codes as well
        self.unknown: set[str] = set()

    def __missing__(self, code: int) -> str:
        character = chr(code)
        codes = _codes(character, self.encoding)
        if codes is None:
            self.unknown.add(character)
        alone = codes is not None and len(codes) == 1 and codes[0] < _FIRST_UPPER_HALF
        self[code] = character if codes is None or (alone and not self.signs) else codes.decode("latin-1")
        return self[code]


def _codes(character: str, encoding: str) -> bytes | None:
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        if "\u0080" <= character <= "\u009f" or (encoding == "cp1252" and character <= "\u00ff"):
            return character.encode("latin-1")
    decomposed = unicodedata.normalize("NFD", character)
    if len(decomposed) == 1 or encoding == "cp1252":
        return None
    base = _codes(unicodedata.normalize("NFC", decomposed[:-1]), encoding)
    mark = _codes(decomposed[-1], encoding)
    return base + mark if base is not None and mark is not None else None


_CP1258_SURFACE = _CodesOf("cp1258", signs=False)
_TO_BYTES = (_CodesOf("cp1252", signs=True), _CodesOf("cp1258", signs=True))


def _unread(text: str) -> str | None:
    """The text as UTF-8 when its characters, taken back to bytes, are exactly that."""
    if text.isascii():
        return None
    for table in _TO_BYTES:
        try:
            return text.translate(table).encode("latin-1").decode("utf-8")
        except UnicodeError:
            continue
    return None


def _joined(pieces: list[str], changed: list[str | None]) -> str:
    return "".join(new or piece for piece, new in zip(pieces, changed, strict=True))


@functools.lru_cache(maxsize=4096)
def _restored(word: str) -> str | None:
    """A word that lost bytes: whole if only one byte fits, else with a gap where it is not known what stood there."""
    if not 0 < word.count(_LOST) <= _MOST_LOST_IN_A_WORD:
        return None
    readings = {reading for reading in _with_lost_bytes(word) if all(map(is_syllable, _marked(reading)))}
    if len(readings) == 1:
        return readings.pop()
    codes = _bytes(word.replace(_LOST, "\u00ff"))  # a byte that no UTF-8 has
    if codes is None:
        return None
    with_gap = codes.decode("utf-8", "replace")
    return re.sub(f"{_LOST}+", _LOST, with_gap) if len(with_gap) < len(word) else None


def _marked(text: str) -> list[str]:
    return [each for each in letter_runs(text) if not each.isascii()]


def _with_lost_bytes(word: str) -> Iterator[str]:
    for lost in itertools.product(_LOST_BYTES, repeat=word.count(_LOST)):
        fill = iter(lost)
        codes = _bytes("".join(chr(next(fill)) if each == _LOST else each for each in word))
        try:
            reading = codes.decode("utf-8") if codes is not None else None
        except UnicodeDecodeError:
            continue
        if reading and (reading.upper() == reading or not any(each.isupper() for each in reading[1:])):
            yield reading  # no capital inside a small word


def _bytes(text: str) -> bytes | None:
    """A text's windows-1252 bytes, unused codes allowed."""
    try:
        return text.translate(_TO_BYTES[0]).encode("latin-1")
    except UnicodeEncodeError:
        return None
