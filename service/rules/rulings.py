"""The officer's decisions on one unit's report, as the judge needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RulingKind(StrEnum):
    """The decisions that bear on one unit's report."""

    CORRECT = "correct"
    APPROVE = "approve"
    RETURN = "return"
    EXTEND = "extend"
    EXCUSE = "excuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """One decision. `decision` is its number on record; the last four fields belong to a correction or an extension."""

    decision: int
    kind: RulingKind
    at: datetime
    why: str = ""
    indicator: str = ""
    column: str = ""
    value: int | str | None = None
    until: datetime | None = None
