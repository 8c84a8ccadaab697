"""Files and mails that tests of the mail readers are made of: built from bytes, the same in every run."""

from __future__ import annotations

import base64
import io
import random
import struct
import zipfile
import zlib
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from parsers.parts import Leaf, make_leaf


@cache
def photograph(size: tuple[int, int] = (1280, 960), seed: int = 1) -> Image.Image:
    """A picture with the grain, edges and colours of a photograph."""
    source = random.Random(seed)
    canvas = Image.new("RGB", size)
    for step, weight in ((6, 1.0), (24, 0.45), (96, 0.3), (400, 0.2)):
        grid = (step * size[0] // max(size) + 1, step * size[1] // max(size) + 1)
        layer = Image.frombytes("RGB", grid, source.randbytes(grid[0] * grid[1] * 3)).resize(size, Image.Resampling.BICUBIC)
        canvas = Image.blend(canvas, layer, weight)
    return canvas


@cache
def page_picture(size: tuple[int, int] = (1240, 1754), seed: int = 1) -> Image.Image:
    """A printed page as a scanner gives it."""
    source = random.Random(seed)
    page = Image.new("RGB", size, (247, 246, 242))
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(26)
    for y in range(120, size[1] - 160, 44):
        words = " ".join(
            source.choice(("bao cao", "tuan le", "hoc tap", "suot doi", "xa Quai To", "120 nguoi")) for _ in range(9)
        )
        pen.text((120, y), words[: 62 if y % 5 else 30], font=font, fill=(35, 35, 40))
    return page.filter(ImageFilter.GaussianBlur(0.7))


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The bytes of a picture in a format."""
    target = io.BytesIO()
    image.save(target, kind, **({"quality": 80} if kind in {"JPEG", "WEBP"} else {}) | options)
    return target.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    """A zip of (name, content)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def zipped_with_raw_names(*members: tuple[bytes, bytes], flags: int = 0) -> bytes:
    """A stored zip whose names are any bytes, as old programs write them: no UTF-8 flag unless given."""
    local, central, offset = [], [], 0
    for name, content in members:
        common = struct.pack("<HHHHHIIIHH", 20, flags, 0, 0, 0, zlib.crc32(content), len(content), len(content), len(name), 0)
        central.append(b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, offset) + name)
        local.append(b"PK\x03\x04" + common + name + content)
        offset += len(local[-1])
    directory = b"".join(central)
    count = len(members) & 0xFFFF
    return b"".join(local) + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), offset, 0)


def rar4(*members: tuple[str, bytes], protected: bool = False) -> bytes:
    """A RAR 4 archive with stored members; `protected` only sets the flag in the headers."""

    def block(kind: int, flags: int, body: bytes) -> bytes:
        rest = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(rest) & 0xFFFF) + rest

    archive = b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6))
    for name, content in members:
        raw = name.encode()
        sizes = struct.pack("<II", len(content), len(content))
        body = sizes + struct.pack("<BIIBBHI", 3, zlib.crc32(content), 0x51470000, 20, 0x30, len(raw), 0o100644) + raw
        archive += block(0x74, 0x8000 | (4 if protected else 0), body) + content
    return archive + block(0x7B, 0x4000, b"")


def _varying(value: int) -> bytes:
    encoded = b""
    while value > 0x7F:
        encoded += bytes([value & 0x7F | 0x80])
        value >>= 7
    return encoded + bytes([value])


def rar5(*members: tuple[str, bytes]) -> bytes:
    """A RAR 5 archive with stored members."""

    def block(body: bytes) -> bytes:
        sized = _varying(len(body)) + body
        return struct.pack("<I", zlib.crc32(sized)) + sized

    archive = b"Rar!\x1a\x07\x01\x00" + block(_varying(1) + _varying(0) + _varying(0))
    for name, content in members:
        raw = name.encode()
        body = _varying(2) + _varying(2) + _varying(len(content)) + _varying(4) + _varying(len(content)) + _varying(0o100644)
        body += struct.pack("<I", zlib.crc32(content)) + _varying(0) + _varying(1) + _varying(len(raw)) + raw
        archive += block(body) + content
    return archive + block(_varying(5) + _varying(0) + _varying(0))


def tnef(*members: tuple[bytes, bytes], body: bytes = b"") -> bytes:
    """A winmail.dat with (name, content) attachments and a text body."""

    def record(level: int, attribute: int, content: bytes) -> bytes:
        return struct.pack("<BHHI", level, attribute, 0, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)

    stream = b"\x78\x9f\x3e\x22\x01\x00" + record(1, 0x9007, struct.pack("<II", 1258, 0))
    if body:
        stream += record(1, 0x800C, body)
    for name, content in members:
        stream += record(2, 0x9002, bytes(14)) + record(2, 0x8010, name + b"\0") + record(2, 0x800F, content)
    return stream


def mail(subject: str = "Báo cáo", text: str = "Kính gửi Phòng Giáo dục", sender: str = "ubnd@xa.example") -> EmailMessage:
    """A mail with a text body, to be added to."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "phong@huyen.example"
    message["Subject"] = subject
    message["Date"] = "Tue, 13 Oct 2020 08:00:00 +0700"
    message["Message-ID"] = "<1@xa.example>"
    message.set_content(text)
    return message


def attach(message: EmailMessage, name: str, content: bytes, kind: str = "application/octet-stream") -> EmailMessage:
    """The mail with one more attachment."""
    maintype, subtype = kind.split("/")
    message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return message


def raw(message: EmailMessage) -> bytes:
    """The bytes of a mail as a server stores them."""
    return message.as_bytes(policy=SMTP)


def by_hand(*parts: bytes, boundary: bytes = b"x", closing: bool = True, head: bytes = b"") -> bytes:
    """A multipart mail from raw parts (headers, blank line, body), joined with the boundary and nothing else."""
    top = b"From: a@xa.example\r\nSubject: bc\r\nMIME-Version: 1.0\r\n" + head
    top += b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n'
    inner = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return top + inner + (b"--" + boundary + b"--\r\n" if closing else b"")


def base64_part(content: bytes, headers: bytes = b"Content-Type: application/octet-stream") -> bytes:
    """A part in base64 for `by_hand`."""
    return headers + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")


def leaf(content: bytes, name: str = "tep.bin", declared_type: str = "") -> Leaf:
    """A leaf as if it came out of a mail."""
    return make_leaf(content, path=name, name=name, declared_type=declared_type)
