"""The draft chase letter as a Word file to sign, in the official layout, and the list of whom to call first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docx.document import Document as WordDocument
from docx.shared import Pt

from config.text import Language, Text
from service.outputs.word import (
    CENTRE,
    JUSTIFIED,
    LEFT,
    add_line,
    add_table,
    document_bytes,
    keep_whole,
    new_document,
    repeat_header,
    rule_below,
    write_cell,
)
from service.outputs.wording import capitalised

_INDENT = 1.27
_BEFORE = 6
_NAMED_IN_ADDRESS = 5
_NATION = Text(vi="CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", en="SOCIALIST REPUBLIC OF VIET NAM")
_MOTTO = Text(vi="Độc lập - Tự do - Hạnh phúc", en="Independence - Freedom - Happiness")
_LATE_HEADERS = (
    (Text(vi="STT", en="No."), 1.2),
    (Text(vi="Đơn vị", en="Unit"), 5.0),
    (Text(vi="Nội dung còn thiếu", en="Still missing"), 7.3),
    (Text(vi="Số lần đã nhắc", en="Reminders"), 2.5),
)
_CALL_HEADERS = (
    (Text(vi="STT", en="No."), 1.2),
    (Text(vi="Đơn vị", en="Unit"), 3.4),
    (Text(vi="Đầu mối", en="Contact"), 3.2),
    (Text(vi="Điện thoại", en="Phone"), 3.2),
    (Text(vi="Nội dung còn thiếu", en="Still missing"), 5.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateUnit:
    """A unit that owes something after its deadline, in words."""

    name: str
    office: str
    contact: str
    phone: str
    missing: str  # a clause
    reminders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase:
    """What a chase letter says. `late` in the order of calling, `on_roster` in the order of the roster."""

    title: str
    citation: str
    deadline: str
    office: str
    area: str
    mailbox: str
    final_call: str
    now: str
    year: int
    expected: int
    late: tuple[LateUnit, ...]
    on_roster: tuple[LateUnit, ...]
    dated: datetime


def chase_document(chase: Chase, language: Language) -> bytes:
    """The letter: number, date and signature left blank; the same input gives the same bytes."""
    document = new_document()
    _letterhead(document, chase, language)
    _address(document, chase, language)
    for text in _opening(chase):
        _paragraph(document, text.in_(language))
    rows = [
        (str(at), capitalised(each.name), capitalised(each.missing), str(each.reminders) if each.reminders else "")
        for at, each in enumerate(chase.on_roster, 1)
    ]
    _table(document, _LATE_HEADERS, rows, language, centred={0, 3})
    for text in _closing(chase):
        _paragraph(document, text.in_(language))
    document.paragraphs[-1].paragraph_format.keep_with_next = True  # no signature alone on a page
    _signature(document, chase, language)
    return document_bytes(document, made_at=chase.dated, title=chase.title)


def call_list(chase: Chase, language: Language) -> bytes:
    """Whom to call, the report that weighs most in the totals first. For the office only, not part of the letter."""
    document = new_document()
    title = Text(vi="DANH SÁCH ĐIỆN THOẠI ĐÔN ĐỐC", en="WHOM TO CALL").in_(language)
    about = Text(vi=f"{chase.title}, tính đến {chase.now}", en=f"{chase.title}, as of {chase.now}").in_(language)
    order = Text(
        vi="(Tài liệu nội bộ. Xếp theo mức ảnh hưởng đến số liệu tổng hợp.)",
        en="(For the office only. The reports that weigh most in the totals come first.)",
    ).in_(language)
    add_line(document, title, bold=True, alignment=CENTRE)
    add_line(document, about, size=13, alignment=CENTRE)
    add_line(document, order, size=12, italic=True, alignment=CENTRE, after=10)
    rows = [
        (str(at), capitalised(each.name), each.contact, each.phone, capitalised(each.missing))
        for at, each in enumerate(chase.late, 1)
    ]
    _table(document, _CALL_HEADERS, rows, language, centred={0})
    return document_bytes(document, made_at=chase.dated, title=chase.title)


def issuing_bodies(office: str, area: str) -> tuple[str, str]:
    """The superior body and the issuing one as a letterhead has them: the office's area names its superior."""
    if area and office.casefold().endswith(area.casefold()) and len(office) > len(area):
        return f"UBND {area}".upper(), office[: -len(area)].strip().upper()
    return "", office.upper()


def _letterhead(document: WordDocument, chase: Chase, language: Language) -> None:
    superior, issuer = issuing_bodies(chase.office, chase.area) if language is Language.VI else ("", chase.office.upper())
    place = chase.area.split(" ", 1)[-1] if chase.area else "…………"
    table = add_table(document, 2, (7.2, 9.3), bordered=False)
    left, right = table.rows[0].cells
    write_cell(left, superior or issuer, size=12, bold=not superior, alignment=CENTRE)
    if superior:
        add_line(left, issuer, size=12, bold=True, alignment=CENTRE)
    rule_below(add_line(left, "", size=2, alignment=CENTRE), left=2.2, right=2.2)
    write_cell(right, _NATION.in_(language), size=12, bold=True, alignment=CENTRE)
    add_line(right, _MOTTO.in_(language), size=13, bold=True, alignment=CENTRE)
    rule_below(add_line(right, "", size=2, alignment=CENTRE), left=2.2, right=2.2)
    number, dated = table.rows[1].cells
    write_cell(number, Text(vi="Số:        /……", en="No.:        /……").in_(language), size=13, alignment=CENTRE)
    subject = Text(vi=f"V/v đôn đốc gửi báo cáo {chase.title}", en=f"Re: overdue reports, {chase.title}").in_(language)
    add_line(number, subject, size=12, alignment=CENTRE)
    day = Text(vi=f"{place}, ngày      tháng      năm {chase.year}", en=f"{place},                    {chase.year}").in_(language)
    write_cell(dated, day, size=13, italic=True, alignment=CENTRE)
    for cell in (number, dated):
        cell.paragraphs[0].paragraph_format.space_before = Pt(8)


def _address(document: WordDocument, chase: Chase, language: Language) -> None:
    to = Text(vi="Kính gửi:", en="To:").in_(language)
    if len(chase.on_roster) == 1:
        add_line(document, f"{to} {capitalised(chase.on_roster[0].office)}", alignment=CENTRE, before=18, after=10)
        return
    if len(chase.on_roster) > _NAMED_IN_ADDRESS:
        whom = Text(vi="Các đơn vị có tên trong danh sách dưới đây", en="the units listed below").in_(language)
        add_line(document, f"{to} {whom}", alignment=CENTRE, before=18, after=10)
        return
    add_line(document, to, before=18, indent=3.5)
    for at, each in enumerate(chase.on_roster, 1):
        end = "." if at == len(chase.on_roster) else ";"
        add_line(document, f"- {capitalised(each.office)}{end}", indent=5.0, after=10 if end == "." else 0)


def _opening(chase: Chase) -> tuple[Text, ...]:
    late, expected = f"{len(chase.on_roster):02d}", chase.expected
    cited = f"Thực hiện {chase.citation}, thời" if chase.citation else "Thời"
    reminded = any(each.reminders for each in chase.on_roster)
    told = f" {chase.office} đã gửi thư nhắc. Tuy nhiên, đến" if reminded else " Đến"
    told_en = f" {chase.office} has sent reminders." if reminded else ""
    cited_en = f"In execution of {chase.citation}, reports" if chase.citation else "Reports"
    return (
        Text(
            vi=f"{cited} hạn gửi báo cáo {chase.title} là {chase.deadline}.{told} "
            f"{chase.now}, còn {late}/{expected} đơn vị chưa gửi hoặc gửi chưa đủ báo cáo, cụ thể như sau:",
            en=f"{cited_en} on {chase.title} were due ({chase.deadline}).{told_en} "
            f"As of {chase.now}, {len(chase.on_roster)} of {expected} units have sent no report or only part of it:",
        ),
    )


def _closing(chase: Chase) -> tuple[Text, ...]:
    return (
        Text(
            vi=f"Để bảo đảm tiến độ tổng hợp, báo cáo cấp trên, {chase.office} đề nghị lãnh đạo các đơn vị nêu trên quan tâm, "
            f"chỉ đạo bộ phận chuyên môn hoàn thành và gửi báo cáo về địa chỉ {chase.mailbox}, chậm nhất {chase.final_call}. "
            f"Sau thời điểm trên, {chase.office} sẽ tổng hợp theo số liệu hiện có và nêu rõ đơn vị chưa báo cáo.",
            en=f"So that the consolidated report can be made in time, {chase.office} asks the heads of these units to have "
            f"the report completed and sent to {chase.mailbox}, at the latest by {chase.final_call}. After that, "
            f"{chase.office} will consolidate the figures at hand and name the units that have not reported.",
        ),
        Text(vi="Đề nghị các đơn vị quan tâm, phối hợp thực hiện./.", en="Thank you for your cooperation."),
    )


def _signature(document: WordDocument, chase: Chase, language: Language) -> None:
    head = "TRƯỞNG PHÒNG" if chase.office.casefold().startswith("phòng ") else "THỦ TRƯỞNG CƠ QUAN"
    table = add_table(document, 1, (8.0, 8.5), bordered=False)
    keep_whole(table.rows[0])
    left, right = table.rows[0].cells
    write_cell(left, Text(vi="Nơi nhận:", en="Recipients:").in_(language), size=12, bold=True, italic=True)
    recipients = Text(vi="- Như trên;|- …… (b/c);|- Lưu: VT.", en="- As above;|- …… (to report);|- File.").in_(language)
    for line in recipients.split("|"):
        add_line(left, line, size=11)
    write_cell(right, Text(vi=head, en="HEAD OF OFFICE").in_(language), size=14, bold=True, alignment=CENTRE)
    for cell in (left, right):
        cell.paragraphs[0].paragraph_format.space_before = Pt(14)
    for _ in range(4):
        add_line(right, "", alignment=CENTRE)


def _table(
    document: WordDocument,
    headers: Sequence[tuple[Text, float]],
    rows: Sequence[tuple[str, ...]],
    language: Language,
    *,
    centred: set[int],
) -> None:
    table = add_table(document, 1 + len(rows), [width for _, width in headers])
    repeat_header(table.rows[0])
    for cell, (header, _) in zip(table.rows[0].cells, headers, strict=True):
        write_cell(cell, header.in_(language), size=12, bold=True, alignment=CENTRE)
    for row, texts in zip(list(table.rows)[1:], rows, strict=True):
        keep_whole(row)
        for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            write_cell(cell, text, size=12, alignment=CENTRE if at in centred else LEFT)


def _paragraph(document: WordDocument, text: str) -> None:
    add_line(document, text, alignment=JUSTIFIED, indent=_INDENT, before=_BEFORE, after=_BEFORE)
