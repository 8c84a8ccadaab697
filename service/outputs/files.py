"""All output files of one consolidation, written together under the names that people and scripts rely on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from config.campaign import Campaign
from config.text import Language
from parsers.photos import without_position
from service.outputs.album import PhotoSource, write_album
from service.outputs.atomic import write_atomically
from service.outputs.consolidation_json import to_json
from service.outputs.report import write_report
from service.outputs.workbook import write_workbook
from service.outputs.workbook_scans import CellPictures
from service.rules.consolidation import Consolidation


def write_outputs(
    folder: Path,
    campaign: Campaign,
    consolidation: Consolidation,
    language: Language,
    photos: PhotoSource | None,
    *,
    office: str = "",
    template: Path | None = None,
    clean: Callable[[bytes], bytes] = without_position,
    cells: CellPictures | None = None,
) -> tuple[Path, ...]:
    """Writes workbook, report, photo album and JSON into `folder`, each atomically, and returns their paths.

    Without `photos` there is no album, and the report has no pictures. `template` is the office's own report template, used
    where it exists. `clean` re-encodes a photo without its position and raises ValueError for what is no picture. `cells` shows
    the officer what was read from scans.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{consolidation.campaign}-v{consolidation.version}"
    workbook, report, data = (folder / f"{stem}.{extension}" for extension in ("xlsx", "docx", "json"))
    write_workbook(workbook, campaign, consolidation, language, cells)
    write_report(report, campaign, consolidation, language, photos=photos, office=office, template=template)
    album = []
    if photos is not None:
        album.append(folder / f"{stem}-photos.zip")
        write_album(album[0], campaign, consolidation, language, photos, clean=clean)
    write_atomically(data, json.dumps(to_json(consolidation), ensure_ascii=False, indent=1).encode())
    return (workbook, report, *album, data)
