"""Whose mail is it. Evidence is gathered, weighed, and where it disagrees the officer is asked: a wrong unit is never filed.

The order of evidence: the sender's address, the letterhead of a document, the subject, the file names, the text. A known sender
whose papers speak for another unit needs a decision; an unknown sender's mail is filed provisionally when all that it says
speaks for one unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from config.campaign import Campaign, UnknownSenders
from config.text import Text
from parsers.values import DocumentFate, DocumentRole, MessageReading, Robot
from service.rules import match_words as why
from service.rules.match_evidence import Clue, DocumentClues, Evidence, EvidenceKind, Gathered, Weight, gather
from service.rules.match_reports import Likeness, has_other_topic, likeness, looks_like_report, speaks_of_reports
from service.rules.requests import EXTENSION, QUESTION, recognise_request
from service.rules.statements import Statement, statement_in
from service.rules.submission import Trust

__all__ = [
    "Attribution",
    "Evidence",
    "EvidenceKind",
    "Outcome",
    "Query",
    "documents_of_others",
    "identify",
    "looks_like_report",
]


class Outcome(StrEnum):
    """What becomes of a message."""

    FILED = "filed"
    NEEDS_DECISION = "needs_decision"
    UNATTRIBUTED = "unattributed"
    NOT_A_REPORT = "not_a_report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is known beside the message itself.

    `learned`: addresses the officer's assignments bound to a unit; `thread_unit`: the unit of the notice it answers;
    `unit_before`: the unit that other mails from its address were filed to; `received_at` None leaves the campaign's closing day
    unchecked.
    """

    learned: Mapping[str, str] = field(default_factory=dict)
    thread_unit: str | None = None
    unit_before: str | None = None
    trust: Trust = Trust.UNVERIFIED
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Whose message it is, with all evidence, best first. Where a decision is needed `unit` is only the likeliest, or None.

    `documents` names the documents that are not the unit's own: another unit's code, or "" for a paper that is nobody's report.
    """

    unit: str | None
    outcome: Outcome
    provisional: bool
    evidence: tuple[Evidence, ...]
    documents: tuple[tuple[str, str], ...]
    why: Text


def identify(campaign: Campaign, reading: MessageReading, query: Query | None = None) -> Attribution:
    """The unit a message is from, or why nobody but the officer can say."""
    asked = query or Query()
    found = gather(campaign, reading, learned=asked.learned, thread_unit=asked.thread_unit, unit_before=asked.unit_before)
    case = _Case(campaign=campaign, reading=reading, query=asked, found=found)
    if reading.envelope.robot in _NEVER or case.too_late:
        return case.result(Outcome.NOT_A_REPORT, None, why.robot() if not case.too_late else why.too_late(campaign))
    like = likeness(campaign, reading)
    said = None if case.has_papers and not case.has_letters_only else _in_words(case)
    if said is not None and reading.envelope.robot is Robot.NONE:
        return case.result(Outcome.NEEDS_DECISION, case.likeliest, said)
    if like is Likeness.NO:
        return case.result(Outcome.NOT_A_REPORT, case.sender, why.no_report())
    if len(set(reading.envelope.senders)) > 1:
        return case.result(Outcome.NEEDS_DECISION, case.likeliest, why.two_senders())
    if asked.trust is Trust.FAILED and (case.sender or case.good):
        return case.result(Outcome.NEEDS_DECISION, case.likeliest, why.forged(reading.envelope.sender))
    return _known(case, like) if case.sender is not None else _unknown(case, like)


def _in_words(case: _Case) -> Text | None:
    """Why a mail without a paper is put before the officer: a request, or what a unit says of its figures in words alone."""
    envelope, body = case.reading.envelope, case.reading.body
    request = recognise_request(envelope.subject, body).kind if case.concerns_us else ""
    of_report = case.good and speaks_of_reports(case.campaign, case.reading)
    by_unit = (case.sender or case.thread or case.query.unit_before or of_report) and not case.has_other_topic
    if case.has_letters_only and (by_unit or case.good):
        return why.letter()
    said = statement_in(body) if by_unit else Statement.NONE
    corrects = said is Statement.FIGURES and "?" not in body  # "là 2.500.000đ, không phải số trong biểu" asks nothing
    if request == EXTENSION or (request == QUESTION and not corrects):
        return why.request(request)
    return None if said is Statement.NONE else why.statement(said)


_NEVER = frozenset({Robot.BOUNCE, Robot.READ_RECEIPT, Robot.OWN})
_NO_PAPERS = frozenset({DocumentRole.DECORATION, DocumentRole.CONTAINER})
_REPORTS = frozenset({DocumentRole.FORM, DocumentRole.NARRATIVE})
_TITLES = frozenset({EvidenceKind.LETTERHEAD, EvidenceKind.FORM_HEADING, EvidenceKind.SUBJECT, EvidenceKind.FILE_NAME})
_SPOKEN = frozenset({EvidenceKind.BODY, EvidenceKind.SIGNATURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One message with everything said about it."""

    campaign: Campaign
    reading: MessageReading
    query: Query
    found: Gathered

    @property
    def too_late(self) -> bool:
        """Whether the campaign had closed, by the calendar of its deadline's zone."""
        at = self.query.received_at
        return at is not None and at.astimezone(self.campaign.deadline.tzinfo).date() > self.campaign.closes

    @property
    def sender(self) -> str | None:
        """The unit whose address it is, by the roster or as learned."""
        return self.found.sender[0].unit if self.found.sender else None

    @property
    def thread(self) -> str | None:
        """The unit whose notice it answers."""
        return self.found.thread.unit if self.found.thread else None

    @property
    def good(self) -> dict[str, Weight]:
        """The units that the content is good evidence for, with the best weight of each."""
        weights: dict[str, Weight] = {}
        for clue in self.found.content:
            if clue.weight >= Weight.GOOD:
                weights[clue.unit] = max(clue.weight, weights.get(clue.unit, clue.weight))
        return weights

    @property
    def concerns_us(self) -> bool:
        """Whether a request comes from a unit, names one, or speaks of reports."""
        return bool(self.sender or self.thread or self.good) or speaks_of_reports(self.campaign, self.reading)

    @property
    def has_other_topic(self) -> bool:
        """Whether the subject announces another report."""
        return has_other_topic(self.campaign, self.reading.envelope.subject)

    @property
    def closed_only(self) -> bool:
        """Whether papers came and none of them could be read: scans, broken files."""
        inside = [each for each in self.reading.documents if each.role not in _NO_PAPERS]
        return bool(inside) and not any(each.text or each.narrative or each.forms for each in inside)

    @property
    def has_papers(self) -> bool:
        """Whether anything came that can be part of a report."""
        return any(each.role not in _NO_PAPERS for each in self.reading.documents)

    @property
    def has_letters_only(self) -> bool:
        """Whether nothing of a report came, but a letter that puts figures right."""
        papers = [each for each in self.reading.documents if each.role not in _NO_PAPERS]
        corrects = any(finding.code == "D-LETTER-FIGURES" for each in papers for finding in each.findings)
        return corrects and not any(each.fate is DocumentFate.USED for each in papers)

    @property
    def likeliest(self) -> str | None:
        """The one unit that the best evidence points to, None where two are equal."""
        if self.sender or self.thread:
            return self.sender or self.thread
        best = max(self.good.values(), default=None)
        units = [unit for unit, weight in self.good.items() if weight is best]
        if not units:
            units = list(dict.fromkeys(clue.unit for clue in self.found.content))
        return units[0] if len(units) == 1 else None

    @property
    def photos(self) -> frozenset[str]:
        """The paths of the photos."""
        return frozenset(each.path for each in self.reading.documents if each.role is DocumentRole.PHOTO)

    @property
    def papers(self) -> tuple[DocumentClues, ...]:
        """The documents that carry a report's form or narrative."""
        return tuple(each for each in self.found.documents if each.document.role in _REPORTS)

    def against(self, unit: str) -> tuple[Clue, ...]:
        """The good evidence for other units; what is only said in the text counts when the text never names this unit.

        Where nothing names this unit, a mere hint in a title at another one counts, too: it may be the whole truth.
        """
        shared: dict[tuple[EvidenceKind, str, str], set[str]] = {}  # "xã Quài" may be any of three units
        for clue in self.found.content:
            shared.setdefault(clue.place, set()).add(clue.unit)
        others = [clue for clue in self.found.content if unit not in shared[clue.place]]
        mine = [clue for clue in self.found.content if shared[clue.place] == {unit}]
        spoken = any(clue.evidence.kind in _SPOKEN for clue in mine)
        good = [clue for clue in others if clue.weight >= Weight.GOOD]
        found = [clue for clue in good if clue.evidence.kind not in _SPOKEN or not spoken]
        hints = (
            []
            if mine
            else [clue for clue in others if clue.evidence.kind in _TITLES and clue.evidence.document not in self.photos]
        )
        return tuple(found or hints)

    def result(
        self,
        outcome: Outcome,
        unit: str | None,
        text: Text,
        *,
        provisional: bool = False,
        documents: tuple[tuple[str, str], ...] = (),
    ) -> Attribution:
        """The attribution, with every piece of evidence, best first."""
        evidence = sorted((clue.evidence for clue in self.found.all), key=lambda each: -each.score)
        return Attribution(
            unit=unit,
            outcome=outcome,
            provisional=provisional,
            evidence=tuple(dict.fromkeys(evidence)),
            documents=documents,
            why=text,
        )

    def name(self, unit: str | None) -> str:
        """The unit's full name for a sentence."""
        known = self.campaign.unit(unit) if unit else None
        return known.full_name if known else ""


def _known(case: _Case, like: Likeness) -> Attribution:
    """The sender's address is a unit's own: filed, unless what came speaks for another unit or for another report."""
    unit = case.sender or ""
    against = case.against(unit)
    owners = _owners(case) if against else {}
    if unit in owners.values():
        return _split(case, owners, unit, provisional=False)
    if against:
        return case.result(Outcome.NEEDS_DECISION, unit, why.conflict(case.name(unit), case.name(against[0].unit), against[0]))
    if case.thread not in {None, unit} and unit not in case.good:
        return case.result(Outcome.NEEDS_DECISION, unit, why.other_thread(case.name(unit), case.name(case.thread)))
    if like is Likeness.MAYBE and (case.has_other_topic or not case.closed_only):
        return case.result(Outcome.NEEDS_DECISION, unit, why.other_topic() if case.has_other_topic else why.unclear())
    return _filed(case, unit, provisional=False)


def _unknown(case: _Case, like: Likeness) -> Attribution:
    """The sender's address is on no roster: by content and thread alone, and provisionally."""
    candidates = dict.fromkeys((*((case.thread,) if case.thread else ()), *case.good))
    if not candidates:
        return case.result(Outcome.UNATTRIBUTED, case.likeliest if case.found.elsewhere == () else None, why.nobody())
    if len(candidates) > 1:
        owners = _owners(case)
        if not owners:
            likely = case.likeliest if case.thread is None else None
            return case.result(Outcome.NEEDS_DECISION, likely, why.several(tuple(case.name(each) for each in candidates)))
        return _split(case, owners, _in_order(case, owners)[0], provisional=True)
    unit = next(iter(candidates))
    if like is Likeness.MAYBE:
        return case.result(Outcome.NEEDS_DECISION, unit, why.unclear())
    if case.campaign.unknown_senders is UnknownSenders.ASK:
        return case.result(Outcome.NEEDS_DECISION, unit, why.unknown_sender(case.name(unit)))
    return _filed(case, unit, provisional=True)


def _filed(case: _Case, unit: str, *, provisional: bool) -> Attribution:
    """Filed, unless a place off the roster or a school stands where the unit should."""
    if case.found.elsewhere:
        return case.result(Outcome.NEEDS_DECISION, unit, why.elsewhere(case.found.elsewhere[0]))
    papers = case.papers
    schools = tuple(each for each in papers if each.school and unit not in each.named)
    if schools and len(schools) == len(papers):
        return case.result(Outcome.NEEDS_DECISION, unit, why.school())
    apart = tuple((each.document.path, "") for each in schools)
    text = why.by_content(case.name(unit)) if provisional else why.by_address(case.name(unit))
    return case.result(Outcome.FILED, unit, text, provisional=provisional, documents=apart)


def _split(case: _Case, owners: Mapping[str, str], unit: str, *, provisional: bool) -> Attribution:
    """A mail of several units is filed to one of them, and the others' documents to them."""
    text = why.split(tuple(case.name(each) for each in _in_order(case, owners)))
    asks = provisional and case.campaign.unknown_senders is UnknownSenders.ASK
    outcome = Outcome.NEEDS_DECISION if asks else Outcome.FILED
    return case.result(outcome, unit, text, provisional=provisional and not asks, documents=_of_others(owners, unit))


def _of_others(owners: Mapping[str, str], unit: str) -> tuple[tuple[str, str], ...]:
    return tuple((path, other) for path, other in owners.items() if other != unit)


def _in_order(case: _Case, owners: Mapping[str, str]) -> list[str]:
    """The owners in the roster's order."""
    return [each.code for each in case.campaign.roster if each.code in set(owners.values())]


def _owners(case: _Case) -> dict[str, str]:
    """Whose each document is, where a mail is plainly of several units: each document says so, and all send the same kind.

    A report of one and a form headed by another are rather one unit's, with a heading copied from its neighbour's file.
    """
    owners: dict[str, str] = {}
    kinds: dict[str, set[DocumentRole]] = {}
    for each in case.found.documents:
        if each.document.role is DocumentRole.CONTAINER:
            continue
        if len(each.named) != 1 or each.elsewhere or each.school:
            return {}
        owner = owners[each.document.path] = next(iter(each.named))
        kinds.setdefault(owner, set()).add(each.document.role)
    said = {clue.unit for clue in case.found.message if clue.weight >= Weight.GOOD} | ({case.thread} - {None})
    several = len(kinds) > 1 and said <= set(kinds)
    return owners if several and set.intersection(*kinds.values()) & _REPORTS else {}


def documents_of_others(campaign: Campaign, reading: MessageReading, unit: str) -> tuple[tuple[str, str], ...]:
    """The documents of other units in a mail of several, where the officer says that it is this unit's."""
    found = gather(campaign, reading, learned={})
    owners = _owners(_Case(campaign=campaign, reading=reading, query=Query(), found=found))
    return _of_others(owners, unit) if unit in owners.values() else ()
