"""A form in the mail itself: pasted as a table, typed as lines, quoted from an earlier mail. None of it is lost in silence."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable
from email.message import EmailMessage

import openpyxl
import pytest

from config.loading import reference_campaign
from parsers.form_text import read_typed_form, typed_rows
from parsers.read import BODY_PATH, expected_of, read_file, read_message
from parsers.values import Document, DocumentFate, DocumentRole, FormReading, MessageReading, ValueStatus
from tests.parsers.form_sheets import FORM, Row, figures, whole

EXPECTED = expected_of((reference_campaign(),))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
QUOTED = "Vào Th 2, 12 thg 10, 2020 vào lúc 08:00 Phòng GDĐT <pgd@tuangiao.example> đã viết:"


def mailed(text: str = "", *, html: str = "", book: bytes = b"", subject: str = "Báo cáo Tuần lễ") -> MessageReading:
    message = EmailMessage()
    message["From"], message["Subject"] = "xa@xa.example", subject
    message.set_content(text or html, subtype="plain" if text else "html")
    if book:
        message.add_attachment(book, maintype="application", subtype=XLSX.partition("/")[2], filename="bieu.xlsx")
    return read_message(message.as_bytes(), EXPECTED)


def body(reading: MessageReading) -> Document:
    return next(each for each in reading.documents if each.path == BODY_PATH)


def form(reading: MessageReading) -> FormReading:
    (found,) = body(reading).forms
    return found


def statuses(found: FormReading) -> set[ValueStatus]:
    return {each.status for each in found.values if each.status is not ValueStatus.EMPTY}


def typed(count: int = 3, people: int = 120) -> list[str]:
    """The whole form as a clerk types it."""
    lines = []
    for each in FORM.indicators:
        said = {"money": "5 triệu đồng", "text": "không"}.get(each.columns[0] if each.columns else "", "")
        if not said and each.columns:
            said = {1: f"{count:02}" if each.columns == ("count",) else f"{people} người"}.get(
                len(each.columns), f"{count:02} lớp/{people} người"
            )
        lines.append(f"{each.row_number + '.' if each.row_number else '-'} {each.label}{': ' + said if said else ''}")
    return lines


def table(rows: Iterable[Row]) -> str:
    cells = ("".join(f"<td>{'' if each is None else each}</td>" for each in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def workbook(given: dict[str, Row]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in whole(given):
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_pasted_table_is_read_as_a_form() -> None:
    found = form(mailed(html=f"<p>UBND xã Quài Tở</p>{table(whole({'9.collectives': (3,), '1.literacy': (2, 40)}))}"))
    assert figures(found) == {("9.collectives", "count"): 3, ("1.literacy", "count"): 2, ("1.literacy", "people"): 40}
    assert statuses(found) == {ValueStatus.OK}


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_form_typed_as_lines_is_read_and_every_figure_is_to_be_confirmed(*, wrapped: bool) -> None:
    lines = [part for line in typed() for part in (textwrap.wrap(line, 72) if wrapped else [line])]
    found = form(mailed("\n".join(["UBND xã Quài Tở báo cáo:", *lines, "Trân trọng./."])))
    assert statuses(found) == {ValueStatus.CONFIRM}
    read = figures(found)
    assert len(read) > 40
    for (code, column), value in read.items():
        assert value == {"count": 3, "people": 120, "money": 5_000_000, "text": "không"}[column], code


@pytest.mark.parametrize("tag", ["div", "li", "p"])
def test_lines_typed_in_a_web_mail_are_read(tag: str) -> None:
    found = form(mailed(html="".join(f"<{tag}>{line}</{tag}>" for line in typed())))
    assert statuses(found) == {ValueStatus.CONFIRM}
    assert len(figures(found)) > 40


@pytest.mark.parametrize("sign", [" | ", "\t", "     "])
def test_columns_of_signs_are_read_by_their_place(sign: str) -> None:
    lines = [
        sign.join(("Xóa mù chữ", "3", "120")),
        sign.join(("Tổng số người tham gia", "", "450")),
        sign.join(("Số tin bài về các hoạt động của Tuần lễ", "5")),
        sign.join(("Sinh hoạt chuyên đề HTSĐ, xây dựng XHHT", "2", "90")),
    ]
    blanks_kept = sign in (" | ", "\t")
    found = form(mailed("\n".join(lines if blanks_kept else [lines[0], *lines[2:]])))
    expected = {("1.literacy", "count"): 3, ("1.literacy", "people"): 120, ("2", "count"): 5}
    expected |= {("5.thematic", "count"): 2, ("5.thematic", "people"): 90}
    if blanks_kept:
        expected["1.total_participants", "people"] = 450
    assert figures(found) == expected
    assert statuses(found) == {ValueStatus.CONFIRM}


def test_short_names_and_words_are_understood() -> None:
    text = "1. Số lớp XMC: 03 lớp/120 người\n2. Số tin bài: 5\n3. Ngân sách nhà nước: 5 triệu đồng\n4. Hội sách: ba cuộc"
    found = figures(form(mailed(text)))
    assert found == {
        ("1.literacy", "count"): 3, ("1.literacy", "people"): 120, ("2", "count"): 5,
        ("10.state_budget", "money"): 5_000_000, ("5.book_fair", "count"): 3,
    }  # fmt: skip


def test_one_figure_in_the_words_of_a_mail_is_told_and_not_taken() -> None:
    found = body(mailed("Em xin đính chính số sách đã huy động tặng các trường, thư viện: 250 quyển"))
    assert (found.forms, found.fate) == ((), DocumentFate.IGNORED)
    (told,) = found.findings
    assert "chưa được ghi nhận" in told.text.vi
    assert "250" in told.text.vi


@pytest.mark.parametrize(
    "text",
    ["Kính gửi Phòng, xã gửi báo cáo Tuần lễ năm 2020 kèm theo.", "Xã đã treo băng rôn; dự kiến họp ngày 12/10. ĐT: 0912345678"],
)
def test_a_mail_without_figures_of_the_form_is_no_document(text: str) -> None:
    assert not mailed(text).documents


def test_history_quoted_below_an_answer_is_not_read_again() -> None:
    plain = "\n".join(["Xin cảm ơn.", "", QUOTED, *(f"> {line}" for line in typed())])
    assert not mailed(plain).documents
    history = f'<blockquote class="gmail_quote">{table(whole({"9.collectives": (3,)}))}</blockquote>'
    assert not mailed(html=f"<div>Xin cảm ơn.</div><div class='gmail_quote'>{history}</div>").documents
    outlook = f"<div>Xin cảm ơn.</div><div id='divRplyFwdMsg'>From: pgd</div><div>{table(whole({'9.collectives': (3,)}))}</div>"
    assert not mailed(html=outlook).documents


OUTLOOK = (
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>From:</b> Xa A &lt;a@xa.example&gt;<br>"
    "<b>Sent:</b> Monday, October 12, 2020 8:00 AM<br><b>To:</b> pgd<br><b>Subject:</b> BC</p></div><p>&nbsp;</p>"
)
LINE_BY_LINE = "<div>Từ: Xã A</div><div>Đã gửi: Thứ Hai, 12/10/2020</div><div>Tới: pgd</div>"


@pytest.mark.parametrize(
    "head",
    [OUTLOOK, LINE_BY_LINE, "<p>On 12/10/2020 8:00 SA, Xã A wrote:</p>", "<p>----- Thư gốc -----</p><p>Từ: a@xa.example</p>"],
)
def test_an_answer_in_html_is_cut_where_the_earlier_mail_is_headed(head: str) -> None:
    history = f"<p>Em đã gửi rồi ạ.</p>{head}{table(whole({'9.collectives': (3,), '2': (5,)}))}<p>Xã A</p>"
    assert not mailed(html=history, subject="Re: Báo cáo").documents
    assert form(mailed(html=history, subject="Báo cáo xã A"))  # nothing says that it answers a mail: it is read
    below = f"<p>Xã gửi biểu.</p>{table(whole({'9.collectives': (4,)}))}{head}{table(whole({'9.collectives': (3,)}))}"
    (value,) = [each for each in form(mailed(html=below, subject="Re: Báo cáo")).values if each.indicator == "9.collectives"][:1]
    assert value.value == 4


def test_a_forwarded_mail_is_read_whole() -> None:
    head = "---------- Forwarded message ---------\nTừ: Xã <xa@xa.example>\nDate: T2\nSubject: bc\nTo: pgd@tuangiao.example\n"
    assert len(figures(form(mailed("\n".join([head, *typed()]), subject="Fwd: bc")))) > 40


def test_figures_of_the_mail_that_differ_from_the_attached_form_are_a_question() -> None:
    given = {"1.literacy": (3, 120), "2": (7,), "9.collectives": (3,)}
    same = "Xóa mù chữ: 3 lớp/120 người\nSố tin bài: 7\nHội sách, đường sách, phố sách: 2"
    assert [each.path for each in mailed(same, book=workbook(given)).documents] == ["bieu.xlsx"]
    reading = mailed(same.replace("Số tin bài: 7", "Số tin bài: 9"), book=workbook(given))
    (told,) = body(reading).findings
    assert all(words in told.text.vi for words in ("“9” / “7”", "tạm dùng biểu đính kèm"))
    assert [each.path for each in reading.documents if each.role is DocumentRole.FORM] == ["bieu.xlsx"]


def test_a_file_of_typed_lines_is_a_form_to_be_confirmed() -> None:
    (found,) = read_file("bieu.txt", "\n".join(typed()).encode(), EXPECTED).documents
    assert found.role is DocumentRole.FORM
    assert statuses(found.forms[0]) == {ValueStatus.CONFIRM}


def test_a_row_without_a_figure_does_not_take_the_next_ones() -> None:
    lines = ["Xóa mù chữ", "2 Số tin bài về các hoạt động của Tuần lễ: 05", "Thăm quan, học tập tại bảo tàng, di tích lịch sử"]
    lines += ["Xóa mù chữ", "55 hộ nghèo"]
    lines += ["7 Tổ chức Lễ khai mạc Tuần lễ: 1", "Ngân sách nhà nước:", "5.000.000 đồng"]
    said = {FORM.indicators[each.indicator].code: each.fields for each in typed_rows(lines, FORM)}
    assert said == {"2": ("05",), "7": ("1",), "10.state_budget": ("5.000.000 đồng",)}


def test_an_amount_is_read_from_whichever_field_it_was_typed_in() -> None:
    lines = [
        "1 | Các lớp bồi dưỡng, tập huấn tổ chức trong Tuần lễ | lớp | 3",
        "2 | Số tin bài về các hoạt động của Tuần lễ | | 7",
    ]
    lines.append("10 | Kinh phí | | | 57350000")
    reading = read_typed_form(typed_rows(lines, FORM), FORM, year=2020)
    assert reading is not None
    money = next(each for each in reading.values if each.indicator == "10" and each.column == "money")
    assert (money.value, money.status) == (57_350_000, ValueStatus.CONFIRM)


def test_two_lines_make_no_form() -> None:
    rows = typed_rows(["Xóa mù chữ: 3 lớp/120 người", "Số tin bài: 7"], FORM)
    assert [each.fields for each in rows] == [("3 lớp/120 người",), ("7",)]
    assert read_typed_form(rows, FORM, year=2020) is None


def test_a_correction_in_words_beside_a_file_is_told() -> None:
    book = workbook({"2": (7,)})
    told = body(mailed("Xã sửa số sách huy động thành 999 quyển ạ, file kèm theo.", book=book))
    assert "999 quyển" in told.findings[0].text.vi
    assert told.findings[0].code == "D-BODY-FIGURES"
    quiet = mailed("Xã gửi lại báo cáo đã sửa, 01 tệp, ngày 12/10.", book=book)
    assert all(each.path != BODY_PATH for each in quiet.documents)


def test_lines_between_typed_rows_that_are_no_row_of_the_form_are_told() -> None:
    lines = [
        "Điện thoại: 0912345678", *typed(), "3. Ấn phẩm: 12", "Xóa mù lớp/người  2  40", "Xã gửi kèm 04 ảnh", "ĐT: 0912345678",
        "Kinh phí hỗ trợ khác: 3.000.000 đồng", "Ngày 12/10/2020", "Trân trọng", "Lò Thị Xuân - VP UBND xã - 0978123456",
    ]  # fmt: skip
    reading = read_typed_form(typed_rows(lines, FORM), FORM, year=2020, lines=lines)
    assert reading is not None
    told = [each.text.vi for each in reading.findings if each.code == "F-ROW-UNKNOWN"]
    assert len(told) == 3
    assert "Kinh phí hỗ trợ khác" in told[2]
    assert "“3. Ấn phẩm: 12”" in told[0]
    assert "Xóa mù lớp/người" in told[1]
