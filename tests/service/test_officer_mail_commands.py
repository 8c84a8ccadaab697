"""The officer's commands as they are really typed, and every line that is none."""

from __future__ import annotations

import unicodedata
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.campaign import Unit
from config.loading import reference_campaign
from config.vietnamese import fold
from service.rules.officer_commands import Command, CommandKind, CommandsRead, own_lines, read_commands

ROSTER = reference_campaign().roster
CODES = {each.name: each.code for each in ROSTER}
TODAY = date(2020, 10, 13)
A, R, E, X, G, U = (
    CommandKind.APPROVE,
    CommandKind.RETURN,
    CommandKind.EXTEND,
    CommandKind.EXCUSE,
    CommandKind.ASSIGN,
    CommandKind.UNDO,
)
END = time(23, 59, 59)


def read(*lines: str, roster: tuple[Unit, ...] = ROSTER, names: tuple[str, ...] = ()) -> CommandsRead:
    return read_commands(lines, roster, TODAY, names=names)


def one(line: str) -> Command:
    found = read(line)
    assert found.refused == (), found.refused
    (command,) = found.commands
    return command


@pytest.mark.parametrize(
    "line",
    [
        "DUYỆT Quài Tở",
        "duyet quai to",
        "Duyệt xã Quài Tở.",
        "- duyệt xã Quài Tở nhé em",
        "• Duyệt báo cáo của UBND xã Quài Tở",
        "1. DUYỆT quaito",
        "a) phê duyệt Quài Tở",
        "DUYỆT Q.Tở",
        "DUYỆT: Quài Tở",
        "DUYỆT 03295",
        "đồng ý duyệt đơn vị Quài Tở ạ",
        "*DUYỆT Quài Tở*",
        "“DUYỆT Quài Tở”",
        "DUYỆT\u00a0Quài\u00a0Tở",
        "DUYỆT  QUÀI  TỞ",
        unicodedata.normalize("NFD", "DUYỆT Quài Tở"),
        "APPROVE Quai To",
    ],
)
def test_one_approval_in_many_hands(line: str) -> None:
    (own,) = own_lines(line)
    command = one(own)
    assert (command.kind, command.unit) == (A, CODES["Quài Tở"])


@pytest.mark.parametrize(
    ("line", "kind", "units", "why"),
    [
        ("TRẢ LẠI Quài Cang vì thiếu ảnh", R, ("Quài Cang",), "thiếu ảnh"),
        ("tra lai quai cang vi thieu anh", R, ("Quài Cang",), "thieu anh"),
        ("TRẢ LẠI Quài Cang: thiếu ảnh, mục 5 chưa khớp.", R, ("Quài Cang",), "thiếu ảnh, mục 5 chưa khớp"),
        ("Trả lại Quài Cang (thiếu ảnh)", R, ("Quài Cang",), "thiếu ảnh"),
        ("Trả lại xã Quài Cang, lý do: biểu (mẫu 2) sai", R, ("Quài Cang",), "biểu (mẫu 2) sai"),
        ("trả lại quài cang, pú xi do thiếu dấu", R, ("Quài Cang", "Pú Xi"), "thiếu dấu"),
        ("RETURN Quai Cang because photos are missing", R, ("Quài Cang",), "photos are missing"),
        ("MIỄN Tênh Phông vì mưa lũ, trả lại để bổ sung sau", X, ("Tênh Phông",), "mưa lũ, trả lại để bổ sung sau"),
        ("mien tenh phong do sat lo", X, ("Tênh Phông",), "sat lo"),
        ("Miễn báo cáo cho Tênh Phông với lý do sáp nhập", X, ("Tênh Phông",), "sáp nhập"),
        ("DUYỆT Quài Tở, Pú Xi và Ta Ma", A, ("Quài Tở", "Pú Xi", "Ta Ma"), ""),
        ("duyệt thị trấn; xã Nà Sáy", A, ("Tuần Giáo", "Nà Sáy"), ""),
    ],
)
def test_units_and_reasons(line: str, kind: CommandKind, units: tuple[str, ...], why: str) -> None:
    found = read(line)
    assert found.refused == ()
    assert [(each.kind, each.unit, each.why) for each in found.commands] == [(kind, CODES[name], why) for name in units]


@pytest.mark.parametrize(
    ("line", "day", "at"),
    [
        ("GIA HẠN Pú Xi 17/10", date(2020, 10, 17), END),
        ("gia han pu xi den 17h ngay 17/10", date(2020, 10, 17), time(17)),
        ("GIA HẠN Pú Xi 17h 17/10", date(2020, 10, 17), time(17)),
        ("GIA HẠN Pú Xi 17h30 17/10", date(2020, 10, 17), time(17, 30)),
        ("GIA HẠN Pú Xi: 17:30 ngày 17-10-2020", date(2020, 10, 17), time(17, 30)),
        ("GIA HẠN Pú Xi trước 16g00 ngày 17/10", date(2020, 10, 17), time(16)),
        ("GIA HẠN Pú Xi 5h chiều 17/10", date(2020, 10, 17), time(17)),
        ("Gia hạn Pú Xi 17/10 lúc 17 giờ", date(2020, 10, 17), time(17)),
        ("Gia hạn Pú Xi đến 24h00 ngày 17/10", date(2020, 10, 17), END),
        ("Gia hạn Pú Xi đến hết ngày 17 tháng 10 năm 2020", date(2020, 10, 17), END),
        ("Gia hạn Pú Xi thêm đến 17.10", date(2020, 10, 17), END),
        ("gia hạn đến 17/10/20 cho Pú Xi", date(2020, 10, 17), END),
        ("EXTEND Pu Xi to 17/10", date(2020, 10, 17), END),
        ("GIA HẠN Pú Xi 5/1", date(2021, 1, 5), END),
    ],
)
def test_an_extension_with_its_moment(line: str, day: date, at: time) -> None:
    command = one(line)
    assert (command.kind, command.unit, command.day, command.at) == (E, CODES["Pú Xi"], day, at)


def test_an_extension_may_give_its_reason() -> None:
    assert one("GIA HẠN Pú Xi đến hết ngày 17/10 vì mưa lũ").why == "mưa lũ"


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("GHÉP 17: Quài Cang", [17]),
        ("ghep thu 17 vao quai cang", [17]),
        ("Ghép thư số 17 cho xã Quài Cang", [17]),
        ("GHÉP 17 - 03289", [17]),
        ("ghép 17, 18 và 19: Quài Cang", [17, 18, 19]),
        ("ASSIGN 17 to Quai Cang", [17]),
    ],
)
def test_messages_are_assigned_by_number(line: str, numbers: list[int]) -> None:
    found = read(line)
    assert found.refused == ()
    assert [(each.kind, each.unit, each.message) for each in found.commands] == [(G, CODES["Quài Cang"], n) for n in numbers]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("HUỶ", ("", (), None, None)),
        ("hủy hết nhé em", ("", (), None, None)),
        ("HOÀN TÁC", ("", (), None, None)),
        ("huy", ("", (), None, None)),
        ("HUỶ 2", ("", (2,), None, None)),
        ("Huỷ bỏ lệnh 1, 3", ("", (1, 3), None, None)),
        ("HUỶ Quài Tở", ("03295", (), None, None)),
        ("HUỶ DUYỆT Quài Tở", ("03295", (), None, A)),
        ("hủy gia hạn", ("", (), None, E)),
        ("huỷ ghép 17", ("", (), 17, G)),
    ],
)
def test_what_is_taken_back(line: str, expected: tuple[str, tuple[int, ...], int | None, CommandKind | None]) -> None:
    command = one(line)
    assert command.kind is U
    assert (command.unit, command.numbers, command.message, command.of) == expected


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("duyệt Quài Tở khi đủ ảnh", "không rõ phần “khi đủ ảnh”"),
        ("DUYỆT Quài Tở trừ phần ảnh", "không rõ phần"),
        ("duyệt Quài Tở?", "câu hỏi"),
        ("không duyệt Quài Tở", "không rõ lệnh"),
        ("đừng trả lại Quài Tở", "không rõ lệnh"),
        ("Quài Tở: duyệt báo cáo.", "không rõ lệnh"),
        ("ok", "không rõ lệnh"),
        ("đồng ý", "không rõ lệnh"),
        ("DUYỆT", "chưa ghi tên đơn vị"),
        ("DUYỆT tất cả", "không có đơn vị “tất cả”"),
        ("DUYỆT Quài", "không có đơn vị “Quài”"),
        ("DUYỆT Quài Tớ và Mường Lạn", "không rõ phần"),
        ("DUYỆT huyện Tuần Giáo", "không có đơn vị"),
        ("DUYỆT xã Tuần Giáo", "có phải thị trấn Tuần Giáo"),
        ("DUYỆT Quài Toở", "có phải xã Quài Tở"),
        ("TRẢ LẠI Quài Cang", "chưa ghi lý do"),
        ("MIỄN Quài Cang nhé em", "chưa ghi lý do"),
        ("TRẢ LẠI Quài Cang Pú Xi vì sai", "không rõ phần “Pú Xi vì sai”"),
        ("TRẢ LẠI Quài Cang vì thiếu ảnh; DUYỆT Quài Tở", "mỗi dòng chỉ ghi một lệnh"),
        ("GIA HẠN Pú Xi", "chưa ghi ngày"),
        ("GIA HẠN Pú Xi 3 ngày", "chưa ghi ngày"),
        ("GIA HẠN Pú Xi 31/11", "ngày không hợp lệ"),
        ("GIA HẠN Pú Xi 25h 17/10", "ngày không hợp lệ"),
        ("GIA HẠN Pú Xi trước 17/10", "chưa ghi ngày"),
        ("GIA HẠN Pú Xi 17/10 hoặc 18/10", "không rõ phần"),
        ("GIA HẠN Pú Xi 17/10/2020/3", "chưa ghi ngày"),
        ("GHÉP Quài Cang", "chưa ghi số thư"),
        ("GHÉP 17: Quài Cang, Pú Xi", "mỗi thư chỉ ghép cho một đơn vị"),
        ("GHÉP 17", "chưa ghi tên đơn vị"),
        ("HUỶ hết trừ Pú Xi", "không có đơn vị"),
    ],
)
def test_what_is_not_wholly_understood_is_no_command(line: str, why: str) -> None:
    found = read(line)
    assert found.commands == ()
    (refused,) = found.refused
    assert refused.written.strip("“”") in line
    assert why in refused.why.vi


def test_lines_that_contradict_each_other_are_none_of_them_commands() -> None:
    found = read("DUYỆT Quài Tở", "DUYỆT Pú Xi", "TRẢ LẠI Quài Tở vì sai", "GHÉP 3: Ta Ma", "GHÉP 3: Nà Sáy")
    assert [(each.kind, each.unit) for each in found.commands] == [(A, CODES["Pú Xi"])]
    assert len(found.refused) == 4


def test_a_line_said_twice_is_one_command() -> None:
    assert len(read("DUYỆT Quài Tở", "duyet quai to", "DUYỆT xã Quài Tở").commands) == 1


def test_two_units_of_one_name_are_told_apart_by_code_or_diacritics() -> None:
    twins = (
        Unit(code="1", name="Tân Lập", kind="xã"),
        Unit(code="2", name="Tân Lấp", kind="xã"),
        Unit(code="3", name="Tân Lập", kind="thị trấn"),
    )
    assert read("DUYỆT tan lap", roster=twins).commands == ()
    assert "có thể là xã Tân Lập (1)" in read("DUYỆT Tân Lập", roster=twins).refused[0].why.vi
    assert [each.unit for each in read(["DUYỆT Tân Lấp", "DUYỆT 1", "DUYỆT thị trấn Tân Lập"][0], roster=twins).commands] == ["2"]
    assert [each.unit for each in read("DUYỆT 1", "DUYỆT thị trấn Tân Lập", roster=twins).commands] == ["1", "3"]


def test_a_reason_that_the_mail_program_broke_is_whole() -> None:
    found = read(
        "TRẢ LẠI Quài Cang vì thiếu ảnh hoạt động và số liệu mục 5 chưa khớp với báo",
        "cáo, đề nghị bổ sung",
        "DUYỆT Quài Tở",
    )
    assert [each.why for each in found.commands] == [
        "thiếu ảnh hoạt động và số liệu mục 5 chưa khớp với báo cáo, đề nghị bổ sung",
        "",
    ]
    assert found.refused == ()


def test_greetings_thanks_and_the_officers_own_name_ask_for_nothing() -> None:
    found = read("Chào em,", "DUYỆT Quài Tở", "Cảm ơn em nhiều nhé", "Huy", "Nguyễn Quang Huy", names=("Nguyễn Quang Huy",))
    assert (len(found.commands), found.refused) == (1, ())
    assert read("DUYỆT Quài Tở", "Huy") == CommandsRead(commands=read("DUYỆT Quài Tở").commands)


QUOTES = {
    "gmail": "DUYỆT Quài Tở\n\nVào Th 3, 13 thg 10, 2020 vào lúc 07:31 Phòng <a@b.example> đã viết:\n> MIỄN Pú Xi vì mưa lũ\n",
    "outlook": "DUYỆT Quài Tở\n\nFrom: Phòng GD\nSent: Tuesday\nTo: A\nSubject: x\n\nMIỄN Pú Xi vì mưa lũ\n",
    "signature": "DUYỆT Quài Tở\n-- \nMIỄN Pú Xi vì mưa lũ",
    "polite": "DUYỆT Quài Tở\n\nTrân trọng\nMIỄN Pú Xi vì mưa lũ",
    "below": "Vào Th 3 Phòng <a@b.example> đã viết:\n> MIỄN Pú Xi vì mưa lũ\n> hết\n\nDUYỆT Quài Tở\n",
    "forwarded": "DUYỆT Quài Tở\n\n---------- Forwarded message ---------\nFrom: x\nMIỄN Pú Xi vì mưa lũ",
}


@pytest.mark.parametrize("body", QUOTES.values(), ids=QUOTES)
def test_only_the_officers_own_words_count(body: str) -> None:
    found = read(*own_lines(body))
    assert [(each.kind, each.unit) for each in found.commands] == [(A, CODES["Quài Tở"])]
    assert found.refused == ()


@given(
    unit=st.sampled_from(ROSTER),
    verb=st.sampled_from(["DUYỆT", "Duyệt", "duyet", "phê duyệt"]),
    bare=st.booleans(),
    lower=st.booleans(),
    kind=st.booleans(),
)
def test_every_unit_by_every_name(*, unit: Unit, verb: str, bare: bool, lower: bool, kind: bool) -> None:
    name = unit.full_name if kind else unit.name
    name = fold(name) if bare else name
    command = one(f"{verb} {name.lower() if lower else name}")
    assert (command.kind, command.unit) == (A, unit.code)


@given(st.text(max_size=300))
def test_nothing_written_breaks_it_and_no_line_is_lost(text: str) -> None:
    lines = own_lines(f"DUYỆT Quài Tở {text}")
    found = read(*lines)
    assert all(each.unit or each.kind is U for each in found.commands)
    assert len(found.commands) + len(found.refused) >= 1 or not lines


@given(
    st.lists(
        st.sampled_from(["DUYỆT", "Quài Tở", "vì", "17/10", "GHÉP", "17", "HUỶ", ",", "và", "Pú Xi", "GIA HẠN", "xã", ":"]),
        max_size=9,
    )
)
def test_any_jumble_of_words_is_read_or_given_back(words: list[str]) -> None:
    line = " ".join(words)
    found = read(line)
    assert bool(found.commands) != bool(found.refused) or not fold(line)
