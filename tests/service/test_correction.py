"""Correction by return mail: one letter, the receipt, brings the unit's own workbook back marked, once, in few words."""

from __future__ import annotations

import io
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import docx
import openpyxl
import pytest

from config.campaign import ColumnKind
from service.demo.files import figures, form_workbook
from service.demo.story import Arrival, Story
from service.filing import file_new
from service.importing import import_mail
from service.planning import plan
from service.reading import read_new
from storage.notices import Notice, NoticeKind, NoticeState
from tests.service.office_without_servers import Office, arrivals, at, attachments_of, office, text_of

UNIT = "03277"  # writes "hơn 300 quyển", "5 triệu", 3 opening ceremonies
UNITS = (UNIT, "03253")
MAILBOX = "baocao@tuangiao.example"


def doubtful_form(here: Office, books: str, *, ending: str = "xlsx") -> bytes:
    """The form of the unit with one figure that nobody can be sure of."""
    filled = figures(here.campaign, int(UNIT))
    filled["4.books"] = {"count": books}
    return form_workbook(here.campaign, "xã Mường Thín", filled) if ending == "xlsx" else form_document(here, filled)


def form_document(here: Office, filled: dict[str, dict[str, str | int]]) -> bytes:
    """The form as a commune fills it in Word."""
    form = here.campaign.form
    document = docx.Document()
    table = document.add_table(rows=1 + len(form.indicators), cols=len(form.columns))
    for place, column in enumerate(form.columns):
        table.cell(0, place).text = column.header or "Nội dung"
    for row, indicator in enumerate(form.indicators, start=1):
        typed = filled.get(indicator.code, {})
        for place, column in enumerate(form.columns):
            printed = {ColumnKind.LABEL: indicator.label, ColumnKind.UNIT: indicator.unit}
            text = printed.get(column.kind) or typed.get(column.key, typed.get("money", "") if column.key == "count" else "")
            table.cell(row, place).text = str(text) if column.kind is not ColumnKind.ROW_NUMBER else indicator.row_number
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def mail_with(here: Office, name: str, content: bytes, day: int, hour: int) -> Arrival:
    """A mail of the unit with one file."""
    unit = here.campaign.unit(UNIT)
    assert unit is not None
    return Story(here.campaign, MAILBOX)._mail(unit, at(day, hour, 0), f"Biểu số liệu {unit.full_name}", {name: content})


def sent_to(here: Office, address: str) -> list[tuple[Notice, EmailMessage]]:
    letters = [(each, here.mail(each)) for kind in NoticeKind for each in here.notices(kind) if each.recipient == address]
    return sorted(letters, key=lambda each: each[0].id)


def test_one_letter_brings_the_own_workbook_back_marked(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        (sent,) = arrivals(UNIT)
        original = message_from_bytes(sent.raw)
        here.take_in(sent, *arrivals("03253"))
        here.work_at(at(14, 15, 31))
        here.work_at(at(14, 16))
        ((notice, mail),) = sent_to(here, str(original["From"]))  # one letter, not a list and a correction beside it
        assert (notice.kind, notice.unit, notice.state) == (NoticeKind.RECEIPT, UNIT, NoticeState.DRY_RUN)
        assert notice.subject == "[Đã nhận - cần làm rõ] Báo cáo Tuần lễ HTSĐ 2020 của xã Mường Thín"
        assert str(mail["In-Reply-To"]).strip() == original["Message-ID"].strip()
        text = text_of(mail)
        lines = [each for each in text.splitlines() if each[:2] in {"1.", "2.", "3.", "4.", "5.", "6."}]
        assert 2 <= len(lines) <= 5
        assert any(each.startswith("1. ô ") for each in lines)
        ((name, content),) = attachments_of(mail).items()
        assert name == "So lieu.xlsx"
        assert f"Tệp “{name}” của đơn vị được gửi kèm, các ô cần sửa đã tô màu" in text
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        marked = {cell.value: cell for row in sheet for cell in row if cell.comment}
        assert {"hơn 300 quyển", 3} <= set(marked)
        assert "300" in marked["hơn 300 quyển"].comment.text
        assert {cell.fill.start_color.rgb for cell in marked.values()} == {"FFFFC7CE", "FFFFF2A8"}
        (clear,) = here.notices(NoticeKind.RECEIPT)[:1]
        assert attachments_of(here.mail(clear)) == {}  # nothing for the unit whose figures are clear


def test_received_in_full_is_never_said_of_doubtful_cells(tmp_path: Path) -> None:
    """A complete report whose only fault is a figure to confirm: received, but with a question."""
    with office(tmp_path, units=UNITS) as here:
        here.take_in(Story(here.campaign, MAILBOX)._whole(UNIT, at(12, 8)))
        here.work_at(at(12, 8, 1))
        here.take_in(mail_with(here, "So lieu.xlsx", doubtful_form(here, "khoảng 300"), 12, 9))
        here.work_at(at(12, 9, 1))
        address = "ubnd.muongthin@tuangiao.example"
        subjects = [mail["Subject"] for _, mail in sent_to(here, address)]
        assert len(subjects) == 2
        assert str(subjects[0]).startswith("[Đã nhận đủ]")
        assert not str(subjects[1]).startswith(("[Đã nhận đủ]", "[Đề nghị sửa]"))
        assert "khoảng 300" in text_of(sent_to(here, address)[1][1])


def test_a_receipt_says_what_is_true_when_it_leaves(tmp_path: Path) -> None:
    """Between filing and sending a second mail made the complete report doubtful: the first receipt must not say "in full"."""
    with office(tmp_path, units=UNITS) as here:
        here.take_in(Story(here.campaign, MAILBOX)._whole(UNIT, at(12, 8)))
        here.take_in(mail_with(here, "So lieu.xlsx", doubtful_form(here, "khoảng 300"), 12, 9))
        here.work_at(at(12, 9, 1))
        subjects = [str(mail["Subject"]) for _, mail in sent_to(here, "ubnd.muongthin@tuangiao.example")]
        assert [each.partition("]")[0] for each in subjects] == ["[Đã nhận - cần làm rõ", "[Đã cập nhật"]
        assert here.notices(NoticeKind.CORRECTION) == ()


def test_where_the_receipt_had_left_a_letter_of_its_own_asks(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        (sent,) = arrivals(UNIT)
        path = tmp_path / "mail.eml"
        path.write_bytes(sent.raw)
        import_mail(here.installation, (path,), sent.at, sent.at)
        read_new(here.installation, sent.at)
        file_new(here.installation, sent.at)
        with here.installation.database.writing() as connection:
            connection.exec_driver_sql("update notice set context = '{\"letter\": \"receipt_complete\"}', state = 'sent'")
        here.work_at(at(14, 15, 31))
        here.work_at(at(14, 16))
        (notice,) = here.notices(NoticeKind.CORRECTION)
        mail = here.mail(notice)
        assert str(mail["Subject"]).startswith("[Đề nghị sửa]")
        assert list(attachments_of(mail)) == ["So lieu.xlsx"]
        assert "các ô cần sửa đã tô màu" in text_of(mail)


def test_a_clear_form_that_came_meanwhile_leaves_nothing_to_ask(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        here.take_in(*arrivals(UNIT))
        plan(here.installation, at(14, 15, 31))
        here.take_in(Story(here.campaign, MAILBOX)._whole(UNIT, at(14, 15, 45)))
        here.work_at(at(14, 16))
        assert here.notices(NoticeKind.CORRECTION) == ()
        for notice in here.notices(NoticeKind.RECEIPT):
            assert attachments_of(here.mail(notice)) == {}


@pytest.mark.parametrize(
    ("language", "subject", "told"),
    [
        ("vi", "[Đã nhận - cần", "Biểu mẫu ghi sẵn tên đơn vị được gửi kèm"),
        ("en", "[Received - ", "A blank form with the name of your unit is attached"),
    ],
)
def test_a_form_in_word_gets_lines_and_a_blank_form(tmp_path: Path, language: str, subject: str, told: str) -> None:
    with office(tmp_path, units=UNITS, language=language) as here:
        here.take_in(mail_with(here, "So lieu.docx", doubtful_form(here, "hơn 300 quyển", ending="docx"), 14, 15))
        here.work_at(at(14, 15, 31))
        (notice,) = here.notices(NoticeKind.RECEIPT)
        mail = here.mail(notice)
        assert str(mail["Subject"]).startswith(subject)
        assert told in text_of(mail)
        assert "300" in text_of(mail)
        ((name, content),) = attachments_of(mail).items()
        assert name == "Bieu-so-lieu-Muong-Thin.xlsx"
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert any("Mường Thín" in str(cell.value).title() for row in book.active for cell in row if cell.value)


def test_a_marked_workbook_speaks_english_to_an_english_office(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS, language="en") as here:
        here.take_in(*arrivals(UNIT))
        here.work_at(at(14, 15, 31))
        (notice,) = here.notices(NoticeKind.RECEIPT)
        text = text_of(here.mail(notice))
        assert str(here.mail(notice)["Subject"]).startswith("[Received - please clarify]")
        assert "1. cell " in text
        assert "Your own file “So lieu.xlsx” is attached, with the cells to correct coloured" in text
        (content,) = attachments_of(here.mail(notice)).values()
        comments = [
            cell.comment.text for row in openpyxl.load_workbook(io.BytesIO(content)).active for cell in row if cell.comment
        ]
        assert comments
        assert not [each for each in comments if "đơn vị" in each]


def test_a_unit_is_asked_twice_a_day_and_eight_times_in_all(tmp_path: Path) -> None:
    with office(tmp_path, units=UNITS) as here:
        asked = []
        for day in (5, 6, 7, 8, 9, 12):
            for hour in (8, 10, 14):
                here.take_in(mail_with(here, "So lieu.xlsx", doubtful_form(here, f"hơn {day}{hour} quyển"), day, hour))
                here.work_at(at(day, hour))
            asked.append(sum(1 for each in here.notices(NoticeKind.RECEIPT) if attachments_of(here.mail(each))))
        assert asked == [2, 4, 6, 8, 8, 8]
        assert here.notices(NoticeKind.CORRECTION) == ()


@pytest.mark.parametrize("ending", ["xlsx", "docx"])
def test_what_is_left_out_of_five_lines_stands_in_the_marked_cells(tmp_path: Path, ending: str) -> None:
    """Seven doubtful cells: five lines where the own workbook shows the rest, all of them where only a blank form goes back."""
    with office(tmp_path, units=UNITS) as here:
        filled = figures(here.campaign, int(UNIT))
        for row, code in enumerate([code for code, typed in filled.items() if {"count", "people"} <= set(typed)][:7]):
            filled[code] = {**filled[code], "count": f"hơn {row + 21} lớp"}
        own = form_workbook(here.campaign, "xã Mường Thín", filled) if ending == "xlsx" else form_document(here, filled)
        here.take_in(mail_with(here, f"So lieu.{ending}", own, 14, 15))
        here.work_at(at(14, 15, 31))
        (notice,) = here.notices(NoticeKind.RECEIPT)
        mail = here.mail(notice)
        told = {number for number in range(21, 28) if f"hơn {number}" in text_of(mail)}
        (content,) = attachments_of(mail).values()
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).active for cell in row if cell.comment]
        marked = {number for number in range(21, 28) if any(f"hơn {number} " in str(cell.value) for cell in cells)}
        if ending == "xlsx":
            lines = [line for line in text_of(mail).splitlines() if ". ô " in line or "(ô " in line or ". và" in line]
            assert len(lines) == 5
            assert any(re.match(r"\d\. \D{8,} \(ô [A-Z]\d+\): ghi “hơn 2\d lớp”", line) for line in lines)  # says of what
            assert len(told) < 7
            assert marked == set(range(21, 28))
            assert "nội dung khác, xem ghi chú tại các ô đã tô màu" in text_of(mail)
        else:
            assert told == set(range(21, 28))
            assert re.search(r"\(bảng \d+, dòng \d+, cột 4\): ghi “hơn 2\d lớp”", text_of(mail))
            assert "các ô đã tô màu" not in text_of(mail)


def test_the_next_round_marks_only_what_is_still_doubtful(tmp_path: Path) -> None:
    """They mend one cell of the marked workbook and answer with the file renamed: one comment each, and only on the rest."""
    with office(tmp_path, units=UNITS) as here:
        (sent,) = arrivals(UNIT)
        here.take_in(sent)
        here.work_at(at(14, 15, 31))
        address = str(message_from_bytes(sent.raw)["From"])
        (_, letter) = sent_to(here, address)[-1]
        (content,) = attachments_of(letter).values()
        book = openpyxl.load_workbook(io.BytesIO(content))
        marked = {cell.value: cell for row in book.active for cell in row if cell.comment}
        assert "hơn 300 quyển" in marked
        mended = marked["hơn 300 quyển"].coordinate
        marked["hơn 300 quyển"].value = 312
        stream = io.BytesIO()
        book.save(stream)
        answer = EmailMessage(policy=SMTP)
        answer["From"], answer["To"], answer["Subject"] = address, MAILBOX, f"Re: {letter['Subject']}"
        answer["Message-ID"], answer["In-Reply-To"] = "<lan2@xa.example>", str(letter["Message-ID"]).strip()
        answer.set_content("Gửi lại biểu đã sửa.")
        answer.add_attachment(stream.getvalue(), maintype="application", subtype="octet-stream", filename="bieu lan 2.xlsx")
        here.take_in(Arrival(at=at(14, 16, 20), raw=answer.as_bytes()))
        here.work_at(at(14, 16, 30))
        ((name, again),) = attachments_of(sent_to(here, address)[-1][1]).items()
        assert name == "bieu lan 2.xlsx"
        cells = {cell.coordinate: cell for row in openpyxl.load_workbook(io.BytesIO(again)).active for cell in row}
        comments = {place: cell.comment.text for place, cell in cells.items() if cell.comment}
        assert set(comments) == {cell.coordinate for cell in marked.values()} - {mended}
        assert all(text.count("Thubao:") == 1 for text in comments.values())
        assert cells[mended].value == 312
        assert cells[mended].fill.start_color.rgb not in {"FFFFC7CE", "FFFFF2A8"}
