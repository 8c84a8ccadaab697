"""The published spellings of numbers, read exactly as agreed: status, values, warnings, suggestion."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.campaign import IndicatorType
from parsers.grid import BLANK_CELL, Cell, CellKind
from parsers.numbers import WARNING_CODES, NumberContext, read_note, read_number, warning_severity, warning_text

_DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "number_vectors.json").read_text(encoding="utf-8"))
_PAIRS = set(_DATA["unit_modes"]["two"])
_SEVERITY = {"info": "info", "confirm": "warning", "reject": "error"}


def cell_of(plain: dict[str, Any]) -> Cell:
    value = plain.get("v")
    if plain["t"] == "n":
        number = Decimal(repr(value))
        whole = int(number) if number == int(number) else number
        return Cell(kind=CellKind.NUMBER, value=whole, number_format=plain["fmt"])
    if plain["t"] == "d":
        return Cell(kind=CellKind.DATE, value=date.fromisoformat(plain["v"]), number_format=plain["fmt"])
    if plain["t"] == "f":
        cached = plain.get("cached")
        return Cell(kind=CellKind.BLANK if cached is None else CellKind.TEXT, value=cached, formula=plain["v"])
    return Cell(kind=CellKind.TEXT, value=value) if plain["t"] == "s" else BLANK_CELL


def context_of(plain: dict[str, Any]) -> NumberContext:
    return NumberContext(
        unit=plain["unit"],
        column=plain.get("column", "count"),
        type=IndicatorType(plain.get("type", "money_vnd" if plain["unit"] == "Đồng" else "integer")),
        year=plain.get("year", 2020),
        pair=("count", "people") if plain["unit"] in _PAIRS else None,
    )


@pytest.mark.parametrize("vector", _DATA["vectors"], ids=lambda vector: vector["id"])
def test_published_spelling_reads_as_agreed(vector: dict[str, Any]) -> None:
    found = read_number(cell_of(vector["cell"]), context_of(vector["context"]))
    expected = vector["expect"]
    assert found.status == expected["status"]
    assert dict(found.values) == {key: expected[key] for key in ("count", "people", "money") if expected[key] is not None}
    assert set(found.warnings) == set(expected["warnings"])
    assert found.suggest == expected["suggest"]


@pytest.mark.parametrize("vector", _DATA["note_vectors"], ids=lambda vector: vector["id"])
def test_published_note_reads_as_agreed(vector: dict[str, Any]) -> None:
    found = read_note(vector["note"], context_of({"unit": vector["unit"]}))
    assert (dict(found.values) if found else None) == vector["expect"]
    assert set(found.warnings if found else ()) == set(vector["warnings"])


@pytest.mark.parametrize("code", sorted(_DATA["warning_codes"]))
def test_every_agreed_doubt_has_its_gravity_and_its_words(code: str) -> None:
    assert code in WARNING_CODES
    assert warning_severity(code) == _SEVERITY[_DATA["warning_codes"][code]]
    assert warning_text(code).vi.endswith(".")
    assert warning_text(code).en.endswith(".")


def test_published_contexts_read_the_same_with_the_default_pair() -> None:
    for vector in _DATA["vectors"]:
        plain = vector["context"]
        context = NumberContext(unit=plain["unit"], column=plain["column"], type=IndicatorType(plain["type"]), year=plain["year"])
        assert read_number(cell_of(vector["cell"]), context) == read_number(cell_of(vector["cell"]), context_of(plain)), vector[
            "id"
        ]
