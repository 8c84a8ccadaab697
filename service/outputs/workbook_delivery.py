"""The sheet on delivery: who sent what and when, in time or late, how often replaced and reminded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from config.campaign import Severity, Slot
from config.text import Text
from service.outputs import workbook_style as style
from service.outputs.wording import CONTENT, SLOT, SLOT_STATE, TIMELINESS, absence, capitalised, coverage, figure, share
from service.outputs.workbook_cells import Content as Cell
from service.outputs.workbook_layout import DELIVERY, Book
from service.outputs.workbook_package import SheetBody
from service.outputs.workbook_tables import Record, Table, TableColumn, build_table, record_rows
from service.rules.consolidation import UnitLine
from service.rules.submission import Content, SlotReport, Timeliness

_CENTRED = style.TEXT_CENTRED
_NAME = style.Style(bold=True, vertical="top")
_ALARM = style.Style(bold=True, colour="FFB42318", horizontal="center", vertical="top")
_INSTANT = style.Style(horizontal="center", vertical="top", wrap=False, number_format=style.INSTANT)


def build_delivery(book: Book) -> SheetBody:
    """Lays the sheet out and returns its rows."""
    slots = _slots(book)
    table = Table(
        name=DELIVERY,
        title=Text(vi="TÌNH HÌNH GỬI BÁO CÁO", en="DELIVERY OF REPORTS"),
        remarks=_rates(book),
        columns=_columns(book, slots),
        count=len(book.layout.consolidation.units),
        frozen_columns=3,
    )
    return build_table(book, table, record_rows(book, table.columns, _records(book, slots)))


def _slots(book: Book) -> tuple[Slot, ...]:
    """The slots that the campaign has, in the order of letters and the board."""
    present = {report.slot for line in book.layout.consolidation.units for report in line.submission.slots}
    return tuple(slot for slot in Slot if slot in present or slot in book.layout.campaign.required_slots)


def _rates(book: Book) -> tuple[str, ...]:
    consolidation, language = book.layout.consolidation, book.layout.language
    expected, reported = consolidation.expected, consolidation.reported
    on_time = sum(1 for line in consolidation.units if line.reported and line.timeliness is Timeliness.ON_TIME)
    rate, punctual = share(reported * 100, expected), share(on_time * 100, expected)
    said = ["" if each is None else f" ({figure(f'{each:.1f}', language)}%)" for each in (rate, punctual)]
    return (
        Text(
            vi=f"Phải báo cáo: {expected} đơn vị.  Đã tổng hợp: {coverage(consolidation)}{said[0]}.  "
            f"Đúng hạn: {on_time}/{expected}{said[1]}.",
            en=f"Expected: {expected} units.  Included: {coverage(consolidation)}{said[0]}.  "
            f"On time: {on_time}/{expected}{said[1]}.",
        ).in_(language),
        Text(
            vi=f"Thời hạn: {book.layout.campaign.deadline_wording}. Tính theo giờ thư đến hộp thư.",
            en=f"Deadline: {book.layout.campaign.deadline_wording}. Judged by the time the mail reached the mailbox.",
        ).in_(language),
    )


def _columns(book: Book, slots: tuple[Slot, ...]) -> tuple[TableColumn, ...]:
    head = (
        TableColumn(header=Text(vi="STT", en="No."), width=5, look=_CENTRED),
        TableColumn(header=Text(vi="Mã", en="Code"), width=8.5, look=_CENTRED),
        TableColumn(header=Text(vi="Đơn vị", en="Unit"), width=24, look=_NAME),
        TableColumn(header=Text(vi="Trạng thái", en="State"), width=13, look=_CENTRED),
        TableColumn(header=Text(vi="Thời hạn", en="Timeliness"), width=14, look=_CENTRED),
        TableColumn(header=Text(vi="Tính vào tổng", en="In the totals"), width=10, look=_CENTRED),
    )
    middle = tuple(TableColumn(header=_slot_header(book, slot), width=13, look=_CENTRED) for slot in slots)
    return (
        *head,
        *middle,
        TableColumn(header=Text(vi="Nhận lần đầu", en="First received"), width=17, look=_INSTANT),
        TableColumn(header=Text(vi="Đủ hồ sơ lúc", en="Complete at"), width=17, look=_INSTANT),
        TableColumn(header=Text(vi="Nhận gần nhất", en="Last received"), width=17, look=_INSTANT),
        TableColumn(header=Text(vi="Bản", en="Version"), width=8, look=_CENTRED),
        TableColumn(header=Text(vi="Cảnh báo", en="Findings"), width=9, look=_CENTRED),
        TableColumn(header=Text(vi="Số lần nhắc", en="Reminders"), width=10, look=_CENTRED),
        TableColumn(header=Text(vi="Điện thoại", en="Phone"), width=15, look=style.TEXT),
    )


def _slot_header(book: Book, slot: Slot) -> Text:
    rule = book.layout.campaign.photos
    if slot is Slot.PHOTOS and rule is not None:
        return Text(vi=f"Ảnh ({rule.min}–{rule.max})", en=f"Photos ({rule.min}–{rule.max})")
    return SLOT[slot]


def _records(book: Book, slots: tuple[Slot, ...]) -> Iterator[tuple[Record, dict[int, style.Style]]]:
    language = book.layout.language
    zone = book.layout.campaign.deadline.tzinfo
    yes = Text(vi="có", en="yes").in_(language)
    for number, line in enumerate(book.layout.consolidation.units, 1):
        submission = line.submission
        excused = submission.content is Content.EXCUSED  # neither in time nor late
        record: list[Cell] = [
            number,
            line.code,
            capitalised(line.name),
            _state(line).in_(language),
            "" if excused else TIMELINESS[line.timeliness].in_(language),
            yes if line.reported else absence(line).in_(language),
            *(_slot_words(submission.slot(slot), slot, book) for slot in slots),
            _wall(submission.first_received_at, zone),
            _wall(submission.completed_at, zone),
            _wall(submission.last_received_at, zone),
            submission.version or None,
            sum(1 for each in submission.findings if each.severity is not Severity.INFO) or None,
            line.reminders or None,
            line.phone,
        ]
        differing: dict[int, style.Style] = {}
        if submission.content in (Content.MISSING, Content.RETURNED):
            differing[3] = _ALARM
        if line.timeliness in (Timeliness.LATE, Timeliness.OVERDUE) and not excused:
            differing[4] = _ALARM
        yield tuple(record), differing


def _state(line: UnitLine) -> Text:
    said = CONTENT[line.submission.content]
    if not line.submission.provisional:
        return said
    return Text(vi=f"{said.vi} (tạm ghi, chờ xác nhận người gửi)", en=f"{said.en} (provisional, sender to be confirmed)")


def _slot_words(report: SlotReport | None, slot: Slot, book: Book) -> str:
    if report is None:
        return ""
    words = SLOT_STATE[report.state].in_(book.layout.language)
    return f"{report.count} – {words}" if slot is Slot.PHOTOS and report.count else words


def _wall(moment: datetime | None, zone: tzinfo | None) -> datetime | None:
    """The instant on the office's clock: spreadsheets know no zones."""
    return None if moment is None else moment.astimezone(zone)
