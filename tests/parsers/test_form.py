"""The form is found and read wherever it stands, and nothing doubtful passes as certain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.campaign import (
    Column,
    ColumnKind,
    Form,
    Indicator,
    IndicatorRole,
    IndicatorType,
    RollUp,
)
from parsers.codec import from_plain, to_plain
from parsers.form import read_forms
from parsers.grid import Sheet
from parsers.values import FormReading, ValueStatus
from tests.parsers.form_sheets import (
    FORM,
    HEADER,
    TITLE,
    codes,
    doubtful,
    figures,
    form_sheet,
    one,
    read,
    rows,
    sheet,
    value,
    whole,
)

SOME = {"1": (3,), "1.total_participants": (None, 120), "1.it_training": (1, 40), "4.books": (250,), "9.individuals": (None, 5)}


def test_a_clean_form_is_read_cell_by_cell() -> None:
    reading = one(form_sheet(SOME))
    assert figures(reading) == {
        ("1", "count"): 3,
        ("1.total_participants", "people"): 120,
        ("1.it_training", "count"): 1,
        ("1.it_training", "people"): 40,
        ("4.books", "count"): 250,
        ("9.individuals", "people"): 5,
    }
    assert reading.matched == len(FORM.indicators)
    assert not reading.blank
    assert not reading.findings
    assert {each.status for each in reading.values} == {ValueStatus.OK, ValueStatus.EMPTY}
    read_value = value(reading, "1.it_training", "people")
    assert (read_value.sheet, read_value.cell, read_value.raw) == ("Biểu", "E10", "40")


def test_blank_is_not_zero_and_keeps_its_address() -> None:
    reading = one(form_sheet(SOME))
    empty = value(reading, "1.literacy", "people")
    assert (empty.value, empty.status, empty.cell) == (None, ValueStatus.EMPTY, "E16")


def test_every_indicator_column_has_a_value() -> None:
    reading = one(form_sheet({}))
    expected = {(each.code, column) for each in FORM.indicators for column in each.columns}
    assert {(each.indicator, each.column) for each in reading.values} == expected


def test_an_untouched_form_is_blank() -> None:
    assert one(form_sheet({})).blank
    assert one(form_sheet({"3": ("...",), "2": ("……",)})).blank
    assert not one(form_sheet({"3": (0,)})).blank


def test_text_without_a_form_gives_no_reading() -> None:
    assert read(sheet([("Danh sách học sinh", "Lớp"), ("Lò Văn A", "5A"), ("Tập thể", "x"), ("Cá nhân", "y")])) == ()


def test_a_reading_survives_json() -> None:
    reading = one(form_sheet(SOME))
    assert from_plain(FormReading, to_plain(reading)) == reading


def test_letterhead_title_and_signature_are_the_heading() -> None:
    reading = one(
        sheet([*whole(SOME), (), ("Nơi nhận:", None, None, "TM. ỦY BAN NHÂN DÂN"), (None, None, None, "Lò Văn Chủ Tịch")])
    )
    assert "UBND XÃ QUÀI TỞ" in reading.heading
    assert "Lò Văn Chủ Tịch" in reading.heading
    assert len(reading.heading) <= 1_500


# rows


def test_a_dropped_row_has_no_value() -> None:
    lines = [line for line in whole(SOME) if "Số sách đã huy động" not in str(line)]
    reading = one(sheet(lines))
    assert not [each for each in reading.values if each.indicator == "4.books"]
    assert reading.matched == len(FORM.indicators) - 1


def test_an_added_row_is_an_extra_and_never_a_value() -> None:
    lines = whole(SOME)
    lines.insert(12, (None, "Bồi dưỡng nghiệp vụ cho giáo viên", "lớp/người", 77, 777))
    lines.append((None, "Tổng cộng", None, 88, 888))
    reading = one(sheet(lines))
    assert not {77, 777, 88, 888} & set(figures(reading).values())
    assert [extra for extra in reading.extras if "77 | 777" in extra]
    assert [extra for extra in reading.extras if "88 | 888" in extra]


def test_an_added_row_in_place_of_a_dropped_one_is_told() -> None:
    lines = [
        (None, "Bồi dưỡng nghiệp vụ cho giáo viên", "lớp/người", 77, 777) if "Bồi dưỡng thường xuyên" in str(line) else line
        for line in whole(SOME)
    ]
    reading = one(sheet(lines))
    certain = {each.value for each in reading.values if each.status is ValueStatus.OK}
    assert not {77, 777} & certain
    assert {"F-ROW-UNKNOWN", "F-ROW-DISPUTED"} & codes(reading)


@pytest.mark.parametrize(
    ("code", "label"),
    [("6.arts", "Hoạt động văn hóa"), ("5.book_contest", "Thi kể chuyện theo sách"), ("8", "Hội thảo về biến đổi khí hậu")],
)
def test_a_label_that_may_mean_something_else_is_asked_about(code: str, label: str) -> None:
    reading = one(form_sheet({code: (77, 777)}, labels={code: label}))
    asked = [each for each in reading.values if each.value in (77, 777)]
    assert all(each.status is ValueStatus.CONFIRM and "row_uncertain" in each.warnings for each in asked)
    assert asked or {"F-ROW-UNKNOWN", "F-ROW-DISPUTED"} & codes(reading)


def test_a_moved_row_is_known_by_its_label() -> None:
    lines = whole(SOME)
    moved = next(line for line in lines if "Số sách đã huy động" in str(line))
    lines.remove(moved)
    lines.append(moved)
    reading = one(sheet(lines))
    assert value(reading, "4.books").value == 250
    assert value(reading, "4.books").status is ValueStatus.OK


def test_a_short_general_label_out_of_its_place_is_not_used() -> None:
    lines = whole({"9.collectives": (2,)})
    moved = next(line for line in lines if line[1:2] == ("Tập thể",))
    lines.remove(moved)
    lines.insert(len(TITLE) + len(HEADER), moved)
    reading = one(sheet(lines))
    assert 2 not in figures(reading).values()


def test_labels_used_in_two_groups_are_told_apart_by_their_group() -> None:
    lines = whole({"9.collectives": (2,), "9.individuals": (None, 3)})
    place = next(number for number, line in enumerate(lines) if "Số tập thể, cá nhân" in str(line))
    lines[place : place + 1] = [(None, "Tập thể", "Đơn vị", 15), (None, "Cá nhân", "Người", None, 40)]
    reading = one(sheet(lines))
    assert value(reading, "9.collectives").value == 2
    assert value(reading, "9.individuals", "people").value == 3
    assert 15 not in figures(reading).values()


def test_a_group_label_alone_is_not_taken_for_another_group() -> None:
    only = ["1", "1.total_participants", "1.it_training", "1.life_skills", "2", "3", "4"]
    lines = [*HEADER, *rows({}, only=only), (None, "Tập thể", "Đơn vị", 15), (None, "Cá nhân", "Người", None, 40)]
    reading = one(sheet(lines))
    assert not {15, 40} & set(figures(reading).values())


def test_a_row_written_twice_is_not_used() -> None:
    lines = whole(SOME)
    place = next(number for number, line in enumerate(lines) if "Số sách đã huy động" in str(line))
    lines.insert(place + 1, (None, lines[place][1], "Quyển", 999))
    reading = one(sheet(lines))
    assert not [each for each in reading.values if each.indicator == "4.books" and each.status is ValueStatus.OK]
    assert "F-ROW-DISPUTED" in codes(reading)


def test_a_label_wrapped_over_two_rows_is_one_row() -> None:
    lines = whole(SOME)
    place = next(number for number, line in enumerate(lines) if "Bồi dưỡng nâng cao" in str(line))
    lines[place : place + 1] = [
        (None, "Bồi dưỡng nâng cao trình độ tin học cho cán bộ,", "lớp/người", 1, 40),
        (None, "công chức, viên chức (các cấp)"),
    ]
    reading = one(sheet(lines))
    assert value(reading, "1.it_training").value == 1
    assert value(reading, "1.it_training").status is ValueStatus.OK


def test_hidden_rows_are_asked_about() -> None:
    hidden = replace(form_sheet(SOME), hidden_rows=frozenset({10}))
    reading = one(hidden)
    assert value(reading, "1.it_training").status is ValueStatus.CONFIRM
    assert value(reading, "1").status is ValueStatus.OK


# columns


@pytest.mark.parametrize(
    "header",
    [
        [("TT", "Chỉ tiêu", "ĐVT", "Số lớp/cuộc", "Số người", "Ghi chú")],
        [("STT", "Noi dung", "Don vi tinh", "So lop/so cuoc thi", "Nguoi", "Ghi chu")],
        [("STT", "NỘI DUNG", "ĐVT", "SL", None, "GHI CHÚ"), (None, None, None, "Số lớp", "Số người", None)],
        [("STT", "Nôi dung", "Đơn vi", "Số lớp/số cuôc thi", "Ngưòi", "Ghi chu")],
        [("STT", "Nội dung", "Đơn vị", "Số lớp", "Người", "Ghi chú"), ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)")],
    ],
)
def test_headers_of_all_kinds_are_understood(header: list[tuple[str | None, ...]]) -> None:
    reading = one(sheet([*TITLE, *header, *rows(SOME)]))
    assert value(reading, "1.it_training").value == 1
    assert value(reading, "1.it_training", "people").value == 40
    assert {each.status for each in reading.values} == {ValueStatus.OK, ValueStatus.EMPTY}


def test_without_header_the_rows_of_one_column_bear_out_the_order() -> None:
    reading = one(sheet(rows(SOME)))
    assert value(reading, "1.it_training", "people").value == 40
    assert value(reading, "1.it_training", "people").status is ValueStatus.OK


def test_without_header_and_without_such_rows_every_figure_is_asked_about() -> None:
    reading = one(sheet(rows({"1.it_training": (1, 40), "6.sports": (2, 50)})))
    assert value(reading, "1.it_training", "people").status is ValueStatus.CONFIRM


def test_without_header_one_row_against_the_order_leaves_every_figure_asked_about() -> None:
    reading = one(sheet(rows({"1": (3,), "1.total_participants": (None, 120), "4.books": (None, 250), "6.arts": (2, 50)})))
    assert ValueStatus.OK not in {each.status for each in reading.values}


def test_a_bare_figure_beside_the_text_is_asked_about_where_no_header_names_its_column() -> None:
    for header, status in (([], ValueStatus.CONFIRM), (HEADER, ValueStatus.OK)):
        reading = one(sheet([*header, *rows(SOME | {"1": (3,), "2": (7,), "11": ("Ra quân vệ sinh môi trường", 4958)})]))
        assert value(reading, "11", "text").status is status


@pytest.mark.parametrize("extra", ["Kế hoạch", "Chỉ tiêu kế hoạch", "Năm 2019", "Cùng kỳ năm trước", "Tỷ lệ %"])
def test_plan_and_last_year_columns_are_not_this_years(extra: str) -> None:
    lines = [(*line[:3], 600 + number, *line[3:]) for number, line in enumerate(rows(SOME))]
    header = [("STT", "Nội dung", "Đơn vị", extra, "Số lớp", "Người", "Ghi chú")]
    reading = one(sheet([*TITLE, *header, *lines]))
    assert value(reading, "1.it_training").value == 1
    assert value(reading, "1").status is ValueStatus.OK


def test_of_two_years_side_by_side_this_year_is_read() -> None:
    header = [
        ("STT", "Nội dung", "Đơn vị", "Năm 2019", None, "Năm 2020", None),
        (None, None, None, "Số lớp", "Người", "Số lớp", "Người"),
    ]
    lines = [(*line[:3], 600, 700, *line[3:]) for line in rows(SOME)]
    reading = one(sheet([*header, *lines]))
    assert figures(reading) == figures(one(form_sheet(SOME)))


def test_of_plan_and_result_the_result_is_read() -> None:
    header = [
        ("STT", "Nội dung", "Đơn vị", "Kế hoạch", None, "Thực hiện", None),
        (None, None, None, "Số lớp", "Người", "Số lớp", "Người"),
    ]
    lines = [(*line[:3], 600, 700, *line[3:]) for line in rows(SOME)]
    reading = one(sheet([*header, *lines]))
    assert figures(reading) == figures(one(form_sheet(SOME)))
    assert value(reading, "1").status is ValueStatus.OK


def test_only_another_years_column_is_asked_about() -> None:
    header = [("STT", "Nội dung", "Đơn vị", "Năm 2018", None), (None, None, None, "Số lớp", "Người")]
    reading = one(sheet([*header, *rows(SOME)]))
    assert value(reading, "1").status is ValueStatus.CONFIRM


def test_two_columns_for_one_quantity_are_asked_about() -> None:
    header = [("STT", "Nội dung", "Đơn vị", "Số lớp", "Số lớp", "Người")]
    lines = [(*line[:3], 600, *line[3:]) for line in rows(SOME)]
    refused = value(one(sheet([*header, *lines])), "1")
    assert (refused.value, refused.status, refused.raw) == (None, ValueStatus.REJECT, "600 | 3")


def test_classes_and_contests_in_columns_of_their_own_are_both_read_in_doubt() -> None:
    header = [("STT", "Nội dung", "Đơn vị", "Số lớp", "Số cuộc", "Người")]
    lines = rows({"1.it_training": (1, None, 40), "6.sports": (None, 2, 50), "6.arts": (3, 4, 60)})
    reading = one(sheet([*header, *lines]))
    assert (value(reading, "1.it_training").value, value(reading, "6.sports").value) == (1, 2)
    assert value(reading, "6.arts").status is ValueStatus.REJECT
    assert value(reading, "6.sports", "people").value == 50


def test_figures_in_a_column_without_meaning_are_told() -> None:
    header = [("STT", "Nội dung", "Đơn vị", "Số lớp", "Người", "Ghi chú", "Địa điểm")]
    reading = one(sheet([*header, *rows({"6.sports": (None, None, None, 7)})]))
    assert 7 not in figures(reading).values()
    assert "F-COLUMN-UNKNOWN" in codes(reading)
    places = [("STT", "Nội dung", "Đơn vị", "Số lớp", "Người", "Bản", "Khu"), *rows({"6.sports": (None, None, 287, 143)})]
    told = [each.text.vi for each in one(sheet(places)).findings if each.code == "F-COLUMN-UNKNOWN"]
    assert ["“287”" in told[0], "“143”" in told[1]] == [True, True]


def test_men_and_women_in_columns_of_their_own_are_asked_about_together() -> None:
    header = [("STT", "Nội dung", "Đơn vị", "Số lớp", "Nam", "Nữ", "Ghi chú")]
    found = value(one(sheet([*header, *rows({"1.it_training": (1, 20, 15)})])), "1.it_training", "people")
    assert (found.status, found.raw) == (ValueStatus.REJECT, "20 | 15")


def test_a_column_of_the_week_beside_one_of_the_year_holds_the_figures() -> None:
    header = [("STT", "Nội dung", "Đơn vị", "Trong Tuần lễ", "Lũy kế", "Ghi chú")]
    reading = one(sheet([*header, *rows({"1.it_training": ("3/120", "9/999")})]))
    assert (value(reading, "1.it_training").value, value(reading, "1.it_training", "people").value) == (3, 120)


def test_a_label_merged_over_two_rows_takes_its_figures_from_both() -> None:
    lines = whole(SOME)
    place = next(number for number, line in enumerate(lines) if "Hoạt động văn nghệ" in line)
    lines[place : place + 1] = [(None, "Hoạt động văn nghệ", "cuộc", 2), (None, None, "người", None, 80)]
    reading = one(sheet(lines, merges=[(place, 1, place + 1, 1)]))
    assert (value(reading, "6.arts").value, value(reading, "6.arts", "people").value) == (2, 80)
    apart = one(sheet(lines))
    assert 80 not in figures(apart).values()
    assert "F-ROW-UNLABELLED" in codes(apart)


def test_one_column_for_both_quantities_takes_pairs_and_asks_about_lone_figures() -> None:
    header = [("STT", "Nội dung", "Đơn vị", "Số lượng", "Ghi chú")]
    reading = one(
        sheet([*header, *rows({"1.it_training": ("3/120",), "1.life_skills": (4,), "4.books": (9,), "9.individuals": (8,)})])
    )
    assert value(reading, "1.it_training", "people").value == 120
    assert value(reading, "1.it_training").status is ValueStatus.OK
    assert value(reading, "1.life_skills").status is ValueStatus.CONFIRM
    assert (value(reading, "4.books").value, value(reading, "4.books").status) == (9, ValueStatus.OK)
    assert (value(reading, "9.individuals", "people").value, value(reading, "9.individuals", "people").status) == (
        8,
        ValueStatus.OK,
    )


# figures


def test_a_pair_in_one_cell_fills_both_columns() -> None:
    reading = one(form_sheet({"1.it_training": ("3/120",), "6.arts": (None, "2/80")}))
    assert (value(reading, "1.it_training").value, value(reading, "1.it_training", "people").value) == (3, 120)
    assert (value(reading, "6.arts").value, value(reading, "6.arts", "people").value) == (2, 80)


def test_a_pair_beside_another_figure_is_rejected() -> None:
    reading = one(form_sheet({"1.it_training": ("3/120", 90)}))
    assert value(reading, "1.it_training").value == 3
    refused = value(reading, "1.it_training", "people")
    assert (refused.value, refused.status) == (None, ValueStatus.REJECT)
    assert "two_values" in refused.warnings


def test_a_pair_beside_the_same_figure_is_fine() -> None:
    reading = one(form_sheet({"1.it_training": ("3/120", 120)}))
    assert value(reading, "1.it_training", "people").status is ValueStatus.OK


def test_persons_in_the_column_of_classes_are_moved_in_doubt() -> None:
    moved = value(one(form_sheet({"9.individuals": (5,)})), "9.individuals", "people")
    assert (moved.value, moved.status, moved.cell) == (5, ValueStatus.CONFIRM, "D38")
    assert "column_shift" in moved.warnings


def test_persons_beside_the_number_of_classes_belong_to_the_row_below_when_that_is_blank() -> None:
    reading = one(form_sheet({"1": (3, 120)}))
    assert value(reading, "1").value == 3
    moved = value(reading, "1.total_participants", "people")
    assert (moved.value, moved.status) == (120, ValueStatus.CONFIRM)
    assert "value_moved" in moved.warnings


def test_persons_beside_the_number_of_classes_are_told_when_the_row_below_is_filled() -> None:
    reading = one(form_sheet({"1": (3, 130), "1.total_participants": (None, 120)}))
    assert value(reading, "1.total_participants", "people").value == 120
    assert "V-COL" in codes(reading)


def test_a_figure_beside_what_may_be_the_second_line_of_a_label_is_told() -> None:
    lines = whole({"1.literacy": (3, 90)})
    place = next(number for number, each in enumerate(lines, 1) if "Xóa mù chữ" in each)
    lines.insert(place, (None, "việc đọc sách)", None, None, 468))
    page = sheet(lines)
    loose = {**page.cells, (place + 1, 5): replace(page.cells[place + 1, 5], doubtful=True, loose=True)}
    assert "F-ROW-UNKNOWN" in codes(one(replace(page, cells=loose)))
    assert "F-ROW-UNKNOWN" not in codes(one(page))


def test_a_figure_in_a_heading_is_told() -> None:
    reading = one(form_sheet({"4": (7,), **SOME}))
    assert 7 not in figures(reading).values()
    assert "F-HEADER-VALUE" in codes(reading)
    assert [extra for extra in reading.extras if extra.endswith(": 7")]


@pytest.mark.parametrize("mark", [1, "x", "có"])
def test_a_tick_in_the_heading_of_the_ceremony_is_the_communes(mark: int | str) -> None:
    moved = value(one(form_sheet({"7": (mark,)})), "7.communes")
    assert (moved.value, moved.status) == (1, ValueStatus.CONFIRM)


def test_a_figure_in_the_note_is_asked_about_and_the_note_kept() -> None:
    reading = one(form_sheet({"1.it_training": (None, None, "3 lớp, 120 người")}))
    assert (value(reading, "1.it_training").value, value(reading, "1.it_training", "people").value) == (3, 120)
    assert value(reading, "1.it_training").status is ValueStatus.CONFIRM
    assert value(reading, "1.it_training", "note").value == "3 lớp, 120 người"


def test_free_text_is_kept_with_the_lines_below_it() -> None:
    lines = [*whole({"11": ("Trồng 200 cây",)}), (None, "- Thăm gia đình chính sách")]
    text = value(one(sheet(lines)), "11", "text")
    assert text.value == "Trồng 200 cây\n- Thăm gia đình chính sách"
    assert value(one(form_sheet({})), "11", "text").status is ValueStatus.EMPTY


def test_the_lines_of_a_free_text_may_stand_below_a_sentence() -> None:
    lines = [*whole({"11": ()}), (None, "Xã tổ chức thêm:"), (None, "- Trồng 200 cây"), ("Nơi nhận:",), (None, "- Lưu: VT")]
    assert value(one(sheet(lines)), "11", "text").value == "- Trồng 200 cây"


def test_whom_the_paper_goes_to_is_not_the_text_of_the_last_row() -> None:
    lines = [*whole({"11": ()}), ("Nơi nhận:",), (None, "- Phòng GD&ĐT"), (None, "- Lưu: VT")]
    assert value(one(sheet(lines)), "11", "text").status is ValueStatus.EMPTY


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Các nội dung khác (nếu có): Ra quân vệ sinh", "Ra quân vệ sinh"),
        ("11. Nội dung khác - Trồng 50 cây: 3 loại (sấu, lim)", "Trồng 50 cây: 3 loại (sấu, lim)"),
        ("Các nôi dung khac (nêu cóo)\n- Trồng cây\n- Thăm hỏi: 3 nhà", "Trồng cây\n- Thăm hỏi: 3 nhà"),
        ("Các nội dung khác (nếu có). " + "Trồng 50 cây; " * 60, ("Trồng 50 cây; " * 60).strip(" ;")),
        ("Các nội dung khác (nếu", None),
        ("Các nôi dung khac (nêu co)", None),
        ("Các nội dung khcá ((nếu có)", None),
        ("Nội dung khác: 5", "5"),
    ],
)
def test_what_is_written_behind_the_label_of_the_last_row_is_its_text(written: str, text: str | None) -> None:
    lines = whole({"1": (3,), "2": (7,)})
    renamed = [(line[0], written, *line[2:]) if "Các nội dung khác (nếu có)" in line else line for line in lines]
    assert value(one(sheet(renamed)), "11", "text").value == text


def test_a_bare_figure_where_text_is_due_is_asked_about() -> None:
    for written, status in ((818, ValueStatus.CONFIRM), ("0", ValueStatus.OK), ("2 hội thi", ValueStatus.OK)):
        assert value(one(form_sheet({"1": (3,), "2": (7,), "11": (written,)})), "11", "text").status is status


def test_a_cell_merged_over_both_columns_gives_a_pair_or_a_question() -> None:
    base = form_sheet({"1.it_training": ("3/120",), "1.life_skills": (4,)})
    merged = sheet(whole({"1.it_training": ("3/120",), "1.life_skills": (4,)}), merges=[(9, 3, 9, 4), (10, 3, 10, 4)])
    assert value(one(base), "1.life_skills").status is ValueStatus.OK
    assert value(one(merged), "1.life_skills").status is ValueStatus.CONFIRM
    assert value(one(merged), "1.it_training", "people").status is ValueStatus.OK


def test_a_cell_merged_over_rows_belongs_to_the_first_in_doubt() -> None:
    reading = one(sheet(whole({"1.it_training": (3, 120)}), merges=[(9, 4, 11, 4)]))
    merged = value(reading, "1.it_training", "people")
    assert (merged.value, merged.status) == (120, ValueStatus.CONFIRM)
    assert value(reading, "1.life_skills", "people").value is None


def test_figures_read_from_a_picture_are_never_certain() -> None:
    reading = one(doubtful(form_sheet({**SOME, "11": ("chữ",), "10": (5_000_000,)})))
    assert ValueStatus.OK not in {each.status for each in reading.values}
    assert value(reading, "1").value == 3


# sheets


def test_last_years_copy_on_another_sheet_is_left_out() -> None:
    past = sheet(whole({"1": (99,)}, title=[("BÁO CÁO NĂM 2019",)]), name="2019")
    this = sheet(whole(SOME, title=[("BÁO CÁO NĂM 2020",)]), name="2020")
    reading = one(past, this)
    assert value(reading, "1").value == 3
    assert "F-OTHER-YEAR" in codes(reading)


@pytest.mark.parametrize("name", ["Kế hoạch", "Dự kiến", "Nháp"])
def test_a_plan_or_a_draft_beside_the_results_is_left_out(name: str) -> None:
    planned, done = form_sheet({**SOME, "4.books": (999,), "6.arts": (9, 99)}, name=name), form_sheet(SOME, name="Kết quả")
    for book in ((planned, done), (done, planned)):
        reading = one(*book)
        assert figures(reading) == figures(one(form_sheet(SOME)))
        assert codes(reading) == {"F-NO-RESULT"}
    assert figures(one(planned))["4.books", "count"] == 999


def test_a_copy_of_last_year_with_this_years_title_is_known_by_the_name_of_its_sheet() -> None:
    past = sheet(whole({"1": (99,)}, title=[("BÁO CÁO NĂM 2020",)]), name="2019")
    this = sheet(whole(SOME, title=[("BÁO CÁO NĂM 2020",)]), name="2020")
    reading = one(past, this)
    assert (value(reading, "1").value, value(reading, "1").status) == (3, ValueStatus.OK)


def test_two_communes_in_one_workbook_are_two_forms() -> None:
    first = sheet(whole({"1": (3,)}, title=[("UBND XÃ QUÀI TỞ",)]), name="QT")
    second = sheet(whole({"1": (4,)}, title=[("UBND XÃ QUÀI CANG",)]), name="QC")
    one_reading, other = read(first, second)
    assert (value(one_reading, "1").value, value(other, "1").value) == (3, 4)
    assert "QUÀI TỞ" in one_reading.heading
    assert "QUÀI CANG" not in one_reading.heading
    assert "QUÀI CANG" in other.heading


def test_two_communes_on_one_sheet_are_two_forms() -> None:
    both = [*whole({"1": (3,)}, title=[("UBND XÃ QUÀI TỞ",)]), (), (), *whole({"1": (4,)}, title=[("UBND XÃ QUÀI CANG",)])]
    one_reading, other = read(sheet(both))
    assert (value(one_reading, "1").value, value(other, "1").value) == (3, 4)
    assert "QUÀI CANG" not in one_reading.heading
    assert "QUÀI CANG" in other.heading


def test_two_communes_side_by_side_are_two_forms() -> None:
    left = whole(SOME, title=[("UBND XÃ QUÀI TỞ",), ()])
    right = whole({"4.books": (80,), "6.arts": (1, 30)}, title=[("UBND XÃ NÀ SÁY",), ()])
    wide = [(*one_, *(None,) * (8 - len(one_)), *other) for one_, other in zip(left, right, strict=True)]
    first, second = read(sheet(wide))
    assert figures(first) == figures(one(form_sheet(SOME)))
    assert figures(second) == {("4.books", "count"): 80, ("6.arts", "count"): 1, ("6.arts", "people"): 30}
    assert ("NÀ SÁY" in first.heading, "QUÀI TỞ" in second.heading) == (False, False)


def test_a_blank_copy_beside_a_filled_form_is_ignored() -> None:
    reading = one(form_sheet({}, name="Mẫu"), form_sheet(SOME, name="Sheet2"))
    assert reading.sheet == "Sheet2"
    assert not reading.blank


def test_the_same_form_twice_is_one() -> None:
    assert len(read(form_sheet(SOME, name="A"), form_sheet(SOME, name="B"))) == 1


def test_hidden_sheets_count_only_when_nothing_else_fits() -> None:
    hidden = replace(form_sheet({"1": (9,)}, name="Ẩn"), hidden=True)
    assert value(one(hidden, form_sheet(SOME)), "1").value == 3
    alone = one(hidden, sheet([("Trang bìa",)], name="Bìa"))
    assert value(alone, "1").status is ValueStatus.CONFIRM
    assert "F-HIDDEN" in codes(alone)


def test_the_cover_sheet_tells_who_reports() -> None:
    reading = one(sheet([("BÁO CÁO",), ("XÃ NÀ SÁY",)], name="Bìa"), sheet([*HEADER, *rows(SOME)], name="Biểu"))
    assert "XÃ NÀ SÁY" in reading.heading


def test_a_table_cut_over_pages_is_one_form() -> None:
    lines = rows(SOME)
    first, second, third = sheet([*HEADER, *lines[:16]], name="1"), sheet(lines[16:30], name="2"), sheet(lines[30:], name="3")
    reading = one(first, second, third)
    assert figures(reading) == figures(one(form_sheet(SOME)))
    assert reading.matched == len(FORM.indicators)


def test_a_table_cut_into_blocks_on_one_sheet_is_one_form() -> None:
    lines = rows(SOME)
    for between in ([()], [(), ("Trang 2",), *HEADER], [(), *HEADER[:1]]):
        reading = one(sheet([*TITLE, *HEADER, *lines[:18], *between, *lines[18:]]))
        assert figures(reading) == figures(one(form_sheet(SOME)))


def test_a_table_cut_into_halves_side_by_side_is_one_form() -> None:
    lines = rows(SOME)
    blank = (None,) * 6
    halves = [
        (*(*left, *blank)[:6], None, *right)
        for left, right in zip([*HEADER, *lines[:18]], [*HEADER, *lines[18:], ()], strict=True)
    ]
    reading = one(sheet(halves))
    assert figures(reading) == figures(one(form_sheet(SOME)))


def test_a_short_list_with_labels_of_the_form_is_no_second_form() -> None:
    detail = sheet(
        [("Hoạt động văn nghệ", "Số cuộc/người", 5, 50), ("Hoạt động thể dục thể thao", "", 6, 60), ("Xóa mù chữ", "", 7, 70)]
    )
    assert len(read(form_sheet(SOME), detail)) == 1


def test_an_offset_table_is_found() -> None:
    far = sheet([(), (), (), *whole(SOME)], left=7)
    reading = one(far)
    assert figures(reading) == figures(one(form_sheet(SOME)))
    assert value(reading, "1").cell == "K11"


def test_a_table_without_letters_keeps_its_own_addresses() -> None:
    original = form_sheet(SOME)
    cells = {(row, column): replace(each, address=f"T1R{row}C{column}") for (row, column), each in original.cells.items()}
    reading = one(replace(original, cells=cells))
    assert value(reading, "1.literacy").cell == "T1R16C4"


# other forms


def _form() -> Form:
    def indicator(order: int, code: str, label: str, *columns: str) -> Indicator:
        return Indicator(
            code=code,
            order=order,
            label=label,
            label_en=label,
            row_number=str(order),
            unit="persons",
            type=IndicatorType.INTEGER,
            role=IndicatorRole.LEAF,
            parent=None,
            columns=columns or ("male", "female", "total"),
            pair=None,
            roll_up=RollUp.SUM,
            required=True,
        )

    return Form(
        title="Staff return",
        subtitle="",
        columns=(
            Column(key="no", header="No.", kind=ColumnKind.ROW_NUMBER),
            Column(key="label", header="Category", kind=ColumnKind.LABEL),
            Column(key="male", header="Male", kind=ColumnKind.QUANTITY),
            Column(key="female", header="Female", kind=ColumnKind.QUANTITY),
            Column(key="total", header="Total", kind=ColumnKind.QUANTITY),
            Column(key="note", header="Remarks", kind=ColumnKind.NOTE),
        ),
        indicators=(
            indicator(1, "doctors", "Doctors"),
            indicator(2, "nurses", "Nurses and midwives"),
            indicator(3, "drivers", "Drivers"),
            indicator(4, "vacant", "Vacant posts", "total"),
        ),
        rules=(),
        outline=(),
    )


def test_another_offices_form_is_read_by_the_same_reader() -> None:
    table: Sheet = sheet(
        [
            ("Staff return 2020",),
            ("No.", "Category", "Male", "Female", "Total", "Remarks"),
            (1, "Doctors", 3, 4, 7),
            (2, "Nurses", 1, 9, 10, "2 on leave"),
            (3, "Drivers", 5, 0, 5),
            (4, "Vacant posts", None, None, 2),
        ]
    )
    (reading,) = read_forms([table], _form(), year=2020)
    assert figures(reading) == {
        ("doctors", "male"): 3, ("doctors", "female"): 4, ("doctors", "total"): 7,
        ("nurses", "male"): 1, ("nurses", "female"): 9, ("nurses", "total"): 10, ("nurses", "note"): "2 on leave",
        ("drivers", "male"): 5, ("drivers", "female"): 0, ("drivers", "total"): 5,
        ("vacant", "total"): 2,
    }  # fmt: skip
    assert not reading.findings
