"""Figures a unit wrote into the notes column (Ghi chú) instead of the quantity columns. Always to be confirmed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from config.campaign import IndicatorType
from config.vietnamese import fold
from parsers.number_dates import is_date_text
from parsers.number_literals import clean
from parsers.number_money import read_money
from parsers.number_parse import Parsed, Quantity, parse
from parsers.number_tokens import tokens_of
from parsers.number_units import Counted, Mode, counted
from parsers.number_values import NumberContext, NumberReading, reading

_LONGEST = 1_000  # characters
_FROM_NOTE = "value_from_note"
_DATE = re.compile(r"(?:ngày|ngay)?\s*\d{1,2}\s*[/.-]\s*\d{1,2}(?:\s*[/.-]\s*\d{2,4})?(?![\d/])")
_DOCUMENT = re.compile(r"(?:số|so)\s*:?\s*\d+\s*/\s*[\w-]+(?:-[\w-]+)*")
_NUMBER_SIGN = re.compile(r"\d+\s*/\s*[A-ZĐƯ][A-ZĐƯa-z]*-[\w-]+")
_NONE = frozenset({"khong to chuc", "chua to chuc", "khong co", "khong phat sinh", "khong thuc hien", "khong trien khai"})
_BARE_PAIR = re.compile(r"\d+\s*/\s*\d+")
_OTHER_TIME = re.compile(r"năm trước|năm ngoái|nam truoc|nam ngoai|cùng kỳ|kế hoạch giao|chỉ tiêu giao|dự kiến|du kien|sẽ ")


def read_note(note: str, context: NumberContext) -> NumberReading | None:
    """The figures a note states for its indicator, to be confirmed; None when it states none.

    Only figures that name what they count are taken, since numbers in names ("TH số 2"), dates and document numbers abound.
    """
    text, _ = clean(note)
    if not text or len(text) > _LONGEST or _OTHER_TIME.search(text.lower()):
        return None
    known = counted(context)
    if context.type is IndicatorType.MONEY:
        return _money(text, context)
    if fold(text) in _NONE:
        columns = context.pair if known.mode is Mode.PAIR and context.pair else (context.column,)
        return reading(dict.fromkeys(columns, Decimal(0)), ["word_zero", _FROM_NOTE])
    if known.mode is Mode.PAIR and context.pair and _BARE_PAIR.fullmatch(text) and not is_date_text(text):
        first, second = re.split(r"\s*/\s*", text)
        return reading({context.pair[0]: Decimal(first), context.pair[1]: Decimal(second)}, ["split_pair", _FROM_NOTE])
    masked = _masked(text)
    parsed = parse(tokens_of(masked, known.words), whole=context.whole)
    if parsed.percent or parsed.vague or parsed.ranged or parsed.doubt:
        return None
    values = _stated(parsed, context, known)
    if not values:
        return None
    codes = [code for each in parsed.main()[0] for code in each.amount.warnings]
    if any(each.approx for each in parsed.quantities):
        codes.append("approx")
    answer = reading(values, [*codes, _FROM_NOTE])
    return answer if answer.values else None


def _masked(text: str) -> str:
    """The note without dates and document numbers."""
    for pattern in (_DOCUMENT, _NUMBER_SIGN, _DATE):
        text = pattern.sub(" ; ", text)
    return text


def _stated(parsed: Parsed, context: NumberContext, known: Counted) -> dict[str, Decimal]:
    """The figures by column; nothing when two compete for one column."""
    quantities, joins = parsed.main()
    if set(joins) & {"×", "=", "/"} and any(not each.kinds for each in quantities):
        return {}
    if any(each.each or each.rate for each in quantities):
        return {}
    own = [each for each in quantities if each.kinds & known.own and not each.labelled_before]
    other = [each for each in quantities if each.kinds & known.other and each not in own]
    if known.mode is Mode.SUM and own:
        return {context.column: _total(own)}
    if len(own) > 1 or len(other) > 1:
        return {}
    if known.mode is not Mode.PAIR or context.pair is None:
        return {context.column: own[0].value} if own else {}
    return {column: found[0].value for column, found in zip(context.pair, (own, other), strict=True) if found}


def _total(quantities: Sequence[Quantity]) -> Decimal:
    return sum((each.value for each in quantities), Decimal(0))


def _money(text: str, context: NumberContext) -> NumberReading | None:
    """The one sum of money a note states, with its currency or scale."""
    parsed = parse(tokens_of(_masked(text), {}, money=True))
    quantities, joins = parsed.main()
    sums = [each for each in quantities if each.kinds & {"currency"} or (each.amount.scaled and not each.kinds)]
    if parsed.percent or parsed.vague or parsed.ranged or parsed.doubt or set(joins) & {"×", "="} or len(sums) != 1:
        return None
    if sums[0].each or sums[0].rate is not None:
        return None
    exact = read_money(_masked(text), context)
    if exact.values and exact.values["money"] == sums[0].value:
        kept = [code for code in exact.warnings if code != "ambiguous_unit"]
        return reading(exact.values, [*kept, _FROM_NOTE])
    answer = reading({"money": sums[0].value}, [*sums[0].amount.warnings, _FROM_NOTE])
    return answer if answer.values else None
