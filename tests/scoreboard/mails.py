"""Puts files into mails the way people and their programs do: names in any encoding, archives, forwards, bodies."""

from __future__ import annotations

import base64
import functools
import io
import quopri
import random
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, quote
from urllib.parse import quote as percent

from service.demo.files import photograph
from tests.parsers.mails import zipped_with_raw_names
from tests.scoreboard.formats import in_tcvn3

File = tuple[str, bytes]
_LINE = b"\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says, before it is written."""

    sender: str
    sender_name: str
    subject: str
    text: str
    html: str
    files: tuple[File, ...]
    at: datetime


@functools.cache
def photo(number: int) -> bytes:
    """One of a few small photographs."""
    return photograph(number, (640, 480))


def bare(text: str) -> str:
    """Without diacritics."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(each for each in plain if not unicodedata.combining(each))


def in_archive(files: Sequence[File], dice: random.Random) -> bytes:
    """A zip as Windows, macOS or a phone makes it."""
    kind = dice.randrange(4)
    folder = dice.choice(("", "Bao cao/", "Tuần lễ HTSĐ 2020/"))
    if kind == 0:  # Windows' own: the names in the console's code page
        return zipped_with_raw_names(*((bare(folder + name).encode("cp437", "replace"), data) for name, data in files))
    if kind == 1:  # UTF-8 without saying so
        return zipped_with_raw_names(*((f"{folder}{name}".encode(), data) for name, data in files))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files:
            target.writestr(folder + (unicodedata.normalize("NFD", name) if kind == 3 else name), data)
            if kind == 3:
                target.writestr(f"__MACOSX/{folder}._{name}", b"\x00\x05\x16\x07" + bytes(60))
    return stream.getvalue()


def written(letter: Letter, dice: random.Random, *, number: int) -> bytes:
    """The mail as it stands on the server."""
    head = [
        f"From: {_named(letter.sender_name, letter.sender, dice)}".encode(),
        b"To: phonggd@tuangiao.example",
        b"Subject: " + _words(letter.subject, dice),
        f"Date: {format_datetime(letter.at)}".encode(),
        f"Message-ID: <{number}.{dice.randrange(10**9)}@mail.example>".encode(),
        b"MIME-Version: 1.0",
    ]
    return _LINE.join(head) + _LINE + _content(letter, dice)


def forwarded(original: bytes, letter: Letter, dice: random.Random, *, number: int) -> bytes:
    """The mail attached whole to another one."""
    outer = Letter(
        sender=letter.sender,
        sender_name=letter.sender_name,
        subject=f"Fwd: {letter.subject}",
        text=letter.text,
        html="",
        files=(),
        at=letter.at,
    )
    boundary = b"=_fw%d" % dice.randrange(10**9)
    head = written(outer, dice, number=number).partition(b"MIME-Version: 1.0\r\n")[0]
    encoded = dice.random() < 0.3
    inner = base64.encodebytes(original).replace(b"\n", _LINE) if encoded else original
    return _LINE.join(
        (
            head + b"MIME-Version: 1.0",
            b'Content-Type: multipart/mixed; boundary="' + boundary + b'"',
            b"",
            b"--" + boundary,
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: 8bit",
            b"",
            letter.text.encode(),
            b"--" + boundary,
            b"Content-Type: message/rfc822",
            b"Content-Transfer-Encoding: base64" if encoded else b"Content-Disposition: attachment",
            b"",
            inner,
            b"--" + boundary + b"--",
            b"",
        )
    )


def _named(name: str, address: str, dice: random.Random) -> str:
    return formataddr((name, address)) if dice.random() < 0.8 else f"<{address}>"


def _words(text: str, dice: random.Random) -> bytes:
    """A header's words: encoded in either way, or raw."""
    kind = dice.randrange(4)
    if kind == 0:
        return text.encode()
    if kind == 1:
        pieces = (text[start : start + 12] for start in range(0, len(text), 12))
        return b"\r\n ".join(
            b"=?UTF-8?Q?" + quopri.encodestring(each.encode(), quotetabs=True, header=True).replace(b"=\n", b"") + b"?="
            for each in pieces
        )
    return Header(text, "utf-8").encode(linesep="\r\n").encode()


def _content(letter: Letter, dice: random.Random) -> bytes:
    texts = _part(b"text/plain; charset=utf-8", letter.text.encode(), dice)
    if letter.html:
        rich = _part(b"text/html; charset=utf-8", f"<html><body>{letter.html}</body></html>".encode(), dice)
        texts = rich if dice.random() < 0.3 else _joined(b"alternative", (texts, rich), dice)
    if not letter.files:
        return texts
    return _joined(b"mixed", (texts, *(_attached(name, data, dice) for name, data in letter.files)), dice)


def _joined(kind: bytes, parts: Sequence[bytes], dice: random.Random) -> bytes:
    boundary = b"----=_Part_%d" % dice.randrange(10**12)
    head = b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n\r\n'
    return head + b"".join(b"--" + boundary + _LINE + part + _LINE for part in parts) + b"--" + boundary + b"--\r\n"


def _part(kind: bytes, data: bytes, dice: random.Random) -> bytes:
    way = dice.choice((b"base64", b"quoted-printable", b"8bit"))
    body = data
    if way == b"base64":
        body = base64.encodebytes(data).replace(b"\n", _LINE)
    elif way == b"quoted-printable":
        body = quopri.encodestring(data).replace(b"\r\n", b"\n").replace(b"\n", _LINE)
    return b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + way + b"\r\n\r\n" + body


def _attached(name: str, data: bytes, dice: random.Random) -> bytes:
    kind = dice.choice(
        (b"application/octet-stream", b"application/octet-stream", b"application/vnd.ms-excel", b"application/x-download")
    )
    head = b"Content-Type: " + kind + _name_parameter(b"name", name, dice) + b"\r\nContent-Transfer-Encoding: base64\r\n"
    head += b"Content-Disposition: attachment" + _name_parameter(b"filename", name, dice)
    return head + b"\r\n\r\n" + base64.encodebytes(data).replace(b"\n", _LINE)


def _name_parameter(key: bytes, name: str, dice: random.Random) -> bytes:
    kind = dice.randrange(7)
    if kind == 0:
        return b""
    if kind == 1:
        return b";\r\n " + key + b"*=UTF-8''" + percent(name).encode()
    if kind == 2:
        whole = name.encode()
        parts = [percent(whole[start : start + 13]) for start in range(0, len(whole), 13)]  # also inside a character
        return b"".join(
            b";\r\n %s*%d*=%s%s" % (key, number, b"UTF-8''" if number == 0 else b"", each.encode())
            for number, each in enumerate(parts)
        )
    if kind == 3:
        return b";\r\n " + key + b'="' + Header(name, "utf-8").encode(linesep="\r\n").encode() + b'"'
    if kind == 4:
        return b";\r\n " + key + b'="' + quote(name).encode() + b'"'
    if kind == 5:
        return b";\r\n " + key + b'="' + name.encode().decode("cp1252", "replace").encode() + b'"'
    return b";\r\n " + key + b'="' + in_tcvn3(name).encode("latin-1", "replace") + b'"'
