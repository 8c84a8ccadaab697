"""What goes with a letter: files on record, and files made for this letter when it is written."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from config.campaign import Campaign, Requirement, Unit
from config.text import Language
from config.vietnamese import fold
from service.chasing import chase_papers
from service.correction import asked_in, own_workbook
from service.digest import draft_workbook
from service.installation import Installation
from service.judging import submission_of
from service.outputs.blank_form import write_blank_form
from service.outputs.letters import Enclosure
from service.outputs.outline import outline_document
from storage.notices import Notice, NoticeKind


def enclosures(installation: Installation, campaign: Campaign, notice: Notice, now: datetime) -> tuple[Enclosure, ...]:
    """The files of a notice's letter, in the state of this moment."""
    unit = campaign.unit(notice.unit) if notice.unit else None
    language = installation.home.office.language
    if notice.kind is NoticeKind.DELIVERY:
        return tuple(path for each in notice.context.get("files", ()) if (path := Path(each)).exists())
    if notice.kind in {NoticeKind.CORRECTION, NoticeKind.RECEIPT} and unit is not None:
        return _for_correction(installation, campaign, unit, notice)
    if notice.kind is NoticeKind.DIGEST:
        return (draft_workbook(installation, campaign, now),)
    if notice.kind is NoticeKind.CHASE:
        return chase_papers(installation, campaign, now)
    if notice.kind is NoticeKind.KICKOFF and unit is not None:
        return _for_kickoff(campaign, unit, language)
    return ()


def blank_form_for(campaign: Campaign, unit: Unit, language: Language) -> tuple[str, bytes]:
    """The blank form with the unit's name and hidden mark, under a name that every mail program can show."""
    name = f"Bieu-so-lieu-{_plain_name(unit)}.xlsx"
    with tempfile.TemporaryDirectory(prefix="thubao-form-") as folder:
        path = Path(folder) / name
        write_blank_form(path, campaign, unit, language=language)
        return name, path.read_bytes()


def _for_kickoff(campaign: Campaign, unit: Unit, language: Language) -> tuple[Enclosure, ...]:
    made: list[Enclosure] = []
    if campaign.narrative is not Requirement.OFF and campaign.form.outline:
        made.append((f"De-cuong-bao-cao-{_plain_name(unit)}.docx", outline_document(campaign, unit, language)))
    if campaign.form_slot is not Requirement.OFF:
        made.append(blank_form_for(campaign, unit, language))
    return tuple(made)


def _for_correction(installation: Installation, campaign: Campaign, unit: Unit, notice: Notice) -> tuple[Enclosure, ...]:
    """The unit's own workbook where it is a .xlsx, else a form that bears its name; nothing where nothing is asked."""
    language = installation.home.office.language
    with installation.database.reading() as connection:
        found = asked_in(notice, submission_of(connection, campaign, unit), language)
    if found is None:
        return () if notice.kind is NoticeKind.RECEIPT else (blank_form_for(campaign, unit, language),)
    return (own_workbook(installation, found) or blank_form_for(campaign, unit, language),)


def _plain_name(unit: Unit) -> str:
    return "-".join(each.capitalize() for each in fold(unit.name).split()) or unit.code
