"""What a person reads in the terminal is in the office's language, one line for one thing."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console as Terminal

from config.home import write_home
from config.text import Language
from service import console_words as words
from service.console import Console
from service.desk import Desk
from service.lines import unit_lines
from service.rules.match_evidence import EvidenceKind
from service.views import Views
from storage.decisions import DecisionKind, decisions_on
from storage.notices import NoticeKind, NoticeState
from tests.service.office import open_office
from tests.service.papers import CAMPAIGN, everything, mail, on, unit_called

UNIT = unit_called("Quài Tở")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (Language.VI, ["nhận thư #1, lần 1: biểu số liệu, báo cáo, ảnh", "xác nhận đã nhận, chờ gửi", "trả lại (Lan): nhầm năm"]),
        (Language.EN, ["message #1, version 1: form, report, photos", "receipt, queued", "returned (Lan): nhầm năm"]),
    ],
)
def test_the_timeline_of_a_unit_is_told_in_words(tmp_path: Path, language: Language, told: list[str]) -> None:
    with open_office(tmp_path, language=language.value) as office:
        office.take(mail(1, UNIT.emails[0], *everything()), on(8))
        Desk(office.installation, on(9), "Lan").send_back(CAMPAIGN, UNIT, "nhầm năm")
        settings = office.installation.home.office
        with office.database.reading() as connection:
            line = next(each for each in unit_lines(connection, CAMPAIGN, on(9)) if each.code == UNIT.code)
            decisions = decisions_on(connection, CAMPAIGN.id, UNIT.code)
        plain = Views(settings.timezone, language).unit(CAMPAIGN, line, office.outbox(), decisions)
        terminal = Terminal(record=True, width=60, file=io.StringIO())
        Console(replace(settings, language=language), terminal).unit(CAMPAIGN, plain)
    lines = terminal.export_text().splitlines()
    assert all(any(line.strip().endswith(each) for line in lines) for each in told), lines[-6:]


def test_every_word_that_can_come_up_is_known() -> None:
    for kinds, known in (
        (EvidenceKind, words.EVIDENCE),
        (DecisionKind, words.DECISION),
        (NoticeKind, words.NOTICE_KIND),
        (NoticeState, words.NOTICE_STATE),
    ):
        assert {each.value for each in kinds} == set(known)


def test_the_board_comes_without_loading_what_reads_and_writes_files(tmp_path: Path) -> None:
    write_home(tmp_path)
    look = (
        f"import sys; sys.argv = ['thubao', '--home', {str(tmp_path)!r}, 'status']\n"
        "from service.cli import app; app(standalone_mode=False)\n"
        "print(*{each.partition('.')[0] for each in sys.modules} & {'openpyxl', 'docx', 'PIL', 'pdfplumber', 'jinja2', 'pymap'})"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert "0/19" in done.stdout
    assert done.stdout.splitlines()[-1].split() == []
