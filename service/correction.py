"""Correction by return mail: the unit's own workbook, its doubtful cells marked, and five lines that say what to mend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.campaign import Campaign, Severity, Slot
from config.errors import ParseError, StorageError
from config.text import Language, Text
from parsers.cell_notes import CellNote
from parsers.values import Finding, Robot, ValueStatus
from service.installation import Installation
from service.judging import submission_of
from service.letter_words import a_dozen
from service.rules.submission import Content, Source, Submission, Trust, UnitValue, Version
from service.sandbox import ReaderDied
from storage.filings import filing_of
from storage.mail_records import message_record
from storage.notices import Notice, NoticeKind, NoticeState, enqueue, move, notice_key, notices
from storage.readings import reading_of
from storage.submissions import units_heard_since

_DOUBTFUL = frozenset({ValueStatus.CONFIRM, ValueStatus.REJECT})
_CLOSED = frozenset({Content.APPROVED, Content.EXCUSED})
_NOT_OLDER_THAN = timedelta(days=3)
_A_DAY = 2
_A_CAMPAIGN = 8
_LINES = 5
ASKS = "correction"
"""In the context of a receipt: it asks for the correction as well."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CELL = Text(vi="ô {cell}: {text}", en="cell {cell}: {text}")
_TABLE_CELL = re.compile(r"\b(?:ô |cell )?T(\d+)R(\d+)C(\d+)\b")
_IN_A_TABLE = Text(vi=r"bảng \1, dòng \2, cột \3", en=r"table \1, row \2, column \3")
"""How a person finds a cell of a table without letters, in a Word file or on a scan."""
_MORE = Text(
    vi="và {n} nội dung khác, xem ghi chú tại các ô đã tô màu.",
    en="and {n} more, see the comments in the coloured cells.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to be mended in the newest form of a unit: its mail, its document, notes for cells and lines, gravest first."""

    message: int
    received_at: datetime
    document: str
    sha256: str
    notes: tuple[CellNote, ...]
    lines: tuple[str, ...]
    told: tuple[Finding, ...]  # the findings that the lines are about


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A finding with the figures it is about."""

    finding: Finding
    values: tuple[UnitValue, ...]


def correction_of(submission: Submission, language: Language) -> Correction | None:
    """What to ask the unit to mend, None when every figure of its newest form is clear."""
    version = _newest_form(submission)
    if version is None or submission.content in _CLOSED:
        return None
    cells = ((each, tuple(_cells_of(submission, each, version.message))) for each in submission.findings)
    asked = tuple(_Asked(finding=finding, values=values) for finding, values in cells if values)
    if not asked:
        return None
    told: dict[tuple[str, str, str], list[str]] = {}
    grave: set[tuple[str, str, str]] = set()
    for each in asked:
        for source in (value.source for value in each.values if value.source):
            place = (source.document, source.sheet, source.cell)
            told.setdefault(place, []).append(_without_label(each.finding.text.in_(language), each.values))
            grave.update((place,) if each.finding.severity is Severity.ERROR else ())
    source = _main_source(submission, version.message, told)
    notes = tuple(
        CellNote(sheet=sheet, cell=cell, text="\n".join(dict.fromkeys(texts)), grave=(document, sheet, cell) in grave)
        for (document, sheet, cell), texts in told.items()
        if cell and document == source.document
    )
    gravest_first = sorted(asked, key=lambda each: each.finding.severity is not Severity.ERROR)
    return Correction(
        message=version.message,
        received_at=version.received_at,
        document=source.document,
        sha256=source.sha256,
        notes=notes,
        lines=tuple(dict.fromkeys(_line(each, language) for each in gravest_first)),
        told=tuple(each.finding for each in asked),
    )


def _line(asked: _Asked, language: Language) -> str:
    """What is to be mended: the indicator, the cell where there is one, and why."""
    cells = ", ".join(dict.fromkeys(each.source.cell for each in asked.values if each.source and each.source.cell))
    text = asked.finding.text.in_(language)
    named = not cells or any(each.source and _names(asked.finding, each.source) for each in asked.values)
    line = text if named else _CELL.in_(language).format(cell=cells, text=text)
    return _TABLE_CELL.sub(_IN_A_TABLE.in_(language), line)


def may_ask(installation: Installation, connection: Connection, campaign: Campaign, unit: str, now: datetime) -> bool:
    """Whether the unit may be asked once more to mend its form: while the campaign is open, so many times a day and in all."""
    timezone = installation.home.office.timezone
    day = now.astimezone(timezone).date()
    asked = [each for each in notices(connection, campaign.id, unit) if _asks(each) and each.state is not NoticeState.CANCELLED]
    today = [each for each in asked if each.created_at.astimezone(timezone).date() == day]
    return day <= campaign.closes and len(today) < _A_DAY and len(asked) < _A_CAMPAIGN


def enqueue_corrections(installation: Installation, connection: Connection, campaign: Campaign, now: datetime) -> int:
    """See that every unit whose new form has doubtful or wrong cells is asked once per version; gives how many are new.

    The receipt of that mail asks while it has not left; where it has left without asking, a letter of its own does.
    """
    language = installation.home.office.language
    queued = 0
    for code in units_heard_since(connection, campaign.id, now - _NOT_OLDER_THAN):
        unit = campaign.unit(code)
        submission = submission_of(connection, campaign, unit) if unit else None
        found = correction_of(submission, language) if submission else None
        recipient = _sender(installation, connection, found.message) if found else ""
        if found is None or not recipient or now - found.received_at > _NOT_OLDER_THAN:
            continue
        earlier = [each for each in notices(connection, campaign.id, code) if each.trigger_id == found.message]
        if any(_asks(each) for each in earlier) or not may_ask(installation, connection, campaign, code, now):
            continue
        receipt = next((each for each in earlier if each.kind is NoticeKind.RECEIPT), None)
        if receipt is not None and move(
            connection, receipt.id, NoticeState.QUEUED, NoticeState.QUEUED, context={**receipt.context, ASKS: True}
        ):
            queued += 1
            continue
        queued += enqueue(
            connection,
            key=notice_key(campaign.id, code, NoticeKind.CORRECTION, found.received_at, found.message),
            campaign=campaign.id,
            unit=code,
            kind=NoticeKind.CORRECTION,
            due_at=found.received_at,
            created_at=now,
            recipient=recipient,
            cause=f"message {found.message}: {len(found.lines)} lines to mend",
            context={"message": found.message},
            trigger_id=found.message,
        )
    return queued


def overtaken(submission: Submission, message: int, language: Language) -> str:
    """Why a correction of that message's form is no longer called for, "" when it is."""
    found = correction_of(submission, language)
    if found is None:
        return "nothing is left to mend"
    return "" if found.message == message else "a newer form has arrived"


def asked_in(notice: Notice, submission: Submission, language: Language) -> Correction | None:
    """What a notice asks to mend at this moment: a correction, or the receipt of the mail whose form is in doubt."""
    found = correction_of(submission, language) if _asks(notice) else None
    return found if found is not None and found.message == notice.trigger_id else None


def lines_of(found: Correction, enclosed: tuple[str, ...], language: Language) -> list[str]:
    """The lines of a letter: five where the marked workbook that goes with it shows the rest, else a dozen."""
    return list(_five(found.lines, language)) if _own(found, enclosed) else a_dozen(found.lines, language)


def words_of(found: Correction | None, notice: Notice, enclosed: tuple[str, ...]) -> Mapping[str, object]:
    """What a letter says of the form that goes with it: the unit's own file with marked cells, or a blank one."""
    own = _own(found, enclosed)
    blank = enclosed[:1] if not own and (found or notice.kind is NoticeKind.REMINDER) else ()
    words: dict[str, object] = {"marked_file": "".join(own[:1]), "blank_file": "".join(blank)}
    return {**words, "files": own} if notice.kind is NoticeKind.CORRECTION else words


def own_workbook(installation: Installation, correction: Correction) -> tuple[str, bytes] | None:
    """The unit's workbook with its cells marked, None for other formats and files that cannot be marked safely."""
    with installation.database.reading() as connection:
        record, reading = message_record(connection, correction.message), reading_of(connection, correction.message)
    documents = reading.documents if reading else ()
    document = next((each for each in documents if each.path == correction.document), None)
    if record is None or document is None or document.type != _XLSX or not correction.notes:
        return None
    try:
        raw = installation.archive.read(record.sha256)
        content = installation.readers.extract(raw, correction.sha256)
        return None if content is None else (document.name, installation.readers.mark_up(content, correction.notes))
    except (StorageError, ParseError, ReaderDied):
        return None


def _own(found: Correction | None, enclosed: tuple[str, ...]) -> list[str]:
    return [each for each in enclosed if found is not None and found.document.endswith(each)]


def _asks(notice: Notice) -> bool:
    return notice.kind is NoticeKind.CORRECTION or (notice.kind is NoticeKind.RECEIPT and bool(notice.context.get(ASKS)))


def _newest_form(submission: Submission) -> Version | None:
    return next((each for each in reversed(submission.versions) if Slot.FORM in each.slots), None)


def _cells_of(submission: Submission, finding: Finding, message: int) -> Iterator[UnitValue]:
    """The figures of this message that a finding is about: the one whose cell it names, else those of its indicator."""
    if finding.severity is Severity.INFO:
        return
    code, _, column = finding.where.partition("|")
    own = [
        each
        for each in submission.values
        if each.indicator == code and column in {"", each.column} and each.source is not None and each.source.message == message
    ]
    named = [each for each in own if each.source and each.source.cell and _names(finding, each.source)]
    if named:
        yield from (each for each in named if each.status in _DOUBTFUL)
    elif finding.severity is Severity.ERROR:
        yield from (each for each in own if each.status is not ValueStatus.CORRECTED)
    else:
        yield from (each for each in own if each.status in _DOUBTFUL)


def _names(finding: Finding, source: Source) -> bool:
    return f"(ô {source.cell})" in finding.text.vi


def _without_label(text: str, values: tuple[UnitValue, ...]) -> str:
    """The sentence less what only repeats the place: the line begins with the cell."""
    for each in values:
        for place in (f" (ô {each.source.cell}): ", f" (cell {each.source.cell}): ") if each.source else ():
            if place in text:
                return text.partition(place)[2]
    return text


def _main_source(submission: Submission, message: int, told: dict[tuple[str, str, str], list[str]]) -> Source:
    """The document that most of the doubtful cells are in."""
    documents = [document for document, _sheet, _cell in told]
    most = max(documents, key=documents.count)
    return next(
        each.source
        for each in submission.values
        if each.source is not None and each.source.message == message and each.source.document == most
    )


def _five(lines: tuple[str, ...], language: Language) -> tuple[str, ...]:
    if len(lines) <= _LINES:
        return lines
    left = len(lines) - _LINES + 1
    return (*lines[: _LINES - 1], _MORE.in_(language).format(n=f"{left:02d}" if language is Language.VI else left))


def _sender(installation: Installation, connection: Connection, message: int) -> str:
    """Who is answered, "" for robots, doubtful senders and ourselves."""
    reading, filing = reading_of(connection, message), filing_of(connection, message)
    if reading is None or filing is None or installation.home.smtp is None:
        return ""
    envelope = reading.envelope
    if envelope.robot is not Robot.NONE or len(envelope.senders) != 1 or filing.trust == Trust.FAILED.value:
        return ""
    return "" if envelope.sender in installation.own_addresses() else envelope.sender
