"""What a delivery letter says of the consolidated report that goes with it: its files in words, who is in it, what changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config.campaign import Campaign
from config.text import Language, Text
from parsers.codec import from_plain
from service.letter_words import changed_figures, moment, unit_name
from service.outputs.workbook_findings import entry_count
from service.rules.consolidation import Consolidation
from service.rules.submission import Change
from storage.submissions import consolidation_of, latest_consolidation

_FILES = {
    ".docx": Text(vi="Dự thảo báo cáo tổng kết", en="Draft of the closing report"),
    ".xlsx": Text(
        vi="Biểu tổng hợp số liệu, chi tiết từng đơn vị, tình hình gửi và danh sách cảnh báo",
        en="The consolidated form, the figures by unit, the deliveries and the warnings",
    ),
    ".zip": Text(vi="Bộ ảnh theo đơn vị", en="The photos by unit"),
    ".json": Text(vi="Số liệu tổng hợp cho phần mềm khác", en="The figures for other programs"),
}


def output_words(
    connection: Connection, campaign: Campaign, version: int | None, timezone: ZoneInfo, language: Language, *, delivery: bool
) -> Mapping[str, object]:
    """Of one version of the consolidated report, None for the newest; more of it in the letter that delivers it."""
    latest = (
        latest_consolidation(connection, campaign.id) if version is None else consolidation_of(connection, campaign.id, version)
    )
    if latest is None:
        return {"cutoff": "", "n_included": 0, "n_warnings": 0, "files": [], "units_added": []}
    made = from_plain(Consolidation, latest.payload)
    delivered: dict[str, object] = {"units_added": []}
    if delivery:
        changes = tuple(
            Change(indicator=each.indicator, column=each.column, before=each.before, after=each.after) for each in made.changes
        )
        delivered = {
            "list_missing": [unit_name(campaign, each) for each in made.missing],
            "changed_figures": changed_figures(campaign, changes, language),
            "units_added": _added(connection, campaign, made),
            "n_total": made.expected,
        }
    return {
        **delivered,
        "cutoff": moment(made.cutoff, timezone, language),
        "n_included": made.reported,
        "n_warnings": entry_count(made),
        "files": [_file_words(Path(each), language) for each in latest.files],
    }


def _added(connection: Connection, campaign: Campaign, made: Consolidation) -> list[str]:
    """The units that are in the totals and were not in those of the version before."""
    if made.previous_version is None:
        return []
    before = consolidation_of(connection, campaign.id, made.previous_version)
    counted = {each.code for each in from_plain(Consolidation, before.payload).units if each.reported} if before else set()
    return [unit_name(campaign, each.code) for each in made.units if each.reported and each.code not in counted]


def _file_words(path: Path, language: Language) -> str:
    said = _FILES.get(path.suffix)
    return f"{said.in_(language)}: {path.name}" if said else path.name
