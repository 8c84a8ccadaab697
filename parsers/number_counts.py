"""Counts in text: "02", "3 lớp/120 người", "2 + 3 = 5", "120 (nữ 65)". One figure, two for two columns, or a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from parsers.number_answers import CountCell, first_of, labelled, paired, sides_of, single, summed
from parsers.number_dates import is_date_text, names_other_period, serial_reading, shown_date_reading
from parsers.number_parse import Parsed, Quantity, parse
from parsers.number_phrases import column_of
from parsers.number_sums import added, equation, multiplied, parts_only
from parsers.number_tokens import tokens_of
from parsers.number_units import EVENTS, Counted, Mode
from parsers.number_values import NumberContext, NumberReading, reading, rejected

_BRACKETS = re.compile(r"\(([^()]*)\)")
_NEGATIVE = re.compile(r"-\s*\d")
_BULLETS = re.compile(r"(?:[-+]\s*[^\n]+\n)+[-+]\s*[^\n]+")
_RANGE_RATIO = 5  # 3-120 is hardly "from 3 to 120"
_TWO = 2
_DAYS, _MONTHS_OF_REPORTS = 31, range(9, 13)


def read_count(text: str, context: NumberContext, known: Counted) -> NumberReading:
    """The figures of a cleaned text that is no whole-cell phrase."""
    shown = shown_date_reading(text, context, known)
    if shown is not None:
        return shown
    if _NEGATIVE.match(text) and not _BULLETS.fullmatch(text):
        return rejected("negative")
    inner = [match[1].strip() for match in _BRACKETS.finditer(text) if match[1].strip()]
    main = " ".join(_BRACKETS.sub(" ", text).replace("(", " ").replace(")", " ").split(" ")).strip()
    if is_date_text(main):
        return rejected("date_text")
    if not re.search(r"\w", main):
        return rejected("negative") if inner and re.fullmatch(r"[\d.,]+", inner[0]) else rejected("text_no_number")
    cell = CountCell(context, known, parse(tokens_of(main.strip(".,;: "), known.words), whole=context.whole))
    answer = _answer(cell)
    for each in inner:
        answer = _with_brackets(answer, each, cell)
    return serial_reading(answer, context, known) if answer.values else answer


def _answer(cell: CountCell) -> NumberReading:
    parsed = cell.parsed
    quantities, joins = parsed.main()
    if not quantities and parsed.quantities and not parsed.vague and not parsed.percent:
        return parts_only(cell)
    refused = parsed.refused()
    if refused:
        return rejected(refused)
    details = [each for each in quantities if each.detail]
    if len(details) > 1 and details[0] is not quantities[0]:
        return _broken_down(cell, quantities, details, joins)
    if "=" in joins:
        return equation(cell, quantities, joins)
    if len(quantities) == 1:
        return single(cell, quantities[0])
    if "×" in joins or any(each.each or each.rate for each in quantities):
        return multiplied(cell, quantities, joins)
    if "+" in joins:
        return added(cell, quantities, joins)
    if len(quantities) == _TWO:
        return _two(cell, quantities[0], quantities[1], joins[0])
    return _many(cell, quantities, joins)


def _two(cell: CountCell, first: Quantity, second: Quantity, join: str) -> NumberReading:
    if cell.known.mode is Mode.PAIR:
        return _two_in_pair(cell, first, second, join)
    if join == "-" and not (first.kinds and second.kinds):
        return rejected("range")
    codes = cell.warnings([first, second])
    if cell.known.mode is Mode.SUM:
        if join == " " and not (first.kinds and second.kinds):
            return rejected("text_no_number")
        if _may_be_day(first, second, join) or (join == "\n" and not (first.kinds and second.kinds)):
            codes.append("ambiguous_reading")
        elif _may_be_share(cell, first, second, join):
            return reading({column_of(cell.context): first.value}, [*codes, "ambiguous_reading"])
        return summed(cell, [first, second], codes)
    if cell.known.mode is Mode.FIRST:
        return first_of(cell, [first, second], codes)
    if join == "/" and not (first.kinds and second.kinds):
        return rejected("ambiguous_slash")
    return labelled(cell, [first, second], codes)


def _may_be_day(first: Quantity, second: Quantity, join: str) -> bool:
    """Whether "1/10" may be the first of October: reports of a campaign's days are written so, too."""
    bare = join == "/" and not first.kinds and not second.kinds
    return bare and 1 <= first.value <= _DAYS and second.value in _MONTHS_OF_REPORTS


def _may_be_share(cell: CountCell, first: Quantity, second: Quantity, join: str) -> bool:
    """Whether "5/5", "3/5 trường" may be so many of so many, no kinds to be added: schools outnumber centres."""
    of_one_kind = not first.kinds and (not second.kinds or "school" in second.kinds)
    return join == "/" and of_one_kind and "school" in cell.known.own and 0 < second.value >= first.value


def _broken_down(
    cell: CountCell, quantities: Sequence[Quantity], details: Sequence[Quantity], joins: Sequence[str]
) -> NumberReading:
    """As in "52: 50 tờ rơi, 2 băng rôn": a total and its parts, which must agree."""
    total = quantities[0]
    if len(quantities) != len(details) + 1 or set(joins) & {"/", "-", "×", "=", " "}:
        return rejected("text_no_number")
    if sum((each.value for each in details), Decimal(0)) != total.value:
        return rejected("expression_mismatch")
    answer = single(cell, total)
    return reading(answer.values, [*answer.warnings, *cell.warnings(quantities), "summed_components"])


def _two_in_pair(cell: CountCell, first: Quantity, second: Quantity, join: str) -> NumberReading:
    codes = cell.warnings([first, second])
    own, other = cell.known.own, cell.known.other
    sides = [1 if each.kinds & own else 2 if each.kinds & other else 0 for each in (first, second)]
    foreign = [each for each, side in zip((first, second), sides, strict=True) if side == 0 and each.kinds]
    if foreign:
        codes.append("ambiguous_unit")
        if not all(each.kinds & EVENTS for each in foreign) or not own & EVENTS:
            named = [each for each in (first, second) if each not in foreign]
            answer = single(cell, named[0]) if len(named) == 1 else rejected("text_no_number")
            return reading(answer.values, [*codes, *answer.warnings]) if answer.values else answer
    if sides in ([1, 1], [2, 2]):
        return rejected("range") if join == "-" else labelled(cell, [first, second], codes)
    if sides in ([2, 1], [2, 0], [0, 1]):
        turns = "turns_not_heads" in codes and 0 in sides  # "6 lượt/335": turns of either
        codes += ["ambiguous_reading"] if turns else []
        if not (turns and first.value < second.value):
            first, second = second, first
    if sides == [0, 0]:
        if join == "-" and (first.value == 0 or second.value < first.value * _RANGE_RATIO):
            return rejected("range")
        if cell.known.heads_per_event and _may_be_day(first, second, join):
            codes.append("ambiguous_reading")
        if join not in ("/", ";", ",") or (join == "," and cell.pair and cell.context.column != cell.pair[0]):
            codes.append("ambiguous_reading")
    elif 0 in sides and join in (" ", "-", "&"):
        codes.append("ambiguous_reading")
    return paired(cell, first.value, second.value, codes)


def _many(cell: CountCell, quantities: Sequence[Quantity], joins: Sequence[str]) -> NumberReading:
    """Three figures and more."""
    codes = cell.warnings(quantities)
    if "/" in joins and not all(each.kinds for each in quantities):
        return rejected("ambiguous_slash")
    if "-" in joins and not all(each.kinds for each in quantities):
        return rejected("range")
    if cell.known.mode is Mode.SUM:
        return summed(cell, quantities, codes) if " " not in joins else rejected("text_no_number")
    if not all(each.kinds for each in quantities):
        return rejected("text_no_number")
    if cell.known.mode is Mode.FIRST:
        return first_of(cell, quantities, codes)
    return labelled(cell, quantities, codes)


def _with_brackets(answer: NumberReading, inner: str, cell: CountCell) -> NumberReading:
    """The answer with what the brackets add: the second figure of a pair, words for the digits, a part, a remark."""
    if not answer.values:
        return answer
    codes = list(answer.warnings)
    if is_date_text(inner):
        return reading(answer.values, [*codes, "parenthetical_ignored"])
    parsed = parse(tokens_of(inner, cell.known.words), whole=cell.context.whole)
    quantities, _ = parsed.main()
    main, _ = cell.parsed.main()
    if len(quantities) == 1 and len(main) == 1:
        found = _second_of_pair(main[0], quantities[0], parsed, cell)
        if found:
            return found
    if len(quantities) == 1 and not quantities[0].kinds and _once_in_words(main, quantities[0]):
        matching = quantities[0].value in answer.values.values()
        return reading(answer.values, codes if matching else [*codes, "words_mismatch"])
    units = _units_in(inner, cell)
    if not parsed.quantities and not parsed.unknown and units & (cell.known.own | cell.known.other):
        own, other = sides_of(cell)
        if len(main) == 1 and not main[0].kinds and units & other and not units & own:
            return single(cell, replace(main[0], kinds=units))  # "120 (người)" in the column of classes
        return reading(answer.values, [*codes, "unit_suffix"])
    codes.append("parenthetical_ignored")
    if "subset" in units and not parsed.quantities:
        codes.append("ambiguous_unit")  # "120 (nữ)": and all of them?
    if any(each.part for each in parsed.quantities) and list(answer.values) == [_events_column(cell)]:
        codes.append("ambiguous_reading")  # "120 (nữ 45)" classes are persons
    if parsed.doubt or parsed.vague or any(each.approx for each in parsed.quantities) or _says_approx(inner):
        codes.append("approx")
    largest = max(Decimal(each) for each in answer.values.values())
    bare = len(quantities) == 1 and not quantities[0].kinds and (cell.pair is not None or len(main) > 1)
    planned = names_other_period(inner, cell.context.year) and (not parsed.quantities or len(main) > 1)
    if bare or planned or any(each.value > largest for each in parsed.quantities):
        codes.append("ambiguous_reading")
    return reading(answer.values, codes)


def _once_in_words(main: Sequence[Quantity], inner: Quantity) -> bool:
    """Whether the brackets repeat the figure in words, or the figure for the words."""
    return inner.amount.words or (len(main) == 1 and main[0].amount.words)


def _second_of_pair(main: Quantity, inner: Quantity, parsed: Parsed, cell: CountCell) -> NumberReading | None:
    """As in "3 lớp (120 người)", "3 (120)"; None where the brackets hold something else."""
    if cell.pair is None or parsed.unknown or parsed.percent:
        return None
    if inner.each or inner.rate is not None:  # 3 lớp (40 người/lớp)
        return multiplied(cell, [main, inner], ["×"])
    if parsed.doubt:  # 3 (tăng 1)
        return None
    codes = cell.warnings([main, inner])
    own, other = cell.known.own, cell.known.other
    if inner.kinds & own and not main.kinds & own:  # 120 (3 lớp)
        return paired(cell, inner.value, main.value, codes if main.kinds & other else [*codes, "ambiguous_reading"])
    if main.kinds & other or not (cell.context.column == cell.pair[0] or main.kinds & own):
        return None
    likely = not inner.kinds and inner.value > main.value and inner.value >= main.value * _RANGE_RATIO
    if inner.kinds & other or (likely and not _once_in_words([main], inner)):
        return paired(cell, main.value, inner.value, codes)
    return None


def _units_in(inner: str, cell: CountCell) -> frozenset[str]:
    words = (token.word for token in tokens_of(inner, cell.known.words))
    return frozenset[str]().union(*(word.kinds for word in words if word))


def _events_column(cell: CountCell) -> str:
    """The column of the pair that counts classes or events, "" where none does."""
    return cell.pair[0] if cell.pair and cell.known.heads_per_event else ""


def _says_approx(inner: str) -> bool:
    return re.search(r"dự kiến|\bước|\btạm\b|khoảng|du kien|\buoc\b|chưa đủ|chưa đầy đủ", inner.lower()) is not None
