"""The readable paths of a message's files: each one once, those without a name told by what they are."""

from __future__ import annotations

from collections.abc import Mapping

from parsers import content_type as kind
from parsers.part_names import last_step
from parsers.parts import Leaf

_ENDINGS: Mapping[str, str] = {
    kind.JPEG: "jpg", kind.PNG: "png", kind.GIF: "gif", kind.WEBP: "webp", kind.HEIC: "heic", kind.BMP: "bmp", kind.TIFF: "tif",
    kind.PDF: "pdf", kind.DOCX: "docx", kind.DOC: "doc", kind.XLSX: "xlsx", kind.XLS: "xls", kind.XLSM: "xlsm", kind.XLSB: "xlsb",
    kind.ODS: "ods", kind.ODT: "odt", kind.RTF: "rtf", kind.PPTX: "pptx", kind.PPT: "ppt", kind.ZIP: "zip", kind.RAR: "rar",
    kind.SEVEN_ZIP: "7z", kind.EML: "eml", kind.MSG: "msg", kind.HTML: "html", kind.TEXT: "txt", kind.CSV: "csv",
}  # fmt: skip


def complete_path(leaf: Leaf) -> str:
    """The path of a leaf; one without a name says what it is: "tệp không tên 1.2.jpg"."""
    if leaf.name or not leaf.index or last_step(leaf.path) != f"part {leaf.index}":
        return leaf.path
    ending = _ENDINGS.get(kind.media_type(leaf.data, ""), "")
    number = leaf.index.removeprefix("1.")
    return f"{leaf.path.removesuffix(f'part {leaf.index}')}tệp không tên {number}" + (f".{ending}" if ending else "")


def unique_path(path: str, paths: set[str]) -> str:
    """The path, numbered when another file has it; it is added to those taken."""
    stem, dot, ending = path.rpartition(".")
    if not dot or "/" in ending:
        stem, dot, ending = path, "", ""
    candidate, number = path, 1
    while candidate in paths:
        number += 1
        candidate = f"{stem} ({number}){dot}{ending}"
    paths.add(candidate)
    return candidate
