"""What keeps a home folder from being opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from service.installation import opened
from tests.service.office import open_office
from tests.service.papers import everything, mail, on, unit_called

UNIT = unit_called("Quài Tở")


def test_units_whose_codes_lost_their_zero_are_not_taken_for_new_ones(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        office.take(mail(1, UNIT.emails[0], *everything()), on(8))
    roster = tmp_path / "campaigns" / "htsd-2020" / "roster.csv"
    text = roster.read_text(encoding="utf-8")
    roster.write_text(text.replace("\n0", "\n"), encoding="utf-8")  # as Excel saves it
    with pytest.raises(ConfigError) as refused, opened(tmp_path, exclusive=False):
        pass
    assert [(each.where, UNIT.code in each.text) for each in refused.value.problems] == [("code", True)]
    roster.write_text(text, encoding="utf-8")
    with opened(tmp_path, exclusive=False):
        pass
