"""A commune's workbook with a sheet for each school: the summary is the report, the schools' sheets only support it."""

from __future__ import annotations

import pytest

from config.loading import reference_campaign
from parsers.grid import Sheet
from parsers.read import expected_of, read_file
from service.rules.match import Outcome, Query, identify
from tests.parsers.form_sheets import Row, codes, figures, one, read, sheet, whole
from tests.scoreboard.formats import as_xlsx
from tests.scoreboard.tables import Page

CAMPAIGN = reference_campaign()
FIRST: dict[str, Row] = {"1": (2,), "1.literacy": (1, 40), "2": (3,), "4.books": (50,), "5.book_fair": (1,)}
SECOND: dict[str, Row] = {"1": (3,), "1.literacy": (2, 50), "2": (4,), "4.books": (70,), "5.book_fair": (2,)}
SUM: dict[str, Row] = {"1": (5,), "1.literacy": (3, 90), "2": (7,), "4.books": (120,), "5.book_fair": (3,)}
SCHOOLS = ("TRƯỜNG THCS QUÀI TỞ", "TRƯỜNG TIỂU HỌC QUÀI TỞ")


def page(given: dict[str, Row], name: str, head: str) -> Sheet:
    return sheet(whole(given, title=[(head,), ("MẪU TỔNG HỢP SỐ LIỆU",)]), name=name)


@pytest.mark.parametrize("names", [("THCS", "Tiểu học", "TỔNG HỢP"), ("Sheet1", "Sheet2", "Sheet3"), ("MN", "TH số 1", "TH xã")])
def test_the_summary_is_the_form_and_the_schools_support_it(names: tuple[str, str, str]) -> None:
    schools = [page(each, name, head) for each, name, head in zip((FIRST, SECOND), names, SCHOOLS, strict=False)]
    for book in ([*schools, page(SUM, names[2], "UBND XÃ QUÀI TỞ")], [page(SUM, names[2], "UBND XÃ QUÀI TỞ"), *schools]):
        reading = one(*book)
        assert figures(reading)["4.books", "count"] == 120
        assert "F-PARTS" in codes(reading)
        assert "F-PARTS-SUM" not in codes(reading)
        assert "TRƯỜNG" not in reading.heading


def test_without_names_the_sums_tell_the_summary() -> None:
    villages = [page(FIRST, "A", "BẢN CANG"), page(SECOND, "B", "BẢN NONG")]
    assert figures(one(*villages, page(SUM, "C", "")))["4.books", "count"] == 120


def test_a_summary_that_is_not_the_sum_of_its_schools_is_a_question_at_its_cell() -> None:
    schools = [page(each, name, head) for each, name, head in zip((FIRST, SECOND), ("A", "B"), SCHOOLS, strict=True)]
    reading = one(*schools, page({**SUM, "4.books": (130,)}, "Tổng hợp", "UBND XÃ QUÀI TỞ"))
    (asked,) = [each for each in reading.findings if each.code == "F-PARTS-SUM"]
    assert asked.where == "4.books"
    assert all(words in asked.text.vi for words in ("130", "120"))


def test_two_communes_and_their_neighbour_are_no_parts() -> None:
    communes = [page(FIRST, "Quài Tở", "UBND XÃ QUÀI TỞ"), page(SECOND, "Quài Cang", "UBND XÃ QUÀI CANG")]
    assert len(read(*communes)) == 2
    assert len(read(*communes, page({**SUM, "1": (9,), "2": (1,), "4.books": (3,)}, "Quài Nưa", "UBND XÃ QUÀI NƯA"))) == 3


@pytest.mark.parametrize("noted", [0, 1])
def test_a_note_that_names_schools_makes_a_commune_no_part_of_another(noted: int) -> None:
    names = ("Quài Tở", "Nà Sáy")
    books = [whole(each, title=[(f"UBND XÃ {name.upper()}",)]) for name, each in zip(names, (FIRST, SECOND), strict=True)]
    books[noted] += [(), ("Ghi chú: số liệu của 5 trường học",)]
    readings = read(*(sheet(lines, name=name) for name, lines in zip(names, books, strict=True)))
    assert [each.sheet for each in readings] == list(names)


def test_names_tell_the_summary_where_its_figures_do_not_add_up() -> None:
    own = {"1": (9,), "2": (8,), "4.books": (7,)}
    for schools in ([page(FIRST, "THCS", "")], [page(FIRST, "THCS", ""), page(SECOND, "TH", "")]):
        assert figures(one(*schools, page(own, "Toàn xã", "")))["4.books", "count"] == 7


def test_a_third_school_without_a_letterhead_is_not_the_commune() -> None:
    schools = [page(FIRST, "THCS", SCHOOLS[0]), page(SECOND, "MN", "TRƯỜNG MẦM NON")]
    assert len(read(*schools, page({"1": (9,), "2": (1,), "4.books": (3,)}, "TH", ""))) == 3
    assert len(read(*schools, page({"1": (9,), "2": (1,), "4.books": (3,)}, "Sheet3", ""))) == 3


def test_schools_alone_are_no_communes_report() -> None:
    schools = [page(each, name, head) for each, name, head in zip((FIRST, SECOND), ("A", "B"), SCHOOLS, strict=True)]
    assert len(read(*schools)) == 2


def test_the_workbook_is_filed_for_the_commune_and_not_held_as_a_schools() -> None:
    pages = []
    for given, name, head in ((FIRST, "THCS", SCHOOLS[0]), (SECOND, "TH", SCHOOLS[1]), (SUM, "Tổng hợp", "UBND XÃ QUÀI TỞ")):
        made = Page(name=name)
        for number, row in enumerate(whole(given, title=[(head,)]), start=1):
            for column, value in enumerate(row, start=1):
                made.put(number, column, value)  # type: ignore[arg-type] # what these sheets hold
        pages.append(made)
    reading = read_file("so lieu.xlsx", as_xlsx(pages), expected_of((CAMPAIGN,)))
    assert [each.sheet for each in reading.documents[0].forms] == ["Tổng hợp"]
    found = identify(CAMPAIGN, reading, Query())
    assert (found.outcome, found.unit) == (Outcome.FILED, next(each.code for each in CAMPAIGN.roster if each.name == "Quài Tở"))
