"""How several sent forms become one set of figures: the newest wins, cell by cell of what was resent, and no doubt is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from config.campaign import Form, Severity
from config.text import Text
from parsers.values import Document, Finding, FormReading, Value, ValueStatus
from service.rules.submission import Change, Source, UnitValue

Key = tuple[str, str]
"""(indicator code, column key)"""

_WHOLE_FORM = 0.6
"""A form with this share of the indicators' rows speaks for the whole form: a cell it leaves blank is meant to be blank."""

# When one mail carries the same form twice, the file that was typed counts before the one that was printed and read back.
_PREFERENCE = (
    "image/",
    "application/pdf",
    "text/html",
    "text/csv",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.word",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """One form of one message, with where it came from and how far its sender is trusted (higher is more)."""

    reading: FormReading
    document: Document
    source: Source
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures so far: values by key, the trust rank each rests on, and findings about conflicts."""

    values: Mapping[Key, UnitValue]
    ranks: Mapping[Key, int]
    findings: tuple[Finding, ...] = ()


NO_FIGURES = Figures(values={}, ranks={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Figures after one more message; `held_back` when a less trusted sender would have replaced figures."""

    figures: Figures
    changes: tuple[Change, ...]
    held_back: bool
    used: tuple[SentForm, ...]


def merge_message(figures: Figures, sent: tuple[SentForm, ...], form: Form) -> Merged:
    """The figures after a message's forms. Nothing is taken from it when it would replace better trusted figures."""
    newest, findings = _one_reading(sent)
    speaks_for_all = _is_whole(sent, form)
    values = dict(figures.values)
    ranks = dict(figures.ranks)
    changes = []
    for key, (value, one) in newest.items():
        before = values.get(key)
        if value.status is ValueStatus.EMPTY and before is not None and not speaks_for_all:
            continue
        after = _unit_value(value, one.source)
        if before is not None and _differ(before, after):
            if one.rank < ranks.get(key, 0):
                return Merged(figures=figures, changes=(), held_back=True, used=())
            changes.append(Change(indicator=key[0], column=key[1], before=before.value, after=after.value))
            if after.value is None and before.value is not None:
                findings.append(_lost(key, before, form))
        values[key] = after
        ranks[key] = max(one.rank, ranks.get(key, 0))
    kept = tuple(each for each in figures.findings if not any(each.where == change.indicator for change in changes))
    return Merged(
        figures=Figures(values=values, ranks=ranks, findings=(*kept, *findings)),
        changes=tuple(changes),
        held_back=False,
        used=sent,
    )


def _one_reading(sent: tuple[SentForm, ...]) -> tuple[dict[Key, tuple[Value, SentForm]], list[Finding]]:
    """The values of all forms of one message; where two of them differ, the preferred one is used and asked about."""
    chosen: dict[Key, tuple[Value, SentForm]] = {}
    findings: list[Finding] = []
    for one in sorted(sent, key=_preference):
        for value in one.reading.values:
            key = (value.indicator, value.column)
            other = chosen.get(key)
            if other is None or other[0].status is ValueStatus.EMPTY:
                chosen[key] = (value, one)
                continue
            if value.status is ValueStatus.EMPTY:
                continue
            if other[0].value != value.value:
                findings.append(_conflict(key, other[0], value, other[1], one))
                doubtful = _doubted(value)
                chosen[key] = (doubtful, one)
            else:
                chosen[key] = (value if value.status is ValueStatus.OK else other[0], one)
    return chosen, findings


def _doubted(value: Value) -> Value:
    if value.status is not ValueStatus.OK:
        return value
    return replace(value, status=ValueStatus.CONFIRM, warnings=(*value.warnings, "two_forms_differ"))


def _preference(one: SentForm) -> tuple[int, int]:
    for position, start in enumerate(_PREFERENCE):
        if one.document.type.startswith(start):
            return position, one.reading.matched
    return len(_PREFERENCE), one.reading.matched


def _is_whole(sent: Iterable[SentForm], form: Form) -> bool:
    rows = sum(1 for each in form.indicators if each.columns)
    return any(each.reading.matched >= _WHOLE_FORM * rows for each in sent)


def _unit_value(value: Value, source: Source) -> UnitValue:
    return UnitValue(
        indicator=value.indicator,
        column=value.column,
        value=value.value,
        raw=value.raw,
        status=value.status,
        source=replace(source, sheet=value.sheet, cell=value.cell),
        warnings=value.warnings,
        suggest=value.suggest,
    )


def _differ(before: UnitValue, after: UnitValue) -> bool:
    return before.value != after.value


def _conflict(key: Key, first: Value, second: Value, first_form: SentForm, second_form: SentForm) -> Finding:
    there, here = _place(first, first_form), _place(second, second_form)
    return Finding(
        code="V-TWO-FORMS",
        severity=Severity.WARNING,
        where=key[0],
        text=Text(
            vi=f"Hai tệp ghi khác nhau: {there} ghi “{first.raw}”, {here} ghi “{second.raw}”; tạm dùng {here}.",
            en=f"Two files differ: {there} says “{first.raw}”, {here} says “{second.raw}”; {here} is used for now.",
        ),
    )


def _place(value: Value, one: SentForm) -> str:
    return f"“{one.document.name}” {value.cell}".strip()


def _lost(key: Key, before: UnitValue, form: Form) -> Finding:
    indicator = form.indicator(key[0])
    label = indicator.label if indicator else key[0]
    return Finding(
        code="V-LOST",
        severity=Severity.WARNING,
        where=key[0],
        text=Text(
            vi=f"{label}: bản trước ghi “{before.raw}”, bản mới để trống; đề nghị xác nhận.",
            en=f"{label}: the earlier version said “{before.raw}”, the new one leaves it blank; please confirm.",
        ),
    )
