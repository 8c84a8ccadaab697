"""A letter can be read before it is queued, and after a dry run has written it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.previewing import NoSuchLetterError, letter_of, preview_letter
from storage.notices import NoticeKind
from tests.service.office_without_servers import arrivals, at, office

UNIT = "03277"
RECEIPTS = ("receipt_complete", "receipt_problems", "receipt_late", "receipt_replacement", "ask_unit", "question", "correction")


@pytest.mark.parametrize("kind", RECEIPTS)
def test_the_preview_of_an_answer_has_a_time_and_a_code_before_any_mail_came(tmp_path: Path, kind: str) -> None:
    with office(tmp_path, units=(UNIT,)) as here:
        unit = here.campaign.unit(UNIT)
        assert unit is not None
        letter = preview_letter(here.installation, here.campaign, unit, kind, at(12, 9, 30))
        whole = f"{letter.subject}\n{letter.body}"
        if kind.startswith("receipt") or kind == "ask_unit":
            assert "09:30 ngày 12/10/2020" in whole
        if kind.startswith("receipt"):
            assert "03277-00001" in whole
        assert "lúc ." not in whole
        assert ": ." not in whole


def test_the_preview_of_a_receipt_shows_the_marked_workbook_that_goes_with_it(tmp_path: Path) -> None:
    with office(tmp_path, units=(UNIT,)) as here:
        here.take_in(*arrivals(UNIT))
        unit = here.campaign.unit(UNIT)
        assert unit is not None
        letter = preview_letter(here.installation, here.campaign, unit, "receipt_problems", at(14, 16))
        assert [name for name, _ in letter.attachments] == ["So lieu.xlsx"]


def test_a_letter_of_a_dry_run_can_be_read(tmp_path: Path) -> None:
    with office(tmp_path, units=(UNIT,)) as here:
        here.work_at(at(8))
        (notice,) = here.notices(NoticeKind.REMINDER)
        letter = letter_of(here.installation, notice.id, at(8))
        assert letter.subject == notice.subject
        assert letter.recipient == notice.recipient
        assert "Kính gửi: UBND xã Mường Thín" in letter.body
        with pytest.raises(NoSuchLetterError, match="no notice 999"):
            letter_of(here.installation, 999, at(8))
    words = ["notices", str(notice.id), "--home", str(tmp_path)]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0, told.output
    assert "Kính gửi: UBND xã Mường Thín" in told.output
    plain = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
    assert plain["body"] == letter.body
    assert (plain["id"], plain["kind"], plain["state"]) == (notice.id, "reminder", "dry_run")
    listed = json.loads(CliRunner().invoke(app, ["notices", "--home", str(tmp_path), "--json"]).output)
    assert notice.id in {each["id"] for each in listed}
