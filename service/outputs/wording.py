"""The words that outputs use for states, in both languages, and figures and instants as people write them."""

from __future__ import annotations

from datetime import datetime, tzinfo
from decimal import Decimal

from config.campaign import Campaign, Form, Indicator, IndicatorType, RollUp, Severity, Slot
from config.text import Language, Text
from config.vietnamese import without_lead
from parsers.values import ValueStatus
from service.rules.consolidate import numeric
from service.rules.consolidation import Consolidation, UnitLine
from service.rules.submission import Content, SlotState, Timeliness

CONTENT = {
    Content.MISSING: Text(vi="Chưa gửi", en="Not sent"),
    Content.PARTIAL: Text(vi="Thiếu phần", en="Incomplete"),
    Content.RECEIVED: Text(vi="Đã nhận", en="Received"),
    Content.ISSUES: Text(vi="Có vấn đề", en="Has issues"),
    Content.APPROVED: Text(vi="Đã duyệt", en="Approved"),
    Content.RETURNED: Text(vi="Trả lại", en="Returned"),
    Content.EXCUSED: Text(vi="Miễn", en="Excused"),
}
TIMELINESS = {
    Timeliness.NOT_DUE: Text(vi="Chưa đến hạn", en="Not due"),
    Timeliness.DUE_SOON: Text(vi="Sắp đến hạn", en="Due soon"),
    Timeliness.ON_TIME: Text(vi="Đúng hạn", en="On time"),
    Timeliness.LATE: Text(vi="Trễ", en="Late"),
    Timeliness.OVERDUE: Text(vi="Quá hạn chưa gửi", en="Overdue"),
    Timeliness.EXTENDED: Text(vi="Được gia hạn", en="Extended"),
}
SLOT = {
    Slot.NARRATIVE: Text(vi="Báo cáo", en="Narrative"),
    Slot.FORM: Text(vi="Biểu số liệu", en="Form"),
    Slot.PHOTOS: Text(vi="Ảnh", en="Photos"),
}
SLOT_STATE = {
    SlotState.MISSING: Text(vi="chưa có", en="missing"),
    SlotState.PARTIAL: Text(vi="chưa đủ", en="incomplete"),
    SlotState.OK: Text(vi="đủ", en="complete"),
    SlotState.ISSUES: Text(vi="có vấn đề", en="has issues"),
}
VALUE_STATUS = {
    ValueStatus.OK: Text(vi="rõ ràng", en="clear"),
    ValueStatus.CONFIRM: Text(vi="tạm dùng, cần xác nhận", en="provisional, to be confirmed"),
    ValueStatus.REJECT: Text(vi="hỏi lại", en="asked again"),
    ValueStatus.EMPTY: Text(vi="để trống", en="blank"),
    ValueStatus.CORRECTED: Text(vi="cán bộ đã sửa", en="corrected by the officer"),
}
SEVERITY = {
    Severity.ERROR: Text(vi="Lỗi", en="Error"),
    Severity.WARNING: Text(vi="Cảnh báo", en="Warning"),
    Severity.INFO: Text(vi="Lưu ý", en="Note"),
}

NOT_SENT = Text(vi="chưa gửi", en="not sent")
ASK_AGAIN = Text(vi="hỏi lại", en="asked again")
_ABSENT = {
    Content.MISSING: NOT_SENT,
    Content.RETURNED: Text(vi="trả lại", en="returned"),
    Content.EXCUSED: Text(vi="miễn", en="excused"),
}
_NOT_COUNTED = Text(vi="chưa tính", en="not counted")


LONGEST_NOTE, LONGEST_TEXT = 150, 700
"""What one unit says in a cell of the consolidated form: in the column of remarks, in a row of free text."""

_MIXED_UNITS = Text(
    vi="(*) Chỉ tiêu gộp nhiều loại hoặc có thể tính trùng giữa các đơn vị; số tổng chỉ để tham khảo.",
    en="(*) Several kinds counted together, or possible double counting between units; the total is for orientation only.",
)
_NOT_ADDED = Text(
    vi="(**) Tỷ lệ, số bình quân không cộng; xem số liệu của từng đơn vị.",
    en="(**) Shares and averages are not added up; see the figures of each unit.",
)
"""The footnote of rows whose sum counts different things."""


def absence(line: UnitLine) -> Text:
    """Why a unit is not in the totals: not sent, returned, excused, or received and not counted yet."""
    form = line.submission.slot(Slot.FORM)
    if line.submission.content is Content.PARTIAL and (form is None or form.state is SlotState.MISSING):
        return NOT_SENT
    return _ABSENT.get(line.submission.content, _NOT_COUNTED)


def capitalised(text: str) -> str:
    """The text with its first letter capital, the rest untouched."""
    return text[:1].upper() + text[1:]


def shortened(text: str, most: int, language: Language) -> str:
    """What units wrote, one line each, for a cell that has to stay readable: a longer line ends with where the rest stands."""
    rest = Text(vi="… (xem trang «Nguồn» của bảng tính)", en="… (see sheet «Sources» of the workbook)").in_(language)
    lines = (line if len(line) <= most else f"{line[:most].rpartition(' ')[0] or line[:most]}{rest}" for line in text.split("\n"))
    return "\n".join(lines)


def instant(moment: datetime | None, zone: tzinfo | None) -> str:
    """An instant on the office's clock, "08:05 15/10/2020"; an empty text for None."""
    return "" if moment is None else f"{moment.astimezone(zone):%H:%M %d/%m/%Y}"


def figure(value: int | str | None, language: Language) -> str:
    """A figure for prose: thousands grouped as the language does, text unchanged, "" for a blank."""
    number = numeric(value)
    if number is None:
        return "" if value is None else str(value)
    grouped = f"{number:,}"
    if language is Language.EN:
        return grouped
    return grouped.translate(str.maketrans(",.", ".,"))


def coverage(consolidation: Consolidation) -> str:
    """How many units are in the totals: "17/19"."""
    return f"{consolidation.reported}/{consolidation.expected}"


def draft_mark(consolidation: Consolidation, language: Language) -> str:
    """What marks a draft, "BẢN NHÁP – 12/19 đơn vị"; an empty text for a final consolidation."""
    if consolidation.final:
        return ""
    return Text(vi=f"BẢN NHÁP – {coverage(consolidation)} đơn vị", en=f"DRAFT – {coverage(consolidation)} units").in_(language)


def label(indicator: Indicator, language: Language) -> str:
    """An indicator's label in a language; the printed one where there is no translation."""
    return indicator.label_en if language is Language.EN and indicator.label_en else indicator.label


def plain_label(indicator: Indicator, language: Language) -> str:
    """An indicator's label without the "of which:" that leads over to the rows below it."""
    return without_lead(label(indicator, language))


def column_header(campaign: Campaign, column: str) -> str:
    """The form's header of a column, its key if the form has no such column."""
    return next((each.header or each.key for each in campaign.form.columns if each.key == column), column)


def measure(campaign: Campaign, indicator: Indicator, column: str, language: Language) -> str:
    """What a column of an indicator counts: "lớp", "người", "đồng"; the column's header where the form prints no unit."""
    if indicator.type is IndicatorType.TEXT:
        return Text(vi="Nội dung", en="Text").in_(language)
    if indicator.type is IndicatorType.MONEY:
        return indicator.unit or Text(vi="Đồng", en="VND").in_(language)
    parts = [part.strip() for part in indicator.unit.split("/")]
    if column in indicator.columns and len(parts) == len(indicator.columns) and all(parts):
        return parts[indicator.columns.index(column)]
    if indicator.unit and len(indicator.columns) == 1:
        return indicator.unit
    return column_header(campaign, column)


def place(campaign: Campaign, where: str, language: Language) -> str:
    """What a finding's `where` points at, in words: an indicator's or a section's label, else itself."""
    indicator = campaign.form.indicator(where)
    if indicator is not None:
        return label(indicator, language)
    section = next((each for each in campaign.form.outline if each.code == where), None)
    if section is not None:
        return section.heading_en if language is Language.EN and section.heading_en else section.heading
    return where


def signature_words(language: Language) -> tuple[str, str, str]:
    """What stands below a form: place and date, who prepared it, who signs it; all left to be filled in by hand."""
    return (
        Text(vi="…………, ngày … tháng … năm ……", en="…………, date ……………").in_(language),
        Text(vi="NGƯỜI LẬP BIỂU\n(Ký, ghi rõ họ tên)", en="PREPARED BY\n(signature, full name)").in_(language),
        Text(vi="THỦ TRƯỞNG ĐƠN VỊ\n(Ký, đóng dấu)", en="HEAD OF OFFICE\n(signature, stamp)").in_(language),
    )


def share(part: int, whole: int) -> Decimal | None:
    """Part of whole as an exact fraction for a percent cell, None when there is no whole."""
    return Decimal(part) / Decimal(whole) if whole else None


def footnote_mark(indicator: Indicator) -> str:
    """The mark behind an indicator's label that points at a footnote, "" for most."""
    if indicator.columns and indicator.roll_up is RollUp.NONE:
        return " (**)"
    return " (*)" if indicator.mixed_units else ""


def footnotes(form: Form) -> tuple[Text, ...]:
    """The footnotes that the marks of a form's indicators point at."""
    marks = {footnote_mark(each) for each in form.indicators}
    return tuple(note for mark, note in ((" (*)", _MIXED_UNITS), (" (**)", _NOT_ADDED)) if mark in marks)
