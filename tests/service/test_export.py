"""CSV and JSON Lines."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from config.text import Language
from parsers.values import ValueStatus
from service.outputs.export import COLUMNS, records, write_csv, write_jsonl
from tests.service.campaign_of_units import CAMPAIGN, consolidation, lines


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_the_mark_and_one_line_per_figure(tmp_path: Path) -> None:
    made = consolidation()
    write_csv(tmp_path / "out.csv", CAMPAIGN, made, Language.VI)
    assert (tmp_path / "out.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
    read = rows(tmp_path / "out.csv")
    assert tuple(read[0]) == COLUMNS
    assert len(read) == sum(len(line.submission.values) for line in made.units)
    by_key = {(row["unit_code"], row["indicator"], row["column"]): row for row in read}
    for line in made.units:
        for value in line.submission.values:
            row = by_key[line.code, value.indicator, value.column]
            assert row["value"] == ("" if value.value is None else str(value.value))
            assert row["counted"] == ("1" if line.reported and value.status in ("ok", "confirm", "corrected") else "0") or (
                value.value is None
            )


def test_csv_sums_to_the_totals(tmp_path: Path) -> None:
    made = consolidation()
    write_csv(tmp_path / "out.csv", CAMPAIGN, made, Language.VI)
    total = made.total("4.books", "count")
    assert total is not None
    counted = [row for row in rows(tmp_path / "out.csv") if row["indicator"] == "4.books" and row["counted"] == "1"]
    assert sum(int(row["value"]) for row in counted) == total.value


def test_text_that_begins_like_a_formula_gets_an_apostrophe_in_csv_only(tmp_path: Path) -> None:
    units = lines(missing=0)
    value = replace(units[0].submission.values[0], raw="=1+1", status=ValueStatus.OK)
    line = replace(units[0], submission=replace(units[0].submission, values=(value,)))
    made = consolidation(units=(line,))
    write_csv(tmp_path / "out.csv", CAMPAIGN, made, Language.VI)
    write_jsonl(tmp_path / "out.jsonl", CAMPAIGN, made, Language.VI)
    assert rows(tmp_path / "out.csv")[0]["raw"] == "'=1+1"
    assert json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])["raw"] == "=1+1"


def test_json_lines_keep_blank_as_null(tmp_path: Path) -> None:
    made = consolidation()
    write_jsonl(tmp_path / "out.jsonl", CAMPAIGN, made, Language.EN)
    read = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    blanks = [record for record in read if record["status"] == "empty"]
    assert blanks
    assert all(record["value"] is None and record["counted"] is False for record in blanks)


def test_times_are_on_the_offices_clock() -> None:
    line = lines(missing=0)[0]
    value = next(each for each in line.submission.values if each.source is not None)
    assert value.source is not None
    stored = replace(value, source=replace(value.source, received_at=value.source.received_at.astimezone(UTC)))
    line = replace(line, submission=replace(line.submission, values=(stored,)))
    (told,) = records(CAMPAIGN, consolidation(units=(line,)), Language.VI)
    assert str(told["received_at"]).endswith("+07:00")
