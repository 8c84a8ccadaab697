"""The roster as offices really save it, and what is said of every mistake in it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from config.campaign import Unit
from config.loading_problems import Complaints
from config.loading_roster import roster_from
from config.text import Language

HEADING = "code,name,kind,emails,aliases,phone,contact"
ROWS = f"""{HEADING}
03295,Quài Tở,xã,ubnd.quaito@tuangiao.example;van.phong@quaito.example,UBND xã Quài Tở; Quài Tơ,0215 000 001,Lò Văn A
03253,Tuần Giáo,thị trấn,ubnd.thitran@tuangiao.example,TT Tuần Giáo,,
"""


def _read(folder: Path, content: bytes, name: str = "roster.csv") -> tuple[tuple[Unit, ...], list[str]]:
    (folder / name).write_bytes(content)
    complaints = Complaints(Language.VI)
    units = roster_from(folder, "campaigns/x", complaints)
    return units, [str(problem) for problem in complaints.problems]


def test_rows_become_units(tmp_path: Path) -> None:
    units, problems = _read(tmp_path, ROWS.encode())
    assert not problems
    assert units[0] == Unit(
        code="03295",
        name="Quài Tở",
        kind="xã",
        emails=("ubnd.quaito@tuangiao.example", "van.phong@quaito.example"),
        aliases=("UBND xã Quài Tở", "Quài Tơ"),
        phone="0215 000 001",
        contact="Lò Văn A",
    )
    assert units[1].full_name == "thị trấn Tuần Giáo"


@pytest.mark.parametrize(("key", "row"), [("name", "03259,Ph?nh Sáng,xã,,,,"), ("kind", "03259,Phình Sáng,th? tr?n,,,,")])
def test_letters_that_excel_dropped_are_asked_for_again(tmp_path: Path, key: str, row: str) -> None:
    _, problems = _read(tmp_path, f"{ROWS}{row}\n".encode())
    (problem,) = problems
    assert f"dòng 4, cột {key}" in problem
    assert "CSV UTF-8" in problem


def _as_excel_saves(text: str, separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_excels_separators_and_encodings_read_the_same(tmp_path: Path, separator: str, encoding: str) -> None:
    plain, _ = _read(tmp_path, ROWS.encode())
    units, problems = _read(tmp_path, _as_excel_saves(ROWS, separator).encode(encoding))
    assert not problems
    assert units == plain


def test_the_vietnamese_windows_code_page_is_read(tmp_path: Path) -> None:
    # cp1258 writes tones as marks of their own: Qu + a-grave + i, T + o-horn + hook
    raw = b"code,name,kind,emails\r\n03295,Qu\xe0i T\xf5\xd2,x\xe3,a@xa.example\r\n"
    units, problems = _read(tmp_path, raw)
    assert not problems
    assert units[0].name == "Quài Tở"


def test_a_workbook_is_read_with_its_leading_zeros(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([])
    sheet.append(["Mã đơn vị", "Tên đơn vị", "Loại", "Email", "Tên gọi khác", "Dân số"])
    sheet.append([3295, "Quài Tở", "xã", "a@xa.example", "UBND xã Quài Tở", 5120.0])
    sheet["A3"].number_format = "00000"
    book.save(tmp_path / "roster.xlsx")
    complaints = Complaints(Language.VI)
    (unit,) = roster_from(tmp_path, "campaigns/x", complaints)
    assert not complaints.problems
    assert (unit.code, unit.name, unit.population) == ("03295", "Quài Tở", 5120)


LISTED = (
    ("DANH SÁCH CÁC TRƯỜNG TRỰC THUỘC",),
    ("Năm học 2025-2026",),
    (),
    ("TT", "Địa chỉ thư điện tử", "Tên trường", "Họ và tên hiệu trưởng", "Mã trường", "Số lớp", "Ghi chú"),
    ("1", "hoaban@truong.example", "Mầm non Hoa Ban", "Lò Thị A", "MN01", "12", "vùng cao"),
    ("2", "q.cang@truong.example", "THCS Quài Cang", "", "TH02", "9", ""),
)


@pytest.mark.parametrize("separator", [",", ";", "\t", ""])
def test_an_offices_own_list_is_read_whatever_else_it_holds(tmp_path: Path, separator: str) -> None:
    """A title above, a row number, columns in any order, and columns that are the office's own affair."""
    if separator:
        out = io.StringIO()
        csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(LISTED)
        (tmp_path / "roster.csv").write_bytes(out.getvalue().encode("utf-8-sig"))
    else:
        book = Workbook()
        for row in LISTED:
            book.worksheets[0].append(row)
        book.save(tmp_path / "roster.xlsx")
    complaints = Complaints(Language.VI)
    units = roster_from(tmp_path, "campaigns/x", complaints)
    assert [str(each) for each in complaints.problems] == []
    assert [(each.code, each.name, each.emails) for each in units] == [
        ("MN01", "Mầm non Hoa Ban", ("hoaban@truong.example",)),
        ("TH02", "THCS Quài Cang", ("q.cang@truong.example",)),
    ]


def test_a_mistake_below_a_title_is_told_with_its_own_row(tmp_path: Path) -> None:
    _, problems = _read(tmp_path, "DANH SÁCH;;\n\nTên đơn vị;Mã đơn vị;Email\nQuài Tở;1;a@\n".encode())
    assert any("dòng 4, cột emails" in each for each in problems), problems


def test_a_workbook_that_is_none_is_told(tmp_path: Path) -> None:
    units, problems = _read(tmp_path, b"not a workbook", "roster.xlsx")
    assert not units
    assert "không phải tệp Excel" in problems[0]
    _, problems = _read(tmp_path, ROWS.encode())
    assert "chỉ giữ một tệp" in problems[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ubnd.thitran@tuangiao.example", "UBND.QuaiTo@tuangiao.example", "dòng 3, cột emails: địa chỉ UBND.QuaiTo@"),
        ("03253", "03295", "dòng 3, cột code: mã 03295 đã dùng ở dòng 2"),
        ("TT Tuần Giáo", "ubnd xa quai to", "dòng 3, cột aliases: 'ubnd xa quai to' cũng chỉ xã Quài Tở (dòng 2)"),
        ("TT Tuần Giáo", "QUÀI-TỞ", "dòng 3, cột aliases: 'QUÀI-TỞ' cũng chỉ xã Quài Tở (dòng 2)"),
        ("Tuần Giáo,thị trấn", "Quai to,xã", "dòng 3, cột name: 'xã Quai to' cũng chỉ xã Quài Tở (dòng 2)"),
        ("ubnd.thitran@tuangiao.example", "ubnd.thitran@", "dòng 3, cột emails: 'ubnd.thitran@' không phải địa chỉ"),
        ("03253,Tuần Giáo", "03253,", "dòng 3, cột name: không được để trống"),
        ("kind,emails", "kind,emials", "dòng 1: không có cột 'emials'; có phải là emails?"),
        ("code,name", "kode,name", "dòng 1: thiếu cột code; dòng đầu phải là"),
        ("TT Tuần Giáo,,", "TT Tuần Giáo,,,thêm", "thừa ô 'thêm'"),
        ("phone,contact", "phone,parent", "dòng 2, cột parent: không có đơn vị mã Lò Văn A"),
        ("phone,contact", "phone,population", "dòng 2, cột population: 'Lò Văn A' không phải số nguyên"),
    ],
)
def test_a_wrong_row_says_where_and_what(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in ROWS
    _, problems = _read(tmp_path, ROWS.replace(old, new, 1).encode())
    assert any(said in problem for problem in problems), problems


def test_two_units_of_one_name_but_two_kinds_are_no_mistake(tmp_path: Path) -> None:
    _, problems = _read(tmp_path, f"{HEADING}\n1,Tủa Chùa,xã,,,,\n2,Tủa Chùa,thị trấn,,,,\n".encode())
    assert not problems


def test_an_empty_roster_is_told(tmp_path: Path) -> None:
    assert "không có đơn vị nào" in _read(tmp_path, HEADING.encode())[1][0]
    assert "thiếu cột code, name" in _read(tmp_path, b"")[1][0]
    assert "không nhận ra bảng mã" in _read(tmp_path, b"code,name\n\x00\xd2\xff")[1][0]


def test_an_unclosed_quote_is_told(tmp_path: Path) -> None:
    assert "tệp CSV bị hỏng" in _read(tmp_path, f'{HEADING}\n1,"Quài Tở,xã,,,,\n'.encode())[1][0]


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[0-9]{5}", fullmatch=True), st.sampled_from(["Quài Tở", "Nà Sáy", "Pú Xi", "Ta Ma", "Tỏa Tình"])
        ),
        min_size=1,
        max_size=5,
        unique_by=(lambda row: row[0], lambda row: row[1]),
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_whatever_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], separator: str
) -> None:
    folder = tmp_path_factory.mktemp("roster")
    text = "\n".join([HEADING, *(f"{code},{name},xã,,,," for code, name in rows)])
    units, problems = _read(folder, _as_excel_saves(text, separator).encode("utf-8-sig"))
    assert not problems
    assert [(unit.code, unit.name) for unit in units] == rows
