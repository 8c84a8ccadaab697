"""The validation rules of a form, run over one unit's report. What is wrong comes back as findings, never as an exception.

A rule is data (`config.campaign.Rule`): its type picks a small function from one of the `validate_*` families, its parameters
feed it, its text becomes the finding. Rules compare only values that exist: blank is not zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.campaign import Form, PhotoRule, Rule, Unit
from config.errors import Problem
from parsers.values import Finding, NarrativeReading, ValueStatus
from service.rules.submission import UnitPhoto
from service.rules.validate_cells import CELL_CHECKS
from service.rules.validate_consolidated import CONSOLIDATED_CHECKS, validate_consolidation
from service.rules.validate_facts import Check, Facts, Figure, Key, key_of, keys_of, names
from service.rules.validate_report import FORM_COPY_CHECKS, REPORT_CHECKS
from service.rules.validate_sums import SUM_CHECKS, Derived, derive

__all__ = ["KNOWN_RULE_TYPES", "Derived", "derive", "rule_problems", "validate", "validate_consolidation"]

_FORM_CHECKS: dict[str, Check] = {**CELL_CHECKS, **SUM_CHECKS, **FORM_COPY_CHECKS}
KNOWN_RULE_TYPES: frozenset[str] = frozenset({*_FORM_CHECKS, *REPORT_CHECKS, *CONSOLIDATED_CHECKS})
"""Every rule type that a form may name."""


def validate(
    form: Form,
    values: Mapping[Key, Figure],
    statuses: Mapping[Key, ValueStatus],
    raws: Mapping[Key, str],
    *,
    unit: Unit,
    year: int,
    warnings: Mapping[Key, tuple[str, ...]] | None = None,
    has_form: bool = True,
    blank: bool = False,
    photo_count: int | None = None,
    photo_rule: PhotoRule | None = None,
    photos: tuple[UnitPhoto, ...] = (),
    narrative: NarrativeReading | None = None,
    others: Mapping[str, Mapping[Key, Figure]] | None = None,
    previous: Mapping[Key, Figure] | None = None,
) -> tuple[Finding, ...]:
    """What is wrong or doubtful in one unit's report, in the order of the form's rules.

    `has_form` False runs only the rules about narrative and photos; `blank` is the untouched template, whose cells are not
    judged one by one. `photo_count` None leaves photos out; `photo_rule` overrides the rule's own limits. `others` maps other
    units' full names to their figures; `previous` holds last year's.
    """
    facts = Facts(
        form=form,
        values=values,
        unit=unit,
        year=year,
        statuses=statuses,
        raws=raws,
        warnings=warnings or {},
        has_form=has_form,
        blank=blank,
        photo_count=photo_count,
        photo_rule=photo_rule,
        photos=photos,
        narrative=narrative,
        others=others or {},
        previous=previous,
    )
    return tuple(each for rule in form.rules if rule.scope == "unit" for each in _run(rule, facts))


def _run(rule: Rule, facts: Facts) -> tuple[Finding, ...]:
    if rule.type in REPORT_CHECKS:
        return tuple(REPORT_CHECKS[rule.type](rule, facts))
    if facts.has_form and not facts.blank and rule.type in _FORM_CHECKS:
        return tuple(_FORM_CHECKS[rule.type](rule, facts))
    return ()


def rule_problems(form: Form, *, file: str) -> tuple[Problem, ...]:
    """Every mistake in the rules of a form: unknown types, wrong scope, indicators that the form does not have."""
    return tuple(each for rule in form.rules for each in _problems(rule, form, file))


def _problems(rule: Rule, form: Form, file: str) -> Iterator[Problem]:
    where = f"rule {rule.id}"
    if rule.type not in KNOWN_RULE_TYPES:
        known = ", ".join(sorted(KNOWN_RULE_TYPES))
        yield Problem(file=file, where=where, text=f"type {rule.type!r} is not known; write one of: {known}")
        return
    scope = "consolidated" if rule.type in CONSOLIDATED_CHECKS else "unit"
    if rule.scope != scope:
        yield Problem(file=file, where=where, text=f"scope {rule.scope!r} does not fit type {rule.type!r}; write {scope!r}")
    codes = {each.code for each in form.indicators}
    for code in _codes_named(rule):
        if code not in codes and code != "*":
            yield Problem(file=file, where=where, text=f"indicator {code!r} is not in the form; write one of its codes")


def _codes_named(rule: Rule) -> tuple[str, ...]:
    """Every indicator code that the rule's parameters name."""
    found: list[str] = []
    for name in ("code", "codes", "parts", "a", "b"):
        found.extend(names(rule.params.get(name)))
    total = key_of(rule.params.get("total"))
    found.extend((total[0],) if total else ())
    for name in ("if", "if_any", "then_any"):
        found.extend(key[0] for key in keys_of(rule.params.get(name)))
    totals = rule.params.get("totals")
    if isinstance(totals, Mapping):
        for key, parts in totals.items():
            found.extend((str(key).rpartition(".")[0], *names(parts)))
    else:
        found.extend(names(totals))
    return tuple(dict.fromkeys(found))
