"""The sheet of scanned figures: what was read from scans and is asked about, each beside the picture of its cell."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D

from config.text import Text
from service.outputs import workbook_style as style
from service.outputs.wording import VALUE_STATUS, capitalised
from service.outputs.workbook_cells import Content
from service.outputs.workbook_layout import SCANS, Book
from service.outputs.workbook_package import SheetBody
from service.outputs.workbook_tables import FIRST_ROW, Table, TableColumn, build_table
from service.rules.consolidate import ASKED, numeric
from service.rules.consolidation import Consolidation, UnitLine
from service.rules.submission import Source, UnitValue

MOST = 600
"""Figures shown in one workbook, which is to go by mail: a dozen units that send nothing but scans have so many."""

_WIDEST, _TALLEST = 220, 110  # pixels, as shown
_GAP = 8  # pixels
_EMU = 9_525  # the unit of drawings: so many to a pixel
_POINTS = 0.75  # of a pixel
_PICTURES = 6
_READ = style.Style(horizontal="right", vertical="top")
_USED = style.Style(bold=True, horizontal="right", vertical="top", number_format=style.NUMBER)
_COLUMNS = (
    TableColumn(header=Text(vi="STT", en="No."), width=6, look=style.TEXT_CENTRED),
    TableColumn(header=Text(vi="Đơn vị", en="Unit"), width=24, look=style.Style(bold=True, vertical="top")),
    TableColumn(header=Text(vi="Chỉ tiêu", en="Indicator"), width=46, look=style.TEXT),
    TableColumn(header=Text(vi="Cột", en="Column"), width=16, look=style.TEXT),
    TableColumn(header=Text(vi="Máy đọc", en="As read"), width=16, look=_READ),
    TableColumn(header=Text(vi="Tạm dùng", en="Used for now"), width=16, look=_USED),
    TableColumn(header=Text(vi="Ô trên bản quét", en="The cell on the scan"), width=34, look=style.TEXT),
    TableColumn(header=Text(vi="Tình trạng", en="Status"), width=18, look=style.TEXT),
    TableColumn(header=Text(vi="Tệp, trang", en="Document, page"), width=32, look=style.TEXT),
)
_GONE = Text(vi="(không lấy lại được bản quét)", en="(the scan cannot be had any more)")

Asked = tuple[UnitLine, UnitValue, Source]


class CellPictures(Protocol):
    """Where the pictures of cells come from; a cell that cannot be had any more is left out."""

    def pictures(self, sources: Iterable[Source]) -> Mapping[Source, bytes]:
        """A PNG of each cell among these that was read from a scan."""


class _Drawing(Image):
    """A PNG as it is. openpyxl's own would open it for its size, and we open nothing that came by mail."""

    def __init__(self, png: bytes) -> None:
        self._png = png
        self.format = "png"
        width, height = struct.unpack(">II", png[16:24])
        scale = min(1.0, _WIDEST / width, _TALLEST / height)
        self.width, self.height = max(1, round(width * scale)), max(1, round(height * scale))

    def placed(self, column: int, row: int) -> OneCellAnchor:
        """In a cell (0-based), a little away from the figure beside it."""
        corner = AnchorMarker(col=column, row=row, colOff=_GAP * _EMU, rowOff=2 * _EMU)
        return OneCellAnchor(_from=corner, ext=XDRPositiveSize2D(self.width * _EMU, self.height * _EMU))

    def _data(self) -> bytes:
        return self._png


def asked_of_scans(consolidation: Consolidation) -> list[Asked]:
    """The figures read from scans that are asked about, by unit."""
    return [
        (line, value, value.source)
        for line in consolidation.units
        for value in line.submission.values
        if value.status in ASKED and value.source is not None and value.source.place is not None
    ]


def build_scans(book: Book, cells: CellPictures) -> SheetBody:
    """Lays the sheet out, draws the pictures on it and returns its rows."""
    every = asked_of_scans(book.layout.consolidation)
    asked = every[:MOST]
    table = Table(
        name=SCANS,
        title=Text(vi="SỐ LIỆU ĐỌC TỪ BẢN QUÉT, ẢNH CHỤP", en="FIGURES READ FROM SCANS AND PHOTOS"),
        remarks=tuple(each.in_(book.layout.language) for each in _remarks(len(every) - len(asked))),
        columns=_COLUMNS,
        count=len(asked),
        filtered=False,
    )
    pictures = cells.pictures(source for _, _, source in asked)
    drawings = [_Drawing(pictures[source]) if source in pictures else None for _, _, source in asked]
    body = build_table(book, table, _rows(book, asked, drawings))
    sheet = book.workbook[book.layout.name(SCANS)]
    for row, drawing in enumerate(drawings, FIRST_ROW):
        if drawing is not None:
            drawing.anchor = drawing.placed(_PICTURES, row - 1)
            sheet.add_image(drawing)
    return body


def _remarks(more: int) -> Iterator[Text]:
    yield Text(
        vi="Đề nghị đối chiếu số máy đọc với ảnh bên cạnh; số nào sai thì sửa bằng lệnh thubao correct.",
        en="Please compare each figure with its picture; what is wrong is corrected with thubao correct.",
    )
    if more:
        yield Text(
            vi=f"Còn {more} số liệu nữa không nêu ở đây; xem ô của từng số bằng lệnh thubao explain --picture.",
            en=f"{more} more are not shown here; see their cells with thubao explain --picture.",
        )


def _rows(book: Book, asked: list[Asked], drawings: list[_Drawing | None]) -> Iterator[str]:
    looks = [book.styles.look(column.look) for column in _COLUMNS]
    for row, (each, drawing) in enumerate(zip(asked, drawings, strict=True), FIRST_ROW):
        record = _record(book, row - FIRST_ROW + 1, each, shown=drawing is not None)
        texts = ((text, column.width) for text, column in zip(record, _COLUMNS, strict=True) if isinstance(text, str))
        height = style.height_of(max(style.lines_of(text, width) for text, width in texts))
        if drawing is not None:
            height = max(height, drawing.height * _POINTS + 4)
        yield book.cells.row(row, list(zip(looks, record, strict=True)), height=height)


def _record(book: Book, number: int, asked: Asked, *, shown: bool) -> tuple[Content, ...]:
    layout, language = book.layout, book.layout.language
    line, value, source = asked
    indicator = layout.campaign.form.indicator(value.indicator)
    figure = numeric(value.value)
    return (
        number,
        capitalised(line.name),
        value.indicator if indicator is None else layout.short_label(indicator),
        layout.column_words(indicator, value.column),
        value.raw,
        value.value if figure is None else figure,
        "" if shown else _GONE.in_(language),
        VALUE_STATUS[value.status].in_(language),
        f"{source.document}, {source.place.page if source.place is not None else 1}",
    )
