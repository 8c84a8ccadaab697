"""Reads `form.toml`: columns, indicators, rules and outline of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import Field

from config.campaign import (
    Column,
    ColumnKind,
    Form,
    Indicator,
    IndicatorRole,
    IndicatorType,
    RollUp,
    Rule,
    Section,
    Severity,
)
from config.loading_problems import Complaints, Model, did_you_mean, validated
from config.loading_toml import KeyPath, TomlFile, table, tables, text_at, texts_at
from config.text import Text

_NEW_KEYS: dict[str, tuple[str, ...]] = {IndicatorType.MONEY: ("money",), IndicatorType.TEXT: ("text",), IndicatorType.NONE: ()}
_ROLL_UPS = {
    IndicatorType.INTEGER: RollUp.SUM,
    IndicatorType.DECIMAL: RollUp.SUM,
    IndicatorType.MONEY: RollUp.SUM,
    IndicatorType.INTEGER_FLAG: RollUp.SUM_OF_FLAGS,
    IndicatorType.TEXT: RollUp.CONCAT_BY_UNIT,
    IndicatorType.NONE: RollUp.NONE,
}


class _Column(Model):
    key: Annotated[str, Field(min_length=1)]
    kind: Annotated[ColumnKind, Field(strict=False)]
    header: str = ""
    group_header: str = ""
    aliases: list[str] = Field(default_factory=list)
    type: Literal["integer", "integer_flag", "decimal"] | None = None


class _Indicator(Model):
    code: Annotated[str, Field(min_length=1)]
    parent: str | None = None
    row_number: str = ""
    label: Annotated[str, Field(min_length=1)]
    label_en: str = ""
    aliases: list[str] = Field(default_factory=list)
    unit: str = ""
    role: Annotated[IndicatorRole, Field(strict=False)]
    type: Annotated[IndicatorType, Field(strict=False)]
    columns: list[str] = Field(default_factory=list)
    pair: list[str] | None = None
    roll_up: Annotated[RollUp | None, Field(strict=False)] = None
    required: bool = False
    mixed_units: bool = False
    subunits: dict[str, list[str]] | None = None


class _Rule(Model):
    id: Annotated[str, Field(min_length=1)]
    type: Annotated[str, Field(min_length=1)]
    severity: Annotated[Severity, Field(strict=False)]
    scope: Literal["unit", "consolidated"] = "unit"
    vi: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]
    params: dict[str, object] = Field(default_factory=dict)


class _Section(Model):
    code: Annotated[str, Field(min_length=1)]
    heading: Annotated[str, Field(min_length=1)]
    heading_en: str = ""
    required: bool = False
    aliases: list[str] = Field(default_factory=list)


class FormModel(Model):
    """The whole of `form.toml`, as written."""

    title: str
    subtitle: str = ""
    units_as_rows: bool = False
    left_out: list[str] = Field(default_factory=list)
    column: Annotated[list[_Column], Field(min_length=1)]
    indicator: Annotated[list[_Indicator], Field(min_length=1)]
    rule: list[_Rule] = Field(default_factory=list)
    section: list[_Section] = Field(default_factory=list)


def form_from(file: TomlFile, complaints: Complaints) -> Form | None:
    """The form of a file, or None after complaints."""

    def complain(path: KeyPath, text: Text) -> None:
        complaints.add(file.name, file.where(path, complaints.language), text)

    model = validated(FormModel, file.values, complain)
    mistakes = [*_twice(file.values), *_columns(file.values), *_parents(file.values), *_rules(file.values)]
    for path, text in mistakes:
        complain(path, text)
    return None if mistakes or model is None else _built(model)


Values = Mapping[str, object]
Mistakes = Iterator[tuple[KeyPath, Text]]  # found in the raw values, so that one wrong key does not hide the others


def _twice(values: Values) -> Mistakes:
    for name, key in (("column", "key"), ("indicator", "code"), ("rule", "id"), ("section", "code")):
        written = [text_at(each, key) for each in tables(values, name)]
        for index, value in enumerate(written):
            if value and value in written[:index]:
                first = written.index(value) + 1
                yield (
                    (name, index, key),
                    Text(
                        vi=f"{key} = {value!r} đã dùng ở [[{name}]] thứ {first}; mỗi mục một mã riêng",
                        en=f"{key} = {value!r} is already used by [[{name}]] {first}; give each its own",
                    ),
                )


def _columns(values: Values) -> Mistakes:
    columns = tables(values, "column")
    known = [text_at(each, "key") for each in columns if each.get("kind") == ColumnKind.QUANTITY]
    if columns and not known:
        yield (("column",), Text(vi='biểu không có cột số liệu (kind = "quantity")', en='no column has kind = "quantity"'))
    for kind in (ColumnKind.ROW_NUMBER, ColumnKind.LABEL, ColumnKind.UNIT, ColumnKind.NOTE):
        places = [index for index, each in enumerate(columns) if each.get("kind") == kind]
        for index in places[1:]:
            twice = Text(vi=f"chỉ có một cột {kind.value}", en=f"only one column may be {kind.value}")
            yield (("column", index, "kind"), twice)
    for index, indicator in enumerate(tables(values, "indicator")):
        yield from _columns_of(("indicator", index), indicator, known)


def _columns_of(path: KeyPath, indicator: Values, known: list[str]) -> Mistakes:
    code, kind, columns = text_at(indicator, "code"), text_at(indicator, "type"), texts_at(indicator, "columns")
    for key in columns:
        if key not in known:
            hint = did_you_mean(key, known)
            listed = ", ".join(known)
            yield (
                (*path, "columns"),
                Text(
                    vi=f"không có cột số liệu {key!r}{hint.vi or f'; các cột: {listed}'}",
                    en=f"there is no quantity column {key!r}{hint.en or f'; the columns are {listed}'}",
                ),
            )
    without = kind in _NEW_KEYS
    if without and columns:
        yield (
            (*path, "columns"),
            Text(
                vi=f"chỉ tiêu kiểu {kind} không ghi columns; xóa dòng này",
                en=f"an indicator of type {kind} has no columns; remove this line",
            ),
        )
    if kind in set(IndicatorType) and not without and "columns" not in indicator:
        example = (known or ["count"])[0]
        yield (
            path,
            Text(
                vi=f'chỉ tiêu {code} thiếu columns; đề nghị ghi: columns = ["{example}"]',
                en=f'indicator {code} has no columns; write: columns = ["{example}"]',
            ),
        )
    pair = texts_at(indicator, "pair")
    if "pair" in indicator and (len(set(pair)) != _TWO or not set(pair) <= set(columns)):
        yield (
            (*path, "pair"),
            Text(vi="pair phải gồm hai cột có trong columns", en="pair must be two of the indicator's columns"),
        )


_TWO = 2


def _parents(values: Values) -> Mistakes:
    indicators = tables(values, "indicator")
    codes = [text_at(each, "code") for each in indicators]
    for index, indicator in enumerate(indicators):
        parent = text_at(indicator, "parent")
        if parent and parent not in codes[:index]:
            hint = did_you_mean(parent, codes)
            yield (
                ("indicator", index, "parent"),
                Text(
                    vi=f"không có chỉ tiêu {parent!r} đứng trước {codes[index]}{hint.vi}",
                    en=f"no indicator {parent!r} stands before {codes[index]}{hint.en}",
                ),
            )


_CODE_PARAMS = ("code", "codes", "parts", "total", "totals", "if", "if_any", "then_any", "a", "b")
_ANY = "*"


def _rules(values: Values) -> Mistakes:
    codes = [text_at(each, "code") for each in tables(values, "indicator")]
    keys = {text_at(each, "key") for each in tables(values, "column")} | {"money", "text"}
    for index, rule in enumerate(tables(values, "rule")):
        params = table(rule, "params")
        for name in _CODE_PARAMS:
            for word in _words(params.get(name)):
                if word in codes or word in keys or word == _ANY or _is_dotted(word, codes, keys):
                    continue
                hint = did_you_mean(word, codes)
                yield (
                    ("rule", index, "params", name),
                    Text(
                        vi=f"quy tắc {text_at(rule, 'id')} nêu chỉ tiêu {word!r} không có trong biểu{hint.vi}",
                        en=f"rule {text_at(rule, 'id')} names the indicator {word!r}, which the form does not have{hint.en}",
                    ),
                )


def _words(value: object) -> Iterator[str]:
    """Every text in a parameter, however deep: codes stand alone, in lists, in pairs with a column, or as keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from _words(each)


def _is_dotted(word: str, codes: list[str], keys: set[str]) -> bool:
    """A code and a column in one word, such as `1.count`."""
    code, _, key = word.rpartition(".")
    return code in codes and key in keys


def _built(model: FormModel) -> Form:
    return Form(
        title=model.title,
        subtitle=model.subtitle,
        columns=tuple(
            Column(
                key=each.key,
                header=each.header,
                kind=each.kind,
                aliases=tuple(each.aliases),
                group_header=each.group_header,
                type=None if each.type is None else IndicatorType(each.type),
            )
            for each in model.column
        ),
        indicators=tuple(_indicator(order, each) for order, each in enumerate(model.indicator, start=1)),
        rules=tuple(_rule(each) for each in model.rule),
        outline=tuple(
            Section(
                code=each.code,
                heading=each.heading,
                heading_en=each.heading_en,
                required=each.required,
                aliases=tuple(each.aliases),
            )
            for each in model.section
        ),
        units_as_rows=model.units_as_rows,
        left_out=tuple(model.left_out),
    )


def _indicator(order: int, model: _Indicator) -> Indicator:
    return Indicator(
        code=model.code,
        order=order,
        label=model.label,
        label_en=model.label_en or model.label,
        row_number=model.row_number,
        unit=model.unit,
        type=model.type,
        role=model.role,
        parent=model.parent,
        columns=_NEW_KEYS.get(model.type, tuple(model.columns)),
        pair=None if model.pair is None else (model.pair[0], model.pair[1]),
        roll_up=model.roll_up or _ROLL_UPS[model.type],
        required=model.required,
        aliases=tuple(model.aliases),
        subunits=None if model.subunits is None else {key: tuple(words) for key, words in model.subunits.items()},
        mixed_units=model.mixed_units,
    )


def _rule(model: _Rule) -> Rule:
    params = {key: _frozen(value) for key, value in model.params.items()}
    return Rule(
        id=model.id,
        type=model.type,
        severity=model.severity,
        scope=model.scope,
        params=params,
        text=Text(vi=model.vi, en=model.en),
    )


def _frozen(value: object) -> object:
    """Lists become tuples, dates become ISO text, so that a rule's parameters are plain values everywhere."""
    if isinstance(value, list):
        return tuple(_frozen(each) for each in value)
    if isinstance(value, Mapping):
        return {str(key): _frozen(each) for key, each in value.items()}
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value
