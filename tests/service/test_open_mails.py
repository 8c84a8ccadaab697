"""Mails that wait for the officer are named with the unit they seem to be from, wherever the unit's report is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.text import Language, Text
from service.console_board import needs_you
from service.desk import Desk
from service.lines import unit_lines
from service.officer_actions import officer_actions
from service.rules.consolidation import OpenMail
from service.views import Views
from tests.service.campaign_of_units import consolidation, lines
from tests.service.office import Office, open_office
from tests.service.papers import CAMPAIGN, everything, mail, on, unit_called
from tests.service.test_workbook import write

UNIT, ASKING = unit_called("Quài Tở"), unit_called("Nà Sáy")
CORRECTS = "UBND xã Quài Tở xin đính chính: số sách đã huy động là 250 quyển."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        opened.take(mail(1, UNIT.emails[0], *everything()), on(8))
        opened.take(mail(2, UNIT.emails[0], subject="Đính chính báo cáo", body=CORRECTS), on(9))
        opened.take(mail(3, ASKING.emails[0], subject="Xin gia hạn", body="Xã xin gia hạn đến ngày 18/10/2020."), on(9))
        yield opened


def test_on_the_board_and_in_what_the_officer_is_asked(office: Office) -> None:
    desk = Desk(office.installation, on(10), "cán bộ")
    board = desk.board(CAMPAIGN)
    told = "\n".join(needs_you(board, office.installation.home.office))
    assert "xã Quài Tở: thư #2" in told
    assert "xã Nà Sáy: thư #3" in told
    with office.database.reading() as connection:
        asked = officer_actions(connection, CAMPAIGN, (), 2, Language.VI)
    (corrects,) = [each for each in asked if "xã Quài Tở" in each]
    assert "thư số 2" in corrects
    assert "số liệu trong lời thư" in corrects


def test_beside_the_units_figures(office: Office) -> None:
    with office.database.reading() as connection:
        found = {each.code: each for each in unit_lines(connection, CAMPAIGN, on(10))}
    views = Views(office.installation.home.office.timezone, Language.VI)
    plain = views.unit(CAMPAIGN, found[UNIT.code], (), ())
    assert [each["message"] for each in plain["open_mails"]] == [2]
    assert "lời thư" in plain["open_mails"][0]["why"]
    assert found[unit_called("Ta Ma").code].open_mails == ()


def test_once_decided_it_is_named_no_more(office: Office) -> None:
    Desk(office.installation, on(10), "cán bộ").assign(2, CAMPAIGN, UNIT)
    with office.database.reading() as connection:
        found = {each.code: each.open_mails for each in unit_lines(connection, CAMPAIGN, on(10))}
    assert found[UNIT.code] == ()
    assert [each.message for each in found[ASKING.code]] == [3]


def test_on_the_sheet_of_warnings(tmp_path: Path) -> None:
    why = Text(vi="đơn vị báo bản đã gửi bị nhầm", en="the unit says that it sent the wrong report")
    first, *rest = lines()
    waits = replace(first, open_mails=(OpenMail(message=17, why=why),))
    sheet = write(tmp_path, consolidation(units=(waits, *rest)))["Cảnh báo"]
    (row,) = [each for each in sheet.iter_rows(values_only=True) if each[5] == "D-WAITING"]
    assert str(row[1]).casefold() == first.name.casefold()
    assert "hư số 17 chờ cán bộ quyết định (đơn vị báo bản đã gửi bị nhầm)" in str(row[4])
