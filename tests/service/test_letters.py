"""Every letter of the reference campaign in real states, in both languages, down to the bytes that leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from config.letters import KINDS
from config.text import Language
from service.correspondence import Correspondence
from service.desk import Desk
from service.letter_words import figure
from storage.notices import Notice, NoticeKind, NoticeState, enqueue
from tests.service.office import OFFICER, Office, open_office
from tests.service.papers import CAMPAIGN, everything, mail, on, photos, report, sound_figures, unit_called, whole_form, workbook

UNIT = unit_called()
OWN = UNIT.emails[0]
STATES = ("missing", "partial", "complete", "changed", "returned", "extended")
KIND_OF = {"receipt": NoticeKind.RECEIPT, "ask_unit": NoticeKind.QUESTION}
TEMPLATES = tuple(each for each in KINDS if each not in {"kickoff", "correction", "digest", "delivery"})  # these carry files


@pytest.fixture(params=["vi", "en"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path, language=request.param) as opened:
        yield opened


def prepare(office: Office, state: str) -> int | None:
    """Bring the unit into a state; gives the number of its last mail."""
    desk = Desk(office.installation, on(12), "cán bộ")
    number = None
    if state == "partial":
        number = office.take(mail(1, OWN, report(), *photos(2)), on(8))
    if state in {"complete", "changed", "returned"}:
        number = office.take(mail(1, OWN, *everything()), on(8))
    if state == "changed":
        changed = {**sound_figures(), ("4.books", "count"): 1250}
        number = office.take(mail(2, OWN, workbook(whole_form(changed), "sua.xlsx")), on(9))
    if state == "returned":
        desk.send_back(CAMPAIGN, UNIT, "biểu thiếu chữ ký.")
    if state == "extended":
        desk.extend(CAMPAIGN, UNIT, on(20).date())
    return number


def notice(office: Office, letter: str, number: int | None = None, *, unit: str | None = UNIT.code, to: str = OWN) -> Notice:
    kind = KIND_OF.get(letter.partition("_")[0]) or KIND_OF.get(letter) or NoticeKind(letter)
    with office.database.writing() as connection:
        enqueue(
            connection,
            key=f"test {letter} {number}",
            campaign=CAMPAIGN.id,
            unit=unit,
            kind=kind,
            due_at=on(8),
            created_at=on(8),
            recipient=to,
            cause="test",
            context={"letter": letter, "rung": 1, "changes": [["4.books", "count", 145, 1250]]},
            trigger_id=number,
            state=NoticeState.HELD,
        )
    return next(each for each in office.outbox() if each.key == f"test {letter} {number}")


def written(office: Office, about: Notice, now: datetime) -> EmailMessage:
    content = Correspondence(office.installation, now).write(about, "<thubao.1@tuangiao.example>").content
    parsed = message_from_bytes(content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def words_of(office: Office, letter: str, state: str, now: datetime) -> str:
    number = prepare(office, state)
    message = written(office, notice(office, letter, number), now)
    return f"{message['Subject']}\n\n{text_of(message)}"


@pytest.mark.parametrize("state", STATES)
def test_every_letter_is_clean_in_every_state(office: Office, state: str) -> None:
    number = prepare(office, state)
    for letter in TEMPLATES:
        if number is None and letter.startswith(("receipt", "ask", "question")):
            continue  # there is no mail that it could be about
        about = notice(office, letter, number, to=OFFICER if letter == "officer_alert" else OWN)
        for now in (on(9, 9), on(14, 9), CAMPAIGN.deadline + timedelta(days=1)):
            message = written(office, about, now)
            whole = f"{message['Subject']}\n{text_of(message)}"
            assert not re.search(r"\bNone\b|\{\{|\{%|<[a-z]+>|Undefined", whole), (letter, whole)
            assert not re.search(r"(?<!\.)\.\.(?!\.)|,,| ,|;\.| \.|: *\.|  ", whole.replace("\n   ", "\n")), (letter, whole)
            assert "\n\n\n" not in text_of(message).replace("\r\n", "\n"), (letter, whole)
            assert str(message["Subject"]).strip()


def test_a_reminder_counts_to_the_units_own_deadline(office: Office) -> None:
    words = words_of(office, "reminder", "extended", on(18, 9))
    assert "20/10/2020" in words
    assert "15/10/2020" not in words
    assert "02 ngày" in words or "2 days" in words


def test_a_returned_report_says_why(office: Office) -> None:
    words = words_of(office, "reminder", "returned", on(13, 9))
    assert "biểu thiếu chữ ký." in words
    assert "ký.." not in words


def test_a_replacement_names_what_changed(office: Office) -> None:
    words = words_of(office, "receipt_replacement", "changed", on(9, 9))
    assert "1.250" in words or "1,250" in words
    assert "145" in words


def test_a_stranger_whose_papers_wait_is_not_told_what_the_unit_sent(office: Office) -> None:
    prepare(office, "complete")
    changed = {**sound_figures(), ("4.books", "count"): 9999}
    subject = f"UBND {UNIT.full_name} gửi báo cáo Tuần lễ HTSĐ 2020"
    number = office.take(mail(7, "la@thu.example", workbook(whole_form(changed), "x.xlsx"), subject=subject), on(9))
    about = next(each for each in office.outbox() if each.trigger_id == number)
    words = text_of(written(office, about, on(9, 9)))
    assert "chưa được xác nhận" in words or "not confirmed" in words
    assert "Tổng số" not in words


@pytest.mark.parametrize(
    "subject",
    [
        "báo cáo\r\nBcc: all@tuangiao.example",
        "a\nX-Evil: 1\n\nbody",
        "<script>alert(1)</script> & “ngoặc”",
        "{{ 7 * 7 }} {% raw %}",
        "x" * 900,
    ],
)
def test_a_subject_from_outside_adds_no_header_no_markup_and_is_not_run(office: Office, subject: str) -> None:
    number = office.take(mail(9, "la@thu.example", *everything(), subject=subject), on(8))
    content = Correspondence(office.installation, on(8, 9)).write(notice(office, "ask_unit", number), "<a@b.example>").content
    head = content.split(b"\r\n\r\n", 1)[0].decode("ascii")
    assert all(len(line) <= 998 for line in head.split("\r\n"))
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert "<script>" not in text_of(message, "html")
    assert " 49 " not in text_of(message)


def test_headers_decode_back_exactly(office: Office) -> None:
    message = written(office, notice(office, "reminder", prepare(office, "missing")), on(14, 9))
    assert message["From"].addresses[0].display_name == "Phòng Giáo dục và Đào tạo huyện Tuần Giáo"
    subject = str(message["Subject"])
    assert subject.startswith("[")
    assert subject.endswith(f" - {UNIT.full_name}")
    assert f" {CAMPAIGN.short_title} " in subject
    assert (message["To"], message["Auto-Submitted"]) == (OWN, "auto-generated")
    assert message["X-Auto-Response-Suppress"] == "All"


def test_a_receipt_stands_in_the_thread_of_its_mail(office: Office) -> None:
    number = prepare(office, "complete")
    message = written(office, notice(office, "receipt_complete", number), on(8, 9))
    assert message["In-Reply-To"] == "<1@xa.example>"
    assert str(message["References"]).split()[-1] == "<1@xa.example>"


def test_the_html_twin_says_the_same(office: Office) -> None:
    message = written(office, notice(office, "officer_alert", prepare(office, "partial"), to=OFFICER), on(16, 9))
    plain, html = text_of(message), text_of(message, "html")
    bare = re.sub(r"<[^>]+>", " ", html).replace("&amp;", "&").replace("&quot;", '"').replace("&#x27;", "'").replace("&gt;", ">")
    assert bare.split() == plain.split()


def test_english_counts_one_photo_as_one(tmp_path: Path) -> None:
    with open_office(tmp_path, language="en") as here:
        number = here.take(mail(1, OWN, report(), *photos(1)), on(8))
        whole = text_of(written(here, notice(here, "receipt_problems", number), on(9)))
        assert "the written report; 1 photo." in whole
        assert "Only 1 photo so far" in whole


def test_a_figure_that_was_blank_before_is_said_to_have_been(office: Office) -> None:
    number = prepare(office, "complete")
    about = notice(office, "receipt_replacement", number)
    about = replace(about, context={**about.context, "changes": [["4.books", "count", None, 1250]]})
    text = text_of(written(office, about, on(9)))
    assert "(bản trước: để trống)" in text or "(before: blank)" in text


@pytest.mark.parametrize(("value", "said"), [("12.5", "12,5"), ("0215386222", "0215386222"), (1250, "1.250"), (None, "(trống)")])
def test_figures_are_written_as_vietnamese_writes_them(value: int | str | None, said: str) -> None:
    assert figure(value, Language.VI) == said
