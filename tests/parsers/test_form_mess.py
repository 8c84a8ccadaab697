"""Messy forms with known truth: a wrong figure is never given without a question, a missing one is never invented."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence

import openpyxl
import pytest

from parsers.form import read_forms
from parsers.grid import Sheet
from parsers.spreadsheets import read_sheets
from parsers.values import FormReading, ValueStatus
from tests.parsers.form_mess import Mess, Writer
from tests.parsers.form_sheets import FORM

SEEDS = 160


def tally(mess: Mess, readings: Sequence[FormReading]) -> Counter[str]:
    """How many figures were right, asked about, missed, and wrong without a word."""
    result: Counter[str] = Counter()
    for reading in readings:
        for value in reading.values:
            key = (value.indicator, value.column)
            if value.column == "note" or value.status is ValueStatus.EMPTY:
                continue
            if value.status is not ValueStatus.OK:
                result["asked"] += 1
            elif value.value == mess.truth.get(key):
                result["right"] += 1
            else:
                result["silently wrong"] += 1
    given = {
        (value.indicator, value.column)
        for reading in readings
        for value in reading.values
        if value.status is not ValueStatus.EMPTY
    }
    result["missed"] += sum(truth is not None and key not in given for key, truth in mess.truth.items())
    return result


def as_workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets written by openpyxl."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for each in sheets:
        page = book.create_sheet(each.name)
        for (row, column), cell in each.cells.items():
            page.cell(row, column, cell.value)
        for merge in each.merges:
            page.merge_cells(start_row=merge.top, start_column=merge.left, end_row=merge.bottom, end_column=merge.right)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("block", range(4))
def test_no_figure_is_silently_wrong(block: int) -> None:
    total: Counter[str] = Counter()
    for seed in range(block * SEEDS // 4, (block + 1) * SEEDS // 4):
        mess = Writer(FORM, seed).write()
        result = tally(mess, read_forms(mess.sheets, FORM, year=2020))
        assert not result["silently wrong"], f"seed {seed}: {mess.notes}"
        total += result
    assert total["right"] > 0.9 * (total["right"] + total["asked"] + total["missed"])
    assert total["missed"] < 0.01 * total["right"]


def test_tidy_forms_are_read_without_questions() -> None:
    total: Counter[str] = Counter()
    for seed in range(1_000, 1_020):
        mess = Writer(FORM, seed, tidy=True).write()
        total += tally(mess, read_forms(mess.sheets, FORM, year=2020))
    assert total["right"] > 700
    assert not total["silently wrong"] + total["missed"] + total["asked"]


def test_a_workbook_gives_what_its_sheets_give() -> None:
    for seed in range(2_000, 2_008):
        mess = Writer(FORM, seed).write()
        from_file = read_forms(read_sheets(as_workbook(mess.sheets), "").sheets, FORM, year=2020)
        assert from_file == read_forms(mess.sheets, FORM, year=2020)
