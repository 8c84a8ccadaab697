"""Any office, any form: from its own blank form to the consolidated workbook, with the commands alone."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from service.cli import app
from tests.end_to_end.office_forms import FORMS, Answers, EnglishForm, OfficeForm, OfficeUnit, WideForm

pytestmark = pytest.mark.timeout(240)
DEADLINE = "2025-10-15T17:00:00+07:00"
BEFORE = "2025-10-10T08:00:00+07:00"
AFTER = "2025-10-15T18:00:00+07:00"
NAMES = [type(each).__name__ for each in FORMS]


def thubao(home: Path, *words: str) -> str:
    """One command, in this process: what it does is the point here, `test_commands` starts real processes."""
    done = CliRunner().invoke(app, ["--home", str(home), *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def plain(home: Path, *words: str) -> Any:
    return json.loads(thubao(home, *words, "--json"))


def init(home: Path, form: OfficeForm, folder: Path, *more: str) -> Path:
    """What the office gives: its blank form, its list of units, a deadline, a title."""
    folder.mkdir(exist_ok=True)
    blank = folder / f"blank.{form.file_type[1]}"
    blank.write_bytes(form.blank())
    with (folder / "units.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("code", "name", "kind", "emails"))
        writer.writerows((each.code, each.name, each.kind, each.address) for each in form.units)
    given = (
        "--form",
        str(blank),
        "--roster",
        str(folder / "units.csv"),
        "--deadline",
        DEADLINE,
        "--title",
        form.title.capitalize(),
    )
    thubao(home, "init", str(home), *given, "--language", form.language, *more)
    return blank


def mail(form: OfficeForm, unit: OfficeUnit, data: bytes, *, sender: str = "", file_type: tuple[str, str] | None = None) -> bytes:
    subtype, suffix = file_type or form.file_type
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender or unit.address, "baocao@office.example"
    message["Subject"] = f"{'Báo cáo' if form.language == 'vi' else 'Report'} {form.title.lower()}"
    message["Message-ID"] = f"<{unit.code}.{random.Random(data).random()}@units.example>"
    message.set_content("Gửi kèm biểu." if form.language == "vi" else "Please find the report attached.")
    message.add_attachment(data, maintype="application", subtype=subtype, filename=f"bieu.{suffix}")
    return message.as_bytes()


def send(home: Path, folder: Path, mails: list[bytes]) -> None:
    folder.mkdir()
    for number, raw in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(raw)
    thubao(home, "import", str(folder), "--received-at", BEFORE, "--now", BEFORE)


def codes_and_keys(learned: Any) -> tuple[dict[str, str], dict[str, str]]:
    labels = {each["label"]: each["code"] for each in learned["indicators"]}
    if learned["units_as_rows"]:
        labels[""] = learned["indicators"][0]["code"]
    return labels, {each["header"]: each["key"] for each in learned["columns"]}


@pytest.mark.parametrize("form", FORMS, ids=NAMES)
def test_from_blank_form_to_consolidated_workbook(form: OfficeForm, tmp_path: Path) -> None:
    home = tmp_path / "home"
    blank = init(home, form, tmp_path / "office", "--id", "dot-1")
    labels, keys = codes_and_keys(plain(home, "form", "learn", str(blank)))
    chance = random.Random(form.title)
    said: dict[str, Answers] = {unit.code: form.answers(chance) for unit in form.units[:3]}
    send(home, tmp_path / "mails", [mail(form, unit, form.filled(unit, said[unit.code])) for unit in form.units[:3]])

    board = plain(home, "status", "--now", AFTER)
    assert {each["code"]: each["content"] for each in board["units"]} == {
        **{unit.code: "received" for unit in form.units[:3]},
        form.units[3].code: "missing",
    }
    for unit in form.units[:3]:
        shown = plain(home, "show", unit.code, "--now", AFTER)["values"]
        read = {
            (code, key): each["value"] for code, row in shown.items() for key, each in row.items() if each["value"] is not None
        }
        assert read == {(labels[label], keys[heading]): value for (label, heading), value in said[unit.code].items()}
        assert {each["status"] for row in shown.values() for each in row.values()} <= {"ok", "empty"}

    thubao(home, "consolidate", "--now", AFTER, "--output", str(tmp_path / "out"))
    expected: Counter[tuple[str, str]] = Counter()
    for answers in said.values():
        expected.update(dict(answers))
    totals = json.loads((tmp_path / "out" / "dot-1-v1.json").read_text("utf-8"))["totals"]
    made = {(code, key): each["value"] for code, row in totals.items() for key, each in row.items() if each["value"] is not None}
    assert made == {(labels[label], keys[heading]): value for (label, heading), value in expected.items()}
    assert sorted(figures_printed(tmp_path / "out" / "dot-1-v1.xlsx")) == sorted(expected.values())


def figures_printed(path: Path) -> list[int]:
    """The totals on the first sheet: the figures of the rows below the header, as last calculated."""
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int) and cell.column > 1]


@pytest.mark.parametrize("form", FORMS, ids=NAMES)
def test_the_prefilled_form_says_whose_it_is(form: OfficeForm, tmp_path: Path) -> None:
    home = tmp_path / "home"
    init(home, form, tmp_path / "office")
    unit = form.units[1]
    thubao(home, "form", "blank", "--unit", unit.code, "--output", str(tmp_path / "own.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "own.xlsx")
    sheet = book.worksheets[0]
    count = 0
    for span in (span for each in sheet.data_validations.dataValidation for span in each.sqref.ranges):
        for row in sheet.iter_rows(min_row=span.min_row, max_row=span.max_row, min_col=span.min_col, max_col=span.max_col):
            for cell in row:
                count += 1
                cell.value = count
    book.save(tmp_path / "own.xlsx")
    raw = mail(
        form, unit, (tmp_path / "own.xlsx").read_bytes(), sender="somebody@elsewhere.example", file_type=("octet-stream", "xlsx")
    )
    send(home, tmp_path / "mails", [raw])
    (filed,) = plain(home, "messages")
    assert (filed["unit"], filed["state"]) == (unit.code, "filed")
    shown = plain(home, "show", unit.code, "--now", AFTER)["values"]
    read = [each["value"] for row in shown.values() for each in row.values() if each["value"] is not None]
    assert sorted(read) == list(range(1, count + 1))


def test_two_campaigns_in_one_mailbox_keep_apart(tmp_path: Path) -> None:
    wide, english = FORMS[0], FORMS[2]
    home = tmp_path / "home"
    init(home, wide, tmp_path / "one", "--id", "wide")
    init(home, english, tmp_path / "two", "--id", "clinics")
    chance = random.Random(7)
    said = {form.units[0].code: form.answers(chance) for form in (wide, english)}
    send(
        home,
        tmp_path / "mails",
        [mail(form, form.units[0], form.filled(form.units[0], said[form.units[0].code])) for form in (english, wide)],
    )
    filed = {(each["campaign"], each["unit"], each["state"]) for each in plain(home, "messages")}
    assert filed == {("wide", "P1", "filed"), ("clinics", "C1", "filed")}
    for campaign, form in (("wide", wide), ("clinics", english)):
        thubao(home, "consolidate", campaign, "--now", AFTER, "--output", str(tmp_path / "out"))
        totals = json.loads((tmp_path / "out" / f"{campaign}-v1.json").read_text("utf-8"))["totals"]
        made = [each["value"] for row in totals.values() for each in row.values() if each["value"] is not None]
        assert sorted(made) == sorted(said[form.units[0].code].values())


def report(form: OfficeForm, number: int, subject: str, *files: tuple[str, bytes]) -> bytes:
    """A mail of the first unit with these workbooks."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = form.units[0].address, "baocao@office.example", subject
    message["Message-ID"] = f"<{number}@units.example>"
    message.set_content("Gửi kèm biểu.")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def made(home: Path, campaign: str, out: Path) -> list[int]:
    thubao(home, "consolidate", campaign, "--now", AFTER, "--output", str(out))
    totals = json.loads((out / f"{campaign}-v1.json").read_text("utf-8"))["totals"]
    return sorted(each["value"] for row in totals.values() for each in row.values() if each["value"] is not None)


def test_two_forms_in_one_mail_go_to_their_campaigns(tmp_path: Path) -> None:
    """The units are on both rosters; nothing of the second form is lost, and each campaign answers for its own."""
    wide, english = WideForm(), EnglishForm()
    english.units = wide.units
    home = tmp_path / "home"
    init(home, wide, tmp_path / "one", "--id", "wide")
    init(home, english, tmp_path / "two", "--id", "clinics")
    unit, chance = wide.units[0], random.Random(11)
    said = {"wide": wide.answers(chance), "clinics": english.answers(chance)}
    files = (("a.xlsx", wide.filled(unit, said["wide"])), ("b.docx", english.filled(unit, said["clinics"])))
    send(home, tmp_path / "mails", [report(wide, 1, "Gửi 2 báo cáo", *files)])
    (filed,) = plain(home, "messages")
    assert filed["state"] == "filed"
    of = {each["name"]: each.get("campaign", filed["campaign"]) for each in filed["documents"] if each["role"] == "form"}
    assert of == {"a.xlsx": "wide", "b.docx": "clinics"}
    for campaign, answers in said.items():
        assert made(home, campaign, tmp_path / "out") == sorted(answers.values())


def test_the_same_form_collected_twice_is_told_apart_by_what_is_written(tmp_path: Path) -> None:
    """Two periods open at once: the title, the subject or our own mark decides, else the officer."""
    form = WideForm()
    home = tmp_path / "home"
    for period in ("III", "IV"):
        init(home, form, tmp_path / "office", "--id", f"q{period.lower()}", "--title", f"Trẻ em trong độ tuổi quý {period}")
    unit, chance = form.units[0], random.Random(5)
    one, two = form.answers(chance), form.answers(chance)
    mails = [
        report(form, 1, "Báo cáo trẻ em quý III", ("bieu.xlsx", form.filled(unit, one))),
        report(form, 2, "Báo cáo", ("Bieu quy IV.xlsx", form.filled(unit, two))),
        report(form, 3, "Báo cáo", ("bieu.xlsx", form.filled(unit, one))),
    ]
    send(home, tmp_path / "mails", mails)
    filed = {each["message_id"]: (each["state"], each["campaign"]) for each in plain(home, "messages")}
    assert filed["<1@units.example>"] == ("filed", "qiii")
    assert filed["<2@units.example>"] == ("filed", "qiv")
    assert filed["<3@units.example>"][0] == "needs_decision"
    assert made(home, "qiii", tmp_path / "out") == sorted(one.values())
    assert made(home, "qiv", tmp_path / "out") == sorted(two.values())


def test_a_form_that_was_sent_out_says_for_which_campaign_it_is(tmp_path: Path) -> None:
    form, home = WideForm(), tmp_path / "home"
    for period in ("iii", "iv"):
        init(home, form, tmp_path / "office", "--id", f"q{period}")
    unit = form.units[0]
    thubao(home, "form", "blank", "--campaign", "qiv", "--unit", unit.code, "--output", str(tmp_path / "own.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "own.xlsx")
    sheet = book.worksheets[0]
    span = next(iter(sheet.data_validations.dataValidation[0].sqref.ranges))
    sheet.cell(span.min_row, span.min_col).value = 17
    book.save(tmp_path / "own.xlsx")
    send(home, tmp_path / "mails", [report(form, 1, "Báo cáo", ("bieu.xlsx", (tmp_path / "own.xlsx").read_bytes()))])
    (filed,) = plain(home, "messages")
    assert (filed["state"], filed["campaign"]) == ("filed", "qiv")


class CropForm(WideForm):
    """Areas with decimals, a yield that is not collected, and a count in one row."""

    title = "KẾT QUẢ SẢN XUẤT VỤ ĐÔNG XUÂN"
    headings = ("Diện tích (ha)", "Năng suất (tạ/ha)", "Số hộ")

    def crops(self, *figures: tuple[object, object, object]) -> bytes:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet["A1"] = self.title
        for column, text in enumerate(("TT", "Cây trồng", *self.headings), 1):
            sheet.cell(3, column, text)
        for row, label in enumerate(("Lúa", "Ngô"), 4):
            sheet.cell(row, 1, row - 3)
            sheet.cell(row, 2, label)
            for column, value in enumerate(figures[row - 4] if figures else (), 3):
                sheet.cell(row, column, value)
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()

    def blank(self) -> bytes:
        return self.crops()


def test_decimals_are_added_up_exactly_and_corrected_with_a_comma(tmp_path: Path) -> None:
    form, home = CropForm(), tmp_path / "home"
    init(home, form, tmp_path / "office", "--id", "crops")
    one = form.crops(("12,5", "54,3", "1.234"), (7.3, 40, 80))
    two = form.crops((0.1, 50, 3), ("0,2", 41, 4))
    mails = [mail(form, unit, data) for unit, data in zip(form.units[:2], (one, two), strict=True)]
    send(home, tmp_path / "mails", mails)
    rice = "1.lua"
    refused = CliRunner().invoke(
        app, ["--home", str(home), "correct", "P2", rice, "dien_tich", "1.234", "--why", "x"], catch_exceptions=True
    )
    assert refused.exit_code == 1
    thubao(home, "correct", "P2", rice, "dien_tich", "0,7", "--why", "gõ nhầm", "--now", BEFORE)
    shown = plain(home, "show", "P1", "--now", AFTER)["values"]
    assert {each["status"] for row in shown.values() for each in row.values()} == {"ok"}
    thubao(home, "consolidate", "--now", AFTER, "--output", str(tmp_path / "out"))
    totals = json.loads((tmp_path / "out" / "crops-v1.json").read_text("utf-8"))["totals"]
    assert {key: totals[rice][key]["value"] for key in totals[rice]} == {"dien_tich": "13.2", "so_ho": 1237}
    assert totals["2.ngo"]["dien_tich"]["value"] == "7.5"
    assert totals["2.ngo"]["so_ho"]["value"] == 84
