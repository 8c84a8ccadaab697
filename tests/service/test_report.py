"""The Word report: layout, merged sections, totals, appendices, and an office's own template."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as WordDocument

from config.errors import ConfigError
from config.text import Language
from parsers.values import CitedDocument, ValueStatus
from service.outputs.report import write_report
from service.outputs.report_template import default_template
from service.outputs.report_text import merged_sections
from service.rules.consolidation import Consolidation, UnitLine
from service.rules.submission import UnitSection, UnitValue
from tests.servers_libreoffice import LibreOffice
from tests.service.campaign_of_units import CAMPAIGN, consolidation, lines, many_units, silent_line
from tests.service.photos_by_hand import Photos


def saying(at: int, **sections: str) -> UnitLine:
    """A unit whose narrative says this; I_3 stands for I.3."""
    line = lines(missing=0)[at]
    source = line.submission.photos[0].source
    told = tuple(UnitSection(code=code.replace("_", "."), text=text, source=source) for code, text in sections.items())
    return replace(line, submission=replace(line.submission, sections=told, photos=line.submission.photos[:1]))


def report(folder: Path, made: Consolidation, photos: Photos | None = None, language: Language = Language.VI) -> WordDocument:
    write_report(folder / "report.docx", CAMPAIGN, made, language, photos=photos)
    return Document(str(folder / "report.docx"))


def text_of(document: WordDocument) -> str:
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(parts)


@pytest.fixture(scope="module")
def made() -> Consolidation:
    return consolidation(units=lines(seed=5))


@pytest.fixture(scope="module")
def document(made: Consolidation, tmp_path_factory: pytest.TempPathFactory) -> WordDocument:
    return report(tmp_path_factory.mktemp("report"), made)


def test_the_layout_is_the_official_one(document: WordDocument) -> None:
    section = document.sections[0]
    centimetres = [round(getattr(section, name).cm, 1) for name in ("page_width", "page_height", "left_margin", "right_margin")]
    assert centimetres == [21.0, 29.7, 3.0, 2.0]
    assert document.styles["Normal"].font.name == "Times New Roman"
    head = [cell.text for cell in document.tables[0].rows[0].cells]
    assert head[0].split("\n")[:2] == ["ỦY BAN NHÂN DÂN", "HUYỆN TUẦN GIÁO"]
    assert head[1].split("\n")[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml


def test_number_date_and_signature_are_left_blank(document: WordDocument) -> None:
    number, place = (cell.text for cell in document.tables[0].rows[1].cells)
    assert re.fullmatch(r"Số:\s{5,}/BC-UBND", number)
    assert re.fullmatch(r"Tuần Giáo, ngày\s{3,}tháng\s{3,}năm 2020", place)


def test_sections_stand_in_the_order_of_the_outline(document: WordDocument) -> None:
    text = text_of(document)
    headings = [
        "I. TỔ CHỨC TRIỂN KHAI",
        "1. Công tác chỉ đạo",
        "2. Lễ phát động",
        "3. Nội dung",
        "4. Kinh phí",
        "II. ĐÁNH GIÁ CHUNG",
    ]
    headings += ["1. Những kết quả", "2. Khó khăn", "3. Kiến nghị", "4. Bảng tổng hợp"]
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)


def test_totals_are_woven_into_the_sections_that_speak_of_them(made: Consolidation) -> None:
    sections = {section.code: section for section in merged_sections(CAMPAIGN, made, Language.VI)}
    money = made.total("10.state_budget", "money")
    assert money is not None
    assert isinstance(money.value, int)
    assert any(f"{money.value:,}".replace(",", ".") in line for line in sections["I.4"].figures)
    assert any(line.startswith("Số xã tổ chức Lễ khai mạc Tuần lễ") for line in sections["I.2"].figures)
    assert any(line.startswith("Xóa mù chữ") for line in sections["I.3"].figures)


def test_the_form_in_the_report_shows_the_totals(document: WordDocument, made: Consolidation) -> None:
    table = next(table for table in document.tables if "STT" in table.rows[0].cells[0].text and len(table.rows) > 30)
    shown = {row.cells[1].text.removesuffix(" (*)"): [cell.text for cell in row.cells] for row in table.rows}
    for indicator in CAMPAIGN.form.indicators:
        for column, place in (("count", 3), ("people", 4), ("money", 3)):
            total = made.total(indicator.code, column)
            if total is not None and isinstance(total.value, int):
                assert shown[indicator.label][place] == f"{total.value:,}".replace(",", ".")


def test_what_several_units_wrote_alike_is_said_once_with_their_names(tmp_path: Path) -> None:
    shared = "Đường sá đi lại khó khăn."
    units = (saying(2, II_2=f"- {shared}\nRiêng xã thiếu nước."), saying(0, II_2=shared.upper()), saying(1, II_2="Không"))
    text = text_of(report(tmp_path, consolidation(units=units)))
    names = [line.name for line in sorted(units, key=lambda line: CAMPAIGN.roster.index(CAMPAIGN.unit(line.code)))]
    assert text.casefold().count(shared.casefold()) == 1
    assert f"{names[0][0].upper()}{names[0][1:]}, {names[2]}: {shared.upper()}" in text
    assert f"{names[2][0].upper()}{names[2][1:]}: Riêng xã thiếu nước." in text


def test_the_items_of_a_list_stand_behind_the_line_that_leads_to_them(tmp_path: Path) -> None:
    listed = "Xã đã ban hành các văn bản sau:\n- Kế hoạch số 68/KH-UBND;\n- Công văn số 112/UBND-VX.\nĐã họp ban tổ chức."
    text = text_of(report(tmp_path, consolidation(units=(saying(0, I_1=listed),))))
    assert "Xã đã ban hành các văn bản sau: Kế hoạch số 68/KH-UBND; Công văn số 112/UBND-VX." in text
    assert "Thị trấn Tuần Giáo: Đã họp ban tổ chức." in text


def test_a_section_nobody_wrote_says_so() -> None:
    made = consolidation(units=(saying(0, I_1="Đã ban hành kế hoạch."),))
    sections = {section.code: section for section in merged_sections(CAMPAIGN, made, Language.VI)}
    assert sections["II.3"].empty
    assert not sections["I.1"].empty
    assert not sections["II.4"].empty


def test_text_outside_the_outline_is_not_lost(tmp_path: Path) -> None:
    line = saying(0)
    line = replace(line, submission=replace(line.submission, unplaced="Xã tổ chức hội sách trên bản."))
    text = text_of(report(tmp_path, consolidation(units=(line,))))
    assert "Xã tổ chức hội sách trên bản." in text
    assert "NỘI DUNG CHƯA XẾP ĐƯỢC VÀO ĐỀ CƯƠNG" in text


def test_units_not_reported_are_listed_with_what_they_owe(document: WordDocument, made: Consolidation) -> None:
    table = next(table for table in document.tables if "Còn thiếu" in [cell.text for cell in table.rows[0].cells])
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    assert [row[1].casefold() for row in rows] == [line.name.casefold() for line in made.units if not line.reported]
    assert rows[0][2:] == ["Chưa gửi", "Báo cáo, Biểu số liệu, Ảnh", "3", "0215 386 2222"]


def test_text_from_mail_is_never_run_as_a_template_or_markup(tmp_path: Path) -> None:
    evil = "{{ 7 * 7 }} {% for x in y %} <w:p/> & GD&ĐT \x00\ue000form_table\ue001"
    text = text_of(report(tmp_path, consolidation(units=(saying(0, I_3=evil),))))
    assert "{{ 7 * 7 }} {% for x in y %} <w:p/> & GD&ĐT form_table" in text
    assert "49 " not in text.split("GD&ĐT")[0][-40:]


def test_a_draft_is_marked_and_a_final_report_is_not(tmp_path: Path, document: WordDocument) -> None:
    draft = report(tmp_path, consolidation(units=lines(missing=7), final=False))
    assert "BẢN NHÁP – 12/19 đơn vị" in text_of(draft)
    assert "BẢN NHÁP" not in text_of(document)


def test_photos_stand_in_an_appendix_with_captions(tmp_path: Path) -> None:
    units = (saying(0), saying(1))
    broken = Photos(broken=frozenset({units[1].submission.photos[0].sha256}))
    document = report(tmp_path, consolidation(units=units), broken)
    assert len(document.inline_shapes) == 1
    assert "HÌNH ẢNH TIÊU BIỂU" in text_of(document)
    assert f"Ảnh 1. Thị trấn Tuần Giáo: Lễ khai mạc {CAMPAIGN.roster[0].name}" in text_of(document)


def test_the_documents_that_the_units_list_stand_in_an_appendix(tmp_path: Path) -> None:
    first, *rest = lines(missing=0)
    cited = (
        CitedDocument(number="68/KH-UBND", dated=date(2020, 9, 25), subject="tổ chức Tuần lễ"),
        CitedDocument(number="112/UBND-VX", dated=None, subject=""),
    )
    units = (replace(first, submission=replace(first.submission, cited=cited)), *rest)
    document = report(tmp_path, consolidation(units=units))
    assert "Phụ lục 2\nVĂN BẢN CÁC ĐƠN VỊ ĐÃ BAN HÀNH" in text_of(document)
    (table,) = [each for each in document.tables if "Số, ký hiệu" in [cell.text for cell in each.rows[0].cells]]
    assert [cell.text for cell in table.rows[1].cells][1:] == [
        f"{first.name[0].upper()}{first.name[1:]}", "68/KH-UBND", "25/09/2020", "tổ chức Tuần lễ",
    ]  # fmt: skip
    assert table.rows[2].cells[2].text == "112/UBND-VX"


def test_without_anything_missing_there_is_no_list_of_missing_units(tmp_path: Path) -> None:
    text = text_of(report(tmp_path, consolidation(units=lines(missing=0))))
    assert "CHƯA CÓ SỐ LIỆU" not in text
    assert "Phụ lục 2\nNGUỒN TỔNG HỢP" in text


def test_the_same_consolidation_gives_the_same_bytes(made: Consolidation, tmp_path: Path) -> None:
    for name in ("one.docx", "two.docx"):
        write_report(tmp_path / name, CAMPAIGN, made, Language.VI, photos=None)
    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "two.docx").read_bytes()


def test_an_office_may_bring_its_own_template(made: Consolidation, tmp_path: Path) -> None:
    own = Document(io.BytesIO(default_template(Language.VI)))
    own.add_paragraph("Bản của phòng: {{ subject }}")
    own.save(str(tmp_path / "report.docx"))
    write_report(tmp_path / "out.docx", CAMPAIGN, made, Language.VI, template=tmp_path / "report.docx")
    assert f"Bản của phòng: Kết quả tổ chức {CAMPAIGN.title}" in text_of(Document(str(tmp_path / "out.docx")))


@pytest.mark.parametrize("content", ["{{ subject", "{% nothing %}", "{{ ''.__class__.__mro__[1].__subclasses__() }}", None])
def test_a_broken_template_is_named_in_one_line(made: Consolidation, tmp_path: Path, content: str | None) -> None:
    template = tmp_path / "report.docx"
    if content is None:
        template.write_bytes(b"not a document")
    else:
        own = Document()
        own.add_paragraph(content)
        own.save(str(template))
    with pytest.raises(ConfigError, match=r"report\.docx: the report template cannot be filled"):
        write_report(tmp_path / "out.docx", CAMPAIGN, made, Language.VI, template=template)
    assert not (tmp_path / "out.docx").exists()


def test_an_absent_template_means_the_built_in_one(made: Consolidation, tmp_path: Path) -> None:
    write_report(tmp_path / "out.docx", CAMPAIGN, made, Language.VI, template=tmp_path / "none.docx")
    assert "BÁO CÁO" in text_of(Document(str(tmp_path / "out.docx")))


def test_libreoffice_prints_it_with_the_letterhead_on_one_line(
    made: Consolidation, tmp_path: Path, libreoffice: LibreOffice
) -> None:
    import pypdfium2

    write_report(tmp_path / "out.docx", CAMPAIGN, made, Language.VI)
    pages = pypdfium2.PdfDocument(libreoffice.to_pdf(tmp_path / "out.docx"))
    first = pages[0].get_textpage().get_text_range()
    assert any(line.strip().endswith("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") for line in first.splitlines())
    assert len(pages) > 5
    pages.close()


def test_nobody_reported_still_makes_a_report(tmp_path: Path) -> None:
    made = consolidation(units=tuple(silent_line(unit) for unit in CAMPAIGN.roster))
    assert "0/19 đơn vị" in text_of(report(tmp_path, made))


def test_a_great_many_missing_units_are_counted_beyond_what_can_be_read(tmp_path: Path) -> None:
    campaign = many_units(520)
    made = consolidation(campaign, tuple(silent_line(unit) for unit in campaign.roster))
    write_report(tmp_path / "out.docx", campaign, made, Language.VI)
    text = "\n".join(paragraph.text for paragraph in Document(str(tmp_path / "out.docx")).paragraphs)
    assert "và 480 đơn vị khác" in text
    table = Document(str(tmp_path / "out.docx")).tables[-1]
    assert table.rows[-1].cells[1].text.startswith("… và 20 đơn vị khác")


def test_a_long_note_is_shortened_in_the_form_and_says_where_the_rest_is(tmp_path: Path) -> None:
    line = lines(missing=0)[0]
    note = UnitValue(indicator="4.books", column="note", value="sách " * 400, raw="", status=ValueStatus.OK, source=None)
    made = consolidation(units=(replace(line, submission=replace(line.submission, values=(*line.submission.values, note))),))
    cells = [cell.text for table in report(tmp_path, made).tables for row in table.rows for cell in row.cells]
    (told,) = {each for each in cells if "sách sách" in each}
    assert len(told) < 300
    assert told.endswith("… (xem trang «Nguồn» của bảng tính)")


def test_a_group_without_a_figure_is_named_before_its_parts(made: Consolidation) -> None:
    sections = {section.code: section for section in merged_sections(CAMPAIGN, made, Language.VI)}
    figures = sections["I.3"].figures
    at = figures.index("Khen thưởng về tổ chức Tuần lễ:")
    assert figures[at + 1].startswith("Tập thể: ")


def test_nothing_as_high_as_a_line_follows_the_last_table(document: WordDocument) -> None:
    last = document.element.body[-2]
    assert not "".join(last.itertext())
    assert 'w:val="2"' in last.xml, "a mark of one point, or a full last page is followed by an empty one"


def test_the_signature_takes_the_closing_sentence_with_it(document: WordDocument) -> None:
    closing = next(each for each in document.paragraphs if each.text.endswith("trân trọng báo cáo./."))
    assert closing.paragraph_format.keep_with_next
    (row,) = next(table for table in document.tables if "TM. ỦY BAN NHÂN DÂN" in table.rows[-1].cells[-1].text).rows
    assert "cantSplit" in row._tr.xml
