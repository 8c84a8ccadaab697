"""The board in the terminal: one row per unit, what needs the officer, and the health of the mailbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text as Styled

from config.campaign import Campaign, Slot
from config.settings import Office
from config.text import Language, Text
from service import console_words as words
from service.outputs import wording
from service.pause_words import next_try_words, pause_words
from service.rules.submission import Content

if TYPE_CHECKING:  # the board is handed in; showing it needs none of what made it
    from service.desk import Board
    from service.rules.consolidation import UnitLine

_MARKS = {"missing": "·", "partial": "◐", "received": "●", "issues": "!", "approved": "✓", "returned": "↩", "excused": "○"}
"""A sign beside the colour: the board must read on a black and white print too."""

_LONGEST_NAME = 30  # of a unit on the board: the columns beside it matter more
_UNIT = Text(vi="Đơn vị", en="Unit")
_COLUMNS = (
    Text(vi="STT", en="No."),
    _UNIT,
    Text(vi="Trạng thái", en="State"),
    Text(vi="BC", en="Rep."),
    Text(vi="SL", en="Form"),
    Text(vi="Ảnh", en="Photos"),
    Text(vi="Nhận lúc", en="Received"),
    Text(vi="Thời hạn", en="Time"),
    Text(vi="Bản", en="Ver."),
    Text(vi="Lưu ý", en="Notes"),
    Text(vi="Nhắc", en="Rem."),
)


def board_table(board: Board, office: Office) -> Table:
    """The board as a table."""
    language = office.language
    campaign, rates = board.campaign, board.rates
    due = Text(vi="hạn", en="due").in_(language)
    title = (
        f"{campaign.title}\n{due} {at_moment(campaign.deadline, office)} · {_time_left(campaign.deadline - board.now, language)}"
    )
    complete, on_time = Text(vi="Đã đủ", en="Complete").in_(language), Text(vi="đúng hạn", en="on time").in_(language)
    caption = (
        f"{complete} {rates.actual}/{rates.expected} ({rates.rate:.0%}) · "
        f"{on_time} {rates.on_time}/{rates.expected} ({rates.on_time_rate:.0%}) · {at_moment(board.now, office)}"
    )
    table = Table(
        title=title, caption=caption, title_justify="left", caption_justify="left", header_style="bold", box=SIMPLE_HEAD
    )
    for column in _COLUMNS:
        table.add_column(column.in_(language), no_wrap=True, max_width=_LONGEST_NAME if column is _UNIT else None)
    for position, line in enumerate(board.lines, start=1):
        table.add_row(str(position), *_cells(line, campaign, office))
    return table


def needs_you(board: Board, office: Office) -> list[str]:
    """What waits for the officer, one line each."""
    vietnamese = office.language is Language.VI
    lines = []
    if board.needs_decision:
        count = f"{board.needs_decision:02d}"
        lines.append(f"Cần quyết định: {count} (thubao messages)" if vietnamese else f"Needs you: {count} (thubao messages)")
    for line in (each for each in board.lines if each.open_mails):
        numbers = ", ".join(f"#{each.message}" for each in line.open_mails)
        lines.append(f"  {line.name}: thư {numbers}" if vietnamese else f"  {line.name}: message {numbers}")
    if board.unattributed:
        count = f"{board.unattributed:02d}"
        lines.append(f"Thư chưa rõ đơn vị: {count}" if vietnamese else f"Mail from an unknown unit: {count}")
    if board.stopped is not None:
        lines.append(words.stopped_line(at_moment(board.stopped.since, office), board.stopped.who).in_(office.language))
    return [*lines, *(each.in_(office.language) for each in board.undelivered)]


def health_lines(board: Board, office: Office) -> list[str]:
    """The health of each mailbox and of the archive."""
    lines = []
    for each in board.mailboxes:
        last = at_moment(each.last_success, office) if each.last_success else words.NEVER.in_(office.language)
        told = words.mailbox_line(each.name, last, each.recorded, each.server).in_(office.language)
        silent = "" if each.error or not each.silent else words.SILENT.in_(office.language)
        later = next_try_words(each.next_try, office.timezone).in_(office.language) if each.next_try else ""
        lines.append(" — ".join(part for part in (told, each.error, later, silent) if part))
        lines.extend(note.in_(office.language) for note in each.notes)
    if board.outgoing is not None:
        paused = pause_words(board.outgoing, office.timezone).in_(office.language)
        lines.append(f"{words.OUTGOING.in_(office.language)} — {paused}")
    if board.archive is not None and not board.archive.agrees:
        lines.append(words.archive_line(board.archive.missing, board.archive.surplus).in_(office.language))
    return lines


def word(table: dict[str, Text], key: str, language: Language) -> str:
    """The word for a state."""
    return table[key].in_(language) if key in table else key


def grouped(value: int | str | None, language: Language) -> str:
    """A figure with grouped thousands."""
    return value if isinstance(value, str) and "." not in value else wording.figure(value, language)


def at_moment(moment: datetime, office: Office) -> str:
    """A moment in the office's time zone."""
    return f"{moment.astimezone(office.timezone):%d/%m/%Y %H:%M}"


def _cells(line: UnitLine, campaign: Campaign, office: Office) -> list[Styled]:
    submission, language = line.submission, office.language
    content, time = submission.content.value, line.timeliness.value
    slots = {each.slot: each for each in submission.slots}
    received = submission.completed_at or submission.last_received_at
    photos = slots.get(Slot.PHOTOS)
    rule = campaign.photos
    return [
        Styled(line.name),
        Styled(f"{_MARKS[content]} {word(words.CONTENT, content, language)}", style=words.COLOUR[content]),
        Styled(_slot(slots, Slot.NARRATIVE, language)),
        Styled(_slot(slots, Slot.FORM, language)),
        Styled(f"{photos.count}/{rule.min}–{rule.max}" if photos and rule else ""),
        Styled(f"{received.astimezone(office.timezone):%d/%m %H:%M}" if received else ""),
        Styled("" if submission.content is Content.EXCUSED else word(words.TIME, time, language), style=words.COLOUR[time]),
        Styled(str(submission.version or "")),
        Styled(str(len(submission.findings) or "")),
        Styled(str(line.reminders or "")),
    ]


def _slot(slots: object, slot: Slot, language: Language) -> str:
    report = slots.get(slot) if isinstance(slots, dict) else None
    return word(words.SLOT_STATE, report.state.value, language) if report else ""


def _time_left(left: timedelta, language: Language) -> str:
    vietnamese = language is Language.VI
    if left < timedelta(0):
        return "đã hết hạn" if vietnamese else "the deadline has passed"
    days, hours = left.days, left.seconds // 3600
    return f"còn {days:02d} ngày {hours:02d} giờ" if vietnamese else f"{days} days {hours} hours left"
