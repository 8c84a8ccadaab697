"""Blank forms as offices of all kinds draw them: what is a row, a total, a heading, a share, a code, another table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from config.campaign import ColumnKind, IndicatorRole, IndicatorType, RollUp
from parsers.form import read_forms
from parsers.grid import Cell, CellKind, Merge, Sheet
from parsers.learn_form import LearnedForm, Looks, learn_form
from parsers.values import ValueStatus
from tests.parsers.test_learn_form import by_label, keys, learn, sheet


def rows_asked_to_sum(learned: LearnedForm) -> dict[str, object]:
    return {str(rule.params["total"]): rule.params["parts"] for rule in learned.form.rules if "total" in rule.params}


def read_back(learned: LearnedForm, *rows: Sequence[str | int | None], merges: tuple[Merge, ...] = ()) -> dict[str, object]:
    """What a filled form says by cell; everything that is read must be certain."""
    (found,) = read_forms((sheet(rows, merges),), learned.form, year=2026)
    assert {each.status for each in found.values} <= {ValueStatus.OK, ValueStatus.EMPTY}, found.findings
    return {each.cell: each.value for each in found.values if each.status is ValueStatus.OK}


def test_a_word_that_begins_like_a_total_is_none() -> None:
    """Công trình, Công suất, Công nhân: "cộng" without its marks; a total number of something is a figure of its own."""
    learned = learn(
        ["TT", "Nội dung", "ĐVT", "Số lượng"],
        [1, "Số lượt khám", "lượt"],
        [2, "Công trình sửa chữa", "công trình"],
        [3, "Tổng số ngày điều trị nội trú", "ngày"],
        [4, "Công nhân được đào tạo", "người"],
    )
    assert {each.role for each in learned.form.indicators} == {IndicatorRole.LEAF}
    assert rows_asked_to_sum(learned) == {}
    last = learn(["TT", "Nội dung", "Số vụ"], [1, "Cháy"], [2, "Nổ"], [None, "Cộng (1+2)"])
    assert by_label(last)["Cộng (1+2)"].role is IndicatorRole.TOTAL


def test_of_which_rows_are_parts_of_the_row_above_and_of_nothing_else() -> None:
    learned = learn(
        ["TT", "Cây trồng", "Diện tích (ha)"],
        ["1", "Lúa"],
        [None, "Trong đó: - Lúa lai"],
        [None, "- Lúa thuần"],
        ["2", "Ngô"],
        [None, "Trong đó:"],
        [None, "- Ngô lai"],
    )
    parents = {each.label: each.parent for each in learned.form.indicators}
    assert parents["Trong đó: - Lúa lai"] == parents["Lúa thuần"] == "1.lua"
    found = by_label(learned)
    assert found["Trong đó: - Lúa lai"].role is IndicatorRole.LEAF
    assert (found["Trong đó:"].type, found["Trong đó:"].columns) == (IndicatorType.NONE, ())
    assert rows_asked_to_sum(learned) == {
        "('1.lua', 'dien_tich')": ("1.trong_do_lua_lai", "1.lua_thuan"),
        "('2.ngo', 'dien_tich')": (found["Ngô lai"].code,),
    }


def test_shares_and_averages_are_never_added_up() -> None:
    learned = learn(
        ["TT", "Chỉ tiêu", "Tổng số", "Năng suất (tạ/ha)", "Tăng/giảm"],
        [1, "Số hộ nghèo giảm so với năm trước"],
        [2, "Tỷ lệ hộ dùng nước sạch (%)"],
        [3, "Thu nhập bình quân"],
        [4, "Số trường có tỷ lệ chuyên cần trên 90%"],
    )
    assert keys(learned) == ["tong_so"]
    assert learned.form.left_out == ("Năng suất (tạ/ha)", "Tăng/giảm")
    assert {label: each.roll_up for label, each in by_label(learned).items()} == {
        "Số hộ nghèo giảm so với năm trước": RollUp.SUM,
        "Tỷ lệ hộ dùng nước sạch (%)": RollUp.NONE,
        "Thu nhập bình quân": RollUp.NONE,
        "Số trường có tỷ lệ chuyên cần trên 90%": RollUp.SUM,
    }


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (Cell(kind=CellKind.TEXT, value="45,5%", address="C2"), "45.5"),
        (Cell(kind=CellKind.NUMBER, value=Decimal("0.455"), number_format="0.0%", address="C2"), "45.500"),
        (Cell(kind=CellKind.NUMBER, value=Decimal("45.5"), address="C2"), "45.5"),
    ],
)
def test_a_percentage_is_read_where_one_is_asked_for(cell: Cell, value: str) -> None:
    heading = ["TT", "Chỉ tiêu", "Kết quả"]
    form = learn(heading, [1, "Tỷ lệ hộ dùng nước sạch (%)"], [2, "Số hộ"]).form
    filled = sheet([heading, [1, "Tỷ lệ hộ dùng nước sạch (%)"], [2, "Số hộ", 120]])
    (found,) = read_forms((Sheet(name="Sheet1", cells={**filled.cells, (2, 3): cell}),), form, year=2026)
    read = next(each for each in found.values if each.cell == "C2")
    assert (read.status, Decimal(str(read.value))) == (ValueStatus.OK, Decimal(value))


def test_each_column_says_what_its_figures_are() -> None:
    heading = ["TT", "Cây trồng", "Diện tích (ha)", "Số hộ trồng"]
    learned = learn(heading, [1, "Lúa"], [2, "Ngô"])
    assert [each.type for each in learned.form.quantity_columns] == [IndicatorType.DECIMAL, None]
    assert read_back(learned, heading, [1, "Lúa", "12,5", "1.234"], [2, "Ngô", 7, 80]) == {
        "C2": "12.5",
        "D2": 1234,
        "C3": 7,
        "D3": 80,
    }


def test_the_measure_above_the_table_holds_for_its_columns() -> None:
    """Amounts in millions have decimals and need no question; a plain count among them stays one; single đồng are asked about."""
    heading = ["TT", "Nội dung chi", "Dự toán", "Thực hiện", "So sánh (%)"]
    top = [[None, None, None, "Đơn vị tính: triệu đồng"], heading, ["A", "B", "1", "2", "3=2/1"]]
    learned = learn(*top, [1, "Chi giáo dục"], [2, "Chi y tế"])
    assert [each.type for each in learned.form.quantity_columns] == [IndicatorType.DECIMAL] * 2
    assert learned.form.subtitle == "(Đơn vị tính: triệu đồng)"
    assert read_back(learned, *top, [1, "Chi giáo dục", "1250,5", 900], [2, "Chi y tế", 80, 7]) == {
        "C4": "1250.5",
        "D4": 900,
        "C5": 80,
        "D5": 7,
    }
    scale = next(rule for rule in learned.form.rules if rule.type == "max")
    assert (scale.params["columns"], scale.params["max"]) == (("du_toan", "thuc_hien"), 1_000_000)
    mixed = learn(["ĐVT: nghìn đồng"], ["Nhóm", "Số đối tượng", "Kinh phí"], ["Trẻ em"], ["Người cao tuổi"])
    assert mixed.types == {"so_doi_tuong": IndicatorType.INTEGER, "kinh_phi": IndicatorType.MONEY}


def test_columns_that_are_filled_in_already_are_not_asked_for() -> None:
    learned = learn(
        ["Chỉ tiêu", "Mã số", "Kế hoạch giao", "Thực hiện"],
        ["A", "B", "1", "2"],
        ["Số hộ", "01", 120, 0],
        ["Số khẩu", "02", 480, "0"],
        ["Số trẻ", "03", 75, "……"],
    )
    assert keys(learned) == ["thuc_hien"]
    assert learned.form.left_out == ("Mã số", "Kế hoạch giao")


def test_a_form_of_two_columns_is_a_form() -> None:
    heading = ["Nội dung thiệt hại", "Số lượng"]
    learned = learn(heading, ["Số nhà sập"], ["Diện tích lúa ngập (ha)"], ["Ước thiệt hại (triệu đồng)"])
    assert [each.type for each in learned.form.indicators] == [
        IndicatorType.INTEGER,
        IndicatorType.DECIMAL,
        IndicatorType.DECIMAL,
    ]
    rows = (["Số nhà sập", 3], ["Diện tích lúa ngập (ha)", "2,5"], ["Ước thiệt hại (triệu đồng)", "150,5"])
    assert read_back(learned, heading, *rows) == {"B2": 3, "B3": "2.5", "B4": "150.5"}


def test_groups_in_a_column_of_their_own_head_their_rows() -> None:
    """Merged down beside rows that are called the same in each group: every figure is in its group, and certain."""
    merges = tuple(Merge(top=top, left=left, bottom=top + 1, right=left) for top in (2, 4) for left in (1, 2))
    heading = ["TT", "Cấp học", "Nội dung", "Tổng số", "Nữ"]
    blank: tuple[Sequence[str | int | None], ...] = (
        [1, "Mầm non", "Số học sinh"],
        [None, None, "Số lớp"],
        [2, "Tiểu học", "Số học sinh"],
        [None, None, "Số lớp"],
    )
    learned = learn(heading, *blank, merges=merges)
    assert [(each.label, each.parent) for each in learned.form.indicators] == [
        ("Mầm non", None),
        ("Số học sinh", "1.mam_non"),
        ("Số lớp", "1.mam_non"),
        ("Tiểu học", None),
        ("Số học sinh", "2.tieu_hoc"),
        ("Số lớp", "2.tieu_hoc"),
    ]
    filled: list[Sequence[str | int | None]] = [[*row, 10 + at, at] for at, row in enumerate(blank)]
    found = read_back(learned, heading, *filled, merges=merges)
    assert found == {f"{column}{2 + at}": value for at in range(4) for column, value in (("D", 10 + at), ("E", at))}


def test_labels_below_a_heading_over_two_columns_stand_in_the_fuller_one() -> None:
    merges = (Merge(top=1, left=1, bottom=1, right=2), Merge(top=2, left=1, bottom=3, right=1))
    learned = learn(["Nội dung", None, "Số lượng"], ["Giếng khoan", "Hoạt động tốt"], [None, "Hư hỏng"], merges=merges)
    assert [each.label for each in learned.form.indicators] == ["Giếng khoan", "Hoạt động tốt", "Hư hỏng"]
    assert learned.form.left_out == ()


def test_all_tables_of_a_form_are_one_form() -> None:
    """On one sheet or on two, with columns of their own or the same; the line above a table is no row."""
    first = (["TT", "Chức danh", "Tổng số", "Nữ"], [1, "Cán bộ chuyên trách"], [2, "Cán bộ kiêm nhiệm"])
    second = (["TT", "Loại tài liệu", "ĐVT", "Đầu kỳ", "Bổ sung"], [1, "Sách giáo khoa", "cuốn"], [2, "Báo", "tờ"])
    learned = learn(["I. NHÂN SỰ"], *first, [], ["II. VỐN TÀI LIỆU"], *second)
    assert {each.label: each.columns for each in learned.form.indicators} == {
        "Cán bộ chuyên trách": ("tong_so", "nu"),
        "Cán bộ kiêm nhiệm": ("tong_so", "nu"),
        "Sách giáo khoa": ("dau_ky", "bo_sung"),
        "Báo": ("dau_ky", "bo_sung"),
    }
    filled = [[*row, 10, 4] if row[0] != "TT" else row for row in (*first, *second)]
    assert len(read_back(learned, *filled[:3], [], *filled[3:])) == 8
    sheets = tuple(Sheet(name=name, cells=sheet(rows).cells) for name, rows in (("Biểu 1", first), ("Biểu 2", second)))
    assert [each.label for each in learn_form(sheets).form.indicators] == [each.label for each in learned.form.indicators]


def test_another_table_is_seen_by_its_headings_whatever_they_say() -> None:
    learned = learn(
        ["Service", "Visits", "Loans", "Hours"],
        ["Main desk"],
        ["Reference"],
        ["B. Events"],
        ["Event type", "Number held", "Attendance", "Year built"],
        ["Story time"],
        ["Workshop"],
    )
    assert {each.label: each.columns for each in learned.form.indicators} == {
        "Main desk": ("visits", "loans", "hours"),
        "Reference": ("visits", "loans", "hours"),
        "Story time": ("number_held", "attendance"),
        "Workshop": ("number_held", "attendance"),
    }
    assert learned.form.left_out == ("Year built",)
    found = read_back(
        learned,
        ["Service", "Visits", "Loans", "Hours"],
        ["Main desk", 5, 6],
        ["Reference", 7, 8],
        ["B. Events"],
        ["Event type", "Number held", "Attendance", "Year built"],
        ["Story time", 1, 20, 1999],
        ["Workshop", 2, 30],
    )
    assert list(found.values()) == [5, 6, 7, 8, 1, 20, 2, 30]


def test_questions_are_answered_as_they_ask() -> None:
    heading = ["STT", "Câu hỏi", "Trả lời"]
    rows = (
        [1, "Đã thành lập Tổ công nghệ số? (Có/Không)"],
        [2, "Ngày thành lập (dd/mm/yyyy)"],
        [3, "Số thành viên"],
        [4, "Khó khăn, vướng mắc"],
    )
    learned = learn(heading, *rows)
    assert [each.type for each in learned.form.indicators] == [
        IndicatorType.INTEGER_FLAG,
        IndicatorType.TEXT,
        IndicatorType.INTEGER,
        IndicatorType.TEXT,
    ]
    said = ("Có", "12/05/2024", 7, "Không")
    found = read_back(learned, heading, *([*row, answer] for row, answer in zip(rows, said, strict=True)))
    assert list(found.values()) == [1, "12/05/2024", 7, "Không"]


def test_a_tick_in_a_column_to_be_ticked_is_no_riddle() -> None:
    merges = (Merge(top=1, left=3, bottom=1, right=4), *(Merge(top=1, left=at, bottom=2, right=at) for at in (1, 2)))
    top = (["TT", "Tiêu chí", "Kết quả"], [None, None, "Đạt", "Không đạt"])
    learned = learn(*top, [1, "Công khai thủ tục"], [2, "Tiếp công dân"], merges=merges)
    assert [each.type for each in learned.form.quantity_columns] == [IndicatorType.INTEGER_FLAG] * 2
    found = read_back(learned, *top, [1, "Công khai thủ tục", "x"], [2, "Tiếp công dân", None, "X"], merges=merges)
    assert found == {"C3": 1, "D4": 1}


def test_a_row_about_a_date_right_below_others_does_not_end_the_form() -> None:
    learned = learn(
        ["Ref", "Question", "Answer"],
        ["Q1", "Number of premises"],
        ["Q2", "Date of last inspection"],
        ["Q3", "Number closed"],
        [],
        [None, "Date: ______"],
        ["Signed:"],
    )
    assert [each.label for each in learned.form.indicators] == ["Number of premises", "Date of last inspection", "Number closed"]


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ((["CỤC THỐNG KÊ"], ["Biểu số 01-DS: BÁO CÁO DÂN SỐ"], ["Kỳ báo cáo: Quý II"]), "Biểu số 01-DS: BÁO CÁO DÂN SỐ"),
        ((["COUNTY HUMAN RESOURCES"], ["Annual Staff Census 2026"], ["Department:"]), "Annual Staff Census 2026"),
        ((["HỘI PHỤ NỮ HUYỆN"], ["KẾT QUẢ PHÁT TRIỂN HỘI VIÊN"]), "KẾT QUẢ PHÁT TRIỂN HỘI VIÊN"),
    ],
)
def test_the_title_is_no_name_of_an_office(above: Sequence[Sequence[str]], title: str) -> None:
    rows = [*above, ["STT", "Nội dung", "Số lượng"], [1, "Một việc"], [2, "Việc khác"]]
    assert learn_form((sheet(rows),), looks=Looks()).form.title == title


def test_groups_of_three_lines_give_keys_that_tell_them_apart() -> None:
    merges = (
        Merge(top=1, left=1, bottom=3, right=1),
        Merge(top=1, left=2, bottom=1, right=5),
        Merge(top=2, left=2, bottom=2, right=3),
        Merge(top=2, left=4, bottom=2, right=5),
    )
    learned = learn(
        ["Xã, thị trấn", "Kết quả rà soát"],
        [None, "Hộ nghèo", None, "Hộ cận nghèo"],
        [None, "Số hộ", "Tỷ lệ (%)", "Số hộ", "Tỷ lệ (%)"],
        ["Xã Nà Sáy"],
        ["Xã Ta Ma"],
        merges=merges,
    )
    assert learned.form.units_as_rows
    assert keys(learned) == ["ho_ngheo_so_ho", "ho_can_ngheo_so_ho"]
    assert [each.kind for each in learned.form.columns] == [ColumnKind.LABEL, ColumnKind.QUANTITY, ColumnKind.QUANTITY]
    top = (
        ["Xã, thị trấn", "Kết quả rà soát"],
        [None, "Hộ nghèo", None, "Hộ cận nghèo"],
        [None, "Số hộ", "Tỷ lệ (%)", "Số hộ", "Tỷ lệ (%)"],
    )
    found = read_back(learned, *top, ["TOÀN HUYỆN", 99, None, 99], ["Xã Nà Sáy", 41, 12, 30, 9], ["Xã Ta Ma"], merges=merges)
    assert found == {"B5": 41, "D5": 30}
