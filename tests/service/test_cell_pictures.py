"""A figure from a scan can be looked at: the picture of its cell comes out of the archived mail again, however it was packed."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from config.loading import reference_campaign
from config.text import Language
from parsers.grid import PicturePlace
from parsers.values import ValueStatus
from service.cell_pictures import ArchivedCells
from service.cli import app
from service.consolidating import consolidate_campaign
from service.demo.story import Arrival
from service.desk import NotUnderstoodError
from service.digest import draft_workbook
from service.outputs.workbook import write_workbook
from service.outputs.workbook_scans import MOST
from service.outputs.workbook_tables import FIRST_ROW
from service.rules.consolidate import ASKED
from service.rules.submission import Source
from tests.parsers.test_cell_pictures import apart, opened_cell, upright_cells
from tests.parsers.test_scan import file_of, scanned_form
from tests.requirements import LIBREOFFICE, TESSERACT, need
from tests.servers_libreoffice import LibreOffice
from tests.service.campaign_of_units import CAMPAIGN, consolidation, lines
from tests.service.office_without_servers import Office, at, office

UNIT = "03295"
CLASSES = ("1", "count")
"""A figure of the scanned form: "3" classes in its third row."""


def scan_as(kind: str) -> tuple[str, bytes]:
    """The scanned form in a file: name and bytes."""
    stream = io.BytesIO()
    page = scanned_form()
    if kind == "picture":
        return "trang 1.png", file_of(page)
    if kind == "pdf":
        Image.new("L", (1000, 1400), 255).save(stream, "PDF", resolution=200, save_all=True, append_images=[page.rotate(180)])
        return "ban quet.pdf", stream.getvalue()
    if kind == "zip":
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("bao cao/trang 1.jpg", file_of(page.rotate(90, expand=True), "JPEG", quality=85))
        return "bao cao.zip", stream.getvalue()
    document = docx.Document()
    document.add_picture(io.BytesIO(file_of(page)), width=docx.shared.Cm(15))
    document.save(stream)
    return "bao cao.docx", stream.getvalue()


def scan_mail(name: str, data: bytes) -> Arrival:
    """A mail of the unit with this file."""
    unit = reference_campaign().unit(UNIT)
    assert unit is not None
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = unit.emails[0], "baocao@tuangiao.example", "Biểu số liệu"
    mail["Message-ID"], mail["Date"] = "<scan@tuangiao.example>", at(6)
    mail.set_content(f"UBND {unit.full_name} gửi biểu số liệu.")
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return Arrival(at=at(6), raw=mail.as_bytes())


def explain(here: Office, *words: str) -> Result:
    home = here.installation.home.path
    return CliRunner().invoke(app, ["--home", str(home), "explain", UNIT, *words, "--now", str(at(6, 9)).replace(" ", "T")])


@pytest.mark.parametrize("kind", ["picture", "pdf", "zip", "word"])
def test_the_cell_of_a_figure_is_written_as_a_picture(tmp_path: Path, kind: str) -> None:
    need(LIBREOFFICE)
    need(TESSERACT)
    with office(tmp_path / "home", units=(UNIT,)) as here:
        here.take_in(scan_mail(*scan_as(kind)))
        told = explain(here, "1", "--column", "count", "--picture", str(tmp_path / "cell.png"), "--json")
        assert told.exit_code == 0, told.output
        plain: Any = json.loads(told.output)
        value = plain["values"]["count"]
        assert (value["value"], value["status"], value["picture"]) == (3, "confirm", str(tmp_path / "cell.png"))
        place = value["source"]["picture"]
        assert place["page"] == (2 if kind == "pdf" else 1)
        assert len(place["corners"]) == 4
        assert all(0 <= share <= 1 for corner in place["corners"] for share in corner)
        cell = (tmp_path / "cell.png").read_bytes()
        assert opened_cell(cell).width > 50
        nearest = min(upright_cells().items(), key=lambda each: apart(cell, each[1]))
        assert nearest[0] == (3, 4)
        assert "cell.png" in explain(here, "1", "--picture", str(tmp_path / "cell.png")).output
        assert "--picture" in explain(here, "1").output
        several = explain(here, "1.it_training", "--picture", str(tmp_path / "none.png"))
        assert isinstance(several.exception, NotUnderstoodError)
        assert "count, people" in str(several.exception)
        assert not (tmp_path / "none.png").exists()


def test_the_workbooks_show_what_was_read_from_scans_beside_the_pictures_of_the_cells(tmp_path: Path) -> None:
    need(LIBREOFFICE)
    need(TESSERACT)
    with office(tmp_path / "home", units=(UNIT,)) as here:
        here.take_in(scan_mail(*scan_as("picture")))
        asked = [each for each in here.submission(UNIT).values if each.status in ASKED]
        _, draft = draft_workbook(here.installation, here.campaign, at(8))
        made = consolidate_campaign(here.installation, here.campaign, at(16)).files[0]
        before = made.read_bytes()
        made.unlink()
        assert consolidate_campaign(here.installation, here.campaign, at(16)).files[0].read_bytes() == before
    assert len(asked) >= 6
    for content in (draft, before):
        sheet: Any = openpyxl.load_workbook(io.BytesIO(content))["Đối chiếu bản quét"]
        drawn = {picture.anchor._from.row + 1: picture for picture in sheet._images}
        assert [sheet.cell(row, 5).value for row in sorted(drawn)] == [each.raw for each in asked]
        assert all(sheet.row_dimensions[row].height * 12_700 >= each.anchor.ext.height for row, each in drawn.items())
        shown = next(each._data() for row, each in drawn.items() if sheet.cell(row, 5).value == "3")
        assert min(upright_cells().items(), key=lambda each: apart(shown, each[1]))[0] == (3, 4)
    (tmp_path / "made.xlsx").write_bytes(before)
    assert LibreOffice(program=need(LIBREOFFICE)).to_pdf(tmp_path / "made.xlsx").stat().st_size > 10_000


class NothingArchived:
    """An archive whose mails were all forgotten."""

    def pictures(self, sources: Iterable[Source]) -> Mapping[Source, bytes]:
        assert len(list(sources)) == MOST
        return {}


def test_a_workbook_shows_so_many_and_says_how_many_more_there_are_and_which_scans_are_gone(tmp_path: Path) -> None:
    place = PicturePlace(page=1, corners=((0, 0), (500, 0), (500, 100), (0, 100)))
    units = []
    for line in lines(seed=5, missing=0):
        values = tuple(
            replace(each, status=ValueStatus.CONFIRM, source=replace(each.source, place=place))
            for each in line.submission.values
            if each.source is not None and each.status is ValueStatus.OK
        )
        units.append(replace(line, submission=replace(line.submission, values=values)))
    more = sum(len(each.submission.values) for each in units) - MOST
    assert more > 0
    write_workbook(tmp_path / "made.xlsx", CAMPAIGN, consolidation(units=tuple(units)), Language.VI, NothingArchived())
    sheet = openpyxl.load_workbook(tmp_path / "made.xlsx")["Đối chiếu bản quét"]
    assert f"Còn {more} số liệu" in str(sheet["A3"].value)
    assert sheet.max_row == FIRST_ROW + MOST - 1
    assert "không lấy lại được" in str(sheet.cell(FIRST_ROW, 7).value)


def test_a_figure_that_was_typed_has_no_picture_and_nothing_is_written(tmp_path: Path) -> None:
    with office(tmp_path / "home", units=(UNIT,)) as here:
        here.take_in(scan_mail("bieu.csv", b"STT;Noi dung;Don vi;So lop;Nguoi\n1;x;lop;3;\n"))
        told = explain(here, "1", "--picture", str(tmp_path / "cell.png"))
        assert isinstance(told.exception, NotUnderstoodError)
        assert not (tmp_path / "cell.png").exists()


def test_a_scan_that_is_no_longer_archived_gives_no_picture(tmp_path: Path) -> None:
    need(LIBREOFFICE)
    need(TESSERACT)
    with office(tmp_path / "home", units=(UNIT,)) as here:
        here.take_in(scan_mail(*scan_as("picture")))
        sources = [each.source for each in here.submission(UNIT).values if each.source and each.source.place]
        cells = ArchivedCells(here.installation)
        assert set(cells.pictures(sources)) == set(sources)
        later = Source(message=sources[0].message, document="", sha256="0" * 64, received_at=at(6) + timedelta(days=1))
        assert cells.pictures([later]) == {}
        shutil.rmtree(tmp_path / "home" / "data" / "archive")
        assert cells.pictures(sources) == {}
