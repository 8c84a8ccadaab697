"""Text from before Unicode (TCVN3, VNI, VPS, VIQR) and text broken on its way (UTF-8 read as windows-1252), put right.

A run set in a font of the time tells its encoding; else the text itself must be better Vietnamese decoded than as it stands.
Short cells tell little ("Ghi chó" is a good Vietnamese sentence), so a whole document votes once: `DocumentDecoder`. Real
Vietnamese Unicode is never decoded. Decode before any cleaning: U+00AD is the letter ư of TCVN3.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from config.vietnamese import nfc
from parsers.legacy_codes import (
    from_cp1258_surface,
    from_mojibake,
    from_tcvn3,
    from_viqr,
    from_vni,
    from_vps,
    upper_where_meant,
)
from parsers.legacy_tables import TCVN3, VNI
from parsers.syllables import is_syllable, letter_runs

UNICODE = "unicode"
UNKNOWN = "unknown"

_TCVN3_FONT = re.compile(r"^(?:[A-Z]{6}\+)?\.vn", re.IGNORECASE)
_CAPITAL_FONT = re.compile(r"^(?:[A-Z]{6}\+)?\.vn(?:\w*h\b|.*h$)", re.IGNORECASE)
_VNI_FONT = re.compile(r"^(?:[A-Z]{6}\+)?vni[- ]", re.IGNORECASE)
_VPS_FONT = re.compile(r"^(?:[A-Z]{6}\+)?vps[- ]", re.IGNORECASE)
_BESIDE_LETTERS = r"(?<=[^\W\d_])[%s]|[%s](?=[^\W\d_])"  # by itself it is the currency, typed in any document
_CERTAIN = re.compile("[ăơưĂƠƯ\u1ea0-\u1ef9]|" + _BESIDE_LETTERS % ("đĐ", "đĐ"))
_CP1258_TRACES = re.compile("[ăơưĂƠƯ\u0300\u0301\u0303\u0309\u0323\u1ea0-\u1ef9]|" + _BESIDE_LETTERS % ("đĐ₫", "đĐ₫"))
_STRONG_VIQR = re.compile(r"[aeo]\^|a\(|[uo][+*]", re.IGNORECASE)
_TOKEN = re.compile(r"[^\s\d.,;:/()\"]+")
_SOUND = 0.85  # of the words: abbreviations and foreign names make up the rest of healthy Vietnamese
_ENOUGH = 0.6  # share of words with marks that must become syllables
_LONG_WORD = 4  # one word this long is no coincidence
_MIXED = 2  # a legacy vote needs this many times more words than certain Unicode has
_JUDGED = 20_000  # characters of a document that vote
_WORD = 40  # letters of what is remembered: longer ones are no words that return


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyText:
    """A text in Unicode NFC and the encoding it was found in: "unicode" when nothing was done, "unknown" when it stays broken."""

    text: str
    encoding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Score:
    """How many words with marks a text has, how many are syllables, and which of them are new syllables."""

    words: int
    legal: int
    gained: frozenset[str] = frozenset()

    @property
    def share(self) -> float:
        return self.legal / self.words if self.words else 0.0


def decode_legacy(text: str, fonts: Sequence[str] = ()) -> LegacyText:
    """One text decoded on its own evidence and its fonts. What could be either is left alone."""
    return DocumentDecoder([(text, font) for font in fonts] or [(text, "")]).decode(text, fonts[0] if fonts else "")


def decide_encoding(texts: Iterable[tuple[str, str]]) -> str:
    """The encoding most of a document's texts, each with its font, are written in."""
    return DocumentDecoder(texts).encoding


def decode_as(text: str, encoding: str, font: str = "") -> str:
    """A text of a document that is written in `encoding`, in Unicode NFC.

    What cannot be in that encoding stays: real Vietnamese Unicode, plain ASCII, words that decoding would break, and, unless it
    is evidently broken, a run in a font that is known and modern.
    """
    if encoding in (UNICODE, UNKNOWN) or (text.isascii() and encoding != "viqr"):
        return _capitals(nfc(text), font)
    decoded = _raw(text, encoding)
    if decoded is None or (_CERTAIN.search(text) and encoding not in ("cp1258_tcvn3", "cp1258_vni", "utf8_mojibake")):
        return nfc(text)
    if font and not font_encoding(font) and _own_encoding(text) != encoding:
        return nfc(text)
    if _score_as_is(text[:_JUDGED]).share > _score(text[:_JUDGED], encoding).share:
        return nfc(text)
    return _capitals(decoded, font)


def font_encoding(font: str) -> str:
    """The legacy encoding a font's name stands for, or ""."""
    if _TCVN3_FONT.match(font):
        return "tcvn3"
    if _VNI_FONT.match(font):
        return "vni"
    return "vps" if _VPS_FONT.match(font) else ""


class DocumentDecoder:
    """Decodes the texts of one document, each with its font, after they all have voted.

    Fonts vote apart, so that a workbook that mixes .VnTime and Times New Roman keeps both right, and a document that lost its
    fonts on the way (all Calibri, all broken) is still understood.
    """

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        groups: dict[str, list[str]] = {}
        for text, font in texts:
            groups.setdefault(font, []).append(text)
        self._own = functools.cache(_own_encoding)  # every text is asked about here and when it is decoded
        self._groups = {font: _group_encoding(members, font, self._own) for font, members in groups.items()}
        unnamed = [text for font, members in groups.items() if not font for text in members]
        everything = unnamed or [text for members in groups.values() for text in members]
        weights = {font: sum(len(text) for text in members if not text.isascii()) for font, members in groups.items()}
        votes: dict[str, int] = {}
        for font, encoding in self._groups.items():
            votes[encoding] = votes.get(encoding, 0) + weights[font]
        legacy = {encoding: weight for encoding, weight in votes.items() if encoding != UNICODE and weight}
        if legacy:
            self.encoding: str = max(legacy, key=lambda each: legacy[each])
        else:
            self.encoding = self._groups[""] if "" in self._groups else _group_encoding(everything, "", self._own)

    def decode(self, text: str, font: str = "") -> LegacyText:
        """One text of the document in Unicode NFC."""
        if text.isascii() and not _STRONG_VIQR.search(text) and self._groups.get(font, self.encoding) != "viqr":
            return LegacyText(text=_capitals(text, font), encoding=UNICODE)
        own = self._own(text)
        voted = self._groups.get(font, font_encoding(font) or UNICODE)
        if not font and voted == UNICODE and not _CERTAIN.search(text):
            voted = self.encoding if "" not in self._groups else voted
        encoding = own if own != UNICODE else voted
        if voted not in (UNICODE, UNKNOWN) and own not in ("utf8_mojibake", "cp1258_tcvn3", "cp1258_vni"):
            encoding = voted
        if encoding in (UNICODE, UNKNOWN):
            return LegacyText(text=nfc(text), encoding=UNKNOWN if _broken(text) else UNICODE)
        decoded = decode_as(text, encoding, font if font_encoding(font) else "")
        return LegacyText(text=decoded, encoding=encoding if decoded != nfc(text) else UNICODE)


def _group_encoding(texts: Sequence[str], font: str, own: Callable[[str], str]) -> str:
    """The encoding of the texts of one font, which may be unnamed."""
    certain = [text for text in texts if _CERTAIN.search(text) and own(text) == UNICODE]
    known = set(certain)
    rest = [text for text in texts if not text.isascii() and text not in known]
    joined = "\n".join(rest)[:_JUDGED]
    named = font_encoding(font)
    if named:
        better = _score_as_is(joined).share > _score(joined, named).share
        return UNICODE if better and rest else named
    if not rest:
        return UNICODE if certain else _viqr_or_unicode("\n".join(texts)[:_JUDGED])
    encoding = _own_encoding(joined)
    if encoding in ("utf8_mojibake", UNICODE, UNKNOWN):
        return UNICODE  # broken texts show themselves one by one
    gained = len(_score(joined, encoding).gained)
    return encoding if gained >= _MIXED * sum(_score_as_is(text).legal for text in certain) else UNICODE


def _own_encoding(text: str) -> str:
    """The encoding a text proves by itself, judged by its beginning."""
    return _proven(text[:_JUDGED])


@functools.lru_cache(maxsize=1024)
def _proven(text: str) -> str:
    if text.isascii():
        return _viqr_or_unicode(text)
    if from_mojibake(text) is not None:
        return "utf8_mojibake"
    as_is = _score_as_is(text)
    if as_is.share == 1.0 or not as_is.words or (as_is.share >= _SOUND and _CERTAIN.search(text)):
        return UNICODE
    names = ["tcvn3", "vni"]
    if _CP1258_TRACES.search(text):
        names = ["cp1258_tcvn3", "cp1258_vni"]
    scores = {name: _score(text, name) for name in names}
    best = max(names, key=lambda name: (scores[name].share, len(scores[name].gained)))
    score = scores[best]
    if score.share < _ENOUGH or score.share <= as_is.share or not _convincing(score):
        return UNICODE
    return best


def _convincing(score: _Score) -> bool:
    longest = max(map(len, score.gained), default=0)
    return longest >= _LONG_WORD or (longest == _LONG_WORD - 1 and len(score.gained) > 1)


def _viqr_or_unicode(text: str) -> str:
    if len(_STRONG_VIQR.findall(text)) <= 1:
        return UNICODE
    words = [word for word in letter_runs(from_viqr(text)) if not word.isascii()]
    legal = sum(map(is_syllable, words))
    return "viqr" if words and legal / len(words) >= _ENOUGH else UNICODE


def _score_as_is(text: str) -> _Score:
    words = [token for token in _TOKEN.findall(nfc(text)) if _has_letters(token)]
    return _Score(words=len(words), legal=sum(_all_syllables(word) for word in words))


def _score(text: str, encoding: str) -> _Score:
    """How good the text is when decoded, every mark understood; `gained` words were no syllables before."""
    surface = text
    if encoding.startswith("cp1258_"):
        surface = from_cp1258_surface(text) or text
        encoding = encoding.removeprefix("cp1258_")
    convert, understood = _STRICT.get(encoding, (nfc, _anything))
    words = legal = 0
    gained = set()
    for token in _TOKEN.findall(surface):
        if token.isascii() or not _has_letters(token):
            continue
        words += 1
        decoded = convert(token)
        if understood(token) and _all_syllables(decoded):
            legal += 1
            if not _all_syllables(nfc(token)):
                gained.add(decoded)
    return _Score(words=words, legal=legal, gained=frozenset(gained))


def _has_letters(token: str) -> bool:
    return _lettered(token) if len(token) <= _WORD else _lettered.__wrapped__(token)


@functools.lru_cache(maxsize=4096)
def _lettered(token: str) -> bool:
    return len(token) > 1 and (any(not word.isascii() for word in letter_runs(token)) or bool(_SYMBOL_IN_WORD.search(token)))


_SYMBOL_IN_WORD = re.compile("[A-Za-z][\u00a1-\u00bf×÷\u00ad]|[\u00a1-\u00bf×÷\u00ad][A-Za-z]")


def _all_syllables(token: str) -> bool:
    return _of_syllables(token) if len(token) <= _WORD else _of_syllables.__wrapped__(token)


@functools.lru_cache(maxsize=4096)
def _of_syllables(token: str) -> bool:
    if _SYMBOL_IN_WORD.search(token):
        return False
    words = [word for word in letter_runs(token) if not word.isascii()]
    return bool(words) and all(map(is_syllable, words))


def _broken(text: str) -> bool:
    """Whether most words carry signs no language puts inside words."""
    if not _SYMBOL_IN_WORD.search(text):
        return False
    tokens = [token for token in _TOKEN.findall(text) if not token.isascii()]
    return len([token for token in tokens if _SYMBOL_IN_WORD.search(token)]) * 2 > len(tokens) > 1


def _capitals(text: str, font: str) -> str:
    return text.upper() if font and _CAPITAL_FONT.match(font) else text


def _raw(text: str, encoding: str) -> str | None:
    if encoding == "utf8_mojibake":
        fixed = from_mojibake(text)
        again = from_mojibake(fixed) if fixed else None  # broken twice on the way
        return nfc(again or fixed) if fixed else None
    if encoding.startswith("cp1258_"):
        surface = from_cp1258_surface(text)
        return None if surface is None else _raw(surface, encoding.removeprefix("cp1258_"))
    if encoding == "tcvn3":
        return nfc(upper_where_meant(from_tcvn3(text), text))
    converter = {"vni": from_vni, "vps": from_vps, "viqr": from_viqr}.get(encoding)
    return nfc(converter(text)) if converter else None


def _anything(_token: str) -> bool:
    return True


def _understood_tcvn3(token: str) -> bool:
    return all(each.isascii() or each in TCVN3 or not _SIGN.match(each) for each in token)


def _understood_vni(token: str) -> bool:
    return not any(_VNI_SIGN.match(each) for each in _VNI_PAIR.sub("", token))


_SIGN = re.compile("[\u00a1-\u00ff]")
_VNI_SIGN = re.compile("[\u00a1-\u00ff]")
_VNI_PAIR = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))
_STRICT: dict[str, tuple[Callable[[str], str], Callable[[str], bool]]] = {
    "tcvn3": (from_tcvn3, _understood_tcvn3),
    "vni": (from_vni, _understood_vni),
    "vps": (from_vps, _anything),
    "viqr": (from_viqr, _anything),
}
