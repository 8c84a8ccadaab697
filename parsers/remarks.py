"""Remarks in the margin of a Word file and on the cells of a workbook, and notes at the foot of a page.

They are shown to the officer, never read as figures.

The remarks that Thubao itself puts on the cells of a workbook to be mended are left out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from lxml import etree

from config.campaign import Severity
from config.errors import ParseError
from config.text import Text, shortened
from parsers import content_type as kind
from parsers.corrected_words import corrected_in, holds_figure
from parsers.mark_comments import OUR_HEAD, REST
from parsers.values import Finding
from parsers.writing_xml import attribute, local, open_zip, parse_xml, read_part

_PARTS = {
    **dict.fromkeys((kind.DOCX, kind.DOCM), re.compile(r"word/comments\.xml")),
    **dict.fromkeys((kind.XLSX, kind.XLSM), re.compile(r"xl/(?:comments/?|threadedComments/)[^/]*\.xml")),
    **dict.fromkeys((kind.ODT, kind.ODS), re.compile(r"content\.xml")),
}
_NOTES = {
    **dict.fromkeys((kind.DOCX, kind.DOCM), re.compile(r"word/(?:footnotes|endnotes|footer\d*)\.xml")),
    kind.ODT: re.compile(r"content\.xml"),
}
_FEWEST_WORDS = 3
_REMARKS = frozenset({"comment", "threadedComment", "annotation"})
_MOST_PARTS, _MOST_READ, _MOST_SHOWN, _LONGEST = 30, 1_000, 6, 160
_LARGEST_PART = 8_000_000  # bytes
_THREADED = re.compile(r"^\[Threaded comment\].*?Comment:\s*", re.DOTALL)


def remarks_in(data: bytes, media_type: str, path: str) -> tuple[Finding, ...]:
    """What quotes the remarks of a file, and its notes; nothing where it has none, or holds them where they cannot be opened."""
    return (*_remarks_told(data, media_type, path), *_notes_told(data, media_type, path))


def _notes_told(data: bytes, media_type: str, path: str) -> Iterator[Finding]:
    """The footnotes of a Word file, and the figures at the foot of its pages."""
    if media_type not in _NOTES:
        return
    try:
        said = list(dict.fromkeys(itertools.islice(_notes(data, media_type), _MOST_READ)))
    except ParseError:
        return
    if said:
        more = len(said) - _MOST_SHOWN
        shown = "; ".join(f"“{shortened(each, _LONGEST)}”" for each in said[:_MOST_SHOWN])
        yield Finding(
            code="D-FOOTNOTE",
            severity=Severity.WARNING if any(map(holds_figure, said)) else Severity.INFO,
            where=path,
            text=Text(
                vi=f"Tệp “{path}” có chú thích hoặc chân trang: {shown}{f' và {more} chú thích khác' if more > 0 else ''}; "
                "nội dung này không tính vào số liệu.",
                en=f"File “{path}” has footnotes: {shown}{f' and {more} more' if more > 0 else ''}; they count for no figure.",
            ),
        )


def _notes(data: bytes, media_type: str) -> Iterator[str]:
    archive = open_zip(data)
    for name in [each for each in archive.namelist() if _NOTES[media_type].fullmatch(each)][:_MOST_PARTS]:
        part = read_part(archive, name) if archive.getinfo(name).file_size <= _LARGEST_PART else None
        if part is None or (name == "content.xml" and b"note-body" not in part):
            continue
        for paragraph in (each for each in parse_xml(part, name).iter() if local(each) == "p"):
            pieces = (each.text or "" for each in paragraph.iter() if local(each) == "t")
            if name == "content.xml":
                inside = any(local(each) == "note-body" for each in paragraph.iterancestors())
                pieces = (str(each) for each in (paragraph.itertext() if inside else ()))
            said = " ".join("".join(pieces).split())
            if len(said.split()) >= _FEWEST_WORDS and ("footer" not in name or holds_figure(said)):
                yield said


def _remarks_told(data: bytes, media_type: str, path: str) -> tuple[Finding, ...]:
    pattern = _PARTS.get(media_type)
    if pattern is None:
        return ()
    try:
        said = list(dict.fromkeys(itertools.islice(_remarks(data, pattern), _MOST_READ)))
    except ParseError:  # the readers have told what is broken in it
        return ()
    if not said:
        return ()
    more = len(said) - _MOST_SHOWN
    shown = "; ".join(said[:_MOST_SHOWN])
    grave = any(holds_figure(each) or corrected_in((each,)) for each in said)
    return (
        Finding(
            code="D-REMARK",
            severity=Severity.WARNING if grave else Severity.INFO,
            where=path,
            text=Text(
                vi=f"Tệp “{path}” có nhận xét (comment) kèm theo: {shown}{f' và {more} nhận xét khác' if more > 0 else ''}; "
                "nội dung này không tính vào số liệu.",
                en=f"File “{path}” holds remarks: {shown}{f' and {more} more' if more > 0 else ''}; they count for no figure.",
            ),
        ),
    )


def _remarks(data: bytes, pattern: re.Pattern[str]) -> Iterator[str]:
    archive = open_zip(data)
    for name in [each for each in archive.namelist() if pattern.fullmatch(each)][:_MOST_PARTS]:
        part = read_part(archive, name) if archive.getinfo(name).file_size <= _LARGEST_PART else None
        if part is None or (name == "content.xml" and b"annotation" not in part):
            continue
        for element in parse_xml(part, name).iter():
            if local(element) in _REMARKS:
                said = _own_words(element)
                place = attribute(element, "ref")
                if said:
                    yield f"“{said}” ({place})" if place else f"“{said}”"


def _own_words(element: etree._Element) -> str:
    """What a person wrote in a remark, shortened; "" where nobody but Thubao did."""
    text = "\n".join(_lines(element))
    if text.startswith(OUR_HEAD):
        text = text.partition(REST)[2]
    return shortened(" ".join(_THREADED.sub("", text).split()), _LONGEST)


def _lines(element: etree._Element) -> Iterator[str]:
    """The paragraphs of a remark; one on a cell has none, but pieces of text."""
    paragraphs = [each for each in element.iter() if local(each) == "p"]
    if local(element) == "annotation":
        yield from ("".join(each.itertext()) for each in paragraphs)
        return
    wanted = "text" if local(element) == "threadedComment" else "t"
    for each in paragraphs or [element]:
        yield "".join(piece.text or "" for piece in each.iter() if local(piece) == wanted)
