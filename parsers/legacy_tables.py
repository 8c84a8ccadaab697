"""The letters of Vietnamese before Unicode: what each code of TCVN3, VNI, VPS and VIQR stands for.

Facts about character sets, agreed upon by every implementation; a dot marks a code without a letter.
"""

from __future__ import annotations

import unicodedata

_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"

_TCVN3_FROM_A0 = (
    ".ĂÂÊÔƠƯĐăâêôơưđẰ.....àảãáạẲằẳẵắẴ"  # A0
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò"  # C0
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"  # E0
)
_VPS_FROM_80 = (
    "ÀẢÃẤẦẨọỗĂếềểệẮẰẲẾ..ỀỂỄỐỒỔỖýỷỵỚỜỞ"  # 80
    ".ắằẳẵặỠớÙờởỡŨỨợỪổỬỲỸÍÌộỈĨÓửữÒỎÕự"  # A0
    "ầÁÂấẩẫậđẻÉÊẹỉễịỹƯỦồốÔỏơÈừứÚũưÝẺ."  # C0
    "àáâãảạă.èéêẽìí.ĩẴĐòóôõ.Ơụùúủ.ỶẼỳ"  # E0
)

_VNI_TONES = {"ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT}
_VNI_CIRCUMFLEX = {"â": "", "à": _GRAVE, "á": _ACUTE, "å": _HOOK, "ã": _TILDE, "ä": _DOT}
_VNI_BREVE = {"ê": "", "è": _GRAVE, "é": _ACUTE, "ú": _HOOK, "ü": _TILDE, "ë": _DOT}
_VNI_SINGLE = {"ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ô": "ơ", "ö": "ư"}
_VNI_LENIENT = {"yï": "ỵ", "iø": "ì", "iù": "í"}  # never produced by a VNI keyboard, seen in converters

_VIQR_TONES = {"`": _GRAVE, "'": _ACUTE, "?": _HOOK, "~": _TILDE, ".": _DOT}
_VIQR_MARKS = {"a^": _CIRCUMFLEX, "e^": _CIRCUMFLEX, "o^": _CIRCUMFLEX, "a(": _BREVE}
_VIQR_MARKS |= {letter + sign: _HORN for letter in "ou" for sign in "+*"}


def _codes(first: int, letters: str, encoding: str) -> dict[str, str]:
    table = {}
    for code, letter in enumerate(letters, start=first):
        surface = bytes([code]).decode(encoding, "replace")
        if letter != ".":
            table[surface if surface != "\ufffd" else chr(code)] = letter
            table[chr(code)] = letter
    return table


def _vni() -> dict[str, str]:
    lower = dict(_VNI_SINGLE | _VNI_LENIENT)
    for base, letter in zip("aeouyôö", "aeouyơư", strict=True):
        lower |= {base + mark: letter + tone for mark, tone in _VNI_TONES.items()}
    for base in "aeo":
        lower |= {base + mark: base + _CIRCUMFLEX + tone for mark, tone in _VNI_CIRCUMFLEX.items()}
    lower |= {"a" + mark: "a" + _BREVE + tone for mark, tone in _VNI_BREVE.items()}
    table = {}
    for sequence, letter in lower.items():
        composed = unicodedata.normalize("NFC", letter)
        table[sequence] = composed
        table[sequence.upper()] = composed.upper()
        table[sequence[0].upper() + sequence[1:]] = composed.upper()  # the mark typed in the other case
        table[sequence[0] + sequence[1:].upper()] = composed
    return table


def _viqr() -> dict[str, str]:
    lower = {"dd": "đ"}
    for base in "aeiouy":
        lower |= {base + tone: base + mark for tone, mark in _VIQR_TONES.items()}
    for sequence, mark in _VIQR_MARKS.items():
        lower[sequence] = sequence[0] + mark
        lower |= {sequence + tone: sequence[0] + mark + accent for tone, accent in _VIQR_TONES.items()}
    table = {}
    for sequence, letter in lower.items():
        composed = unicodedata.normalize("NFC", letter)
        table[sequence] = composed
        table[sequence[0].upper() + sequence[1:]] = composed.upper()
    table["DD"] = "Đ"
    return table


TCVN3 = _codes(0xA0, _TCVN3_FROM_A0, "latin-1")
VPS = _codes(0x80, _VPS_FROM_80, "cp1252")
VNI = _vni()
VIQR = _viqr()
