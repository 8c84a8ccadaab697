"""Files inside archives: zip, gzip, bzip2 and xz by the standard library, rar, 7z and the rest by libarchive from memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from config.text import NO_TEXT, Text
from parsers.allowance import PASSWORD, Allowance, Refused
from parsers.content_type import BZIP2, GZIP, RAR, XZ
from parsers.part_names import archived_name

Unpacker = Callable[[bytes, str], Iterable[tuple[str, bytes]]]
"""An outside program for what libarchive cannot open: bytes and media type to names and contents, or ParseError."""

CHUNK = 256 * 1024
ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, ValueError, EOFError, NotImplementedError, RuntimeError,
    struct.error, KeyError, OverflowError, IndexError, AssertionError,
)  # fmt: skip
_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|desktop\.ini$)", re.IGNORECASE)
_SYMLINK = 0o120000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file found inside another. `refusal` says why its bytes were not taken; `code` is the finding's code."""

    name: str  # with the folders it stood in, "/" between them
    data: bytes = field(repr=False, default=b"")
    refusal: Text = NO_TEXT
    code: str = ""
    declared_type: str = ""
    inline: bool = False


def broken(what: str = "") -> Text:
    """What is said of a container that cannot be read; the program's own words stand in the English text only."""
    hint = f" ({what})" if what else ""
    return Text(
        vi="tệp bị hỏng hoặc tải lên chưa trọn vẹn, không mở được; đề nghị gửi lại",
        en=f"damaged or incomplete, cannot be opened{hint}; please send it again",
    )


def zip_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """The files of a zip. Refused before inflating when it announces too much; counted while reading all the same."""
    allowance.expect_parts(announced_entries(data))
    if is_last_of_many(data):
        raise Refused(MANY_VOLUMES, code="D-UNREADABLE")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except ZIP_ERRORS as error:
        raise Refused(broken(), code="D-UNREADABLE") from error
    with archive:
        infos = [
            info for info in archive.infolist() if not info.filename.endswith("/")
        ]  # its is_dir() fails on a name of nothing
        allowance.expect_parts(len(infos))
        allowance.expect_bytes(sum(info.file_size for info in infos), len(data))
        if infos and all(info.flag_bits & 1 for info in infos):
            raise Refused(PASSWORD, code="D-PASSWORD")
        for info in sorted(infos, key=lambda each: natural(each.filename)):
            yield _zip_member(archive, info, allowance)


def natural(name: str) -> tuple[object, ...]:
    """A sort key under which image2 comes before image10."""
    return tuple((0, int(piece), "") if piece.isdigit() else (1, 0, piece) for piece in re.split(r"(\d+)", name) if piece)


def announced_entries(data: bytes) -> int:
    """How many files a zip's end record says there are, or how many its directory has room for if it says fewer."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if end < 0 or len(data) < end + 22:
        return 0
    entries, size = struct.unpack("<HI", data[end + 10 : end + 16])
    return int(max(entries, size // 800))  # a directory entry is rarely longer, with a name of hundreds of letters


def is_last_of_many(data: bytes) -> bool:
    """Whether a zip's end record says that other volumes come before this one."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    return end >= 0 and len(data) >= end + 22 and 0 < struct.unpack("<H", data[end + 4 : end + 6])[0] < 0xFFFF  # noqa: PLR2004


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance) -> Member:
    name = zip_name(info)
    if info.external_attr >> 16 & 0o170000 == _SYMLINK:
        return Member(name=name, refusal=LINK, code="D-LINK-FILE")
    if info.flag_bits & 1:
        return Member(name=name, refusal=PASSWORD, code="D-PASSWORD")
    try:
        return Member(name=name, data=read_zip_entry(archive, info, allowance))
    except Refused as refused:
        return Member(name=name, refusal=refused.text, code=refused.code)


LINK = Text(vi="là một lối tắt (liên kết), không phải tệp", en="is a link, not a file")


def read_zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance) -> bytes:
    """The bytes of one entry, within the allowance, which is spent. Raises Refused."""
    allowance.expect_bytes(info.file_size, info.compress_size)
    gathered: list[bytes] = []
    size = 0
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                allowance.expect_bytes(size, info.compress_size)
                gathered.append(chunk)
    except ZIP_ERRORS as error:
        raise Refused(broken(), code="D-UNREADABLE") from error
    allowance.take(size)
    return b"".join(gathered)


def zip_name(info: zipfile.ZipInfo) -> str:
    """The name a zip entry was given, whichever code page its program used."""
    for raw in _unicode_paths(info.extra):
        return raw.replace("\\", "/")
    if info.flag_bits & 0x800:
        return archived_name(info.orig_filename.encode("utf-8", "surrogateescape"), is_utf8=True).replace("\\", "/")
    try:
        raw_name = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename.replace("\\", "/")
    return archived_name(raw_name).replace("\\", "/")


def _unicode_paths(extra: bytes) -> Iterator[str]:
    """Info-ZIP's Unicode Path fields."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack("<HH", extra[position : position + 4])
        if kind == 0x7075 and length > 5:  # noqa: PLR2004 - version and checksum stand before the name
            try:
                yield extra[position + 9 : position + 4 + length].decode("utf-8")
            except UnicodeDecodeError:
                return
        position += 4 + length


def is_junk(name: str) -> bool:
    """Whether a member is what the packing system left behind: __MACOSX, .DS_Store, desktop.ini."""
    return _JUNK.search(name) is not None


_COMPRESSED: Mapping[str, Callable[[io.BytesIO], io.BufferedIOBase]] = {
    GZIP: lambda data: gzip.GzipFile(fileobj=data),
    BZIP2: bz2.BZ2File,
    XZ: lzma.LZMAFile,
}


def compressed_members(data: bytes, media_type: str, name: str, allowance: Allowance) -> Iterator[Member]:
    """The one file of a gzip, bzip2 or xz as it is: a tar, or a workbook, which libarchive would take apart like any zip."""
    gathered: list[bytes] = []
    size = 0
    with _COMPRESSED[media_type](io.BytesIO(data)) as stream:
        try:
            while chunk := stream.read1(CHUNK):  # what came before a damage stays
                size += len(chunk)
                allowance.expect_streamed(size, len(data))
                gathered.append(chunk)
        except (*ZIP_ERRORS, MemoryError) as error:
            if not gathered:
                raise Refused(broken(), code="D-UNREADABLE") from error
    allowance.take(size)
    yield Member(name=name_inside(name), data=b"".join(gathered))


def name_inside(name: str) -> str:
    """The name of what a gzip, bzip2 or xz of this name holds; any other name as it is."""
    inside = re.sub(r"\.t(?:gz|bz2?|xz)$", ".tar", name, flags=re.IGNORECASE)
    return re.sub(r"\.(?:gz|bz2|xz)$", "", inside, flags=re.IGNORECASE) or "tar"


def archive_members(data: bytes, media_type: str, allowance: Allowance, convert: Unpacker | None) -> Iterator[Member]:
    """The files of a rar, 7z, tar, cab ... by libarchive, else by the outside program handed in. Raises Refused."""
    if media_type == RAR and rar_trait(data) == RarTrait.PROTECTED:
        raise Refused(PASSWORD, code="D-PASSWORD")
    taken: list[Member] = []
    try:
        for member in _libarchive_members(data, allowance):
            taken.append(member)
            yield member
    except _LibarchiveFailed as failed:
        if failed.encrypted:
            raise Refused(PASSWORD, code="D-PASSWORD") from failed
        if rar_trait(data) == RarTrait.VOLUME:
            raise Refused(MANY_VOLUMES, code="D-UNREADABLE") from failed
        if convert is None:
            said = NEEDS_UNAR if failed.unsupported else broken(failed.said)
            raise Refused(said, code="D-UNREADABLE") from failed
        # unar makes three kilobytes of each before it says how many there are
        allowance.expect_parts(announced_files(data) - len(taken))
        had = {member.name for member in taken}
        for name, content in convert(data, media_type):
            if name not in had:
                allowance.expect_bytes(len(content), len(data))
                allowance.take(len(content))
                yield Member(name=name.replace("\\", "/"), data=content)


class _LibarchiveFailed(Exception):  # noqa: N818 - it carries a state, not only an error
    def __init__(self, said: str) -> None:
        self.said = said
        self.encrypted = re.search(r"encrypt|passphrase", said, re.IGNORECASE) is not None
        self.unsupported = re.search(r"unavailable|unsupported|not supported", said, re.IGNORECASE) is not None
        super().__init__(said)


def _libarchive_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    try:
        import libarchive  # the system library may be missing
    except (ImportError, OSError, TypeError, AttributeError) as error:
        raise Refused(MISSING_LIBRARY, code="D-UNREADABLE") from error
    before = allowance.bytes_taken
    hollow = False
    contents: dict[str, bytes] = {}  # by name: RAR 5 stores a file that occurs twice as a link to the first
    try:
        with libarchive.memory_reader(data) as archive:
            for entry in archive:
                if entry.isdir:
                    continue
                allowance.expect_parts(1)
                if entry.islnk and str(entry.linkpath) in contents:
                    allowance.take(len(contents[str(entry.linkpath)]))
                    yield Member(name=_entry_name(entry), data=contents[str(entry.linkpath)])
                    continue
                member = _libarchive_member(entry, len(data), allowance, allowance.bytes_taken - before)
                if entry.size != 0 and not member.data and member.refusal == NO_TEXT:
                    hollow = True
                    continue
                contents[str(entry.pathname)] = member.data
                yield member
    except libarchive.ArchiveError as error:
        raise _LibarchiveFailed(str(error.msg)) from error
    if hollow:
        message = "files stored as references are not supported"
        raise _LibarchiveFailed(message)


def _libarchive_member(entry: object, packed: int, allowance: Allowance, so_far: int) -> Member:
    name = _entry_name(entry)
    if not entry.isreg:  # type: ignore[attr-defined] # libarchive-c has no types
        return Member(name=name, refusal=LINK, code="D-LINK-FILE")
    gathered: list[bytes] = []
    size = 0
    try:
        allowance.expect_bytes(entry.size or 0, packed)  # type: ignore[attr-defined] # as above
        for block in entry.get_blocks(CHUNK):  # type: ignore[attr-defined] # as above
            size += len(block)
            allowance.expect_bytes(so_far + size, packed)
            gathered.append(bytes(block))
        allowance.take(size)
    except Refused as refused:
        return Member(name=name, refusal=refused.text, code=refused.code)
    return Member(name=name, data=b"".join(gathered))


def _entry_name(entry: object) -> str:
    name = entry.pathname  # type: ignore[attr-defined] # libarchive-c has no types
    if isinstance(name, bytes):
        name = archived_name(name)
    return (name or "").replace("\\", "/")


class RarTrait(StrEnum):
    """What in a rar's own headers keeps it from being opened."""

    NONE = ""
    PROTECTED = "protected"
    VOLUME = "volume"


def rar_trait(data: bytes) -> RarTrait:
    """Whether a rar's headers say that it is encrypted, or one volume of many. libarchive only fails on both."""
    try:
        if data.startswith(b"Rar!\x1a\x07\x01\x00"):
            return _rar5_trait(data)
        return _rar4_trait(data) if data.startswith(b"Rar!\x1a\x07\x00") else RarTrait.NONE
    except (struct.error, IndexError):
        return RarTrait.NONE


def _rar4_trait(data: bytes) -> RarTrait:
    position, volume = 7, False
    for _ in range(1_000):
        kind, flags, size = struct.unpack("<BHH", data[position + 2 : position + 7])
        if kind == 0x73:  # the archive's header  # noqa: PLR2004 - as in the format's description
            volume = bool(flags & 1)
            if flags & 0x80:
                return RarTrait.PROTECTED
        if kind == 0x74 and flags & 4:  # noqa: PLR2004 - a file's header
            return RarTrait.PROTECTED
        if kind == 0x7B or size < 7:  # noqa: PLR2004 - the end
            break
        added = struct.unpack("<I", data[position + 7 : position + 11])[0] if flags & 0x8000 else 0
        position += size + added
        if position + 7 > len(data):
            break
    return RarTrait.VOLUME if volume else RarTrait.NONE


def _rar5_trait(data: bytes) -> RarTrait:
    position, volume = 8, False
    for _ in range(1_000):
        size, start = _varying(data, position + 4)
        kind, at = _varying(data, start)
        flags, at = _varying(data, at)
        extra, at = _varying(data, at) if flags & 1 else (0, at)
        packed, at = _varying(data, at) if flags & 2 else (0, at)
        if kind == 4:  # noqa: PLR2004 - the headers themselves are encrypted
            return RarTrait.PROTECTED
        if kind == 1:
            volume = bool(_varying(data, at)[0] & 1)
        end = start + size
        if kind == 2 and extra and _varying(data, _varying(data, end - extra)[1])[0] == 1:  # noqa: PLR2004 - a file's header
            return RarTrait.PROTECTED
        if kind == 5 or end + packed >= len(data):  # noqa: PLR2004 - the end
            break
        position = end + packed
    return RarTrait.VOLUME if volume else RarTrait.NONE


def announced_files(data: bytes) -> int:
    """How many files a cab names, or how many blocks a rar has, up to a thousand; 0 where that is not told."""
    try:
        if data.startswith(b"MSCF"):
            return int(struct.unpack("<H", data[28:30])[0])
        walk = {b"\x00": _rar4_blocks, b"\x01": _rar5_blocks}.get(data[6:7]) if data.startswith(b"Rar!") else None
        return sum(1 for _ in walk(data)) if walk is not None else 0
    except (struct.error, IndexError):
        return 0


def _rar4_blocks(data: bytes) -> Iterator[int]:
    """Where the blocks of a rar begin, the first thousand."""
    position = 7
    for _ in range(1_000):
        if position + 7 > len(data):
            return
        yield position
        flags, size = struct.unpack("<HH", data[position + 3 : position + 7])
        added = struct.unpack("<I", data[position + 7 : position + 11])[0] if flags & 0x8000 else 0
        position += max(7, size) + added


def _rar5_blocks(data: bytes) -> Iterator[int]:
    position = 8
    for _ in range(1_000):
        if position + 7 > len(data):
            return
        yield position
        size, start = _varying(data, position + 4)
        _, at = _varying(data, start)
        flags, at = _varying(data, at)
        _, at = _varying(data, at) if flags & 1 else (0, at)
        packed, _ = _varying(data, at) if flags & 2 else (0, at)
        position = start + size + packed


def _varying(data: bytes, position: int) -> tuple[int, int]:
    """A number of seven bits a byte, and the position after it."""
    value = 0
    for shift in range(0, 70, 7):
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return value, position


MANY_VOLUMES = Text(
    vi="tệp nén chia thành nhiều phần, không mở được từng phần; đề nghị gửi thành một tệp",
    en="one volume of a split archive, cannot be opened alone; please send it as one file",
)
NEEDS_UNAR = Text(
    vi="kiểu nén này máy chủ chưa mở được (cần gói unar); đề nghị gửi tệp .zip hoặc gửi trực tiếp các tệp",
    en="this server cannot open this kind of archive (package unar); please send a .zip or the files themselves",
)
MISSING_LIBRARY = Text(
    vi="máy này chưa có thư viện mở tệp rar/7z (gói libarchive13), chưa đọc được",
    en="this machine lacks the library that opens rar and 7z (package libarchive13), not read yet",
)
