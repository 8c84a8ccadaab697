"""The few figures of a narrative that a form repeats, and the documents it cites: certain, or none."""

from __future__ import annotations

from datetime import date

import pytest

from parsers.narrative_citations import cited_documents
from parsers.narrative_figures import FigureKind, figures
from parsers.values import NarrativeReading, SectionText


def stated(code: str, text: str) -> dict[FigureKind, int | None]:
    reading = NarrativeReading(sections=(SectionText(code=code, text=text),), unplaced="", heading="")
    return {each.kind: each.value for each in figures(reading)}


STATE, OTHER, ALL, CEREMONY = FigureKind.STATE_BUDGET, FigureKind.OTHER_FUNDS, FigureKind.ALL_FUNDS, FigureKind.CEREMONY


@pytest.mark.parametrize(
    ("text", "figures_of"),
    [
        (
            "- Ngân sách nhà nước: 4.500.000 đồng.\n- Kinh phí huy động từ các nguồn hợp pháp khác: 2.000.000 đồng.",
            (4_500_000, 2_000_000),
        ),
        ("- Ngân sách nhà nước: 8.000.000 đồng.\n- Nguồn xã hội hoá: 5,5 triệu đồng.", (8_000_000, 5_500_000)),
        ("Ngân sách xã 5tr5, xã hội hóa 2.000.000đ", (5_500_000, 2_000_000)),
        ("NSNN: 500 nghìn đồng; vận động: không", (500_000, 0)),
        ("Ngân sách nhà nước: 0 đồng\nỦng hộ của doanh nghiệp: 1.250.000", (0, 1_250_000)),
        ("- Ngân sách nhà nước\n- Ngân sách hỗ trợ, vận động từ doanh nghiệp (nếu có): 3 triệu", (None, 3_000_000)),
        ("Ngân sách nhà nước: 4.500 (nghìn)", (None, None)),
        ("Ngân sách nhà nước: 3.000.000 đồng và 2.000.000 đồng", (None, None)),
        ("Ngân sách nhà nước 500", (None, None)),
        ("Doanh nghiệp ủng hộ 20 bộ bàn ghế trị giá 10.000.000 đồng", (None, None)),
        ("Ngân sách nhà nước năm 2020 là 5 triệu đồng", (5_000_000, None)),
    ],
)
def test_money_is_read_when_it_is_certain(text: str, figures_of: tuple[int | None, int | None]) -> None:
    found = stated("I.4", text)
    assert (found.get(STATE), found.get(OTHER)) == figures_of


def test_a_total_is_no_source() -> None:
    assert stated("I.4", "Tổng kinh phí: 6.500.000 đồng") == {ALL: 6_500_000}


@pytest.mark.parametrize(
    "text", ["Không có kinh phí", "Không.", "Xã không bố trí được kinh phí tổ chức.", "Chưa được cấp kinh phí", "0 đồng"]
)
def test_a_section_that_says_there_was_no_money_says_so_of_each_source(text: str) -> None:
    assert stated("I.4", text) == {ALL: 0, STATE: 0, OTHER: 0}


@pytest.mark.parametrize(
    "text", ["Không có kinh phí của huyện, xã tự chi 2.000.000 đồng", "Không có kinh phí in băng rôn nhưng vẫn treo"]
)
def test_a_sentence_that_says_more_is_no_outright_denial(text: str) -> None:
    assert 0 not in stated("I.4", text).values()


def test_a_year_or_a_number_of_people_is_no_money() -> None:
    assert stated("I.4", "Ngân sách nhà nước năm 2020") == {STATE: None}
    assert stated("I.4", "Ngân sách nhà nước hỗ trợ 120 người") in ({STATE: None}, {})


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Lễ khai mạc được tổ chức lúc 7 giờ 30 phút ngày 01/10/2020 tại Trường THCS với 320 người tham dự.", 1),
        ("Lễ khai mạc Tuần lễ tổ chức sáng 01/10/2020 tại Nhà văn hoá thị trấn, có trên 450 đại biểu tham dự.", 1),
        ("Không tổ chức do dịch Covid-19.", 0),
        ("Không", 0),
        ("Xã không tổ chức Lễ khai mạc.", 0),
        ("Chưa tổ chức được lễ phát động", 0),
        ("Xã không tổ chức lễ phát động riêng; Lễ khai mạc được tổ chức tại trường THCS.", None),
        ("Theo kế hoạch của huyện.", None),
        ("Các trường học trên địa bàn đã tổ chức lễ khai mạc với 900 học sinh tham gia.", None),
        ("UBND xã phối hợp với các trường tổ chức Lễ khai mạc, có 250 người dự.", 1),
    ],
)
def test_the_ceremony_is_held_denied_or_uncertain(text: str, held: int | None) -> None:
    assert stated("I.2", text) == {CEREMONY: held}


def test_nothing_is_said_of_sections_that_are_missing() -> None:
    assert stated("II.1", "Kết quả tốt; kinh phí 5.000.000 đồng ngân sách nhà nước") == {}


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        (
            "Kế hoạch số 68/KH-UBND ngày 25/9/2020 về việc tổ chức Tuần lễ; CV số 112/UBND-VX ngày 28/9/2020 về việc treo cờ.",
            [("68/KH-UBND", date(2020, 9, 25), "tổ chức Tuần lễ"), ("112/UBND-VX", date(2020, 9, 28), "treo cờ")],
        ),
        (
            "Quyết định số 489/QĐ-TTg ngày 08 tháng 4 năm 2020 của Thủ tướng Chính phủ về Chương trình học tập suốt đời.",
            [("489/QĐ-TTg", date(2020, 4, 8), "Chương trình học tập suốt đời")],
        ),
        ("KH 05-KH/ĐU, ngày 1.10.20 V/v: phát động", [("05-KH/ĐU", date(2020, 10, 1), "phát động")]),
        (
            "KH 134/KH-UBND của UBND huyện ngày 15/9/2020 về tổ chức Tuần lễ, xã ra QĐ 67/QĐ-UBND ngày 23/9/2020 thành lập BTC",
            [("134/KH-UBND", date(2020, 9, 15), "tổ chức Tuần lễ"), ("67/QĐ-UBND", date(2020, 9, 23), "thành lập BTC")],
        ),
        (
            "Ngày 22/9/2020, UBND xã ban hành Kế hoạch số 45/KH-UBND “Tổ chức Tuần lễ”",
            [("45/KH-UBND", date(2020, 9, 22), "Tổ chức Tuần lễ")],
        ),
        ("Ke hoach so 45/KH-UBND ngay 22/9/2020 ve viec treo co", [("45/KH-UBND", date(2020, 9, 22), "treo co")]),
        ("Kế hoạch số 45/KH-UBND về Lễ khai mạc ngày 01/10/2020", [("45/KH-UBND", None, "Lễ khai mạc ngày 01/10/2020")]),
        ("Kế hoạch số 12 / KH - UBND", [("12/KH-UBND", None, "")]),
        ("Kế hoạch số 97/KH-UBND ngày 32/13/2020", [("97/KH-UBND", None, "")]),
        (
            "Xã ra KH 56 ngày 25/9/2020 về tổ chức Tuần lễ; CV số 112 ngày 28/9/2020 treo cờ; trường: 21/KH-MN (ngày 28/9/2020)",
            [
                ("KH 56", date(2020, 9, 25), "tổ chức Tuần lễ"),
                ("CV số 112", date(2020, 9, 28), ""),
                ("21/KH-MN", date(2020, 9, 28), ""),
            ],
        ),
        ("Kế hoạch 2020 của xã đã xong; Thông báo số 5 ngày hội", [("Thông báo số 5", None, "")]),
        ("mở 3/120 lớp, 12/10/2020, 24/7, 03 lớp/120 người", []),
        ("Kế hoạch số 9/KH-UBND và nhắc lại Kế hoạch số 9/KH-UBND", [("9/KH-UBND", None, "")]),
    ],
)
def test_cited_documents(text: str, cited: list[tuple[str, date | None, str]]) -> None:
    assert [(each.number, each.dated, each.subject) for each in cited_documents(text)] == cited
