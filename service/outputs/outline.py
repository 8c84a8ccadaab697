"""The outline of the written report as a Word document that a unit fills in."""

from __future__ import annotations

from datetime import UTC, datetime

from config.campaign import Campaign, Unit
from config.text import Language, Text
from service.outputs.report_text import section_heading
from service.outputs.word import CENTRE, add_line, document_bytes, new_document
from service.outputs.wording import capitalised

_TITLE = Text(vi="BÁO CÁO", en="REPORT")
_FIGURES = Text(vi="(Số liệu ghi theo biểu tổng hợp gửi kèm.)", en="(Figures as in the enclosed form.)")


def outline_document(campaign: Campaign, unit: Unit, language: Language = Language.VI) -> bytes:
    """The headings of the campaign's outline with room below each; the same input gives the same bytes."""
    document = new_document()
    add_line(document, capitalised(unit.full_name).upper(), bold=True, alignment=CENTRE)
    add_line(document, _TITLE.in_(language), bold=True, alignment=CENTRE)
    add_line(document, campaign.title, bold=True, alignment=CENTRE, after=12)
    for section in campaign.form.outline:
        if section.code == "0":  # the introduction has no heading of its own
            continue
        add_line(document, section_heading(section, language), bold=section.code.count(".") == 0, after=6)
        add_line(document, "", after=6)
    add_line(document, _FIGURES.in_(language), italic=True)
    first = campaign.starts
    made = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return document_bytes(document, made_at=made, title=campaign.title)
