"""Word files as a person sees them on paper."""

from __future__ import annotations

import zipfile
from io import BytesIO

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from lxml import etree

from parsers.grid import CellKind, Sheet
from parsers.writing import read_writing
from parsers.writing_docx_styles import without_table_styles
from tests.parsers.writing_samples import DOCX, SECTIONS, layout_table, page_break, report, saved

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXT_BOX = """<w:r %s xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml">
<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx><w:txbxContent><w:p><w:r>
<w:t>Số: 12/BC-UBND</w:t></w:r></w:p></w:txbxContent></wps:txbx></wps:wsp></w:drawing>
</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r>
<w:t>Số: 12/BC-UBND</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"""


def texts(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in read_writing(data, DOCX).paragraphs]


def rows(sheet: Sheet) -> list[list[str]]:
    return [[sheet.at(row, column).text for column in range(1, sheet.last_column + 1)] for row in range(1, sheet.last_row + 1)]


def with_part(data: bytes, name: str, change: tuple[str, str] | bytes) -> bytes:
    """A copy of a Word file with one part replaced, or a piece of its text."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.namelist():
            content = source.read(item)
            if item == name:
                content = change if isinstance(change, bytes) else content.decode().replace(*change).encode()
            target.writestr(item, content)
    return stream.getvalue()


def test_a_report_gives_paragraphs_in_order_table_cells_with_addresses_and_its_letterhead() -> None:
    writing = read_writing(report(), DOCX)
    found = [paragraph.text for paragraph in writing.paragraphs]
    assert [found.index(heading) for heading, _ in SECTIONS] == sorted(found.index(heading) for heading, _ in SECTIONS)
    assert [sheet.name for sheet in writing.tables] == ["T1"]
    table = writing.tables[0]
    assert table.at(3, 4).address == "T1R3C4"
    assert (table.at(3, 4).kind, table.at(3, 4).value) == (CellKind.TEXT, "3")
    assert table.at(4, 4).kind is CellKind.BLANK
    assert {(each.top, each.left, each.bottom, each.right) for each in table.merges} >= {(1, 1, 2, 1), (1, 4, 1, 5)}
    assert "XÃ QUÀI TỞ" in writing.heading
    assert "Lò Văn An" in writing.heading
    assert "UBND huyện;" not in writing.heading


def test_bold_headings_are_marked() -> None:
    writing = read_writing(report(), DOCX)
    marked = {paragraph.text for paragraph in writing.paragraphs if paragraph.bold}
    assert {heading for heading, _ in SECTIONS} < marked
    assert "- Mở 03 lớp tập huấn với 145 người tham gia." not in marked


def test_a_text_box_is_read_once() -> None:
    document = docx.Document()
    document.add_paragraph("Trước")._p.append(parse_xml(TEXT_BOX % nsdecls("w")))
    assert texts(saved(document)) == ["Trước", "Số: 12/BC-UBND"]


def test_tracked_changes_are_accepted_and_hidden_text_left_out() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Có ")
    paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>30</w:delText></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>35</w:t></w:r></w:ins>"))
    paragraph.add_run(" người")
    paragraph.add_run(" bí mật").font.hidden = True
    assert texts(saved(document)) == ["Có 35 người"]


def test_an_equation_is_text_and_what_stands_in_levels_is_not_run_together() -> None:
    fraction = "<m:f><m:num><m:r><m:t>3</m:t></m:r></m:num><m:den><m:r><m:t>120</m:t></m:r></m:den></m:f>"
    for inside, text in (("<m:r><m:t>56</m:t></m:r>", "Có 56"), (fraction, "Có 3 ? 120")):
        document = docx.Document()
        equation = f'<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">{inside}</m:oMath>'
        document.add_paragraph("Có ")._p.append(parse_xml(equation))
        assert [each.strip() for each in texts(saved(document))] == [text]


def test_a_deleted_row_of_a_tracked_table_is_gone() -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    for number, row in enumerate(table.rows):
        for cell in row.cells:
            cell.text = str(number)
    table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f"<w:del {nsdecls('w')}/>"))
    assert rows(read_writing(saved(document), DOCX).tables[0]) == [["0"] * 3, ["2"] * 3]


def test_a_table_inside_a_cell_is_a_table_of_its_own() -> None:
    document = docx.Document()
    outer = document.add_table(2, 3)
    outer.cell(0, 0).text = "5"
    outer.cell(0, 1).text = "ngoài"
    outer.cell(1, 2).text = "7"
    inner = outer.cell(1, 1).add_table(2, 3)
    for cell, text in zip([*inner.rows[0].cells, *inner.rows[1].cells], "abcdef", strict=True):
        cell.text = text
    tables = read_writing(saved(document), DOCX).tables
    assert rows(tables[0]) == [["5", "ngoài", ""], ["", "a | b | c | d | e | f", "7"]]
    assert rows(tables[1]) == [["a", "b", "c"], ["d", "e", "f"]]


def test_a_few_cells_drawn_inside_a_cell_are_its_text() -> None:
    document = docx.Document()
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "Số lớp"
    for text in "37":
        outer.cell(0, 1).add_table(1, 1).cell(0, 0).text = text
    (table,) = read_writing(saved(document), DOCX).tables
    assert rows(table) == [["Số lớp", "3\n7"]]


def test_vertical_merges_keep_their_value_in_the_top_cell() -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for number, row in enumerate(table.rows):
        row.cells[1].text = str(number)
    table.cell(0, 0).merge(table.cell(2, 0)).text = "nhóm"
    sheet = read_writing(saved(document), DOCX).tables[0]
    assert rows(sheet) == [["nhóm", "0"], ["", "1"], ["", "2"]]
    assert [(each.top, each.bottom) for each in sheet.merges] == [(1, 3)]


def test_rows_that_begin_later_keep_their_columns() -> None:
    document = docx.Document()
    table = document.add_table(2, 3)
    for row in table.rows:
        for number, cell in enumerate(row.cells, start=1):
            cell.text = str(number)
    second = table.rows[1]._tr
    second.remove(second.tc_lst[0])
    second.get_or_add_trPr().append(parse_xml(f'<w:gridBefore {nsdecls("w")} w:val="1"/>'))
    assert rows(read_writing(saved(document), DOCX).tables[0]) == [["1", "2", "3"], ["", "2", "3"]]


def test_automatic_list_numbers_are_put_back() -> None:
    document = docx.Document()
    for text in ("Công tác chỉ đạo", "Lễ khai mạc"):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("Treo băng rôn", style="List Bullet")
    assert texts(saved(document)) == ["1. Công tác chỉ đạo", "2. Lễ khai mạc", "- Treo băng rôn"]


def test_nested_and_roman_list_numbers_count_like_word() -> None:
    numbering = f"""<w:numbering {nsdecls("w")}><w:abstractNum w:abstractNumId="0">
      <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
      <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2."/></w:lvl></w:abstractNum>
      <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
      <w:num w:numId="2"><w:abstractNumId w:val="0"/>
      <w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
      </w:numbering>"""
    document = docx.Document()
    for list_id, level in ((1, 0), (1, 1), (1, 1), (1, 0), (1, 1), (2, 0)):
        properties = document.add_paragraph("x")._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'),
        )
    data = with_part(saved(document), "word/numbering.xml", numbering.encode())
    assert texts(data) == ["I. x", "I.1. x", "I.2. x", "II. x", "II.1. x", "I. x"]


def test_the_letterhead_may_stand_in_the_page_header() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "UBND XÃ PÚ XI"
    document.add_paragraph("Kính gửi Phòng Giáo dục và Đào tạo")
    assert read_writing(saved(document), DOCX).heading.splitlines()[0] == "UBND XÃ PÚ XI"


def test_a_report_typed_into_a_frame_of_one_cell_is_text() -> None:
    document = docx.Document()
    layout_table(document, (("1. Công tác chỉ đạo",), ("Đã ban hành kế hoạch.",)))
    writing = read_writing(saved(document), DOCX)
    assert writing.tables == ()
    assert writing.text == "1. Công tác chỉ đạo\nĐã ban hành kế hoạch."


def test_a_report_typed_into_two_columns_is_text() -> None:
    document = docx.Document()
    layout_table(
        document, (("Mục", "Nội dung"), ("1. Công tác chỉ đạo", "Xã đã ban hành kế hoạch. " * 15), ("2. Lễ khai mạc", "Có."))
    )
    writing = read_writing(saved(document), DOCX)
    assert writing.tables == ()
    assert "2. Lễ khai mạc\nCó." in writing.text


def test_a_small_table_of_offices_with_figures_is_no_letterhead() -> None:
    document = docx.Document()
    layout_table(document, (("STT", "Đơn vị", "Số lớp"), ("1", "UBND xã Pú Xi", "3"), ("2", "UBND xã Ta Ma", "12")))
    assert len(read_writing(saved(document), DOCX).tables) == 1


def test_a_table_cut_by_page_breaks_stays_in_order() -> None:
    document = docx.Document()
    for texts_of in ((("STT", "Nội dung", "Số"), ("1", "Lớp", "3")), (("2", "Tin bài", "4"), ("3", "Băng rôn", "6"))):
        layout_table(document, texts_of)
        page_break(document)
    tables = read_writing(saved(document), DOCX).tables
    assert [rows(table)[-1] for table in tables] == [["1", "Lớp", "3"], ["3", "Băng rôn", "6"]]
    assert tables[1].at(1, 3).address == "T2R1C3"


def test_old_fonts_are_decoded_and_not_a_second_time() -> None:
    document = docx.Document()
    document.styles["Normal"].font.name = ".VnTime"
    document.add_paragraph("B¸o c¸o tæng kÕt TuÇn lÔ h­ëng øng häc tËp suèt ®êi n¨m 2020")
    layout_table(document, (("1", "Ghi chó", "Sè l­îng"), ("2", "Ng­êi tham gia", "145")))
    writing = read_writing(saved(document), DOCX)
    assert writing.paragraphs[0].text == "Báo cáo tổng kết Tuần lễ hưởng ứng học tập suốt đời năm 2020"
    assert rows(writing.tables[0])[1][1] == "Người tham gia"
    assert {cell.font for cell in writing.tables[0].cells.values()} == {""}


def test_a_soft_hyphen_of_unicode_text_is_dropped() -> None:
    document = docx.Document()
    document.add_paragraph("Tuần lễ học\u00ad tập\u200b suốt đời")
    assert texts(saved(document)) == ["Tuần lễ học tập suốt đời"]


def test_a_file_of_pictures_alone_needs_ocr() -> None:
    from PIL import Image

    stream = BytesIO()
    Image.new("L", (200, 200), 200).save(stream, "PNG")
    stream.seek(0)
    document = docx.Document()
    document.add_picture(stream)
    assert read_writing(saved(document), DOCX).needs_ocr
    assert not read_writing(report(), DOCX).needs_ocr


@pytest.mark.parametrize("broken", [b"PK\x03\x04 nothing", b"PK", report()[:4000], b"PK\x05\x06" + bytes(18)])
def test_a_broken_file_is_refused_in_words(broken: bytes) -> None:
    from parsers.writing_blocks import WritingError

    with pytest.raises(WritingError) as refused:
        read_writing(broken, DOCX)
    assert "đề nghị" in refused.value.text.vi


def test_strict_files_are_read_like_transitional_ones() -> None:
    data = with_part(
        report(),
        "word/document.xml",
        ("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main"),
    )
    assert texts(data)[0].startswith("ỦY BAN NHÂN DÂN")


def test_table_styles_are_passed_over_and_every_other_style_is_read() -> None:
    """python-docx saves the styles that Word writes: a hundred table styles, between which the others stand."""
    with zipfile.ZipFile(BytesIO(report())) as archive:
        part = archive.read("word/styles.xml")
    closed = part.replace(b"<w:style ", b'<w:style w:type="table" w:styleId="Bare"/><w:style ', 1)
    for each in (part, closed):
        lean = without_table_styles(each)
        assert len(lean) * 5 < len(each)
        whole, kept = (
            {style.get(f"{WORD}styleId"): style for style in etree.fromstring(text) if style.tag == f"{WORD}style"}
            for text in (part, lean)
        )
        wanted = {name: etree.tostring(style) for name, style in whole.items() if style.get(f"{WORD}type") != "table"}
        assert {name: etree.tostring(style) for name, style in kept.items() if style.get(f"{WORD}type") != "table"} == wanted


def test_a_style_behind_the_table_styles_still_names_its_font() -> None:
    document = docx.Document()
    style = document.styles.add_style("Chữ cũ", WD_STYLE_TYPE.PARAGRAPH)
    style.font.name = ".VnTime"
    document.add_paragraph("Uû ban nh©n d©n", style)
    assert texts(saved(document)) == ["Uỷ ban nhân dân"]
