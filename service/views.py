"""What `--json` prints, and the page's interface will: plain dicts with the names that scripts rely on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.campaign import Campaign, Slot
from config.text import Language
from parsers.form_claims import doubted
from parsers.grid import SHARES, PicturePlace
from parsers.values import Document, Finding, MessageReading, Value
from service.desk import Board
from service.rules.consolidation import UnitLine
from service.rules.remind import DueReminder
from service.rules.submission import SlotReport, Source, Submission, UnitValue
from storage.decisions import Decision
from storage.filings import Filing, MessageState
from storage.mail_records import MessageRecord, Sighting
from storage.notices import Notice
from storage.readings import DocumentRow

Plain = dict[str, Any]


class Views:
    """Turns records into plain dicts, moments in the office's time zone and words in its language."""

    def __init__(self, timezone: ZoneInfo, language: Language) -> None:
        self._timezone = timezone
        self._language = language

    def board(self, board: Board) -> Plain:
        """`thubao status --json`."""
        numbers = board.rates
        return {
            "campaign": board.campaign.id,
            "now": self._at(board.now),
            "deadline": self._at(board.campaign.deadline),
            "rates": {
                "expected": numbers.expected,
                "actual": numbers.actual,
                "rate": numbers.rate,
                "on_time": numbers.on_time,
                "on_time_rate": numbers.on_time_rate,
            },
            "units": [self.unit_line(board.campaign, each) for each in board.lines],
            "unattributed": board.unattributed,
            "needs_decision": board.needs_decision,
            "sending_stopped": board.stopped and {"since": self._at(board.stopped.since), "who": board.stopped.who},
            "undelivered": [each.in_(self._language) for each in board.undelivered],
            "mailbox": [
                {
                    "name": each.name,
                    "last_success": self._at(each.last_success),
                    "server": each.server,
                    "recorded": each.recorded,
                    "error": each.error,
                    "next_try": self._at(each.next_try),
                    "silent": each.silent,
                    "notes": [note.in_(self._language) for note in each.notes],
                }
                for each in board.mailboxes
            ],
            "smtp": board.outgoing
            and {"error": board.outgoing.reason.in_(self._language), "next_try": self._at(board.outgoing.until)},
            "archive": board.archive
            and {
                "counted_at": self._at(board.archive.counted_at),
                "recorded": board.archive.counted,
                "missing": board.archive.missing,
                "surplus": board.archive.surplus,
            },
        }

    def unit_line(self, campaign: Campaign, line: UnitLine) -> Plain:
        """One unit of the board."""
        submission = line.submission
        unit = campaign.unit(line.code)
        return {
            "code": line.code,
            "name": unit.name if unit else line.name,
            "kind": unit.kind if unit else "",
            "content": submission.content.value,
            "time": line.timeliness.value,
            "slots": {each.slot.value: self._slot(each) for each in submission.slots},
            "first_received_at": self._at(submission.first_received_at),
            "completed_at": self._at(submission.completed_at),
            "version": submission.version,
            "findings": len(submission.findings),
            "reminders": line.reminders,
            "open_mails": [{"message": each.message, "why": each.why.in_(self._language)} for each in line.open_mails],
            "provisional": submission.provisional,
            "extended_to": self._at(submission.extended_to),
        }

    def unit(self, campaign: Campaign, line: UnitLine, notices: tuple[Notice, ...], decisions: tuple[Decision, ...]) -> Plain:
        """`thubao show UNIT --json`."""
        submission = line.submission
        return {
            **self.unit_line(campaign, line),
            "values": self.values(submission),
            "narrative": {each.code: each.text for each in submission.sections},
            "unplaced": submission.unplaced,
            "cited": [
                {"number": each.number, "dated": each.dated.isoformat() if each.dated else None, "subject": each.subject}
                for each in submission.cited
            ],
            "photos": [
                {
                    "sha256": each.sha256,
                    "name": each.name,
                    "width": each.width,
                    "height": each.height,
                    "taken_at": each.taken_at.isoformat() if each.taken_at else None,
                    "source": self._source(each.source),
                }
                for each in submission.photos
            ],
            "findings": [self.finding(each) for each in submission.findings],
            "versions": [
                {
                    "version": each.number,
                    "message": each.message,
                    "received_at": self._at(each.received_at),
                    "slots": [slot.value for slot in each.slots],
                    "changes": [
                        {"indicator": c.indicator, "column": c.column, "before": c.before, "after": c.after} for c in each.changes
                    ],
                }
                for each in submission.versions
            ],
            "waiting": list(submission.waiting),
            "timeline": self._timeline(submission, notices, decisions),
        }

    def values(self, submission: Submission) -> Plain:
        """Every figure of a unit by indicator and column."""
        found: Plain = {}
        for each in submission.values:
            found.setdefault(each.indicator, {})[each.column] = self.value(each)
        return found

    def value(self, value: UnitValue) -> Plain:
        """One figure with its source."""
        plain: Plain = {
            "value": value.value,
            "raw": value.raw,
            "status": value.status.value,
            "source": self._source(value.source) if value.source else {},
        }
        if value.warnings:
            plain["warnings"] = list(value.warnings)
        if value.suggest is not None:
            plain["suggest"] = value.suggest
        if value.decision is not None:
            plain["decision"] = value.decision
            plain["why"] = value.why
        return plain

    def message(
        self,
        record: MessageRecord,
        filing: Filing | None,
        seen: Sighting | None,
        reading: MessageReading | None,
        files: tuple[DocumentRow, ...],
    ) -> Plain:
        """One entry of `thubao messages --json`."""
        envelope = reading.envelope if reading else None
        return {
            "id": record.id,
            "mailbox": seen.mailbox if seen else None,
            "folder": seen.folder if seen else None,
            "uid": seen.uid if seen else None,
            "source": record.source,
            "message_id": envelope.message_id if envelope else "",
            "subject": envelope.subject if envelope else "",
            "from": envelope.sender if envelope else "",
            "received_at": self._at(record.received_at),
            "sha256": record.sha256,
            "size": record.size,
            "state": filing.state.value if filing else "received",
            "unit": filing.unit if filing else None,
            "campaign": filing.campaign if filing else None,
            "trust": filing.trust if filing else "unverified",
            "provisional": filing.provisional if filing else False,
            "why": filing.why.in_(self._language) if filing else "",
            "request": filing.request if filing else None,
            "evidence": [self.evidence(each) for each in filing.evidence] if filing else [],
            "duplicate_of": filing.duplicate_of if filing else None,
            "documents": [self.document_row(each) for each in files],
        }

    def unfetched(self, seen: Sighting) -> Plain:
        """A mail that stands on the server and could not be fetched, among the others of `thubao messages --json`."""
        nothing: Plain = {"id": None, "source": None, "received_at": None, "sha256": None, "size": None, "unit": None}
        nothing |= {"campaign": None, "request": None, "duplicate_of": None, "evidence": [], "documents": []}
        nothing |= {"message_id": "", "subject": "", "from": "", "trust": "unverified", "provisional": False}
        place = {"mailbox": seen.mailbox, "folder": seen.folder, "uid": seen.uid}
        return {**nothing, **place, "state": MessageState.SET_ASIDE.value, "why": seen.reason}

    def document_row(self, document: DocumentRow) -> Plain:
        """One document as listed with its message."""
        return {
            "name": document.name,
            "path": document.path,
            "sha256": document.sha256,
            "size": document.size,
            "type": document.type,
            "role": document.role,
            "fate": document.fate,
            "why": document.why.in_(self._language),
            **({"unit": document.unit} if document.unit else {}),
            **({"campaign": document.campaign} if document.campaign else {}),
        }

    def document(self, document: Document) -> Plain:
        """One document as `thubao read --json` prints it: with everything that was understood of it."""
        values: Plain = {}
        for form in document.forms:
            for each in form.values:
                own, key = values.setdefault(each.indicator, {}), each.column
                other = own.get(key)  # of another form in the same file: which one counts is not for us to say
                differs = other is not None and each.raw and other["raw"] and other["value"] != each.value
                if other is None or each.raw:
                    own[key] = self._read_value(document, doubted(each, ["two_forms_differ"]) if differs else each)
        found = [*document.findings, *(each for form in document.forms for each in form.findings)]
        narrative = document.narrative
        return {
            "name": document.name,
            "path": document.path,
            "sha256": document.sha256,
            "size": document.size,
            "type": document.type,
            "role": document.role.value,
            "fate": document.fate.value,
            "why": document.why.in_(self._language),
            "values": values,
            "forms": len(document.forms),
            "narrative": {each.code: each.text for each in narrative.sections} if narrative else {},
            "findings": [self.finding(each) for each in (*found, *(narrative.findings if narrative else ()))],
            **({"width": document.photo.width, "height": document.photo.height} if document.photo else {}),
        }

    def finding(self, finding: Finding) -> Plain:
        """One finding in the office's language."""
        return {
            "code": finding.code,
            "severity": finding.severity.value,
            "where": finding.where,
            "message": finding.text.in_(self._language),
        }

    def notice(self, notice: Notice) -> Plain:
        """One entry of `thubao notices --json`."""
        return {
            "id": notice.id,
            "key": notice.key,
            "kind": notice.kind.value,
            "unit": notice.unit,
            "to": notice.recipient,
            "subject": notice.subject,
            "state": notice.state.value,
            "due_at": self._at(notice.due_at),
            "sent_at": self._at(notice.sent_at),
            "message_id": notice.message_id,
            "cause": notice.cause,
            "error": notice.error,
        }

    def due_reminder(self, campaign: Campaign, due: DueReminder) -> Plain:
        """One entry of `thubao remind --dry-run --json`."""
        unit = campaign.unit(due.unit)
        return {
            "campaign": campaign.id,
            "unit": due.unit,
            "kind": due.rung.kind.value,
            "to": unit.emails[0] if unit and unit.emails else "",
            "due_at": self._at(due.rung.due_at),
        }

    def _slot(self, report: SlotReport) -> Plain:
        counted = {"count": report.count} if report.slot is Slot.PHOTOS else {"documents": report.documents}
        return {"state": report.state.value, **counted}

    def _source(self, source: Source) -> Plain:
        on_picture = {"picture": _place(source.place)} if source.place is not None else {}
        return {
            "message": source.message,
            "document": source.document,
            "sheet": source.sheet,
            "cell": source.cell,
            "sha256": source.sha256,
            "received_at": self._at(source.received_at),
            **on_picture,
        }

    def _read_value(self, document: Document, value: Value) -> Plain:
        plain: Plain = {
            "value": value.value,
            "raw": value.raw,
            "status": value.status.value,
            "source": {"document": document.path, "sheet": value.sheet, "cell": value.cell, "sha256": document.sha256},
        }
        if value.place is not None:
            plain["source"]["picture"] = _place(value.place)
        if value.warnings:
            plain["warnings"] = list(value.warnings)
        if value.suggest is not None:
            plain["suggest"] = value.suggest
        return plain

    def evidence(self, evidence: Mapping[str, Any]) -> Plain:
        """One piece of evidence of where a message is from."""
        detail = evidence.get("detail", "")
        if isinstance(detail, Mapping):
            detail = detail.get(self._language.value, "")
        return {**evidence, "detail": detail}

    def _timeline(self, submission: Submission, notices: tuple[Notice, ...], decisions: tuple[Decision, ...]) -> list[Plain]:
        """What happened with this unit, oldest first."""
        moments: list[tuple[datetime, str, Plain]] = [
            (
                each.received_at,
                "received",
                {"message": each.message, "version": each.number, "slots": [s.value for s in each.slots]},
            )
            for each in submission.versions
        ]
        moments.extend(
            (each.sent_at or each.due_at, "notice", {"kind": each.kind.value, "state": each.state.value, "subject": each.subject})
            for each in notices
        )
        moments.extend((each.at, "decision", {"kind": each.kind.value, "who": each.who, "why": each.why}) for each in decisions)
        return [{"at": self._at(at), "what": what, **more} for at, what, more in sorted(moments, key=lambda each: each[0])]

    def _at(self, moment: datetime | None) -> str | None:
        return moment.astimezone(self._timezone).isoformat() if moment else None


def _place(place: PicturePlace) -> Plain:
    """Where a cell stands on its page: corners in shares of the width and height, clockwise from the cell's upper left."""
    return {"page": place.page, "corners": [[x / SHARES, y / SHARES] for x, y in place.corners]}
