"""The consolidated report as values: the result of `service.rules.consolidate`, and the input of `service.outputs`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.text import Text
from parsers.values import Finding
from service.rules.submission import Submission, Timeliness


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The sum of one indicator's column over the units that gave a value; `value` is None when none did.

    `missing` holds the codes of units without a value; `asked` those whose value is still to be confirmed.
    """

    indicator: str
    column: str
    value: int | str | None
    units: int
    missing: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMail:
    """A mail that seems to be a unit's and waits for the officer: a correction in words, a withdrawal, a request."""

    message: int
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """One unit in the consolidated report: its submission, time axis, and the reminders it was sent."""

    code: str
    name: str  # "xã Quài Tở"
    submission: Submission
    timeliness: Timeliness
    reported: bool  # its form counts in the totals
    reminders: int = 0
    phone: str = ""
    open_mails: tuple[OpenMail, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalChange:
    """A total that differs from the previous version, with the units whose figures changed."""

    indicator: str
    column: str
    before: int | str | None
    after: int | str | None
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """A unit's figure that entered, left or differs in the totals since the previous version."""

    unit: str
    indicator: str
    column: str
    before: int | str | None
    after: int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidation:
    """One numbered, dated consolidation of a campaign, units in roster order."""

    campaign: str
    version: int
    made_at: datetime
    cutoff: datetime  # figures received up to here
    final: bool  # made at or after the deadline; False: a draft on demand
    units: tuple[UnitLine, ...]
    totals: tuple[Total, ...]
    findings: tuple[Finding, ...]
    changes: tuple[TotalChange, ...] = ()
    unit_changes: tuple[UnitChange, ...] = ()
    previous_version: int | None = None

    @property
    def expected(self) -> int:
        """How many units owe a report (excused units do not)."""
        return sum(1 for each in self.units if each.submission.content != "excused")

    @property
    def reported(self) -> int:
        """How many units' forms are in the totals."""
        return sum(1 for each in self.units if each.reported)

    @property
    def missing(self) -> tuple[str, ...]:
        """Codes of the units that owe a form and are not in the totals."""
        return tuple(each.code for each in self.units if not each.reported and each.submission.content != "excused")

    def total(self, indicator: str, column: str) -> Total | None:
        """One total, None if the indicator has no such column."""
        return next((each for each in self.totals if each.indicator == indicator and each.column == column), None)
