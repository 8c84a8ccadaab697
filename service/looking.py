"""What `thubao read` shows of a file: everything understood of it, and the unit it seems to be from. Recorded nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.campaign import Campaign
from config.errors import ParseError
from config.loading import load_home, reference_campaign
from config.settings import Office
from config.text import Language, Text
from parsers.codec import to_plain
from service.cli_session import RefusedError, home_path
from service.rules.match import Query, identify
from service.sandbox import ReaderDied, ReadingPool
from service.views import Views


def office_for_reading(home: Path | None) -> tuple[Office, tuple[Campaign, ...]]:
    """The office and campaigns of the home folder, or the built-in reference campaign where there is no home folder."""
    path = home_path(home)
    if (path / "thubao.toml").exists():
        configured = load_home(path)
        return configured.office, configured.campaigns
    campaign = reference_campaign()
    office = Office(name="", timezone=ZoneInfo("Asia/Ho_Chi_Minh"), language=Language.VI, officers=())
    return office, (campaign,)


def look_at(paths: tuple[Path, ...], office: Office, campaigns: tuple[Campaign, ...]) -> list[dict[str, Any]]:
    """What is understood of each file; one that cannot be opened is named in its place, with `missing`, and hides no other."""
    views = Views(office.timezone, office.language)
    pool = ReadingPool(campaigns)
    try:
        return [_look(path, pool, views, campaigns, office.language) for path in paths]
    finally:
        pool.close()


def refuse_missing(plain: list[dict[str, Any]]) -> None:
    """End as a command does that could not do all of what was asked.

    Raises:
        RefusedError: a file could not be opened; it is named.
    """
    missing = [each["error"] for each in plain if each.get("missing")]
    if missing:
        raise RefusedError("; ".join(missing))


def _nothing(path: Path, error: str, **more: bool) -> dict[str, Any]:
    return {"file": str(path), "documents": [], "unit": None, "evidence": [], "error": error, **more}


def _look(path: Path, pool: ReadingPool, views: Views, campaigns: tuple[Campaign, ...], language: Language) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        told = Text(vi=f"không đọc được {path}: {error.strerror}", en=f"cannot read {path}: {error.strerror}")
        return _nothing(path, told.in_(language), missing=True)
    try:
        reading = pool.read_file(path.name, data)
    except (ReaderDied, ParseError) as error:
        return _nothing(path, str(error))
    campaign = next((each for each in campaigns if each.id == reading.campaign), campaigns[0])
    attribution = identify(campaign, reading, Query())
    return {
        "file": str(path),
        "documents": [views.document(each) for each in reading.documents],
        "unit": attribution.unit,
        "evidence": [views.evidence(to_plain(each)) for each in attribution.evidence],
        "subject": reading.envelope.subject,
        "from": reading.envelope.sender,
        "links": list(reading.links),
        "findings": [views.finding(each) for each in reading.findings],
    }
