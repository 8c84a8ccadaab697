"""From an office's own file to a campaign on disk, and whose row of a list of units counts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from typer.testing import CliRunner

from config.campaign import Campaign, Unit
from config.errors import ConfigError
from config.loading import load_home, reference_campaign
from config.loading_form import form_from
from config.loading_problems import Complaints
from config.loading_toml import read_toml
from config.new_campaign import campaign_id
from config.text import Language, Text
from config.writing_form import form_toml
from parsers.form_unit_rows import read_unit_rows
from parsers.grid import Cell, CellKind, Sheet
from parsers.values import Document, DocumentFate, DocumentRole
from service.cli import app
from service.learning import BlankFormError, learn_file, plain_form
from service.outputs.blank_form import write_blank_form
from service.rules.unit_rows import with_own_row
from tests.end_to_end.office_forms import EnglishForm, ListOfUnits, WideForm

ROSTER = "code,name,kind,emails\nA1,Bình Minh,trường,a1@units.example\nB2,Hoa Ban,trường,b2@units.example\n"


def loaded(folder: Path, text: str) -> Any:
    (folder / "form.toml").write_text(text, "utf-8")
    complaints = Complaints(Language.EN)
    file = read_toml(folder / "form.toml", "form.toml", complaints)
    assert file is not None
    form = form_from(file, complaints)
    complaints.raise_if_any()
    return form


def test_the_reference_form_is_learned_from_its_own_blank(tmp_path: Path) -> None:
    campaign = reference_campaign()
    write_blank_form(tmp_path / "blank.xlsx", campaign, None)
    learned = learn_file(tmp_path / "blank.xlsx").form
    assert [each.label for each in learned.indicators] == [each.label for each in campaign.form.indicators]
    assert [each.unit for each in learned.indicators] == [each.unit for each in campaign.form.indicators]
    theirs = {"count": "so_lop_so_cuoc_thi", "people": "nguoi"}
    agree = [
        each.columns == tuple(theirs.get(key, key) for key in known.columns)
        for each, known in zip(learned.indicators, campaign.form.indicators, strict=True)
    ]
    assert sum(agree) == 34  # "quyển/ tờ" may be two figures: all columns are kept
    assert learned.title == campaign.form.title
    assert (len(learned.indicators), learned.units_as_rows) == (35, False)


@pytest.mark.parametrize("form", [WideForm(), ListOfUnits(), EnglishForm()], ids=["wide", "list", "english"])
def test_what_is_written_down_loads_as_the_same_form(form: Any, tmp_path: Path) -> None:
    path = tmp_path / f"blank.{form.file_type[1]}"
    path.write_bytes(form.blank())
    learned = learn_file(path)
    assert loaded(tmp_path, form_toml(learned.form)) == learned.form


def test_the_reference_form_survives_being_written(tmp_path: Path) -> None:
    form = reference_campaign().form
    assert loaded(tmp_path, form_toml(form)) == form


def test_texts_of_any_kind_survive_being_written(tmp_path: Path) -> None:
    form = reference_campaign().form
    odd = replace(form.indicators[0], label='Số "lớp"\\ # [x]\n\tdòng hai \x7f', label_en="'''")
    odd_form = replace(form, title='= "', indicators=(odd, *form.indicators[1:]))
    assert loaded(tmp_path, form_toml(odd_form)) == odd_form


def test_an_old_workbook_is_learned(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Bieu 1")
    for row, texts in enumerate((("STT", "Nội dung", "Nam", "Nữ"), ("1", "Cán bộ xã"), ("2", "Cán bộ thôn"))):
        for column, text in enumerate(texts):
            sheet.write(row, column, text)
    book.save(str(tmp_path / "cu.xls"))
    plain = plain_form(learn_file(tmp_path / "cu.xls"))
    assert [each["key"] for each in plain["columns"]] == ["row_number", "label", "nam", "nu"]
    assert plain["indicators"][0] == {
        "code": "1.can_bo_xa",
        "label": "Cán bộ xã",
        "unit": "",
        "columns": ["nam", "nu"],
        "type": "integer",
        "role": "leaf",
    }


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_form_is_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(BlankFormError) as error:
        learn_file(tmp_path / "x.xlsx")
    assert "\n" not in str(error.value)
    with pytest.raises(BlankFormError):
        learn_file(tmp_path / "absent.xlsx")


def init(folder: Path, roster: str, *more: str) -> Any:
    book = openpyxl.Workbook()
    for row in (("Nội dung", "Số lượng"), ("Số lớp", None), ("Số học sinh", None)):
        book.worksheets[0].append(row)
    book.save(folder / "blank.xlsx")
    (folder / "units.csv").write_text(roster, "utf-8")
    given = ("--form", str(folder / "blank.xlsx"), "--roster", str(folder / "units.csv"), "--title", "Báo cáo quý I năm 2026")
    return CliRunner().invoke(app, ["init", str(folder / "home"), *given, *more])


def test_init_makes_a_campaign_that_loads(tmp_path: Path) -> None:
    done = init(tmp_path, ROSTER, "--deadline", "2026-04-05")
    assert done.exit_code == 0, done.output
    (campaign,) = load_home(tmp_path / "home").campaigns
    assert (campaign.id, campaign.title) == ("bao-cao-quy-i-nam-2026", "Báo cáo quý I năm 2026")
    assert campaign.deadline.isoformat() == "2026-04-05T23:59:59+07:00"
    assert (campaign.photos, campaign.narrative.value, len(campaign.roster)) == (None, "optional", 2)
    again = init(tmp_path, ROSTER, "--deadline", "2026-04-05")
    assert isinstance(again.exception, ConfigError)


def test_another_offices_home_names_no_other_office(tmp_path: Path) -> None:
    for folder, more, name in (
        ("one", (), "Cơ quan tổng hợp báo cáo"),
        ("two", ("--office", "Sở Y tế"), "Sở Y tế"),
        ("three", ("--language", "en"), "Coordinating office"),
    ):
        (tmp_path / folder).mkdir()
        home = tmp_path / folder / "home"
        told = init(tmp_path / folder, ROSTER, "--deadline", "2026-04-05", *more)
        assert told.exit_code == 0, told.output
        assert load_home(home).office.name == name
        for path in (each for each in home.rglob("*") if each.is_file() and each.name != "form.toml"):
            text = path.read_text(encoding="utf-8")
            assert not [word for word in ("Tuần Giáo", "HTSĐ", "học tập suốt đời", "htsd-2020") if word in text], path


def test_a_wrong_roster_writes_nothing(tmp_path: Path) -> None:
    done = init(tmp_path, ROSTER + "A1,Sao Mai,trường,không phải địa chỉ\n", "--deadline", "2026-04-05T17:00:00+07:00")
    assert isinstance(done.exception, ConfigError)
    assert len(done.exception.problems) == 2
    assert not (tmp_path / "home").exists()


def test_init_says_what_is_missing(tmp_path: Path) -> None:
    done = init(tmp_path, ROSTER)
    assert done.exit_code == 2
    assert "--deadline" in done.output


def test_learn_writes_a_form_that_can_be_edited(tmp_path: Path) -> None:
    init(tmp_path, ROSTER, "--deadline", "2026-04-05")
    done = CliRunner().invoke(
        app, ["form", "learn", str(tmp_path / "blank.xlsx"), "--output", str(tmp_path / "form.toml"), "--json"]
    )
    assert [each["code"] for each in json.loads(done.stdout)["indicators"]] == ["so_lop", "so_hoc_sinh"]
    text = (tmp_path / "form.toml").read_text("utf-8").replace('label = "Số lớp"', 'label = "Tổng số lớp"')
    assert loaded(tmp_path, text).indicators[0].label == "Tổng số lớp"


def test_ids_are_made_of_titles() -> None:
    assert campaign_id("Báo cáo quý I năm 2026") == "bao-cao-quy-i-nam-2026"
    assert campaign_id("…") == "bao-cao"
    assert len(campaign_id("từ " * 40)) <= 40


FORM = ListOfUnits()
UNITS = tuple(Unit(code=each.code, name=each.name, kind=each.kind) for each in FORM.units)


def list_campaign(folder: Path) -> Campaign:
    (folder / "blank.xlsx").write_bytes(FORM.blank())
    return replace(reference_campaign(), roster=UNITS, form=learn_file(folder / "blank.xlsx").form)


def document(campaign: Campaign, rows: dict[int, int]) -> Document:
    texts = {(3, 1): "TT", (3, 2): "Tên trường", (3, 3): "Số lớp", (3, 4): "Giáo viên", (3, 5): "Phòng học kiên cố"}
    cells = {place: Cell(kind=CellKind.TEXT, value=text) for place, text in texts.items()}
    for row, unit in enumerate(UNITS, 4):
        cells[row, 2] = Cell(kind=CellKind.TEXT, value=f"Trường {unit.name}")
    for row, value in rows.items():
        cells[row, 3] = Cell(kind=CellKind.NUMBER, value=value)
    forms = read_unit_rows((Sheet(name="S", cells=cells),), campaign.form, year=2025)
    return Document(
        path="a.xlsx",
        name="a.xlsx",
        sha256="0" * 64,
        size=1,
        type="x",
        role=DocumentRole.FORM,
        fate=DocumentFate.USED,
        why=Text(vi="", en=""),
        forms=forms,
    )


def test_each_unit_gets_its_own_row_of_a_filled_list(tmp_path: Path) -> None:
    campaign = list_campaign(tmp_path)
    sent = document(campaign, {4: 11, 5: 12, 6: 13})
    for unit, figure in zip(UNITS[:3], (11, 12, 13), strict=True):
        (own,) = with_own_row(campaign, unit, sent).forms
        assert [each.value for each in own.values if each.value is not None] == [figure]
    without = with_own_row(campaign, UNITS[3], sent)
    assert without.forms == ()
    assert [each.code for each in without.findings] == ["V-ROW"]


def test_one_filled_row_names_its_unit_and_the_others_do_not(tmp_path: Path) -> None:
    campaign = list_campaign(tmp_path)
    (one,) = document(campaign, {5: 12}).forms
    assert one.heading.startswith("Trường THCS Mùn Chung")
    assert [UNITS[0].name in each.heading for each in document(campaign, {4: 1, 5: 2}).forms] == [False, False]
    (blank,) = document(campaign, {}).forms
    assert blank.blank
