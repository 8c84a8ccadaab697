"""Closing reports with known sections, headed, numbered and typed in the many ways that communes do."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

from config.campaign import Section
from parsers.writing import Paragraph

OUTLINE = (
    Section(code="0", heading="Phần đầu", heading_en="Heading", required=False),
    Section(code="I", heading="Tổ chức triển khai tuần lễ", heading_en="Implementation of the Week", required=False),
    Section(
        code="I.1",
        heading="Công tác chỉ đạo, ban hành kế hoạch triển khai, kiểm tra, đôn đốc thực hiện",
        heading_en="Direction, issuing of plans, inspection, urging",
        required=True,
        aliases=("Công tác chỉ đạo", "Các văn bản hướng dẫn, chỉ đạo của đơn vị về tổ chức Tuần lễ"),
    ),
    Section(code="I.2", heading="Lễ phát động Tuần lễ học tập cấp huyện", heading_en="Launching ceremony", required=True),
    Section(code="I.3", heading="Nội dung các hoạt động đã triển khai trong tuần lễ", heading_en="Activities", required=True),
    Section(code="I.4", heading="Kinh phí tổ chức Tuần lễ", heading_en="Funding", required=True, aliases=("Kinh phí",)),
    Section(code="I.4.a", heading="Ngân sách nhà nước", heading_en="State budget", required=False),
    Section(
        code="I.4.b",
        heading="Ngân sách hỗ trợ, vận động từ doanh nghiệp và các nguồn hợp pháp khác (nếu có)",
        heading_en="Support mobilised",
        required=False,
    ),
    Section(code="II", heading="Đánh giá chung", heading_en="General assessment", required=False),
    Section(code="II.1", heading="Những kết quả đạt được; bìa học kinh nghiệm", heading_en="Results achieved", required=True),
    Section(code="II.2", heading="Khó khăn, tồn tại", heading_en="Difficulties, shortcomings", required=True),
    Section(code="II.3", heading="Kiến nghị, đề xuất", heading_en="Recommendations, proposals", required=True),
    Section(
        code="II.4",
        heading="Bảng tổng hợp số liệu các hoạt động tổ chức Tuần lễ (theo mẫu tổng hợp).",
        heading_en="Statistics table",
        required=False,
        aliases=("Bảng tổng hợp số liệu",),
    ),
)

BLANK_OUTLINE = (
    "BÁO CÁO TỔNG KẾT TUẦN LỄ HƯỞNG ỨNG HỌC TẬP SUỐT ĐỜI NĂM 2020",
    "I. Tổ chức triển khai tuần lễ",
    "1. Công tác chỉ đạo, ban hành kế hoạch triển khai, kiểm tra, đôn đốc thực hiện",
    (
        "Các văn bản hướng dẫn, chỉ đạo của đơn vị về tổ chức Tuần lễ hưởng ứng học tập suốt đời năm 2019 "
        "(nêu rõ số văn bản, ngày tháng ban hành, trích yếu nội dung văn bản);"
    ),
    "2. Lễ phát động Tuần lễ học tập cấp huyện",
    "3. Nội dung các hoạt động đã triển khai trong tuần lễ",
    "4. Kinh phí tổ chức Tuần lễ",
    "- Ngân sách nhà nước",
    "- Ngân sách hỗ trợ, vận động từ doanh nghiệp và các nguồn hợp pháp khác (nếu có)",
    "II. Đánh giá chung",
    "1. Những kết quả đạt được; bìa học kinh nghiệm",
    "2. Khó khăn, tồn tại",
    "3. Kiến nghị, đề xuất",
    "4. Bảng tổng hợp số liệu các hoạt động tổ chức Tuần lễ (theo mẫu tổng hợp).",
)

TEXTS = {
    "I.1": "Uỷ ban nhân dân thị trấn đã ban hành Kế hoạch số 97/KH-UBND ngày 24/9/2020 và Thông báo số 35/TB-UBND ngày "
    "29/9/2020 phân công các khối, bản, trường học; thành lập Ban tổ chức gồm 11 thành viên.",
    "I.2": "Lễ khai mạc Tuần lễ tổ chức sáng 01/10/2020 tại Nhà văn hoá thị trấn, có trên 450 đại biểu tham dự; bảo đảm "
    "các biện pháp phòng, chống dịch COVID-19.",
    "I.3": "- Tuyên truyền: 15 tin, bài trên đài truyền thanh; treo 22 băng rôn, khẩu hiệu; phát 300 tờ rơi.\n"
    "- Mở 06 lớp bồi dưỡng, tập huấn với 412 người.\n- Kinh phí hỗ trợ mỗi lớp: theo quy định.\n"
    "- Quyên góp được 1.250 quyển sách cho tủ sách lớp học.",
    "I.4": "- Ngân sách nhà nước: 8.000.000 đồng.\n- Nguồn xã hội hoá: 5,5 triệu đồng.",
    "II.1": "Các hoạt động phong phú, đa dạng, lan toả được thông điệp “Chuyển đổi số thúc đẩy học tập suốt đời”.\n"
    "Bài học kinh nghiệm: gắn Tuần lễ với phong trào gia đình học tập.",
    "II.2": "Một số khối, bản còn lúng túng khi tổ chức hoạt động trực tuyến; kinh phí hoạt động còn hạn hẹp.",
    "II.3": "Đề nghị Phòng Giáo dục và Đào tạo tổ chức tập huấn kỹ năng số cho cán bộ Trung tâm HTCĐ.",
}
WORDINGS = {
    "I": ("Tổ chức triển khai tuần lễ", "Tổ chức triển khai Tuần lễ"),
    "I.1": (
        "Công tác chỉ đạo, ban hành kế hoạch triển khai, kiểm tra, đôn đốc thực hiện",
        "Công tác chỉ đạo, ban hành kế hoạch triển khai",
        "Công tác chỉ đạo",
        "Công tác chỉ đạo, ban hành kế hoach triển khai, kiểm tra, đôn đốc thực hiên",
    ),
    "I.2": (
        "Lễ phát động Tuần lễ học tập cấp huyện",
        "Lễ phát động Tuần lễ học tập cấp xã",
        "Lễ khai mạc",
        "Lễ khai mạc Tuần lễ",
    ),
    "I.3": (
        "Nội dung các hoạt động đã triển khai trong tuần lễ",
        "Nội dung các hoạt động đã triển khai",
        "Nội dung các hoạt động đã triển khai trong Tuần lễ học tập suốt đời năm 2020",
    ),
    "I.4": ("Kinh phí tổ chức Tuần lễ", "Kinh phí tổ chức tuần lễ", "Kinh phí"),
    "II": ("Đánh giá chung", "Nhận xét, đánh giá chung"),
    "II.1": (
        "Những kết quả đạt được; bìa học kinh nghiệm",
        "Những kết quả đạt được, bài học kinh nghiệm",
        "Kết quả đạt được",
        "Những kết quả đạt được",
    ),
    "II.2": (
        "Khó khăn, tồn tại",
        "Tồn tại, hạn chế",
        "Khó khăn, vướng mắc",
        "Hạn chế, nguyên nhân",
        "Những tồn tại, hạn chế",
        "Tồn tại, khó khăn",
    ),
    "II.3": ("Kiến nghị, đề xuất", "Đề xuất, kiến nghị", "Những đề xuất, kiến nghị", "Kiến nghị"),
}
NUMBERINGS = ("plain", "slash", "paren", "dash", "full", "nested", "letters", "flat", "roman", "none")
FLAT = {"I.1": 1, "I.2": 2, "I.3": 3, "I.4": 4, "II.1": 5, "II.2": 6, "II.3": 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReport:
    """A report as paragraphs with the sections that a careful person would find in it."""

    paragraphs: tuple[Paragraph, ...]
    sections: dict[str, str]
    style: str


def sample_report(seed: int) -> SampleReport:
    """A report in one random style: numbering, wording, bold, capitals, diacritics, heading and text on one line or two."""
    chance = random.Random(seed)
    numbering = chance.choice(NUMBERINGS)
    bold = chance.random() < 0.5 or numbering == "none"
    inline = chance.choice(("own line", "own line", "colon"))
    capitals = chance.random() < 0.2
    bare = chance.random() < 0.2
    dropped = {chance.choice(tuple(TEXTS))} if chance.random() < 0.3 else set()
    paragraphs = [Paragraph(text=text) for text in ("UBND XÃ QUÀI TỞ", "Số: 75/BC-UBND")]
    paragraphs += [
        Paragraph(text="BÁO CÁO", bold=True),
        Paragraph(text="Kết quả tổ chức Tuần lễ hưởng ứng học tập suốt đời", bold=True),
    ]
    sections = {}
    for code, wordings in WORDINGS.items():
        if code in dropped or (code in ("I", "II") and numbering in ("flat", "roman")):
            continue
        heading = _numbered(code, chance.choice(wordings), numbering)
        heading = heading.upper() if capitals else heading
        if code in ("I", "II"):
            paragraphs.append(Paragraph(text=heading, bold=bold))
            continue
        lines = TEXTS[code].split("\n")
        sections[code] = TEXTS[code]
        if inline == "colon" and not lines[0].startswith("-"):
            paragraphs.append(Paragraph(text=f"{heading}: {lines[0]}"))
            lines = lines[1:]
        else:
            paragraphs.append(Paragraph(text=heading, bold=bold))
        paragraphs.extend(Paragraph(text=line) for line in lines)
    closing = ("Trên đây là báo cáo kết quả tổ chức Tuần lễ của xã.", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Lò Văn An")
    paragraphs.extend(Paragraph(text=text) for text in closing)
    if bare:
        paragraphs = [Paragraph(text=without_marks(each.text), bold=each.bold) for each in paragraphs]
        sections = {code: without_marks(text) for code, text in sections.items()}
    style = f"{numbering} bold={bold} {inline} capitals={capitals} bare={bare} dropped={dropped}"
    return SampleReport(paragraphs=tuple(paragraphs), sections=sections, style=style)


def without_marks(text: str) -> str:
    """The text as typed without a Vietnamese keyboard."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _numbered(code: str, wording: str, numbering: str) -> str:
    part, _, number = code.partition(".")
    if not number:
        return wording if numbering == "none" else f"{part}. {wording}"
    labels = {
        "plain": f"{number}. ",
        "slash": f"{number}/ ",
        "paren": f"{number}) ",
        "dash": f"{number}- ",
        "full": f"{code}. ",
        "nested": f"{1 + (part == 'II')}.{number}. ",
        "letters": f"{'abcd'[int(number) - 1]}) ",
        "flat": f"{FLAT[code]}. ",
        "roman": f"{('I', 'II', 'III', 'IV', 'V', 'VI', 'VII')[FLAT[code] - 1]}. ",
        "none": "",
    }
    return labels[numbering] + wording
