"""The question put to a cell of figures, and the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from config.campaign import IndicatorType
from parsers.number_warnings import status_of
from parsers.values import ValueStatus

_BEYOND = 10**18  # no figure of any office; keeps arithmetic exact


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberContext:
    """What is known of a cell before it is read: the indicator's unit as printed, the column it stands in, and the year.

    `pair` names the two columns that units write together in one cell ("3/120"), in that order. `columns` are the columns the
    indicator is recorded under; when it has exactly one, a figure typed beside it is moved there and asked about.
    """

    unit: str
    column: str
    type: IndicatorType
    year: int
    pair: tuple[str, str] | None = ("count", "people")
    subunits: Mapping[str, tuple[str, ...]] | None = field(default=None, hash=False)
    columns: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether only whole numbers make sense."""
        return self.type is not IndicatorType.DECIMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReading:
    """What a cell says: figures by column ("count", "people", "money" ...), how far to trust them, and every doubt by its code.

    `suggest` is shown to the officer, never stored as a value. A figure is a Decimal only where decimals are asked for.
    """

    status: ValueStatus
    values: Mapping[str, int | Decimal] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    suggest: int | None = None


def reading(values: Mapping[str, Decimal | int], warnings: Iterable[str] = ()) -> NumberReading:
    """An answer whose status follows from its warnings. With one that rejects, no value is kept."""
    codes = tuple(dict.fromkeys(warnings))
    if any(each >= _BEYOND for each in values.values()):
        return NumberReading(status=ValueStatus.REJECT, warnings=tuple(dict.fromkeys((*codes, "text_no_number"))))
    status = status_of(codes)
    if status is ValueStatus.REJECT:
        return NumberReading(status=status, warnings=codes)
    return NumberReading(status=status, values={key: _plain(value) for key, value in values.items()}, warnings=codes)


def rejected(*warnings: str, suggest: int | None = None) -> NumberReading:
    """No value, asked about."""
    return NumberReading(status=ValueStatus.REJECT, warnings=tuple(dict.fromkeys(warnings)), suggest=suggest)


def empty(*warnings: str) -> NumberReading:
    """No value, and not zero."""
    return NumberReading(status=ValueStatus.EMPTY, warnings=warnings)


def _plain(value: Decimal | int) -> int | Decimal:
    return int(value) if value == int(value) else value
