"""How far each slot is filled, and what that makes of the whole report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from config.campaign import Campaign, Requirement, Severity, Slot
from parsers.values import Finding, ValueStatus
from service.rules.rulings import Ruling, RulingKind
from service.rules.submission import Content, SlotReport, SlotState, UnitValue


def filled(campaign: Campaign, *, has_narrative: bool, has_form: bool, photos: int) -> tuple[Slot, ...]:
    """The slots that hold enough, however doubtful what they hold may be."""
    done = []
    if has_narrative:
        done.append(Slot.NARRATIVE)
    if has_form:
        done.append(Slot.FORM)
    if campaign.photos is not None and photos >= campaign.photos.min:
        done.append(Slot.PHOTOS)
    return tuple(done)


def slot_reports(
    campaign: Campaign,
    *,
    has_narrative: bool,
    forms: int,
    photos: int,
    values: Mapping[tuple[str, str], UnitValue],
    findings: tuple[Finding, ...],
    filled_at: Mapping[Slot, datetime],
) -> tuple[SlotReport, ...]:
    """The state of every slot the campaign has."""
    reports = []
    if campaign.narrative is not Requirement.OFF:
        state = SlotState.OK if has_narrative else SlotState.MISSING
        reports.append(_report(Slot.NARRATIVE, state, 1 if has_narrative else 0, 0, filled_at))
    if campaign.form_slot is not Requirement.OFF:
        reports.append(_report(Slot.FORM, _form_state(campaign, forms, values, findings), forms, 0, filled_at))
    if campaign.photos is not None:
        reports.append(_report(Slot.PHOTOS, _photo_state(photos, campaign.photos.min), photos, photos, filled_at))
    return tuple(reports)


def content_of(
    campaign: Campaign, slots: tuple[SlotReport, ...], last_received_at: datetime | None, rulings: tuple[Ruling, ...]
) -> Content:
    """The content axis: the officer's word where it is newer than the last mail, else what the slots say."""
    verdict = next((each for each in reversed(rulings) if each.kind in _VERDICTS), None)
    if verdict is not None and verdict.kind is RulingKind.EXCUSE:
        return Content.EXCUSED
    if last_received_at is None:
        return Content.MISSING
    if verdict is not None and verdict.at >= last_received_at:
        return _VERDICTS[verdict.kind]
    states = {each.slot: each.state for each in slots}
    owed = [states.get(slot, SlotState.MISSING) for slot in campaign.required_slots]
    if any(state in {SlotState.MISSING, SlotState.PARTIAL} for state in owed):
        return Content.PARTIAL
    if any(state is SlotState.ISSUES for state in states.values()):
        return Content.ISSUES
    return Content.RECEIVED


_VERDICTS = {
    RulingKind.APPROVE: Content.APPROVED,
    RulingKind.RETURN: Content.RETURNED,
    RulingKind.EXCUSE: Content.EXCUSED,
}


def _form_state(
    campaign: Campaign, forms: int, values: Mapping[tuple[str, str], UnitValue], findings: tuple[Finding, ...]
) -> SlotState:
    if forms == 0:
        return SlotState.MISSING
    codes = {each.code for each in campaign.form.indicators}
    wrong = any(each.severity is Severity.ERROR and each.where.split("|")[0] in codes for each in findings)
    if wrong or any(each.status is ValueStatus.REJECT for each in values.values()):
        return SlotState.ISSUES
    return SlotState.OK


def _photo_state(photos: int, least: int) -> SlotState:
    if photos == 0:
        return SlotState.MISSING if least else SlotState.OK
    return SlotState.OK if photos >= least else SlotState.PARTIAL


def _report(slot: Slot, state: SlotState, documents: int, count: int, filled_at: Mapping[Slot, datetime]) -> SlotReport:
    return SlotReport(slot=slot, state=state, documents=documents, count=count, received_at=filled_at.get(slot))
