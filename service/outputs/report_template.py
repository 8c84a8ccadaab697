"""The report's built-in template: the official layout of Nghị định 30/2020/NĐ-CP, with the words that an office may replace.

An office puts its own `report.docx` beside `campaign.toml`; the same names may stand in it in double braces.
"""

from __future__ import annotations

import io

from docx.document import Document as WordDocument
from docx.enum.text import WD_BREAK
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from config.text import Language, Text
from service.outputs.word import CENTRE, JUSTIFIED, add_line, add_table, keep_whole, new_document, rule_below, write_cell

_INDENT = 1.27
_BEFORE = 6


def default_template(language: Language) -> bytes:
    """The template as a Word file."""
    document = new_document()
    add_line(document, "{%p if draft %}")
    draft = add_line(document, "{{ draft }}", size=13, bold=True, alignment=CENTRE, after=6)
    draft.runs[0].font.color.rgb = RGBColor(0xB4, 0x23, 0x18)
    add_line(document, "{%p endif %}")
    _letterhead(document, language)
    _title(document, language)
    _body(document)
    _closing(document)
    _appendices(document)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _letterhead(document: WordDocument, language: Language) -> None:
    table = add_table(document, 2, (6.2, 9.8), bordered=False)
    left, right = table.rows[0].cells
    write_cell(left, "{{ superior }}", size=12, alignment=CENTRE)
    add_line(left, "{{ issuer }}", size=12, bold=True, alignment=CENTRE)
    rule_below(add_line(left, "", size=2, alignment=CENTRE), left=2.0, right=2.0)
    nation = Text(vi="CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", en="SOCIALIST REPUBLIC OF VIET NAM").in_(language)
    motto = Text(vi="Độc lập - Tự do - Hạnh phúc", en="Independence - Freedom - Happiness").in_(language)
    write_cell(right, nation, size=12, bold=True, alignment=CENTRE)
    add_line(right, motto, size=13, bold=True, alignment=CENTRE)
    rule_below(add_line(right, "", size=2, alignment=CENTRE), left=2.0, right=2.0)
    number, place = table.rows[1].cells
    write_cell(number, "{{ number }}", size=13, alignment=CENTRE)
    write_cell(place, "{{ place_and_date }}", size=13, italic=True, alignment=CENTRE)
    for cell in (number, place):
        cell.paragraphs[0].paragraph_format.space_before = Pt(8)


def _title(document: WordDocument, language: Language) -> None:
    name = Text(vi="BÁO CÁO", en="REPORT").in_(language)
    add_line(document, name, bold=True, alignment=CENTRE, before=18)
    add_line(document, "{{ subject }}", bold=True, alignment=CENTRE)
    rule_below(add_line(document, "", size=2, alignment=CENTRE, after=10), left=6.2, right=6.2)


def _body(document: WordDocument) -> None:
    _paragraph(document, "{{ introduction }}")
    _paragraph(document, "{{ coverage }}")
    add_line(document, "{%p for section in sections %}")
    for level, look in ((1, {"bold": True}), (2, {"bold": True}), (3, {"italic": True})):
        add_line(document, f"{{%p if section.level == {level} %}}")
        add_line(document, "{{ section.heading }}", before=_BEFORE, indent=_INDENT, alignment=JUSTIFIED, keep=True, **look)
        add_line(document, "{%p endif %}")
    add_line(document, "{%p for figure in section.figures %}")
    _paragraph(document, "- {{ figure }}")
    add_line(document, "{%p endfor %}")
    add_line(document, "{%p for said in section.contributions %}")
    said = _paragraph(document, "- ")
    _run(said, "{{ said.who }}", italic=True)
    _run(said, ": {{ said.text }}")
    add_line(document, "{%p endfor %}")
    add_line(document, "{%p if section.empty %}")
    _paragraph(document, "{{ section.empty }}", italic=True)
    add_line(document, "{%p endif %}")
    add_line(document, "{%p if section.table %}")
    add_line(document, "{{ form_table }}")
    add_line(document, "{%p for note in form_notes %}")
    add_line(document, "{{ note }}", size=11, italic=True, before=2)
    add_line(document, "{%p endfor %}")
    add_line(document, "{%p endif %}")
    add_line(document, "{%p endfor %}")


def _closing(document: WordDocument) -> None:
    _paragraph(document, "{{ closing }}").paragraph_format.keep_with_next = True  # no signature alone on a page
    table = add_table(document, 1, (8.0, 8.0), bordered=False)
    keep_whole(table.rows[0])
    left, right = table.rows[0].cells
    write_cell(left, "{{ recipients_word }}", size=12, bold=True, italic=True)
    add_line(left, "{%p for recipient in recipients %}", size=11)
    add_line(left, "{{ recipient }}", size=11)
    add_line(left, "{%p endfor %}", size=11)
    write_cell(right, "{{ signatory }}", size=14, bold=True, alignment=CENTRE)
    for cell in (left, right):
        cell.paragraphs[0].paragraph_format.space_before = Pt(14)
    for _ in range(4):
        add_line(right, "", alignment=CENTRE)


def _appendices(document: WordDocument) -> None:
    for appendix in ("units", "missing", "cited", "photos", "unplaced", "sources"):
        add_line(document, f"{{%p if appendices.{appendix} %}}")
        if appendix == "units":
            add_line(document, "{{ landscape_begins }}", size=2)
        else:
            add_line(document, f"{{%p if not appendices.{appendix}.on_new_page %}}")
            breaking = add_line(document, "", size=2)
            breaking.add_run().add_break(WD_BREAK.PAGE)
            add_line(document, "{%p endif %}")
        add_line(document, f"{{{{ appendices.{appendix}.name }}}}", bold=True, alignment=CENTRE, keep=True)
        add_line(document, f"{{{{ appendices.{appendix}.title }}}}", bold=True, alignment=CENTRE, keep=True)
        add_line(document, "{{ attached_to }}", italic=True, alignment=CENTRE, after=10, keep=True)
        if appendix == "unplaced":
            add_line(document, "{%p for said in unplaced %}")
            said = _paragraph(document, "- ")
            _run(said, "{{ said.who }}", italic=True)
            _run(said, ": {{ said.text }}")
            add_line(document, "{%p endfor %}")
        else:
            add_line(document, f"{{{{ {appendix}_table }}}}")
        if appendix == "units":
            add_line(document, "{{ landscape_ends }}", size=2)
        add_line(document, "{%p endif %}")


def _paragraph(document: WordDocument, text: str, *, italic: bool = False) -> Paragraph:
    return add_line(document, text, italic=italic, alignment=JUSTIFIED, indent=_INDENT, before=_BEFORE)


def _run(paragraph: Paragraph, text: str, *, italic: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.italic = Pt(14), italic
