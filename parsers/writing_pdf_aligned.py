"""A form that was printed without lines, as a table of the pages it stands on."""

from __future__ import annotations

from collections.abc import Sequence

from config.campaign import Form
from parsers.aligned_pieces import in_lines, text_of
from parsers.aligned_table import aligned_table
from parsers.writing_pdf_pieces import pieces_on
from parsers.writing_pdf_tables import PageTable, RuledPage


def aligned_pages(data: bytes, pages: Sequence[int], form: Form) -> dict[int, RuledPage]:
    """The pages (0-based) that hold the form, the whole table on the first of them; none where it cannot be told apart."""
    pieces = pieces_on(data, pages)
    table = aligned_table(pieces, form)
    if table is None:
        return {}
    rest: dict[int, list[tuple[float, str]]] = {each.page: [] for each in table.used}
    for line in in_lines(each for each in pieces if each.page in rest and each not in table.used):
        rest[line[0].page].append((line[0].top, text_of(line)))
    whole = PageTable(top=table.top, bottom=table.top, edges=(), cells=list(table.cells))
    return {page: RuledPage(lines=lines, tables=[whole] if page == table.page else []) for page, lines in sorted(rest.items())}
