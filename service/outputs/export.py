"""Figures for people with other tools: tidy CSV that spreadsheets open in Vietnamese, and JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from config.campaign import Campaign
from config.text import Language
from service.outputs.atomic import atomic_file
from service.outputs.formula_text import begins_like_formula
from service.outputs.wording import label
from service.rules.consolidate import counted_value
from service.rules.consolidation import Consolidation

COLUMNS = (
    "campaign",
    "version",
    "unit_code",
    "unit",
    "indicator",
    "label",
    "column",
    "value",
    "raw",
    "status",
    "counted",
    "received_at",
    "message",
    "document",
    "sheet",
    "cell",
    "sha256",
    "decision",
)


def write_csv(path: Path, campaign: Campaign, consolidation: Consolidation, language: Language) -> None:
    """One line per figure, UTF-8 with the mark that spreadsheets look for; text that begins like a formula gets an apostrophe."""
    with atomic_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for record in records(campaign, consolidation, language):
            writer.writerow([_safe(record[column]) for column in COLUMNS])
        text.detach()


def write_jsonl(path: Path, campaign: Campaign, consolidation: Consolidation, language: Language) -> None:
    """One JSON object per figure and line, with the keys of `COLUMNS`; blank figures are null."""
    with atomic_file(path) as file:
        for record in records(campaign, consolidation, language):
            file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")


def records(campaign: Campaign, consolidation: Consolidation, language: Language) -> Iterator[dict[str, int | str | bool | None]]:
    """Every value of every unit, blank ones too, in roster and form order. Units that sent nothing have none."""
    zone = campaign.deadline.tzinfo  # the office's clock, as every other output tells the time
    labels = {indicator.code: label(indicator, language) for indicator in campaign.form.indicators}
    for line in consolidation.units:
        for value in line.submission.values:
            source = value.source
            yield {
                "campaign": consolidation.campaign,
                "version": consolidation.version,
                "unit_code": line.code,
                "unit": line.name,
                "indicator": value.indicator,
                "label": labels.get(value.indicator, ""),
                "column": value.column,
                "value": value.value,
                "raw": value.raw,
                "status": value.status.value,
                "counted": line.reported and counted_value(value) is not None,
                "received_at": None if source is None else source.received_at.astimezone(zone).isoformat(),
                "message": None if source is None else source.message,
                "document": None if source is None else source.document,
                "sheet": None if source is None else source.sheet,
                "cell": None if source is None else source.cell,
                "sha256": None if source is None else source.sha256,
                "decision": value.decision,
            }


def _safe(value: int | str | bool | None) -> str | int:  # noqa: FBT001 - a cell may be a truth value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str) and begins_like_formula(value):
        return f"'{value}"
    return value
