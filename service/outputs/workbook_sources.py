"""The sheet of sources: where every figure comes from, down to the message, the cell and the raw text."""

from __future__ import annotations

from collections.abc import Iterator

from config.text import Text
from parsers.values import ValueStatus
from service.outputs import workbook_style as style
from service.outputs.wording import VALUE_STATUS
from service.outputs.workbook_layout import MOST_LINKS, SOURCES, Book, listed_values
from service.outputs.workbook_package import SheetBody
from service.outputs.workbook_tables import Record, Table, TableColumn, build_table
from service.rules.consolidate import numeric
from service.rules.submission import UnitValue

_PLAIN = style.PLAIN_TEXT
_INSTANT = style.INSTANT_CELL
_COLUMNS = (
    TableColumn(header=Text(vi="Mã đơn vị", en="Unit code"), width=9, look=_PLAIN),
    TableColumn(header=Text(vi="Đơn vị", en="Unit"), width=22, look=_PLAIN),
    TableColumn(header=Text(vi="Mã chỉ tiêu", en="Indicator"), width=18, look=_PLAIN),
    TableColumn(header=Text(vi="Chỉ tiêu", en="Label"), width=44, look=_PLAIN),
    TableColumn(header=Text(vi="Cột", en="Column"), width=17, look=_PLAIN),
    TableColumn(header=Text(vi="Giá trị", en="Value"), width=14, look=style.FIGURE),
    TableColumn(header=Text(vi="Đơn vị ghi", en="As written"), width=20, look=_PLAIN),
    TableColumn(header=Text(vi="Tình trạng", en="Status"), width=22, look=_PLAIN),
    TableColumn(header=Text(vi="Tính vào tổng", en="In the totals"), width=9, look=style.Style(horizontal="center", wrap=False)),
    TableColumn(header=Text(vi="Thư số", en="Message"), width=8, look=style.Style(horizontal="center", wrap=False)),
    TableColumn(header=Text(vi="Nhận lúc", en="Received"), width=17, look=_INSTANT),
    TableColumn(header=Text(vi="Tệp", en="Document"), width=46, look=_PLAIN),
    TableColumn(header=Text(vi="Trang tính", en="Sheet"), width=14, look=_PLAIN),
    TableColumn(header=Text(vi="Ô", en="Cell"), width=8, look=style.Style(horizontal="center", wrap=False)),
    TableColumn(header=Text(vi="Quyết định", en="Decision"), width=26, look=_PLAIN),
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
    return build_table(book, table, _records(book))


def _records(book: Book) -> Iterator[tuple[Record, dict[int, style.Style]]]:
    layout = book.layout
    language = layout.language
    zone = layout.campaign.deadline.tzinfo
    labels = {indicator.code: layout.short_label(indicator) for indicator in layout.campaign.form.indicators}
    headers = {
        (indicator.code, column): layout.column_words(indicator, column)
        for indicator in layout.campaign.form.indicators
        for column in (*indicator.columns, *(each.key for each in layout.campaign.form.columns))
    }
    statuses = {status: text.in_(language) for status, text in VALUE_STATUS.items()}
    yes, no = Text(vi="có", en="yes").in_(language), Text(vi="không", en="no").in_(language)
    for line in layout.consolidation.units:
        for value in listed_values(line):
            source = value.source
            counted = line.reported and value.status is not ValueStatus.REJECT and value.value is not None
            number = numeric(value.value)
            record = (
                line.code,
                line.name,
                value.indicator,
                labels.get(value.indicator, ""),
                headers.get((value.indicator, value.column), value.column),
                value.value if number is None else number,
                value.raw,
                statuses[value.status],
                yes if counted else no,
                None if source is None else source.message,
                None if source is None else source.received_at.astimezone(zone),
                "" if source is None else source.document,
                "" if source is None else source.sheet,
                "" if source is None else source.cell,
                _decision(value, language_vi=language.value == "vi"),
                "" if source is None else source.sha256,
            )
            yield record, {}


def _decision(value: UnitValue, *, language_vi: bool) -> str:
    if value.decision is None:
        return value.why
    number = f"Quyết định số {value.decision}" if language_vi else f"Decision no. {value.decision}"
    return f"{number}: {value.why}" if value.why else number
