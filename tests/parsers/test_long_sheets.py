"""Long sheets that are no form are soon done with."""

from __future__ import annotations

import io
import time

import openpyxl

from config.loading import reference_campaign
from parsers.read import expected_of, read_file

EXPECTED = expected_of((reference_campaign(),))


def test_a_list_of_thousands_of_rows_takes_time_by_its_length_and_no_more() -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(5_000):
        sheet.append([f"Dòng {number}", number, "chữ", number * 2, "xã", "bản"])
    target = io.BytesIO()
    book.save(target)
    began = time.process_time()
    reading = read_file("danh sach.xlsx", target.getvalue(), EXPECTED)
    assert [each.why.vi for each in reading.documents] == ["không có biểu số liệu, nội dung báo cáo hay ảnh hoạt động"]
    assert time.process_time() - began < 4
