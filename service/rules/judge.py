"""What a unit has delivered so far, derived from what was read and decided. Pure: the same input gives the same submission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from config.campaign import Campaign, Severity, Slot, Unit
from config.text import Text
from parsers.values import Document, DocumentFate, Finding, ValueStatus
from service.rules.judge_findings import findings_of, suggested_totals
from service.rules.judge_fold import CAME_BACK, SUPERSEDED, WAITS, Contribution, Narrative, Progress, add, set_fate
from service.rules.judge_form import SentForm
from service.rules.judge_photos import count_photos
from service.rules.judge_slots import content_of, slot_reports
from service.rules.rulings import Ruling, RulingKind
from service.rules.submission import Submission, UnitPhoto, UnitSection, UnitValue

__all__ = ["Contribution", "Elsewhere", "judge", "nothing_from"]

_OTHER_FILE = Text(vi="đã dùng tệp khác trong cùng thư", en="another file of the same mail is used")
_SAYS_NOTHING = (DocumentFate.SUPERSEDED, DocumentFate.DUPLICATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What other units and campaigns sent that bears on this unit: photo hashes, and a unit with the very same figures."""

    photos: Mapping[str, str] = field(default_factory=dict)  # sha256 -> who sent it too, in words
    same_figures: str = ""  # another unit's full name


def judge(
    campaign: Campaign,
    unit: Unit,
    contributions: tuple[Contribution, ...],
    rulings: tuple[Ruling, ...],
    elsewhere: Elsewhere,
) -> Submission:
    """The submission of a unit from all its contributions (any order) and the officer's rulings."""
    progress = Progress()
    ordered = tuple(sorted(contributions, key=lambda each: (each.received_at, each.message)))
    for contribution in ordered:
        add(progress, campaign, contribution)
    _settle_waiting(progress, ordered, rulings)
    return _submission(campaign, unit, progress, ordered, rulings, elsewhere)


def _submission(
    campaign: Campaign,
    unit: Unit,
    progress: Progress,
    ordered: tuple[Contribution, ...],
    rulings: tuple[Ruling, ...],
    elsewhere: Elsewhere,
) -> Submission:
    """What the fold over all contributions comes to."""
    current = _supersede(progress)
    values = _with_suggestions(campaign, _corrected(progress.figures.values, rulings))
    photos = _counted_photos(progress)
    findings = (
        *_findings(campaign, unit, progress, ordered, current, values, photos, elsewhere),
        *_against_corrections(campaign, progress, rulings),
    )
    slots = slot_reports(
        campaign,
        has_narrative=progress.narrative is not None,
        forms=len({(one.source.message, one.source.document) for one in current}),
        photos=len(photos),
        values=values,
        findings=findings,
        filled_at=progress.filled_at,
    )
    unconfirmed = _unconfirmed(progress, photos)
    extension = next((each for each in reversed(rulings) if each.kind is RulingKind.EXTEND), None)
    return Submission(
        unit=unit.code,
        content=content_of(campaign, slots, _last_known(progress, ordered), rulings),
        slots=slots,
        values=tuple(values.values()),
        sections=_sections(progress.narrative),
        unplaced=progress.narrative.reading.unplaced if progress.narrative else "",
        cited=progress.narrative.reading.cited if progress.narrative else (),
        photos=photos,
        findings=findings,
        documents=tuple(progress.fates.values()),
        versions=tuple(progress.versions),
        first_received_at=progress.versions[0].received_at if progress.versions else None,
        completed_at=progress.completed_at,
        last_received_at=progress.versions[-1].received_at if progress.versions else None,
        provisional=bool(unconfirmed),
        unconfirmed=unconfirmed,
        extended_to=extension.until if extension else None,
        extended_at=extension.at if extension else None,
        waiting=tuple(progress.waiting),
    )


def _counted_photos(progress: Progress) -> tuple[UnitPhoto, ...]:
    """The photos that count; the fate of every one is noted."""
    photos, fates = count_photos(tuple(progress.photos))
    for fate in fates:
        progress.fates[fate.message, fate.path] = fate
    return photos


def _findings(
    campaign: Campaign,
    unit: Unit,
    progress: Progress,
    ordered: tuple[Contribution, ...],
    current: tuple[SentForm, ...],
    values: Mapping[tuple[str, str], UnitValue],
    photos: tuple[UnitPhoto, ...],
    elsewhere: Elsewhere,
) -> tuple[Finding, ...]:
    return findings_of(
        campaign,
        unit,
        values=values,
        form_findings=(
            *(each for one in current for each in one.reading.findings),
            *progress.figures.findings,
            *(each for each in progress.notes if each.code != CAME_BACK or each.where in {one.document.path for one in current}),
            *_on_mails(progress, ordered, values, photos),
        ),
        narrative=progress.narrative.reading if progress.narrative else None,
        photos=photos,
        documents=_telling_documents(progress, ordered),
        elsewhere=elsewhere.photos,
        same_figures=elsewhere.same_figures,
        behind_links=progress.completed_at is None and any(each.links for each in ordered),
    )


def _on_mails(
    progress: Progress,
    ordered: tuple[Contribution, ...],
    values: Mapping[tuple[str, str], UnitValue],
    photos: tuple[UnitPhoto, ...],
) -> Iterator[Finding]:
    """What is wrong with whole mails: files may be missing from one while the report is not complete; of one in use, all else."""
    sources = [*(each.source for each in values.values()), progress.narrative.source if progress.narrative else None]
    used = {*(each.message for each in sources if each), *(each.source.message for each in photos)}
    for contribution in ordered:
        matters = {"M-DAMAGED": progress.completed_at is None, "M-AMBIGUOUS": contribution.message in used, "D-SCHOOL": True}
        yield from (each for each in contribution.findings if matters.get(each.code))


def nothing_from(campaign: Campaign, unit: Unit, rulings: tuple[Ruling, ...] = ()) -> Submission:
    """The submission of a unit that has sent nothing."""
    return judge(campaign, unit, (), rulings, Elsewhere())


def _settle_waiting(progress: Progress, ordered: tuple[Contribution, ...], rulings: tuple[Ruling, ...]) -> None:
    """An officer who approves a report while other papers wait has decided against these."""
    approved = next((each.at for each in reversed(rulings) if each.kind is RulingKind.APPROVE), None)
    for each in ordered:
        if approved is not None and each.message in progress.waiting and (each.known_at or each.received_at) <= approved:
            del progress.waiting[each.message]


def _supersede(progress: Progress) -> tuple[SentForm, ...]:
    """Mark documents of which nothing is used any more; gives the forms that still are."""
    used = {(value.source.message, value.source.document) for value in progress.figures.values.values() if value.source}
    if progress.narrative is not None:
        used.add((progress.narrative.source.message, progress.narrative.source.document))
    messages = {message for message, _ in used}
    for source in (*(one.source for one in progress.forms), *progress.narratives):
        if (source.message, source.document) not in used:
            why = _OTHER_FILE if source.message in messages else SUPERSEDED
            set_fate(progress, source, DocumentFate.SUPERSEDED, why)
    return tuple(one for one in progress.forms if (one.source.message, one.source.document) in used)


def _telling_documents(progress: Progress, ordered: tuple[Contribution, ...]) -> tuple[Document, ...]:
    """The documents whose own findings still matter: not of what was replaced, waits, or was sent anew in a later mail."""
    telling = []
    for position, contribution in enumerate(ordered):
        after = {each.message for each in ordered[position + 1 :]}
        later = {slot for version in progress.versions if version.message in after for slot in version.slots}
        for document in contribution.documents:
            fate = progress.fates[contribution.message, document.path]
            anew = {Slot.PHOTOS} if document.type.startswith("image/") else {Slot.FORM, Slot.NARRATIVE}
            closed = document.fate in {DocumentFate.UNREADABLE, DocumentFate.REFUSED}
            if not (closed and later & anew) and fate.fate not in _SAYS_NOTHING and fate.why != WAITS:
                telling.append(document)
    return tuple(telling)


def _unconfirmed(progress: Progress, photos: tuple[UnitPhoto, ...]) -> tuple[int, ...]:
    """The messages in use whose sender is neither on the roster nor confirmed by the officer."""
    ranks = progress.figures.ranks
    found = {value.source.message for key, value in progress.figures.values.items() if value.source and not ranks.get(key, 0)}
    if progress.narrative is not None and not progress.narrative.rank:
        found.add(progress.narrative.source.message)
    found |= {each.source.message for each in photos if not progress.photo_ranks.get(each.sha256, 0)}
    return tuple(sorted(found))


def _last_known(progress: Progress, ordered: tuple[Contribution, ...]) -> datetime | None:
    """When the newest of what is in the report reached us; a mail that brought nothing does not undo a verdict."""
    brought = {each.message for each in progress.versions}
    moments = [max(each.received_at, each.known_at or each.received_at) for each in ordered if each.message in brought]
    return max(moments, default=None)


def _sections(narrative: Narrative | None) -> tuple[UnitSection, ...]:
    if narrative is None:
        return ()
    return tuple(UnitSection(code=each.code, text=each.text, source=narrative.source) for each in narrative.reading.sections)


def _corrected(values: Mapping[tuple[str, str], UnitValue], rulings: tuple[Ruling, ...]) -> dict[tuple[str, str], UnitValue]:
    """The figures with the officer's corrections on top; a correction holds until the officer makes another."""
    result = dict(values)
    for ruling in rulings:
        if ruling.kind is not RulingKind.CORRECT:
            continue
        key = (ruling.indicator, ruling.column)
        before = result.get(key)
        corrected = UnitValue(
            indicator=ruling.indicator,
            column=ruling.column,
            value=ruling.value,
            raw=before.raw if before else "",
            status=ValueStatus.CORRECTED,
            source=before.source if before else None,
            decision=ruling.decision,
            why=ruling.why,
        )
        result[key] = replace(corrected, warnings=before.warnings if before else ())
    return result


def _against_corrections(campaign: Campaign, progress: Progress, rulings: tuple[Ruling, ...]) -> Iterator[Finding]:
    """Corrected figures for which a newer version of the unit says something else: the correction stands, and is asked about."""
    newest = {(each.indicator, each.column): each for each in rulings if each.kind is RulingKind.CORRECT}
    for key, ruling in newest.items():
        sent = progress.figures.values.get(key)
        if sent is None or sent.source is None or sent.source.received_at <= ruling.at or sent.value in {None, ruling.value}:
            continue
        indicator = campaign.form.indicator(key[0])
        label, label_en = (indicator.label, indicator.label_en) if indicator else (key[0], key[0])
        yield Finding(
            code="V-CORRECTED",
            severity=Severity.WARNING,
            where=key[0],
            text=Text(
                vi=f"{label}: cán bộ đã sửa thành “{ruling.value}”, bản gửi sau ghi “{sent.raw}”; đề nghị xác nhận.",
                en=f"{label_en}: corrected to “{ruling.value}”, but a later version says “{sent.raw}”; please confirm.",
            ),
        )


def _with_suggestions(campaign: Campaign, values: Mapping[tuple[str, str], UnitValue]) -> dict[tuple[str, str], UnitValue]:
    """Totals left blank keep their blank; the sum of their parts stands beside it as a suggestion."""
    sums = suggested_totals(campaign, values)
    return {
        key: replace(each, suggest=sums[key]) if each.status is ValueStatus.EMPTY and key in sums else each
        for key, each in values.items()
    }
