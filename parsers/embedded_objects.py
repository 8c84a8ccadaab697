"""Files that a document holds as objects: a workbook put into a Word text, a file dropped into it as an icon."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence

import olefile

from config.text import Text
from parsers.allowance import Allowance
from parsers.archives import Member, natural, read_zip_entry
from parsers.content_type import OLE, UNKNOWN, media_type
from parsers.ole_directory import MAGIC

OLE_ERRORS = (
    OSError, ValueError, IndexError, KeyError, struct.error, TypeError, AttributeError, OverflowError, RecursionError,
    UnicodeError,
)  # fmt: skip
_NATIVE = "\x01Ole10Native"
_BOOKS = ("Workbook", "Book")
_NOT_TAKEN_OUT = ("WordDocument", "PowerPoint Document")
_SPREADSHEET = b"<office:spreadsheet"
_OBJECT_CONTENT = re.compile(r"^(Object \d+)/content\.xml$")
_OBJECT_FILE = re.compile(r"^Obj(?:ect )?\d+$")
_OBJECT_DATA = re.compile(rb"\\objdata\b[^{}0-9a-fA-F]{0,200}([0-9a-fA-F][0-9a-fA-F\s]{511,})")
_HELD = Text(
    vi="tệp được nhúng trong văn bản, không lấy ra được; đề nghị gửi kèm riêng tệp này",
    en="a file put into the document as an object that cannot be taken out; please attach it by itself",
)


def object_members(name: str, content: bytes, allowance: Allowance) -> tuple[Member, ...]:
    """The files in an OLE object that a document carries as a file of its own; none where it is an Office file itself."""
    if not content.startswith(MAGIC):
        return ()
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            found = tuple(_in_storage(ole, []))
    except OLE_ERRORS:
        return ()
    allowance.expect_bytes(sum(len(each.data) for each in found), len(content))
    folder = name.rpartition("/")[0]
    return tuple(Member(name=f"{folder}/{each.name}".lstrip("/"), data=each.data) for each in found)


def pool_members(ole: olefile.OleFileIO) -> Iterator[Member]:
    """The files among the objects of an old .doc, each in a storage of its own. Raises what olefile raises."""
    storages = {tuple(path[:2]) for path in ole.listdir() if len(path) > 2 and path[0] == "ObjectPool"}  # noqa: PLR2004 - its own folder
    for number, storage in enumerate(sorted(storages), start=1):
        found = tuple(_in_storage(ole, storage))
        if not found and any(ole.exists([*storage, name]) for name in _NOT_TAKEN_OUT):
            found = (Member(name="object", refusal=_HELD, code="D-UNREADABLE"),)
        for each in found:
            yield Member(name=f"object {number}/{each.name}", data=each.data, refusal=each.refusal, code=each.code)


def open_document_objects(archive: zipfile.ZipFile, allowance: Allowance) -> Iterator[Member]:
    """The workbooks among the objects of an .odt or .odp, and the files that other programs put into it."""
    for name in sorted(archive.namelist(), key=natural):
        if _OBJECT_FILE.match(name):
            yield from _taken_out(name, read_zip_entry(archive, archive.getinfo(name), allowance), allowance)
        elif found := _OBJECT_CONTENT.match(name):
            content = read_zip_entry(archive, archive.getinfo(name), allowance)
            if _SPREADSHEET in content:
                yield Member(name=f"{found[1]}.ods", data=_as_ods(archive, found[1], content, allowance))


def rtf_objects(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """The files among the objects of an .rtf."""
    for number, found in enumerate(_OBJECT_DATA.finditer(data), start=1):
        digits = re.sub(rb"\s", b"", found[1])
        content = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
        start = content.find(MAGIC)
        if start >= 0:
            yield from _taken_out(f"object {number}", content[start:], allowance)


def packaged_file(native: bytes) -> Member | None:
    """A file dropped into a document: label, paths, length, bytes."""
    from parsers.part_names import archived_name, last_step

    try:
        label_end = native.index(b"\0", 6)
        label = native[6:label_end]
        path_end = native.index(b"\0", label_end + 1)
        temporary_length = struct.unpack("<I", native[path_end + 5 : path_end + 9])[0]
        start = path_end + 9 + temporary_length
        length = struct.unpack("<I", native[start : start + 4])[0]
    except (ValueError, struct.error):
        return None
    content = native[start + 4 : start + 4 + length]
    return Member(name=last_step(archived_name(label)) or "package", data=content) if content else None


def _taken_out(name: str, content: bytes, allowance: Allowance) -> tuple[Member, ...]:
    """The files in an object, or the object itself where it is a file that programs open."""
    inner = object_members(f"{name}/object", content, allowance)
    return inner or ((Member(name=name, data=content),) if media_type(content) not in {OLE, UNKNOWN} else ())


def _in_storage(ole: olefile.OleFileIO, storage: Sequence[str]) -> Iterator[Member]:
    """The file of one object: dropped in, packed by a newer Office, or the records of an old workbook."""
    if ole.exists([*storage, _NATIVE]):
        packaged = packaged_file(ole.openstream([*storage, _NATIVE]).read())
        if packaged is not None:
            yield packaged
    elif ole.exists([*storage, "Package"]):
        yield Member(name="package", data=ole.openstream([*storage, "Package"]).read())
    elif storage and (book := next((each for each in _BOOKS if ole.exists([*storage, each])), "")):
        yield Member(name="workbook.xls", data=ole.openstream([*storage, book]).read())


def _as_ods(archive: zipfile.ZipFile, folder: str, content: bytes, allowance: Allowance) -> bytes:
    """A workbook that stands in a folder of its document, as the file that it would be by itself."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", content)
        if (styles := f"{folder}/styles.xml") in archive.namelist():
            made.writestr("styles.xml", read_zip_entry(archive, archive.getinfo(styles), allowance))
        made.writestr("META-INF/manifest.xml", "<manifest/>")
    return target.getvalue()
