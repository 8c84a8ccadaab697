"""Forms printed without ruling lines: a figure is right, asked about or not read at all; what is no form becomes none."""

from __future__ import annotations

from collections import Counter
from io import BytesIO

import docx
import pytest

from config.loading import reference_campaign
from parsers.aligned_table import aligned_table
from parsers.read import expected_of, read_file
from parsers.values import Document, DocumentFate, DocumentRole, FormReading, ValueStatus
from parsers.writing_pdf_pieces import pieces_on
from tests.parsers.form_sheets import FORM, value
from tests.parsers.narrative_samples import sample_report
from tests.parsers.test_lost_table import TRUTH
from tests.parsers.unruled_papers import Paper, paper
from tests.parsers.writing_samples import LETTERHEAD, SECTIONS, SIGNATURE, converted, form_table, layout_table, saved
from tests.requirements import LIBREOFFICE, need

EXPECTED = expected_of((reference_campaign(),))
SEEDS = 24
RIGHT, ASKED, REFUSED = "right", "asked", "refused"
NEVER = ("silently wrong", "invented", "lost without a word", "filed as something else")
_ROW_TOLD = {"F-ROW-DISPUTED", "F-ROW-UNKNOWN", "F-COLUMN-UNKNOWN", "F-SHIFTED"}


def read(data: bytes, name: str = "bieu.pdf") -> Document:
    (document,) = read_file(name, data, EXPECTED).documents
    return document


def tally(document: Document, printed: Paper) -> Counter[str]:
    """What became of every figure of a paper."""
    if not document.forms:
        told = document.fate is not DocumentFate.USED or any(each.code == "D-LOST-TABLE" for each in document.findings)
        return Counter({REFUSED if told else "filed as something else": 1})
    result: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    asked: set[str] = set()
    (form,) = document.forms
    for each in form.values:
        key = (each.indicator, each.column)
        if each.column in ("note", "text") or each.status is ValueStatus.EMPTY:
            continue
        seen.add(key)
        if each.status is not ValueStatus.OK:
            result[ASKED] += 1
            asked.add(each.indicator)
        elif printed.truth.get(key) is None:
            result["invented"] += 1
        else:
            result[RIGHT if each.value == printed.truth[key] else "silently wrong"] += 1
    told = any(each.code in _ROW_TOLD for each in form.findings)
    for (indicator, column), truth in printed.truth.items():
        if truth is not None and (indicator, column) not in seen and indicator not in asked:
            result["told of its row" if told else "lost without a word"] += 1
    return result


@pytest.mark.parametrize("block", range(3))
def test_no_figure_of_a_form_printed_without_lines_is_silently_wrong(block: int) -> None:
    need(LIBREOFFICE)
    total: Counter[str] = Counter()
    for seed in range(9_000 + block * SEEDS // 3, 9_000 + (block + 1) * SEEDS // 3):
        printed = paper(FORM, seed)
        result = tally(read(printed.data), printed)
        assert not any(result[each] for each in NEVER), f"seed {seed}: {result}, {printed.notes}"
        total += result
    assert total[REFUSED] <= SEEDS // 8
    assert total[RIGHT] > 2 * total[ASKED]


@pytest.mark.parametrize("program", ["calc", "writer", "web"])
@pytest.mark.parametrize("lines", ["none", "level", "stripes"])
def test_a_tidy_form_is_read_without_a_question(program: str, lines: str) -> None:
    need(LIBREOFFICE)
    tidy = {"misspelt": 0.0, "tcvn3": False, "low": False, "upright": "center", "level": "right", "figure": 12, "size": 10}
    printed = paper(FORM, 77, program=program, lines=lines, label=45, marks=False, beside="", note=30, **tidy)
    result = tally(read(printed.data), printed)
    assert set(result) == {RIGHT}
    assert result[RIGHT] > 30


def test_the_blank_form_is_no_report_and_no_lost_one() -> None:
    need(LIBREOFFICE)
    printed = paper(FORM, 5, blank=True, program="calc", lines="none", misspelt=0.0, tcvn3=False, low=False)
    assert read(printed.data).role is DocumentRole.BLANK_FORM


def report(*, copies: int = 1) -> bytes:
    """A whole report by Word with the filled form at its end, its table without lines."""
    document = docx.Document()
    layout_table(document, LETTERHEAD)
    for heading, text in SECTIONS:
        document.add_paragraph().add_run(heading).bold = True
        for line in text.split("\n"):
            document.add_paragraph(line)
    for _ in range(copies):
        document.add_paragraph("MẪU TỔNG HỢP SỐ LIỆU")
        given = [{key: str(number) for key, number in TRUTH.get(each.code, {}).items()} for each in FORM.indicators]
        rows = [
            (each.row_number, each.label, each.unit, own.get("count", own.get("money", "")), own.get("people", ""), "")
            for each, own in zip(FORM.indicators, given, strict=True)
        ]
        form_table(document, tuple(rows))
        document.tables[-1].style = "Normal Table"
    layout_table(document, SIGNATURE)
    return converted(saved(document), "pdf")


def figures(form: FormReading) -> dict[tuple[str, str], int | str | None]:
    return {(each.indicator, each.column): each.value for each in form.values if each.status is ValueStatus.OK}


def test_a_report_keeps_its_text_beside_the_form() -> None:
    need(LIBREOFFICE)
    document = read(report(), "bao cao.pdf")
    (form,) = document.forms
    wanted = {(code, key): number for code, own in TRUTH.items() for key, number in own.items()}
    assert figures(form) == wanted
    assert document.narrative is not None
    assert [each.code for each in document.narrative.sections] == ["I.1", "I.2", "I.3", "I.4", "II.1", "II.2", "II.3"]
    assert "Xóa mù chữ" not in document.narrative.unplaced
    assert value(form, "1.literacy", "people").cell.startswith("T1R")


def test_two_copies_of_a_form_that_no_line_parts_are_not_read_as_one() -> None:
    need(LIBREOFFICE)
    assert not read(report(copies=2), "bao cao.pdf").forms


def test_rows_printed_on_each_other_are_not_read() -> None:
    need(LIBREOFFICE)
    low = {"low": True, "label": 28, "misspelt": 0.0, "tcvn3": False, "landscape": False}
    printed = paper(FORM, 6, program="calc", lines="none", **low)
    assert tally(read(printed.data), printed) == {REFUSED: 1}


@pytest.mark.parametrize("seed", range(6))
def test_a_report_in_words_is_no_form(seed: int) -> None:
    need(LIBREOFFICE)
    document = docx.Document()
    layout_table(document, LETTERHEAD)
    for each in sample_report(seed).paragraphs:
        document.add_paragraph(each.text)
    for number in range(1, 30):
        document.add_paragraph(f"{number}\tTrường số {number}\tlớp/người\t{number * 3}\t{number * 41}")
    stream = BytesIO()
    document.save(stream)
    data = converted(stream.getvalue(), "pdf")
    assert aligned_table(pieces_on(data, range(3)), FORM) is None
    assert not read(data, "bao cao.pdf").forms
