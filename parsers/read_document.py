"""One opened file to one document: which reader it goes to, what it gives for the form, the narrative and the photos."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from config.campaign import Form
from config.errors import ParseError
from config.text import NO_TEXT, Text
from parsers import content_type as kind
from parsers.beside import other_tables, text_sheets, told_beside, with_tables
from parsers.containers import OpenedLeaf
from parsers.corrected_words import corrected_in, corrected_in_letter
from parsers.document_content import Content, Expected, Found, Understood, text_of, written
from parsers.document_text import crowded_cells, is_written, rows_as_lines, sheet_lines, shows_table, title_of
from parsers.document_verdict import NOT_OURS, ONLY_PICTURES, verdict
from parsers.form import read_forms
from parsers.form_text import has_header, in_doubt, names_row, read_typed_form, typed_rows
from parsers.grid import Sheet
from parsers.lost_table import (
    has_unclear_columns,
    holds_lost_table,
    is_illegible,
    is_prose,
    is_small_part,
    lies_across,
    lost,
    rows_with_figures,
    told_by,
    unread_because,
    with_unread_figures,
    without_figures,
)
from parsers.narrative_tables import read_report
from parsers.opened_documents import as_opened, error_words, failed, plain
from parsers.parts import make_leaf
from parsers.photos import Picture, PictureVerdict, is_page_picture, read_photo
from parsers.picture_pages import picture_pages
from parsers.recognition import Recognise
from parsers.remarks import remarks_in
from parsers.scan_in_pdf import scans_among, with_scans
from parsers.spreadsheets import PasswordError, read_sheets
from parsers.values import Document, DocumentFate, DocumentRole, Finding, FormReading, NarrativeReading, PhotoReading, ValueStatus
from parsers.writing import Convert, Paragraph, read_unruled, read_writing
from parsers.writing_blocks import cut_short
from parsers.writing_pdf import PICTURED, page_pictures

_SPREADSHEETS = frozenset({kind.XLSX, kind.XLSM, kind.XLSB, kind.XLS, kind.XLS_XML, kind.ODS, kind.CSV})
_WRITINGS = frozenset(
    {kind.DOCX, kind.DOCM, kind.DOC, kind.DOC_XML, kind.ODT, kind.RTF, kind.PDF, kind.HTML, kind.TEXT, kind.MHTML}
)
_SLIDES = frozenset({kind.PPTX, kind.PPTM, kind.PPT, kind.ODP})
_MOST_TEXT = 4_000
_UNIT_MARK = "thubao_unit"  # written by service.outputs.blank_form
_CAMPAIGN_MARK = "thubao_campaign"
_WEAK_MATCH = 3
"""A table with fewer rows of the form than this is no form."""

_MISNAMED = Text(
    vi="nội dung không đúng loại tệp như tên ghi, có thể bị hỏng khi lưu hoặc gửi; đề nghị mở kiểm tra, lưu lại và gửi lại",
    en="not the kind of file that its name says, perhaps damaged on the way; please open it, save it and send it again",
)
_NO_READER = Text(vi="loại tệp này không dùng cho báo cáo", en="this kind of file is not used for reports")
_SLIDES_WHY = Text(vi="bài trình chiếu; chỉ lấy ảnh bên trong", en="slides; only the pictures inside are taken")
_CANNOT_SCAN = Text(
    vi="bản quét; máy chủ chưa đọc được chữ trên ảnh (cần gói tesseract-ocr-vie); đề nghị gửi tệp Excel hoặc Word",
    en="a scan; this server cannot read text on pictures (package tesseract-ocr-vie); please send Excel or Word",
)
_SCANNED = Text(vi="trang quét", en="scanned pages")
_HEADING_LINES = 6
_FEWEST_SECTIONS = 2  # of a report beside a form
_MOST_NAMED = 6
_SOME_WORDS = 8  # of a page: fewer are specks that look like letters
_MOST_TYPED_ROWS = 0.6


class DocumentReader:
    """Reads documents for the expected forms. `convert` and `recognise` are outside programs, None where there are none."""

    def __init__(self, expected: Sequence[Expected], convert: Convert | None, recognise: Recognise | None) -> None:
        self._expected = tuple(expected)
        self._forms = tuple(each.form for each in self._expected)
        self._convert = convert
        self._recognise = recognise

    def read(self, opened: OpenedLeaf) -> Understood:
        """Everything understood of one opened leaf. Never raises for what a sender did."""
        if opened.fate is not None or opened.leaf.refusal != NO_TEXT or opened.is_container:
            return Understood(document=as_opened(opened))
        if opened.media_type in kind.PICTURES or opened.media_type.startswith("image/"):
            return self._picture(opened)
        try:
            content = self._content(opened)
        except PasswordError as error:
            return Understood(document=failed(opened, DocumentFate.REFUSED, error.text))
        except ParseError as error:
            return Understood(document=failed(opened, DocumentFate.UNREADABLE, error_words(error)))
        if content is None:
            if kind.is_misnamed(opened.media_type, opened.leaf.name):
                return Understood(document=failed(opened, DocumentFate.UNREADABLE, _MISNAMED))
            why = _SLIDES_WHY if opened.media_type in _SLIDES else _NO_READER
            return Understood(document=plain(opened, DocumentRole.UNKNOWN, DocumentFate.IGNORED, why))
        understood = self._judged(opened, content)
        if not understood.document.forms and not understood.document.narrative:
            return understood
        remarks = remarks_in(opened.leaf.data, opened.media_type, opened.leaf.path)
        return _with_findings(understood, remarks) if remarks else understood

    def read_text(self, source: str, media_type: str, *, path: str) -> Document:
        """What is understood of a text that is no file: the body of a mail."""
        leaf = make_leaf(source.encode(), path=path, name="", declared_type=media_type)
        opened = OpenedLeaf(leaf=leaf, media_type=media_type, is_container=False, fate=None, why=NO_TEXT)
        return self.read(opened).document

    def lines_of(self, source: str, media_type: str) -> tuple[str, ...]:
        """The lines of a text that is no file; none when it cannot be read."""
        try:
            writing = read_writing(source.encode(), media_type)
        except ParseError:
            return ()
        return tuple(each.text for each in writing.paragraphs)

    def _content(self, opened: OpenedLeaf) -> Content | None:
        if opened.media_type in _SPREADSHEETS:
            return self._spreadsheet(opened)
        if opened.media_type in _WRITINGS:
            return self._writing(opened)
        return None

    def _spreadsheet(self, opened: OpenedLeaf) -> Content:
        workbook = read_sheets(opened.leaf.data, opened.media_type)
        unit_code = _marked_unit(workbook.names)
        if workbook.uncalculated and self._convert is not None:
            # formulas saved without results: LibreOffice calculates them, else the cells stay blank and are asked about
            with contextlib.suppress(ParseError):
                workbook = read_sheets(self._convert(opened.leaf.data, opened.media_type, "xlsx"), kind.XLSX)
        lines = tuple(Paragraph(text=line) for sheet in workbook.sheets for line in sheet_lines(sheet))
        return Content(sheets=workbook.sheets, paragraphs=lines, findings=workbook.findings, unit_code=unit_code)

    def _writing(self, opened: OpenedLeaf) -> Content:
        writing = read_writing(opened.leaf.data, opened.media_type, convert=self._convert)
        if writing.needs_ocr and opened.media_type == kind.PDF:
            if self._recognise is None:
                return Content(scanned=True, why=_CANNOT_SCAN)
            content = self._scanned_pages(opened.leaf.data, self._recognise)
            left = (cut_short(PICTURED, _SCANNED),) if writing.page_count > PICTURED else ()
            return replace(content, findings=(*content.findings, *left))
        scans = scans_among(opened.leaf.data, writing) if writing.scanned_pages else ()
        if not scans:
            return written(writing)
        content = written(with_scans(opened.leaf.data, writing, scans, self._recognise))
        return replace(content, scanned=self._recognise is not None)

    def _picture(self, opened: OpenedLeaf) -> Understood:
        leaf = opened.leaf
        seen = read_photo(leaf.data, opened.media_type, name=leaf.name, inline=leaf.inline)
        document = replace(
            plain(opened, seen.role, seen.fate, seen.why),
            photo=seen.photo,
            findings=(*opened.findings, *seen.findings),
        )
        if seen.role is not DocumentRole.SCAN:
            page = self._page_on(opened, seen) if seen.perhaps_page else None
            return Understood(document=document) if page is None else _with_photo(page, seen.photo)
        if self._recognise is None:
            return Understood(document=replace(document, fate=DocumentFate.UNREADABLE, why=_CANNOT_SCAN))
        try:
            content = self._scan(picture_pages(leaf.data, opened.media_type, seen.decoded), self._recognise)
        except ParseError as error:
            return Understood(document=replace(document, fate=DocumentFate.UNREADABLE, why=error_words(error)))
        return _with_photo(self._judged(opened, content), seen.photo)

    def _page_on(self, opened: OpenedLeaf, seen: PictureVerdict) -> Understood | None:
        """The page on what may be a photograph or a screen, None where no text, or nothing of a report, can be read on it."""
        if self._recognise is None:
            return None
        try:
            content = self._scan(picture_pages(opened.leaf.data, opened.media_type), self._recognise)
        except ParseError:
            return None
        found = self._judged(opened, content)
        if found.document.role is not DocumentRole.SCAN or shows_table(content.sheets):
            return found  # a form, read or not, or a report
        return found if seen.role is DocumentRole.PHOTO and is_written(text_of(content)) else None

    def _scanned_pages(self, data: bytes, recognise: Recognise) -> Content:
        """The pages of a PDF without text; "only pictures" where no words can be read and no page looks like paper."""
        content = self._scan(page_pictures(data), recognise)
        if is_written(text_of(content)) or any(map(is_page_picture, page_pictures(data))):
            return content
        return replace(content, why=ONLY_PICTURES)

    def _scan(self, pages: Iterable[Picture], recognise: Recognise) -> Content:
        from parsers.scan import scanned, without_lines

        scan = scanned(pages, recognise)
        return replace(written(scan.writing), scanned=True, without_lines=lambda form: without_lines(scan, form, recognise))

    def _judged(self, opened: OpenedLeaf, content: Content) -> Understood:
        """What the document is for, by what was found in it."""
        on_sheet = opened.media_type in _SPREADSHEETS  # which says its title itself
        upright = tuple(each for each in content.sheets if not lies_across(each, self._forms))
        turned = len(upright) < len(content.sheets)
        found = self._found(
            opened, replace(content, sheets=upright), "" if on_sheet else title_of(content.paragraphs, content.heading)
        )
        best, forms, content = found.best, found.forms, found.content
        filled = tuple(each for each in forms if not each.blank)
        tables = other_tables(content.sheets, forms, self._forms)
        if forms and on_sheet:
            narrative, tables = self._on_own_sheet(best, content, forms, tables)
        else:
            narrative = self._narrative(best, content)
        if narrative is not None and not on_sheet:
            narrative = with_tables(narrative, tables)
        if content.unit_code and len(filled or forms) == 1:  # the mark of a workbook of two forms says nothing of either
            forms = tuple(replace(each, unit_code=content.unit_code) for each in forms)
        words = len(text_of(content).split()) >= _SOME_WORDS or shows_table(content.sheets)
        role, fate, why = verdict(filled, forms, narrative, scanned=content.scanned, why=content.why, words=words)
        if why is NOT_OURS and kind.is_misnamed(opened.media_type, opened.leaf.name):
            fate, why = DocumentFate.UNREADABLE, _MISNAMED
        findings = (*opened.findings, *content.findings)
        findings += told_beside(filled, tables, findings, on_sheet=on_sheet)
        if why is NOT_OURS and (said := self._figures_said(content)):
            findings += (corrected_in_letter(said, opened.leaf.path),)
        unread = unread_because(forms, turned=turned, half=found.half, unread_rows=found.unread_rows)
        beside = bool(forms) or (narrative is not None and is_prose(text_of(content).split("\n"), self._forms))
        if unread is not None and beside:
            findings += (lost(opened.leaf.path, unread),)
        elif unread is not None:
            narrative, role, fate, why = None, DocumentRole.FORM, DocumentFate.UNREADABLE, unread
        document = replace(
            plain(opened, role, fate, why),
            forms=forms,
            narrative=narrative,
            text=(forms[0].heading if forms and best and best.form.units_as_rows else text_of(content))[:_MOST_TEXT],
            findings=findings,
            campaigns=_campaigns(best, found.equals, forms),
        )
        return Understood(document=document, campaign=best.campaign if best and (forms or narrative) else "")

    def _found(self, opened: OpenedLeaf, content: Content, title: str) -> Found:
        """The forms in tables, else where the words of a page stand, else typed line by line."""
        equals, forms = self._best_form(content, opened.leaf.path, title)
        best = first = equals[0] if equals else None
        half = bool(forms) and all(without_figures(each) for each in forms)
        forms = () if half else forms
        whole = best is not None and bool(forms) and not is_small_part(forms, best.form)
        as_lines = bool(forms) and opened.media_type == kind.TEXT  # the lines of a text are its table, too
        unread_rows = not whole and not as_lines and self._holds_lost_table(content)
        if (content.without_lines or opened.media_type == kind.PDF) and (unread_rows or has_unclear_columns(forms)):
            without = self._printed_without_lines(opened, content)
            if without is not None and told_by(without[1]) > told_by(forms):
                equals, forms, content = without
                best = first = equals[0] if equals else None
                half = unread_rows = False
        if opened.media_type in _WRITINGS and not content.scanned and _may_be_typed(opened, unread_rows=unread_rows):
            best, forms, content = self._with_typed_rows(opened, content, best, in_tables := forms)
            unread_rows = unread_rows and forms is in_tables
        equals = equals if best is first else ()
        if content.scanned and best is not None and is_illegible(forms, best.form):
            forms, unread_rows = (), True
        return Found(best=best, equals=equals, forms=forms, content=content, half=half, unread_rows=unread_rows)

    def _best_form(self, content: Content, path: str, title: str) -> tuple[tuple[Expected, ...], tuple[FormReading, ...]]:
        """The expected form that most rows and figures belong to, with those that are just like it, and its readings.

        A form that we sent out says itself for which campaign it is.
        """
        best: tuple[Expected, ...] = ()
        readings: tuple[FormReading, ...] = ()
        score = (0, 0)
        marked = content.unit_code.partition("|")[0]
        for expected in [each for each in self._expected if each.campaign == marked] or self._expected:
            found = tuple(
                each
                for each in read_forms(content.sheets, expected.form, year=expected.year, name=path, text=title)
                if each.matched >= _least(expected.form)
            )
            figures = sum(value.status is ValueStatus.OK for each in found for value in each.values)
            own = (sum(each.matched for each in found), figures)
            if own > score:
                best, readings, score = (expected,), found, own
            elif own == score and found:
                best = (*best, expected)
        return best, readings

    def _printed_without_lines(
        self, opened: OpenedLeaf, content: Content
    ) -> tuple[tuple[Expected, ...], tuple[FormReading, ...], Content] | None:
        """The forms whose table a PDF or scan shows by nothing but where the words stand, and the content with it."""
        for form in self._forms:
            with contextlib.suppress(ParseError):
                again = content.without_lines
                writing = read_unruled(opened.leaf.data, form) if again is None else again(form)
                found = replace(written(writing), scanned=content.scanned)
                equals, readings = self._best_form(found, opened.leaf.path, title_of(found.paragraphs, found.heading))
                if readings and not any(without_figures(each) or with_unread_figures(each) for each in readings):
                    return equals, readings, found
        return None

    def _with_typed_rows(
        self, opened: OpenedLeaf, content: Content, best: Expected | None, forms: tuple[FormReading, ...]
    ) -> tuple[Expected | None, tuple[FormReading, ...], Content]:
        """The forms, or what is typed line by line where that says more than the tables.

        A whole file that speaks of some indicators is a report; in a mail a few lines are the form. Beside the forms: the
        content, without the lines of the form when nothing but these looked like a report.
        """
        in_mail = not opened.leaf.name
        if opened.media_type == kind.TEXT and best and not any(has_header(each, best.form) for each in content.sheets):
            forms = tuple(in_doubt(each) for each in forms)
        lines = [each.text for each in content.paragraphs]
        lines += [line for sheet in content.sheets for line in rows_as_lines(sheet)]
        for expected in self._expected:
            rows = typed_rows(lines, expected.form)
            named = len({each.indicator for each in rows})
            wanted = _least(expected.form) if in_mail else _MOST_TYPED_ROWS * rows_with_figures(expected.form)
            if named < wanted or named <= sum(each.matched for each in forms):
                continue
            title = title_of(content.paragraphs, content.heading)
            reading = read_typed_form(rows, expected.form, year=expected.year, text=title, lines=lines)
            if reading is not None:
                best, forms = expected, (replace(reading, heading=content.heading or "\n".join(lines[:_HEADING_LINES])),)
                typed = {line for row in rows for line in row.lines}
                kept = (each for each in content.paragraphs if each.text not in typed)
                rest = replace(content, paragraphs=tuple(each for each in kept if not names_row(each.text, expected.form)))
                content = content if self._narrative(expected, rest) is not None else rest
        return best, forms, content

    def _holds_lost_table(self, content: Content) -> bool:
        lines = [*text_of(content).split("\n"), *crowded_cells(content.sheets)]
        return holds_lost_table(lines, self._forms, scanned=content.scanned)

    def _figures_said(self, content: Content) -> str:
        """Figures of a paper that is neither form nor report: put right in words, or in a table of too few rows for a form."""
        for form in self._forms:
            tables = [each for each in content.sheets if has_header(each, form)]
            rows = typed_rows([line for each in tables for line in rows_as_lines(each)], form)
            if rows:
                return "; ".join(f"{row.label}: {' | '.join(filter(None, row.fields))}" for row in rows[:_MOST_NAMED])
        return corrected_in(each.text for each in content.paragraphs)

    def _on_own_sheet(
        self, best: Expected | None, content: Content, forms: tuple[FormReading, ...], tables: tuple[Sheet, ...]
    ) -> tuple[NarrativeReading | None, tuple[Sheet, ...]]:
        """The report on sheets beside the form's, and the tables that are none of it.

        The words of a form's rows read like headings: the text of the sheet that holds it is no report.
        """
        sheets = text_sheets(content.sheets, forms, self._forms)
        lines = tuple(Paragraph(text=line) for sheet in sheets for line in sheet_lines(sheet))
        narrative = self._narrative(best, replace(content, sheets=sheets, paragraphs=lines)) if lines else None
        if narrative is None or len(narrative.sections) < _FEWEST_SECTIONS:
            return None, tables
        return narrative, tuple(each for each in tables if each not in sheets)

    def _narrative(self, best: Expected | None, content: Content) -> NarrativeReading | None:
        for expected in (best,) if best is not None else self._expected:
            if expected is not None:
                narrative = read_report(content.paragraphs, content.sheets, expected.form.outline)
                if narrative is not None:
                    return narrative if narrative.heading else replace(narrative, heading=content.heading)
        return None


def _with_findings(understood: Understood, more: Sequence[Finding]) -> Understood:
    """What was understood, with more to tell of the document."""
    document = understood.document
    return replace(understood, document=replace(document, findings=(*document.findings, *more)))


def _may_be_typed(opened: OpenedLeaf, *, unread_rows: bool) -> bool:
    """Whether it is worth looking for a form typed as text: in a mail, or where a file's rows stand in no table.

    Not in a PDF, whose lines were joined by their length: figures of two rows may stand in one.
    """
    return opened.media_type != kind.PDF and (not opened.leaf.name or unread_rows)


def _campaigns(best: Expected | None, equals: Sequence[Expected], forms: tuple[FormReading, ...]) -> tuple[str, ...]:
    return tuple(each.campaign for each in (equals or (best,)) if each is not None) if forms else ()


def _marked_unit(names: Mapping[str, str]) -> str:
    """What the hidden names of a form that we sent out say: "htsd-2020|03295", or "" without them."""
    unit, campaign = names.get(_UNIT_MARK, ""), names.get(_CAMPAIGN_MARK, "")
    return f"{campaign}|{unit}" if unit and campaign else unit


def _least(form: Form) -> int:
    return min(_WEAK_MATCH, rows_with_figures(form))


def _with_photo(understood: Understood, photo: PhotoReading | None) -> Understood:
    return replace(understood, document=replace(understood.document, photo=photo))
