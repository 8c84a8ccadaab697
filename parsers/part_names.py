"""The name a sender gave to a part, whatever the client did to it, and header words in any encoding.

Vietnamese mail carries names as RFC 2231 (also cut inside a letter), RFC 2047 inside quotes, raw UTF-8, raw windows-1258,
UTF-8 that was taken for windows-1252, and NFD from Apple machines. A name is data: shown, compared, never used as a path.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

from config import vietnamese
from config.vietnamese import nfc
from parsers.legacy import decode_legacy

LONGEST_NAME = 200
"""Longer names are cut in the middle, their ending kept."""

_VIETNAMESE = frozenset(
    nfc(vowel + tone) for vowel in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY" for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
) | frozenset("đĐ")
_SINGLE_BYTE = frozenset(
    {"us-ascii", "ascii", "iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "windows-1258", "cp1258"}
)
_WORD = re.compile(rb"=\?([^?\s]+)\?([bBqQ])\?(.*?)\?=", re.DOTALL)
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_MOJIBAKE = re.compile("[ÃÂÄÅÆáâ][\u0080-\u00ff\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]")
_WESTERN = tuple(bytes([byte]).decode("latin-1" if byte in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else "cp1252") for byte in range(256))
_PUNCTUATION = frozenset("\u00a0–—‘’“”…•«»°±²³½¼×€")
_SEPARATORS = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderValue:
    """A structured header: its first value in lower case, and its parameters decoded, repeated ones in order."""

    value: str
    parameters: Mapping[str, tuple[str, ...]]

    def get(self, key: str) -> str:
        """The first value of a parameter, or ""."""
        return self.parameters.get(key, ("",))[0]


def decode_bytes(raw: bytes, charset: str = "") -> str:
    """Text of `raw`, NFC: valid UTF-8 first where a one-byte charset was declared, then the charset, then windows-1258."""
    charset = charset.partition("*")[0].strip().strip("\"'").lower()
    if raw.isascii() and not charset.startswith(("utf-16", "utf-7", "iso-2022", "hz")):
        return raw.decode("ascii")
    one_byte = charset in _SINGLE_BYTE or not charset
    attempts = ("utf-8",) if one_byte else (charset, "utf-8")
    for attempt in attempts:
        text = _strictly(raw, attempt)
        if text is not None:
            return undo_mojibake(nfc(text))
    if (text := _strictly(_cut_to_letter(raw), "utf-8")) is not None:
        return nfc(text)
    return _one_byte_text(raw)


def _one_byte_text(raw: bytes) -> str:
    """windows-1258 where that gives Vietnamese, else windows-1252, which keeps TCVN3 and VNI as `parsers.legacy` expects them."""
    windows = nfc(raw.decode("cp1258", "replace"))
    return windows if looks_vietnamese(windows) else nfc("".join(_WESTERN[byte] for byte in raw))


def _strictly(raw: bytes, charset: str) -> str | None:
    if not charset or charset in {"unknown-8bit", "us-ascii", "ascii"}:
        return None
    try:
        if not codecs.lookup(charset)._is_text_encoding:  # noqa: SLF001 - the only way to keep "base64" and "zip" out
            return None
        return raw.decode(charset)
    except (LookupError, ValueError):  # ValueError: a charset with a NUL in its name
        return None


def _cut_to_letter(raw: bytes) -> bytes:
    """`raw` without a UTF-8 letter that was cut off at its end."""
    for length in range(1, min(4, len(raw))):
        if raw[-length] >= 0xC0:  # noqa: PLR2004 - the first byte of a longer letter
            return raw[:-length]
    return raw


def undo_mojibake(text: str) -> str:
    """UTF-8 that was shown as windows-1252 or Latin-1 ("BÃ¡o cÃ¡o"), made right; other text unchanged."""
    if not _MOJIBAKE.search(text):
        return text
    try:
        repaired = b"".join(_byte(letter) for letter in text).decode("utf-8")
    except UnicodeError:
        return text
    return nfc(repaired)


def _byte(letter: str) -> bytes:
    if ord(letter) < 0x80:  # noqa: PLR2004 - ASCII
        return letter.encode("ascii")
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")  # the five holes of windows-1252


def looks_vietnamese(text: str) -> bool:
    """Whether every letter beyond ASCII is one of the Vietnamese alphabet, and there is at least one."""
    foreign = [letter for letter in text if ord(letter) > 0x7F and letter not in _PUNCTUATION]  # noqa: PLR2004 - beyond ASCII
    return bool(foreign) and all(letter in _VIETNAMESE for letter in foreign)


def decode_words(raw: bytes) -> str:
    """The text of an unstructured header: encoded words joined before decoding, raw 8-bit read by its looks, unfolded."""
    raw = re.sub(rb"\r?\n[ \t]*", b" ", raw).strip()
    pieces: list[str] = []
    pending: list[bytes] = []  # neighbouring encoded words of one charset: a letter may be cut between them
    charset = ""
    position = 0
    for word in _WORD.finditer(raw):
        between = raw[position : word.start()]
        word_charset = word[1].decode("ascii", "replace").partition("*")[0].lower()
        if pending and (between.strip() or word_charset != charset):
            pieces.append(decode_bytes(b"".join(pending), charset))
            pending = []
        if between.strip() or (between and not position and not pieces):
            pieces.append(decode_bytes(between))
        charset = word_charset
        pending.append(_word_bytes(word[2], word[3]))
        position = word.end()
    if pending:
        pieces.append(decode_bytes(b"".join(pending), charset))
    pieces.append(decode_bytes(raw[position:]))
    return undo_mojibake(nfc(re.sub(r"[ \t]+", " ", "".join(pieces)))).strip()


def _word_bytes(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(text.replace(b" ", b"_"), header=True)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    kept = kept[:-1] if len(kept) % 4 == 1 else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def structured(raw: bytes) -> HeaderValue:
    """A Content-Type or Content-Disposition value with its parameters, RFC 2231 pieces joined as bytes before decoding."""
    raw = re.sub(rb"\r?\n[ \t]*", b" ", raw)
    value, _, rest = raw.partition(b";")
    plain: dict[str, list[bytes]] = {}
    pieces: dict[str, dict[int, tuple[bool, bytes]]] = {}
    for key, text in _pairs(rest):
        numbered = re.fullmatch(rb"([^*]+)(?:\*(\d{1,3}))?(\*)?", key)
        if numbered is None or (numbered[2] is None and numbered[3] is None):
            plain.setdefault(key.decode("ascii", "replace"), []).append(text)
        else:
            name = numbered[1].decode("ascii", "replace")
            pieces.setdefault(name, {})[int(numbered[2] or 0)] = (numbered[3] is not None, text)
    parameters = {name: tuple(_plain(text) for text in texts) for name, texts in plain.items()}
    for name, numbered_pieces in pieces.items():  # the extended form wins over the plain one
        parameters[name] = (_joined(numbered_pieces), *parameters.get(name, ()))
    return HeaderValue(value=decode_bytes(value.strip()).lower(), parameters=parameters)


# nothing before the key, few blanks behind it: each run of separators would be walked once from each of its bytes
_PAIR = re.compile(rb'([^=;\s]{1,100}+)\s{0,100}+=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))', re.DOTALL)


def _pairs(rest: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    for pair in _PAIR.finditer(rest[:65_536]):
        text = pair[3].strip() if pair[2] is None else re.sub(rb'\\(["\\])', rb"\1", pair[2])
        found.append((pair[1].lower(), text))
    return found


def _joined(pieces: Mapping[int, tuple[bool, bytes]]) -> str:
    charset = ""
    runs: list[tuple[bool, bytes]] = []  # neighbouring pieces of one kind: a client may cut inside a letter, even inside %E1
    for number in sorted(pieces):
        encoded, text = pieces[number]
        if encoded and number == min(pieces) and text.count(b"'") >= 2:  # noqa: PLR2004 - charset'language'text
            charset_bytes, _language, text = text.split(b"'", 2)
            charset = charset_bytes.decode("ascii", "replace")
        before = runs.pop()[1] if runs and runs[-1][0] is encoded else b""
        runs.append((encoded, before + text))
    return _words_within(decode_bytes(b"".join(_unpercent(text) if encoded else text for encoded, text in runs), charset))


def _unpercent(text: bytes) -> bytes:
    return _PERCENT.sub(lambda match: bytes.fromhex(match[1].decode("ascii")), text)


def _plain(text: bytes) -> str:
    if b"=?" in text:
        return decode_words(text)
    if len(_PERCENT.findall(text)) > 1:  # some web mails percent-encode the plain form as well
        opened = _strictly(_unpercent(text), "utf-8")
        if opened is not None and not opened.isascii():
            return nfc(opened)
    return decode_bytes(text)


def _words_within(text: str) -> str:
    return decode_words(text.encode()) if "=?" in text else text


def part_name(*, disposition: HeaderValue, content_type: HeaderValue, description: bytes = b"", location: bytes = b"") -> str:
    """The name of a part, readable, without folders; "" when the sender gave none."""
    candidates = [*disposition.parameters.get("filename", ()), *content_type.parameters.get("name", ())]
    named = [readable(last_step(name)) for name in candidates if name.strip()]
    whole = [name for name in named if "\ufffd" not in name and "?" not in name]
    if whole or named:
        return (whole or named)[0]
    for raw in (description, location):  # only where it ends like a file
        name = readable(last_step(decode_words(raw)))
        if re.search(r"\.[A-Za-z0-9]{2,5}$", name):
            return name
    return ""


def last_step(path: str) -> str:
    """What stands after the last slash of either kind: clients of old Windows send whole paths."""
    return _SEPARATORS.split(path.strip().rstrip("/\\"))[-1]


def readable(name: str) -> str:
    """`name` as it may be shown: NFC, old fonts decoded, control and direction characters escaped, over-long names cut."""
    name = nfc(undo_mojibake(name)).strip()
    shown = vietnamese.readable(name if name.isascii() else decode_legacy(name).text)
    if len(shown) <= LONGEST_NAME:
        return shown
    ending = LONGEST_NAME // 4
    return shown[: LONGEST_NAME - ending - 1] + "…" + shown[-ending:]


def archived_name(raw: bytes, *, is_utf8: bool = False) -> str:
    """A member's name in an archive: UTF-8 with or without the flag, else windows-1258 if that gives Vietnamese, else cp437."""
    if raw.isascii():
        return raw.decode("ascii")
    text = _strictly(raw, "utf-8")
    if text is not None:
        return undo_mojibake(nfc(text))
    if is_utf8:
        return raw.decode("utf-8", "replace")
    windows = _one_byte_text(raw)
    if looks_vietnamese(windows):
        return windows
    dos = nfc(raw.decode("cp437"))
    return dos if all(letter.isalpha() for letter in dos if ord(letter) > 0x7F) else windows  # noqa: PLR2004 - beyond ASCII
