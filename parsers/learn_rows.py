"""Turns the rows of a blank form into indicators: their hierarchy, codes, types, and the columns that mean something to each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.campaign import ColumnKind, Indicator, IndicatorRole, IndicatorType, RollUp
from parsers.grid import CellKind
from parsers.labels import clean_label
from parsers.learn_table import BlankTable, Looks, TableRow, merged_over
from parsers.learn_words import (
    has_minor_units,
    is_not_asked,
    is_share_row,
    is_sum,
    money_scale,
    of_them,
    only_heads,
    row_type,
    slug,
    unit_words,
)

_ROMAN = re.compile(r"[IVX]+")
_PARTS = re.compile(r"\s*/\s*|\s+và\s+|\s+and\s+")
_ROLL_UPS = {
    IndicatorType.TEXT: RollUp.CONCAT_BY_UNIT,
    IndicatorType.INTEGER_FLAG: RollUp.SUM_OF_FLAGS,
    IndicatorType.NONE: RollUp.NONE,
}
_PAIR = 2


@dataclass(slots=True)
class _Node:
    """A row on its way to an indicator."""

    row: TableRow
    style: str
    parent: _Node | None
    path: str = ""
    code: str = ""
    children: list[_Node] = field(default_factory=list)


def indicators_of(
    table: BlankTable, keys: Mapping[int, str], types: Mapping[str, IndicatorType], looks: Looks
) -> tuple[Indicator, ...]:
    """The indicators of the table's rows, top to bottom. `keys` are those of the quantity columns by their place."""
    nodes = _tree(table.rows)
    codes: set[str] = set()
    for node in nodes:
        node.code = _code(node, codes)
        codes.add(node.code)
    asked = _Asked(table, keys, looks)
    has_units = sum(bool(node.row.unit) for node in nodes) * 2 > len(nodes)
    return tuple(_indicator(order, node, asked, types, has_units=has_units) for order, node in enumerate(nodes, 1))


def _tree(rows: Sequence[TableRow]) -> list[_Node]:
    """The rows with their parents: by numbering, bullets, indentation, and bold headings above plain rows."""
    numbered = any(row.row_number for row in rows)
    bold = not numbered and any(row.bold for row in rows) and not all(row.bold for row in rows)
    stack: list[_Node] = []
    nodes: list[_Node] = []
    for row in rows:
        style = nodes[-1].style if row.spanned and nodes and not row.heads else _style(row, numbered=numbered, bold=bold)
        if style in {"sum", "heads"}:
            stack.clear()
        if of_them(row.label):  # of the row above, and never the head of those below
            nodes.append(_node(row, "of them", stack))
            continue
        while stack and style in {each.style for each in stack}:
            stack.pop()
        prefix = row.row_number.rpartition(".")[0]
        while prefix and stack and stack[-1].row.row_number != prefix and any(each.row.row_number == prefix for each in stack):
            stack.pop()
        while style.startswith("depth") and stack and stack[-1].style.startswith("depth") and stack[-1].style >= style:
            stack.pop()
        node = _node(row, style, stack)
        if style != "sum":
            stack.append(node)
        nodes.append(node)
    return nodes


def _node(row: TableRow, style: str, stack: Sequence[_Node]) -> _Node:
    node = _Node(row=row, style=style, parent=stack[-1] if stack else None)
    node.path = _path(node)
    if node.parent is not None:
        node.parent.children.append(node)
    return node


def _style(row: TableRow, *, numbered: bool, bold: bool) -> str:
    """How the row is marked: rows of one style are of one rank wherever they stand."""
    number = row.row_number
    if row.heads:
        return "heads"
    if not number and not row.bullet and is_sum(row.label) and not row.depth:
        return "sum"
    if number.isdigit():
        return "1"
    if "." in number:
        return "1" + ".1" * number.count(".")
    if _ROMAN.fullmatch(number):
        return "I"
    if number:
        return "A" if number.isupper() else "a"
    if row.bullet:
        return "-" if row.bullet in "-–" else "+"
    if numbered:
        return "below"
    rank = row.depth + (1 if bold and not row.bold else 0)
    return f"depth{rank:02}"


def _path(node: _Node) -> str:
    own, parent = node.row.row_number, node.parent
    above = parent.path if parent is not None else ""
    if not own:
        return above
    if parent is not None and own.startswith(f"{parent.row.row_number}."):
        return above + own[len(parent.row.row_number) :]
    return f"{above}.{own}" if above else own


def _code(node: _Node, taken: set[str]) -> str:
    words = slug(clean_label(node.row.label)) or "row"
    base = f"{node.path}.{words}" if node.path else words
    if base in taken and node.parent is not None:
        base = f"{node.parent.code}.{words}"
    code, count = base, 1
    while code in taken:
        count += 1
        code = f"{base}_{count}"
    return code


class _Asked:
    """Which quantity columns mean something to a row."""

    def __init__(self, table: BlankTable, keys: Mapping[int, str], looks: Looks) -> None:
        self._table, self._keys, self._looks = table, keys, looks
        self._places = tuple(keys)
        self._label = next(each.place for each in table.of_kind(ColumnKind.LABEL))
        headings = {each.place: each.lines for each in table.of_kind(ColumnKind.QUANTITY)}
        self._words = {place: unit_words(lines[-1]) for place, lines in headings.items()}
        self.telling = sum(len(self._named(part)) == 1 for row in table.rows for part in _PARTS.split(row.unit)) > 1

    def merged(self, row: TableRow) -> bool:
        """Whether one cell stands over several of them: an amount or a text."""
        return merged_over(self._table.sheet, row.number, self._places) is not None

    def nothing(self, row: TableRow) -> bool:
        """Whether every cell is marked or coloured as not to be filled in."""
        return not self._open(row)

    def columns(self, row: TableRow) -> tuple[int, ...]:
        """The places of the columns to be filled in."""
        open_places = self._open(row) or self._places
        parts = _PARTS.split(row.unit) if row.unit else []
        named = {place for part in parts for place in self._named(part)}
        chosen = tuple(place for place in open_places if place in named)
        if not self.telling or len(open_places) < len(self._places):
            return open_places
        if chosen:
            return chosen
        return open_places[:1] if len(parts) == 1 else open_places

    def _named(self, part: str) -> tuple[int, ...]:
        words = unit_words(part)
        return tuple(place for place in self._places if words & self._words[place])

    def _greyed(self, row: TableRow, place: int) -> bool:
        """Whether the cell is grey and the label is not: a row that is grey all over is a heading or a total."""
        greyed, name = self._looks.greyed, self._table.sheet.name
        return (name, row.number, place) in greyed and (name, row.number, self._label) not in greyed

    def _open(self, row: TableRow) -> tuple[int, ...]:
        sheet = self._table.sheet
        found = []
        for place in self._places:
            cell = sheet.at(row.number, place)
            marked = cell.kind is CellKind.TEXT and is_not_asked(cell.text)
            if not marked and not self._greyed(row, place):
                found.append(place)
        return tuple(found)


def _indicator(order: int, node: _Node, asked: _Asked, types: Mapping[str, IndicatorType], *, has_units: bool) -> Indicator:
    row = node.row
    places = asked.columns(row)
    unmeasured = has_units and not row.unit and not asked.merged(row)
    heading = row.heads or (bool(node.children) and (unmeasured or asked.nothing(row) or only_heads(row.label)))
    keys = () if heading else tuple(asked._keys[place] for place in places)  # noqa: SLF001 - its only client
    kind, columns = _type(row, keys, types, merged=asked.merged(row), heading=heading)
    role = _role(node, kind)
    pair = (columns[0], columns[1]) if len(columns) == _PAIR and len(_PARTS.split(row.unit)) == _PAIR else None
    return Indicator(
        code=node.code,
        order=order,
        label=row.label,
        label_en=row.label,
        row_number=row.row_number,
        unit=row.unit or _unit_in(row.label, kind),
        type=kind,
        role=role,
        parent=node.parent.code if node.parent is not None else None,
        columns=columns,
        pair=pair,
        roll_up=_roll_up(row, kind),
        required=role is IndicatorRole.LEAF,
    )


def _unit_in(label: str, kind: IndicatorType) -> str:
    """The unit of measure that a label without one says itself, where the reading of figures depends on it."""
    if kind is IndicatorType.INTEGER_FLAG:
        return "có/không"
    return "%" if kind is IndicatorType.DECIMAL and is_share_row(label, "") and re.search(r"%", label) else ""


def _roll_up(row: TableRow, kind: IndicatorType) -> RollUp:
    summed = _ROLL_UPS.get(kind, RollUp.SUM)
    return RollUp.NONE if summed is RollUp.SUM and is_share_row(row.label, row.unit) else summed


def _type(
    row: TableRow, keys: tuple[str, ...], types: Mapping[str, IndicatorType], *, merged: bool, heading: bool
) -> tuple[IndicatorType, tuple[str, ...]]:
    """The type of a row's cells and the keys its values are kept under."""
    if heading:
        return IndicatorType.NONE, ()
    kind = row_type(row.label, row.unit)
    if kind is IndicatorType.TEXT or (merged and not row.unit and kind is not IndicatorType.MONEY):
        return IndicatorType.TEXT, ("text",)
    of_columns = {types[key] for key in keys}
    if kind is IndicatorType.DECIMAL and not row.unit and kind in of_columns and not is_share_row(row.label, ""):
        kind = IndicatorType.INTEGER  # "Tổng diện tích" among columns of hectares and of households: each says what it holds
    if kind is IndicatorType.INTEGER and of_columns == {IndicatorType.INTEGER_FLAG} and len(keys) == 1:
        kind = IndicatorType.INTEGER_FLAG
    if kind is IndicatorType.INTEGER and not row.unit and of_columns == {IndicatorType.MONEY}:
        kind = IndicatorType.MONEY
    if kind is IndicatorType.MONEY:
        scaled = money_scale(row.unit or row.label)
        minor = has_minor_units(row.unit or row.label)
        if (merged or len(keys) == 1) and not scaled and not minor:
            return kind, ("money",)
        kind = IndicatorType.DECIMAL if minor else IndicatorType.INTEGER
    if kind is IndicatorType.INTEGER_FLAG and len(keys) > 1:
        kind = IndicatorType.INTEGER
    return kind, keys


def _role(node: _Node, kind: IndicatorType) -> IndicatorRole:
    if kind is IndicatorType.NONE:
        return IndicatorRole.GROUP
    if kind is IndicatorType.TEXT:
        return IndicatorRole.TEXT
    return IndicatorRole.TOTAL if node.children or is_sum(node.row.label) else IndicatorRole.LEAF
