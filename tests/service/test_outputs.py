"""The JSON of the contract, and the files of one consolidation."""

from __future__ import annotations

import json
from pathlib import Path

from config.text import Language
from service.outputs.consolidation_json import to_json
from service.outputs.files import write_outputs
from service.rules.consolidate import counted_value
from tests.service.campaign_of_units import CAMPAIGN, consolidation, lines
from tests.service.photos_by_hand import Photos


def test_json_has_the_shape_that_scripts_rely_on() -> None:
    made = consolidation(units=lines(seed=2))
    plain = json.loads(json.dumps(to_json(made)))
    assert plain["campaign"] == "htsd-2020"
    assert plain["version"] == 1
    assert plain["coverage"] == {"reported": 17, "expected": 19, "missing": list(made.missing)}
    total = made.total("1.it_training", "people")
    assert total is not None
    assert plain["totals"]["1.it_training"]["people"] == {"value": total.value, "units": total.units}
    assert set(plain["units"]) == {line.code for line in made.units if line.reported}
    line = next(line for line in made.units if line.reported)
    for value in line.submission.values:
        assert plain["units"][line.code].get(value.indicator, {}).get(value.column) == counted_value(value)


def test_json_totals_equal_the_sum_of_its_units() -> None:
    plain = json.loads(json.dumps(to_json(consolidation(units=lines(seed=9)))))
    for code, columns in plain["totals"].items():
        for column, total in columns.items():
            figures = [unit[code][column] for unit in plain["units"].values() if column in unit.get(code, {})]
            if isinstance(total["value"], int):
                assert sum(figures) == total["value"]
                assert len(figures) == total["units"]


def test_the_files_have_the_names_that_people_rely_on(tmp_path: Path) -> None:
    made = consolidation(units=lines(missing=0)[:2], version=3)
    paths = write_outputs(tmp_path / "out", CAMPAIGN, made, Language.VI, Photos())
    names = ["htsd-2020-v3.xlsx", "htsd-2020-v3.docx", "htsd-2020-v3-photos.zip", "htsd-2020-v3.json"]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)
    assert all(path.stat().st_size > 1000 for path in paths)


def test_without_photos_there_is_no_album(tmp_path: Path) -> None:
    paths = write_outputs(tmp_path, CAMPAIGN, consolidation(units=lines()[:2]), Language.EN, None)
    assert [path.suffix for path in paths] == [".xlsx", ".docx", ".json"]
