"""Correction by return mail: the unit's own workbook, its doubtful cells marked, and five lines that say what to mend."""

from __future__ import annotations

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
from service.rules.submission import Content, Source, Submission, Trust, UnitValue, Version
from service.sandbox import ReaderDied
from storage.mail_records import message_record
from storage.notices import NoticeKind, NoticeState, enqueue, notice_key, notices
from storage.readings import filing_of, reading_of
from storage.submissions import units_heard_since

_DOUBTFUL = frozenset({ValueStatus.CONFIRM, ValueStatus.REJECT})
_CLOSED = frozenset({Content.APPROVED, Content.EXCUSED})
_NOT_OLDER_THAN = timedelta(days=3)
_A_DAY = 2
_LINES = 5
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CELL = Text(vi="ô {cell}: {text}", en="cell {cell}: {text}")
_MORE = Text(
    vi="và {n} nội dung khác, xem ghi chú tại các ô đã tô màu hoặc thư xác nhận.",
    en="and {n} more, see the comments in the coloured cells or the receipt.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to be mended in the newest form of a unit: its mail, its document, notes for cells and lines for the letter."""

    message: int
    received_at: datetime
    document: str
    sha256: str
    notes: tuple[CellNote, ...]
    lines: tuple[str, ...]


def correction_of(submission: Submission, language: Language) -> Correction | None:
    """What to ask the unit to mend, None when every figure of its newest form is clear."""
    version = _newest_form(submission)
    if version is None or submission.content in _CLOSED:
        return None
    told: dict[tuple[str, str, str], list[str]] = {}
    grave: set[tuple[str, str, str]] = set()
    lines: list[tuple[bool, str]] = []
    for finding in submission.findings:
        values = tuple(_cells_of(submission, finding, version.message))
        if not values:
            continue
        wrong = finding.severity is Severity.ERROR
        text = _without_label(finding.text.in_(language), values)
        for source in (each.source for each in values if each.source):
            place = (source.document, source.sheet, source.cell)
            told.setdefault(place, []).append(text)
            grave.update((place,) if wrong else ())
        cells = ", ".join(dict.fromkeys(each.source.cell for each in values if each.source and each.source.cell))
        lines.append((wrong, _CELL.in_(language).format(cell=cells, text=text) if cells else finding.text.in_(language)))
    if not lines:
        return None
    source = _main_source(submission, version.message, told)
    notes = tuple(
        CellNote(sheet=sheet, cell=cell, text="\n".join(dict.fromkeys(texts)), grave=(document, sheet, cell) in grave)
        for (document, sheet, cell), texts in told.items()
        if cell and document == source.document
    )
    ordered = [line for wrong in (True, False) for each, line in lines if each is wrong]
    return Correction(
        message=version.message,
        received_at=version.received_at,
        document=source.document,
        sha256=source.sha256,
        notes=notes,
        lines=_five(tuple(dict.fromkeys(ordered)), language),
    )


def enqueue_corrections(installation: Installation, connection: Connection, campaign: Campaign, now: datetime) -> int:
    """Queue a correction for every unit whose new form has doubtful or wrong cells: once per version, two a day and unit."""
    timezone = installation.home.office.timezone
    day = now.astimezone(timezone).date()
    if day > campaign.closes:
        return 0
    queued = 0
    for code in units_heard_since(connection, campaign.id, now - _NOT_OLDER_THAN):
        unit = campaign.unit(code)
        submission = submission_of(connection, campaign, unit) if unit else None
        found = correction_of(submission, installation.home.office.language) if submission else None
        recipient = _sender(installation, connection, found.message) if found else ""
        if found is None or not recipient or now - found.received_at > _NOT_OLDER_THAN:
            continue
        earlier = [each for each in notices(connection, campaign.id, code) if each.kind is NoticeKind.CORRECTION]
        today = [each for each in earlier if each.created_at.astimezone(timezone).date() == day]
        if sum(1 for each in today if each.state is not NoticeState.CANCELLED) >= _A_DAY:
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


def words_of(submission: Submission, enclosed: tuple[str, ...], language: Language) -> Mapping[str, object]:
    """What a correction says otherwise than other letters: its five lines, and the unit's file if that goes with it."""
    found = correction_of(submission, language)
    if found is None:
        return {"files": []}
    return {"problems": list(found.lines), "files": [each for each in enclosed if found.document.endswith(each)]}


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
