"""What a file is, by its bytes. The name only breaks ties between kinds of plain text; the declared type is never asked."""

from __future__ import annotations

import codecs
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

import filetype

from parsers.ole_directory import MAGIC, ole_directory

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroenabled.12"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
XLS = "application/vnd.ms-excel"
XLS_XML = "application/vnd.ms-excel+xml"  # Excel 2003 XML
ODS = "application/vnd.oasis.opendocument.spreadsheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCM = "application/vnd.ms-word.document.macroenabled.12"
DOC = "application/msword"
DOC_XML = "application/msword+xml"  # Word 2003 XML
ODT = "application/vnd.oasis.opendocument.text"
FLAT_ODF = "application/vnd.oasis.opendocument+xml"  # .fods, .fodt
ODP = "application/vnd.oasis.opendocument.presentation"
RTF = "application/rtf"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PPTM = "application/vnd.ms-powerpoint.presentation.macroenabled.12"
PPT = "application/vnd.ms-powerpoint"
PDF = "application/pdf"
CSV = "text/csv"
HTML = "text/html"
TEXT = "text/plain"
EML = "message/rfc822"
MHTML = "multipart/related"  # a web page in one file: what Word and Excel save as .doc and .xls
MSG = "application/vnd.ms-outlook"
TNEF = "application/ms-tnef"
MBOX = "application/mbox"
UUENCODE = "text/x-uuencode"
ZIP = "application/zip"
RAR = "application/vnd.rar"
SEVEN_ZIP = "application/x-7z-compressed"
GZIP = "application/gzip"
TAR = "application/x-tar"
BZIP2 = "application/x-bzip2"
XZ = "application/x-xz"
COMPRESSED = frozenset({GZIP, BZIP2, XZ})  # of one file
ARJ = "application/x-arj"
LHA = "application/x-lha"
ZSTD = "application/zstd"
OTHER_ARCHIVES = frozenset({TAR, ARJ, LHA, ZSTD, "application/vnd.ms-cab-compressed"})
ENCRYPTED_OFFICE = "application/x-encrypted-office"
OLE = "application/x-ole-storage"
JPEG = "image/jpeg"
PNG = "image/png"
GIF = "image/gif"
WEBP = "image/webp"
HEIC = "image/heic"
AVIF = "image/avif"
BMP = "image/bmp"
TIFF = "image/tiff"
SVG = "image/svg+xml"
EMF = "image/emf"
WMF = "image/wmf"
EXECUTABLE = "application/x-executable"
SCRIPT = "application/x-script"
SHORTCUT = "application/x-ms-shortcut"
SIGNATURE = "application/pkcs7-signature"
ENCRYPTED_MAIL = "application/pkcs7-mime"
CALENDAR = "text/calendar"
VCARD = "text/vcard"
LOCK_FILE = "application/x-office-lock"
APPLE_DOUBLE = "application/applefile"
THUMBS = "application/x-thumbs-db"
LINK_STUB = "application/vnd.google-apps.document"
EMPTY = "application/x-empty"
IWORK = "application/vnd.apple.iwork"
UNKNOWN = "application/octet-stream"

MACRO_TYPES = frozenset({XLSM, DOCM, PPTM})
PICTURES = frozenset({JPEG, PNG, GIF, WEBP, HEIC, AVIF, BMP, TIFF})

_SHAPELESS = frozenset({UNKNOWN, OLE, EMPTY, TEXT, CSV, HTML})
"""What a file of an office program or a camera turns into when it is saved or sent wrongly."""
_SHAPED_NAME = re.compile(r"\.(?:xlsx|xlsm|xlsb|xls|ods|docx|docm|doc|odt|rtf|pdf|jpe?g|png|heic)$", re.IGNORECASE)
_DANGEROUS_NAME = re.compile(r"\.(?:bat|cmd|com|cpl|exe|hta|jar|js|jse|lnk|msi|pif|ps1|reg|scr|vbe|vbs|wsf|wsh)$", re.IGNORECASE)
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"\x1f\x8b\x08", GZIP),
    (b"BZh", BZIP2),
    (b"\xfd7zXZ\0", XZ),
    (b"\x28\xb5\x2f\xfd", ZSTD),
    (b"\x60\xea", ARJ),
    (b"MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"{\\rtf", RTF),
    (b"\x7fELF", EXECUTABLE),
    (b"\xca\xfe\xba\xbe", EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", EXECUTABLE),
    (b"L\0\0\0\x01\x14\x02\0", SHORTCUT),
    (b"\x01\0\0\0", ""),  # EMF, told below
    (b"\xd7\xcd\xc6\x9a", WMF),
    (b"\0\x05\x16\x07", APPLE_DOUBLE),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})


def media_type(data: bytes, name: str = "") -> str:
    """The media type of a file by its content; `UNKNOWN` when nothing fits."""
    if not data:
        return EMPTY
    if name.startswith("~$") and len(data) <= 1024:  # noqa: PLR2004 - Word's owner file has 162 bytes, Excel's 165
        return LOCK_FILE
    head = data[:4096]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_type(data)
    if head.startswith(MAGIC):
        return _ole_type(data)
    return _by_magic(head) or _by_structure(head, len(data)) or _text_type(head, data, name) or _last_resort(head)


def is_misnamed(media_type: str, name: str) -> bool:
    """Whether a file's name promises a workbook, a written report or a picture and its bytes are nothing of the kind."""
    return media_type in _SHAPELESS and _SHAPED_NAME.search(name) is not None


def told_by_name(name: str) -> tuple[bool, ...]:
    """All that a name adds to what the bytes are: for two files of equal bytes, equal answers mean equal types."""
    ends = name.lower()
    shaped, dangerous = _SHAPED_NAME.search(name) is not None, _DANGEROUS_NAME.search(name) is not None
    return (name.startswith("~$"), ends.endswith((".csv", ".tsv")), ends.endswith(".eml"), shaped, dangerous)


def _by_magic(head: bytes) -> str:
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic) and kind), "")
    if found:
        return found
    if head[:4] == b"\x01\0\0\0" and head[40:44] == b" EMF":
        return EMF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _media_box(head)
    if b"%PDF-" in head[:1024]:  # scanners put a few bytes before it
        return PDF
    if re.match(rb"..-(?:lh\d|lz[s45])-", head, re.DOTALL):
        return LHA
    if head[257:262] == b"ustar":
        return TAR
    if head[:2] == b"0\x82" or head[:2] in (b"0\x80", b"0\x83"):
        return _cms_type(head)
    return ""


def _media_box(head: bytes) -> str:
    length = min(struct.unpack(">I", head[:4])[0], 256)
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, length, 4))}
    if b"avif" in brands or b"avis" in brands:
        return AVIF
    if brands & _HEIC_BRANDS:
        return HEIC
    return "video/quicktime" if head[8:10] == b"qt" else "video/mp4"


def _cms_type(head: bytes) -> str:
    if b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" in head[:32]:
        return SIGNATURE
    return ENCRYPTED_MAIL if b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03" in head[:32] else ""


def _by_structure(head: bytes, size: int) -> str:
    if head[:2] == b"MZ" and size > 64 and b"\0" in head[:64]:  # noqa: PLR2004 - a DOS header
        return EXECUTABLE
    if head[:2] == b"BM" and len(head) > 26 and struct.unpack("<I", head[14:18])[0] in {12, 40, 52, 56, 64, 108, 124}:  # noqa: PLR2004 - its header sizes
        return BMP
    if head[:4] in (b"\x09\x04\x06\0", b"\x09\x02\x06\0", b"\x09\0\x04\0", b"\x09\x08\x10\0"):  # a bare BIFF stream, Excel 2 to 5
        return XLS
    return ""


def zip_names(data: bytes, most: int = 5_000) -> Iterator[str]:
    """The names in a zip's central directory, at most so many, as latin-1; from local headers when it has been cut off."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if end < 0 or len(data) < end + 22:
        yield from _local_names(data)
        return
    size, offset = struct.unpack("<II", data[end + 12 : end + 20])
    position = offset if data[offset : offset + 4] == b"PK\x01\x02" else end - size
    for _ in range(most):
        if position < 0 or data[position : position + 4] != b"PK\x01\x02" or len(data) < position + 46:
            return
        name, extra, comment = struct.unpack("<HHH", data[position + 28 : position + 34])
        yield data[position + 46 : position + 46 + name].decode("latin-1")
        position += 46 + name + extra + comment


def _local_names(data: bytes) -> Iterator[str]:
    for header in re.finditer(rb"PK\x03\x04.{22}(..)..", data[:65_536], re.DOTALL):
        yield data[header.end() : header.end() + min(struct.unpack("<H", header[1])[0], 300)].decode("latin-1")


def _zip_type(data: bytes) -> str:
    names = set(zip_names(data))
    if "[Content_Types].xml" in names or "word/document.xml" in names or "xl/workbook.xml" in names:
        return _ooxml_type(names)
    if "mimetype" in names:
        told = data[:300] if b"mimetypeapplication/" in data[:300] else b"mimetype" + _packed_type(data)
        found = re.search(rb"mimetypeapplication/(vnd\.oasis\.opendocument\.[a-z]+|epub\+zip)", told)
        if found:
            return "application/" + found[1].decode("ascii")
    if "Index/Document.iwa" in names or "index.xml" in names or "index.apxl" in names:
        return IWORK
    if "META-INF/MANIFEST.MF" in names or "AndroidManifest.xml" in names:
        return EXECUTABLE
    return ZIP


def _packed_type(data: bytes) -> bytes:
    """What the entry "mimetype" says where it does not stand first as it is: somebody packed the file anew."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("mimetype") as entry:
            return entry.read(100)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, NotImplementedError, KeyError):
        return b""


def _ooxml_type(names: set[str]) -> str:
    macro = any(name.endswith("vbaProject.bin") for name in names)
    folders = {name.replace("\\", "/").split("/", 1)[0] for name in names if "/" in name.replace("\\", "/")}
    if "xl" in folders:
        if any(name.endswith("workbook.bin") for name in names):
            return XLSB
        return XLSM if macro else XLSX
    if "word" in folders:
        return DOCM if macro else DOCX
    if "ppt" in folders:
        return PPTM if macro else PPTX
    return ZIP


def _ole_type(data: bytes) -> str:
    entries = ole_directory(data).names
    if "encryptedpackage" in entries:
        return ENCRYPTED_OFFICE
    for stream, kind in (
        ("workbook", XLS),
        ("book", XLS),
        ("worddocument", DOC),
        ("powerpoint document", PPT),
        ("__properties_version1.0", MSG),
        ("catalog", THUMBS),
        ("!_stringdata", EXECUTABLE),
    ):
        if stream in entries:
            return kind
    return THUMBS if entries and all(re.match(r"\d+_[0-9a-f]+$", entry) for entry in entries) else OLE


def decoded_text(data: bytes) -> str | None:
    """The bytes as text by BOM or UTF-16 look, else latin-1 for looking at its ASCII; None when they are no text."""
    for mark, charset in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(charset, "replace")
    sample = data[:4096]
    if len(sample) > sample.count(0) > len(sample) // 3 and (not any(sample[1:200:2]) or not any(sample[:200:2])):
        return data.decode("utf-16-le" if not any(sample[1:200:2]) else "utf-16-be", "replace")
    control = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", sample))
    return None if control > len(sample) // 50 else data.decode("latin-1")


_MAIL_FIELD = re.compile(
    r"(?im)^(?:from|to|subject|date|received|return-path|message-id|mime-version|delivered-to|content-type|x-[a-z-]+):"
)


_ANY_FIELD = re.compile(r"[!-9;-~]{1,100}[ \t]*:")  # a client's own field may stand first
_MULTIPART = re.compile(r"(?m)^content-type:\s*multipart/.*(?:\n[ \t].*)*boundary\s*=")


def _text_type(head: bytes, data: bytes, name: str) -> str:
    text = decoded_text(head)
    if text is None:
        return ""
    start = text.lstrip("\ufeff \t\r\n")
    lower = start[:2048].lower()
    if found := _markup_type(lower):
        return found
    if _DANGEROUS_NAME.search(name) or start.startswith("#!"):
        return SCRIPT
    if re.match(r"From \S+.*\d{4}", start) and _MAIL_FIELD.search(start):
        return MBOX if data.count(b"\nFrom ") else EML
    if found := _mail_type(start, name):
        return found
    if re.search(r"(?m)^begin [0-7]{3} \S", text) and re.search(rb"(?m)^end\r?$", data[-2048:]):
        return UUENCODE
    if '"url"' in lower and "docs.google.com" in lower and len(data) < 4096:  # noqa: PLR2004 - a pointer, no document
        return LINK_STUB
    if lower.startswith("begin:vcalendar"):
        return CALENDAR
    if lower.startswith("begin:vcard"):
        return VCARD
    return CSV if name.lower().endswith((".csv", ".tsv")) or _is_table(start) else TEXT


def _mail_type(start: str, name: str) -> str:
    """A mail begins with header fields, two of them well known; one is enough where its name or a boundary says the same."""
    if _ANY_FIELD.match(start) is None:
        return ""
    headers = re.split(r"\r?\n\r?\n", start, maxsplit=1)[0].lower()
    known = set(_MAIL_FIELD.findall(headers))
    if len(known) < 2 and not (known and (name.lower().endswith(".eml") or _MULTIPART.search(headers))):  # noqa: PLR2004 - one field could be prose
        return ""
    related = re.search(r"content-type:\s*multipart/related", headers) and "message-id:" not in headers
    return MHTML if related and "from:" not in start[:2048].lower().replace("from: <saved", "") else EML


def _markup_type(lower: str) -> str:
    if not lower.startswith("<"):
        return ""
    if "<office:document " in lower:
        return FLAT_ODF
    is_html = re.search(r"<(?:!doctype html|html|head|body|table|div|meta|p|style|script|font|span|center|h1)[\s>]", lower)
    if "<html" not in lower:
        if "excel.sheet" in lower or "urn:schemas-microsoft-com:office:spreadsheet" in lower[:600]:
            return XLS_XML
        if "word.document" in lower:
            return DOC_XML
        if "<svg" in lower and (not is_html or lower.find("<svg") < is_html.start()):
            return SVG
    if is_html:
        return HTML
    return "text/xml" if lower.startswith("<?xml") else ""


def _is_table(text: str) -> bool:
    """Whether the first lines share a delimiter the same number of times, at least twice each."""
    lines = [line for line in text.splitlines()[:8] if line.strip()][:-1] or []
    if len(lines) < 2:  # noqa: PLR2004 - one line shows nothing
        return False
    return any(len({line.count(mark) for line in lines}) == 1 and lines[0].count(mark) >= 2 for mark in ";\t|,")  # noqa: PLR2004 - three columns


def _last_resort(head: bytes) -> str:
    guess: object = filetype.guess_mime(head)
    return str(guess) if guess else UNKNOWN
