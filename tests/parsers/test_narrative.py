"""Narratives split by the outline, however they are headed; what is no report is none."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.campaign import Section
from config.loading import reference_campaign
from parsers.narrative import read_narrative
from parsers.narrative_tables import read_report
from parsers.values import NarrativeReading
from parsers.writing import Paragraph, read_writing
from tests.parsers.form_sheets import Row, form_sheet, sheet
from tests.parsers.narrative_samples import BLANK_OUTLINE, OUTLINE, TEXTS, sample_report
from tests.parsers.writing_samples import DOCX, SECTIONS, report

SEEDS = 180


def read(*lines: str) -> NarrativeReading | None:
    return read_narrative([Paragraph(text=line) for line in lines], OUTLINE)


def sections(reading: NarrativeReading | None) -> dict[str, str]:
    assert reading is not None
    return {each.code: each.text for each in reading.sections}


@pytest.mark.parametrize("block", range(6))
def test_every_style_of_heading_gives_the_sections_a_person_finds(block: int) -> None:
    for seed in range(block * SEEDS // 6, (block + 1) * SEEDS // 6):
        sample = sample_report(seed)
        assert sections(read_narrative(sample.paragraphs, OUTLINE)) == sample.sections, f"seed {seed}: {sample.style}"


def test_the_reference_outline_reads_the_same() -> None:
    outline = reference_campaign().form.outline
    for seed in range(40):
        sample = sample_report(seed)
        assert sections(read_narrative(sample.paragraphs, outline)) == sample.sections, f"seed {seed}: {sample.style}"


def test_a_word_report_is_split_and_its_letterhead_and_signature_kept_apart() -> None:
    reading = read_narrative(read_writing(report(), DOCX).paragraphs, OUTLINE)
    assert reading is not None
    texts = [text for _, text in SECTIONS if text]
    assert [each.text for each in reading.sections] == texts
    assert [each.code for each in reading.sections] == ["I.1", "I.2", "I.3", "I.4", "II.1", "II.2", "II.3"]
    assert "XÃ QUÀI TỞ" in reading.heading
    assert "Lò Văn An" in reading.heading
    assert "Nơi nhận" in reading.unplaced
    assert reading.findings == ()


def test_nothing_of_the_text_is_lost() -> None:
    for seed in range(60):
        sample = sample_report(seed)
        reading = read_narrative(sample.paragraphs, OUTLINE)
        assert reading is not None
        kept = "\n".join([*(each.text for each in reading.sections), reading.unplaced, reading.heading])
        for code in sample.sections:
            assert sample.sections[code].split("\n")[-1] in kept
        assert "Tren day la" in kept or "Trên đây là" in kept


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("2. Tồn tại, hạn chế", "II.2"),
        ("2. Khó khăn, vướng mắc:", "II.2"),
        ("2. NHỮNG TỒN TẠI, HẠN CHẾ", "II.2"),
        ("2/ Hạn chế và nguyên nhân", "II.2"),
        ("1. Những kết quả đạt được; bìa học kinh nghiệm", "II.1"),
        ("1. Nhung ket qua dat duoc, bai hoc kinh nghiem", "II.1"),
        ("1. Bài học kinh nghiệm", "II.1"),
        ("3. Đề xuất, kiến nghị", "II.3"),
        ("III. KIẾN NGHỊ, ĐỀ XUẤT", "II.3"),
        ("3. Một số kiến nghị", "II.3"),
        ("2. Lễ khai mạc", "I.2"),
        ("2. Tổ chức Lễ khai mạc Tuần lễ học tập suốt đời xã Ta Ma", "I.2"),
        ("Phần 2: Lễ phát động", "I.2"),
        ("b) Lễ phát đông tuần lễ học tập cấp xã", "I.2"),
        ("4. Kinh phí tổ chức", "I.4"),
        ("3. Các hoạt động đã triển khai trong tuần lễ", "I.3"),
        ("3. Kết quả các hoạt động", "I.3"),
        ("1. Công tác chỉ đạo, triển khai thực hiện", "I.1"),
        ("1. Công tác tham mưu, chỉ đạo", "I.1"),
        ("2. Công tác tổ chức Lễ phát động, khai mạc Tuần lễ", "I.2"),
        ("3. Kết quả cụ thể các hoạt động", "I.3"),
        ("3. Công tác triển khai các hoạt động", "I.3"),
        ("4. Về kinh phí", "I.4"),
        ("2. Nhược điểm", "II.2"),
    ],
)
def test_variants_of_one_heading(heading: str, code: str) -> None:
    other = ("4. Kinh phí", "Năm triệu đồng.") if code != "I.4" else ("3. Kiến nghị", "Cấp thêm kinh phí.")
    own = (heading, "Nội dung của mục này.")
    lines = own + other if code < "I.4" or code == "I.4" else other + own
    assert sections(read("BÁO CÁO", "Tuần lễ học tập suốt đời", *lines))[code] == "Nội dung của mục này."


def test_heading_and_text_on_one_line() -> None:
    found = sections(
        read(
            "BÁO CÁO kết quả Tuần lễ học tập suốt đời",
            "1. Công tác chỉ đạo: xã đã ban hành kế hoạch.",
            "4. Kinh phí: 5 triệu đồng",
            "2. Khó khăn, tồn tại Cơ sở vật chất còn thiếu.",
            "3. Kiến nghị, đề xuất: Không",
        )
    )
    assert found == {
        "I.1": "xã đã ban hành kế hoạch.",
        "I.4": "5 triệu đồng",
        "II.2": "Cơ sở vật chất còn thiếu.",
        "II.3": "Không",
    }


def test_a_heading_for_two_sections_gives_its_text_to_both() -> None:
    found = sections(
        read(
            "BÁO CÁO Tuần lễ học tập", "1. Công tác chỉ đạo", "Tốt.", "2. Khó khăn, tồn tại và kiến nghị", "Thiếu tiền. Xin cấp."
        )
    )
    assert found["II.2"] == found["II.3"] == "Thiếu tiền. Xin cấp."


def test_text_that_mentions_a_heading_is_no_heading() -> None:
    found = sections(
        read(
            "BÁO CÁO Tuần lễ học tập suốt đời",
            "3. Nội dung các hoạt động đã triển khai trong tuần lễ",
            "- Kinh phí hỗ trợ mỗi lớp: 500.000 đồng.",
            "- Lễ khai mạc có 120 người dự.",
            "Khó khăn lớn nhất là đường sá.",
            "4. Kinh phí tổ chức Tuần lễ",
            "Không",
        )
    )
    assert list(found) == ["I.3", "I.4"]
    assert found["I.4"] == "Không"


def test_a_further_heading_of_the_same_rank_closes_the_section() -> None:
    bold = [
        ("4. Kinh phí tổ chức Tuần lễ", True),
        ("Năm triệu.", False),
        ("5. Công tác phối hợp", True),
        ("Với nhà trường.", False),
    ]
    first = [("BÁO CÁO Tuần lễ học tập", True), ("3. Nội dung các hoạt động", True), ("Treo băng rôn.", False)]
    reading = read_narrative([Paragraph(text=text, bold=mark) for text, mark in first + bold], OUTLINE)
    assert sections(reading)["I.4"] == "Năm triệu."
    assert reading is not None
    assert reading.unplaced == "5. Công tác phối hợp\nVới nhà trường."


@pytest.mark.parametrize("dots", ["", " ......", ":", ": …………"])
def test_the_blank_outline_is_found_out(dots: str) -> None:
    reading = read(*(line + dots if line.startswith("-") else line for line in BLANK_OUTLINE))
    assert reading is not None
    assert reading.sections == ()
    assert [each.code for each in reading.findings] == ["N-BLANK"]


def test_an_outline_filled_in_below_its_printed_text_is_no_blank_one() -> None:
    lines = list(BLANK_OUTLINE)
    lines.insert(4, "Kế hoạch số 68/KH-UBND ngày 25/9/2020 về việc tổ chức Tuần lễ.")
    reading = read(*lines)
    assert reading is not None
    assert [each.code for each in reading.sections] == ["I.1"]
    assert reading.findings == ()
    assert [each.number for each in reading.cited] == ["68/KH-UBND"]


@pytest.mark.parametrize(
    "lines",
    [
        ("Kính gửi Phòng GD&ĐT", "UBND xã Quài Tở gửi báo cáo kết quả Tuần lễ học tập suốt đời.", "Trân trọng."),
        ("GIẤY MỜI", "Dự Lễ khai mạc Tuần lễ học tập suốt đời", "Thời gian: 7 giờ 30"),
        (
            "KẾ HOẠCH",
            "Tổ chức Tuần lễ hưởng ứng học tập suốt đời",
            "1. Lễ khai mạc",
            "Ngày 1/10.",
            "2. Kinh phí tổ chức Tuần lễ",
            "Ngân sách xã.",
        ),
        (
            "BÁO CÁO",
            "Công tác phòng, chống dịch tả lợn châu Phi tháng 9",
            "1. Kết quả đạt được",
            "Tiêm 500 con.",
            "2. Khó khăn, tồn tại",
            "Thiếu vắc xin.",
            "3. Kiến nghị, đề xuất",
            "Cấp thêm vắc xin.",
        ),
        (),
    ],
    ids=["letter", "invitation", "plan", "other report", "nothing"],
)
def test_what_is_no_such_report_is_none(lines: tuple[str, ...]) -> None:
    assert read(*lines) is None


def test_a_report_that_ignores_the_outline_is_kept_whole() -> None:
    body = "Thực hiện kế hoạch của huyện, xã đã tổ chức Tuần lễ học tập suốt đời: " + "treo băng rôn, " * 20
    reading = read("BÁO CÁO", "Kết quả Tuần lễ hưởng ứng học tập suốt đời", body)
    assert reading is not None
    assert reading.sections == ()
    assert body.strip() in reading.unplaced


def test_an_outline_in_another_language_works_without_a_word_of_vietnamese() -> None:
    outline = tuple(
        Section(code=code, heading=heading, heading_en=heading, required=True)
        for code, heading in (("1", "Activities"), ("2", "Problems met"), ("3", "Next steps"))
    )
    lines = ("REPORT", "1. Activities", "We met.", "2) Problems met: none", "Next steps", "Meet again.")
    reading = read_narrative([Paragraph(text=line) for line in lines], outline)
    assert sections(reading) == {"1": "We met.", "2": "none", "3": "Meet again."}


@pytest.mark.parametrize("columns", [2, 3])
def test_a_report_typed_into_a_frame_is_read_by_its_rows(columns: int) -> None:
    texts = {
        "I.1": ("1", "Công tác chỉ đạo, ban hành kế hoạch", "UBND xã ban hành Kế hoạch số 68/KH-UBND về tổ chức Tuần lễ. " * 3),
        "I.2": ("2", "Lễ khai mạc", "Tổ chức ngày 01/10/2020."),
        "II.2": ("2", "Khó khăn, tồn tại", "Địa bàn rộng."),
        "II.3": ("3", "Kiến nghị, đề xuất", "Hỗ trợ sách."),
    }
    document = docx.Document()
    document.add_paragraph("BÁO CÁO\nTổng kết Tuần lễ học tập suốt đời")
    table = document.add_table(rows=0, cols=columns)
    for number, heading, text in texts.values():
        row = (number, heading, text) if columns == 3 else (f"{number}. {heading}", text)
        for cell, content in zip(table.add_row().cells, row, strict=True):
            cell.text = content
    stream = BytesIO()
    document.save(stream)
    writing = read_writing(stream.getvalue(), DOCX)
    read_in = sections(read_narrative(writing.paragraphs, OUTLINE))
    assert read_in == {code: text.strip() for code, (_, _, text) in texts.items()}


def test_documents_cited_in_the_first_section() -> None:
    reading = read("BÁO CÁO Tuần lễ học tập", "1. Công tác chỉ đạo", TEXTS["I.1"], "4. Kinh phí", "Không")
    assert reading is not None
    assert [(each.number, each.dated) for each in reading.cited] == [
        ("97/KH-UBND", date(2020, 9, 24)),
        ("35/TB-UBND", date(2020, 9, 29)),
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet="1I.):- aàbcđe\tBÁOCÁO", max_size=40), max_size=12))
def test_no_text_makes_it_fail(lines: list[str]) -> None:
    read(*lines, *BLANK_OUTLINE[:3])


def test_a_parts_heading_alone_on_its_line_belongs_to_no_section() -> None:
    found = sections(
        read(
            "BÁO CÁO Tuần lễ học tập suốt đời",
            "Nội dung các hoạt động đã triển khai trong tuần lễ",
            "Treo băng rôn.",
            "Kinh phí tổ chức Tuần lễ",
            "Năm triệu đồng.",
            "Đánh giá chung",
            "Khó khăn, tồn tại",
            "Thiếu sách.",
        )
    )
    assert found == {"I.3": "Treo băng rôn.", "I.4": "Năm triệu đồng.", "II.2": "Thiếu sách."}


@pytest.mark.parametrize("numbered", [False, True])
def test_a_report_typed_into_a_table_of_short_texts_is_read(*, numbered: bool) -> None:
    leaves = [each for each in OUTLINE if each.code in {"I.1", "I.2", "I.3", "II.1", "II.2", "II.3"}]
    rows: list[Row] = [("Mục", "Nội dung báo cáo")]
    for place, each in enumerate(leaves, start=1):
        rows.append(
            (place, each.heading, f"Xã đã làm {place}.") if numbered else (f"{place}. {each.heading}", f"Xã đã làm {place}.")
        )
    around = [
        Paragraph(text="BÁO CÁO"),
        Paragraph(text="Kết quả Tuần lễ hưởng ứng học tập suốt đời"),
        Paragraph(text="TM. UỶ BAN"),
    ]
    found = read_report(around, (sheet(rows),), OUTLINE)
    assert found is not None
    assert [(each.code, each.text) for each in found.sections] == [
        (each.code, f"Xã đã làm {place}.") for place, each in enumerate(leaves, start=1)
    ]
    assert read_report(around, (form_sheet({"2": (7,)}),), OUTLINE) == read_narrative(around, OUTLINE)


LETTERHEAD = ("UBND HUYỆN TUẦN GIÁO", "UBND XÃ QUÀI TỞ", "BÁO CÁO", "Tổng kết Tuần lễ hưởng ứng học tập suốt đời năm 2020")
CLOSING = ("Trên đây là báo cáo của UBND xã Quài Tở./.", "Nơi nhận:", "- UBND huyện (b/c);", "- Lưu: VT.")


def test_a_part_that_the_outline_does_not_know_is_kept_and_told() -> None:
    before = ("I. ĐẶC ĐIỂM TÌNH HÌNH", "1. Đặc điểm", "Xã vùng cao, dân cư không tập trung, đường khó đi.")
    known = ("1. Công tác chỉ đạo, ban hành kế hoạch triển khai", "Đã ban hành kế hoạch.", "2. Kiến nghị, đề xuất", "Không.")
    reading = read(*LETTERHEAD, *before, *known, *CLOSING)
    assert reading is not None
    assert reading.unplaced.split("\n")[: len(before)] == list(before)
    (told,) = reading.findings
    assert (told.code, "Xã vùng cao" in told.text.vi, "Trên đây" in told.text.vi) == ("N-BEYOND", True, False)
    plain = read(*LETTERHEAD, *known, *CLOSING)
    assert plain is not None
    assert plain.findings == ()


def test_a_letterhead_and_a_title_above_a_form_are_no_narrative() -> None:
    heading = (
        *LETTERHEAD,
        "(Kèm theo Báo cáo số 45/BC-UBND ngày 13/10/2020 của UBND xã Quài Tở, huyện Tuần Giáo, tỉnh Điện Biên)",
    )
    assert read(*heading, "Quài Tở, ngày 13 tháng 10 năm 2020", *CLOSING) is None
    told = "Trong Tuần lễ xã đã mở 03 lớp cho 120 người, quyên góp được 350 quyển sách."
    reading = read(*heading, told, *CLOSING)
    assert reading is not None
    assert told in reading.unplaced


def test_a_paragraph_that_begins_like_a_heading_does_not_take_what_follows() -> None:
    told = ("Bài học kinh nghiệm: cần có sự vào cuộc của cả hệ thống.", "Địa bàn rộng, đi lại khó khăn, kinh phí hạn hẹp.")
    reading = read(*LETTERHEAD, "Trong Tuần lễ học tập suốt đời xã đã mở 03 lớp tập huấn cho 120 lượt người.", *told, *CLOSING)
    assert sections(reading) == {"II.1": "cần có sự vào cuộc của cả hệ thống."}
    assert reading is not None
    assert told[1] in reading.unplaced


def test_a_part_in_capitals_is_no_text_of_the_section_above_it() -> None:
    own = ("1. Công tác chỉ đạo, ban hành kế hoạch triển khai", "Đã ban hành kế hoạch.", "2. Khó khăn, tồn tại", "Đường khó đi.")
    reading = read(*LETTERHEAD, *own, "IV. PHƯƠNG HƯỚNG NĂM 2021", "Tiếp tục duy trì phong trào đọc sách.", *CLOSING)
    assert sections(reading)["II.2"] == "Đường khó đi."
    assert reading is not None
    assert "PHƯƠNG HƯỚNG" in reading.findings[0].text.vi


def test_recipients_and_signature_are_nothing_beyond_the_outline() -> None:
    own = ("1. Công tác chỉ đạo, ban hành kế hoạch triển khai", "Đã ban hành kế hoạch.", "2. Khó khăn, tồn tại", "Đường khó đi.")
    signed = ("Nơi nhận:\tTM. ỦY BAN NHÂN DÂN", "- Phòng GD&ĐT huyện Tuần Giáo;\tCHỦ TỊCH", "- Lưu: VT.", "Lò Văn Hặc")
    reading = read(*LETTERHEAD, *own, *signed)
    assert reading is not None
    assert reading.findings == ()
    annexed = read(*LETTERHEAD, *own, *signed, "PHỤ LỤC", "Danh sách các lớp đã mở trong Tuần lễ")
    assert annexed is not None
    assert [each.code for each in annexed.findings] == ["N-BEYOND"]


@pytest.mark.parametrize("heading", ["3. Phương hướng thời gian tới", "III. Hoạt động của các trường", "III. PHƯƠNG HƯỚNG"])
def test_the_next_number_on_a_short_line_is_a_heading_that_the_outline_does_not_know(heading: str) -> None:
    own = ("1. Công tác chỉ đạo, ban hành kế hoạch triển khai", "Đã ban hành kế hoạch.", "2. Khó khăn, tồn tại", "Đường khó đi.")
    reading = read(*LETTERHEAD, *own, heading, "Tiếp tục duy trì phong trào đọc sách trong nhân dân.", *CLOSING)
    assert sections(reading)["II.2"] == "Đường khó đi."
    assert reading is not None
    assert "phong trào đọc sách" in reading.findings[0].text.vi


def test_the_numbers_of_a_list_under_a_heading_are_no_headings() -> None:
    listed = ("1. Đường khó đi", "2. Thiếu sách", "3. Thiếu người")
    own = ("1. Công tác chỉ đạo, ban hành kế hoạch triển khai", "Đã ban hành kế hoạch.", "2. Khó khăn, tồn tại")
    reading = read(*LETTERHEAD, *own, *listed, *CLOSING)
    assert sections(reading)["II.2"].split("\n") == list(listed)


def test_other_words_of_the_usual_headings() -> None:
    own = ("1. Công tác chỉ đạo", "Đã ban hành kế hoạch.", "4. Về tài chính", "Không có.", "2. Mặt chưa được", "Đường khó đi.")
    found = sections(read(*LETTERHEAD, *own, *CLOSING))
    assert found["I.4"] == "Không có."
    assert found["II.2"] == "Đường khó đi."
