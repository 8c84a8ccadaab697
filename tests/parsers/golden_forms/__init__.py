"""Workbooks, documents and mails as offices make them, each beside what is read from it (`.expected.json`).

`python -m tests.parsers.golden_forms --regenerate` rewrites what is expected after a person has looked at the difference;
with `--files` it also makes the files anew (openpyxl, xlwt, python-docx and LibreOffice are needed).
"""

from __future__ import annotations

import json
from pathlib import Path

from config.loading import reference_campaign
from parsers.codec import to_plain
from parsers.form import read_forms
from parsers.read import expected_of, read_file
from parsers.spreadsheets import read_sheets
from parsers.values import FormReading
from tests.parsers.form_sheets import FORM

EXPECTED = expected_of((reference_campaign(),))
FOLDER = Path(__file__).parent
SUFFIXES = (".xlsx", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".xml")
DOCUMENTS = (".docx", ".odt", ".pdf", ".html", ".txt", ".eml")
"""What is read as a whole file: the form in it, its role and the findings about it."""


def golden_files() -> list[Path]:
    """The files of this folder."""
    return sorted(path for path in FOLDER.iterdir() if path.suffix in (*SUFFIXES, *DOCUMENTS))


def expected_path(path: Path) -> Path:
    """Where the expected reading of a workbook stands."""
    return path.with_name(path.name + ".expected.json")


def as_read(path: Path) -> str:
    """What is read from a file, one line for each value."""
    if path.suffix in DOCUMENTS:
        return _document_as_read(path)
    workbook = read_sheets(path.read_bytes(), "text/csv" if path.suffix in (".csv", ".tsv") else "")
    readings = [_plain(each) for each in read_forms(workbook.sheets, FORM, year=2020)]
    return _written({"uncalculated": workbook.uncalculated, "forms": readings})


def _document_as_read(path: Path) -> str:
    found = [
        {
            "path": each.path,
            "type": each.type,
            "role": each.role.value,
            "fate": each.fate.value,
            "sections": [section.code for section in each.narrative.sections] if each.narrative else [],
            "findings": [finding.code for finding in each.findings],
            "forms": [_plain(form) for form in each.forms],
        }
        for each in read_file(path.name, path.read_bytes(), EXPECTED).documents
    ]
    return _written({"documents": found})


def _written(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _plain(reading: FormReading) -> dict[str, object]:
    plain = to_plain(reading)
    plain["values"] = [" ".join(_said(value)) for value in plain["values"] if value["status"] != "empty"]
    plain["findings"] = [finding["code"] for finding in plain["findings"]]
    plain["heading"] = plain["heading"].split("\n")
    return dict(plain)


def _said(value: dict[str, object]) -> list[str]:
    warnings = value.get("warnings", ())
    assert isinstance(warnings, list | tuple)
    said = [str(value.get(key, "")) for key in ("indicator", "column", "cell", "status")]
    return [*said, repr(value.get("value")), f"«{value.get('raw', '')}»", *map(str, warnings)]
