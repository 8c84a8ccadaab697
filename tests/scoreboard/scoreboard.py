"""Runs whole campaigns of messy mail through the real path and counts what became of every figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from config.campaign import Campaign, Slot
from parsers.read import Outside, expected_of, read_message
from parsers.values import Document, ValueStatus
from service.rules.judge import Contribution, Elsewhere, judge
from service.rules.match import Attribution, Outcome, Query, identify
from service.rules.submission import SlotState, Submission, Trust
from tests.scoreboard.campaign_mess import Report, report
from tests.scoreboard.figures import BLANK
from tests.servers_libreoffice import LibreOffice

RIGHT, CONFIRM, REJECT, WAITS = "right", "asked: confirm", "asked: reject", "asked: newer version waits"
WRONG, INVENTED, LOST = "silently wrong", "invented", "lost without a word"
NO_FORM = "form not understood"
UNITS, EXACT, ASKED_WHO, WRONG_UNIT, DISMISSED = (
    "units",
    "units exact",
    "asked whose",
    "wrong unit filed",
    "dismissed as no report",
)
NEVER = (WRONG, INVENTED, WRONG_UNIT)
"""What must stay at nought."""
_ROW_ASKED = {"F-ROW-DISPUTED", "F-HEADER-VALUE", "V-COL", "V-STAYS"}
_SOME_ROW = {"F-ROW-UNKNOWN", "F-ROW-UNLABELLED", "F-COLUMN-UNKNOWN"}
"""Findings that say: a figure was seen and not used, of this indicator or of one that could not be told."""


@dataclass(slots=True)
class Case:
    """One unit of one run: its counts, and every figure that went wrong in words."""

    report: Report
    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    @property
    def bad(self) -> bool:
        """Whether something happened that must not."""
        return any(self.counts[each] for each in NEVER)


def run(
    campaign: Campaign, seeds: Iterable[int], *, outside: Outside, office: LibreOffice | None = None, units: tuple[str, ...] = ()
) -> Iterator[Case]:
    """Every unit of every seed, judged."""
    for seed in seeds:
        for unit in campaign.roster:
            if not units or unit.code in units:
                yield judged(campaign, report(campaign, unit, seed, office=office), outside)


def judged(campaign: Campaign, sent: Report, outside: Outside) -> Case:
    """One unit's mails read, attributed and judged; where the officer is asked whose mail it is, he says it."""
    case = Case(sent)
    contributions = tuple(_contributions(campaign, case, outside))
    submission = judge(campaign, sent.unit, contributions, (), Elsewhere())
    _count_figures(case, submission)
    _count_slots(case, submission)
    case.counts[UNITS] += 1
    return case


def _contributions(campaign: Campaign, case: Case, outside: Outside) -> Iterator[Contribution]:
    for number, mail in enumerate(case.report.mails, 1):
        reading = read_message(mail.raw, expected_of((campaign,)), outside=outside)
        trust = Trust.VERIFIED if mail.verified else Trust.UNVERIFIED
        found = identify(campaign, reading, Query(trust=trust, received_at=mail.at))
        case.counts["mails"] += 1
        _count_attribution(case, number, found)
        if found.outcome is Outcome.NOT_A_REPORT:
            continue
        filed = found.outcome is Outcome.FILED
        apart = dict(found.documents) if filed else {}
        yield Contribution(
            message=number,
            received_at=mail.at,
            trust=trust,
            provisional=filed and found.provisional,
            confirmed=not filed,
            documents=tuple(each for each in reading.documents if _is_own(each, apart, case)),
        )


def _is_own(document: Document, apart: dict[str, str], case: Case) -> bool:
    owner = apart.get(document.path)
    if owner not in {None, "", case.report.unit.code}:
        case.counts[WRONG_UNIT] += 1
        case.told.append(f"{document.path} filed to {owner}")
    return owner is None


def _count_attribution(case: Case, number: int, found: Attribution) -> None:
    if found.outcome is Outcome.FILED and found.unit != case.report.unit.code:
        case.counts[WRONG_UNIT] += 1
        case.told.append(f"mail {number} filed to {found.unit}: {found.why.en}")
    elif found.outcome is Outcome.NOT_A_REPORT:
        case.counts[DISMISSED] += 1
        case.told.append(f"mail {number} dismissed: {found.why.en}")
    elif found.outcome is not Outcome.FILED:
        case.counts[ASKED_WHO] += 1
        case.told.append(f"mail {number} {found.outcome.value}: {found.why.en}")


def _count_figures(case: Case, submission: Submission) -> None:
    given = {(each.indicator, each.column): each for each in submission.values}
    asked_about = {each.where for each in submission.findings}
    row_asked = {each.where for each in submission.findings if each.code in _ROW_ASKED}
    any_row = any(each.code in _SOME_ROW for each in submission.findings)
    form = submission.slot(Slot.FORM)
    if form is None or form.state is SlotState.MISSING:
        case.counts[NO_FORM] += 1
        case.told.append("no form understood: the unit is asked for it")
        any_row = True
    exact = True
    for key, allowed in case.report.truth.items():
        value = given.get(key)
        status = value.status if value is not None else ValueStatus.EMPTY
        raw = f"{key[0]} {key[1]}: typed {'/'.join(map(str, allowed))}, read {value.value if value else None} from {value.raw if value else ''!r}"
        if status in {ValueStatus.CONFIRM, ValueStatus.REJECT}:
            fate = CONFIRM if status is ValueStatus.CONFIRM else REJECT
        elif status is ValueStatus.EMPTY:
            told = key[0] in asked_about or any_row or submission.waiting
            fate = RIGHT if None in allowed else REJECT if told else LOST
        elif value is not None and value.value in allowed:
            fate = RIGHT
        elif submission.waiting or key[0] in row_asked:
            fate = WAITS if submission.waiting else REJECT
        else:
            fate = INVENTED if allowed == BLANK else WRONG
        case.counts[fate] += 1
        case.counts["figures"] += 1
        exact &= fate == RIGHT
        if fate != RIGHT:
            case.told.append(f"{fate}: {raw} {value.warnings if value else ''}")
    case.counts[EXACT] += exact


def _count_slots(case: Case, submission: Submission) -> None:
    photos, narrative = submission.slot(Slot.PHOTOS), submission.slot(Slot.NARRATIVE)
    case.counts["photos sent"] += case.report.photos
    case.counts["photos counted"] += photos.count if photos else 0
    case.counts["narratives sent"] += case.report.narrative
    case.counts["narratives found"] += bool(narrative and narrative.documents)


def board(cases: Iterable[Case]) -> str:
    """The scoreboard in words."""
    total: Counter[str] = Counter()
    for case in cases:
        total += case.counts
    figures = total["figures"] or 1
    lines = [
        f"units               {total[UNITS]:>8}   in {total['mails']} mails",
        f"  exact             {total[EXACT]:>8}   {total[EXACT] / (total[UNITS] or 1):.1%}",
        f"  form not seen     {total[NO_FORM]:>8}   asked for as missing",
        f"figures             {figures:>8}",
        f"  right             {total[RIGHT]:>8}   {total[RIGHT] / figures:.2%}",
        f"  asked: confirm    {total[CONFIRM]:>8}   {total[CONFIRM] / figures:.2%}",
        f"  asked: reject     {total[REJECT]:>8}   {total[REJECT] / figures:.2%}",
        f"  newer one waits   {total[WAITS]:>8}   {total[WAITS] / figures:.2%}",
        f"  lost              {total[LOST]:>8}   blank where the unit wrote something, and no finding",
        f"  SILENTLY WRONG    {total[WRONG]:>8}   must be 0",
        f"  INVENTED          {total[INVENTED]:>8}   must be 0",
        f"mails asked whose   {total[ASKED_WHO]:>8}   dismissed as no report {total[DISMISSED]}",
        f"  WRONG UNIT        {total[WRONG_UNIT]:>8}   must be 0",
        f"photos              {total['photos counted']:>8}   of {total['photos sent']} sent",
        f"narratives          {total['narratives found']:>8}   of {total['narratives sent']} sent",
    ]
    return "\n".join(lines)


def worst(cases: Iterable[Case], most: int = 8) -> str:
    """The cases with the gravest mistakes, each with the seed that makes it again."""

    def weight(case: Case) -> tuple[int, int, int]:
        counts = case.counts
        return sum(counts[each] for each in NEVER), counts[LOST] + counts[DISMISSED], counts[REJECT] + counts[CONFIRM]

    lines = []
    for case in sorted(cases, key=weight, reverse=True)[:most]:
        lines.append(f"\n{case.report.seed} ({case.report.unit.name}): {'; '.join(case.report.notes)}")
        grave = sorted(case.told, key=lambda each: each.startswith("asked"))
        lines += [f"    {each}" for each in grave[:6]]
    return "\n".join(lines)


__all__ = ["Case", "board", "judged", "run", "worst"]
