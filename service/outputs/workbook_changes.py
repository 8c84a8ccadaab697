"""The sheet of changes: which totals differ from the previous version, and which figures of which units made them differ."""

from __future__ import annotations

from collections.abc import Iterator

from config.campaign import Campaign
from config.text import Text
from service.outputs import workbook_style as style
from service.outputs.wording import capitalised, label
from service.outputs.workbook_cells import Content
from service.outputs.workbook_layout import CHANGES, Book
from service.outputs.workbook_package import SheetBody
from service.outputs.workbook_tables import Record, Table, TableColumn, build_table, record_rows
from service.rules.consolidate import numeric
from service.rules.consolidation import TotalChange, UnitChange

_FIGURE = style.Style(horizontal="right", vertical="top", number_format=style.NUMBER)
_TOTAL = style.Style(bold=True, fill="FFF3F6FA", vertical="top")
_TOTAL_FIGURE = style.Style(bold=True, fill="FFF3F6FA", horizontal="right", vertical="top", number_format=style.NUMBER)
_COLUMNS = (
    TableColumn(header=Text(vi="Chỉ tiêu", en="Indicator"), width=50, look=style.TEXT),
    TableColumn(header=Text(vi="Cột", en="Column"), width=18, look=style.TEXT),
    TableColumn(header=Text(vi="Đơn vị", en="Unit"), width=26, look=style.TEXT),
    TableColumn(header=Text(vi="Bản trước", en="Before"), width=18, look=_FIGURE),
    TableColumn(header=Text(vi="Bản này", en="Now"), width=18, look=_FIGURE),
    TableColumn(header=Text(vi="Chênh lệch", en="Difference"), width=16, look=_FIGURE),
)


def build_changes(book: Book) -> SheetBody:
    """Lays the sheet out and returns its rows: each changed column of an indicator, its total first, then its units."""
    count = sum(1 for _ in _records(book))
    table = Table(
        name=CHANGES,
        title=Text(vi="THAY ĐỔI SO VỚI BẢN TRƯỚC", en="CHANGES SINCE THE PREVIOUS VERSION"),
        remarks=(_remark(book, count),),
        columns=_COLUMNS,
        count=count,
        filtered=False,
    )
    return build_table(book, table, record_rows(book, table.columns, _records(book)))


def _remark(book: Book, count: int) -> str:
    consolidation = book.layout.consolidation
    if consolidation.previous_version is None:
        text = Text(
            vi="Đây là bản đầu tiên, chưa có bản trước để so sánh.",
            en="This is the first version; there is none to compare with.",
        )
    elif not count:
        text = Text(
            vi=f"Không có số liệu nào thay đổi so với bản {consolidation.previous_version}.",
            en=f"No figure differs from version {consolidation.previous_version}.",
        )
    else:
        units = len({change.unit for change in consolidation.unit_changes})
        text = Text(
            vi=f"Bản {consolidation.version} so với bản {consolidation.previous_version}: "
            f"{len(consolidation.changes)} số tổng thay đổi, do số liệu của {units} đơn vị.",
            en=f"Version {consolidation.version} against version {consolidation.previous_version}: "
            f"{len(consolidation.changes)} totals differ, by the figures of {units} units.",
        )
    return text.in_(book.layout.language)


def _records(book: Book) -> Iterator[tuple[Record, dict[int, style.Style]]]:
    layout = book.layout
    totals = {(each.indicator, each.column): each for each in layout.consolidation.changes}
    units: dict[tuple[str, str], list[UnitChange]] = {}
    for change in layout.consolidation.unit_changes:
        units.setdefault((change.indicator, change.column), []).append(change)
    names = {line.code: capitalised(line.name) for line in layout.consolidation.units}
    everyone = Text(vi="TỔNG", en="TOTAL").in_(layout.language)
    bold = {0: _TOTAL, 1: _TOTAL, 2: _TOTAL, 3: _TOTAL_FIGURE, 4: _TOTAL_FIGURE, 5: _TOTAL_FIGURE}
    for key in sorted({*totals, *units}, key=lambda key: _order(layout.campaign, key)):
        what = (_label(book, key[0]), layout.column_words(layout.campaign.form.indicator(key[0]), key[1]))
        total = totals.get(key)
        if total is not None and (numeric(total.before) is not None or numeric(total.after) is not None):
            yield (*what, everyone, *_figures(total)), bold
        for change in units.get(key, ()):
            figures = _figures(change)
            texts = {at: style.TEXT for at, content in enumerate(figures, 3) if isinstance(content, str)}
            yield (*what, names.get(change.unit, change.unit), *figures), texts


def _figures(change: TotalChange | UnitChange) -> tuple[Content, Content, Content]:
    before, after = numeric(change.before), numeric(change.after)
    difference = None if before is None and after is None else (after or 0) - (before or 0)
    return (
        change.before if before is None else before,
        change.after if after is None else after,
        difference,
    )


def _label(book: Book, code: str) -> str:
    indicator = book.layout.campaign.form.indicator(code)
    return code if indicator is None else label(indicator, book.layout.language)


def _order(campaign: Campaign, key: tuple[str, str]) -> tuple[int, int, str]:
    for at, indicator in enumerate(campaign.form.indicators):
        if indicator.code == key[0]:
            return at, indicator.columns.index(key[1]) if key[1] in indicator.columns else len(indicator.columns), key[1]
    return len(campaign.form.indicators), 0, f"{key[0]} {key[1]}"
