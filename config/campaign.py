"""What a campaign expects: the form, the roster, the slots, the deadline and the reminders, as frozen values.

`config.loading` builds these from the files of a home folder and reports every mistake; nothing else makes a Campaign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from config.text import Text
from config.working_days import WorkingDays


class Slot(StrEnum):
    """One part of a report."""

    NARRATIVE = "narrative"
    FORM = "form"
    PHOTOS = "photos"


class Requirement(StrEnum):
    """Whether a slot is owed."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    OFF = "off"


class Severity(StrEnum):
    """How grave a finding is: an error keeps a report from being complete, a warning is asked about, info is told."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class ColumnKind(StrEnum):
    """What a column of the form holds."""

    ROW_NUMBER = "row_number"
    LABEL = "label"
    UNIT = "unit"
    QUANTITY = "quantity"
    NOTE = "note"


class IndicatorType(StrEnum):
    """What an indicator's cells may hold."""

    INTEGER = "integer"
    INTEGER_FLAG = "integer_flag"  # 0 or 1
    DECIMAL = "decimal"
    MONEY = "money_vnd"
    TEXT = "text"
    NONE = "none"  # a heading: nothing to fill


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the form. `group_header` is the merged heading printed above it, if any.

    `type` is what the figures of a quantity column are where its heading says so ("Diện tích (ha)"); None: what their row says.
    """

    key: str
    header: str
    kind: ColumnKind
    aliases: tuple[str, ...] = ()
    group_header: str = ""
    type: IndicatorType | None = None


class IndicatorRole(StrEnum):
    """An indicator's place in the form."""

    GROUP = "group"  # heading without a figure
    TOTAL = "total"  # carries the total of the indicators below it
    LEAF = "leaf"
    TEXT = "text"


class RollUp(StrEnum):
    """How the units' values of an indicator become one."""

    SUM = "sum"
    SUM_OF_FLAGS = "sum_of_flags"
    CONCAT_BY_UNIT = "concat_by_unit"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One row of the form.

    `columns` are the keys under which its values are recorded: quantity column keys such as "count" and "people"; ("money",)
    for a money indicator, whichever column the unit typed it in; ("text",) for free text; () for a heading.
    `pair` names two columns that units often write together in one cell ("3/120"), in that order.
    """

    code: str
    order: int  # 1-based position in the form
    label: str
    label_en: str
    row_number: str  # as printed in the STT column, "" if none
    unit: str  # unit of measure as printed, "" if none
    type: IndicatorType
    role: IndicatorRole
    parent: str | None
    columns: tuple[str, ...]
    pair: tuple[str, str] | None
    roll_up: RollUp
    required: bool
    aliases: tuple[str, ...] = ()
    subunits: Mapping[str, tuple[str, ...]] | None = None  # kinds of thing counted together: {"quyen": ("quyển", "cuốn")}
    mixed_units: bool = False  # summed, but the sum carries a footnote


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A validation rule as data. `type` picks the check, `params` feed it, `text` is a template with {label}, {total} ..."""

    id: str
    type: str
    severity: Severity
    scope: str  # "unit" or "consolidated"
    params: Mapping[str, object]
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading of the narrative's outline. `code` is "I.2"; `aliases` are other wordings units use."""

    code: str
    heading: str
    heading_en: str
    required: bool
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The blank form: columns from left to right, indicators from top to bottom, its rules, and the narrative's outline.

    `units_as_rows`: the sheet lists the units, each fills the row with its name; the one indicator stands for that row.
    `left_out`: headings of the office's own form whose columns are not collected.
    """

    title: str
    subtitle: str
    columns: tuple[Column, ...]
    indicators: tuple[Indicator, ...]
    rules: tuple[Rule, ...]
    outline: tuple[Section, ...]
    units_as_rows: bool = False
    left_out: tuple[str, ...] = ()

    def indicator(self, code: str) -> Indicator | None:
        """The indicator with this code, or None."""
        return next((each for each in self.indicators if each.code == code), None)

    def type_of(self, indicator: Indicator, column: str) -> IndicatorType:
        """What an indicator's figures in a column are: the column's own type, where it has one, before that of a counted row."""
        if indicator.type not in (IndicatorType.INTEGER, IndicatorType.DECIMAL):
            return indicator.type
        return next((each.type for each in self.columns if each.key == column and each.type is not None), indicator.type)

    @property
    def quantity_columns(self) -> tuple[Column, ...]:
        """The columns that hold figures, left to right."""
        return tuple(each for each in self.columns if each.kind is ColumnKind.QUANTITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Who owes a report. `aliases` identify it when seen in full, `weak_aliases` (abbreviations) only suggest it."""

    code: str
    name: str  # "Quài Tở"
    kind: str  # "xã", "thị trấn"
    emails: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    weak_aliases: tuple[str, ...] = ()
    phone: str = ""
    contact: str = ""
    parent: str | None = None
    population: int | None = None
    head_email: str = ""  # of the unit's head, who may get a copy of overdue letters

    @property
    def full_name(self) -> str:
        """Kind and name: "xã Quài Tở"."""
        return f"{self.kind} {self.name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRule:
    """How many photos a report carries. Fewer than `min` is incomplete; more than `max` is accepted and the officer picks."""

    min: int
    max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderPlan:
    """When units that still owe something are reminded, counted in days from the deadline's date."""

    before: tuple[timedelta, ...]
    after: tuple[timedelta, ...]
    at: time
    working_days_only: bool
    kickoff: bool = False  # whether each unit gets the order with the blank form when the campaign opens
    copy_heads: bool = False  # whether heads of units get a copy of overdue letters
    chase: timedelta | None = None  # working days after the deadline's date until the officer gets the draft chase letter


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolidationPlan:
    """Whether the consolidated report is made at the deadline, and who gets it."""

    at_deadline: bool
    recipients: tuple[str, ...]


class UnknownSenders(StrEnum):
    """What happens to a report from an address that is not on the roster."""

    FILE = "file"  # filed by content, provisional until confirmed
    ASK = "ask"  # waits for a decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One collection with a form, a roster and a deadline."""

    id: str
    title: str
    short_title: str
    area: str  # the coordinating area, "huyện Tuần Giáo": its bare name never identifies a unit
    order_citation: str  # the order that asked for the report, as printed in letters
    year: int
    starts: date
    deadline: datetime
    deadline_wording: str
    closes: date
    unknown_senders: UnknownSenders
    narrative: Requirement
    form_slot: Requirement
    photos: PhotoRule | None
    reminders: ReminderPlan
    consolidation: ConsolidationPlan
    form: Form
    roster: tuple[Unit, ...]
    letters: Mapping[str, str]  # letter kind -> Jinja2 text, subject on the first line
    working_days: WorkingDays

    def unit(self, code: str) -> Unit | None:
        """The unit with this code, or None."""
        return _by_code(self.roster).get(code)

    @property
    def required_slots(self) -> tuple[Slot, ...]:
        """The slots every unit owes, in the order of letters and the board."""
        owed = []
        if self.narrative is Requirement.REQUIRED:
            owed.append(Slot.NARRATIVE)
        if self.form_slot is Requirement.REQUIRED:
            owed.append(Slot.FORM)
        if self.photos is not None and self.photos.min > 0:
            owed.append(Slot.PHOTOS)
        return tuple(owed)


_ROSTERS_KEPT = 16
_indexed: dict[int, tuple[tuple[Unit, ...], Mapping[str, Unit]]] = {}


def _by_code(roster: tuple[Unit, ...]) -> Mapping[str, Unit]:
    """A roster's units by code. Ten thousand letters look up their unit several times each: an index is kept per roster."""
    kept = _indexed.get(id(roster))
    if kept is None or kept[0] is not roster:
        if len(_indexed) >= _ROSTERS_KEPT:
            _indexed.clear()
        kept = (roster, {unit.code: unit for unit in reversed(roster)})  # the first of two equal codes
        _indexed[id(roster)] = kept
    return kept[1]
