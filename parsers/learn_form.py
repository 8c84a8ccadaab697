"""Derives a form from an office's own blank form: columns, indicators with stable codes, what each cell may hold, and rules.

Everything here is a proposal that the officer confirms: `config.writing_form` writes it down to be read and edited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.campaign import Column, ColumnKind, Form, Indicator, IndicatorRole, IndicatorType, RollUp
from config.errors import ParseError
from config.text import Language, Text
from config.vietnamese import fold
from parsers.form_own_headings import GROUPS_JOIN
from parsers.grid import Sheet
from parsers.learn_rows import indicators_of
from parsers.learn_rules import rules_for
from parsers.learn_table import NO_LOOKS, BlankTable, Looks, TableColumn, find_blank_table, title_of
from parsers.learn_words import column_type, is_sum, names_units, slug

__all__ = ["LearnError", "LearnedForm", "Looks", "learn_form"]

_STRUCTURE = {
    ColumnKind.ROW_NUMBER: "row_number",
    ColumnKind.LABEL: "label",
    ColumnKind.UNIT: "unit",
    ColumnKind.NOTE: "note",
}
_RESERVED = frozenset({*_STRUCTURE.values(), "money", "text"})
_OWN_ROW = Text(vi="Số liệu của đơn vị", en="Figures of the unit")
_MOST_TYPICAL = 0.5
_VIETNAMESE = frozenset("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")


class LearnError(ParseError):
    """A file in which no form was found. `text` says what to do."""

    def __init__(self) -> None:
        self.text = Text(
            vi="không tìm thấy bảng biểu mẫu: cần một bảng có dòng tiêu đề (nội dung, đơn vị tính, cột số liệu)",
            en="no form was found: a table with a heading row (item, unit of measure, columns for figures) is needed",
        )
        super().__init__(self.text.en)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedForm:
    """A form as derived. `types` are the guessed types of the quantity columns; `left_out` are headings not collected."""

    form: Form
    types: Mapping[str, IndicatorType]
    left_out: tuple[str, ...]


def learn_form(
    sheets: Sequence[Sheet], *, lines: Sequence[str] = (), looks: Looks = NO_LOOKS, unit_names: Sequence[str] = ()
) -> LearnedForm:
    """The form of a blank workbook or document.

    `lines` are the paragraphs before a table of a document; `unit_names`, when known, tell a list of units from a list of
    indicators. LearnError when there is no table.
    """
    table = find_blank_table(sheets, looks)
    if table is None:
        raise LearnError
    language = _language(table, lines)
    keys = _keys(table.of_kind(ColumnKind.QUANTITY))
    columns = tuple(_column(each, keys) for each in table.columns if each.kind is not None)
    types = {keys[each.place]: column_type(" ".join(each.lines)) for each in table.of_kind(ColumnKind.QUANTITY)}
    as_rows = _lists_units(table, unit_names)
    if as_rows:
        indicators: tuple[Indicator, ...] = (_own_row(types, language),)
    else:
        indicators = indicators_of(table, keys, types, looks)
    if not indicators:
        raise LearnError
    title, subtitle = title_of(table.sheet, table.band[0], lines)
    form = Form(
        title=title or table.sheet.name,
        subtitle=subtitle,
        columns=columns,
        indicators=indicators,
        rules=rules_for(indicators),
        outline=(),
        units_as_rows=as_rows,
    )
    left_out = tuple(" – ".join(each.lines) for each in table.columns if each.kind is None and each.lines)
    return LearnedForm(form=form, types=types, left_out=left_out)


def _language(table: BlankTable, lines: Sequence[str]) -> Language:
    texts = (*lines, *(row.label for row in table.rows), *(line for each in table.columns for line in each.lines))
    return Language.VI if any(letter in _VIETNAMESE for text in texts for letter in text.lower()) else Language.EN


def _lists_units(table: BlankTable, unit_names: Sequence[str]) -> bool:
    """Whether the rows are units: most of them are on the roster, or the heading of their column says so."""
    rows = [fold(row.label) for row in table.rows if not is_sum(row.label)]
    known = {fold(name) for name in unit_names} - {""}
    if known and rows:
        return sum(row in known for row in rows) > _MOST_TYPICAL * len(rows)
    heading = next((each.lines[-1] for each in table.of_kind(ColumnKind.LABEL) if each.lines), "")
    if not names_units(heading):
        return False
    return not table.of_kind(ColumnKind.UNIT)  # a form with units of measure lists what is counted


def _keys(quantities: Sequence[TableColumn]) -> dict[int, str]:
    """A readable key for every quantity column: its heading, with the group before it where headings are shared."""
    short = {each.place: slug(each.lines[-1]) for each in quantities}
    shared = len(set(short.values())) < len(short)
    keys: dict[int, str] = {}
    for each in quantities:
        grouped = shared and len(each.lines) > 1
        key = (
            "_".join(filter(None, (slug(" ".join(each.lines[:-1]), 4, 24), short[each.place]))) if grouped else short[each.place]
        )
        key = key or f"column_{each.place}"
        key = f"{key}_figure" if key in _RESERVED else key
        again = sum(other == key or other.startswith(f"{key}__") for other in keys.values())
        keys[each.place] = f"{key}__{again + 1}" if again else key
    return keys


def _column(column: TableColumn, keys: Mapping[int, str]) -> Column:
    kind = column.kind or ColumnKind.QUANTITY
    return Column(
        key=_STRUCTURE.get(kind) or keys[column.place],
        header=column.lines[-1] if column.lines else "",
        kind=kind,
        group_header=GROUPS_JOIN.join(column.lines[:-1]) if kind is ColumnKind.QUANTITY else "",
    )


def _own_row(types: Mapping[str, IndicatorType], language: Language) -> Indicator:
    """The one indicator of a form that lists the units."""
    label = _OWN_ROW.in_(language)
    kind = IndicatorType.DECIMAL if IndicatorType.DECIMAL in types.values() else IndicatorType.INTEGER
    return Indicator(
        code=slug(label),
        order=1,
        label=label,
        label_en=_OWN_ROW.en,
        row_number="",
        unit="",
        type=kind,
        role=IndicatorRole.LEAF,
        parent=None,
        columns=tuple(types),
        pair=None,
        roll_up=RollUp.SUM,
        required=True,
    )
