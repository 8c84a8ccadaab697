"""PDF files with a text layer: lines joined to paragraphs, ruled tables, tables continued over pages joined; pages as pictures.

pypdfium2 counts pages and reads text in a millisecond a page; pdfplumber reads only pages that carry ruling lines.
"""

from __future__ import annotations

import ctypes
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image
from pypdfium2 import PdfiumError

from config.campaign import Form
from config.text import Text
from parsers.pdf_pages import PageBudget
from parsers.scattered_letters import is_scattered
from parsers.writing_blocks import LockedError, RawBlock, RawParagraph, RawWriting, cut_short, damaged, plain
from parsers.writing_pdf_aligned import aligned_pages
from parsers.writing_pdf_tables import PageTable, RuledPage, goes_on, joined, raw_table, ruled_pages
from parsers.writing_pdf_upright import upright

PAGE_LIMIT = 60
TABLE_PAGE_LIMIT = 24  # pages looked at for tables
RULED_OBJECTS = 8  # a page with fewer paths has no table
RULED_OBJECTS_BELOW = 5  # behind a page with a table: a row that goes on over the whole page
RULED_OBJECTS_MOST = 6_000  # a drawing: a table of sixty rows and twenty-five columns has so many pieces of lines
RULED_OBJECTS_OF_ALL = 25_000  # paths of all pages that are looked at for tables, each a fifth of a millisecond
OBJECT_LIMIT = 12_000  # objects of a page; one with more is a drawing, too
SAMPLED = 8
FORM_DEPTH = 3  # pages set into pages set into pages
PAGE_TEXT_LIMIT = 60_000
LETTERS_WITHOUT_OCR = 40  # a page with less text than this and a picture is a scan
RESOLUTION = 200
PICTURED = 12  # pages of a scan that are read
PICTURE_SIDE = 3_400  # pixels: an A4 page at 200 dpi has 2,339; larger pages are drawn smaller

NEW_PARAGRAPH = re.compile(
    r"\s*(?:[-+*•–—]\s|[IVX]{1,5}\s*[.)/-]|\d{1,2}(?:\.\d{1,2})*\s*[.)/-]\s|[a-zđ]\s*[.)]\s|\(?Kèm theo|Nơi nhận|Số\s*:)"
)
HYPHENATED = re.compile(r"[^\W\d_]+-[^\W\d_]*|-[^\W\d_]+")
WRAPPED_HYPHEN = "\ufffe"  # what pdfium writes for a hyphen at which a line was broken
LINE_END = re.compile(r"[.;:!?]\s*$")
FULL_LINE = 0.9  # of the longest line of a page
EDGE_LINES = 2
LONG_LINE = 0.72  # of the longest line of a page: a shorter line ends its paragraph
NUMBERED = re.compile(r"\s*(?:trang|page)\s*\d{1,3}(?:\s*/\s*\d{1,3})?\s*$", re.IGNORECASE)
PAGE_NUMBER = re.compile(r"\s*(?:trang\s*)?[-–]?\s*\d{1,3}\s*(?:/\s*\d{1,3})?\s*[-–]?\s*", re.IGNORECASE)


def read_pdf(data: bytes, form: Form | None = None) -> RawWriting:
    """The blocks of a PDF. WritingError when it cannot be opened, LockedError when it has a password.

    With a form: its table is rebuilt from where the words stand, if it was printed without lines and can be told apart.
    """
    document = _opened(data)
    try:
        if (turned := upright(document, PAGE_LIMIT)) is not None:
            document.close()
            data, document = turned, _opened(turned)
        count = len(document)
        pages = list(_pages(document, min(count, PAGE_LIMIT)))
    finally:
        document.close()
    _with_letters_for_hyphens(pages)
    running = tuple(plain(line) for line in _without_running(pages)) if len(pages) > 1 else ()
    with_tables = _with_tables(pages)[:TABLE_PAGE_LIMIT]
    ruled, looked_at = ruled_pages(data, _few_enough(with_tables)) if with_tables else ({}, 0)
    if form is not None:
        ruled |= aligned_pages(data, [page.index for page in pages if page.letters and not page.scanned][:TABLE_PAGE_LIMIT], form)
    scanned = sum(page.scanned for page in pages)
    findings = [cut_short(len(pages), Text(vi="trang", en="pages"))] if count > len(pages) else []
    if looked_at < len(with_tables):
        findings.append(cut_short(looked_at, Text(vi="trang có bảng kẻ ô", en="pages with ruled tables")))
    needs_ocr = bool(pages) and scanned * 2 > len(pages)
    blocks = tuple(_blocks(pages, ruled))
    return RawWriting(
        blocks=blocks,
        running=running,
        page_count=count,
        needs_ocr=needs_ocr,
        scanned_pages=tuple(page.index + 1 for page in pages if page.scanned),
        findings=tuple(findings),
    )


def page_pictures(data: bytes, numbers: Iterable[int] | None = None) -> Iterator[bytes]:
    """The first pages of a PDF, or those of these numbers from 1 on, as grey PNG pictures of 200 dpi, for OCR.

    WritingError when it cannot be opened.
    """
    document = _opened(data)
    try:
        for number in range(1, min(len(document), PICTURED) + 1) if numbers is None else numbers:
            stream = BytesIO()
            _rendered(document, number - 1, grey=True).save(stream, format="PNG", compress_level=1)
            yield stream.getvalue()
    except (PdfiumError, ValueError, OSError) as error:
        raise damaged(f"PDF: {error}") from error
    finally:
        document.close()


def page_picture(data: bytes, number: int) -> Image.Image:
    """One page, counted from 1, in colour and of the size in which `page_pictures` shows it. WritingError as there."""
    document = _opened(data)
    try:
        return _rendered(document, number - 1, grey=False)
    except (PdfiumError, ValueError, OSError, IndexError) as error:
        raise damaged(f"PDF: {error}") from error
    finally:
        document.close()


def _rendered(document: pypdfium2.PdfDocument, index: int, *, grey: bool) -> Image.Image:
    page = document[index]
    side = max(*page.get_size(), 1)
    bitmap = page.render(scale=min(RESOLUTION / 72, PICTURE_SIDE / side), grayscale=grey)
    picture: Image.Image = bitmap.to_pil().convert("L" if grey else "RGB")
    page.close()
    return picture


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except PdfiumError as error:
        locked = "password" in str(error).lower()
        raise (LockedError() if locked else damaged(f"PDF: {error}")) from error


@dataclass(slots=True, kw_only=True)
class _Page:
    index: int
    lines: list[str]
    font: str = ""
    paths: int = 0
    pictured: bool = False
    unseen: bool = False  # its text is drawn invisibly, as scanners lay it under the picture of a page
    running: set[str] = field(default_factory=set)  # lines of its running header and footer

    @property
    def edges(self) -> list[str]:
        """The lines at its head and its foot."""
        return [*self.lines[:EDGE_LINES], *self.lines[-EDGE_LINES:]]

    @property
    def letters(self) -> int:
        return sum(len(line) for line in self.lines)

    @property
    def scanned(self) -> bool:
        return self.pictured and (self.unseen or self.letters < LETTERS_WITHOUT_OCR)


def _pages(document: pypdfium2.PdfDocument, most: int) -> Iterator[_Page]:
    budget = PageBudget()
    for index in range(most):
        if budget.is_spent:
            return
        yield _page(document, index, budget)


def _page(document: pypdfium2.PdfDocument, index: int, budget: PageBudget) -> _Page:
    try:
        page = document[index]
        try:
            objects, lines = _objects(page), _lines(page, budget)
            if is_scattered(lines):
                return _Page(index=index, lines=[], pictured=True)
            return _Page(
                index=index,
                lines=lines,
                font=objects.fonts.most_common(1)[0][0] if objects.fonts else "",
                paths=objects.paths,
                pictured=objects.pictures > 0,
                unseen=objects.unseen * 2 > objects.texts,
            )
        finally:
            page.close()
    except PdfiumError:  # one broken page of a readable file
        return _Page(index=index, lines=[], pictured=True)


def _with_tables(pages: list[_Page]) -> list[_Page]:
    """The pages whose lines may be those of a table."""
    wanted: list[_Page] = []
    for page in pages:
        least = RULED_OBJECTS_BELOW if wanted and wanted[-1].index == page.index - 1 else RULED_OBJECTS
        if least <= page.paths <= RULED_OBJECTS_MOST and page.letters:
            wanted.append(page)
    return wanted


def _few_enough(pages: list[_Page]) -> list[int]:
    """The first of these pages, as many as have no more paths than are looked at in all."""
    paths = itertools.accumulate(page.paths for page in pages)
    return [page.index for page, so_far in zip(pages, paths, strict=True) if so_far <= RULED_OBJECTS_OF_ALL]


def _with_letters_for_hyphens(pages: list[_Page]) -> None:
    """In TCVN3 the code of the soft hyphen is the letter ư, which PDF programs write out as a hyphen: "tr-êng" is "trường"."""
    from parsers.legacy import decide_encoding, decode_as
    from parsers.syllables import is_syllable

    if decide_encoding((line, page.font) for page in pages for line in page.lines[:40]) != "tcvn3":
        return

    def letter(match: re.Match[str]) -> str:
        whole = match.group().replace("-", "\u00ad")
        if not is_syllable(decode_as(whole, "tcvn3")) or all(
            is_syllable(decode_as(each, "tcvn3")) for each in match.group().split("-")
        ):
            return match.group()
        return whole

    for page in pages:
        page.lines = [HYPHENATED.sub(letter, line) for line in page.lines]


@dataclass(slots=True)
class _Objects:
    """What a page is made of. Texts, fonts and invisible texts are a sample of the first and one in eight."""

    paths: int = 0
    pictures: int = 0
    texts: int = 0
    unseen: int = 0
    fonts: Counter[str] = field(default_factory=Counter)


def _objects(page: pypdfium2.PdfPage) -> _Objects:
    found = _Objects()
    for number, each in enumerate(itertools.islice(_drawn(page), OBJECT_LIMIT)):
        kind = pdfium.FPDFPageObj_GetType(each)
        if number + 1 == OBJECT_LIMIT:
            found.paths = RULED_OBJECTS_MOST + 1  # whatever else it holds, it is not looked through for tables
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            found.paths += 1
        elif kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):
            found.pictures += 1
        elif kind == pdfium.FPDF_PAGEOBJ_TEXT and (found.texts < SAMPLED or number % 8 == 0):
            found.texts += 1
            found.unseen += pdfium.FPDFTextObj_GetTextRenderMode(each) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
            found.fonts[_font_name(each)] += 1
    return found


def _drawn(page: pypdfium2.PdfPage) -> Iterator[Any]:
    """The objects of a page; of a page that was set into another one, those inside it as well."""
    for number in range(min(pdfium.FPDFPage_CountObjects(page), OBJECT_LIMIT)):
        each = pdfium.FPDFPage_GetObject(page, number)
        yield each
        if pdfium.FPDFPageObj_GetType(each) == pdfium.FPDF_PAGEOBJ_FORM:
            yield from _inside(each, FORM_DEPTH)


def _inside(form: Any, depth: int) -> Iterator[Any]:  # noqa: ANN401 - a handle of pdfium
    for number in range(min(pdfium.FPDFFormObj_CountObjects(form), OBJECT_LIMIT)):
        each = pdfium.FPDFFormObj_GetObject(form, number)
        yield each
        if depth and pdfium.FPDFPageObj_GetType(each) == pdfium.FPDF_PAGEOBJ_FORM:
            yield from _inside(each, depth - 1)


def _font_name(text_object: object) -> str:
    font = pdfium.FPDFTextObj_GetFont(text_object)
    size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
    if not 1 < size < 256:  # noqa: PLR2004 - longer than any font name
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, size)
    name = buffer.value.decode("latin-1")
    return name.partition("+")[2] or name  # a subset font is named "ABCDEF+.VnTime"


def _lines(page: pypdfium2.PdfPage, budget: PageBudget) -> list[str]:
    text_page = page.get_textpage()
    try:
        letters = text_page.count_chars()
        budget.spend(page, letters)
        text = text_page.get_text_range(0, min(letters, PAGE_TEXT_LIMIT))
    finally:
        text_page.close()
    text = text.replace(WRAPPED_HYPHEN, f"-{WRAPPED_HYPHEN}\n")
    return [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]


def _blocks(pages: list[_Page], ruled: dict[int, RuledPage]) -> Iterator[RawBlock]:
    """Paragraphs and tables in reading order; a table at the foot of a page waits for its continuation."""
    waiting: PageTable | None = None
    for page in pages:
        found = ruled.get(page.index)
        if found is None:
            lines = [line for line in page.lines if not PAGE_NUMBER.fullmatch(line)]
            if waiting is not None and lines:
                yield raw_table(waiting)
                waiting = None
            yield from _paragraphs(lines, page.font)
            continue
        lines_left = [each for each in found.lines if not PAGE_NUMBER.fullmatch(each[1]) and each[1] not in page.running]
        for table in found.tables:
            above = [text for top, text in lines_left if top < table.top]
            lines_left = [(top, text) for top, text in lines_left if top >= table.top]
            if waiting is not None:
                if not above and goes_on(waiting, table):
                    waiting = joined(waiting, table)
                    continue
                yield raw_table(waiting)
            yield from _paragraphs(above, page.font)
            waiting = table
        if waiting is not None and lines_left:
            yield raw_table(waiting)
            waiting = None
        yield from _paragraphs([text for _, text in lines_left], page.font)
    if waiting is not None:
        yield raw_table(waiting)


def _paragraphs(lines: list[str], font: str) -> Iterator[RawParagraph]:
    """Lines joined where a paragraph wraps: after a long line that ends no sentence, before one that begins no item."""
    longest = max((len(line) for line in lines), default=0)
    whole = ""
    previous = ""
    for line in lines:
        if previous.endswith(WRAPPED_HYPHEN):
            whole, previous = whole[:-1] + line, line
            continue
        wraps = (
            bool(whole)
            and len(previous) >= LONG_LINE * longest
            and not (LINE_END.search(previous) and not _runs_on(previous, line, longest))
            and not NEW_PARAGRAPH.match(line)
            and not (line.isupper() and not previous.isupper())
        )
        if whole and not wraps:
            yield plain(whole, font=font)
            whole = ""
        whole = f"{whole} {line}" if whole else line
        previous = line
    if whole:
        yield plain(whole, font=font)


def _runs_on(previous: str, line: str, longest: int) -> bool:
    """Whether a full line that ends in a colon or a semicolon goes on with a figure or a small letter."""
    full = len(previous) >= FULL_LINE * longest and previous.rstrip()[-1:] in (":", ";")
    return full and (line[0].isdigit() or line[0].islower())


def _without_running(pages: list[_Page]) -> list[str]:
    """The lines that stand at the head or foot of most pages, taken out of them: the letterhead of a running header."""
    seen = Counter(line for page in pages for line in {_unnumbered(each) for each in page.edges})
    running = {line for line, count in seen.items() if count > 1 and count * 2 >= len(pages)}
    found: list[str] = []
    for page in pages:
        page.running = {each for each in page.edges if _unnumbered(each) in running}
        found.extend(each for each in page.lines if each in page.running and each not in found)
        page.lines = [each for each in page.lines if each not in page.running]
    return found


def _unnumbered(line: str) -> str:
    """A line without the number of the page behind it."""
    return NUMBERED.sub("", line)
