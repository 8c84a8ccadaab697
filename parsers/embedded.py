"""Pictures and files inside documents: Office Open XML, OpenDocument, old Word, Excel and PowerPoint, PDF."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import struct
import zipfile
from collections.abc import Iterator

import olefile
import pypdfium2

from config.text import Text
from parsers.allowance import PASSWORD, Allowance, Refused
from parsers.archives import ZIP_ERRORS, Member, announced_entries, broken, natural, read_zip_entry, zip_name
from parsers.content_type import DOC, PPT, XLS
from parsers.embedded_objects import OLE_ERRORS, object_members, open_document_objects, packaged_file, pool_members, rtf_objects
from parsers.ole_directory import MAGIC
from parsers.pdf_pages import OBJECTS_OF_ALL, PageBudget

_MEDIA = re.compile(
    r"^(?:word|xl|ppt)/(?:media|embeddings)/[^/]+$|^(?:word|xl|ppt)/vbaProject\.bin$|^Pictures/[^/]+$|^media/[^/]+$"
    r"|^ObjectReplacements/|^Object \d+$"
    r"|^word/(?:[^/]+/)?[^/]*chunk[^/]*\.(?:mht|mhtml|html?|xhtml|rtf|txt|docx)$"  # what w:altChunk puts into the text
)
_NOT_A_FILE = re.compile(r"vbaProject\.bin$|^ObjectReplacements/|^Object \d+$")
_BLIP = re.compile(
    rb"(?s)(?:[\xa0\xb0]\x46\x1d\xf0|[\x20\x30]\x6e\x2a\xf0|[\x00\x10]\x6e\x1e\xf0|[\x80\x90]\x7a\x1f\xf0)(.{4})"
)  # OfficeArt records of a JPEG, CMYK JPEG, PNG and DIB
_TWO_IDENTIFIERS = frozenset({0x46B, 0x6E3, 0x6E1, 0x7A9})
PDF_PAGES = 60
"""Pages of a PDF that are looked through for pictures; photos stand at the end of a report, not behind a book."""


def office_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """Pictures and embedded files of a docx, xlsx, pptx, odt, ods ... in their natural order."""
    if announced_entries(data) > 20_000:  # noqa: PLR2004 - no honest document comes near
        allowance.expect_parts(announced_entries(data))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except ZIP_ERRORS as error:
        raise Refused(broken(), code="D-UNREADABLE") from error
    with archive:
        found = [(zip_name(info), info) for info in archive.infolist() if not info.filename.endswith("/")]
        wanted = [(name, info) for name, info in found if _MEDIA.search(name) and not _NOT_A_FILE.search(name)]
        for name, info in sorted(wanted, key=lambda pair: natural(pair[0])):
            try:
                content = read_zip_entry(archive, info, allowance)
            except Refused as refused:
                yield Member(name=name, refusal=refused.text, code=refused.code)
                continue
            inner = object_members(name, content, allowance) if name.endswith(".bin") else ()
            yield from inner or (Member(name=name, data=content),)
        yield from open_document_objects(archive, allowance)


def has_macros(data: bytes) -> bool:
    """Whether an Office Open XML or old Office file carries a macro project."""
    if data.startswith(b"PK"):
        return b"vbaProject.bin" in data[-200_000:]
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return any("vba" in (step.lower() for step in entry) for entry in ole.listdir())
    except OLE_ERRORS:
        return False


def is_protected_ole(data: bytes, media_type: str) -> bool:
    """Whether an old .doc, .xls or .ppt wants a password to be opened."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if media_type == DOC:
                head = ole.openstream("WordDocument").read(12)
                return bool(struct.unpack("<H", head[10:12])[0] & 0x0100)
            if media_type == XLS:
                stream = "Workbook" if ole.exists("Workbook") else "Book"
                return _is_protected_book(ole.openstream(stream).read(4096))
            return media_type == PPT and ole.exists("EncryptedSummary")
    except OLE_ERRORS:
        return False


def _is_protected_book(head: bytes) -> bool:
    """FILEPASS right after BOF."""
    position = 0
    while position + 4 <= len(head):
        kind, length = struct.unpack("<HH", head[position : position + 4])
        if kind == 0x2F:  # noqa: PLR2004 - FILEPASS
            return True
        if kind not in {0x809, 0x86, 0xE1, 0xC1, 0xE2, 0x5C, 0x5D, 0x42}:  # BOF, WRITEPROT and what may stand before FILEPASS
            return False
        position += 4 + length
    return False


def ole_members(data: bytes, media_type: str, allowance: Allowance) -> Iterator[Member]:
    """Pictures and embedded files of an old .doc, .xls or .ppt, each once."""
    if not data.startswith(MAGIC):
        return  # the records of a workbook without a container around them
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            held = tuple(pool_members(ole))
            streams = [(("/".join(path)), ole.openstream(path).read()) for path in ole.listdir() if _may_hold_files(path)]
    except OLE_ERRORS as error:
        raise Refused(broken(), code="D-UNREADABLE") from error
    for each in held:
        allowance.expect_bytes(len(each.data), len(data))
        allowance.take(len(each.data))
        yield each
    seen: set[bytes] = set()
    number = 0
    for path, content in streams:
        if path.endswith("Ole10Native"):
            packaged = None if path.startswith("ObjectPool/") else packaged_file(content)
            if packaged is not None:
                allowance.take(len(packaged.data))
                yield packaged
            continue
        stream = _drawing_records(content) if media_type == XLS else content
        for picture, ending in _blips(stream):
            digest = hashlib.sha256(picture).digest()
            if digest in seen:
                continue
            seen.add(digest)
            number += 1
            allowance.expect_bytes(len(picture), len(data))
            allowance.take(len(picture))
            yield Member(name=f"image{number}.{ending}", data=picture)


def _may_hold_files(path: list[str]) -> bool:
    return path[-1] in {"Data", "WordDocument", "Workbook", "Book", "Pictures", "\x01Ole10Native", "1Table", "0Table"}


def _blips(stream: bytes) -> Iterator[tuple[bytes, str]]:
    position = 0
    while (record := _BLIP.search(stream, position)) is not None:
        position = record.end()
        start = record.start()
        instance = struct.unpack("<H", stream[start : start + 2])[0] >> 4
        length = struct.unpack("<I", record[1])[0]
        skipped = 33 if instance in _TWO_IDENTIFIERS else 17
        if length <= skipped or position + length > len(stream) + 16:
            continue
        picture = stream[position + skipped : position + length]
        if picture.startswith(b"\xff\xd8"):
            yield picture, "jpg"
        elif picture.startswith(b"\x89PNG"):
            yield picture, "png"
        elif instance >> 4 == 0x7A and len(picture) > 40:  # noqa: PLR2004 - a DIB without the file header of a .bmp
            offset = 14 + struct.unpack("<I", picture[:4])[0]
            yield b"BM" + struct.pack("<IHHI", len(picture) + 14, 0, 0, offset) + picture, "bmp"
        else:
            continue
        position += length


def _drawing_records(workbook: bytes) -> bytes:
    """The drawing data of an .xls joined from its records, which are at most 8 KB each."""
    gathered: list[bytes] = []
    position, inside = 0, False
    while position + 4 <= len(workbook):
        kind, length = struct.unpack("<HH", workbook[position : position + 4])
        inside = kind == 0xEB or (kind == 0x3C and inside)  # noqa: PLR2004 - MSODRAWINGGROUP and CONTINUE
        if inside:
            gathered.append(workbook[position + 4 : position + 4 + length])
        position += 4 + length
    return b"".join(gathered)


_RTF_PICTURE = re.compile(
    rb"\\(jpegblip|pngblip)[^{}]{0,400}?(?:\{[^{}]{0,400}\}[^{}]{0,100}?)?[\s]([0-9a-fA-F][0-9a-fA-F\s]{199,})"
)


def rtf_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """JPEG and PNG pictures of an .rtf, each once, and the files among its objects."""
    for each in rtf_objects(data, allowance):
        allowance.take(len(each.data))
        yield each
    seen: set[bytes] = set()
    for found in _RTF_PICTURE.finditer(data):
        digits = re.sub(rb"\s", b"", found[2])
        picture = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
        if picture in seen:
            continue
        seen.add(picture)
        allowance.take(len(picture))
        yield Member(name=f"image{len(seen)}.{'jpg' if found[1] == b'jpegblip' else 'png'}", data=picture)


def pdf_members(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """Files attached to a PDF and the pictures on its pages; a picture that fills its page is `inline`."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused(PASSWORD, code="D-PASSWORD") from error
        raise Refused(broken(), code="D-UNREADABLE") from error
    try:
        yield from _pdf_attachments(document, allowance)
        yield from _pdf_pictures(document, len(data), allowance)
    finally:
        document.close()


def _pdf_attachments(document: pypdfium2.PdfDocument, allowance: Allowance) -> Iterator[Member]:
    for number in range(min(document.count_attachments(), allowance.limits.parts)):
        try:
            attachment = document.get_attachment(number)
            content = bytes(attachment.get_data())
            name = attachment.get_name() or f"attachment {number + 1}"
        except (pypdfium2.PdfiumError, ValueError, UnicodeError):
            continue
        allowance.expect_bytes(len(content), len(content))
        allowance.take(len(content))
        yield Member(name=name.replace("\\", "/"), data=content)


def _pdf_pictures(document: pypdfium2.PdfDocument, size: int, allowance: Allowance) -> Iterator[Member]:
    seen: set[bytes] = set()
    budget = PageBudget()
    for index in range(min(len(document), PDF_PAGES)):
        if budget.is_spent:  # that pages were left out is told where they are read
            return
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            continue
        budget.spend(page)
        pictures = list(_page_pictures(page))
        page.close()
        for number, (picture, fills_page) in enumerate(pictures, start=1):
            name = f"trang {index + 1}" if fills_page and len(pictures) == 1 else f"trang {index + 1} ảnh {number}"
            digest = hashlib.sha256(picture).digest()
            if not picture and not fills_page:
                yield Member(name=name, refusal=_LARGE, code="D-LIMIT")
            if not picture or digest in seen:
                continue
            seen.add(digest)
            allowance.expect_bytes(len(picture), max(size, len(picture)))
            allowance.take(len(picture))
            ending = "jpg" if picture.startswith(b"\xff\xd8") else "png"
            yield Member(name=f"{name}.{ending}", data=picture, inline=fills_page)


LARGEST_PDF_PICTURE = 60_000_000
_LARGEST_DRAWN = 20_000_000  # pixels that are not JPEG: an A4 page at 400 dpi
_LARGE = Text(
    vi="ảnh trong tệp PDF quá lớn, không lấy ra được; đề nghị gửi ảnh gốc",
    en="a picture in the PDF is too large to be taken out; please send the original",
)
_SMALLEST_PDF_PICTURE = 150


def _page_pictures(page: pypdfium2.PdfPage) -> Iterator[tuple[bytes, bool]]:
    """The pictures of a page and whether each fills it; b"" for one too large to take out."""
    width, height = page.get_size()
    drawn = itertools.islice(page.get_objects(max_depth=3), OBJECTS_OF_ALL)
    for number, item in enumerate(each for each in drawn if isinstance(each, pypdfium2.PdfImage)):
        if number >= 30:  # noqa: PLR2004 - drawings cut into stripes are no photos
            return
        try:
            wide, high = item.get_px_size()
            if min(wide, high) < _SMALLEST_PDF_PICTURE:
                continue
            is_jpeg = item.get_filters() == ["DCTDecode"]
            too_large = wide * high > (LARGEST_PDF_PICTURE if is_jpeg else _LARGEST_DRAWN)
            left, bottom, right, top = item.get_bounds()
            fills = (right - left) * (top - bottom) >= 0.7 * width * height  # a scan may have margins
            yield b"" if too_large else _picture_bytes(item, is_jpeg=is_jpeg), fills
        except (pypdfium2.PdfiumError, OSError, ValueError, NotImplementedError, AttributeError, KeyError):
            continue


def _picture_bytes(item: pypdfium2.PdfImage, *, is_jpeg: bool) -> bytes:
    """A JPEG as it stands in the file; anything else drawn as PNG."""
    if is_jpeg:
        return bytes(item.get_data(decode_simple=False))
    target = io.BytesIO()
    item.get_bitmap().to_pil().save(target, format="PNG", compress_level=1)
    return target.getvalue()
