"""Amounts of money: in whichever column they stand, and multiplied only where a heading or a unit says so, then asked about."""

from __future__ import annotations

from decimal import Decimal

import pytest

from parsers.values import ValueStatus
from tests.parsers.form_sheets import FORM, TITLE, Row, form_sheet, one, sheet, value, whole


@pytest.mark.parametrize("place", [(5_000_000,), (None, 5_000_000), ("5.000.000 đồng",)])
def test_money_is_read_from_any_column(place: tuple[int | str | None, ...]) -> None:
    money = value(one(form_sheet({"10.state_budget": place})), "10.state_budget", "money")
    assert (money.value, money.status) == (5_000_000, ValueStatus.OK)


def test_two_amounts_are_rejected() -> None:
    money = value(one(form_sheet({"10.other": (5_000_000, 500_000)})), "10.other", "money")
    assert (money.value, money.status) == (None, ValueStatus.REJECT)
    assert "two_amounts" in money.warnings
    assert money.raw == "5000000 | 500000"


def test_the_same_amount_twice_is_one() -> None:
    assert value(one(form_sheet({"10.other": (5_000_000, "5.000.000")})), "10.other", "money").status is ValueStatus.OK


def test_money_in_the_note_is_asked_about() -> None:
    money = value(one(form_sheet({"10.other": (None, None, "5 triệu đồng")})), "10.other", "money")
    assert (money.value, money.status) == (5_000_000, ValueStatus.CONFIRM)


@pytest.mark.parametrize("unit", ["Nghìn đồng", "1.000 đồng", "1000đ"])
def test_thousands_printed_as_the_unit_are_asked_about(unit: str) -> None:
    lines = whole({})
    place = next(number for number, line in enumerate(lines) if line and line[1:2] == ("Ngân sách nhà nước",))
    lines[place] = (None, "Ngân sách nhà nước", unit, 5_000)
    money = value(one(sheet(lines)), "10.state_budget", "money")
    assert (money.value, money.status) == (5_000_000, ValueStatus.CONFIRM)
    assert "unit_in_header" in money.warnings


def test_thousands_in_the_title_are_asked_about() -> None:
    lines = whole({"10.state_budget": (5_000,), "10.other": ("2 triệu",)}, title=[*TITLE[:4], ("Đơn vị tính: nghìn đồng",)])
    reading = one(sheet(lines))
    assert (value(reading, "10.state_budget", "money").value, value(reading, "10.other", "money").value) == (5_000_000, 2_000_000)
    assert value(reading, "10.state_budget", "money").status is ValueStatus.CONFIRM


def test_an_office_called_million_multiplies_nothing() -> None:
    lines = whole({"10.state_budget": (4_000_000,)}, title=[("Đơn vị: Trường Triệu Phong",), ("Đơn vị tính: đồng",)])
    assert value(one(sheet(lines)), "10.state_budget", "money").status is ValueStatus.OK


def test_state_budget_is_no_thousand() -> None:
    money = value(one(form_sheet({"10.state_budget": (5_000_000,)})), "10.state_budget", "money")
    assert "unit_in_header" not in money.warnings


@pytest.mark.parametrize(
    ("written", "amount"), [(Decimal("12.3"), 12_300_000), ("12,3", 12_300_000), ("7", 7_000_000), ("7,25", 7_250_000)]
)
def test_fractions_of_millions_under_such_a_heading_are_asked_about(written: Decimal | str, amount: int) -> None:
    lines: list[Row] = [*TITLE, ("STT", "Nội dung", "ĐVT", "Số lớp/số cuộc", "Người", "Kinh phí (triệu đồng)", "Ghi chú")]
    lines += [
        (each.row_number, each.label, each.unit, None, None, written if each.code == "10.other" else None, None)
        for each in FORM.indicators
    ]
    money = value(one(sheet(lines)), "10.other", "money")
    assert (money.value, money.status) == (amount, ValueStatus.CONFIRM)
