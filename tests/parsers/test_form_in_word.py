"""The form in Word files that draw it in an unusual way: every figure is read, or something is said of it."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.table import _Cell
from lxml import etree

from config.loading import reference_campaign
from parsers.legacy_tables import TCVN3
from parsers.lost_table import TURNED
from parsers.read import Outside, expected_of, read_file
from parsers.values import Document, DocumentFate, DocumentRole, FormReading, Value, ValueStatus
from parsers.writing_blocks import RawCell, plain
from parsers.writing_pdf_tables import PageTable, joined
from service.convert import OutsidePrograms
from tests.parsers.form_sheets import FORM, HEADER, Row, codes, rows, value
from tests.parsers.writing_samples import saved
from tests.requirements import LIBREOFFICE, need
from tests.scoreboard.formats import converted
from tests.servers_libreoffice import LibreOffice

EXPECTED = expected_of((reference_campaign(),))
TRUTH = {
    (each.code, key): {"count": each.order + 2, "people": each.order + 101, "money": 5_000_000 + 1_000 * each.order}[key]
    for each in FORM.indicators
    for key in each.columns
    if key != "text"
}
GIVEN: dict[str, Row] = {
    each.code: (TRUTH.get((each.code, "count"), TRUTH.get((each.code, "money"))), TRUTH.get((each.code, "people")))
    for each in FORM.indicators
}


def written(cell: _Cell, text: str) -> None:
    cell.text = text


def form(write: Callable[[_Cell, str], None] = written, *, lines: list[Row] | None = None) -> bytes:
    """The form as a table by python-docx; `write` puts a figure into its cell."""
    document = docx.Document()
    document.add_paragraph("UBND XÃ QUÀI CANG")
    lines = lines or [*HEADER, *rows(GIVEN)]
    table = document.add_table(rows=len(lines), cols=6)
    table.style = "Table Grid"
    for number, (line, row) in enumerate(zip(lines, table.rows, strict=True)):
        cells = row.cells
        for place, given in enumerate(line):
            if given is not None and number >= len(HEADER) and place > 2:
                write(cells[place], str(given))
            elif given is not None:
                cells[place].text = str(given)
    return saved(document)


def read(data: bytes, suffix: str = "docx") -> Document:
    """The document, saved by LibreOffice in another format where one is asked for."""
    office = LibreOffice(program=need(LIBREOFFICE)) if suffix != "docx" else None
    data = data if office is None else converted(data, "docx", suffix, office)
    outside = Outside(convert=OutsidePrograms(seconds=60).convert) if office else Outside()
    documents = read_file(f"bieu.{suffix}", data, EXPECTED, outside=outside).documents
    return documents[0]


def read_sheet(lines: list[Row]) -> Document:
    """The same lines in a workbook."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        book.worksheets[0].append(list(line))
    book.save(stream)
    return read_file("bieu.xlsx", stream.getvalue(), EXPECTED).documents[0]


def one(document: Document) -> FormReading:
    (reading,) = document.forms
    return reading


def wrong(reading: FormReading) -> list[Value]:
    """Values that pass without a question and are not what was written."""
    figures = {(each.indicator, each.column): each for each in reading.values if each.column not in ("note", "text")}
    return [
        each
        for key, each in figures.items()
        if each.status in (ValueStatus.OK, ValueStatus.EMPTY) and each.value != TRUTH.get(key)
    ]


def in_a_table(cell: _Cell, text: str) -> None:
    cell.add_table(1, 1).cell(0, 0).text = text


def beside_its_unit(cell: _Cell, text: str) -> None:
    inner = cell.add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = text, ""


def with_other_figures(cell: _Cell, text: str) -> None:
    inner = cell.add_table(3, 2)
    for number, each in enumerate((text, "1", "2", "3", "4", "5")):
        inner.cell(number // 2, number % 2).text = each


@pytest.mark.parametrize("suffix", ["docx", "odt"])
@pytest.mark.parametrize("write", [in_a_table, beside_its_unit])
def test_a_figure_in_a_small_table_inside_its_cell_is_read(write: Callable[[_Cell, str], None], suffix: str) -> None:
    reading = one(read(form(write), suffix))
    assert not wrong(reading)
    assert {(each.indicator, each.column): each.value for each in reading.values if each.value is not None} == TRUTH


def in_rows(style: str, *, only: frozenset[str] | None = None, turned: bool = False) -> list[Row]:
    """The form with one column of figures, and for indicators of two quantities a row for each; turned: persons first."""
    lines: list[Row] = [("STT", "Nội dung", "Đơn vị", "Số lượng", None, "Ghi chú")]
    for each in FORM.indicators:
        given = [(key, TRUTH[each.code, key]) for key in each.columns if (each.code, key) in TRUTH]
        head = (each.row_number or None, each.label)
        if len(given) < 2 or (only is not None and each.code not in only):
            lines.append((*head, each.unit or None, given[0][1] if len(given) == 1 else None))
            continue
        names = [(WORDS[key], UNITS[key], figure) for key, figure in (reversed(given) if turned else given)]
        if style == "below":
            lines += [head, *((None, f"- {name}", unit, figure) for name, unit, figure in names)]
        elif style == "first on its own row":
            lines += [(*head, *names[0][1:]), *((None, name, unit, figure) for name, unit, figure in names[1:])]
        else:
            lines += [(*(head if not number else (None, None)), *each[1:]) for number, each in enumerate(names)]
    return lines


WORDS, UNITS = {"count": "Số lớp", "people": "Số người"}, {"count": "lớp", "people": "người"}


@pytest.mark.parametrize("suffix", ["docx", "odt", "xlsx"])
@pytest.mark.parametrize("style", ["below", "first on its own row", "by the unit alone"])
def test_a_row_for_each_quantity_below_its_indicator_is_read(style: str, suffix: str) -> None:
    reading = one(read_sheet(in_rows(style)) if suffix == "xlsx" else read(form(lines=in_rows(style)), suffix))
    assert {(each.indicator, each.column): each.value for each in reading.values if each.value is not None} == TRUTH
    assert not [each for each in reading.findings if each.code.startswith("F-ROW")]


@pytest.mark.parametrize("order", ["classes first", "persons first"])
@pytest.mark.parametrize("style", ["first on its own row", "by the unit alone"])
def test_the_unit_of_the_indicators_own_row_says_for_certain_which_quantity_it_holds(style: str, order: str) -> None:
    reading = one(read_sheet(in_rows(style, turned=order == "persons first")))
    assert {(each.indicator, each.column): each.value for each in reading.values if each.value is not None} == TRUTH
    assert not [each for each in reading.values if each.status is ValueStatus.CONFIRM]
    assert {each.code for each in FORM.indicators if each.columns} <= {each.indicator for each in reading.values}


def test_a_lone_row_for_a_quantity_is_asked_about_and_a_total_is_not_the_last_indicators() -> None:
    lines = in_rows("below", only=frozenset({"5.history_contest"}))
    place = next(number for number, each in enumerate(lines) if each[1] == "Số tin bài về các hoạt động của Tuần lễ")
    lines.insert(place, (None, "Tổng số người", "người", 999))
    reading = one(read(form(lines=lines)))
    for key, figure in (("count", TRUTH["5.history_contest", "count"]), ("people", TRUTH["5.history_contest", "people"])):
        found = value(reading, "5.history_contest", key)
        assert (found.value, found.status, found.warnings) == (figure, ValueStatus.CONFIRM, ("row_uncertain",))
    assert 999 not in {each.value for each in reading.values}


def test_two_rows_for_one_quantity_are_not_chosen_between() -> None:
    lines = in_rows("below")
    place = next(number for number, each in enumerate(lines) if each[1] == "- Số người")
    lines.insert(place, (None, "- Số lớp", "lớp", 77))
    reading = one(read(form(lines=lines)))
    assert value(reading, "1.it_training", "count").value is None
    assert [each.where for each in reading.findings] == ["1.it_training", "1.it_training"]
    assert codes(reading) == {"F-ROW-PARTS"}


@pytest.mark.parametrize("suffix", ["doc", "rtf"])
def test_where_an_office_program_lost_the_tables_inside_cells_it_is_said(suffix: str) -> None:
    """LibreOffice writes them into .doc as lines and into .rtf as columns that have no heading."""
    document = read(form(in_a_table), suffix)
    codes = {finding.code for reading in document.forms for finding in reading.findings}
    assert document.fate is DocumentFate.UNREADABLE or "F-COLUMN-UNKNOWN" in codes


@pytest.mark.parametrize("suffix", ["docx", "odt"])
def test_a_table_of_figures_inside_a_cell_is_asked_about(suffix: str) -> None:
    reading = one(read(form(with_other_figures), suffix))
    assert value(reading, "1").status is ValueStatus.REJECT
    assert (value(reading, "1").raw, value(reading, "1").warnings) == ("3 | 1 | 2 | 3 | 4 | 5", ("table_in_cell",))
    assert not [each for each in wrong(reading) if (each.indicator, each.column) in TRUTH]


def test_a_form_inside_a_frame_is_still_read_as_a_form() -> None:
    document = docx.Document()
    frame = document.add_table(1, 1).cell(0, 0)
    frame.text = "UBND XÃ QUÀI CANG"
    inner = docx.Document(io.BytesIO(form())).tables[0]._tbl
    frame._tc.append(inner)
    frame.add_paragraph()
    assert not wrong(one(read(saved(document))))


DRAWING = """<w:r %s xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><w:drawing>
<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1"
 allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH>
<wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="6000000" cy="7000000"/>
<wp:wrapTopAndBottom/><wp:docPr id="1" name="Box"/><a:graphic>
<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr>
<a:xfrm><a:off x="0" y="0"/><a:ext cx="6000000" cy="7000000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>
<wps:txbx><w:txbxContent>%s<w:p/></w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor>
</w:drawing></w:r>"""


@pytest.mark.parametrize("suffix", ["docx", "odt", "doc", "rtf"])
def test_a_form_in_a_text_box_is_read(suffix: str) -> None:
    document = docx.Document(io.BytesIO(form()))
    table = document.tables[0]._tbl
    document.element.body.remove(table)
    document.paragraphs[0]._p.append(parse_xml(DRAWING % (nsdecls("w"), etree.tostring(table).decode())))
    reading = one(read(saved(document), suffix))
    assert (reading.matched, wrong(reading)) == (35, [])


def test_a_form_in_a_text_box_of_old_rich_text_is_read() -> None:
    """As Word 6 wrote text boxes."""
    need(LIBREOFFICE)
    edges = "".join(f"\\cellx{1_500 * number}" for number in range(1, 7))
    lines = [(*line, *[None] * 6)[:6] for line in (*HEADER, *rows(GIVEN))]
    cells = ["".join(f"\\pard\\intbl {_escaped(each)}\\cell" for each in line) for line in lines]
    table = "".join(f"\\trowd{edges} {each}\\row\n" for each in cells)
    box = f"{{\\*\\do\\dobxcolumn\\dobypara\\dptxbx{{\\dptxbxtext {table}}}\\dpx0\\dpy0\\dpxsize9000\\dpysize9000}}"
    data = f"{{\\rtf1\\ansi{{\\fonttbl{{\\f0 Times New Roman;}}}}\\pard Bieu{box}\\par}}".encode("ascii")
    outside = Outside(convert=OutsidePrograms(seconds=60).convert)
    assert not wrong(one(read_file("bieu.rtf", data, EXPECTED, outside=outside).documents[0]))


def _escaped(given: object) -> str:
    """A text as rich text writes it."""
    return "".join(each if each.isascii() else f"\\u{ord(each)}?" for each in ("" if given is None else str(given)))


@pytest.mark.parametrize(("label", "place", "key"), [("11", 3, "text"), ("5", 5, "note")])
@pytest.mark.parametrize("sentences", [4, 30])
def test_a_text_cut_by_page_breaks_of_a_pdf_is_whole(label: str, place: int, key: str, sentences: int) -> None:
    chance = random.Random(sentences)
    written = [f"{number} Đã tổ chức: {' '.join(chance.choices(WORDS_OF_A_NOTE, k=20))}." for number in range(sentences)]
    lines = [[*line, *[None] * 6][:6] for line in (*HEADER, *rows(GIVEN))]
    next(line for line in lines if line[0] == label)[place] = "\n".join(written)
    reading = one(read(form(lines=lines), "pdf"))
    assert not wrong(reading)
    assert " ".join(value(reading, label, key).raw.split()) == " ".join(written)


WORDS_OF_A_NOTE = "các lớp tập huấn cho nhân dân tại bản Giảng hội Khuyến học sách Thư viện trường Tiểu học đọc hát".split()  # noqa: SIM905


@pytest.mark.parametrize("sign", [" ₫", "đ"])
def test_a_sign_of_the_currency_in_a_form_of_the_1990s_raises_no_question(sign: str) -> None:
    """Its font was lost on the way: the letters alone tell TCVN3."""
    code = {letter: byte for byte, letter in TCVN3.items()}
    lines = [[*line, *[None] * 6][:6] for line in (*HEADER, *rows(GIVEN))]
    for line in lines:
        line[:3] = ["".join(code.get(each, each) for each in text) if isinstance(text, str) else text for text in line[:3]]
        line[3] = f"{line[3]:,}".replace(",", ".") + sign if isinstance(line[3], int) and line[3] > 10_000 else line[3]
    lines[0][3:] = ["Sè l\u00adîng", None, "Ghi chó"]
    lines[1][3:] = ["Sè líp/sè cuéc thi", "Ng\u00adêi", None]
    reading = one(read(form(lines=lines)))
    assert {each.status for each in reading.values} == {ValueStatus.OK, ValueStatus.EMPTY}
    assert {(each.indicator, each.column): each.value for each in reading.values if each.value is not None} == TRUTH


def test_a_form_turned_round_is_refused_with_what_to_send() -> None:
    """Its labels read like headings and its rows like figures of one indicator: nothing of it is taken."""
    lines = [[*line, *[None] * 6][:6] for line in (*HEADER, *rows(GIVEN))]
    turned: list[Row] = [list(column) for column in zip(*lines, strict=True)]
    document = docx.Document()
    table = document.add_table(rows=len(turned), cols=len(turned[0]))
    for line, row in zip(turned, table.rows, strict=True):
        for cell, given in zip(row.cells, line, strict=True):
            cell.text = "" if given is None else str(given)
    for each in (read(saved(document)), read_sheet(turned)):
        assert (each.role, each.fate, each.forms) == (DocumentRole.FORM, DocumentFate.UNREADABLE, ())
        assert each.why == TURNED
        assert "mỗi chỉ tiêu một dòng" in each.why.vi
    assert not wrong(one(read_sheet([*lines])))


def test_a_figure_cut_by_a_page_break_is_not_two() -> None:
    """A range over two lines, with a label that is cut as well: found by the scoreboard."""
    figures = [
        ("Nội dung", "Số lớp"),
        ("Xóa mù chữ", "7"),
        ("Hội sách", "5"),
        ("Thi về sách", "9"),
        ("Hoạt động thể", "khoảng 26 -"),
    ]
    above, below = page_table(*figures), page_table(("dục thể thao", "36"), ("Cá nhân", "3"))
    texts = [(cell.row, cell.paragraphs[0].text) for cell in joined(above, below).cells]
    assert texts[8:] == [(5, "Hoạt động thể dục thể thao"), (5, "khoảng 26 - 36"), (6, "Cá nhân"), (6, "3")]
    above = page_table(*figures[:4], ("Tổng số, trong đó:", "9"))
    assert joined(above, page_table(("nam", "4"), ("nữ", "5"))).last_row == 7  # a row of its own


def page_table(*rows: tuple[str, ...]) -> PageTable:
    cells = [
        RawCell(row=row, column=column, bottom=row, right=column, paragraphs=(plain(text),))
        for row, texts in enumerate(rows, start=1)
        for column, text in enumerate(texts, start=1)
    ]
    return PageTable(top=0, bottom=9, edges=(0, 1, 2), cells=cells)


def by_tabs(cells: list[str]) -> str:
    return "\t".join(cells).rstrip()


def by_tabs_without_blanks(cells: list[str]) -> str:
    return "\t".join(filter(None, cells))


def by_signs_behind_the_unit(cells: list[str]) -> str:
    return "\t".join([*filter(None, cells[:2]), " - ".join(filter(None, (cells[2], "/".join(filter(None, cells[3:])))))])


@pytest.mark.parametrize("typed", [by_tabs, by_tabs_without_blanks, by_signs_behind_the_unit])
def test_a_form_typed_with_tabs_is_read_and_is_no_report_besides(typed: Callable[[list[str]], str]) -> None:
    document = docx.Document()
    document.add_paragraph("UBND XÃ QUÀI CANG")
    document.add_paragraph("BIỂU TỔNG HỢP SỐ LIỆU")
    for line in [*HEADER, *rows(GIVEN)]:
        document.add_paragraph(typed(["" if each is None else str(each) for each in line]))
    found = read(saved(document))
    assert found.narrative is None
    figures = {(each.indicator, each.column): each.value for each in one(found).values if each.value is not None}
    assert figures == TRUTH
    assert all(each.status is ValueStatus.CONFIRM for each in one(found).values if each.value is not None)
