"""The consolidated report as a Word draft: number, date and signature left blank for the officer and the leader."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from docx.document import Document as WordDocument
from docx.table import Table
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from config.campaign import Campaign
from config.errors import ConfigError, Problem
from config.text import Language, Text
from parsers.photos import thumbnail
from service.outputs.album import PhotoSource, caption
from service.outputs.atomic import write_atomically
from service.outputs.report_tables import (
    MOST_ROWS,
    ReportPhoto,
    cited_documents,
    cited_table,
    form_table,
    missing_table,
    photos_table,
    replace_marker,
    sources_table,
)
from service.outputs.report_template import default_template
from service.outputs.report_text import MergedSection, coverage_sentence, merged_sections, unplaced_texts
from service.outputs.report_units import place_unit_tables, shows_units, turn_pages
from service.outputs.word import document_bytes, printable
from service.outputs.wording import capitalised, draft_mark, footnotes
from service.rules.consolidation import Consolidation

MOST_PHOTOS = 120
"""A report with more pictures cannot be mailed; the album has them all."""
_PICTURE_SIZE = 640
_BODIES = ("huyện", "quận", "thị xã", "thành phố", "tỉnh", "xã", "phường", "thị trấn")
_TABLES = (
    "form_table", "missing_table", "cited_table", "sources_table", "photos_table", "units_table", "landscape_begins",
    "landscape_ends",
)  # fmt: skip
_MARKS = {name: f"\ue000{name}\ue001" for name in _TABLES}
_BAD_TEMPLATE = (TemplateError, zipfile.BadZipFile, KeyError, ValueError, OSError)


def write_report(
    path: Path,
    campaign: Campaign,
    consolidation: Consolidation,
    language: Language,
    *,
    photos: PhotoSource | None = None,
    office: str = "",
    template: Path | None = None,
    shrink: Callable[[bytes, int], bytes] = thumbnail,
) -> None:
    """Writes the report atomically; the same consolidation and photos give the same bytes.

    `template` is the office's own Word file, used where it exists; ConfigError when it cannot be filled. `shrink` makes a small
    JPEG of a photo and raises ValueError for what is no picture.
    """
    own = template is not None and template.exists()
    pictures = [] if photos is None else _pictures(campaign, consolidation, photos, shrink)
    try:
        source = template.read_bytes() if own and template is not None else default_template(language)
        document = DocxTemplate(io.BytesIO(source))
        environment = SandboxedEnvironment(autoescape=True)
        document.render(
            _context(campaign, consolidation, language, office, pictures=bool(pictures)), environment, autoescape=True
        )
    except _BAD_TEMPLATE as error:
        if not own:
            raise
        text = f"the report template cannot be filled: {error}; correct it, or remove it to use the built-in one"
        raise ConfigError((Problem(file=str(template), where="", text=text),)) from error
    _place_tables(document.docx, campaign, consolidation, language, pictures)
    title = f"{campaign.title} v{consolidation.version}"
    write_atomically(path, document_bytes(document.docx, made_at=consolidation.made_at, title=title))


def _place_tables(
    document: WordDocument,
    campaign: Campaign,
    consolidation: Consolidation,
    language: Language,
    pictures: list[ReportPhoto],
) -> None:
    made: dict[str, Callable[[], Table]] = {
        "form_table": lambda: form_table(document, campaign, consolidation, language),
        "missing_table": lambda: missing_table(document, campaign, consolidation, language),
        "cited_table": lambda: cited_table(document, consolidation, language),
        "sources_table": lambda: sources_table(document, campaign, consolidation, language),
        "photos_table": lambda: photos_table(document, pictures, language),
    }
    for name, make in made.items():
        replace_marker(document, _MARKS[name], make)
    place_unit_tables(document, _MARKS["units_table"], campaign, consolidation, language)
    turn_pages(document, _MARKS["landscape_begins"], _MARKS["landscape_ends"])


def _context(
    campaign: Campaign, consolidation: Consolidation, language: Language, office: str, *, pictures: bool
) -> dict[str, object]:
    superior, issuer, name, signatory = _issuer(campaign, office, language)
    year = campaign.deadline.year
    place = campaign.area.split(" ", 1)[-1] if campaign.area else "…………"
    unplaced = unplaced_texts(consolidation)
    symbol = "UBND" if campaign.area.startswith(_BODIES) else "……"
    words = {
        "draft": draft_mark(consolidation, language),
        "superior": superior,
        "issuer": issuer,
        "number": Text(vi=f"Số:        /BC-{symbol}", en=f"No.:        /BC-{symbol}").in_(language),
        "place_and_date": Text(vi=f"{place}, ngày      tháng      năm {year}", en=f"{place},                    {year}").in_(
            language
        ),
        "subject": Text(vi=f"Kết quả tổ chức {campaign.title}", en=f"Results of {campaign.title}").in_(language),
        "introduction": Text(
            vi=f"Thực hiện {campaign.order_citation}, {name} báo cáo kết quả tổ chức {campaign.title} trên địa bàn như sau:",
            en=f"In execution of {campaign.order_citation}, {name} reports the results of {campaign.title} as follows:",
        ).in_(language),
        "coverage": coverage_sentence(campaign, consolidation, language),
        "closing": Text(
            vi=f"Trên đây là báo cáo kết quả tổ chức {campaign.title}, {name} trân trọng báo cáo./.",
            en=f"Such are the results of {campaign.title}, respectfully reported by {name}./.",
        ).in_(language),
        "recipients_word": Text(vi="Nơi nhận:", en="Recipients:").in_(language),
        "signatory": signatory,
        "attached_to": Text(
            vi=f"(Kèm theo Báo cáo số      /BC-{symbol} ngày     tháng     năm {year} của {name})",
            en=f"(Attached to Report no.      /BC-{symbol} of                 {year} of {name})",
        ).in_(language),
    }
    return {
        **{key: printable(text) for key, text in words.items()},
        **_MARKS,
        "recipients": Text(vi="- …… (b/c);|- Lưu: VT.", en="- …… (to report);|- File.").in_(language).split("|"),
        "sections": [_plain(section) for section in merged_sections(campaign, consolidation, language)],
        "form_notes": [each.in_(language) for each in footnotes(campaign.form)],
        "unplaced": [{"who": _safe(each.who), "text": _safe(each.text)} for each in unplaced],
        "appendices": _appendices(consolidation, language, unplaced=bool(unplaced), pictures=pictures),
        "campaign": campaign,
        "consolidation": consolidation,
    }


def _issuer(campaign: Campaign, office: str, language: Language) -> tuple[str, str, str, str]:
    """Superior body, issuing body, its name in a sentence, and who signs. Without a known area the office signs itself."""
    if campaign.area.startswith(_BODIES):
        committee = Text(vi="ỦY BAN NHÂN DÂN", en="PEOPLE'S COMMITTEE").in_(language)
        name = Text(vi=f"UBND {campaign.area}", en=f"the People's Committee of {campaign.area}").in_(language)
        signatory = Text(vi="TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH", en="FOR THE PEOPLE'S COMMITTEE").in_(language)
        return committee, campaign.area.upper(), name, signatory
    name = office or campaign.area or Text(vi="cơ quan tổng hợp", en="the coordinating office").in_(language)
    return "", name.upper(), name, Text(vi="THỦ TRƯỞNG ĐƠN VỊ", en="HEAD OF OFFICE").in_(language)


def _plain(section: MergedSection) -> dict[str, object]:
    return {
        "code": section.code,
        "heading": _safe(section.heading),
        "level": section.level,
        "figures": [_safe(each) for each in section.figures],
        "contributions": [{"who": _safe(each.who), "text": _safe(each.text)} for each in section.contributions],
        "empty": section.empty,
        "table": section.table,
    }


def _safe(text: str) -> str:
    """Words from outside: no character that a document may not hold, and none that our own marks are made of."""
    return printable(text).replace("\ue000", "").replace("\ue001", "")


def _appendices(consolidation: Consolidation, language: Language, *, unplaced: bool, pictures: bool) -> dict[str, object]:
    titles = {
        "units": (shows_units(consolidation), Text(vi="BIỂU TỔNG HỢP SỐ LIỆU THEO TỪNG ĐƠN VỊ", en="THE FORM UNIT BY UNIT")),
        "missing": (bool(consolidation.missing), Text(vi="DANH SÁCH ĐƠN VỊ CHƯA CÓ SỐ LIỆU", en="UNITS NOT INCLUDED")),
        "cited": (
            bool(cited_documents(consolidation)),
            Text(vi="VĂN BẢN CÁC ĐƠN VỊ ĐÃ BAN HÀNH", en="OFFICIAL DOCUMENTS THAT THE UNITS LIST"),
        ),
        "photos": (pictures, Text(vi="HÌNH ẢNH TIÊU BIỂU", en="PHOTOS")),
        "unplaced": (unplaced, Text(vi="NỘI DUNG CHƯA XẾP ĐƯỢC VÀO ĐỀ CƯƠNG", en="TEXT OUTSIDE THE OUTLINE")),
        "sources": (
            0 < sum(1 for line in consolidation.units if line.submission.versions) <= MOST_ROWS,
            Text(vi="NGUỒN TỔNG HỢP", en="WHAT THIS REPORT RESTS ON"),
        ),
    }
    present = [key for key, (there, _) in titles.items() if there]
    word = Text(vi="Phụ lục", en="Appendix").in_(language)
    return {
        key: {"name": f"{word} {at}", "title": titles[key][1].in_(language), "on_new_page": present[at - 2 : at - 1] == ["units"]}
        for at, key in enumerate(present, 1)
    }


def _pictures(
    campaign: Campaign, consolidation: Consolidation, photos: PhotoSource, shrink: Callable[[bytes, int], bytes]
) -> list[ReportPhoto]:
    """Each unit's photos up to the number the campaign asks for; what cannot be opened is left to the album's list."""
    most = campaign.photos.max if campaign.photos is not None else 5
    pictures: list[ReportPhoto] = []
    for line in consolidation.units:
        for photo in line.submission.photos[:most]:
            if len(pictures) == MOST_PHOTOS:
                return pictures
            data = photos.photo(photo)
            if data is None:
                continue
            try:
                small = shrink(data, _PICTURE_SIZE)
            except ValueError:
                continue
            words = caption(photo)
            name = capitalised(line.name)
            pictures.append(ReportPhoto(jpeg=small, caption=f"{name}: {words}" if words else name))
    return pictures
