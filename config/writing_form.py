"""Writes a form as `form.toml`, in the order and with the comments an officer needs to edit it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from config.campaign import Column, Form, Indicator, IndicatorType, Rule, Section

_HEAD = """\
# Biểu mẫu của đợt báo cáo, lập từ mẫu trống của cơ quan. Đề nghị đọc lại và sửa chỗ chưa đúng.
# (The form of the campaign, derived from the office's own blank form. Please read it and correct what is not right.)
#
# Thứ tự các mục [[indicator]] là thứ tự các dòng của biểu. Mỗi chỉ tiêu có:
#   code        mã không đổi, dùng trong lệnh và tệp kết quả
#   row_number  số in ở cột STT (bỏ trống nếu không in)
#   label       tên chỉ tiêu đúng như trong mẫu; aliases: các cách viết khác mà đơn vị hay dùng
#   unit        đơn vị tính in trong mẫu
#   role        group (tiêu đề) | total (dòng tổng) | leaf (dòng chi tiết) | text (chữ)
#   type        integer | integer_flag (0 hoặc 1) | decimal | money_vnd | text | none
#   columns     các cột có số liệu; bỏ trống với tiêu đề, chữ và tiền
#   required    true: để trống thì nhắc đơn vị ghi 0
"""
_AS_ROWS = """\
# Mỗi dòng của biểu là một đơn vị: đơn vị điền dòng mang tên mình; chỉ tiêu duy nhất dưới đây là dòng đó.
# (Each row of the form is a unit, which fills in the row with its name; the one indicator below stands for that row.)
"""
_LEFT_OUT = """\
# Cột có trong mẫu của cơ quan mà không thu: tỷ lệ, so sánh, cột đã in sẵn.
# (Columns of the office's form that are not collected: shares, comparisons, columns that are filled in already.)
"""
_WITHOUT_COLUMNS = frozenset({IndicatorType.MONEY, IndicatorType.TEXT, IndicatorType.NONE})


def form_toml(form: Form) -> str:
    """The text of `form.toml`; loading it gives the form again."""
    return "\n".join(_lines(form)) + "\n"


def _lines(form: Form) -> Iterator[str]:
    yield _HEAD
    yield f"title = {_value(form.title)}"
    if form.subtitle:
        yield f"subtitle = {_value(form.subtitle)}"
    if form.left_out:
        yield f"\n{_LEFT_OUT}left_out = {_value([' '.join(each.split()) for each in form.left_out])}"
    if form.units_as_rows:
        yield f"\n{_AS_ROWS}units_as_rows = true"
    for column in form.columns:
        yield from ("", "[[column]]", *_pairs(_column(column)))
    for indicator in form.indicators:
        yield from ("", "[[indicator]]", *_pairs(_indicator(indicator)))
    for rule in form.rules:
        yield from ("", "[[rule]]", *_rule(rule))
    for section in form.outline:
        yield from ("", "[[section]]", *_pairs(_section(section)))


def _column(column: Column) -> dict[str, object]:
    return {
        "key": column.key,
        "kind": column.kind.value,
        "header": column.header,
        "group_header": column.group_header or None,
        "type": column.type.value if column.type else None,
        "aliases": list(column.aliases) or None,
    }


def _indicator(indicator: Indicator) -> dict[str, object]:
    english = indicator.label_en if indicator.label_en != indicator.label else None
    return {
        "code": indicator.code,
        "parent": indicator.parent,
        "row_number": indicator.row_number or None,
        "label": indicator.label,
        "label_en": english,
        "aliases": list(indicator.aliases) or None,
        "unit": indicator.unit or None,
        "role": indicator.role.value,
        "type": indicator.type.value,
        "columns": None if indicator.type in _WITHOUT_COLUMNS else list(indicator.columns),
        "pair": list(indicator.pair) if indicator.pair else None,
        "roll_up": indicator.roll_up.value,
        "required": indicator.required or None,
        "mixed_units": indicator.mixed_units or None,
        "subunits": {key: list(words) for key, words in indicator.subunits.items()} if indicator.subunits else None,
    }


def _rule(rule: Rule) -> Iterator[str]:
    said = {"id": rule.id, "type": rule.type, "severity": rule.severity.value, "scope": rule.scope}
    yield from _pairs({**said, "vi": rule.text.vi, "en": rule.text.en})
    if rule.params:
        yield from ("[rule.params]", *_pairs(dict(rule.params)))


def _section(section: Section) -> dict[str, object]:
    return {
        "code": section.code,
        "heading": section.heading,
        "heading_en": section.heading_en or None,
        "required": section.required or None,
        "aliases": list(section.aliases) or None,
    }


def _pairs(values: Mapping[str, object]) -> Iterator[str]:
    for key, value in values.items():
        if value is not None:
            yield f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").replace("-", "").isalnum() else _value(key)


def _value(value: object) -> str:
    """A value as TOML; JSON's strings, numbers and booleans are TOML's."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
