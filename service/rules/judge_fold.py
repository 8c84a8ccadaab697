"""The fold over a unit's messages, oldest first: which figures, narrative and photos are in use after each of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from config.campaign import Campaign, Requirement, Severity, Slot
from config.text import Text
from parsers.form_year import is_of_other_year
from parsers.values import Document, DocumentFate, Finding, NarrativeReading
from service.rules.judge_form import NO_FIGURES, Figures, SentForm, is_less_trusted, merge_message
from service.rules.judge_photos import SentPhoto, count_photos, is_photo
from service.rules.judge_slots import filled
from service.rules.submission import Change, JudgedDocument, Source, Trust, Version

CAME_BACK = "V-CAME-BACK"
SUPERSEDED = Text(vi="đã có bản mới hơn thay thế", en="replaced by a newer version")
WAITS = Text(
    vi="người gửi chưa được xác nhận, chờ cán bộ quyết định trước khi thay số liệu đã có",
    en="the sender is not confirmed; waits for the officer before it may replace figures",
)
OTHER_YEAR = Text(
    vi="biểu mẫu của năm khác, không thay số liệu của năm nay",
    en="a form of another year; this year's figures stay",
)
_RESENT = Text(vi="tệp này đã nhận trong thư trước", en="the same file came in an earlier mail")
_TWICE = Text(vi="tệp này có hai lần trong thư", en="the same file is in this mail twice")
_COVER = Text(vi="văn bản kèm theo, không thay báo cáo đã gửi", en="an accompanying letter; the report sent before stays")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one message brought for this unit. `confirmed`: the officer assigned it by hand.

    `known_at` is when it reached us, where that is later than its receipt by the server: no verdict before it was about it.
    """

    message: int
    received_at: datetime
    trust: Trust
    provisional: bool
    confirmed: bool
    documents: tuple[Document, ...]
    known_at: datetime | None = None
    sender: str = ""
    links: tuple[str, ...] = ()  # to files elsewhere, which are never opened
    findings: tuple[Finding, ...] = ()  # on the mail as a whole: cut short, ambiguous

    @property
    def rank(self) -> int:
        """How far the sender is trusted: 0 unknown, 1 on the roster, 2 verified or confirmed by the officer."""
        if self.confirmed or (self.trust is Trust.VERIFIED and not self.provisional):
            return 2
        return 0 if self.provisional else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """The narrative in use, and how far its sender is trusted."""

    reading: NarrativeReading
    source: Source
    rank: int
    sender: str = ""


@dataclass(slots=True, kw_only=True)
class Progress:
    """The state of the fold over contributions, oldest first."""

    figures: Figures = NO_FIGURES
    narrative: Narrative | None = None
    photos: list[SentPhoto] = field(default_factory=list)
    photo_ranks: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)  # sha256 -> the best trust it came with
    forms: list[SentForm] = field(default_factory=list)
    narratives: list[Source] = field(default_factory=list)
    fates: dict[tuple[int, str], JudgedDocument] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)
    waiting: dict[int, set[Slot]] = field(default_factory=dict)
    completed_at: datetime | None = None
    filled_at: dict[Slot, datetime] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)  # about documents not taken, or taken again after they were replaced


def add(progress: Progress, campaign: Campaign, contribution: Contribution) -> None:
    """One more message: its figures, its narrative, its photos, and what became of each of its documents."""
    slots: list[Slot] = []
    fresh = _fresh(progress, contribution)
    changes, held = _add_forms(progress, campaign, contribution, fresh, slots)
    if not held:
        held = _add_narrative(progress, campaign, contribution, fresh, slots)
    if not held or slots:
        _add_photos(progress, campaign, contribution, fresh, slots)
        for each in fresh:
            progress.seen[each.sha256] = max(contribution.rank, progress.seen.get(each.sha256, 0))
    if held:
        _hold(progress, contribution, fresh, taken=bool(slots))
    if slots:
        progress.versions.append(
            Version(
                number=len(progress.versions) + 1,
                message=contribution.message,
                received_at=contribution.received_at,
                slots=tuple(slots),
                changes=changes,
            )
        )
    _note_completion(progress, campaign, contribution.received_at)


def _fresh(progress: Progress, contribution: Contribution) -> list[Document]:
    """The documents to look at: not the same file twice, and not what was sent before.

    What was sent before counts again where it was replaced since, or where it now comes from a better trusted sender.
    """
    brings_a_form = any(_has_form(each) and each.sha256 not in progress.seen for each in contribution.documents)
    fresh: list[Document] = []
    here: set[str] = set()
    for document in contribution.documents:
        fate, why = document.fate, document.why
        if document.fate is DocumentFate.USED and is_photo(document):
            fresh.append(document)
        elif document.fate is DocumentFate.USED:
            returns = _has_form(document) and not brings_a_form and not _in_use(progress, document.sha256)
            if document.sha256 in here:
                fate, why = DocumentFate.DUPLICATE, _TWICE
            elif contribution.rank <= progress.seen.get(document.sha256, -1) and not returns:
                fate, why = DocumentFate.DUPLICATE, _RESENT
            else:
                fresh.append(document)
                if returns and document.sha256 in progress.seen:
                    progress.notes.append(_came_back(document))
            here.add(document.sha256)
        set_fate(progress, _source(contribution, document), fate, why)
    return fresh


def _came_back(document: Document) -> Finding:
    """A file that a later one had replaced was sent again: its figures are in use again, which may be a slip."""
    name = document.name or document.path
    return Finding(
        code=CAME_BACK,
        severity=Severity.WARNING,
        where=document.path,
        text=Text(
            vi=f"Tệp “{name}” gửi lại đúng bản đã được thay bằng bản khác; số liệu tạm quay về bản này, đề nghị xác nhận.",
            en=f"The file “{name}” is the one that a later file had replaced; its figures are used again, please confirm.",
        ),
    )


def _has_form(document: Document) -> bool:
    return document.fate is DocumentFate.USED and any(not each.blank for each in document.forms)


def _in_use(progress: Progress, sha256: str) -> bool:
    return any(each.source is not None and each.source.sha256 == sha256 for each in progress.figures.values.values())


def _add_forms(
    progress: Progress, campaign: Campaign, contribution: Contribution, fresh: list[Document], slots: list[Slot]
) -> tuple[tuple[Change, ...], bool]:
    if campaign.form_slot is Requirement.OFF:
        return (), False
    sent = tuple(
        SentForm(
            reading=reading,
            document=document,
            source=_source(contribution, document),
            rank=contribution.rank,
            sender=contribution.sender,
        )
        for document in fresh
        for reading in document.forms
        if not reading.blank
    )
    sent = _of_this_year(progress, sent)
    if not sent:
        return (), False
    merged = merge_message(progress.figures, sent, campaign.form)
    if merged.held_back:
        return (), True
    progress.figures = merged.figures
    progress.forms.extend(sent)
    if merged.used:
        slots.append(Slot.FORM)
    if merged.whole and contribution.rank:
        _overtake(progress, Slot.FORM)
    return merged.changes, False


def _of_this_year(progress: Progress, sent: tuple[SentForm, ...]) -> tuple[SentForm, ...]:
    """The forms without those of another year, which never take the place of this year's; alone they are asked about."""
    past = tuple(one for one in sent if is_of_other_year(one.reading))
    present = tuple(one for one in sent if not is_of_other_year(one.reading))
    have = any(each.value is not None and "other_year" not in each.warnings for each in progress.figures.values.values())
    if not past or not (present or have):
        return sent
    for one in past:
        if one.document.narrative is None and all(each.document.path != one.document.path for each in present):
            set_fate(progress, one.source, DocumentFate.IGNORED, OTHER_YEAR)
    if not present:
        progress.notes.extend(_kept_before(one) for one in past)
    return present


def _kept_before(past: SentForm) -> Finding:
    name = past.document.name or past.document.path
    return Finding(
        code="V-OTHER-YEAR",
        severity=Severity.WARNING,
        where=past.document.path,
        text=Text(
            vi=f"Biểu “{name}” gửi sau ghi năm khác nên không thay số liệu đã có; nếu là bản sửa, đề nghị sửa năm và gửi lại.",
            en=f"The form “{name}” sent later names another year and replaced nothing; if it corrects, please mend the year.",
        ),
    )


def _add_narrative(
    progress: Progress, campaign: Campaign, contribution: Contribution, fresh: list[Document], slots: list[Slot]
) -> bool:
    """Take the fullest narrative of a message; gives whether it must wait, for its sender may not replace the one there is."""
    if campaign.narrative is Requirement.OFF:
        return False
    found = [
        Narrative(reading=each.narrative, source=_source(contribution, each), rank=contribution.rank, sender=contribution.sender)
        for each in fresh
        if each.narrative is not None
    ]
    if not found:
        return False
    best = max(found, key=lambda each: (len(each.reading.sections), len(each.reading.unplaced)))
    before = progress.narrative
    if before is not None and is_less_trusted(best.rank, best.sender, before.rank, before.sender):
        return True
    if before is not None and before.reading.sections and not best.reading.sections:
        for each in found:
            if not _in_use(progress, each.source.sha256):
                set_fate(progress, each.source, DocumentFate.IGNORED, _COVER)
        return False
    progress.narrative = best
    progress.narratives.extend(each.source for each in found)
    slots.append(Slot.NARRATIVE)
    if contribution.rank:
        _overtake(progress, Slot.NARRATIVE)
    return False


def _add_photos(
    progress: Progress, campaign: Campaign, contribution: Contribution, fresh: list[Document], slots: list[Slot]
) -> None:
    """Photos add up; a message that only repeats photos changes nothing."""
    if campaign.photos is None:
        return
    before, _ = count_photos(tuple(progress.photos))
    sent = [SentPhoto(document=each, source=_source(contribution, each)) for each in fresh if is_photo(each)]
    progress.photos.extend(sent)
    for each in sent:
        known = progress.photo_ranks.get(each.document.sha256, 0)
        progress.photo_ranks[each.document.sha256] = max(known, contribution.rank)
    after, _ = count_photos(tuple(progress.photos))
    if len(after) > len(before):
        slots.append(Slot.PHOTOS)


def _hold(progress: Progress, contribution: Contribution, fresh: list[Document], *, taken: bool) -> None:
    """Note what of a message waits for the officer: all of it, or only its narrative where its figures were taken."""
    held = [each for each in fresh if each.narrative is not None or (not taken and (_has_form(each) or is_photo(each)))]
    slots = {Slot.NARRATIVE for each in held if each.narrative is not None}
    slots |= {Slot.FORM for each in held if not taken and _has_form(each)}
    progress.waiting[contribution.message] = slots
    for each in held:
        if not (taken and _has_form(each)):
            set_fate(progress, _source(contribution, each), DocumentFate.IGNORED, WAITS)


def _overtake(progress: Progress, slot: Slot) -> None:
    """A newer version from a known sender makes pointless what still waited for this slot."""
    for message, slots in tuple(progress.waiting.items()):
        slots.discard(slot)
        if not slots:
            del progress.waiting[message]
            for (number, path), fate in tuple(progress.fates.items()):
                if number == message and fate.why == WAITS:
                    progress.fates[number, path] = replace(fate, fate=DocumentFate.SUPERSEDED, why=SUPERSEDED)


def _note_completion(progress: Progress, campaign: Campaign, at: datetime) -> None:
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


def set_fate(progress: Progress, source: Source, fate: DocumentFate, why: Text) -> None:
    """Note what became of a document."""
    progress.fates[source.message, source.document] = JudgedDocument(
        message=source.message, path=source.document, fate=fate, why=why
    )
