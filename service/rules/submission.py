"""What a unit has delivered so far, as values: the result of `service.rules.judge`, and the input of everything after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.campaign import Slot
from config.text import NO_TEXT, Text
from parsers.grid import PicturePlace
from parsers.values import CitedDocument, DocumentFate, Finding, ValueStatus


class Content(StrEnum):
    """The content axis of a unit's state."""

    MISSING = "missing"
    PARTIAL = "partial"
    RECEIVED = "received"
    ISSUES = "issues"
    APPROVED = "approved"
    RETURNED = "returned"
    EXCUSED = "excused"


class Timeliness(StrEnum):
    """The time axis of a unit's state."""

    NOT_DUE = "not_due"
    DUE_SOON = "due_soon"
    ON_TIME = "on_time"
    LATE = "late"
    OVERDUE = "overdue"
    EXTENDED = "extended"


class SlotState(StrEnum):
    """How far one slot is filled."""

    MISSING = "missing"
    PARTIAL = "partial"
    OK = "ok"
    ISSUES = "issues"


class Trust(StrEnum):
    """What our own mail server says of the sender's address."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where something was read: message number, document path, sheet, cell, hash of the document, time of receipt."""

    message: int
    document: str
    sha256: str
    received_at: datetime
    sheet: str = ""
    cell: str = ""
    place: PicturePlace | None = None  # of the cell on a scan


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitValue:
    """One figure of a unit. `decision` is the number of the officer's decision that set it; `raw` is what the unit wrote."""

    indicator: str
    column: str
    value: int | str | None
    raw: str
    status: ValueStatus
    source: Source | None = None
    warnings: tuple[str, ...] = ()
    suggest: int | None = None
    decision: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReport:
    """The state of one slot; `documents` used in it, `count` of photos for the photo slot."""

    slot: Slot
    state: SlotState
    documents: int = 0
    count: int = 0
    received_at: datetime | None = None  # when it became what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPhoto:
    """A photo that counts."""

    sha256: str
    name: str
    width: int
    height: int
    source: Source
    taken_at: datetime | None = None
    perceptual_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSection:
    """One section of the unit's narrative."""

    code: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure that a newer version changed."""

    indicator: str
    column: str
    before: int | str | None
    after: int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One message that added to or replaced part of the report."""

    number: int
    message: int
    received_at: datetime
    slots: tuple[Slot, ...]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDocument:
    """The fate of one document once the whole report is seen."""

    message: int
    path: str
    fate: DocumentFate
    why: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """All a unit has delivered to a campaign. Empty tuples and None for a unit that has sent nothing."""

    unit: str
    content: Content
    slots: tuple[SlotReport, ...]
    values: tuple[UnitValue, ...] = ()
    sections: tuple[UnitSection, ...] = ()
    unplaced: str = ""
    cited: tuple[CitedDocument, ...] = ()  # the official documents that the narrative lists
    photos: tuple[UnitPhoto, ...] = ()
    findings: tuple[Finding, ...] = ()
    documents: tuple[JudgedDocument, ...] = ()
    versions: tuple[Version, ...] = ()
    first_received_at: datetime | None = None
    completed_at: datetime | None = None  # receipt of the message that completed the required slots
    last_received_at: datetime | None = None
    provisional: bool = False  # rests on a sender who is not on the roster and not confirmed
    unconfirmed: tuple[int, ...] = ()  # the messages it so rests on
    extended_to: datetime | None = None
    extended_at: datetime | None = None  # when the officer said so
    waiting: tuple[int, ...] = ()  # messages that wait for the officer before they may replace figures

    @property
    def version(self) -> int:
        """The number of the newest version, 0 before the first."""
        return self.versions[-1].number if self.versions else 0

    @property
    def complete(self) -> bool:
        """Whether every required slot is filled."""
        return self.completed_at is not None

    def slot(self, slot: Slot) -> SlotReport | None:
        """The report on one slot, None if the campaign does not have it."""
        return next((each for each in self.slots if each.slot is slot), None)

    def value(self, indicator: str, column: str) -> UnitValue | None:
        """One figure, None if nothing was read for it."""
        return next((each for each in self.values if each.indicator == indicator and each.column == column), None)
