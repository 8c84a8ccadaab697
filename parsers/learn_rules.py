"""The rules any learned form begins with: filled in, whole numbers, totals not below their parts, no blank or copied form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from config.campaign import Indicator, IndicatorRole, IndicatorType, RollUp, Rule, Severity
from config.text import Text
from parsers.learn_words import money_scale

_FIGURES = frozenset({IndicatorType.INTEGER, IndicatorType.INTEGER_FLAG, IndicatorType.DECIMAL, IndicatorType.MONEY})
_REQUIRED = Text(
    vi="Chưa có số liệu ở chỉ tiêu {label}. Nếu không phát sinh, đề nghị ghi 0.",
    en="No figure for {label}. Please write 0 if there was none.",
)
_WHOLE = Text(
    vi="{label}: số liệu phải là số nguyên không âm (đã ghi: {raw}).",
    en="{label}: the figure must be a whole number that is not negative (written: {raw}).",
)
_TOTAL = Text(
    vi="{label}: tổng số ({total}) nhỏ hơn một số thành phần ({max}).",
    en="{label}: the total ({total}) is smaller than one of its parts ({max}).",
)
_SUM = Text(
    vi="{label}: tổng số ({total}) nhỏ hơn tổng các dòng thành phần ({sum}).",
    en="{label}: the total ({total}) is smaller than the sum of its parts ({sum}).",
)
_FLAG = Text(
    vi="{label}: chỉ ghi 1 (có) hoặc 0 (không); đã ghi: {value}.", en="{label}: write 1 (yes) or 0 (no); written: {value}."
)
_MOST_MONEY = 10**12  # đồng that a unit may have spent on one thing; single đồng written for thousands go beyond it
_SCALE = Text(
    vi="{label}: ghi {value}, lớn khác thường so với đơn vị tính của biểu; đề nghị kiểm tra có phải đã ghi bằng đồng không.",
    en="{label}: {value} is unusually large for the unit of measure of the form; please check whether single units were written.",
)
_ALL_ZERO = Text(vi="Toàn bộ biểu để trống hoặc bằng 0.", en="The whole form is blank or zero.")
_BLANK = Text(vi="Tệp gửi lên là mẫu trống, chưa điền số liệu.", en="The file sent is the blank form; no figures were filled in.")
_SAME = Text(
    vi="Số liệu trùng hoàn toàn với {other_unit}; có thể gửi nhầm tệp hoặc chưa sửa mẫu.",
    en="All figures are the same as those of {other_unit}; perhaps the wrong file was sent, or a copy was not changed.",
)
_COVER = Text(
    vi="Chỉ tiêu {label}: mới có số liệu của {n}/{roster_size} đơn vị (thiếu: {missing}).",
    en="{label}: figures of {n} of {roster_size} units only (missing: {missing}).",
)


def rules_for(indicators: Sequence[Indicator], measures: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules of a form with these indicators; `measures` are the words that say what each column is counted in."""
    return tuple(_rules(indicators, measures))


def _rules(indicators: Sequence[Indicator], measures: Mapping[str, str]) -> Iterator[Rule]:
    required = tuple(each.code for each in indicators if each.required and each.type in _FIGURES)
    if required:
        yield _rule("V-REQ", "required", Severity.WARNING, _REQUIRED, {"codes": required})
    yield _rule("V-INT", "non_negative_integer", Severity.ERROR, _WHOLE, {"types": ("integer", "integer_flag")})
    for each in indicators:
        if each.type is IndicatorType.INTEGER_FLAG and each.columns:
            params = {"code": each.code, "column": each.columns[0], "set": (0, 1)}
            yield _rule(f"V-FLAG-{each.order}", "in_set", Severity.ERROR, _FLAG, params)
    yield from _scale_rules(indicators, measures)
    for total, parts, exact in _totals(indicators):
        yield from _total_rules(total, parts, exact=exact)
    yield _rule("V-ALLZERO", "all_zero_or_blank", Severity.WARNING, _ALL_ZERO, {"min_filled": 1})
    yield _rule("V-TEMPLATE", "equals_blank_template", Severity.ERROR, _BLANK, {})
    yield _rule("V-SAMEAS", "identical_to_other_unit", Severity.WARNING, _SAME, {"min_nonzero_cells": 6})
    yield _rule("C-COVER", "coverage", Severity.WARNING, _COVER, {"code": "*"}, scope="consolidated")


def _scale_rules(indicators: Sequence[Indicator], measures: Mapping[str, str]) -> Iterator[Rule]:
    """Amounts asked for in thousands or millions that are so large that single đồng were written."""
    held: dict[tuple[int, tuple[str, ...]], list[str]] = {}
    for each in indicators:
        own = money_scale(each.unit or each.label)
        for scale in dict.fromkeys(own or money_scale(measures.get(column, "")) for column in each.columns):
            columns = tuple(key for key in each.columns if scale and (own or money_scale(measures.get(key, ""))) == scale)
            if columns:
                held.setdefault((scale, columns), []).append(each.code)
    for place, ((scale, columns), codes) in enumerate(held.items(), 1):
        params = {"codes": tuple(codes), "columns": columns, "max": _MOST_MONEY // scale}
        yield _rule(f"V-SCALE-{place}", "max", Severity.WARNING, _SCALE, params)


def _totals(indicators: Sequence[Indicator]) -> Iterator[tuple[Indicator, tuple[Indicator, ...], bool]]:
    """Every total with its parts: the rows below it in its group, else, for a sum row, all rows of its rank before or after it.

    True beside it when the parts are all there is, so that their sum counts, too.
    """
    for total in indicators:
        if total.role is not IndicatorRole.TOTAL or total.type not in _FIGURES or total.roll_up is RollUp.NONE:
            continue
        children = (each for each in indicators if each.parent == total.code)
        below = tuple(part for each in children for part in _counted(each, indicators, total.type))
        if below:
            yield total, below, False
            continue
        rank = [each for each in indicators if each.parent == total.parent and _adds_up(each, total)]
        place = rank.index(total)
        beside = tuple(each for row in (rank[:place] or rank[place + 1 :]) for each in _counted(row, indicators, total.type))
        if beside and not any(
            each is not total and each.role is IndicatorRole.TOTAL and not _has_parts(each, indicators) for each in rank
        ):
            yield total, beside, True


def _adds_up(row: Indicator, total: Indicator) -> bool:
    """Whether a row may be a part of the total: counted in the same thing, as far as the form says."""
    if row.type is IndicatorType.NONE:
        return True
    same = not row.unit or not total.unit or row.unit == total.unit
    return row.type is total.type and row.roll_up is not RollUp.NONE and same


def _counted(row: Indicator, indicators: Sequence[Indicator], kind: IndicatorType) -> tuple[Indicator, ...]:
    """The row itself, or the rows of a heading that carries no figure."""
    if row.type is kind:
        return (row,) if row.roll_up is not RollUp.NONE else ()
    below = (each for each in indicators if each.parent == row.code) if row.type is IndicatorType.NONE else ()
    return tuple(part for each in below for part in _counted(each, indicators, kind))


def _has_parts(total: Indicator, indicators: Sequence[Indicator]) -> bool:
    return any(each.parent == total.code for each in indicators)


def _total_rules(total: Indicator, parts: tuple[Indicator, ...], *, exact: bool) -> Iterator[Rule]:
    for column in total.columns:
        codes = tuple(each.code for each in parts if column in each.columns)
        if not codes:
            continue
        params = {"total": (total.code, column), "parts": codes, "column": column}
        kind, text = ("total_ge_sum_parts", _SUM) if exact else ("total_ge_max_part", _TOTAL)
        yield _rule(f"V-TOT-{total.order}-{column}", kind, Severity.WARNING, text, params)


def _rule(name: str, kind: str, severity: Severity, text: Text, params: Mapping[str, object], *, scope: str = "unit") -> Rule:
    return Rule(id=name, type=kind, severity=severity, scope=scope, params=params, text=text)
