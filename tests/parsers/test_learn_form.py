"""Forms derived from tables nobody has seen before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.campaign import ColumnKind, Indicator, IndicatorRole, IndicatorType, RollUp
from parsers.form import read_forms
from parsers.grid import Cell, CellKind, Merge, Sheet
from parsers.learn_form import LearnedForm, LearnError, Looks, learn_form
from parsers.learn_words import slug
from parsers.values import ValueStatus


def sheet(rows: Sequence[Sequence[str | int | None]], merges: tuple[Merge, ...] = ()) -> Sheet:
    cells = {}
    for row, texts in enumerate(rows, 1):
        for column, value in enumerate(texts, 1):
            if value is not None and value != "":
                kind = CellKind.NUMBER if isinstance(value, int) else CellKind.TEXT
                cells[row, column] = Cell(kind=kind, value=value, address=f"{chr(64 + column)}{row}")
    return Sheet(name="Sheet1", cells=cells, merges=merges)


def learn(*rows: Sequence[str | int | None], merges: tuple[Merge, ...] = ()) -> LearnedForm:
    return learn_form((sheet(rows, merges),))


def by_label(learned: LearnedForm) -> Mapping[str, Indicator]:
    return {each.label: each for each in learned.form.indicators}


def keys(learned: LearnedForm) -> list[str]:
    return [each.key for each in learned.form.quantity_columns]


def test_columns_are_told_by_their_headings() -> None:
    learned = learn(["STT", "Nội dung", "ĐVT", "Nam", "Nữ", "Tổng số", "Ghi chú"], ["1", "Cán bộ xã", "người"])
    assert [each.kind for each in learned.form.columns] == [
        ColumnKind.ROW_NUMBER,
        ColumnKind.LABEL,
        ColumnKind.UNIT,
        *[ColumnKind.QUANTITY] * 3,
        ColumnKind.NOTE,
    ]
    assert keys(learned) == ["nam", "nu", "tong_so"]
    assert keys(learn(["Item", "Male", "Female", "Total"], ["Staff"])) == ["male", "female", "total"]


def test_shared_headings_get_their_group() -> None:
    merges = (
        Merge(top=1, left=2, bottom=1, right=3),
        Merge(top=1, left=4, bottom=1, right=5),
        Merge(top=1, left=1, bottom=2, right=1),
    )
    learned = learn(
        ["Chỉ tiêu", "Mầm non", None, "Tiểu học", None], [None, "Nam", "Nữ", "Nam", "Nữ"], ["Học sinh"], merges=merges
    )
    assert keys(learned) == ["mam_non_nam", "mam_non_nu", "tieu_hoc_nam", "tieu_hoc_nu"]
    assert [each.group_header for each in learned.form.quantity_columns] == ["Mầm non", "Mầm non", "Tiểu học", "Tiểu học"]


def test_numbering_makes_the_hierarchy() -> None:
    found = by_label(
        learn(
            ["STT", "Chỉ tiêu", "ĐVT", "Số lượng"],
            ["I", "Giáo dục", None],
            ["1", "Số trường", "trường"],
            ["1.1", "Trường công lập", "trường"],
            ["a", "Đạt chuẩn", "trường"],
            ["2", "Số lớp", "lớp"],
            ["II", "Y tế", None],
            ["1", "Trạm y tế", "trạm"],
            [None, "- Có bác sĩ", "trạm"],
            [None, "Tổng cộng", "đơn vị"],
        )
    )
    parents = {label: each.parent for label, each in found.items()}
    assert parents == {
        "Giáo dục": None,
        "Số trường": "I.giao_duc",
        "Trường công lập": "I.1.so_truong",
        "Đạt chuẩn": "I.1.1.truong_cong_lap",
        "Số lớp": "I.giao_duc",
        "Y tế": None,
        "Trạm y tế": "II.y_te",
        "Có bác sĩ": "II.1.tram_y_te",
        "Tổng cộng": None,
    }
    roles = {label: each.role for label, each in found.items()}
    assert roles["Giáo dục"] is roles["Y tế"] is IndicatorRole.GROUP
    assert roles["Số trường"] is roles["Tổng cộng"] is IndicatorRole.TOTAL
    assert roles["Có bác sĩ"] is roles["Số lớp"] is IndicatorRole.LEAF


def test_totals_are_checked_against_their_parts() -> None:
    learned = learn(
        ["STT", "Chỉ tiêu", "ĐVT", "Số lượng"],
        ["I", "Giáo dục", None],
        ["1", "Số trường", "trường"],
        ["1.1", "Trường công lập", "trường"],
        ["II", "Y tế", None],
        ["1", "Trạm y tế", "trạm"],
        [None, "Tổng cộng", "đơn vị"],
    )
    parts = {rule.params["total"]: (rule.type, rule.params["parts"]) for rule in learned.form.rules if "total" in rule.params}
    assert parts == {
        ("I.1.so_truong", "so_luong"): ("total_ge_max_part", ("I.1.1.truong_cong_lap",)),
        ("tong_cong", "so_luong"): ("total_ge_sum_parts", ("I.1.so_truong", "II.1.tram_y_te")),
    }
    required = next(rule for rule in learned.form.rules if rule.type == "required")
    assert required.params["codes"] == ("I.1.1.truong_cong_lap", "II.1.tram_y_te")


@pytest.mark.parametrize(
    ("label", "unit", "kind", "columns", "roll_up"),
    [
        ("Số hộ nghèo", "hộ", IndicatorType.INTEGER, ("so_luong",), RollUp.SUM),
        ("Kinh phí đã chi", "đồng", IndicatorType.MONEY, ("money",), RollUp.SUM),
        ("Diện tích gieo trồng", "ha", IndicatorType.DECIMAL, ("so_luong",), RollUp.SUM),
        ("Tỷ lệ che phủ rừng", "%", IndicatorType.DECIMAL, ("so_luong",), RollUp.NONE),
        ("Có trạm y tế", "có/không", IndicatorType.INTEGER_FLAG, ("so_luong",), RollUp.SUM_OF_FLAGS),
        ("Khó khăn, kiến nghị", "", IndicatorType.TEXT, ("text",), RollUp.CONCAT_BY_UNIT),
    ],
)
def test_the_unit_of_measure_tells_the_type(
    label: str, unit: str, kind: IndicatorType, columns: tuple[str, ...], roll_up: RollUp
) -> None:
    found = by_label(
        learn(["TT", "Chỉ tiêu", "Đơn vị tính", "Số lượng"], [1, label, unit], [2, "Số thôn", "thôn"], [3, "Số xã", "xã"])
    )
    indicator = found[label]
    assert (indicator.type, indicator.columns, indicator.roll_up) == (kind, columns, roll_up)


def test_crosses_and_grey_cells_are_not_asked() -> None:
    rows = [["Chỉ tiêu", "Số lớp", "Học viên"], ["Tập huấn", None, "x"], ["Hội nghị", None, None]]
    grey = frozenset({("Sheet1", 3, 2)})
    found = by_label(learn_form((sheet(rows),), looks=Looks(greyed=grey)))
    assert found["Tập huấn"].columns == ("so_lop",)
    assert found["Hội nghị"].columns == ("hoc_vien",)


def test_the_unit_of_measure_tells_the_column() -> None:
    heading = ["TT", "Nội dung", "ĐVT", "Số lớp", "Người"]
    rows = ([1, "Tập huấn", "lớp/người"], [2, "Giáo viên", "người"], [3, "Xóa mù", "lớp"], [4, "Tủ sách", "quyển"])
    found = by_label(learn(heading, *rows))
    assert {label: each.columns for label, each in found.items()} == {
        "Tập huấn": ("so_lop", "nguoi"),
        "Giáo viên": ("nguoi",),
        "Xóa mù": ("so_lop",),
        "Tủ sách": ("so_lop",),
    }
    assert found["Tập huấn"].pair == ("so_lop", "nguoi")


def test_percentages_and_addresses_are_left_out_and_said() -> None:
    learned = learn(["Chỉ tiêu", "Số hộ", "Tỷ lệ (%)", "Địa chỉ"], ["Hộ nghèo"], ["Hộ cận nghèo"])
    assert keys(learned) == ["so_ho"]
    assert learned.form.left_out == ("Tỷ lệ (%)", "Địa chỉ")


def test_letterhead_and_signatures_are_no_rows() -> None:
    learned = learn(
        ["UBND XÃ ……", None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["BÁO CÁO SỐ LIỆU QUÝ I"],
        ["(Kèm theo Công văn số 12)"],
        ["Đơn vị báo cáo: ……"],
        ["STT", "Nội dung", "Kết quả"],
        ["A", "B", "1"],
        ["1", "Số cuộc họp"],
        ["2", "Số người dự họp"],
        [],
        [None, "Người lập biểu", "Thủ trưởng đơn vị"],
    )
    assert (learned.form.title, learned.form.subtitle) == ("BÁO CÁO SỐ LIỆU QUÝ I", "(Kèm theo Công văn số 12)")
    assert [each.code for each in learned.form.indicators] == ["1.so_cuoc_hop", "2.so_nguoi_du_hop"]


def test_a_list_of_units_is_told_by_its_heading_or_by_the_roster() -> None:
    rows = [["TT", "Tên trường", "Số lớp", "Học sinh"], [1, "Trường A Ba"], [2, "Trường B Ba"]]
    assert learn_form((sheet(rows),)).form.units_as_rows
    plain = [["TT", "Nội dung", "Số lớp", "Học sinh"], [1, "Bình Minh"], [2, "Hoa Ban"]]
    assert not learn_form((sheet(plain),)).form.units_as_rows
    assert learn_form((sheet(plain),), unit_names=("Bình Minh", "Hoa Ban", "Sao Mai")).form.units_as_rows
    assert not learn_form((sheet(rows),), unit_names=("Bình Minh", "Hoa Ban", "Sao Mai")).form.units_as_rows


def test_no_table_is_no_form() -> None:
    for rows in ([], [["Kính gửi: Ủy ban nhân dân xã"]], [["STT", "Ghi chú"], [1]]):
        with pytest.raises(LearnError):
            learn(*rows)


WORDS = st.lists(
    st.sampled_from(["lớp", "trường", "xã", "sách", "hội", "nghị", "học", "sinh", "thư", "viện"]), min_size=2, max_size=5
)


@given(
    labels=st.lists(WORDS.map(" ".join), min_size=2, max_size=12), headings=st.lists(WORDS.map(" ".join), min_size=1, max_size=6)
)
def test_codes_and_keys_are_unique_and_readable(labels: list[str], headings: list[str]) -> None:
    learned = learn(["STT", "Nội dung", "ĐVT", *headings], *([at, label, "lần"] for at, label in enumerate(labels, 1)))
    codes = [each.code for each in learned.form.indicators]
    assert len(set(codes)) == len(codes) == len(labels)
    assert len(set(keys(learned))) == len(headings)
    assert all(key.replace("_", "").isalnum() and key.isascii() for key in keys(learned))
    assert all(slug(label).isascii() for label in labels)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(figures=st.lists(st.one_of(st.none(), st.integers(0, 1_800)), min_size=9, max_size=9))
def test_what_is_filled_into_a_learned_form_is_read_back(figures: list[int | None]) -> None:
    """Shared headings under groups that begin with figures: every cell is certain, and a blank stays blank."""
    merges = (
        Merge(top=1, left=1, bottom=2, right=1),
        Merge(top=1, left=2, bottom=1, right=3),
        Merge(top=1, left=4, bottom=1, right=4),
    )
    head = (["Chỉ tiêu", "0-5 tuổi", None, "6 tuổi"], [None, "Nam", "Nữ", "Nam"])
    labels = ("Trẻ được tiêm chủng", "Trẻ suy dinh dưỡng", "Trẻ khuyết tật")
    form = learn(*head, *([label] for label in labels), merges=merges).form
    rows = [[label, *figures[at * 3 : at * 3 + 3]] for at, label in enumerate(labels)]
    found = read_forms((sheet([*head, *rows], merges),), form, year=2025)
    assert len(found) == 1
    assert [each.value for each in found[0].values] == figures
    assert {each.status for each in found[0].values} <= {ValueStatus.OK, ValueStatus.EMPTY}
