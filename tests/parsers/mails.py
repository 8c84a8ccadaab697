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


def photograph(size: tuple[int, int] = (960, 720), seed: int = 1) -> Image.Image:
    """A picture with the grain, edges and colours of a photograph."""
    return _photograph(size, seed).copy()


@cache
def _photograph(size: tuple[int, int], seed: int) -> Image.Image:
    source = random.Random(seed)
    canvas = Image.new("RGB", size)
    for step, weight in ((6, 1.0), (24, 0.45), (96, 0.3), (400, 0.2)):
        grid = (step * size[0] // max(size) + 1, step * size[1] // max(size) + 1)
        layer = Image.frombytes("RGB", grid, source.randbytes(grid[0] * grid[1] * 3)).resize(size, Image.Resampling.BICUBIC)
        canvas = Image.blend(canvas, layer, weight)
    return canvas


def page_picture(size: tuple[int, int] = (1240, 1754), seed: int = 1) -> Image.Image:
    """A printed page as a scanner gives it."""
    return _page_picture(size, seed).copy()


@cache
def _page_picture(size: tuple[int, int], seed: int) -> Image.Image:
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


Tree = dict[str, "bytes | Tree"]


def ole(tree: Tree) -> bytes:
    """An OLE file of storages (dicts) and streams, each padded to a multiple of 4,096 bytes so that none is a mini stream."""
    entries: list[list[object]] = [["Root Entry", 5, 0xFFFFFFFF, 0xFFFFFFFF, b""]]  # name, type, sibling, child, content

    def add(parent: int, children: Tree) -> None:
        before = None
        for name, content in children.items():
            number = len(entries)
            entries.append([name, 1 if isinstance(content, dict) else 2, 0xFFFFFFFF, 0xFFFFFFFF, b""])
            entries[parent if before is None else before][3 if before is None else 2] = number
            before = number
            if isinstance(content, dict):
                add(number, content)
            else:
                entries[number][4] = content.ljust(4096, b"\0")

    add(0, tree)
    directory_sectors = -(-len(entries) // 4)
    sectors = [len(entry[4]) // 512 + (len(entry[4]) % 512 > 0) for entry in entries]  # type: ignore[arg-type] # bytes
    fat_sectors = -(-(directory_sectors + sum(sectors) + 20) // 127)
    fat = [0xFFFFFFFD] * fat_sectors
    fat += [*range(fat_sectors + 1, fat_sectors + directory_sectors), 0xFFFFFFFE]
    directory, body = b"", b""
    for (name, kind, sibling, child, content), count in zip(entries, sectors, strict=True):
        first = len(fat) if count else 0xFFFFFFFE
        fat += [*range(len(fat) + 1, len(fat) + count), 0xFFFFFFFE] if count else []
        raw_name = name.encode("utf-16-le")  # type: ignore[attr-defined] # str
        directory += raw_name.ljust(64, b"\0") + struct.pack("<HBB", len(raw_name) + 2, kind, 1)
        directory += struct.pack("<III", 0xFFFFFFFF, sibling, child) + bytes(36) + struct.pack("<IQ", first, len(content))  # type: ignore[arg-type] # bytes
        body += content.ljust(count * 512, b"\0")  # type: ignore[attr-defined] # bytes
    fat += [0xFFFFFFFF] * (fat_sectors * 128 - len(fat))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    head += (
        struct.pack("<III", 0, fat_sectors, fat_sectors) + bytes(4) + struct.pack("<IIIII", 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    )
    head += struct.pack("<109I", *range(fat_sectors), *[0xFFFFFFFF] * (109 - fat_sectors))
    return head + struct.pack(f"<{len(fat)}I", *fat) + directory.ljust(directory_sectors * 512, b"\0") + body


def outlook(texts: dict[int, str], files: dict[str, bytes | Tree], *, embedded: bool = False) -> Tree:
    """The storage of an Outlook message: text properties by number, attachments by name, a dict being a message inside it."""

    def properties(header: int, kinds: dict[int, int]) -> bytes:
        rows = b"".join(struct.pack("<HHIQ", kind, number, 6, 4096) for number, kind in kinds.items())
        return bytes(header) + rows * (4096 // len(rows))  # repeated, so that the stream is long enough

    tree: Tree = {f"__substg1.0_{number:04X}001F": text.encode("utf-16-le") for number, text in texts.items()}
    tree["__properties_version1.0"] = properties(24 if embedded else 32, dict.fromkeys(texts, 0x1F))
    for number, (name, content) in enumerate(files.items()):
        inside = isinstance(content, dict)
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__properties_version1.0": properties(8, {0x3707: 0x1F, 0x3701: 0x0D if inside else 0x102}),
            "__substg1.0_3707001F": name.encode("utf-16-le"),
            "__substg1.0_3701000D" if inside else "__substg1.0_37010102": content,
        }
    return tree


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
