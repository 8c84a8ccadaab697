"""What leaves the house, measured: all outputs of 19 units by stage, the workbook and the letters of 10,600.

`python -m tests.bench.outputs` prints every row; `measure()` does the same from the benchmark. Each contestant runs in a process
of its own and reports its seconds and the most memory that process ever held.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from config.campaign import Campaign, Unit
from config.home import write_home
from config.text import Language
from parsers.codec import from_plain, to_plain
from parsers.values import ValueStatus
from service.correspondence import Correspondence
from service.demo.files import photograph
from service.installation import opened
from service.outputs.album import write_album
from service.outputs.consolidation_json import to_json
from service.outputs.report import write_report
from service.outputs.workbook import write_workbook
from service.rules.consolidation import Consolidation, UnitLine
from service.rules.submission import UnitPhoto
from storage.notices import NoticeKind, enqueue, notices
from storage.submissions import save_state
from tests.service.campaign_of_units import CAMPAIGN, consolidation, each_line, lines, many_units

LARGE, MIDDLE, SMALL = 10_600, 1_060, 190
WORKBOOK_RATIO, WORKBOOK_MEMORY, LETTERS_A_MINUTE, GROWTH = 1.5, 300.0, 10_600, 1.3
_NOW = datetime(2020, 10, 12, 8, 1, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
_SETTINGS = """
[office]
name = "Phòng Giáo dục và Đào tạo huyện Tuần Giáo"
officers = ["can.bo@tuangiao.example"]
[smtp]
host = "127.0.0.1"
from = "baocao@tuangiao.example"
"""


class DrawnPhotos:
    """Photographs as phones send them, drawn once each before the clock starts."""

    def __init__(self, made: Consolidation) -> None:
        wanted = {photo.sha256 for line in made.units for photo in line.submission.photos}
        self._drawn = {sha256: photograph(int(sha256[:6], 16)) for sha256 in wanted}

    def photo(self, photo: UnitPhoto) -> bytes | None:
        return self._drawn[photo.sha256]


def measure() -> None:
    """Print every row: what, how long, against which bar."""
    with tempfile.TemporaryDirectory(prefix="thubao-outputs-") as folder:
        all_outputs(Path(folder))
    large, small, form = _run("workbook", LARGE), _run("workbook", SMALL), _run("form_cells", LARGE)
    middle, whole = _run("workbook", MIDDLE), _run("all_cells", MIDDLE)
    ratio = large["seconds"] / form["seconds"]
    print(
        f"workbook of {LARGE} units x 35 indicators with all sheets: {large['seconds']:.1f} s, openpyxl's bare dump of the "
        f"form's cells {form['seconds']:.1f} s, ratio {ratio:.2f} (bar {WORKBOOK_RATIO})"
    )
    ratio = middle["seconds"] / whole["seconds"]
    print(f"  of {MIDDLE} units against a dump of every cell of every sheet: ratio {ratio:.2f}")
    print(
        f"  memory: {large['peak']:.0f} MB at the peak (bar {WORKBOOK_MEMORY:.0f}), of which {large['before']:.0f} MB were held "
        "before it began: the units' figures"
    )
    growth = large["seconds"] / small["seconds"] / (LARGE / SMALL)
    print(f"  growth from {SMALL} to {LARGE} units: {growth:.2f} times linear (bar {GROWTH})")
    many, few = _run("letters", LARGE), _run("letters", SMALL)
    rate = LARGE / many["seconds"] * 60
    growth = many["seconds"] / few["seconds"] / (LARGE / SMALL)
    print(
        f"{LARGE} reminders written as mails: {many['seconds']:.1f} s, {rate:,.0f} a minute (bar {LETTERS_A_MINUTE:,}), "
        f"growth {growth:.2f} times linear (bar {GROWTH}), {many['peak']:.0f} MB at the peak"
    )


def all_outputs(folder: Path) -> None:
    """Workbook, report, album and JSON of 19 units with 76 photos, by stage."""
    made = consolidation(units=lines(missing=0))
    photos = DrawnPhotos(made)
    count = sum(len(line.submission.photos) for line in made.units)
    stages: dict[str, Callable[[], object]] = {
        "workbook": lambda: write_workbook(folder / "a.xlsx", CAMPAIGN, made, Language.VI),
        "report": lambda: write_report(folder / "a.docx", CAMPAIGN, made, Language.VI, photos=photos),
        "album": lambda: write_album(folder / "a.zip", CAMPAIGN, made, Language.VI, photos),
        "json": lambda: json.dumps(to_json(made), ensure_ascii=False),
    }
    seconds = {name: _timed(make) for name, make in stages.items()}
    told = ", ".join(f"{name} {spent:.2f}" for name, spent in seconds.items())
    print(f"all outputs of 19 units with {count} photos: {sum(seconds.values()):.1f} s ({told})")


def _timed(make: Callable[[], object]) -> float:
    begun = time.perf_counter()
    make()
    return time.perf_counter() - begun


def _run(contestant: str, size: int) -> dict[str, float]:
    words = [sys.executable, "-m", "tests.bench.outputs", contestant, str(size)]
    finished = subprocess.run(words, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    found: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return found


# contestants


def _workbook(size: int, folder: Path) -> dict[str, float]:
    campaign, made = _consolidated(size)
    before = _memory("VmRSS")
    seconds = _timed(lambda: write_workbook(folder / "a.xlsx", campaign, made, Language.VI))
    return {"seconds": seconds, "before": before}


def _form_cells(size: int, folder: Path) -> dict[str, float]:
    campaign, made = _consolidated(size)
    return {"seconds": _timed(lambda: _dump(folder / "a.xlsx", [_by_unit(campaign, made)])), "before": _memory("VmRSS")}


def _all_cells(size: int, folder: Path) -> dict[str, float]:
    campaign, made = _consolidated(size)
    sheets = [_by_unit(campaign, made), _delivery(made), _findings(made), _sources(made)]
    return {"seconds": _timed(lambda: _dump(folder / "a.xlsx", sheets)), "before": _memory("VmRSS")}


def _letters(size: int, folder: Path) -> dict[str, float]:
    """A reminder for every unit, half of which have sent most of their report: from the outbox to the mail's bytes."""
    write_home(folder / "home")
    (folder / "home" / "thubao.toml").write_text(_SETTINGS, encoding="utf-8")
    units = tuple(replace(unit, emails=(f"{unit.code}@tuangiao.example",)) for unit in many_units(size).roster)
    campaign = replace(CAMPAIGN, roster=units)
    with opened(folder / "home", exclusive=True) as installation:
        there = replace(installation, home=replace(installation.home, campaigns=(campaign,)))
        with there.database.writing() as connection:
            for line in lines(campaign, missing=size // 2):
                plain = to_plain(line.submission)
                state = line.submission.content.value
                save_state(
                    connection, campaign=campaign.id, unit=line.code, judged_at=_NOW, content=state, figures="", submission=plain
                )
            for unit in units:
                _queue(connection, campaign, unit)
        with there.database.reading() as connection:
            queued = notices(connection)
        before = _memory("VmRSS")

        def write_all() -> None:
            correspondence = Correspondence(there, _NOW)
            for notice in queued:
                correspondence.still_called_for(notice)
                correspondence.write(notice, "<a@b.example>")

        return {"seconds": _timed(write_all), "before": before}


def _queue(connection: object, campaign: Campaign, unit: Unit) -> None:
    enqueue(
        connection,  # type: ignore[arg-type]  # what `writing` gives
        key=unit.code,
        campaign=campaign.id,
        unit=unit.code,
        kind=NoticeKind.REMINDER,
        due_at=_NOW,
        created_at=_NOW,
        recipient=unit.emails[0],
        cause="bench",
        context={"rung": 1},
    )


def _consolidated(size: int) -> tuple[Campaign, Consolidation]:
    """The figures as the service has them when it makes an output: read from what is stored, unit after unit."""
    campaign = many_units(size)
    stored = (json.dumps(to_plain(line)) for line in each_line(campaign))
    return campaign, consolidation(campaign, tuple(from_plain(UnitLine, json.loads(each)) for each in stored))


def _by_unit(campaign: Campaign, made: Consolidation) -> Iterator[list[object]]:
    keys = [(indicator.code, column) for indicator in campaign.form.indicators for column in indicator.columns]
    for at, line in enumerate(made.units, 1):
        values = {(value.indicator, value.column): value.value for value in line.submission.values}
        yield [at, line.code, line.name, *(values.get(key) for key in keys)]


def _delivery(made: Consolidation) -> Iterator[list[object]]:
    for at, line in enumerate(made.units, 1):
        sent = line.submission
        times = [each.replace(tzinfo=None) if each else None for each in (sent.first_received_at, sent.completed_at)]
        slots = ["có", "đủ", "đủ", "4 – đủ"]
        counts = [sent.version, len(sent.findings), line.reminders]
        yield [
            at,
            line.code,
            line.name,
            sent.content.value,
            line.timeliness.value,
            *slots,
            *times,
            *times[:1],
            *counts,
            line.phone,
        ]


def _findings(made: Consolidation) -> Iterator[list[object]]:
    for line in made.units:
        for finding in line.submission.findings:
            yield [1, line.name, finding.severity.value, finding.where, finding.text.vi, finding.code]


def _sources(made: Consolidation) -> Iterator[list[object]]:
    for line in made.units:
        for value in line.submission.values:
            source = value.source
            if source is None or value.status is ValueStatus.EMPTY:
                continue
            what = [value.indicator, value.indicator, value.column, value.value, value.raw, value.status.value, "có"]
            where = [source.document, source.sheet, source.cell, value.why, source.sha256]
            yield [line.code, line.name, *what, source.message, source.received_at.replace(tzinfo=None), *where]


def _dump(path: Path, sheets: list[Iterator[list[object]]]) -> None:
    book = Workbook(write_only=True)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(path)


def _memory(what: str) -> float:
    """Megabytes this process holds, or has held at most: not ru_maxrss, which begins with what the parent held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{what}:")[2].split()[0]) / 1000


_CONTESTANTS = {"workbook": _workbook, "form_cells": _form_cells, "all_cells": _all_cells, "letters": _letters}


def main() -> None:
    """Every row, or one contestant for itself."""
    if len(sys.argv) < 2:
        measure()
        return
    name, size = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="thubao-outputs-") as folder:
        found = _CONTESTANTS[name](int(size), Path(folder))
    print(json.dumps({**found, "peak": _memory("VmHWM")}))


if __name__ == "__main__":
    main()
