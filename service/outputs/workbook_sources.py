"""The sheet of sources: where every figure comes from, down to the message, the cell and the raw text."""

from __future__ import annotations

from collections.abc import Iterator

from config.text import Text
from parsers.values import ValueStatus
from service.outputs import workbook_style as style
from service.outputs.wording import VALUE_STATUS
from service.outputs.workbook_cells import Content, column_letter
from service.outputs.workbook_layout import FIRST_SOURCE_ROW, MOST_LINKS, SOURCES, Book, listed_values
from service.outputs.workbook_package import SheetBody
from service.outputs.workbook_tables import Table, TableColumn, build_table
from service.rules.consolidate import counted_value, numeric
from service.rules.submission import Source, UnitValue

_ROW = "@"  # stands in no cell of this sheet: its texts are numbers of the shared ones
_FIGURE, _RAW, _CELL, _DECISION = 5, 6, 13, 14
_MOST_KNOWN = 4_096
_PLAIN = style.PLAIN_TEXT
_BESIDE = style.PLAIN_TEXT_BESIDE_FIGURES
_INSTANT = style.INSTANT_CELL
_COLUMNS = (
    TableColumn(header=Text(vi="Mã đơn vị", en="Unit code"), width=9, look=_PLAIN),
    TableColumn(header=Text(vi="Đơn vị", en="Unit"), width=22, look=_PLAIN),
    TableColumn(header=Text(vi="Mã chỉ tiêu", en="Indicator"), width=18, look=_PLAIN),
    TableColumn(header=Text(vi="Chỉ tiêu", en="Label"), width=78, look=_PLAIN),
    TableColumn(header=Text(vi="Cột", en="Column"), width=20, look=_PLAIN),
    TableColumn(header=Text(vi="Giá trị", en="Value"), width=14, look=style.FIGURE),
    TableColumn(header=Text(vi="Đơn vị ghi", en="As written"), width=22, look=_BESIDE),
    TableColumn(header=Text(vi="Tình trạng", en="Status"), width=22, look=_PLAIN),
    TableColumn(header=Text(vi="Tính vào tổng", en="In the totals"), width=9, look=style.Style(horizontal="center", wrap=False)),
    TableColumn(header=Text(vi="Thư số", en="Message"), width=8, look=style.Style(horizontal="center", wrap=False)),
    TableColumn(header=Text(vi="Nhận lúc", en="Received"), width=17, look=_INSTANT),
    TableColumn(header=Text(vi="Tệp", en="Document"), width=46, look=_PLAIN),
    TableColumn(header=Text(vi="Trang tính", en="Sheet"), width=14, look=_PLAIN),
    TableColumn(header=Text(vi="Ô", en="Cell"), width=8, look=style.Style(horizontal="center", wrap=False)),
    TableColumn(header=Text(vi="Quyết định", en="Decision"), width=40, look=_PLAIN),
    TableColumn(header=Text(vi="SHA-256 của tệp", en="SHA-256 of the document"), width=66, look=style.HASH),
)


def build_sources(book: Book) -> SheetBody:
    """Lays the sheet out and returns its rows."""
    count = book.layout.source_count
    remarks = [
        Text(
            vi=f"{count} số liệu. Mỗi dòng: một con số của một đơn vị, đọc từ thư, tệp, ô nào, đơn vị ghi nguyên văn thế nào.",
            en=f"{count} figures. One a line: the unit, the message, document and cell it was read from, what was written.",
        ).in_(book.layout.language)
    ]
    if count > MOST_LINKS:
        remarks.append(
            Text(
                vi="Số dòng vượt quá số liên kết mà bảng tính cho phép: dùng bộ lọc theo mã đơn vị và mã chỉ tiêu để tra.",
                en="More lines than a workbook may have links: filter by unit code and indicator instead.",
            ).in_(book.layout.language)
        )
    table = Table(
        name=SOURCES,
        title=Text(vi="NGUỒN SỐ LIỆU", en="SOURCES OF THE FIGURES"),
        remarks=tuple(remarks),
        columns=_COLUMNS,
        count=count,
        frozen_columns=2,
        pages_wide=2,
    )
    return build_table(book, table, _SourceWriter(book).rows())


class _SourceWriter:
    """Writes the rows of sources. There are half a million for 10,600 units, so what stands in many rows is composed once.

    Cells are composed with `_ROW` where the number of the row belongs; the unit's, the indicator's and the document's cells are
    kept from row to row.
    """

    def __init__(self, book: Book) -> None:
        layout = book.layout
        self._book = book
        self._language = layout.language
        self._zone = layout.campaign.deadline.tzinfo
        self._words = book.styles.look(_PLAIN)
        self._looks = [book.styles.look(column.look) for column in _COLUMNS]
        self._labels = {indicator.code: layout.short_label(indicator) for indicator in layout.campaign.form.indicators}
        self._headers = {
            (indicator.code, column): layout.column_words(indicator, column)
            for indicator in layout.campaign.form.indicators
            for column in (*indicator.columns, *(each.key for each in layout.campaign.form.columns))
        }
        self._indicators: dict[tuple[str, str], str] = {}
        self._states: dict[bool, dict[tuple[ValueStatus, bool], str]] = {True: {}, False: {}}
        self._known: list[dict[Content, str]] = [{} for _ in _COLUMNS]
        self._no_decision = self._cell(_DECISION, "")

    def rows(self) -> Iterator[str]:
        """The rows of all units, from the first row below the header on."""
        number = FIRST_SOURCE_ROW
        indicators, figures = self._indicators, self._known[_FIGURE]
        raws, cells = self._known[_RAW], self._known[_CELL]
        for line in self._book.layout.consolidation.units:
            unit = self._cell(0, line.code) + self._cell(1, line.name)
            states = self._states[line.reported]
            last: Source | None = None
            message = document = digest = ""
            for value in listed_values(line):
                source = value.source
                if source is None or last is None or not _same_document(source, last):
                    message, document, digest = self._document(source)
                    last = source
                figure, raw, cell = value.value, value.raw, "" if source is None else source.cell
                decided = value.decision is not None or value.why
                row = (
                    f'<row r="{_ROW}">{unit}{indicators.get((value.indicator, value.column)) or self._indicator(value)}'
                    f"{figures.get(figure) or self._figure(value)}{raws.get(raw) or self._cell(_RAW, raw)}"
                    f"{states.get((value.status, figure is None)) or self._state(value, reported=line.reported)}"
                    f"{message}{document}{cells.get(cell) or self._cell(_CELL, cell)}"
                    f"{self._decision(value) if decided else self._no_decision}{digest}</row>"
                )
                yield row.replace(_ROW, str(number))
                number += 1

    def _cell(self, column: int, content: Content) -> str:
        known = self._known[column]
        written = known.get(content)
        if written is None:
            if len(known) > _MOST_KNOWN:
                known.clear()
            written = self._book.cells.cell(f"{column_letter(column + 1)}{_ROW}", self._looks[column], content)
            known[content] = written
        return written

    def _indicator(self, value: UnitValue) -> str:
        key = (value.indicator, value.column)
        if key not in self._indicators:
            texts = (value.indicator, self._labels.get(value.indicator, ""), self._headers.get(key, value.column))
            self._indicators[key] = "".join(self._cell(at, text) for at, text in enumerate(texts, 2))
        return self._indicators[key]

    def _figure(self, value: UnitValue) -> str:
        number = numeric(value.value)
        if number is None and value.value is not None:
            return self._book.cells.cell(f"F{_ROW}", self._words, value.value)
        return self._cell(_FIGURE, number)

    def _state(self, value: UnitValue, *, reported: bool) -> str:
        """By whether the unit is in the totals, then by status and whether there is a figure: what `counted_value` looks at."""
        counted = reported and counted_value(value) is not None
        word = Text(vi="có", en="yes") if counted else Text(vi="không", en="no")
        said = VALUE_STATUS[value.status].in_(self._language)
        written = self._cell(7, said) + self._cell(8, word.in_(self._language))
        self._states[reported][value.status, value.value is None] = written
        return written

    def _document(self, source: Source | None) -> tuple[str, str, str]:
        if source is None:
            return self._cell(9, "") + self._cell(10, ""), self._cell(11, "") + self._cell(12, ""), self._cell(15, "")
        return (
            self._cell(9, source.message) + self._cell(10, source.received_at.astimezone(self._zone)),
            self._cell(11, source.document) + self._cell(12, source.sheet),
            self._cell(15, source.sha256),
        )

    def _decision(self, value: UnitValue) -> str:
        if value.decision is None:
            return self._cell(_DECISION, value.why)
        number = value.decision
        text = Text(vi=f"Quyết định số {number}", en=f"Decision no. {number}").in_(self._language)
        return self._cell(_DECISION, f"{text}: {value.why}" if value.why else text)


def _same_document(one: Source, other: Source) -> bool:
    return (
        one.sha256 == other.sha256
        and one.message == other.message
        and one.document == other.document
        and one.sheet == other.sheet
    )
