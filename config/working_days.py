"""Working days of public offices: weekends, public holidays, bridge days, and Saturdays made up for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """Which days the office works. Three lists, since a bridge day off is made up on a weekend."""

    holidays: frozenset[date] = frozenset()
    extra_off: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether the office works on this day."""
        if day in self.extra_workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays and day not in self.extra_off

    def on_or_before(self, day: date) -> date:
        """This day if the office works, else the last working day before it."""
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day

    def on_or_after(self, day: date) -> date:
        """This day if the office works, else the next working day."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day
