"""Whose mail it is: labelled cases, conflicts that wait, and a mess in which no wrong unit is ever filed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from config.campaign import Unit, UnknownSenders
from config.loading import reference_campaign
from parsers.values import Document, DocumentFate, DocumentRole, Forwarded, MessageReading, Robot, SectionText
from service.rules.match import Attribution, EvidenceKind, Outcome, Query, documents_of_others, identify, looks_like_report
from service.rules.submission import Trust
from tests.service.mails_for_match import document, form, letterhead, mail, narrative, photo, scan

CAMPAIGN = reference_campaign()
SAMPLES = json.loads((Path(__file__).parent / "data" / "mail_samples.json").read_text("utf-8"))
UNITS = {each.name: each for each in CAMPAIGN.roster}
TO, NUA, CANG, SAY, MA = (UNITS[name] for name in ("Quài Tở", "Quài Nưa", "Quài Cang", "Nà Sáy", "Ta Ma"))
REPORTS = {"submission", "correction", "supplement_photos"}


def of(unit: Unit) -> str:
    return unit.emails[0]


def says(attribution: Attribution) -> tuple[Outcome, str | None]:
    return attribution.outcome, attribution.unit


@pytest.mark.parametrize("sample", SAMPLES["subjects"], ids=lambda each: each["id"])
def test_labelled_subject_from_an_unknown_sender(sample: dict[str, str | None]) -> None:
    """With a form attached, the unit of the label is filed provisionally, and without one nobody's is."""
    found = identify(CAMPAIGN, mail(form(), narrative(), subject=str(sample["subject"])))
    if sample["intent"] == "not_in_roster":
        assert found.outcome in {Outcome.UNATTRIBUTED, Outcome.NEEDS_DECISION}
        assert found.unit is None
    elif sample["unit"] is None:
        assert found.outcome is Outcome.UNATTRIBUTED
    else:
        assert says(found) == (Outcome.FILED, sample["unit"])
        assert found.provisional


@pytest.mark.parametrize("sample", SAMPLES["subjects"], ids=lambda each: each["id"])
def test_labelled_subject_alone_from_the_commune(sample: dict[str, str | None]) -> None:
    """A mail with a paper that says nothing is a report by its subject; one about something else is none."""
    unit = CAMPAIGN.unit(str(sample["unit"])) or TO
    paper = document("kem theo.docx", DocumentRole.UNKNOWN, text="Nội dung kèm theo")
    robot = {"auto_reply": Robot.AUTO_REPLY, "bounce": Robot.BOUNCE}.get(str(sample["intent"]), Robot.NONE)
    found = identify(CAMPAIGN, mail(paper, subject=str(sample["subject"]), sender=of(unit), robot=robot))
    if sample["intent"] in {"other_campaign", "auto_reply", "bounce", "spam"}:
        assert found.outcome is Outcome.NOT_A_REPORT
    else:
        assert found.outcome is not Outcome.FILED or found.unit == unit.code


@pytest.mark.parametrize("sample", SAMPLES["filenames"], ids=lambda each: each["id"])
def test_labelled_file_name_from_an_unknown_sender(sample: dict[str, str | None]) -> None:
    found = identify(CAMPAIGN, mail(form(str(sample["name"])), subject=""))
    assert says(found) == ((Outcome.FILED, sample["unit"]) if sample["unit"] else (Outcome.UNATTRIBUTED, None))


@pytest.mark.parametrize(
    ("identifier", "reading", "outcome"),
    [
        ("B03", lambda text: mail(form("Book1.xlsx"), subject="", body=text), Outcome.UNATTRIBUTED),
        ("B04", lambda text: mail(narrative("Bao cao.doc"), photo(), subject="", body=text), Outcome.FILED),
        ("B08", lambda text: mail(form("thân thư"), subject="", body=text), Outcome.UNATTRIBUTED),
        ("B16", lambda text: mail(narrative("bc.doc"), subject="", body=text), Outcome.FILED),
    ],
)
def test_labelled_body_from_an_unknown_sender(
    identifier: str, reading: Callable[[str], MessageReading], outcome: Outcome
) -> None:
    sample = next(each for each in SAMPLES["bodies"] if each["id"] == identifier)
    found = identify(CAMPAIGN, reading(sample["text"]))
    assert says(found) == (outcome, sample["unit"] if outcome is Outcome.FILED else None)


def test_body_and_file_of_two_communes_wait() -> None:
    """B13: the body says Quài Cang, the file says Quài Nưa."""
    reading = mail(narrative("BC Quai Nua.docx"), subject="", body="UBND xã Quài Cang gửi báo cáo")
    assert identify(CAMPAIGN, reading).outcome is Outcome.NEEDS_DECISION
    known = identify(CAMPAIGN, replace(reading, envelope=replace(reading.envelope, senders=(of(CANG),))))
    assert says(known) == (Outcome.NEEDS_DECISION, CANG.code)
    assert {each.unit for each in known.evidence} == {CANG.code, NUA.code}


def test_school_report_forwarded_by_the_commune_waits() -> None:
    """B09: what the school sent is not the commune's own report."""
    body = next(each["text"] for each in SAMPLES["bodies"] if each["id"] == "B09")
    paper = narrative("bc truong.docx", heading="UBND HUYỆN TUẦN GIÁO\nTRƯỜNG THCS TA MA\nBÁO CÁO Tuần lễ")
    original = Forwarded(sender="thcstama@truong.example", sender_name="THCS Ta Ma", subject="bc tuần lễ")
    for sender in (of(MA), "ai.do@private.example"):
        found = identify(CAMPAIGN, mail(paper, sender=sender, body=body, forwarded=(original,)))
        assert found.outcome is not Outcome.FILED
    assert says(identify(CAMPAIGN, mail(paper, sender=of(MA), body=body))) == (Outcome.NEEDS_DECISION, MA.code)


def test_school_paper_copied_to_the_commune_is_still_the_schools() -> None:
    heading = "UBND HUYỆN TUẦN GIÁO\nTRƯỜNG TIỂU HỌC SỐ 1\nBÁO CÁO\nNơi nhận:\n- UBND xã Ta Ma (b/c);\n- Lưu: VT."
    assert identify(CAMPAIGN, mail(narrative(heading=heading), sender=of(MA))).outcome is Outcome.NEEDS_DECISION
    assert identify(CAMPAIGN, mail(narrative(heading=heading))).outcome is Outcome.UNATTRIBUTED


def test_recipients_of_a_paper_are_not_its_authors() -> None:
    heading = "HỘI KHUYẾN HỌC\nBÁO CÁO Tuần lễ học tập\nNơi nhận:\n- UBND xã Quài Nưa (b/c);\n- Lưu: VT."
    assert says(identify(CAMPAIGN, mail(narrative(heading=heading), sender=of(TO)))) == (Outcome.FILED, TO.code)
    assert identify(CAMPAIGN, mail(narrative(heading=heading))).outcome is Outcome.UNATTRIBUTED


def test_school_mentioned_in_the_text_does_not_make_it_a_schools_paper() -> None:
    text = "1. Công tác chỉ đạo: xã đã ban hành kế hoạch, thành lập ban tổ chức, phân công các đồng chí phụ trách từng bản. "
    paper = replace(narrative(), text=f"{text}Lễ khai mạc tổ chức tại Trường THCS Quài Tở.")
    assert says(identify(CAMPAIGN, mail(paper, sender=of(TO)))) == (Outcome.FILED, TO.code)


def test_school_paper_beside_the_communes_own_is_nobodys_report() -> None:
    school = narrative("bc truong.docx", heading="TRƯỜNG THCS QUÀI TỞ\nBÁO CÁO")
    found = identify(CAMPAIGN, mail(narrative(heading=letterhead(TO)), school, sender=of(TO)))
    assert says(found) == (Outcome.FILED, TO.code)
    assert found.documents == (("bc truong.docx", ""),)


def test_extension_is_put_before_the_officer_and_never_filed() -> None:
    """B12."""
    body = next(each["text"] for each in SAMPLES["bodies"] if each["id"] == "B12")
    found = identify(CAMPAIGN, mail(sender=of(UNITS["Pú Xi"]), subject="Xin gia hạn", body=body))
    assert says(found) == (Outcome.NEEDS_DECISION, UNITS["Pú Xi"].code)


def test_question_is_put_before_the_officer() -> None:
    found = identify(CAMPAIGN, mail(sender=of(TO), subject="Em hỏi về mẫu biểu mục 8 ạ"))
    assert says(found) == (Outcome.NEEDS_DECISION, TO.code)
    unknown = identify(CAMPAIGN, mail(subject="Em hỏi về mẫu biểu mục 8 ạ"))
    assert says(unknown) == (Outcome.NEEDS_DECISION, None)


def test_known_address_is_filed_without_a_word() -> None:
    found = identify(CAMPAIGN, mail(form("Book1.xlsx"), photo(), sender=of(TO).upper(), subject=""))
    assert says(found) == (Outcome.FILED, TO.code)
    assert not found.provisional
    assert found.evidence[0].kind is EvidenceKind.ADDRESS
    assert found.evidence[0].score == 1.0


def test_learned_address_counts_as_the_units_own() -> None:
    found = identify(CAMPAIGN, mail(form(), sender="ai.do@private.example"), Query(learned={"Ai.Do@private.example": TO.code}))
    assert says(found) == (Outcome.FILED, TO.code)
    assert not found.provisional
    gone = identify(CAMPAIGN, mail(form()), Query(learned={"ai.do@private.example": "no such unit"}))
    assert gone.outcome is Outcome.UNATTRIBUTED


@pytest.mark.parametrize(
    "paper",
    [
        narrative(heading=letterhead(NUA)),
        form(heading="UBND XÃ QUÀI NƯA"),
        form("Bieu tong hop xa Quai Nua.xls"),
        form(unit_code=NUA.code),
        form(unit_code=f"htsd-2020|{NUA.code}"),
        photo("Quài Nưa.zip/anh 1.jpg"),
        form(heading="UBND XÃ MƯỜNG LẠN\nBIỂU"),
    ],
)
def test_paper_that_contradicts_the_address_waits(paper: object) -> None:
    found = identify(CAMPAIGN, mail(paper, sender=of(TO)))  # type: ignore[arg-type]  # all are documents
    assert says(found) == (Outcome.NEEDS_DECISION, TO.code)


def test_reason_is_one_line_that_names_both_units() -> None:
    found = identify(CAMPAIGN, mail(narrative(heading=letterhead(NUA)), sender=of(TO)))
    assert found.why.vi == "địa chỉ gửi là của xã Quài Tở nhưng phần đầu văn bản ghi “ỦY BAN NHÂN DÂN XÃ QUÀI NƯA” (xã Quài Nưa)"


def test_subject_that_contradicts_the_address_waits() -> None:
    assert identify(CAMPAIGN, mail(form(), sender=of(TO), subject="Báo cáo xã Quài Nưa")).outcome is Outcome.NEEDS_DECISION


def test_other_commune_mentioned_beside_ones_own_name_does_not_wait() -> None:
    body = "Xã Quài Tở gửi báo cáo, đã học tập kinh nghiệm của xã Quài Nưa."
    assert says(identify(CAMPAIGN, mail(form(), sender=of(TO), body=body))) == (Outcome.FILED, TO.code)


def test_name_and_reply_to_are_never_identity() -> None:
    found = identify(CAMPAIGN, mail(form("Book1.xlsx"), sender_name="UBND xã Quài Tở", subject=""))
    assert says(found) == (Outcome.UNATTRIBUTED, None)


def test_addressee_is_not_the_sender() -> None:
    found = identify(CAMPAIGN, mail(form("Book1.xlsx"), subject="", body="Kính gửi: UBND xã Quài Tở\nGửi báo cáo."))
    assert found.outcome is Outcome.UNATTRIBUTED


def test_our_quoted_letter_is_not_the_senders_word() -> None:
    body = "Em gửi ạ\n\nVào 12/10/2020 Phòng GD đã viết:\n> Kính gửi\n> UBND xã Quài Tở chưa gửi báo cáo"
    found = identify(CAMPAIGN, mail(form("Book1.xlsx"), subject="", body=body))
    assert found.outcome is Outcome.UNATTRIBUTED


def test_reply_to_our_notice_from_a_private_address() -> None:
    found = identify(CAMPAIGN, mail(form("Book1.xlsx"), subject="Re: Nhắc"), Query(thread_unit=TO.code))
    assert says(found) == (Outcome.FILED, TO.code)
    assert found.provisional
    other = identify(CAMPAIGN, mail(form("BC Quai Nua.xlsx"), subject="Re: Nhắc"), Query(thread_unit=TO.code))
    assert other.outcome is Outcome.NEEDS_DECISION


def test_known_sender_in_anothers_thread_waits_unless_the_paper_speaks() -> None:
    silent = identify(CAMPAIGN, mail(form("Book1.xlsx"), sender=of(TO), subject=""), Query(thread_unit=NUA.code))
    assert silent.outcome is Outcome.NEEDS_DECISION
    spoken = identify(CAMPAIGN, mail(form(heading="UBND XÃ QUÀI TỞ"), sender=of(TO)), Query(thread_unit=NUA.code))
    assert says(spoken) == (Outcome.FILED, TO.code)


def test_two_from_addresses_wait() -> None:
    found = identify(CAMPAIGN, mail(form(), senders=(of(TO), "x@evil.example")))
    assert found.outcome is Outcome.NEEDS_DECISION


def test_forged_address_waits() -> None:
    query = Query(trust=Trust.FAILED)
    assert says(identify(CAMPAIGN, mail(form(), sender=of(TO)), query)) == (Outcome.NEEDS_DECISION, TO.code)
    assert identify(CAMPAIGN, mail(form(), subject="xã Quài Tở"), query).outcome is Outcome.NEEDS_DECISION


def test_office_may_decide_about_every_unknown_sender() -> None:
    asking = replace(CAMPAIGN, unknown_senders=UnknownSenders.ASK)
    assert says(identify(asking, mail(form(), subject="xã Quài Tở"))) == (Outcome.NEEDS_DECISION, TO.code)
    assert identify(asking, mail(form(), sender=of(TO))).outcome is Outcome.FILED


def test_two_communes_in_one_mail_are_split_by_document() -> None:
    reading = mail(
        form("a.xlsx", heading=letterhead(TO)),
        narrative(heading=letterhead(TO)),
        form("Bieu xa Quai Nua.xlsx"),
        photo("Quài Tở.zip/1.jpg"),
    )
    found = identify(CAMPAIGN, reading)
    assert says(found) == (Outcome.FILED, NUA.code)
    assert found.provisional
    assert dict(found.documents) == {"a.xlsx": TO.code, "1. BC tuần lễ.docx": TO.code, "Quài Tở.zip/1.jpg": TO.code}


def test_two_mails_forwarded_as_files_are_split_by_who_wrote_each() -> None:
    def forwarded(unit: Unit, number: int) -> tuple[Forwarded, tuple[Document, ...]]:
        original = Forwarded(sender=of(unit), sender_name="", subject="bc", sha256=unit.code)
        box = document(f"{number}.eml", DocumentRole.CONTAINER, kind="message/rfc822", sha256=unit.code)
        return original, (box, form(f"{number}.eml/Book1.xlsx"), photo(f"{number}.eml/1.jpg"))

    (first, some), (second, others) = forwarded(TO, 1), forwarded(NUA, 2)
    found = identify(CAMPAIGN, mail(*some, *others, subject="Fwd: 2 xã", forwarded=(first, second)))
    assert says(found) == (Outcome.FILED, NUA.code)
    assert dict(found.documents) == {"1.eml/Book1.xlsx": TO.code, "1.eml/1.jpg": TO.code}
    alone = identify(CAMPAIGN, mail(*some, forwarded=(first,)))
    assert (*says(alone), alone.provisional) == (Outcome.FILED, TO.code, True)
    other = form("1.eml/Bieu.xlsx", heading=letterhead(NUA))
    assert identify(CAMPAIGN, mail(*some, other, forwarded=(first,))).outcome is Outcome.NEEDS_DECISION


def test_known_sender_with_the_forms_of_two_communes_is_split_and_speaks_for_his_own() -> None:
    reading = mail(form("a.xlsx", heading=letterhead(TO)), form("b.xlsx", heading=letterhead(NUA)), sender=of(TO))
    found = identify(CAMPAIGN, reading)
    assert says(found) == (Outcome.FILED, TO.code)
    assert (found.provisional, dict(found.documents)) == (False, {"b.xlsx": NUA.code})
    assert documents_of_others(CAMPAIGN, reading, NUA.code) == (("a.xlsx", TO.code),)


@pytest.mark.parametrize("sender", [of(TO), "hoa@gmail.example"])
def test_report_of_one_and_form_headed_by_another_wait_for_it_may_be_a_copied_heading(sender: str) -> None:
    reading = mail(narrative(heading=letterhead(TO)), form("b.xlsx", heading=letterhead(NUA)), sender=sender)
    assert identify(CAMPAIGN, reading).outcome is Outcome.NEEDS_DECISION
    assert documents_of_others(CAMPAIGN, reading, TO.code) == ()


@pytest.mark.parametrize("extra", [photo("IMG_1.jpg"), form("Book1.xlsx"), form("BC Quai To va Quai Nua.xlsx")])
def test_split_waits_when_a_document_does_not_say_whose_it_is(extra: object) -> None:
    reading = mail(narrative("a.docx", heading=letterhead(TO)), narrative("b.docx", heading=letterhead(NUA)), extra)  # type: ignore[arg-type]
    assert identify(CAMPAIGN, reading).outcome is Outcome.NEEDS_DECISION


def test_two_communes_in_one_workbook_wait() -> None:
    book = form("hai xa.xlsx", heading="UBND XÃ QUÀI TỞ")
    both = replace(book, forms=(*book.forms, replace(book.forms[0], heading="UBND XÃ QUÀI NƯA")))
    assert identify(CAMPAIGN, mail(both)).outcome is Outcome.NEEDS_DECISION


def test_letterhead_naming_a_commune_off_the_roster_waits() -> None:
    paper = narrative("BC Muong Mun.docx", heading="ỦY BAN NHÂN DÂN\nXÃ MƯỜNG MƯƠN\nBÁO CÁO")
    assert identify(CAMPAIGN, mail(paper)).outcome is Outcome.NEEDS_DECISION


def test_weak_hints_leave_the_mail_in_the_queue_with_a_suggestion() -> None:
    found = identify(CAMPAIGN, mail(form("Q.Tở.xlsx"), subject=""))
    assert says(found) == (Outcome.UNATTRIBUTED, TO.code)
    assert found.evidence


@pytest.mark.parametrize("robot", [Robot.BOUNCE, Robot.READ_RECEIPT, Robot.OWN])
def test_machines_send_no_reports(robot: Robot) -> None:
    assert identify(CAMPAIGN, mail(form(), sender=of(TO), robot=robot)).outcome is Outcome.NOT_A_REPORT


@pytest.mark.parametrize("robot", [Robot.AUTO_REPLY, Robot.LIST])
def test_robot_headers_do_not_hide_a_real_form(robot: Robot) -> None:
    assert identify(CAMPAIGN, mail(form(), sender=of(TO), robot=robot)).outcome is Outcome.FILED
    assert identify(CAMPAIGN, mail(photo(), sender=of(TO), robot=robot)).outcome is Outcome.NOT_A_REPORT


def test_rule_forwarded_mail_is_read() -> None:
    assert identify(CAMPAIGN, mail(form(), sender=of(TO), robot=Robot.AUTO_FORWARD)).outcome is Outcome.FILED


def test_mail_after_the_campaign_closed_is_not_attributed() -> None:
    tz = CAMPAIGN.deadline.tzinfo
    late = Query(received_at=datetime(2020, 11, 16, 0, 5, tzinfo=tz))
    last = Query(received_at=datetime(2020, 11, 15, 23, 55, tzinfo=tz))
    assert identify(CAMPAIGN, mail(form(), sender=of(TO)), late).outcome is Outcome.NOT_A_REPORT
    assert identify(CAMPAIGN, mail(form(), sender=of(TO)), last).outcome is Outcome.FILED


OTHER = "Báo cáo kết quả chuyển đổi số xã Quài Tở tháng 10"


def test_report_of_another_campaign_is_no_report_of_this_one() -> None:
    other = narrative("BC.docx", heading="UBND XÃ QUÀI TỞ\nBÁO CÁO", sections=(SectionText(code="II.2", text="Khó khăn"),) * 3)
    assert identify(CAMPAIGN, mail(other, sender=of(TO), subject=OTHER)).outcome is Outcome.NOT_A_REPORT
    assert identify(CAMPAIGN, mail(scan(), sender=of(TO), subject=OTHER)).outcome is Outcome.NEEDS_DECISION
    assert identify(CAMPAIGN, mail(form(), sender=of(TO), subject=OTHER)).outcome is Outcome.FILED
    assert identify(CAMPAIGN, mail(form(), sender=of(TO), campaign="other")).outcome is Outcome.NOT_A_REPORT


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (mail(subject="Re: Fwd: BC HTSD"), True),
        (mail(subject="FW: FW: FW: bc tuan le"), True),
        (mail(scan(), subject="gửi a Kiên"), True),
        (mail(photo(), subject=""), True),
        (mail(document("BC.xlsx", DocumentRole.UNKNOWN, fate=DocumentFate.REFUSED), subject=""), True),
        (mail(subject="báo cáo", links=("https://drive.example/x",)), True),
        (mail(document("mau.xlsx", DocumentRole.BLANK_FORM), subject=""), True),
        (mail(subject="HÓA ĐƠN ĐIỆN TỬ THÁNG 10/2020 - NHẤN VÀO ĐÂY"), False),
        (mail(document("Hoa don 10-2020.xlsm", DocumentRole.UNKNOWN, fate=DocumentFate.REFUSED), subject="HÓA ĐƠN 10"), False),
        (mail(subject="Chúc mừng năm mới", body="Chúc anh chị mạnh khỏe"), False),
        (mail(document("logo.png", DocumentRole.DECORATION), subject="Chào"), False),
    ],
)
def test_looks_like_report(reading: MessageReading, *, expected: bool) -> None:
    assert looks_like_report(CAMPAIGN, reading) is expected


def test_thanks_in_our_thread_is_no_report() -> None:
    reading = mail(sender=of(TO), subject="Re: [Nhắc việc] báo cáo Tuần lễ HTSĐ 2020", body="Vâng ạ", in_reply_to="<n@x>")
    assert identify(CAMPAIGN, reading, Query(thread_unit=TO.code)).outcome is Outcome.NOT_A_REPORT


def test_thanks_from_a_phone_that_does_not_say_what_it_answers_is_no_report() -> None:
    for subject in ("Re: Đã nhận báo cáo", "Trả lời: [Nhắc việc] báo cáo Tuần lễ HTSĐ 2020"):
        assert identify(CAMPAIGN, mail(sender=of(TO), subject=subject, body="Cảm ơn anh")).outcome is Outcome.NOT_A_REPORT


def test_forgotten_attachment_is_filed_so_that_the_unit_is_told() -> None:
    reading = mail(sender=of(TO), subject="xã Quài Tở", body="Xã gửi báo cáo tuần lễ ạ, file đính kèm")
    assert says(identify(CAMPAIGN, reading)) == (Outcome.FILED, TO.code)


def test_the_letterhead_above_a_form_in_word_or_pdf_says_whose_it_is() -> None:
    paper = replace(form("bieu.docx"), text=f"UBND HUYỆN TUẦN GIÁO\n{letterhead(TO)}\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert identify(CAMPAIGN, mail(paper), Query()).unit == TO.code
    (reading,) = paper.forms
    two = replace(paper, forms=(reading, reading))
    assert identify(CAMPAIGN, mail(two), Query()).unit is None
