"""What arrived, as values: the envelope of a message, its documents with role and fate, and what was read from each.

Every class here is frozen and made of str, int, Decimal, bool, None, date, datetime, enum, tuple and each other, so that
`parsers.codec` can carry it as JSON between a reading child process, the database and us. Text is NFC. Money and counts are
int, never float.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from config.campaign import Severity
from config.text import NO_TEXT, Text
from parsers.grid import PicturePlace

READER_VERSION = 1
"""Raised whenever reading the same bytes may give another result; derived rows carry it."""


class DocumentRole(StrEnum):
    """What a document is for."""

    FORM = "form"
    NARRATIVE = "narrative"
    PHOTO = "photo"
    SCAN = "scan"
    BLANK_FORM = "blank_form"
    CONTAINER = "container"
    DECORATION = "decoration"  # logo, signature picture
    UNKNOWN = "unknown"


class DocumentFate(StrEnum):
    """What became of a document. `SUPERSEDED` and cross-message `DUPLICATE` are decided when the unit is judged."""

    USED = "used"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    REFUSED = "refused"  # limit, password, macro ...
    UNREADABLE = "unreadable"


class ValueStatus(StrEnum):
    """How far a value can be trusted."""

    OK = "ok"
    CONFIRM = "confirm"  # used provisionally, asked about
    REJECT = "reject"  # no value, asked about
    EMPTY = "empty"  # blank, not zero
    CORRECTED = "corrected"  # by the officer


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong or doubtful, as data. `where` is an indicator code, a section code, a document path or ""."""

    code: str  # "V-7-FLAG", "N-ambiguous_slash", "D-PASSWORD" ...
    severity: Severity
    where: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One figure or text as read from one cell.

    `value` is an int for counts, people and money (đồng), a str for text, None when rejected or empty. `raw` is the cell's
    own text. `suggest` is shown to the officer, never used as the value. `cell` is an address such as "D7", or "" where
    the source has none; `place` says where on a scan it was read, so that the picture of the cell can be cut out again.
    """

    indicator: str
    column: str
    value: int | str | None
    raw: str
    status: ValueStatus
    warnings: tuple[str, ...] = ()
    suggest: int | None = None
    sheet: str = ""
    cell: str = ""
    number_format: str = ""
    place: PicturePlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReading:
    """A form found in a document. `heading` is the text above and below the table: letterhead, title, signature."""

    sheet: str
    values: tuple[Value, ...]
    findings: tuple[Finding, ...]
    heading: str
    matched: int  # indicators whose row was found
    blank: bool  # the untouched template
    extras: tuple[str, ...] = ()  # rows the unit added, as text
    row_name: str = ""  # whose row it is, where the form lists the units
    unit_code: str = ""  # what the hidden name of a prefilled form says: "03295" or "htsd-2020|03295"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionText:
    """One section of a narrative: outline code and its text."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedDocument:
    """An official document cited in section I.1: number, date, subject."""

    number: str
    dated: date | None
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrativeReading:
    """A narrative split by its outline; `unplaced` is everything that belongs to no section. `heading` as in FormReading."""

    sections: tuple[SectionText, ...]
    unplaced: str
    heading: str
    cited: tuple[CitedDocument, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReading:
    """A picture: size after EXIF rotation, when it was taken (camera clock, no zone), perceptual hash (16 hex digits)."""

    width: int
    height: int
    taken_at: datetime | None = None
    perceptual_hash: str = ""
    has_position: bool = False  # carries GPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Where a document's bytes stand in the archived raw mail; None for files inside containers."""

    offset: int
    length: int
    encoding: str  # "base64", "quoted-printable", "identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One leaf of a message: any part that is not the chosen body text, and every file found inside one.

    `path` is the readable way to it ("bao-cao.zip/anh 1.jpg"), data only, never used as a file path. `type` is the media
    type by content. Documents hold at most one of `photo`; a workbook may hold several forms and a docx a form and a
    narrative at once: then `role` is the one that counts most (form, then narrative).
    """

    path: str
    name: str
    sha256: str
    size: int
    type: str
    role: DocumentRole
    fate: DocumentFate
    why: Text = NO_TEXT
    slice: Slice | None = None
    forms: tuple[FormReading, ...] = ()
    narrative: NarrativeReading | None = None
    photo: PhotoReading | None = None
    text: str = ""  # the first 4,000 characters of its text, for identifying the unit
    campaigns: tuple[str, ...] = ()  # whose form it carries: several where campaigns ask for the same form
    findings: tuple[Finding, ...] = ()


class Robot(StrEnum):
    """Why a message is never answered; `NONE` for a person's mail. The first five are no reports either."""

    NONE = "none"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    READ_RECEIPT = "read_receipt"
    LIST = "list"
    OWN = "own"
    AUTO_FORWARD = "auto_forward"  # rule-forwarded real mail: read, but not answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """The original of a forwarded mail, inline or attached: who wrote it and about what. `sha256`: the attached mail's."""

    sender: str
    sender_name: str
    subject: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The headers of a message that matter. Addresses are lower case; `senders` holds every From address (two are suspect)."""

    message_id: str
    subject: str
    senders: tuple[str, ...]
    sender_name: str
    recipients: tuple[str, ...]
    dated: datetime | None
    in_reply_to: str
    references: tuple[str, ...]
    robot: Robot
    authentication_results: tuple[str, ...]  # raw header values, topmost first
    received_at: datetime | None  # by the topmost Received header
    fingerprint: str  # of From, Date, Message-ID, Subject and the body parts: equal for the same mail delivered twice
    bounced_message_id: str = ""  # for a bounce: the Message-ID of our mail that did not arrive
    bounced_recipient: str = ""

    @property
    def sender(self) -> str:
        """The one From address, or ""."""
        return self.senders[0] if self.senders else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReading:
    """Everything understood of one message. `form_id` is the campaign whose form its documents match best, or ""."""

    envelope: Envelope
    body: str  # the text the sender wrote, quoted history included
    documents: tuple[Document, ...]
    forwarded: tuple[Forwarded, ...]
    request: str  # "extension", "" ...: what a mail without a report asks for
    links: tuple[str, ...]  # cloud drive links, reported and never opened
    findings: tuple[Finding, ...]
    campaign: str = ""
