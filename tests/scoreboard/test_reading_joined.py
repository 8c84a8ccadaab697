"""What only shows when all readers work together: marks, several forms in one file, forms and reports in the mail itself."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from PIL import Image

from config.campaign import Slot, Unit
from config.loading import reference_campaign
from parsers.read import BODY_PATH, Outside, expected_of, read_file, read_message
from parsers.values import Document, DocumentFate, DocumentRole, MessageReading, ValueStatus
from service.convert import OutsidePrograms
from service.outputs.blank_form import write_blank_form
from service.rules.judge import Contribution, Elsewhere, judge
from service.rules.match import Outcome, Query, identify
from service.rules.submission import Submission, Trust
from tests.requirements import LIBREOFFICE, TESSERACT, need
from tests.scoreboard.figures import Clerk, Entry
from tests.scoreboard.formats import as_docx, as_html, as_text, as_xlsx, converted
from tests.scoreboard.mails import Letter, written
from tests.scoreboard.tables import Formula, Layout, Page
from tests.servers_libreoffice import LibreOffice

CAMPAIGN = reference_campaign()
UNIT, OTHER = CAMPAIGN.roster[3], CAMPAIGN.roster[7]
AT = datetime(2020, 10, 12, 9, tzinfo=CAMPAIGN.deadline.tzinfo)
LINES = (
    "BÁO CÁO TỔNG KẾT TUẦN LỄ HƯỞNG ỨNG HỌC TẬP SUỐT ĐỜI NĂM 2020",
    "1. Công tác chỉ đạo, ban hành kế hoạch triển khai, kiểm tra, đôn đốc thực hiện",
    "Ủy ban nhân dân xã đã ban hành Kế hoạch số 68/KH-UBND ngày 25/9/2020 về tổ chức Tuần lễ.",
    "2. Lễ phát động Tuần lễ học tập cấp huyện",
    "Lễ phát động được tổ chức tại nhà văn hóa xã vào ngày 01/10/2020 với đông đảo bà con.",
    "3. Nội dung các hoạt động đã triển khai trong tuần lễ",
    "Các trường học và Trung tâm học tập cộng đồng đã tổ chức nhiều hoạt động thiết thực.",
)


def form_of(unit: Unit, seed: int = 1) -> tuple[Page, dict[str, Entry], Layout]:
    """A tidy form of a unit."""
    entries = Clerk(CAMPAIGN.form, random.Random(seed), care=1).fill()
    layout = Layout(CAMPAIGN.form, unit, random.Random(seed), wild=0, named=True)
    return layout.page(entries), entries, layout


def mailed(
    *files: tuple[str, bytes], text: str = "Kính gửi Phòng.", html: str = "", sender: str = "", outside: Outside | None = None
) -> MessageReading:
    """A mail with these files as it is read."""
    letter = Letter(
        sender=sender or UNIT.emails[0], sender_name="", subject="Báo cáo tuần lễ", text=text, html=html, files=files, at=AT
    )
    return read_message(written(letter, random.Random(1), number=1), expected_of((CAMPAIGN,)), outside=outside or Outside())


def judged(reading: MessageReading, unit: Unit = UNIT) -> Submission:
    """The unit's submission from this mail alone."""
    one = Contribution(
        message=1, received_at=AT, trust=Trust.VERIFIED, provisional=False, confirmed=False, documents=reading.documents
    )
    return judge(CAMPAIGN, unit, (one,), (), Elsewhere())


def assert_told(submission: Submission, layout: Layout) -> None:
    """Every figure is the unit's own, without a question."""
    given = {(each.indicator, each.column): each for each in submission.values}
    for key, allowed in layout.truth.items():
        value = given[key].value if key in given else None
        assert value in allowed, (key, given.get(key))
        assert key not in given or given[key].status in {ValueStatus.OK, ValueStatus.EMPTY}, given[key]


def document(reading: MessageReading, role: DocumentRole) -> Document:
    """The one document of this role."""
    (found,) = (each for each in reading.documents if each.role is role)
    return found


def filled_blank(tmp_path: Path, unit: Unit | None) -> bytes:
    """The form we send out, with one figure typed in."""
    path = tmp_path / "mau.xlsx"
    write_blank_form(path, CAMPAIGN, unit)
    book: Any = openpyxl.load_workbook(path)
    book.active["D8"] = 5
    book.save(path)
    return path.read_bytes()


def test_the_mark_of_a_prefilled_form_names_the_unit(tmp_path: Path) -> None:
    reading = mailed(("so lieu.xlsx", filled_blank(tmp_path, UNIT)), sender="ai.do@mailbox.example")
    assert [each.unit_code for each in document(reading, DocumentRole.FORM).forms] == [f"{CAMPAIGN.id}|{UNIT.code}"]
    found = identify(CAMPAIGN, reading, Query(received_at=AT))
    assert (found.outcome, found.unit) == (Outcome.FILED, UNIT.code)


def test_the_mark_survives_other_programs(tmp_path: Path) -> None:
    program = LibreOffice(program=need(LIBREOFFICE))
    book = filled_blank(tmp_path, UNIT)
    for kind in ("xls", "ods"):
        reading = read_file(f"so lieu.{kind}", converted(book, "xlsx", kind, program), expected_of((CAMPAIGN,)))
        assert [each.unit_code for each in reading.documents[0].forms] == [f"{CAMPAIGN.id}|{UNIT.code}"], kind


def test_without_a_unit_the_form_is_not_marked(tmp_path: Path) -> None:
    reading = mailed(("so lieu.xlsx", filled_blank(tmp_path, None)))
    assert [each.unit_code for each in document(reading, DocumentRole.FORM).forms] == [""]


def test_a_neighbours_marked_form_needs_a_decision(tmp_path: Path) -> None:
    found = identify(CAMPAIGN, mailed(("so lieu.xlsx", filled_blank(tmp_path, OTHER))), Query(received_at=AT))
    assert found.outcome is Outcome.NEEDS_DECISION


@pytest.mark.parametrize("sender", [UNIT.emails[0], "ai.do@mailbox.example"])
def test_two_communes_in_one_workbook_are_never_mixed(sender: str) -> None:
    one, two = form_of(UNIT, 1)[0], form_of(OTHER, 2)[0]
    one.name, two.name = UNIT.name, OTHER.name
    reading = mailed(("tong hop.xlsx", as_xlsx([one, two])), sender=sender)
    assert len(document(reading, DocumentRole.FORM).forms) == 2
    found = identify(CAMPAIGN, reading, Query(received_at=AT))
    assert found.outcome in {Outcome.NEEDS_DECISION, Outcome.UNATTRIBUTED}
    submission = judged(reading)
    assert not [each for each in submission.values if each.status is ValueStatus.OK and each.column != "note"]
    assert sum(each.status is ValueStatus.CONFIRM for each in submission.values) > 20


def test_a_form_pasted_into_the_mail_is_read() -> None:
    page, _, layout = form_of(UNIT)
    for reading in (mailed(html=as_html(page)), mailed(text=as_text(page))):
        assert document(reading, DocumentRole.FORM).path == BODY_PATH
        assert_told(judged(reading), layout)


def test_a_report_written_into_the_mail_is_read() -> None:
    reading = mailed(text="\n".join(LINES))
    found = document(reading, DocumentRole.NARRATIVE)
    assert found.path == BODY_PATH
    assert found.narrative is not None
    assert [each.code for each in found.narrative.sections if each.text][:3] == ["I.1", "I.2", "I.3"]
    assert "Kế hoạch số 68/KH-UBND" in found.narrative.sections[0].text


def test_a_report_and_its_form_in_one_file_fill_both_slots() -> None:
    page, _, layout = form_of(UNIT)
    submission = judged(mailed(("bao cao.docx", as_docx(page, before=LINES))))
    assert_told(submission, layout)
    for slot in (Slot.FORM, Slot.NARRATIVE):
        found = submission.slot(slot)
        assert found is not None
        assert found.documents == 1


def formulas(page: Page) -> tuple[Page, int]:
    """The page with every figure above three as a formula."""
    cells = dict(page.cells)
    for place, content in page.cells.items():
        if isinstance(content, int) and content > 3 and place[0] > page.top + 2:
            cells[place] = Formula(f"={content - 2}+2", content)
    return replace(page, cells=cells), sum(isinstance(each, Formula) for each in cells.values())


def test_formulas_without_results_are_calculated_or_asked_about() -> None:
    page, _, layout = form_of(UNIT)
    changed, count = formulas(page)
    book = as_xlsx([changed], calculated=False)
    assert count > 20
    alone = judged(mailed(("so lieu.xlsx", book)))
    for each in alone.values:
        if each.status is ValueStatus.OK and each.column != "note":
            assert each.value in layout.truth[each.indicator, each.column]
    outside = Outside(convert=OutsidePrograms(seconds=120).convert) if need(LIBREOFFICE) else Outside()
    assert_told(judged(mailed(("so lieu.xlsx", book), outside=outside)), layout)


def test_a_scanned_form_is_read_and_every_figure_asked_about() -> None:
    need(TESSERACT)
    page, _, layout = form_of(UNIT)
    program = LibreOffice(program=need(LIBREOFFICE))
    printed = pypdfium2.PdfDocument(converted(as_docx(page), "docx", "pdf", program))
    sheets: list[Image.Image] = [each.render(scale=200 / 72).to_pil().convert("L") for each in printed]
    stream = io.BytesIO()
    sheets[0].save(stream, "PDF", save_all=True, append_images=sheets[1:], resolution=200)
    outside = Outside(recognise=OutsidePrograms(seconds=120).recognise)
    found = read_file("scan.pdf", stream.getvalue(), expected_of((CAMPAIGN,)), outside=outside).documents[0]
    assert (found.role, found.fate) == (DocumentRole.FORM, DocumentFate.USED)
    values = [each for form in found.forms for each in form.values if each.column != "note" and each.value is not None]
    assert all(each.status is ValueStatus.CONFIRM for each in values)
    right = sum(each.value in layout.truth[each.indicator, each.column] for each in values)
    assert right >= 0.8 * len(values) > 15
