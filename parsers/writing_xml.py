"""XML inside office files, parsed without entities, network or unbounded growth."""

from __future__ import annotations

import functools
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

from parsers.writing_blocks import damaged, too_large

PART_LIMIT = 64 * 1024 * 1024
"""Bytes of one inflated part. A 60-page report with 20 tables has 2 MB."""

RATIO_LIMIT = 300
"""How many times a part may grow; real document.xml files grow 8 to 40 times, a table of blank cells 150 times."""

ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What zipfile raises for a broken, encrypted or unsupported member."""


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The zip file in these bytes. WritingError when it is none."""
    try:
        return zipfile.ZipFile(BytesIO(data))
    except ZIP_ERRORS as error:
        raise damaged(f"zip: {error}") from error


def read_part(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """The bytes of one part, None when there is no such part. WritingError when it is broken or grows past the limits.

    The size in the directory may lie, so bytes are counted while they come.
    """
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    allowed = min(PART_LIMIT, max(1_000_000, info.compress_size * RATIO_LIMIT))
    if info.file_size > allowed:
        raise too_large(f"{name} would grow to {info.file_size} bytes")
    try:
        with archive.open(info) as stream:
            data = stream.read(allowed + 1)
    except ZIP_ERRORS as error:
        raise damaged(f"{name} cannot be unpacked: {error}") from error
    if len(data) > allowed:
        raise too_large(f"{name} grows past {allowed} bytes")
    return data


def parse_xml(data: bytes, name: str = "part") -> etree._Element:
    """The root element. WritingError for broken XML and for any declaration of entities (a bomb needs some).

    A mere name of a document type is harmless, since nothing is fetched: AbiWord and the first OpenOffice write it.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(f"{name} is not well-formed XML: {error}") from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and (any(declared.iterentities()) or any(declared.iterelements())):
        raise damaged(f"{name} declares what its XML may hold, which no office program does")
    return root


def read_xml(archive: zipfile.ZipFile, name: str) -> etree._Element | None:
    """The root element of one part, None when there is no such part."""
    data = read_part(archive, name)
    return None if data is None else parse_xml(data, name)


def local(element: etree._Element) -> str:
    """The tag without its namespace, which differs between transitional and strict files; "" for what is no element."""
    return _local(element.tag)


@functools.lru_cache(maxsize=2048)
def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child with this local name."""
    if element is not None:
        for each in element:
            if _local(each.tag) == name:
                return each
    return None


def children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """The children with this local name."""
    if element is not None:
        yield from (each for each in element if local(each) == name)


def attribute(element: etree._Element | None, name: str) -> str:
    """The attribute with this local name, "" if none."""
    if element is None:
        return ""
    for key, value in element.attrib.items():
        if _local(key) == name:
            return str(value)
    return ""
