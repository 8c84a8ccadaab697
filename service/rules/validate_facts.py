"""What the validation rules look at, and how a rule's finding is worded. Shared by the `validate_*` families of checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from config.campaign import Form, Indicator, PhotoRule, Rule, Severity, Unit
from config.text import Text
from config.vietnamese import without_lead
from parsers.values import Finding, NarrativeReading, ValueStatus
from service.rules.submission import UnitPhoto

Key = tuple[str, str]
"""(indicator code, column key)"""
Figure = int | str | None
Number = int | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one unit's report when its rules are run."""

    form: Form
    values: Mapping[Key, Figure]
    unit: Unit
    year: int
    statuses: Mapping[Key, ValueStatus] = field(default_factory=dict)
    raws: Mapping[Key, str] = field(default_factory=dict)
    warnings: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    has_form: bool = True
    blank: bool = False
    photo_count: int | None = None
    photo_rule: PhotoRule | None = None
    photos: tuple[UnitPhoto, ...] = ()
    narrative: NarrativeReading | None = None
    others: Mapping[str, Mapping[Key, Figure]] = field(default_factory=dict)
    previous: Mapping[Key, Figure] | None = None

    def number(self, code: str, column: str) -> Number | None:
        """The figure there as an exact number, None when blank, rejected or text."""
        return as_number(self.values.get((code, column)))

    def unread(self, code: str, column: str) -> bool:
        """Whether something stands in the cell that could not be read: it is asked about already, and it is not blank."""
        key = (code, column)
        return self.statuses.get(key) is ValueStatus.REJECT and bool(self.raws.get(key, "").strip())


Check = Callable[[Rule, Facts], Iterable[Finding]]
"""One kind of rule: from the rule's parameters and the facts to what is wrong."""


def as_number(figure: Figure) -> Number | None:
    """A figure as an exact number; None for a blank or for text that is no number."""
    if figure is None or isinstance(figure, int):
        return figure
    try:
        number = Decimal(figure)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def names(parameter: object) -> tuple[str, ...]:
    """A parameter that is one code or a list of codes, as a tuple."""
    if isinstance(parameter, str):
        return (parameter,)
    if isinstance(parameter, Sequence):
        return tuple(str(each) for each in parameter)
    return ()


def key_of(parameter: object) -> Key | None:
    """A parameter that is a pair ["code", "column"], None if it is not."""
    pair = names(parameter)
    return (pair[0], pair[1]) if len(pair) == 2 else None  # noqa: PLR2004 - a pair


def keys_of(parameter: object) -> tuple[Key, ...]:
    """A parameter that is one pair or a list of pairs, as keys."""
    if isinstance(parameter, Sequence) and not isinstance(parameter, str) and parameter and not isinstance(parameter[0], str):
        return tuple(key for each in parameter if (key := key_of(each)) is not None)
    one = key_of(parameter)
    return () if one is None else (one,)


def whole(parameter: object, default: int = 0) -> int:
    """A parameter that is a whole number."""
    return parameter if isinstance(parameter, int) else default


def money_column(indicator: Indicator | None) -> str:
    """The key under which an indicator's one value is recorded: "money" in the reference form."""
    return indicator.columns[0] if indicator is not None and indicator.columns else "money"


def count_and_people(indicator: Indicator | None) -> Key:
    """The two columns of an indicator that go together, events first."""
    return indicator.pair if indicator is not None and indicator.pair else ("count", "people")


def finding(rule: Rule, form: Form, where: str, *, severity: Severity | None = None, **values: object) -> Finding:
    """The finding of a rule at an indicator, its text filled in both languages: numbers as each language writes them."""
    indicator = form.indicator(where)
    vi: dict[str, str] = {"label": without_lead(indicator.label) if indicator else where}
    en: dict[str, str] = {"label": without_lead(indicator.label_en or indicator.label) if indicator else where}
    for name, value in values.items():
        both = value if isinstance(value, Text) else None
        vi[name] = both.vi if both else written(value, group=".", point=",")
        en[name] = both.en if both else written(value, group=",", point=".")
    return Finding(
        code=rule.id,
        severity=severity or rule.severity,
        where=where,
        text=Text(vi=_filled(rule.text.vi, vi), en=_filled(rule.text.en, en)),
    )


def written(value: object, *, group: str, point: str) -> str:
    """A value as a letter prints it: 1.250 in Vietnamese, 1,250 in English; text as it is."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "" if value is None else str(value)
    plain = f"{value:f}" if isinstance(value, Decimal) else str(value)
    sign, plain = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    units, _, fraction = plain.partition(".")
    grouped = f"{int(units):,}".replace(",", group)
    fraction = fraction.rstrip("0")
    return f"{sign}{grouped}{point}{fraction}" if fraction else f"{sign}{grouped}"


class _Given(dict[str, str]):
    """Template values; a name that a check does not know stays visible instead of hiding the finding."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _filled(template: str, values: Mapping[str, str]) -> str:
    try:
        return template.format_map(_Given(values))
    except (ValueError, IndexError, AttributeError, TypeError):  # braces that are no template: the text still says something
        return template
