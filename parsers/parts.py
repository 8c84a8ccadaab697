"""Our own walk over the MIME parts of a raw message: every leaf with its place in the bytes, whatever the sender broke.

It works on bytes, without recursion, and keeps what other readers drop: parts after the closing boundary, parts without
headers, headers broken over a line, base64 that was not declared, a second Content-Type. `parsers.message` joins its view with
mail-parser's. `decode` is the one place that undoes a transfer encoding, for archived slices too.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from config.text import NO_TEXT, Text
from parsers.header_fields import Headers, read_headers, skip_blank_lines
from parsers.part_names import HeaderValue, part_name, structured
from parsers.uuencode import uuencoded_files
from parsers.values import Slice

DEEPEST_MULTIPART = 30
"""Multiparts nested deeper than this stay one opaque leaf; honest mail stays below ten."""

MOST_PARTS = 2_000
_TOO_MUCH = "nested too deeply or too many parts"
_NOT_HERE = {
    "message/partial": Text(
        vi="thư đã bị chương trình gửi cắt thành nhiều phần, không ghép lại được; đề nghị gửi lại trong một thư",
        en="the mail was cut into several by the sender's program and is not put together; please send it as one",
    ),
    "message/external-body": Text(
        vi="tệp không nằm trong thư mà ở một máy chủ khác, không được mở; đề nghị gửi tệp đính kèm",
        en="the file is not in the mail but on another server, which is not opened; please attach it",
    ),
}
_REST = Text(
    vi=f"phần còn lại của thư: quá nhiều phần hoặc lồng quá nhiều lớp (tối đa {MOST_PARTS} phần, {DEEPEST_MULTIPART} lớp) "
    "nên chưa đọc, có thể thiếu tệp; đề nghị gửi lại gọn hơn",
    en=f"the rest of the mail: too many parts or nested too deeply (at most {MOST_PARTS} parts, {DEEPEST_MULTIPART} layers), "
    "not read; files may be missing, please send it again in a simpler form",
)

_GUESSED_BOUNDARY = re.compile(
    rb"(?m)^--(?=[!-~]*[0-9A-Za-z])([!-~]{1,200}?)[ \t]*\r?\n(?=(?:content|mime|x)-[a-z-]+:)", re.IGNORECASE
)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_BINARY_AT_BASE64_START = (b"UEsDB", b"JVBERi", b"/9j/", b"iVBORw0KG", b"0M8R4KGx", b"R0lGOD", b"UmFyIRo", b"N3q8ryc", b"eJ8+I")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A leaf of the MIME tree: where its encoded body stands, its headers, and the multiparts around it, outermost first."""

    index: str  # "1.2.3"
    headers: Headers
    content_type: HeaderValue
    disposition: HeaderValue
    start: int
    end: int
    around: tuple[str, ...] = ()  # "multipart/mixed", "multipart/alternative"
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One file of a message with its bytes decoded. `path` is the readable way to it, `refusal` why its bytes are missing."""

    path: str
    name: str
    declared_type: str
    data: bytes = field(repr=False)
    sha256: str
    slice: Slice | None = None
    disposition: str = ""
    content_id: str = ""
    inline: bool = False
    index: str = ""
    charset: str = ""
    defects: tuple[str, ...] = ()
    refusal: Text = NO_TEXT

    @property
    def size(self) -> int:
        """Bytes after decoding."""
        return len(self.data)


def make_leaf(
    data: bytes, *, path: str, name: str, declared_type: str = "", refusal: Text = NO_TEXT, inline: bool = False
) -> Leaf:
    """A leaf that has no place of its own in the raw mail: a file found inside another one."""
    digest = hashlib.sha256(data).hexdigest()
    return Leaf(path=path, name=name, declared_type=declared_type, data=data, sha256=digest, refusal=refusal, inline=inline)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """All leaves of a message in order, its own headers, and what was broken about it."""

    headers: Headers
    parts: tuple[Part, ...]
    defects: tuple[str, ...]
    multipart_types: tuple[HeaderValue, ...]  # of every multipart met, outermost first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    start: int
    end: int
    index: str
    around: tuple[str, ...] = ()
    boundaries: tuple[bytes, ...] = ()
    default_type: str = "text/plain"
    defects: tuple[str, ...] = ()


def walk(raw: bytes) -> Walk:
    """Every leaf of `raw`. Never raises, never loses a byte that stands inside a part."""
    waiting = [_Region(start=skip_blank_lines(raw), end=len(raw), index="1")]
    found: list[Part] = []
    defects: list[str] = []
    multiparts: list[HeaderValue] = []
    top: Headers | None = None
    while waiting:
        region = waiting.pop()
        headers, body, broken = read_headers(raw, region.start, region.end)
        top = headers if top is None else top
        content_type, split, type_defects = _content_type(raw, headers, body, region)
        part_defects = (*region.defects, *broken, *type_defects)
        room = len(region.around) < DEEPEST_MULTIPART and len(found) + len(waiting) < MOST_PARTS
        children = _children(raw, body, region, content_type, split) if room else []
        if split and not room:
            part_defects = (*part_defects, _TOO_MUCH)
        elif split and not children:
            part_defects = (*part_defects, "multipart without its boundary")
        defects.extend(part_defects)
        if children:
            multiparts.append(content_type)
            waiting.extend(reversed(children))
            continue
        disposition = structured(headers.first("content-disposition"))
        found.append(
            Part(
                index=region.index, headers=headers, content_type=content_type, disposition=disposition,
                start=body, end=region.end, around=region.around, defects=part_defects,
            )
        )  # fmt: skip
    return Walk(
        headers=top or Headers(),
        parts=tuple(found),
        defects=tuple(dict.fromkeys(defects)),
        multipart_types=tuple(multiparts),
    )


def _content_type(
    raw: bytes, headers: Headers, body: int, region: _Region
) -> tuple[HeaderValue, tuple[bytes, ...], tuple[str, ...]]:
    """The declared type and the boundaries to split at. Of two Content-Types the one that opens the body counts."""
    declared = [structured(value) for value in headers.every("content-type")]
    defects: tuple[str, ...] = ()
    if len({str(each) for each in declared}) > 1:
        defects = ("ambiguous: several Content-Type headers",)
    for candidate in declared:
        if not candidate.value.startswith("multipart/") and "/" in candidate.value:  # "multipart; boundary=x" is one, too
            continue
        boundaries = tuple(text.encode("utf-8", "surrogateescape") for text in candidate.parameters.get("boundary", ()) if text)
        if len(boundaries) > 1:
            defects = (*defects, "ambiguous: several boundaries")
        present = tuple(each for each in boundaries if raw.find(b"--" + each, body, region.end) >= 0)
        if present:
            return candidate, present, defects
        guessed = _GUESSED_BOUNDARY.search(raw, body, region.end)
        if guessed and guessed[1] not in region.boundaries:
            return candidate, (guessed[1].removesuffix(b"--"),), (*defects, "boundary not declared as used")
        defects = (*defects, "multipart without its boundary")
    return (declared or [structured(region.default_type.encode())])[0], (), defects


def _children(raw: bytes, body: int, region: _Region, content_type: HeaderValue, boundaries: tuple[bytes, ...]) -> list[_Region]:
    spans = _spans(raw, body, region.end, boundaries) if boundaries else []
    if len(spans) > MOST_PARTS:  # the rest stays one leaf
        spans[MOST_PARTS - 1 :] = [(spans[MOST_PARTS - 1][0], region.end, _TOO_MUCH)]
    default = "message/rfc822" if content_type.value == "multipart/digest" else "text/plain"
    return [
        _Region(
            start=start, end=max(start, end), index=f"{region.index}.{number}", around=(*region.around, content_type.value),
            boundaries=(*region.boundaries, *boundaries), default_type=default, defects=(defect,) if defect else (),
        )
        for number, (start, end, defect) in enumerate(spans, start=1)
    ]  # fmt: skip


def _spans(raw: bytes, body: int, region_end: int, boundaries: tuple[bytes, ...]) -> list[tuple[int, int, str]]:
    """Start, end and defect of every part between boundary lines, those after the closing one included."""
    spans: list[tuple[int, int, str]] = []
    open_at: int | None = None
    late = ""
    after_close = region_end
    for start, end, closing in _boundary_lines(raw, body, region_end, boundaries):
        if open_at is not None:
            spans.append((open_at, _without_line_end(raw, open_at, start), late))
        open_at = None if closing else end
        if closing:
            late, after_close = "part after the closing boundary", end
    if open_at is not None:
        spans.append((open_at, region_end, "no final boundary"))
    epilogue = re.compile(rb"\s{0,200}(?=content-(?:type|disposition)[ \t]*:)", re.IGNORECASE).match(raw, after_close, region_end)
    if open_at is None and epilogue is not None:
        spans.append((epilogue.end(), region_end, late))
    return spans


def _boundary_lines(raw: bytes, start: int, end: int, boundaries: tuple[bytes, ...]) -> Iterator[tuple[int, int, bool]]:
    """Every boundary line between two offsets: its start, the start of the next line, and whether it closes."""
    marks = sorted({b"--" + each for each in boundaries}, key=len, reverse=True)
    found: list[tuple[int, int, bool]] = []
    for mark in marks:
        position = raw.find(mark, start, end)
        while position >= 0:
            after = position + len(mark)
            line_end = raw.find(b"\n", after, end)
            next_line = end if line_end < 0 else line_end + 1
            tail = raw[after : min(next_line, after + 200)].strip()
            at_line_start = position == start or raw[position - 1 : position] == b"\n"
            if at_line_start and tail in (b"", b"--"):
                found.append((position, next_line, tail == b"--"))
            position = raw.find(mark, after, end)
    yield from sorted(found)


def _without_line_end(raw: bytes, start: int, end: int) -> int:
    """The end of a part: the line end before a boundary belongs to the boundary."""
    if end > start and raw[end - 1 : end] == b"\n":
        end -= 1
        if end > start and raw[end - 1 : end] == b"\r":
            end -= 1
    return end


def leaf_of(raw: bytes, part: Part) -> Leaf:
    """The decoded leaf of a part; its path is its name or, without one, "part 1.2" until the type is known."""
    encoding, lie = transfer_encoding(raw, part)
    data = decode(memoryview(raw)[part.start : part.end], encoding)
    name = part_name(
        disposition=part.disposition,
        content_type=part.content_type,
        description=part.headers.first("content-description"),
        location=part.headers.first("content-location"),
    )
    content_id = part.headers.first("content-id").strip(b"<> \t").decode("latin-1")
    inline = part.disposition.value == "inline" or (
        part.disposition.value != "attachment" and bool(content_id or "multipart/related" in part.around[-1:])
    )
    return Leaf(
        path=name or f"part {part.index}", name=name, declared_type=part.content_type.value, data=data,
        sha256=hashlib.sha256(data).hexdigest(), slice=Slice(offset=part.start, length=part.end - part.start, encoding=encoding),
        disposition=part.disposition.value, content_id=content_id, inline=inline, index=part.index,
        charset=part.content_type.get("charset"), defects=(*part.defects, *lie),
        refusal=_REST if _TOO_MUCH in part.defects else _NOT_HERE.get(part.content_type.value, NO_TEXT),
    )  # fmt: skip


def transfer_encoding(raw: bytes, part: Part) -> tuple[str, tuple[str, ...]]:
    """How the body is really encoded, whatever is declared, and what was not true."""
    declared = re.sub(rb"[^a-z0-9]", b"", part.headers.first("content-transfer-encoding").split(b";")[0].lower())
    head = raw[part.start : min(part.end, part.start + 4096)]
    is_base64 = _looks_base64(head)
    if declared == b"base64":
        if is_base64 or not head.strip():
            return "base64", ()
        return "identity", ("declared base64, is not",)
    if is_base64 and head.lstrip().startswith(_BINARY_AT_BASE64_START):
        return "base64", ("base64, not declared",)
    if declared == b"quotedprintable":
        return "quoted-printable", ()
    if declared in {b"xuuencode", b"uuencode", b"xuue", b"uue"}:
        return "uuencode", ()
    known = declared in {b"", b"7bit", b"8bit", b"binary", b"base64"}
    return "identity", () if known else ("unknown transfer encoding",)


def _looks_base64(head: bytes) -> bool:
    """Whether the first lines are base64; a foreign character or two may have crept in, words with spaces may not."""
    sample = head[:2048].strip()
    if not sample:
        return False
    lines = sample.split()
    foreign = len(_NOT_BASE64.findall(sample))
    if foreign > len(sample) // 100:
        return False
    return len(lines) < 3 or max(len(line) for line in lines) >= 20  # noqa: PLR2004 - short words in a row are text


def is_blank(raw: bytes, start: int = 0, end: int | None = None) -> bool:
    """Whether there is nothing but white space in `raw[start:end]`, told without a copy of it."""
    return re.compile(rb"\S").search(raw, start, len(raw) if end is None else end) is None


def decode(encoded: bytes | memoryview, encoding: str) -> bytes:
    """The bytes of a slice: "base64", "quoted-printable", "uuencode" or "identity". Takes damaged input as far as it goes."""
    if encoding == "base64":
        return _base64(encoded)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(encoded)
    if encoding == "uuencode":
        files = uuencoded_files(bytes(encoded))
        return files[0].data if files else bytes(encoded)
    return bytes(encoded)


def _base64(encoded: bytes | memoryview) -> bytes:
    """Base64 that may be cut short, padded in the middle (several files in a row) or followed by a footer."""
    padding = re.search(rb"=", encoded)
    if padding is None or re.fullmatch(rb"[=\s]*", encoded[padding.start() :]):
        try:
            return binascii.a2b_base64(encoded)
        except binascii.Error:
            pass  # cut short: below, block by block
    decoded = bytearray()
    for block in re.split(rb"=+", encoded):
        if decoded and _NOT_BASE64.search(block):
            break  # a footer put there by a scanner
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", block)
        kept = kept[:-1] if len(kept) % 4 == 1 else kept
        decoded += binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
    return bytes(decoded)
