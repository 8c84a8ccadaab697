"""Requests recognised in mails, and the day they ask for."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from service.rules.requests import recognise_request

SAMPLES = json.loads((Path(__file__).parent / "data" / "mail_samples.json").read_text("utf-8"))
KINDS = {"correction": "correction_notice", "question": "question"}
TODAY = date(2020, 10, 13)


@pytest.mark.parametrize("sample", SAMPLES["subjects"], ids=lambda each: each["id"])
def test_labelled_subject_asks_for_what_it_asks(sample: dict[str, str]) -> None:
    assert recognise_request(sample["subject"], "").kind == KINDS.get(sample["intent"], "")


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [("B04", ""), ("B05", ""), ("B06", "correction_notice"), ("B09", ""), ("B10", ""), ("B12", "extension"), ("B16", "")],
)
def test_labelled_body_asks_for_what_it_asks(identifier: str, kind: str) -> None:
    body = next(each["text"] for each in SAMPLES["bodies"] if each["id"] == identifier)
    assert recognise_request("", body).kind == kind


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("Do mưa lũ sạt lở, xã xin gửi báo cáo muộn đến ngày 17/10/2020.", date(2020, 10, 17)),
        ("UBND xã xin gia hạn đến 17/10", date(2020, 10, 17)),
        ("xã đề nghị gia hạn nộp báo cáo từ 15/10 đến 18/10", date(2020, 10, 18)),
        ("xin lùi thời hạn sang ngày 19 tháng 10", date(2020, 10, 19)),
        ("xin cham nop bao cao den ngay 16.10.2020", date(2020, 10, 16)),
        ("Do ngày 10/10 mưa lũ, xã xin nộp chậm đến hết ngày 17-10", date(2020, 10, 17)),
        ("xin gia hạn thêm vài ngày", None),
        ("xin gia hạn đến ngày 35/10", None),
        ("xin gia hạn, 16/10 hoặc 18/10 đều được", None),
        ("cho xã xin thêm 2 ngày ạ", None),
        ("Do mất điện xã chưa gửi được, xin phép gửi vào ngày mai", None),
        ("xã xin nộp báo cáo vào thứ 6 ạ", None),
        ("We ask for more time", None),
    ],
)
def test_extension_with_the_day_it_asks_for(text: str, until: date | None) -> None:
    request = recognise_request("", text, received_on=TODAY)
    assert (request.kind, request.until) == ("extension", until)


def test_day_without_a_year_is_the_nearest() -> None:
    request = recognise_request("xin gia hạn đến 05/01", "", received_on=date(2020, 12, 28))
    assert request.until == date(2021, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "Xin lỗi xã gửi báo cáo muộn ạ",
        "Xã gửi báo cáo tuần lễ, trân trọng",
        "Gửi báo cáo chậm mong phòng thông cảm",
        "Xã xin gửi ảnh khai mạc, buổi thứ 2 và thứ 3; mục 8 không phát sinh",
        "vâng ạ",
        "",
    ],
)
def test_apology_or_plain_report_is_no_request(text: str) -> None:
    assert recognise_request("", text).kind == ""


def test_our_own_quoted_letter_asks_for_nothing() -> None:
    quoted = (
        "\n\nVào Th 2, 12 thg 10, 2020 lúc 08:00 Phòng GD <pgd@phong.example> đã viết:\n> Đơn vị cần gia hạn thì trả lời thư này?"
    )
    assert recognise_request("Re: Nhắc việc", f"Xã gửi báo cáo ạ{quoted}").kind == ""
    outlook = "\n\nTừ: Phòng GD\nĐã gửi: 12 Tháng Mười 2020\nTới: xã\nChủ đề: Nhắc\n\nXin gia hạn thì trả lời"
    assert recognise_request("", f"Xã gửi báo cáo ạ{outlook}").kind == ""


@pytest.mark.parametrize(
    "text",
    [
        "Cho em hỏi mục 8 ghi thế nào ạ",
        "mục 10 ghi nghìn đồng hay đồng ạ?",
        "Anh hướng dẫn giúp em với",
        "mẫu 2 lấy ở đâu ạ",
        "xã xin miễn báo cáo",
    ],
)
def test_question(text: str) -> None:
    assert recognise_request("", text).kind == "question"


def test_link_and_broken_name_are_no_question() -> None:
    assert recognise_request("B?o c?o", "xem https://a.example/x?id=1&y=2").kind == ""


@pytest.mark.parametrize(
    "text",
    [
        "Xã không xin gia hạn",
        "Không xin gia hạn ạ, xã gửi báo cáo đúng hạn",
        "Xã không có nhu cầu gia hạn",
        "Xã chưa cần xin gia hạn.",
        "Xã không đề nghị gửi báo cáo chậm",
        "Không phải xin lùi ngày nộp",
        "Theo công văn thì hạn nộp là 15/10, không gia hạn",
        "Xã không phải gửi lại, số liệu không có gì phải đính chính",
        "We do not need more time",
    ],
)
def test_what_is_not_asked_for_is_no_request(text: str) -> None:
    assert recognise_request("", text).kind == ""
    assert recognise_request(text, "").kind == ""


@pytest.mark.parametrize(
    "text",
    [
        "Không, xin gia hạn đến 17/10",
        "Xã không kịp, xin gia hạn",
        "Do không kịp nên xã xin gia hạn",
        "Xã không nộp kịp xin gia hạn",
        "Không thể gửi đúng hạn - đề nghị gia hạn",
        "Nếu không xin gia hạn thì xã không kịp",
        "Xã không xin gửi lại mà xin gia hạn",
        "Đến nay chưa có số liệu của bản\nXin gia hạn",
    ],
)
def test_what_cannot_be_done_and_is_asked_for_is_a_request(text: str) -> None:
    assert recognise_request("", text).kind == "extension"


def test_a_report_sent_again_because_the_first_was_not_right_is_a_correction() -> None:
    assert recognise_request("", "Báo cáo trước không đúng xã xin gửi lại").kind == "correction_notice"
    assert recognise_request("", "Do không có mạng xin gửi lại").kind == "correction_notice"
