"""Judging a unit again from what is on record, and keeping the result for the board."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from config.campaign import Campaign, Severity, Unit
from parsers.codec import from_plain, to_plain
from parsers.values import Finding, MessageReading
from service.rules.judge import Contribution, Elsewhere, judge, nothing_from
from service.rules.judge_photos import is_photo
from service.rules.match_words import schools_apart
from service.rules.rulings import Ruling, RulingKind
from service.rules.submission import Submission, Trust
from service.rules.unit_rows import with_own_row
from storage.decisions import Decision, decisions_on
from storage.filings import FiledReading, MessageState, filed_to, filings
from storage.readings import other_users_of, save_fates
from storage.submissions import save_state, state_of, states, unit_with_figures

_LEAST_FIGURES = 6
"""Two units with fewer figures than this may well agree by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A unit's report before and after a message or a decision."""

    before: Submission
    after: Submission


def rejudge(
    connection: Connection, campaign: Campaign, unit: Unit, now: datetime, known: Mapping[int, MessageReading] | None = None
) -> Change:
    """Derive a unit's submission again from readings and decisions, and store it with the fate of each document.

    `known`: readings at hand, by message.
    """
    stored = state_of(connection, campaign.id, unit.code)
    rulings = tuple(_ruling(each) for each in decisions_on(connection, campaign.id, unit.code) if each.kind.value in _RULINGS)
    contributions = tuple(_contribution(campaign, unit, each) for each in filed_to(connection, campaign.id, unit.code, known))
    first = judge(campaign, unit, contributions, rulings, Elsewhere())
    figures = _figures_hash(first)
    elsewhere = _elsewhere(connection, campaign, unit, contributions, figures)
    after = judge(campaign, unit, contributions, rulings, elsewhere) if elsewhere != Elsewhere() else first
    save_fates(connection, ((each.message, each.path, each.fate, each.why) for each in after.documents))
    save_state(
        connection,
        campaign=campaign.id,
        unit=unit.code,
        judged_at=now,
        content=after.content.value,
        figures=figures,
        submission=to_plain(after),
    )
    before = from_plain(Submission, stored) if stored is not None else nothing_from(campaign, unit)
    return Change(before=before, after=after)


def submissions(connection: Connection, campaign: Campaign) -> tuple[Submission, ...]:
    """The submission of every unit of the roster, in its order, as last judged."""
    stored = {code: from_plain(Submission, plain) for code, plain in states(connection, campaign.id) if campaign.unit(code)}
    return tuple(stored.get(unit.code) or nothing_from(campaign, unit) for unit in campaign.roster)


def submission_of(connection: Connection, campaign: Campaign, unit: Unit) -> Submission:
    """The submission of one unit as last judged."""
    stored = state_of(connection, campaign.id, unit.code)
    return from_plain(Submission, stored) if stored is not None else nothing_from(campaign, unit)


def units_that_wait(connection: Connection, campaign: Campaign) -> frozenset[str]:
    """Units whose papers wait for the officer: they have sent, so they are not reminded. A mere request still owes."""
    waiting = [each for each in filings(connection).values() if each.state is MessageState.NEEDS_DECISION]
    filed = {each.unit for each in waiting if each.campaign == campaign.id and each.unit and not each.request}
    return frozenset(filed | {each.unit for each in submissions(connection, campaign) if each.waiting})


_RULINGS = {each.value for each in RulingKind}


def _ruling(decision: Decision) -> Ruling:
    payload: Mapping[str, object] = decision.payload
    until = payload.get("until")
    value = payload.get("value")
    return Ruling(
        decision=decision.id,
        kind=RulingKind(decision.kind.value),
        at=decision.at,
        why=decision.why,
        indicator=str(payload.get("indicator", "")),
        column=str(payload.get("column", "")),
        value=value if isinstance(value, int | str) else None,
        until=datetime.fromisoformat(str(until)) if until else None,
    )


def _contribution(campaign: Campaign, unit: Unit, filed: FiledReading) -> Contribution:
    """What one message brought for this unit: its own documents, less those that are from another.

    In a mail of several units the sender's address speaks for one of them, and so does the officer's decision.
    """
    apart = tuple(each.path for each in filed.reading.documents if filed.unit_of(each.path) == "")
    schools = (_schools(apart),) if apart and unit.code == filed.filing.unit else ()
    return Contribution(
        message=filed.message_id,
        received_at=filed.received_at,
        trust=Trust(filed.filing.trust),
        provisional=filed.filing.provisional or unit.code != filed.filing.unit,
        confirmed=any(each.get("kind") == "decision" and each.get("unit") == unit.code for each in filed.filing.evidence),
        documents=tuple(
            with_own_row(campaign, unit, each) for each in filed.reading.documents if filed.unit_of(each.path) == unit.code
        ),
        known_at=filed.fetched_at,
        sender=filed.reading.envelope.sender.casefold(),
        links=filed.reading.links,
        findings=(*filed.reading.findings, *schools),
    )


def _schools(paths: tuple[str, ...]) -> Finding:
    names = tuple(path.rpartition("/")[2] for path in paths)
    return Finding(code="D-SCHOOL", severity=Severity.INFO, where="", text=schools_apart(names))


def _elsewhere(
    connection: Connection, campaign: Campaign, unit: Unit, contributions: tuple[Contribution, ...], figures: str
) -> Elsewhere:
    hashes = {document.sha256 for each in contributions for document in each.documents if is_photo(document)}
    photos = {}
    if hashes:
        for sha256, (identifier, code) in other_users_of(connection, sorted(hashes), campaign.id, unit.code).items():
            other = campaign.unit(code)
            photos[sha256] = other.full_name if other is not None and identifier == campaign.id else f"{code} ({identifier})"
    twin = unit_with_figures(connection, campaign.id, figures, unit.code) if figures else None
    other = campaign.unit(twin) if twin else None
    return Elsewhere(photos=photos, same_figures=other.full_name if other else "")


def _figures_hash(submission: Submission) -> str:
    """A hash of all figures, "" when there are too few to mean anything."""
    figures = {f"{each.indicator}|{each.column}": each.value for each in submission.values if isinstance(each.value, int)}
    if sum(1 for value in figures.values() if value) < _LEAST_FIGURES:
        return ""
    return hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()
