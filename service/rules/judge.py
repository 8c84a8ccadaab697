"""What a unit has delivered so far, derived from what was read and decided. Pure: the same input gives the same submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from config.campaign import Campaign, Requirement, Slot, Unit
from config.text import Text
from parsers.values import Document, DocumentFate, Finding, NarrativeReading, SectionText, ValueStatus
from service.rules.judge_findings import findings_of, suggested_totals
from service.rules.judge_form import NO_FIGURES, Figures, SentForm, merge_message
from service.rules.judge_photos import SentPhoto, count_photos, is_photo
from service.rules.judge_slots import content_of, filled, slot_reports
from service.rules.rulings import Ruling, RulingKind
from service.rules.submission import (
    Change,
    JudgedDocument,
    Source,
    Submission,
    Trust,
    UnitPhoto,
    UnitSection,
    UnitValue,
    Version,
)

_SUPERSEDED = Text(vi="đã có bản mới hơn thay thế", en="replaced by a newer version")
_RESENT = Text(vi="tệp này đã nhận trong thư trước", en="the same file came in an earlier mail")
_WAITS = Text(
    vi="người gửi chưa được xác nhận, chờ cán bộ quyết định trước khi thay số liệu đã có",
    en="the sender is not confirmed; waits for the officer before it may replace figures",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one message brought for this unit. `confirmed`: the officer assigned it by hand."""

    message: int
    received_at: datetime
    trust: Trust
    provisional: bool
    confirmed: bool
    documents: tuple[Document, ...]

    @property
    def rank(self) -> int:
        """How far the sender is trusted: 0 unknown, 1 on the roster, 2 verified or confirmed by the officer."""
        if self.confirmed or (self.trust is Trust.VERIFIED and not self.provisional):
            return 2
        return 0 if self.provisional else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What other units and campaigns sent that bears on this unit: photo hashes, and a unit with the very same figures."""

    photos: Mapping[str, str] = field(default_factory=dict)  # sha256 -> who sent it too, in words
    same_figures: str = ""  # another unit's full name


@dataclass(slots=True, kw_only=True)
class _Progress:
    """The state of the fold over contributions, oldest first."""

    figures: Figures = NO_FIGURES
    narrative: tuple[NarrativeReading, Source, int] | None = None
    photos: list[SentPhoto] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    forms: list[SentForm] = field(default_factory=list)
    narratives: list[Source] = field(default_factory=list)
    fates: dict[tuple[int, str], JudgedDocument] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    completed_at: datetime | None = None
    filled_at: dict[Slot, datetime] = field(default_factory=dict)


def judge(
    campaign: Campaign,
    unit: Unit,
    contributions: tuple[Contribution, ...],
    rulings: tuple[Ruling, ...],
    elsewhere: Elsewhere,
) -> Submission:
    """The submission of a unit from all its contributions (any order) and the officer's rulings."""
    progress = _Progress()
    ordered = tuple(sorted(contributions, key=lambda each: (each.received_at, each.message)))
    for contribution in ordered:
        _add(progress, campaign, contribution)
    return _submission(campaign, unit, progress, ordered, rulings, elsewhere)


def _submission(
    campaign: Campaign,
    unit: Unit,
    progress: _Progress,
    ordered: tuple[Contribution, ...],
    rulings: tuple[Ruling, ...],
    elsewhere: Elsewhere,
) -> Submission:
    """What the fold over all contributions comes to."""
    current = _supersede(progress)
    values = _with_suggestions(campaign, _corrected(progress.figures.values, rulings))
    photos = _counted_photos(progress)
    findings = _findings(campaign, unit, progress, ordered, current, values, photos, elsewhere)
    slots = slot_reports(
        campaign,
        has_narrative=progress.narrative is not None,
        forms=len({(one.source.message, one.source.document) for one in current}),
        photos=len(photos),
        values=values,
        findings=findings,
        filled_at=progress.filled_at,
    )
    return Submission(
        unit=unit.code,
        content=content_of(campaign, slots, ordered[-1].received_at if progress.versions else None, rulings),
        slots=slots,
        values=tuple(values.values()),
        sections=_sections(progress),
        unplaced=progress.narrative[0].unplaced if progress.narrative else "",
        photos=photos,
        findings=findings,
        documents=tuple(progress.fates.values()),
        versions=tuple(progress.versions),
        first_received_at=progress.versions[0].received_at if progress.versions else None,
        completed_at=progress.completed_at,
        last_received_at=progress.versions[-1].received_at if progress.versions else None,
        provisional=bool(progress.versions) and all(each.rank == 0 for each in ordered),
        extended_to=next((each.until for each in reversed(rulings) if each.kind is RulingKind.EXTEND), None),
        waiting=tuple(progress.waiting),
    )


def _counted_photos(progress: _Progress) -> tuple[UnitPhoto, ...]:
    """The photos that count; the fate of every one is noted."""
    photos, fates = count_photos(tuple(progress.photos))
    for fate in fates:
        progress.fates[fate.message, fate.path] = fate
    return photos


def _findings(
    campaign: Campaign,
    unit: Unit,
    progress: _Progress,
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
        form_findings=(*(each for one in current for each in one.reading.findings), *progress.figures.findings),
        narrative=progress.narrative[0] if progress.narrative else None,
        photos=photos,
        documents=tuple(document for each in ordered for document in each.documents),
        elsewhere=elsewhere.photos,
        same_figures=elsewhere.same_figures,
    )


def nothing_from(campaign: Campaign, unit: Unit, rulings: tuple[Ruling, ...] = ()) -> Submission:
    """The submission of a unit that has sent nothing."""
    return judge(campaign, unit, (), rulings, Elsewhere())


def _add(progress: _Progress, campaign: Campaign, contribution: Contribution) -> None:
    """One more message: its figures, its narrative, its photos, and what became of each of its documents."""
    slots: list[Slot] = []
    fresh = []
    for document in contribution.documents:
        fate, why = document.fate, document.why
        if document.fate is DocumentFate.USED and document.sha256 in progress.seen and not is_photo(document):
            fate, why = DocumentFate.DUPLICATE, _RESENT
        elif document.fate is DocumentFate.USED:
            fresh.append(document)
        progress.fates[contribution.message, document.path] = JudgedDocument(
            message=contribution.message, path=document.path, fate=fate, why=why
        )
    changes, held = _add_forms(progress, campaign, contribution, fresh, slots)
    if not held:
        _add_narrative(progress, campaign, contribution, fresh, slots)
    new_photos = [SentPhoto(document=each, source=_source(contribution, each)) for each in fresh if is_photo(each)]
    if campaign.photos is not None and new_photos:
        progress.photos.extend(new_photos)
        slots.append(Slot.PHOTOS)
    progress.seen.update(each.sha256 for each in fresh if not held)
    if slots:
        number = len(progress.versions) + 1
        progress.versions.append(
            Version(
                number=number,
                message=contribution.message,
                received_at=contribution.received_at,
                slots=tuple(slots),
                changes=changes,
            )
        )
    _note_completion(progress, campaign, contribution.received_at)


def _add_forms(
    progress: _Progress, campaign: Campaign, contribution: Contribution, fresh: list[Document], slots: list[Slot]
) -> tuple[tuple[Change, ...], bool]:
    if campaign.form_slot is Requirement.OFF:
        return (), False
    sent = tuple(
        SentForm(reading=reading, document=document, source=_source(contribution, document), rank=contribution.rank)
        for document in fresh
        for reading in document.forms
        if not reading.blank
    )
    if not sent:
        return (), False
    merged = merge_message(progress.figures, sent, campaign.form)
    if merged.held_back:
        progress.waiting.append(contribution.message)
        for one in sent:
            _set_fate(progress, one.source, DocumentFate.IGNORED, _WAITS)
        return (), True
    progress.figures = merged.figures
    progress.forms.extend(sent)
    slots.append(Slot.FORM)
    return merged.changes, False


def _add_narrative(
    progress: _Progress, campaign: Campaign, contribution: Contribution, fresh: list[Document], slots: list[Slot]
) -> None:
    if campaign.narrative is Requirement.OFF:
        return
    readings = [(each.narrative, _source(contribution, each), contribution.rank) for each in fresh if each.narrative is not None]
    if not readings:
        return
    best = max(readings, key=lambda each: (len(each[0].sections), len(each[0].unplaced)))
    before = progress.narrative
    if before is not None and contribution.rank < before[2]:
        progress.waiting.append(contribution.message)
        for each in readings:
            _set_fate(progress, each[1], DocumentFate.IGNORED, _WAITS)
        return
    progress.narrative = best
    progress.narratives.extend(each[1] for each in readings)
    slots.append(Slot.NARRATIVE)


def _supersede(progress: _Progress) -> tuple[SentForm, ...]:
    """Mark documents of which nothing is used any more; gives the forms that still are."""
    used = {(value.source.message, value.source.document) for value in progress.figures.values.values() if value.source}
    if progress.narrative is not None:
        used.add((progress.narrative[1].message, progress.narrative[1].document))
    for source in (*(one.source for one in progress.forms), *progress.narratives):
        if (source.message, source.document) not in used:
            _set_fate(progress, source, DocumentFate.SUPERSEDED, _SUPERSEDED)
    return tuple(one for one in progress.forms if (one.source.message, one.source.document) in used)


def _set_fate(progress: _Progress, source: Source, fate: DocumentFate, why: Text) -> None:
    progress.fates[source.message, source.document] = JudgedDocument(
        message=source.message, path=source.document, fate=fate, why=why
    )


def _note_completion(progress: _Progress, campaign: Campaign, at: datetime) -> None:
    photos, _ = count_photos(tuple(progress.photos))
    done = filled(campaign, has_narrative=progress.narrative is not None, has_form=bool(progress.forms), photos=len(photos))
    for slot in done:
        progress.filled_at.setdefault(slot, at)
    if progress.completed_at is None and done and all(slot in done for slot in campaign.required_slots):
        progress.completed_at = at


def _source(contribution: Contribution, document: Document) -> Source:
    return Source(
        message=contribution.message,
        document=document.path,
        sha256=document.sha256,
        received_at=contribution.received_at,
    )


def _sections(progress: _Progress) -> tuple[UnitSection, ...]:
    if progress.narrative is None:
        return ()
    reading, source, _ = progress.narrative
    sections: tuple[SectionText, ...] = reading.sections
    return tuple(UnitSection(code=each.code, text=each.text, source=source) for each in sections)


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


def _with_suggestions(campaign: Campaign, values: Mapping[tuple[str, str], UnitValue]) -> dict[tuple[str, str], UnitValue]:
    """Totals left blank keep their blank; the sum of their parts stands beside it as a suggestion."""
    sums = suggested_totals(campaign, values)
    return {
        key: replace(each, suggest=sums[key]) if each.status is ValueStatus.EMPTY and key in sums else each
        for key, each in values.items()
    }
