"""The consolidate step: the outputs of a campaign, at the deadline, on demand, and again when something changed after it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from config.campaign import Campaign
from parsers.codec import from_plain, to_plain
from parsers.values import Finding
from service.cell_pictures import ArchivedCells
from service.installation import Installation, making_outputs
from service.lines import unit_lines
from service.outputs.files import write_outputs
from service.photo_source import ArchivedPhotos
from service.rules.consolidate import consolidate, counted_value
from service.rules.consolidation import Consolidation, UnitLine
from service.rules.submission import Content
from service.rules.validate import validate_consolidation
from storage.events import record_event
from storage.submissions import ConsolidationRow, latest_consolidation, save_consolidation


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One consolidation with the files made of it. `fresh` is false when nothing had changed since it was made."""

    consolidation: Consolidation
    files: tuple[Path, ...]
    fresh: bool


def consolidate_campaign(installation: Installation, campaign: Campaign, now: datetime, folder: Path | None = None) -> Output:
    """The consolidation of this moment and its files; the same version again when nothing has changed."""
    with making_outputs(installation):
        return _consolidated(installation, campaign, now, folder)


def _consolidated(installation: Installation, campaign: Campaign, now: datetime, folder: Path | None) -> Output:
    final = now >= campaign.deadline
    with installation.database.reading() as connection:
        latest = latest_consolidation(connection, campaign.id)
        lines = unit_lines(connection, campaign, now)
    figures = _figures_hash(lines)
    target = folder or installation.home.storage.outputs
    if latest is not None and latest.figures == figures and latest.final == final:
        recorded = from_plain(Consolidation, latest.payload)
        files = tuple(Path(each) for each in latest.files)
        if folder is not None or not all(path.exists() for path in files):
            files = _write(installation, campaign, recorded, target)
        return Output(consolidation=recorded, files=files, fresh=False)
    made = _make(campaign, lines, latest, now, final=final)
    files = _write(installation, campaign, made, target)
    with installation.database.writing() as connection:
        save_consolidation(
            connection,
            campaign=campaign.id,
            version=made.version,
            made_at=now,
            final=final,
            figures=figures,
            payload=to_plain(made),
            files=tuple(str(path) for path in files),
        )
        record_event(connection, now, "consolidated", {"campaign": campaign.id, "version": made.version, "final": final})
    return Output(consolidation=made, files=files, fresh=True)


def draft(installation: Installation, campaign: Campaign, now: datetime) -> Consolidation:
    """The consolidation as it would be at this moment, put on record nowhere."""
    with installation.database.reading() as connection:
        latest = latest_consolidation(connection, campaign.id)
        lines = unit_lines(connection, campaign, now)
    return _make(campaign, lines, latest, now, final=now >= campaign.deadline)


def is_due(connection: Connection, campaign: Campaign, now: datetime) -> bool:
    """Whether the deadline has passed and the last consolidation does not show the present figures."""
    if not campaign.consolidation.at_deadline or now < campaign.deadline:
        return False
    latest = latest_consolidation(connection, campaign.id)
    if latest is None or not latest.final:
        return True
    return latest.figures != _figures_hash(unit_lines(connection, campaign, now))


def _make(
    campaign: Campaign, lines: tuple[UnitLine, ...], latest: ConsolidationRow | None, now: datetime, *, final: bool
) -> Consolidation:
    previous = from_plain(Consolidation, latest.payload) if latest is not None else None
    version = latest.version + 1 if latest is not None else 1

    def at(findings: tuple[Finding, ...]) -> Consolidation:
        return consolidate(
            campaign, lines, now=now, cutoff=now, final=final, version=version, previous=previous, findings=findings
        )

    tables = {
        line.code: {(each.indicator, each.column): counted_value(each) for each in line.submission.values}
        for line in lines
        if line.reported
    }
    expected = {line.code for line in lines if line.submission.content is not Content.EXCUSED}
    roster = tuple(each for each in campaign.roster if each.code in expected)
    return at(validate_consolidation(campaign.form, at(()).totals, tables, roster))


def _write(installation: Installation, campaign: Campaign, made: Consolidation, folder: Path) -> tuple[Path, ...]:
    photos = ArchivedPhotos(installation)
    office = installation.home.office
    template = installation.home.path / "campaigns" / campaign.id / "report.docx"
    cells = ArchivedCells(installation)
    return write_outputs(folder, campaign, made, office.language, photos, office=office.name, template=template, cells=cells)


def _figures_hash(lines: tuple[UnitLine, ...]) -> str:
    """A hash of all that a reader of the outputs would see change: figures, sections, photos, who reported and when."""
    content = [
        [
            line.code,
            line.submission.content.value,
            str(line.submission.completed_at),
            [[each.indicator, each.column, each.value, each.status.value] for each in line.submission.values],
            [[each.code, each.text] for each in line.submission.sections],
            [each.sha256 for each in line.submission.photos],
        ]
        for line in lines
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
