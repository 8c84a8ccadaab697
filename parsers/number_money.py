"""Sums of money in text, in đồng: "5.000.000đ", "5tr5", "3.500 (nghìn đồng)", "hai mươi lăm triệu đồng chẵn"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from config.vietnamese import fold
from parsers.number_dates import is_date_text, names_other_period
from parsers.number_literals import BILLION, MILLION, THOUSAND, next_literal, times
from parsers.number_parse import Parsed, Quantity, parse
from parsers.number_tokens import TokenKind, tokens_of
from parsers.number_values import NumberContext, NumberReading, reading, rejected

_SMALLEST = 50_000  # below this, thousands or millions of đồng were meant
_LARGEST = 2 * BILLION
_BRACKETS = re.compile(r"\(([^()]*)\)")
_UNIT_REMARK = re.compile(
    r"(?:don vi tinh|don vi|dvt|dv)? ?(?:1000|1 000|nghin|ngan|trieu|ty|tr|n)? ?"
    r"(?:d|dong|vnd|vn dong|viet nam dong|nghin|ngan|trieu|ty)?"
)
_SCALE_WORDS = (("ty", BILLION), ("trieu", MILLION), ("tr", MILLION), ("nghin", THOUSAND), ("ngan", THOUSAND), ("1000", THOUSAND))
_FOREIGN = re.compile(r"[$€£¥]|\busd\b|\beur\b|\bđô\b|\bkíp\b")
_TWO = 2


def money_reading(value: Decimal, warnings: Sequence[str] = ()) -> NumberReading:
    """A sum of money with the doubts its size raises."""
    codes = list(warnings)
    if value != int(value):
        return rejected(*codes, "non_integer")
    if 0 < value < _SMALLEST:
        codes.append("money_small")
    if value > _LARGEST:
        codes.append("implausible")
    return reading({"money": value}, codes)


def unit_scale(unit: str) -> int:
    """What one means in this unit of money: 1.000.000 for "triệu đồng"."""
    return next((scale for word, scale in _SCALE_WORDS if word in _joined_thousand(unit).split(" ")), 1)


def in_unit(value: Decimal, scale: int, warnings: Sequence[str]) -> NumberReading:
    """A bare figure in a column printed in thousands or millions; one too large for it was written in đồng."""
    if scale > 1 and value * scale > _LARGEST:
        return money_reading(value, [*warnings, "ambiguous_unit"])
    return money_reading(value * scale, warnings)


def read_money(text: str, context: NumberContext) -> NumberReading:
    """The sum in a cleaned text that is no whole-cell phrase."""
    if is_date_text(text):
        return rejected("date_text")
    if re.match(r"-\s*\d", text):
        return rejected("negative")
    if re.match(r"[.,]\d", text):
        return rejected("bad_grouping")  # ".5 triệu" is half a million, ".500" may be anything
    if _FOREIGN.search(text.lower()):
        return rejected("text_no_number")
    text = re.sub(r"\((\d[\d.,]*)\)", r"( \1 )", text)
    inner = [match[1].strip() for match in _BRACKETS.finditer(text) if match[1].strip()]
    main = " ".join(_BRACKETS.sub(" ", text).replace("(", " ").replace(")", " ").split(" ")).strip(" .,;:/")
    if not re.search(r"\w", main):
        return rejected("negative") if inner and re.fullmatch(r"[\d., ]+", inner[0]) else rejected("text_no_number")
    remark = next((each for each in inner if _is_unit_remark(each)), None)
    parsed = parse(tokens_of(main, {}, money=True))
    answer = _answer(parsed, context, remark)
    for each in inner:
        if each != remark:
            answer = _with_brackets(answer, each, context.year)
    return answer


def _answer(parsed: Parsed, context: NumberContext, remark: str | None) -> NumberReading:
    quantities, joins = parsed.main()
    refused = parsed.refused()
    if refused:
        return rejected(refused)
    scale = unit_scale(remark) if remark is not None else unit_scale(context.unit)
    extra = ["unit_from_parenthesis"] if remark is not None and scale > 1 else []
    extra += _doubts(parsed, quantities)
    if len(quantities) == 1:
        first = quantities[0]
        if parsed.unknown and not first.amount.scaled and not first.kinds and 0 < first.value < _SMALLEST and scale == 1:
            return rejected("text_no_number")  # 5m, 5 củ: the scale is not known
        return _one(first, scale, extra)
    if "=" in joins:
        return _equation(quantities, joins, scale, extra)
    if "×" in joins:
        return rejected("multiplication")
    if any(each.each for each in quantities):
        return rejected("multiplication")
    if "-" in joins:
        return rejected("range")
    if "/" in joins:
        return rejected("ambiguous_slash")
    return _several(quantities, joins, scale, extra)


def _doubts(parsed: Parsed, quantities: Sequence[Quantity]) -> list[str]:
    codes = []
    if any(each.approx for each in quantities):
        codes.append("approx")
    if parsed.references or parsed.doubt:
        codes.append("ambiguous_reading")
    if parsed.unknown:
        codes.append("ambiguous_unit")
    if any(each.part for each in parsed.quantities):
        codes.append("parenthetical_ignored")
    return codes


def _one(quantity: Quantity, scale: int, extra: Sequence[str]) -> NumberReading:
    if quantity.kinds and not quantity.kinds & {"currency"}:
        return rejected("text_no_number")  # 20 quyển are no money
    codes = list(extra)
    if quantity.each:
        return rejected(*codes, "multiplication")
    if quantity.rate is not None:
        codes.append("rate_suffix_ignored")
        if "commune" not in quantity.rate:
            codes.append("ambiguous_unit")  # a sum per head is not the sum
    return _sum_of(quantity, scale, codes)


def _sum_of(quantity: Quantity, scale: int, codes: Sequence[str]) -> NumberReading:
    amount = quantity.amount
    found = amount.literal
    if found is None:
        large = ["ambiguous_reading"] if amount.words and not amount.scaled and amount.value else []
        return money_reading(amount.value, [*codes, *amount.warnings, *large])
    if scale == 1 or (quantity.kinds & {"currency"} and "unit_from_parenthesis" not in codes):
        return money_reading(amount.value, [*codes, *amount.warnings])
    value, warnings = times(found, scale)
    if "implausible" in warnings:
        return money_reading(amount.value, [*codes, *amount.warnings, "ambiguous_unit"])
    return money_reading(value, [*codes, *warnings])


def _equation(quantities: Sequence[Quantity], joins: Sequence[str], scale: int, extra: Sequence[str]) -> NumberReading:
    """As in "2 triệu + 3 triệu = 5 triệu", "500.000 x 3 = 1.500.000": the result, if it is right."""
    if joins[-1] != "=" or joins.count("=") != 1 or len(quantities) <= _TWO:
        return rejected("text_no_number")
    parts = [each.value for each in quantities[:-1]]
    if set(joins[:-1]) == {"+"}:
        found = sum(parts, Decimal(0))
    elif list(joins[:-1]) == ["×"]:
        found = parts[0] * parts[1]
    else:
        return rejected("text_no_number")
    if found != quantities[-1].value:
        return rejected("expression_mismatch")
    codes = [code for each in quantities[:-1] for code in each.amount.warnings]
    return _sum_of(quantities[-1], scale, [*extra, *codes, "expression"])


def _several(quantities: Sequence[Quantity], joins: Sequence[str], scale: int, extra: Sequence[str]) -> NumberReading:
    """Sums to be added up, or one sum beside figures of other things."""
    money = [
        each
        for each in quantities
        if each.kinds & {"currency"} or (not each.kinds and (each.amount.scaled or each.value >= THOUSAND))
    ]
    others = [each for each in quantities if each not in money]
    if not money or any(not each.kinds for each in others):
        return rejected("text_no_number")
    if others:
        return _one(money[0], scale, [*extra, "ambiguous_unit"]) if len(money) == 1 else rejected("text_no_number")
    answers = [_sum_of(each, scale, ()) for each in money]
    codes = [code for each in answers for code in each.warnings if code != "money_small"]
    if any(not each.values for each in answers):
        return rejected(*codes)
    total = sum((Decimal(each.values["money"]) for each in answers), Decimal(0))
    added = ["expression"] if all(join == "+" for join in joins) else ["summed_components", "ambiguous_reading"]
    return money_reading(total, [*extra, *codes, *added])


def _with_brackets(answer: NumberReading, inner: str, year: int) -> NumberReading:
    """The sum repeated in words must agree; any other remark is left out."""
    if not answer.values:
        return answer
    value = answer.values["money"]
    found = parse(tokens_of(inner, {}, money=True))
    quantities = found.main()[0]
    codes = list(answer.warnings)
    if inner.lower().startswith(("bằng chữ", "bang chu")):
        found.unknown.clear()
    sums = [each for each in quantities if each.amount.words or each.amount.scaled or each.kinds & {"currency"}]
    if len(sums) == 1 and len(quantities) == 1:
        doubtful = "ambiguous_reading" in sums[0].amount.warnings
        return reading(answer.values, codes if sums[0].value == value or doubtful else [*codes, "words_mismatch"])
    codes.append("parenthetical_ignored")
    if not sums and names_other_period(inner, year):
        codes.append("ambiguous_reading")
    if (
        found.doubt
        or found.vague
        or any(each.approx for each in found.quantities)
        or re.search(r"dự kiến|\bước|\btạm\b", inner.lower())
    ):
        codes.append("approx")
    if any(each.value > value for each in quantities if not each.kinds):
        codes.append("ambiguous_reading")
    return reading(answer.values, codes)


def _joined_thousand(text: str) -> str:
    return re.sub(r"\b1 ?000 ?", "1000 ", fold(text)).strip()


def _is_unit_remark(inner: str) -> bool:
    folded = re.sub(r"^x ?(?=1)", "", _joined_thousand(inner))
    if next_literal(inner, 0) and not folded.startswith("1000"):
        return False
    tokens = [token for token in tokens_of(inner, {}, money=True) if token.kind is not TokenKind.SIGN]
    return bool(tokens) and _UNIT_REMARK.fullmatch(folded) is not None
