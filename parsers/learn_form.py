"""Derives a form from an office's own blank form: columns, indicators with stable codes, what each cell may hold, and rules.

Everything here is a proposal that the officer confirms: `config.writing_form` writes it down to be read and edited.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from config.campaign import Column, ColumnKind, Form, Indicator, IndicatorRole, IndicatorType, RollUp
from config.errors import ParseError
from config.text import Language, Text
from config.vietnamese import fold
from parsers.form_own_headings import GROUPS_JOIN
from parsers.grid import Sheet
from parsers.learn_rows import indicators_of
from parsers.learn_rules import rules_for
from parsers.learn_table import NO_LOOKS, BlankTable, Looks, TableColumn, find_blank_tables
from parsers.learn_title import measure_of, title_of
from parsers.learn_words import are_ticks, column_type, has_minor_units, is_counted, is_sum, money_scale, names_units, slug

__all__ = ["LearnError", "LearnedForm", "Looks", "learn_form"]

_STRUCTURE = {
    ColumnKind.ROW_NUMBER: "row_number",
    ColumnKind.LABEL: "label",
    ColumnKind.UNIT: "unit",
    ColumnKind.NOTE: "note",
}
_RESERVED = frozenset({*_STRUCTURE.values(), "money", "text"})
_MEASURE = Text(vi="(Đơn vị tính: {measure})", en="(Unit: {measure})")
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
    """A form as derived. `types` are the guessed types of the quantity columns."""

    form: Form
    types: Mapping[str, IndicatorType]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table with the keys of its quantity columns by their place."""

    table: BlankTable
    keys: Mapping[int, str]


def learn_form(
    sheets: Sequence[Sheet], *, lines: Sequence[str] = (), looks: Looks = NO_LOOKS, unit_names: Sequence[str] = ()
) -> LearnedForm:
    """The form of a blank workbook or document, all its tables together.

    `lines` are the paragraphs before a table of a document; `unit_names`, when known, tell a list of units from a list of
    indicators. LearnError when there is no table.
    """
    tables = find_blank_tables(sheets, looks)
    if not tables:
        raise LearnError
    listing = next((each for each in tables if _lists_units(each, unit_names)), None)
    tables = tables if listing is None else (listing,)
    first = tables[0]
    named = _named(tables)
    measure = measure_of(first.sheet, first.band[0], lines)
    types = _types(named, measure)
    if listing is None:
        indicators = _numbered([each for one in named for each in indicators_of(one.table, one.keys, types, looks)])
    else:
        indicators = (_own_row(types, _language(first, lines)),)
    title, subtitle = title_of(first.sheet, first.band[0], lines, looks)
    in_measure = _MEASURE.in_(_language(first, lines)).format(measure=measure) if measure else ""
    form = Form(
        title=title or first.sheet.name,
        subtitle=subtitle or in_measure,
        columns=_columns(named, types),
        indicators=indicators,
        rules=rules_for(indicators, _measures(named, measure)),
        outline=(),
        units_as_rows=listing is not None,
        left_out=_left_out(tables),
    )
    return LearnedForm(form=form, types=types)


def _left_out(tables: Sequence[BlankTable]) -> tuple[str, ...]:
    labels = {each.lines for one in tables for each in one.of_kind(ColumnKind.LABEL)}
    headings = (
        GROUPS_JOIN.join(each.lines) for one in tables for each in one.columns if each.kind is None and each.lines not in labels
    )
    return tuple(dict.fromkeys(filter(None, headings)))


def _named(tables: Sequence[BlankTable]) -> tuple[_Table, ...]:
    """The tables with keys for their quantity columns; columns under the same headings are one, in whichever table."""
    paths = list(dict.fromkeys(each.lines for one in tables for each in one.of_kind(ColumnKind.QUANTITY)))
    same = dict(zip(paths, _keys(paths), strict=True))
    found = []
    for one in tables:
        keys: dict[int, str] = {}
        for each in one.of_kind(ColumnKind.QUANTITY):
            key = same[each.lines]
            again = sum(other == key or other.startswith(f"{key}__") for other in keys.values())
            keys[each.place] = f"{key}__{again + 1}" if again else key
        found.append(_Table(table=one, keys=keys))
    return tuple(found)


def _types(named: Sequence[_Table], measure: str) -> dict[str, IndicatorType]:
    """What the figures of each quantity column are; `measure` is the unit of the whole table."""
    types: dict[str, IndicatorType] = {}
    whole = column_type(measure)
    headings = [" ".join(each.lines) for one in named for each in one.table.of_kind(ColumnKind.QUANTITY)]
    if whole is IndicatorType.MONEY and any(column_type(each) is whole for each in headings):
        whole = IndicatorType.INTEGER  # the columns that hold money say so
    for one in named:
        for each in one.table.of_kind(ColumnKind.QUANTITY):
            heading = " ".join(each.lines)
            kind = column_type(heading)
            kind = whole if kind is IndicatorType.INTEGER and not is_counted(heading) else kind
            if kind is IndicatorType.MONEY and has_minor_units(f"{heading} {measure}"):
                kind = IndicatorType.DECIMAL
            types.setdefault(one.keys[each.place], kind)
        for left, right in itertools.pairwise(one.table.of_kind(ColumnKind.QUANTITY)):
            if left.lines[:-1] == right.lines[:-1] and are_ticks((left.lines[-1], right.lines[-1])):
                types.update(dict.fromkeys((one.keys[left.place], one.keys[right.place]), IndicatorType.INTEGER_FLAG))
    return types


def _measures(named: Sequence[_Table], measure: str) -> dict[str, str]:
    """What each quantity column is counted in, in the words of its heading, else in those printed above the table."""
    return {
        one.keys[each.place]: heading if is_counted(heading := " ".join(each.lines)) or money_scale(heading) else measure
        for one in named
        for each in one.table.of_kind(ColumnKind.QUANTITY)
    }


def _numbered(indicators: Sequence[Indicator]) -> tuple[Indicator, ...]:
    """The indicators of all tables in one order, with codes of their own."""
    codes: Counter[str] = Counter()
    found: list[Indicator] = []
    renamed: dict[str, str] = {}
    for order, each in enumerate(indicators, 1):
        codes[each.code] += 1
        code = each.code if codes[each.code] == 1 else f"{each.code}__{codes[each.code]}"
        renamed[each.code] = code
        found.append(replace(each, order=order, code=code, parent=renamed.get(each.parent or "")))
    return tuple(found)


def _columns(named: Sequence[_Table], types: Mapping[str, IndicatorType]) -> tuple[Column, ...]:
    """The columns of the first table, those of further tables behind them; other words for the same column as its aliases."""
    found: dict[str, Column] = {}
    for one in named:
        for each in (each for each in one.table.columns if each.kind is not None):
            made = _column(each, one.keys, types)
            known = found.get(made.key)
            if (
                known is not None
                and made.header not in ("", known.header, *known.aliases)
                and made.kind is not ColumnKind.QUANTITY
            ):
                made = replace(known, aliases=(*known.aliases, made.header))
            found[made.key] = made if known is None or made.aliases else known
    order = [ColumnKind.ROW_NUMBER, ColumnKind.LABEL, ColumnKind.UNIT, ColumnKind.QUANTITY, ColumnKind.NOTE]
    columns = tuple(found.values())
    return columns if len(named) == 1 else tuple(sorted(columns, key=lambda each: order.index(each.kind)))


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


def _keys(paths: Sequence[tuple[str, ...]]) -> list[str]:
    """A readable key for each heading: its lowest line, where that is shared with the line above it, else with all of them."""
    for depth in range(1, max(map(len, paths), default=1) + 1):
        made = [_key(path[-depth:]) or f"column_{place}" for place, path in enumerate(paths, 1)]
        if len(set(made)) == len(made):
            return made
    counts: Counter[str] = Counter()
    unique = []
    for key in made:
        counts[key] += 1
        unique.append(key if counts[key] == 1 else f"{key}__{counts[key]}")
    return unique


def _key(lines: Sequence[str]) -> str:
    *above, last = lines
    key = "_".join(filter(None, (*(slug(line, 4, 24) for line in above), slug(last))))
    return f"{key}_figure" if key in _RESERVED else key


def _column(column: TableColumn, keys: Mapping[int, str], types: Mapping[str, IndicatorType]) -> Column:
    kind = column.kind or ColumnKind.QUANTITY
    key = _STRUCTURE.get(kind) or keys[column.place]
    return Column(
        key=key,
        header=column.lines[-1] if column.lines else "",
        kind=kind,
        group_header=GROUPS_JOIN.join(column.lines[:-1]) if kind is ColumnKind.QUANTITY else "",
        type=own if (own := types.get(key)) in (IndicatorType.DECIMAL, IndicatorType.INTEGER_FLAG) else None,
    )


def _own_row(types: Mapping[str, IndicatorType], language: Language) -> Indicator:
    """The one indicator of a form that lists the units."""
    label = _OWN_ROW.in_(language)
    return Indicator(
        code=slug(label),
        order=1,
        label=label,
        label_en=_OWN_ROW.en,
        row_number="",
        unit="",
        type=IndicatorType.INTEGER,
        role=IndicatorRole.LEAF,
        parent=None,
        columns=tuple(types),
        pair=None,
        roll_up=RollUp.SUM,
        required=True,
    )
