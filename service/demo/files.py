"""Files as communes make them: the filled form, the written report, photographs. All invented, all deterministic."""

from __future__ import annotations

import functools
import io
import random
import zipfile
from collections.abc import Mapping

import docx
import openpyxl
from openpyxl.styles import Alignment, Border, Font, Side
from PIL import Image, ImageDraw, ImageFilter

from config.campaign import Campaign, ColumnKind, Indicator, IndicatorRole, IndicatorType

Figures = Mapping[str, Mapping[str, str | int]]
"""What is typed into the form: indicator code -> column key -> cell content."""

_PEOPLE_PER_EVENT = (18, 65)


def figures(campaign: Campaign, seed: int) -> dict[str, dict[str, str | int]]:
    """Plausible figures for one commune, totals that agree with their parts."""
    chance = random.Random(seed)  # noqa: S311 - invented figures
    found: dict[str, dict[str, str | int]] = {}
    for indicator in campaign.form.indicators:
        if indicator.role is IndicatorRole.LEAF:
            found[indicator.code] = _leaf(indicator, chance)
    for indicator in campaign.form.indicators:
        if indicator.role is IndicatorRole.TOTAL:
            parent = indicator.parent or indicator.code
            parts = [each for each in campaign.form.indicators if each.parent == parent and each.role is IndicatorRole.LEAF]
            for column in indicator.columns:
                found.setdefault(indicator.code, {})[column] = sum(int(found[each.code].get(column, 0)) for each in parts)
    return found


def form_workbook(campaign: Campaign, unit_name: str, filled: Figures, *, offset: int = 0, heading: bool = True) -> bytes:
    """The form as a commune fills it in Excel; `offset` rows of nothing above it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has a sheet  # noqa: S101
    row = 1 + offset
    if heading:
        sheet.cell(row, 1, f"ỦY BAN NHÂN DÂN {unit_name.upper()}").font = Font(bold=True)
        sheet.cell(row + 1, 1, campaign.form.title).font = Font(bold=True)
        row += 3
    columns = campaign.form.columns
    for position, column in enumerate(columns, start=1):
        cell = sheet.cell(row, position, column.group_header or column.header or "Nội dung")
        if column.group_header:
            sheet.cell(row + 1, position, column.header)
        else:
            sheet.merge_cells(start_row=row, end_row=row + 1, start_column=position, end_column=position)
        cell.font = Font(bold=True)
    grouped = [position for position, column in enumerate(columns, start=1) if column.group_header]
    if grouped:
        sheet.merge_cells(start_row=row, end_row=row, start_column=grouped[0], end_column=grouped[-1])
    _fill(sheet, campaign, filled, row + 2)
    line = Side(style="thin")
    for row_cells in sheet.iter_rows(min_row=row, max_row=row + 1 + len(campaign.form.indicators), max_col=len(columns)):
        for each in row_cells:
            each.border = Border(left=line, right=line, top=line, bottom=line)
            each.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.column_dimensions["B"].width = 60
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def report_document(campaign: Campaign, unit_name: str, filled: Figures) -> bytes:
    """The written report in Word, following the outline."""
    document = docx.Document()
    for line in (f"ỦY BAN NHÂN DÂN {unit_name.upper()}", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"):
        document.add_paragraph(line)
    document.add_paragraph(f"BÁO CÁO TỔNG KẾT {campaign.title.upper()}")
    texts = _section_texts(campaign, unit_name, filled)
    for section in campaign.form.outline:
        if section.code in {"0", "II.4"} or section.code.count(".") > 1:
            continue
        document.add_paragraph(section.heading)
        if section.code in texts:
            document.add_paragraph(texts[section.code])
    document.add_paragraph(f"TM. ỦY BAN NHÂN DÂN {unit_name.upper()}")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def photograph(seed: int, size: tuple[int, int] = (1024, 768)) -> bytes:
    """A picture with the colours, shapes and grain of a photograph taken outdoors."""
    chance = random.Random(seed)  # noqa: S311 - an invented picture
    width, height = size
    horizon = chance.randrange(height // 3, height // 2)
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    sky = chance.randrange(150, 220)
    for y in range(height):
        shade = int(60 * y / height)
        colour = (sky - shade, sky, 235 - shade) if y < horizon else (90 + shade, 110 + chance.randrange(12), 60)
        draw.line((0, y, width, y), fill=colour)
    for _ in range(chance.randrange(14, 30)):  # people before the hall
        x, y = chance.randrange(width), chance.randrange(horizon, height - 80)
        tall = chance.randrange(60, 150)
        colour = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
        draw.ellipse((x, y - tall // 4, x + tall // 4, y), fill=(224, 172, 105))
        draw.rectangle((x - 8, y, x + tall // 4 + 8, y + tall), fill=colour)
    draw.rectangle((width // 8, horizon - 120, width * 7 // 8, horizon - 60), fill=(190, 20, 30))
    image = Image.blend(image.filter(ImageFilter.GaussianBlur(1)), _grain(size), 0.16)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=82)
    return stream.getvalue()


@functools.cache
def _grain(size: tuple[int, int]) -> Image.Image:
    """The noise of a sensor: what tells a photograph from a drawing."""
    return Image.effect_noise(size, 42).convert("RGB")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Several files in one .zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _leaf(indicator: Indicator, chance: random.Random) -> dict[str, str | int]:
    if indicator.type is IndicatorType.MONEY:
        return {"money": chance.randrange(0, 9) * 500_000}
    if indicator.type is IndicatorType.INTEGER_FLAG:
        return {"count": 1}
    count = chance.randrange(1, 5)
    if indicator.columns == ("people",):
        return {"people": count}
    typed: dict[str, str | int] = {"count": count}
    if "people" in indicator.columns:
        typed["people"] = count * chance.randrange(*_PEOPLE_PER_EVENT)
    return typed


def _fill(sheet: object, campaign: Campaign, filled: Figures, first: int) -> None:
    for position, indicator in enumerate(campaign.form.indicators):
        typed = filled.get(indicator.code, {})
        for place, column in enumerate(campaign.form.columns, start=1):
            content: str | int | None = {
                ColumnKind.ROW_NUMBER: indicator.row_number,
                ColumnKind.LABEL: indicator.label,
                ColumnKind.UNIT: indicator.unit,
            }.get(column.kind, typed.get(column.key))
            if column.kind is ColumnKind.QUANTITY and content is None and column.key == "count":
                content = typed.get("money", typed.get("text"))
            if content not in {None, ""}:
                sheet.cell(first + position, place, content)  # type: ignore[attr-defined]  # an openpyxl sheet


def _section_texts(campaign: Campaign, unit_name: str, filled: Figures) -> dict[str, str]:
    people = filled.get("1.total_participants", {}).get("people", "")
    classes = filled.get("1", {}).get("count", "")
    budget = int(filled.get("10.state_budget", {}).get("money", 0))
    other = int(filled.get("10.other", {}).get("money", 0))
    money = "{:,} đồng".format
    return {
        "I.1": f"UBND {unit_name} đã ban hành Kế hoạch số 68/KH-UBND ngày 25/9/2020 về việc tổ chức {campaign.title}.",
        "I.2": "Lễ khai mạc Tuần lễ được tổ chức ngày 01/10/2020 tại nhà văn hóa xã với đông đảo cán bộ, giáo viên, học sinh.",
        "I.3": f"Mở {classes} lớp bồi dưỡng, tập huấn với {people} người tham gia; treo băng rôn, khẩu hiệu tuyên truyền.",
        "I.4": f"- Ngân sách nhà nước: {money(budget)}.\n- Nguồn hợp pháp khác: {money(other)}.".replace(",", "."),
        "II.1": "Nhận thức của cán bộ và nhân dân về học tập suốt đời được nâng lên; cần phối hợp chặt chẽ với các nhà trường.",
        "II.2": "Kinh phí còn hạn hẹp, cơ sở vật chất của Trung tâm học tập cộng đồng còn thiếu.",
        "II.3": "Đề nghị cấp trên quan tâm hỗ trợ trang thiết bị cho Trung tâm học tập cộng đồng.",
    }
