"""Workbooks as offices make them, each beside what is read from it (`.expected.json`).

`python -m tests.parsers.golden_forms` rewrites what is expected after a person has looked at the difference;
with `--files` it also makes the workbooks anew (openpyxl, xlwt and LibreOffice are needed).
"""

from __future__ import annotations

import json
from pathlib import Path

from parsers.codec import to_plain
from parsers.form import read_forms
from parsers.spreadsheets import read_sheets
from tests.parsers.form_sheets import FORM

FOLDER = Path(__file__).parent
SUFFIXES = (".xlsx", ".xls", ".ods", ".csv", ".tsv", ".xml")


def golden_files() -> list[Path]:
    """The workbooks of this folder."""
    return sorted(path for path in FOLDER.iterdir() if path.suffix in SUFFIXES)


def expected_path(path: Path) -> Path:
    """Where the expected reading of a workbook stands."""
    return path.with_name(path.name + ".expected.json")


def as_read(path: Path) -> str:
    """What is read from a workbook, one line for each value."""
    workbook = read_sheets(path.read_bytes(), "text/csv" if path.suffix in (".csv", ".tsv") else "")
    readings = []
    for reading in read_forms(workbook.sheets, FORM, year=2020):
        plain = to_plain(reading)
        plain["values"] = [" ".join(_said(value)) for value in plain["values"] if value["status"] != "empty"]
        plain["findings"] = [finding["code"] for finding in plain["findings"]]
        plain["heading"] = plain["heading"].split("\n")
        readings.append(plain)
    content = {"uncalculated": workbook.uncalculated, "forms": readings}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _said(value: dict[str, object]) -> list[str]:
    warnings = value.get("warnings", ())
    assert isinstance(warnings, list | tuple)
    said = [str(value[key]) for key in ("indicator", "column", "cell", "status")]
    return [*said, repr(value["value"]), f"«{value['raw']}»", *map(str, warnings)]
