"""Tables by the places of their words alone, word by word."""

from __future__ import annotations

from collections.abc import Iterable

from parsers.aligned_pieces import Piece, in_lines, text_of, without_running
from parsers.aligned_table import AlignedTable, aligned_table
from tests.parsers.form_sheets import FORM

SIZE = 10.0
PITCH = 20.0
LABEL, UNIT, COUNT, PEOPLE, NOTE = 100.0, 1200.0, 1300.0, 1400.0, 1500.0


def piece(text: str, left: float, foot: float, *, page: int = 0) -> Piece:
    return Piece(page=page, left=left, right=left + 5 * len(text), top=foot - SIZE, bottom=foot, text=text)


def header(foot: float = 60, *, page: int = 0) -> list[Piece]:
    names = (("STT", 50.0), ("Nội dung", LABEL), ("Đơn vị", UNIT), ("Số lớp", COUNT), ("Người", PEOPLE), ("Ghi chú", NOTE))
    return [piece(text, left, foot, page=page) for text, left in names]


def rows(first: int = 0, last: int = 35, *, page: int = 0, foot: float = 80) -> list[Piece]:
    """Rows of the form, each with its unit, the figures 100 and 1000 behind its number."""
    found = []
    for number, each in enumerate(FORM.indicators[first:last]):
        at = foot + number * PITCH
        found.append(piece(each.label, LABEL, at, page=page))
        if each.unit:
            found.append(piece(each.unit, UNIT, at, page=page))
        found += [piece(str(100 + first + number), left, at, page=page) for left in (COUNT,) if each.columns]
        found += [piece(str(1000 + first + number), left, at, page=page) for left in (PEOPLE,) if each.columns]
    return found


def cells(table: AlignedTable | None) -> dict[tuple[int, int], str]:
    assert table is not None
    return {(each.row - 3, each.column): each.paragraphs[0].text for each in table.cells}


def doubted(table: AlignedTable | None) -> set[tuple[int, int]]:
    assert table is not None
    return {(each.row - 3, each.column) for each in table.cells if each.doubtful}


def table_of(*pieces: Iterable[Piece]) -> AlignedTable | None:
    return aligned_table([each for some in pieces for each in some], FORM)


def test_every_figure_stands_in_its_row_and_column() -> None:
    table = table_of(header(), rows())
    found = cells(table)
    assert (found[2, 2], found[2, 4], found[2, 5]) == (FORM.indicators[2].label, "102", "1002")
    assert not doubted(table)


def test_a_section_of_the_report_that_is_called_like_a_row_is_not_the_first_row() -> None:
    above = [piece("4. Kinh phí tổ chức Tuần lễ", LABEL, 10), piece("Không.", LABEL, 25)]
    assert cells(table_of(above, header(), rows())) == cells(table_of(header(), rows()))


def test_a_general_heading_heads_the_column_below_it_that_no_other_heading_names() -> None:
    renamed = {"Số lớp": "Số lượng", "Người": "Số người"}
    heads = [piece(renamed.get(each.text, each.text), each.left, each.bottom) for each in header()]
    found = cells(table_of(heads, rows()))
    assert (found[2, 4], found[2, 5], found[-2, 4]) == ("102", "1002", "Số lượng")


def test_a_figure_between_two_rows_is_asked_about_in_both() -> None:
    moved = [piece(each.text, each.left, each.bottom + PITCH / 2) if each.text == "1005" else each for each in rows()]
    table = table_of(header(), moved)
    assert doubted(table) == {(5, 5), (6, 5)}


def test_a_figure_off_its_line_is_asked_about() -> None:
    """As a line of a cell that is too low for its text comes to stand beside another label."""
    moved = [piece(each.text, each.left, each.bottom + SIZE / 4) if each.text == "1005" else each for each in rows()]
    assert doubted(table_of(header(), moved)) == {(5, 5)}


def test_a_figure_between_two_columns_is_asked_about_in_both() -> None:
    moved = [piece(each.text, COUNT + 50, each.bottom) if each.text == "105" else each for each in rows()]
    assert {(5, 4), (5, 5)} <= doubted(table_of(header(), moved))


def test_figures_that_bridge_two_columns_make_no_table() -> None:
    bridge = [piece("1234567890123456789012345", COUNT, 80 + 30 * PITCH)]
    assert table_of(header(), [each for each in rows() if each.text not in ("130", "1030")], bridge) is None


def test_texts_that_lie_on_each_other_make_no_table() -> None:
    low = [piece(each.text, each.left, 80 + (each.bottom - 80) / 4) for each in rows()]
    assert table_of(header(), low) is None


def test_a_table_goes_on_over_the_page_without_header_footer_and_page_number() -> None:
    first, second = rows(0, 20), rows(20, 35, page=1, foot=100)
    feet = [piece(f"Trang {number}", LABEL, 900, page=number - 1) for number in (1, 2)]
    for again in (header(page=1), []):
        table = table_of(header(), first, feet, again, second)
        assert cells(table)[21, 4] == "121"
        assert not any("Trang" in text for text in cells(table).values())
        assert not doubted(table)


def test_a_label_cut_by_the_page_is_one_row() -> None:
    label = FORM.indicators[2].label
    start, end = label[:40].rstrip(), label[40:].lstrip()
    first = [each for each in rows(0, 3) if each.text != label]
    table = table_of(header(), first, [piece(start, LABEL, 120)], [piece(end, LABEL, 60, page=1)], rows(3, 35, page=1))
    assert cells(table)[2, 2] == label


def test_a_line_of_figures_is_no_page_number() -> None:
    figures = [piece(text, COUNT, 100 + number * PITCH) for number, text in enumerate(("7", "12", "1"))]
    lines = in_lines([piece("Tuần lễ", LABEL, 60), *figures])
    assert [text_of(line) for line in without_running(lines)] == ["Tuần lễ", "7", "12", "1"]


def test_rows_left_below_the_table_are_not_passed_over() -> None:
    far = [piece("Thống kê thêm", LABEL, 2000), piece("Số cuộc", UNIT, 2000), piece("9", COUNT, 2000)]
    assert table_of(header(), rows(), far) is None


def test_a_misspelt_label_that_the_page_cut_is_asked_about_in_both_its_parts() -> None:
    arts = next(number for number, each in enumerate(FORM.indicators) if each.code == "6.arts")
    cut = [piece("Hoạt đng", LABEL, 80 + arts * PITCH), piece("3", COUNT, 80 + arts * PITCH)]
    table = table_of(header(), rows(0, arts), cut, [piece("văn nghệ", LABEL, 60, page=1)], rows(arts + 1, 35, page=1))
    assert cells(table)[arts, 4] == "3"
    assert cells(table)[arts + 1, 4] == "?"
    assert {(arts, 4), (arts + 1, 4)} == doubted(table)


def test_headings_of_two_columns_over_one_make_no_table() -> None:
    figures = [piece(f"{each.text} {each.text}00000000000000000", COUNT, each.bottom) for each in rows() if each.left == COUNT]
    labels = [each for each in rows() if each.left < COUNT]
    assert table_of(header(), labels, figures) is None
