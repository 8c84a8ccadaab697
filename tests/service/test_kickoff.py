"""The kick-off: once for each unit, with what it needs to answer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from parsers.form import read_forms
from parsers.spreadsheets import read_sheets
from service.planning import plan
from service.previewing import preview_letter
from storage.notices import NoticeKind, NoticeState
from tests.service.office_without_servers import ZONE, arrivals, at, attachments_of, office, text_of

UNITS = ("03253", "03295")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_every_unit_gets_the_order_once_with_the_outline_and_its_own_form(tmp_path: Path) -> None:
    with office(tmp_path, reminders="kickoff = true", units=UNITS) as here:
        plan(here.installation, datetime(2020, 9, 29, 7, 59, tzinfo=ZONE))
        assert here.notices(NoticeKind.KICKOFF) == ()
        for now in (datetime(2020, 9, 29, 8, 1, tzinfo=ZONE), datetime(2020, 9, 30, 8, 1, tzinfo=ZONE), at(2)):
            here.work_at(now)
        sent = here.notices(NoticeKind.KICKOFF)
        assert sorted(each.unit or "" for each in sent) == list(UNITS)
        assert {each.state for each in sent} == {NoticeState.DRY_RUN}
        (own,) = [each for each in sent if each.unit == "03295"]
        mail = here.mail(own)
        assert "UBND xã Quài Tở" in text_of(mail)
        files = attachments_of(mail)
        assert set(files) == {"De-cuong-bao-cao-Quai-To.docx", "Bieu-so-lieu-Quai-To.xlsx"}
        book = read_sheets(files["Bieu-so-lieu-Quai-To.xlsx"], XLSX)
        assert book.names == {"thubao_campaign": "htsd-2020", "thubao_unit": "03295"}
        (form,) = read_forms(book.sheets, here.campaign.form, year=here.campaign.year)
        assert form.blank


def test_nothing_leaves_unless_it_is_asked_for(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        here.work_at(datetime(2020, 9, 29, 8, 1, tzinfo=ZONE))
        assert here.notices(NoticeKind.KICKOFF) == ()


def test_a_unit_that_has_sent_already_is_not_asked_to(tmp_path: Path) -> None:
    with office(tmp_path, reminders="kickoff = true", units=UNITS) as here:
        here.take_in(*arrivals("03253"))
        here.work_at(at(14))
        by_unit = {each.unit: each.state for each in here.notices(NoticeKind.KICKOFF)}
        assert by_unit["03253"] is NoticeState.CANCELLED
        assert by_unit["03295"] is NoticeState.DRY_RUN


def test_a_kickoff_that_could_not_leave_in_time_does_not_leave_after_the_deadline(tmp_path: Path) -> None:
    with office(tmp_path, reminders="kickoff = true", units=UNITS) as here:
        plan(here.installation, at(14))
        here.work_at(at(16))
        assert {each.state for each in here.notices(NoticeKind.KICKOFF)} == {NoticeState.CANCELLED}


def test_a_letter_can_be_looked_at_without_a_trace(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        unit = here.campaign.unit("03295")
        assert unit is not None
        for kind in here.campaign.letters:
            found = preview_letter(here.installation, here.campaign, unit, kind, at(12))
            assert found.subject
            assert "{{" not in found.subject + found.body
        kickoff = preview_letter(here.installation, here.campaign, unit, "kickoff", at(1))
        assert [name for name, _ in kickoff.attachments] == ["De-cuong-bao-cao-Quai-To.docx", "Bieu-so-lieu-Quai-To.xlsx"]
        assert all(here.notices(kind) == () for kind in NoticeKind)
