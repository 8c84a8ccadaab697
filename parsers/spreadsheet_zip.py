"""The zip container of modern workbooks, opened part by part and never further than a limit."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO
from xml.parsers import expat

from parsers.spreadsheet_cells import MAX_PART, damaged, too_large

_MAX_MEMBERS = 10_000
_CHUNK = 1 << 16
_END_OF_DIRECTORY = b"PK\x05\x06"
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)

Attributes = dict[str, str]


class StopReadingError(Exception):
    """Raised by a handler that has seen enough; the part is then left where it is."""


class Package:
    """A zip of parts, looked up without regard to case and kind of slash."""

    def __init__(self, data: bytes) -> None:
        end = data.rfind(_END_OF_DIRECTORY)
        if end >= 0 and int.from_bytes(data[end + 10 : end + 12], "little") > _MAX_MEMBERS:
            raise too_large(f"> {_MAX_MEMBERS} parts")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _ZIP_ERRORS as error:
            raise damaged("zip") from error
        self._names = {name.replace("\\", "/").lstrip("/").casefold(): name for name in self._zip.namelist()}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._names

    def chunks(self, name: str, limit: int = MAX_PART) -> Iterator[bytes]:
        """The part in chunks, at most `limit` bytes; too_large beyond, damaged when it cannot be inflated."""
        seen = 0
        try:
            with self._open(name) as stream:
                while chunk := stream.read(_CHUNK):
                    seen += len(chunk)
                    if seen > limit:
                        raise too_large(f"{name} > {limit >> 20} MB")
                    yield chunk
        except _ZIP_ERRORS as error:
            raise damaged(name) from error

    def read(self, name: str, limit: int = 4 * 1024 * 1024) -> bytes:
        """The whole part, at most `limit` bytes; b"" when there is none."""
        return b"".join(self.chunks(name, limit)) if name in self else b""

    def _open(self, name: str) -> IO[bytes]:
        actual = self._names.get(name.casefold())
        if actual is None:
            raise damaged(f"{name} missing")
        return self._zip.open(actual)


class XmlHandler:
    """Receives the elements of one XML part by local name. Subclasses override what they need."""

    prefixed = True
    """Whether attributes may have prefixes, which are then taken off; not so in the parts with the most elements."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins; attribute names are local too."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """A run of characters."""


def read_xml(package: Package, name: str, handler: XmlHandler, *, limit: int = MAX_PART) -> bool:
    """Feed a part to the handler without building a tree. False when the handler stopped before the end."""
    return parse_xml(package.chunks(name, limit), handler, name)


def parse_xml(chunks: Iterable[bytes], handler: XmlHandler, name: str) -> bool:
    """Feed XML to the handler without building a tree. False when the handler stopped before the end."""
    parser = expat.ParserCreate()  # safe here: declarations are refused below, so no entity is ever defined
    parser.buffer_text = True
    names = _LocalNames()
    parser.StartElementHandler = _local_start(handler, names)
    parser.EndElementHandler = _local_end(handler, names)
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except StopReadingError:
        return False
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: an encoding nobody knows
        raise damaged(name) from error
    return True


class _LocalNames(dict[str, str]):
    """Names without their prefix: a part has few names and many elements."""

    def __missing__(self, name: str) -> str:
        local = name.rpartition(":")[2]
        if len(self) < _MOST_NAMES:
            self[name] = local
        return local


_MOST_NAMES = 1000


def _local_start(handler: XmlHandler, names: _LocalNames) -> Callable[[str, Attributes], None]:
    begin = handler.start
    if not handler.prefixed:
        return lambda name, attributes: begin(names[name], attributes)

    def start(name: str, attributes: Attributes) -> None:
        begin(names[name], {names[key]: value for key, value in attributes.items()} if attributes else attributes)

    return start


def _local_end(handler: XmlHandler, names: _LocalNames) -> Callable[[str], None]:
    finish = handler.end

    def end(name: str) -> None:
        finish(names[name])

    return end


def _refuse_doctype(_name: str, _system: str | None, _public: str | None, has_declarations: int) -> None:
    if has_declarations:
        raise damaged("DOCTYPE")


class _RelationHandler(XmlHandler):
    def __init__(self, base: str) -> None:
        self.base = base
        self.found: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes.get("Target", "").replace("\\", "/")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{self.base}/{target}").lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.found.setdefault(kind, path)
        if kind in ("worksheet", "officeDocument"):
            self.found[attributes.get("Id", "")] = path


def relations_of(package: Package, part: str) -> dict[str, str]:
    """Paths of the parts that `part` names, by the kind of relation, and of sheets also by relation id."""
    folder, name = posixpath.split(part)
    handler = _RelationHandler(folder)
    relations = f"{folder}/_rels/{name}.rels".lstrip("/")
    if relations in package:
        read_xml(package, relations, handler)
    return handler.found
