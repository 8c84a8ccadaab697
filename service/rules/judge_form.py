"""How several sent forms become one set of figures: the newest wins, cell by cell of what was resent, and no doubt is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from config.campaign import Form, Severity
from config.text import Text
from parsers.values import Document, Finding, FormReading, Value, ValueStatus
from service.rules.submission import Change, Source, UnitValue

Key = tuple[str, str]
"""(indicator code, column key)"""

_WHOLE_FORM = 0.6
"""A form with this share of the indicators' rows speaks for the whole form: a cell it leaves blank is meant to be blank."""

_HALF_LEAST = 5  # figures: what a form of other figures alone leaves as it is, as where it was sent in two halves
_SPARSE = 0.5
"""But one that gives less than this share of the figures known so far only corrects these, and the others are asked about."""

_KEPT: Key = ("", "")
"""Where the question about the others stands until a whole form comes."""

_NOTE = "note"
_ODDS = 0.4
_ODDS_LEAST = 4
"""So many figures, and such a share of those that both forms give, differ between copies of one form only when it is not one."""

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
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures so far: values by key, the trust rank and the sender each rests on, and open questions about single figures."""

    values: Mapping[Key, UnitValue]
    ranks: Mapping[Key, int]
    senders: Mapping[Key, str] = field(default_factory=dict)
    doubts: Mapping[Key, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every open question."""
        return tuple(each for found in self.doubts.values() for each in found)


NO_FIGURES = Figures(values={}, ranks={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Figures after one more message; `held_back` when a less trusted sender would have replaced figures.

    `used` are the forms that gave a figure; `whole` says whether they speak for the whole form.
    """

    figures: Figures
    changes: tuple[Change, ...]
    held_back: bool
    used: tuple[SentForm, ...]
    whole: bool = False


def merge_message(figures: Figures, sent: tuple[SentForm, ...], form: Form) -> Merged:
    """The figures after a message's forms. Nothing is taken from it when it would replace better trusted figures.

    A question about a figure stands until a newer message states that figure.
    """
    newest, conflicts = _one_reading(sent, form)
    values, ranks, doubts = dict(figures.values), dict(figures.ranks), dict(figures.doubts)
    senders = dict(figures.senders)
    whole = _is_whole(sent, form)
    kept = _kept(figures, newest) if whole else 0
    whole = whole and not kept
    blank_rows = frozenset() if kept else _blank_rows(newest)
    changes = []
    used = set()
    for key, (value, one) in newest.items():
        before = values.get(key)
        if value.status is ValueStatus.EMPTY and before is not None and not whole:
            if key[0] in blank_rows and before.status is not ValueStatus.EMPTY and key[1] != _NOTE:
                doubts[key] = (_stays(key, before, form),)
            continue
        after = _unit_value(value, one.source)
        less_trusted = is_less_trusted(one.rank, one.sender, ranks.get(key, 0), senders.get(key, one.sender))
        if before is not None and _differ(before, after) and less_trusted:
            return Merged(figures=figures, changes=(), held_back=True, used=())
        if less_trusted:
            continue  # the same figure: what it rests on stays the better sender's word
        if before is not None and before.value != after.value:
            changes.append(Change(indicator=key[0], column=key[1], before=before.value, after=after.value))
        if value.status is not ValueStatus.EMPTY:
            doubts.pop(key, None)
        elif before is not None and _differ(before, after):
            doubts[key] = (_lost(key, before, form),)
        if key in conflicts:
            doubts[key] = conflicts[key]
        values[key], ranks[key], senders[key] = after, one.rank, one.sender
        used.add((one.source.message, one.source.document))
    if kept:
        doubts[_KEPT] = (_corrects_only(sent, kept),)
    elif whole:
        doubts.pop(_KEPT, None)
    return Merged(
        figures=Figures(values=values, ranks=ranks, senders=senders, doubts=doubts),
        changes=tuple(changes),
        held_back=False,
        used=tuple(one for one in sent if (one.source.message, one.source.document) in used),
        whole=whole,
    )


def is_less_trusted(rank: int, sender: str, before: int, before_sender: str) -> bool:
    """Whether a sender may not replace what another sent: one stranger is no better than another, only than himself."""
    return rank < before or (rank == before == 0 and sender != before_sender)


def _one_reading(
    sent: tuple[SentForm, ...], form: Form
) -> tuple[dict[Key, tuple[Value, SentForm]], dict[Key, tuple[Finding, ...]]]:
    """The values of all forms of one message; where two of them differ, the preferred one is used and asked about.

    Of two versions of one form that differ, a figure that only one of them gives is no complement of the other.
    """
    chosen: dict[Key, tuple[Value, SentForm]] = {}
    conflicts: dict[Key, tuple[Finding, ...]] = {}
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
                conflicts[key] = (*conflicts.get(key, ()), _conflict(key, other[0], value, other[1], one))
            if key in conflicts:
                chosen[key] = (_doubted(value), one)
            else:
                chosen[key] = (value, one) if value.status is ValueStatus.OK else other
    odds = _at_odds(chosen, conflicts, sent)
    versions = [each for each in sent if _is_whole((each,), form)] if conflicts else []
    for key, (value, one) in chosen.items():
        if odds or not all(_states(each, key) for each in versions):
            chosen[key] = (_doubted(value), one)
    return chosen, conflicts


def _at_odds(
    chosen: Mapping[Key, tuple[Value, SentForm]], conflicts: Mapping[Key, tuple[Finding, ...]], sent: tuple[SentForm, ...]
) -> bool:
    """Whether the forms of a message are no copies of one form but, it seems, two communes': then nothing of them is certain."""
    shared = [
        key
        for key, (value, _) in chosen.items()
        if isinstance(value.value, int) and sum(_states(one, key) for one in sent) > 1 and key[1] != _NOTE
    ]
    return len(conflicts) >= _ODDS_LEAST and len(conflicts) >= len(shared) * _ODDS


def _states(one: SentForm, key: Key) -> bool:
    return any((each.indicator, each.column) == key and each.status is not ValueStatus.EMPTY for each in one.reading.values)


def _doubted(value: Value) -> Value:
    if value.status is not ValueStatus.OK or value.column == _NOTE:
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


def _kept(figures: Figures, newest: Mapping[Key, tuple[Value, SentForm]]) -> int:
    """How many figures stay as they are: this form gives so few that it cannot be meant to take the others back, or the rest."""
    known = {key for key, each in figures.values.items() if each.status is not ValueStatus.EMPTY and key[1] != _NOTE}
    stated = {key for key, (each, _) in newest.items() if each.status is not ValueStatus.EMPTY and key[1] != _NOTE}
    is_rest = len(known) >= _HALF_LEAST and not stated & known
    return len(known - stated) if stated and (is_rest or len(stated) < len(known) * _SPARSE) else 0


def _unit_value(value: Value, source: Source) -> UnitValue:
    return UnitValue(
        indicator=value.indicator,
        column=value.column,
        value=value.value,
        raw=value.raw,
        status=value.status,
        source=replace(source, sheet=value.sheet, cell=value.cell, place=value.place),
        warnings=value.warnings,
        suggest=value.suggest,
    )


def _differ(before: UnitValue, after: UnitValue) -> bool:
    """Whether a figure changed, or something unreadable that was asked about is now simply blank."""
    return before.value != after.value or (before.status is ValueStatus.REJECT and after.status is ValueStatus.EMPTY)


def _conflict(key: Key, first: Value, second: Value, first_form: SentForm, second_form: SentForm) -> Finding:
    same_file = first_form.document.name == second_form.document.name
    there, here = _place(first, first_form, sheet=same_file), _place(second, second_form, sheet=same_file)
    vi, en = ("Hai biểu trong một tệp", "Two forms of one file") if same_file else ("Hai tệp", "Two files")
    return Finding(
        code="V-TWO-FORMS",
        severity=Severity.WARNING,
        where=key[0],
        text=Text(
            vi=f"{vi} ghi khác nhau: {there} ghi “{first.raw}”, {here} ghi “{second.raw}”; tạm dùng {here}.",
            en=f"{en} differ: {there} says “{first.raw}”, {here} says “{second.raw}”; {here} is used for now.",
        ),
    )


def _place(value: Value, one: SentForm, *, sheet: bool) -> str:
    in_table = value.sheet and value.cell.startswith(f"{value.sheet}R")  # of a Word file or scan: the cell names its table
    cell = f"{value.sheet}!{value.cell}" if sheet and value.sheet and not in_table else value.cell
    return f"“{one.document.name}” {cell}".strip()


def _corrects_only(sent: tuple[SentForm, ...], kept: int) -> Finding:
    name = sent[-1].document.name or sent[-1].document.path
    return Finding(
        code="V-KEPT",
        severity=Severity.WARNING,
        where=sent[-1].document.path,
        text=Text(
            vi=f"Biểu “{name}” gửi sau chỉ ghi một phần; {kept} số khác vẫn lấy theo bản trước, đề nghị xác nhận.",
            en=f"The form “{name}” sent later is filled in part; {kept} other figures stay as sent before, please confirm.",
        ),
    )


def _blank_rows(newest: Mapping[Key, tuple[Value, SentForm]]) -> frozenset[str]:
    """The rows of a form that say nothing at all: where only a few rows were sent again, that may be meant."""
    said = {code for (code, _), (value, _) in newest.items() if value.status is not ValueStatus.EMPTY}
    return frozenset(code for code, _ in newest) - said


def _stays(key: Key, before: UnitValue, form: Form) -> Finding:
    told = Text(
        vi=f"bản gửi bổ sung có dòng này nhưng để trống; vẫn lấy “{before.raw}” theo bản trước, đề nghị xác nhận.",
        en=f"the form sent in addition leaves this row blank; the earlier “{before.raw}” stays, please confirm.",
    )
    return _left_blank("V-STAYS", key, form, told)


def _lost(key: Key, before: UnitValue, form: Form) -> Finding:
    told = Text(
        vi=f"bản trước ghi “{before.raw}”, bản mới để trống; đề nghị xác nhận.",
        en=f"the earlier version said “{before.raw}”, the new one leaves it blank; please confirm.",
    )
    return _left_blank("V-LOST", key, form, told)


def _left_blank(code: str, key: Key, form: Form, told: Text) -> Finding:
    indicator = form.indicator(key[0])
    label = indicator.label if indicator else key[0]
    text = Text(vi=f"{label}: {told.vi}", en=f"{label}: {told.en}")
    return Finding(code=code, severity=Severity.WARNING, where=key[0], text=text)
