"""Reads the header of a form table: which column is the row number, the label, the unit, each quantity, and the note.

Its words tell, whether it is one row or several, merged or not. Beside this year's columns there may be a plan, last year or a
percentage: those are set aside. Whenever more than one reading is left, the column is marked uncertain.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from config.campaign import Column, ColumnKind, Form
from config.vietnamese import fold
from parsers.form_header_texts import heading_lines, is_spanned
from parsers.form_header_words import ACTUAL, ANY_QUANTITY, BEFORE, COMPARED, KIND_WORDS, PART, PLAN, RISE, kinds_counted
from parsers.form_money import money_factor, names_money
from parsers.form_own_headings import OwnHeadings, own_headings
from parsers.form_sexes import name_persons
from parsers.grid import CellKind, Sheet
from parsers.number_units import counted_by

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_JOINED = re.compile(r"[/,+&\n;–-]|\bvà\b|\bva\b|\band\b", re.IGNORECASE)
_MISSPELT = 84
_SHORTEST_MISSPELT = 5
_LONGEST_HEADER = 70
_MOST_KNOWN = 2_000
_WIDTH = 24
_NO_TELLING = frozenset("so luong tong cac luot the of number".split())  # noqa: SIM905 - a list of words reads best as a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where everything stands in a table. `single` is a column for all quantities at once ("3/120").

    `uncertain` holds keys of quantity columns (or "single") that were guessed. `factors` says by what the header of a column
    multiplies money ("nghìn đồng").
    """

    label: int
    row_number: int | None = None
    unit: int | None = None
    note: int | None = None
    quantities: tuple[tuple[str, int], ...] = ()
    single: int | None = None
    others: tuple[int, ...] = ()
    uncertain: frozenset[str] = frozenset()
    factors: tuple[tuple[int, int], ...] = ()
    ignored: tuple[int, ...] = ()  # plan, last year, percentages
    alternatives: tuple[tuple[str, int], ...] = ()  # further columns whose heading names a quantity that has its column
    rivals: tuple[tuple[str, int], ...] = ()  # columns that count the same in other words: "Cán bộ" beside "Người dân"
    money: int | None = None  # a column of its own for amounts of money
    by_order: bool = False  # some quantity columns were not named: they were taken in the form's order

    def quantity(self, key: str) -> int | None:
        """The column of a quantity key, or None."""
        return dict(self.quantities).get(key)

    @property
    def value_columns(self) -> tuple[int, ...]:
        """Every column that may hold a figure of the form."""
        single = (self.single,) if self.single is not None else ()
        named = (column for _, column in (*self.quantities, *self.alternatives))
        return tuple(dict.fromkeys((*named, *single)))

    def count_between(self, first: int, last: int) -> int:
        """How many columns of the table stand there; what is but the right part of another does not count."""
        return sum(first <= each <= last for each in (*self.value_columns, *self.others, *self.ignored))


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header band: its rows, and its columns read."""

    top: int
    bottom: int
    columns: Columns


@dataclass(frozen=True, slots=True)
class _Words:
    """The header words of one form."""

    kinds: tuple[tuple[ColumnKind, frozenset[str]], ...]
    keys: tuple[str, ...]
    telling: tuple[tuple[str, frozenset[str]], ...]
    kinds_of_keys: tuple[tuple[str, frozenset[str]], ...]
    groups: frozenset[str]
    own: OwnHeadings
    known: dict[str, tuple[ColumnKind | None, tuple[str, ...], bool]] = field(default_factory=dict)


@dataclass(slots=True)
class _Physical:
    """One column of the sheet with what its header says."""

    column: int
    lines: tuple[str, ...]
    kind: ColumnKind | None = None
    keys: tuple[str, ...] = ()  # quantity keys named; all of them for "Số lớp/người"
    unnamed: bool = False  # a quantity, but not which
    plan: bool = False
    actual: bool = False
    before: bool = False
    compared: bool = False
    years: frozenset[int] = field(default_factory=frozenset)
    hidden: bool = False


@functools.lru_cache(maxsize=16)
def _words_of(columns: tuple[Column, ...]) -> _Words:
    kinds = []
    for kind, words in KIND_WORDS.items():
        own = {fold(text) for column in columns if column.kind is kind for text in (column.header, *column.aliases)}
        kinds.append((kind, frozenset((words | own) - {""})))
    quantities = [column for column in columns if column.kind is ColumnKind.QUANTITY]
    named = {each.key: {word for text in (each.header, *each.aliases) for word in fold(text).split()} for each in quantities}
    telling = []
    for key, words in named.items():
        shared = {word for other, others in named.items() if other != key for word in others}
        telling.append((key, frozenset(words - shared - _NO_TELLING) or frozenset(words - shared)))
    printed = own_headings(columns)
    return _Words(tuple(kinds), tuple(named), tuple(telling), kinds_counted(quantities), printed.groups | ANY_QUANTITY, printed)


def header_kinds(sheet: Sheet, row: int, first: int, last: int, columns: tuple[Column, ...]) -> list[frozenset[str]]:
    """What each header cell of a row means: "row_number", "label", "unit", "note", "any quantity" or its quantity keys."""
    words = _words_of(columns)
    found = []
    for column in range(first, last + 1):
        cell = sheet.cells.get((row, column))
        if cell is None or cell.kind is not CellKind.TEXT or len(cell.text) > _LONGEST_HEADER:
            continue
        kind, keys, unnamed = _meaning(cell.text, words)
        meant = {kind.value} if kind else {*keys, *(("any quantity",) if unnamed else ())}
        if meant:
            found.append(frozenset(meant))
    return found


def means_column(text: str, columns: tuple[Column, ...]) -> bool:
    """Whether a text means a column of the form."""
    kind, keys, unnamed = _meaning(text, _words_of(columns))
    return bool(kind or keys or unnamed)


def read_header(sheet: Sheet, band: tuple[int, int], label: int, reach: tuple[int, int], form: Form, year: int) -> Header:
    """Read the header rows `band` of the table whose labels stand in column `label`, between the columns of `reach`."""
    words, left_out = _words_of(form.columns), frozenset(map(fold, form.left_out))
    last = min(reach[1], label + max(_WIDTH, len(form.columns) + len(left_out)))
    read = [each for each in range(reach[0], last + 1) if each != label and not is_spanned(sheet, band, each)]
    physical = [_physical(sheet, band, column, words, left_out) for column in read]
    name_persons(physical, words.kinds_of_keys)
    return Header(top=band[0], bottom=band[1], columns=_chosen(physical, label, words, year))


def _meaning(text: str, words: _Words) -> tuple[ColumnKind | None, tuple[str, ...], bool]:
    """What one header text says: a kind of column, the quantity keys it names, or a quantity it does not name."""
    meaning = words.known.get(text)
    if meaning is None:
        if len(words.known) > _MOST_KNOWN:
            words.known.clear()
        meaning = words.known[text] = _find_meaning(text, words)
    return meaning


def _find_meaning(text: str, words: _Words) -> tuple[ColumnKind | None, tuple[str, ...], bool]:
    folded = fold(_YEAR.sub("", text))
    if not folded:
        return None, (), False
    if (key := words.own.headers.get(fold(text))) is not None:
        return (None, (key,), False) if key else (None, (), True)
    for kind, known in words.kinds:
        if folded in known or _misspelt(folded, known):
            return kind, (), False
    if folded in words.groups or _misspelt(folded, words.groups):
        return None, (), True
    present = folded.split()
    named: list[tuple[int, str]] = []
    for key, telling in words.telling:
        places = [place for place, word in enumerate(present) if word in telling or _misspelt(word, telling)]
        if places:
            named.append((places[0], key))
    named.sort()
    if len(named) > 1 and not _JOINED.search(text):
        named = named[:1]  # "Người dự thi": the first word says what is counted
    if named and len(present) > len(named) * 5:
        return None, (), False  # a sentence, not a header
    return None, tuple(key for _, key in named), False


def _misspelt(text: str, known: Iterable[str]) -> bool:
    return len(text) >= _SHORTEST_MISSPELT and any(
        len(word) >= _SHORTEST_MISSPELT and fuzz.ratio(text, word) >= _MISSPELT for word in known
    )


def _physical(sheet: Sheet, band: tuple[int, int], column: int, words: _Words, left_out: frozenset[str]) -> _Physical:
    lines = _lines(sheet, band, column)
    path = fold(" ".join(heading_lines(sheet, band, column)))
    if path in left_out:  # the form prints it and does not collect it, however much "(tạ/ha)" is like "(ha)"
        return _Physical(column, lines, compared=True, hidden=column in sheet.hidden_columns)
    folded = " | ".join(fold(line) if "%" not in line else f"{fold(line)} %" for line in lines)
    made = _Physical(column, lines, hidden=column in sheet.hidden_columns)
    made.plan, made.actual = bool(PLAN.search(folded)), bool(ACTUAL.search(folded))
    made.before = bool(BEFORE.search(folded))
    made.compared = bool(COMPARED.search(folded) or RISE.search(" ".join(lines)))
    made.years = frozenset(int(year) for line in lines for year in _YEAR.findall(line))
    for line in reversed(lines):
        kind, keys, unnamed = _meaning(line, words)
        if kind and not made.keys and not made.unnamed and kind is not ColumnKind.LABEL:
            made.kind = kind
            break
        made.keys = made.keys or keys
        made.unnamed = made.unnamed or unnamed
    key = words.own.paths.get(path)
    if key is not None:  # the form's own column, whatever its heading says of plans, years and percentages
        return _Physical(column, lines, keys=(key,), hidden=made.hidden)
    if made.keys:
        made.unnamed = False
    elif made.kind is None and lines and (made.plan or made.actual or made.before or made.years) and not made.compared:
        made.unnamed = True
    return made


def _lines(sheet: Sheet, band: tuple[int, int], column: int) -> tuple[str, ...]:
    return tuple(line[:_LONGEST_HEADER] for line in heading_lines(sheet, band, column))


def _chosen(physical: list[_Physical], label: int, words: _Words, year: int) -> Columns:
    right = [each for each in physical if each.column > label]
    left = [each for each in reversed(physical) if each.column < label]
    if not any(each.keys or each.unnamed for each in right):
        right += left  # figures before the label: nobody's form yet, but a table may be built so
    kinds: dict[ColumnKind, int] = {}
    for each in (*left, *right):
        if each.kind and each.kind not in kinds and (each.kind is ColumnKind.ROW_NUMBER) == (each.column < label):
            kinds[each.kind] = each.column
    physical = sorted(right, key=lambda each: each.column)
    quantities = [each for each in physical if each.kind is None and (each.keys or each.unnamed)]
    kept, doubtful = _this_year(quantities, year)
    assigned, single, uncertain = _assigned(kept, words, doubtful=doubtful)
    certain_year = not (doubtful and kept)
    by_order = certain_year and any(each.unnamed and each.column in assigned.values() for each in kept)
    if len(assigned) < len(words.keys) and single is None:
        nameless = _nameless(physical, max(label, kinds.get(ColumnKind.UNIT, 0)))
        found = _implied(nameless, physical, assigned, words)
        nameless = [each for each in nameless if each not in found.values()]
        found |= _in_order(nameless, {**assigned, **found}, words)
        assigned, uncertain = {**assigned, **found}, uncertain | frozenset(found)
        by_order = by_order or bool(found and certain_year)
    taken = {column for column in (*assigned.values(), single, *kinds.values()) if column is not None}
    ignored = tuple(each.column for each in physical if each.column not in taken and (each.compared or each in quantities))
    return Columns(
        label=label,
        row_number=kinds.get(ColumnKind.ROW_NUMBER),
        unit=kinds.get(ColumnKind.UNIT),
        note=kinds.get(ColumnKind.NOTE),
        quantities=tuple(assigned.items()),
        single=single,
        others=tuple(each.column for each in physical if each.column > label and each.column not in (*taken, *ignored)),
        money=_money_column([each for each in physical if each.column not in (*taken, *ignored)]),
        uncertain=uncertain,
        factors=tuple((each.column, factor) for each in physical if (factor := money_factor(" ".join(each.lines))) > 1),
        ignored=ignored,
        alternatives=_alternatives([each for each in kept if each.column not in taken], assigned, uncertain),
        rivals=_rivals([each for each in physical if each.column not in (*taken, *ignored)], assigned, words),
        by_order=by_order,
    )


def _rivals(free: list[_Physical], assigned: dict[str, int], words: _Words) -> tuple[tuple[str, int], ...]:
    """Columns that count what a quantity with a column counts: a part of it, or all of it; which one cannot be told."""
    headed = [each for each in free if each.lines and not PART.search(fold(each.lines[-1]))]
    counted = [(key, each.column) for each in headed for key, kinds in words.kinds_of_keys if kinds & counted_by(each.lines[-1])]
    return tuple(each for each in counted if each[0] in assigned)


def _alternatives(free: list[_Physical], assigned: dict[str, int], uncertain: frozenset[str]) -> tuple[tuple[str, int], ...]:
    """Further columns that name a quantity, or may hold the one whose column was guessed among several without a name."""
    guessed = [key for key in assigned if key in uncertain]
    return tuple(
        (each.keys[0] if each.keys else guessed[0], each.column)
        for each in free
        if len(each.keys) == 1 or (each.unnamed and len(guessed) == 1)
    )


def _money_column(free: list[_Physical]) -> int | None:
    """The one column whose heading names money, of this year's results."""
    named = [
        each.column
        for each in free
        if names_money(each.lines) and not (each.plan or each.before or each.compared or each.years or each.hidden)
    ]
    return named[0] if len(named) == 1 else None


def _nameless(physical: list[_Physical], after: int) -> list[int]:
    """Columns to the right of label and unit whose headings are blank or mean nothing to us, up to the note."""
    found = []
    for each in physical:
        if each.column <= after or each.hidden:
            continue
        if each.kind is ColumnKind.NOTE:
            break
        if each.kind is None and not each.keys and not each.unnamed and not each.compared:
            found.append(each.column)
    return found


def _implied(nameless: list[int], physical: list[_Physical], assigned: dict[str, int], words: _Words) -> dict[str, int]:
    """Columns headed by what a missing quantity counts in other words: "Số học viên" for persons."""
    found: dict[str, int] = {}
    for key, kinds in words.kinds_of_keys:
        headed = [each for each in physical if each.column in nameless and each.lines]
        alike = [each.column for each in headed if kinds & counted_by(each.lines[-1])]
        if key not in assigned and alike:
            found[key] = alike[0]  # the others are its rivals
    return found


def _in_order(nameless: list[int], assigned: dict[str, int], words: _Words) -> dict[str, int]:
    """Nameless columns taken for the quantities still missing, when there are as many of them."""
    free = [key for key in words.keys if key not in assigned]
    if len(nameless) < len(free) or (assigned and len(nameless) > len(free)):
        return {}
    return dict(zip(free, nameless, strict=False))


def _this_year(columns: list[_Physical], year: int) -> tuple[list[_Physical], bool]:
    """The columns of this year's results; true beside them when only doubtful ones are left."""
    kept = [each for each in columns if not each.compared] or columns
    doubtful = kept is columns and bool(columns)
    shown = [each for each in kept if not each.hidden]
    if shown:
        named = {key for each in shown for key in each.keys}
        whole = any(len(each.keys) != 1 for each in shown)
        kept = [each for each in kept if not each.hidden or not (whole or set(each.keys) <= named)]
    present = [each for each in kept if not each.before and (not each.years or year in each.years)]
    doubtful = doubtful or not present
    dated = [each for each in present if year in each.years]
    if (
        dated
        and len(dated) < len(present)
        and {key for each in dated for key in each.keys} >= {key for each in present for key in each.keys}
    ):
        present = dated
    kept = present or kept
    done = [each for each in kept if not each.plan or each.actual]
    return done or kept, doubtful or not done


def _assigned(columns: list[_Physical], words: _Words, *, doubtful: bool) -> tuple[dict[str, int], int | None, frozenset[str]]:
    """Which column holds which quantity key, the column for all of them at once, and which of these were guessed."""
    assigned: dict[str, int] = {}
    uncertain: set[str] = set()
    single: int | None = None
    for each in columns:
        if len(each.keys) == 1:
            key = each.keys[0]
            if key in assigned or each.hidden:
                uncertain.add(key)
            assigned.setdefault(key, each.column)
    joined = [each.column for each in columns if len(each.keys) > 1]
    unnamed = [each.column for each in columns if each.unnamed]
    free = [key for key in words.keys if key not in assigned]
    if not assigned and not joined and len(unnamed) == len(words.keys) > 1:
        assigned = dict(zip(words.keys, unnamed, strict=True))  # the sub-headings are missing: the form's own order
        uncertain.update(assigned)
    elif joined or unnamed:
        if len(words.keys) == 1 and not assigned:
            assigned[words.keys[0]] = unnamed[0]
            uncertain.update(words.keys if len(unnamed) > 1 else ())
        elif not assigned:
            single = (joined or unnamed)[0]
            uncertain.update(("single",) if len(joined or unnamed) > 1 else ())
        elif len(free) == 1 and (not joined or len(joined) + len(unnamed) == 1):
            # beside a column for persons "Số lớp/người" holds the classes; of several nameless ones any may
            assigned[free[0]] = (joined or unnamed)[0]
            uncertain.add(free[0])
    if doubtful:
        uncertain.update(assigned, ("single",))
    return assigned, single, frozenset(uncertain)
