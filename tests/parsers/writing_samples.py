"""A commune's closing report as a Word file, made with python-docx, and the same one in other formats by LibreOffice."""

from __future__ import annotations

from io import BytesIO

import docx
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from service.convert import OutsidePrograms, available

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LETTERHEAD = (
    ("ỦY BAN NHÂN DÂN\nXÃ QUÀI TỞ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"),
    ("Số: 75/BC-UBND", "Quài Tở, ngày 12 tháng 10 năm 2020"),
)
TITLE = ("BÁO CÁO", "Kết quả tổ chức Tuần lễ hưởng ứng học tập suốt đời năm 2020")
SECTIONS = (
    ("I. Tổ chức triển khai tuần lễ", ""),
    (
        "1. Công tác chỉ đạo, ban hành kế hoạch triển khai, kiểm tra, đôn đốc thực hiện",
        (
            "UBND xã Quài Tở đã ban hành Kế hoạch số 68/KH-UBND ngày 25/9/2020 về việc tổ chức Tuần lễ hưởng ứng học tập suốt "
            "đời năm 2020; Công văn số 112/UBND-VX ngày 28/9/2020 về việc treo băng rôn, khẩu hiệu tuyên truyền."
        ),
    ),
    (
        "2. Lễ phát động Tuần lễ học tập cấp xã",
        "Lễ khai mạc được tổ chức lúc 7 giờ 30 phút ngày 01/10/2020 tại Trường THCS Quài Tở với 320 người tham dự.",
    ),
    (
        "3. Nội dung các hoạt động đã triển khai trong tuần lễ",
        "- Treo 06 băng rôn, khẩu hiệu tại trụ sở UBND xã.\n- Mở 03 lớp tập huấn với 145 người tham gia.",
    ),
    (
        "4. Kinh phí tổ chức Tuần lễ",
        "- Ngân sách nhà nước: 4.500.000 đồng.\n- Kinh phí huy động từ các nguồn hợp pháp khác: 2.000.000 đồng.",
    ),
    ("II. Đánh giá chung", ""),
    (
        "1. Những kết quả đạt được; bài học kinh nghiệm",
        "Tuần lễ được tổ chức thiết thực, tiết kiệm, thu hút đông đảo nhân dân tham gia.",
    ),
    ("2. Khó khăn, tồn tại", "Cơ sở vật chất của Trung tâm học tập cộng đồng còn thiếu; kinh phí hoạt động hạn hẹp."),
    ("3. Kiến nghị, đề xuất", "Đề nghị UBND huyện quan tâm hỗ trợ kinh phí cho Trung tâm học tập cộng đồng các xã."),
    ("4. Bảng tổng hợp số liệu các hoạt động tổ chức Tuần lễ (theo mẫu tổng hợp).", ""),
)
HEADER = ("STT", "Nội dung", "Đơn vị", "Số lớp/số cuộc thi", "Người", "Ghi chú")
ROWS = (
    ("1", "Các lớp bồi dưỡng, tập huấn tổ chức trong Tuần lễ", "lớp", "3", "", ""),
    ("", "Tổng số người tham gia, trong đó:", "người", "", "145", ""),
    ("", "Bồi dưỡng nâng cao trình độ tin học cho cán bộ, công chức, viên chức (các cấp)", "lớp/người", "01", "25", ""),
    ("", "Giáo dục kỹ năng sống cho học sinh", "lớp/người", "1", "80", ""),
    ("2", "Số tin bài về các hoạt động của Tuần lễ", "Tin, bài/ cuộc", "4", "", ""),
    ("10", "Ngân sách nhà nước", "Đồng", "4.500.000", "", ""),
)
SIGNATURE = (("Nơi nhận:\n- UBND huyện;\n- Lưu: VT.", "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\n\nLò Văn An"),)


def report(*, rows: tuple[tuple[str, ...], ...] = ROWS, font: str = "Times New Roman") -> bytes:
    """The whole report: letterhead and signature in borderless tables, the form as a ruled table with a merged header."""
    document = docx.Document()
    document.styles["Normal"].font.name = font
    layout_table(document, LETTERHEAD)
    for line in TITLE:
        document.add_paragraph().add_run(line).bold = True
    for heading, text in SECTIONS:
        document.add_paragraph().add_run(heading).bold = True
        for line in text.split("\n"):
            if line:
                document.add_paragraph(line)
    form_table(document, rows)
    document.add_paragraph()
    layout_table(document, SIGNATURE)
    return saved(document)


def layout_table(document: docx.document.Document, rows: tuple[tuple[str, ...], ...]) -> None:
    """A table without borders."""
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def form_table(document: docx.document.Document, rows: tuple[tuple[str, ...], ...]) -> None:
    """The form: two header rows, "Số lượng" over two columns, the others over two rows."""
    table = document.add_table(2 + len(rows), len(HEADER))
    table.style = "Table Grid"
    for column, text in enumerate(HEADER):
        if column in (3, 4):
            table.cell(1, column).text = text
        else:
            table.cell(0, column).merge(table.cell(1, column)).text = text
    table.cell(0, 3).merge(table.cell(0, 4)).text = "Số lượng"
    for row, texts in zip(table.rows[2:], rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def page_break(document: docx.document.Document) -> None:
    """A page break typed by hand."""
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def raw_xml(paragraph: docx.text.paragraph.Paragraph, tag: str, **attributes: str) -> OxmlElement:
    """A new element appended to a paragraph's own."""
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(name.replace("_", ":")), value)
    paragraph._p.append(element)
    return element


def saved(document: docx.document.Document) -> bytes:
    """The bytes of the file."""
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def has_office() -> bool:
    """Whether LibreOffice is here."""
    return available()["libreoffice"].found


def converted(data: bytes, target: str, programs: OutsidePrograms | None = None) -> bytes:
    """A Word file as "odt", "doc", "rtf", "pdf" by LibreOffice."""
    return (programs or OutsidePrograms()).convert(data, DOCX, target)
