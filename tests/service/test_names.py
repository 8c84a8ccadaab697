"""Names of units found in subjects, texts and file names."""

from __future__ import annotations

import json
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.campaign import Unit
from config.loading import reference_campaign
from service.rules.names import NameHit, NameIndex, Strength

CAMPAIGN = reference_campaign()
INDEX = NameIndex(CAMPAIGN.roster, CAMPAIGN.area)
SAMPLES = json.loads((Path(__file__).parent / "data" / "mail_samples.json").read_text("utf-8"))
BY_NAME = {each.name: each.code for each in CAMPAIGN.roster}


def best_unit(text: str) -> str | None:
    """The one unit of the strongest hits, None when there is none or more than one."""
    hits = INDEX.find_units(text)
    strongest = max((hit.strength for hit in hits), default=None)
    units = {hit.unit for hit in hits if hit.strength is strongest}
    return units.pop() if len(units) == 1 else None


def one(text: str) -> NameHit:
    hits = INDEX.find_units(text)
    assert len(hits) == 1, hits
    return hits[0]


@pytest.mark.parametrize("sample", SAMPLES["subjects"], ids=lambda each: each["id"])
def test_labelled_subject_names_its_unit(sample: dict[str, str | None]) -> None:
    assert best_unit(str(sample["subject"])) == sample["unit"]


@pytest.mark.parametrize("sample", SAMPLES["filenames"], ids=lambda each: each["id"])
def test_labelled_file_name_names_its_unit(sample: dict[str, str | None]) -> None:
    assert best_unit(str(sample["name"])) == sample["unit"]


@pytest.mark.parametrize("sample", SAMPLES["bodies"], ids=lambda each: each["id"])
def test_labelled_body_never_names_another_unit(sample: dict[str, str | None]) -> None:
    named = {"B04", "B09", "B13", "B16"}  # the others say nothing of who they are
    assert best_unit(str(sample["text"])) == (sample["unit"] if sample["id"] in named else None)


@pytest.mark.parametrize(
    ("text", "name", "strength"),
    [
        ("UBND xã Quài Tở", "Quài Tở", Strength.STRONG),
        ("ỦY BAN NHÂN DÂN\nXÃ QUÀI TỞ", "Quài Tở", Strength.STRONG),
        ("TTHTCĐ xã Ta Ma", "Ta Ma", Strength.STRONG),
        ("X.Pú Xi nộp báo cáo", "Pú Xi", Strength.STRONG),
        ("xaquaito", "Quài Tở", Strength.STRONG),
        ("bcxaquaito2020.docx", "Quài Tở", Strength.STRONG),
        ("T.T Tuần Giáo", "Tuần Giáo", Strength.STRONG),
        ("TTTuanGiao_bc.xls", "Tuần Giáo", Strength.STRONG),
        ("xã Rạng Ðông", "Rạng Đông", Strength.STRONG),
        ("Toả Tình báo cáo", "Tỏa Tình", Strength.MEDIUM),
        ("BC_QuaiTo_2020.xlsx", "Quài Tở", Strength.MEDIUM),
        ("Quài Tơ nộp báo cáo", "Quài Tở", Strength.MEDIUM),
        ("xã Quài Tơ", "Quài Tở", Strength.MEDIUM),
        ("xã Chiềng Sihn", "Chiềng Sinh", Strength.MEDIUM),
        ("xa tenh phog", "Tênh Phông", Strength.MEDIUM),
        ("UBND thị trấn nộp báo cáo", "Tuần Giáo", Strength.MEDIUM),
        ("Chiềng Xinh", "Chiềng Sinh", Strength.MEDIUM),
        ("Q.Tở nộp", "Quài Tở", Strength.WEAK),
        ("Nà Tông", "Nà Tòng", Strength.WEAK),
        ("bóng đèn Rạng Đông", "Rạng Đông", Strength.WEAK),
        ("bản Nà Sáy", "Nà Sáy", Strength.WEAK),
        ("thị trấn Quài Tở", "Quài Tở", Strength.WEAK),
        ("xã Chiềng Đông, huyện Yên Châu", "Chiềng Đông", Strength.WEAK),
        ("xã Chiềng Đông, huyện Tuần Giáo", "Chiềng Đông", Strength.STRONG),
    ],
)
def test_strength_follows_how_the_unit_is_named(text: str, name: str, strength: Strength) -> None:
    hit = one(text)
    assert (hit.unit, hit.strength) == (BY_NAME[name], strength)


@pytest.mark.parametrize(
    "text",
    [
        "báo cáo tuần lễ học tập xã Mường Lạn",
        "BC xa muong lan",
        "xã Mường Mươn",
        "xa muong dun",
        "xã Mường Tùng",
        "Phòng GD&ĐT huyện Tuần Giáo",
        "Tuần Giáo",
        "xã Tuần Giáo",
        "TT GDNN-GDTX huyện Tuần Giáo",
        "TTHTCĐ huyện Tuần Giáo",
        "UBND các xã, thị trấn",
        "thị trấn Tủa Chùa",
        "ta mà nói thì",
        "bản mẫu",
        "tamarind natongue quaitonight",
        "",
    ],
)
def test_what_is_no_unit_is_never_found(text: str) -> None:
    assert INDEX.find_units(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Trường THCS Ta Ma",
        "MN Quài Tở",
        "Trường Mầm non số 1 xã Quài Tở",
        "thcstama@truong.example",
        "Hội LHPN xã Quài Tở",
        "Đoàn Thanh niên xã Quài Tở",
        "Hội Nông dân xã Quài Tở",
    ],
)
def test_school_or_union_is_weaker_than_the_commune_office(text: str) -> None:
    hit = one(text)
    assert hit.body
    assert hit.strength is Strength.WEAK


def test_office_named_after_a_school_is_the_office() -> None:
    hits = INDEX.find_units("Nhà trường gửi UBND xã Quài Tở báo cáo")
    assert [(hit.strength, hit.body) for hit in hits] == [(Strength.STRONG, False)]


def test_name_cut_short_suggests_every_unit_it_can_be() -> None:
    hits = INDEX.find_units("Báo cáo xã Quài")
    assert {hit.unit for hit in hits} == {BY_NAME["Quài Cang"], BY_NAME["Quài Nưa"], BY_NAME["Quài Tở"]}
    assert all(hit.strength is Strength.WEAK for hit in hits)


def test_names_that_share_a_word_only_suggest() -> None:
    hits = INDEX.find_units("Mường Mùn Chung")
    assert {(hit.unit, hit.strength) for hit in hits} == {
        (BY_NAME["Mường Mùn"], Strength.WEAK),
        (BY_NAME["Mùn Chung"], Strength.WEAK),
    }


def test_two_units_are_both_found_where_they_stand() -> None:
    hits = INDEX.find_units("xã Quài Tở và xã Quài Nưa")
    assert [(hit.unit, hit.text, hit.start) for hit in hits] == [
        (BY_NAME["Quài Tở"], "xã Quài Tở", 3),
        (BY_NAME["Quài Nưa"], "xã Quài Nưa", 17),
    ]


def test_lost_letters_that_fit_two_units_name_none() -> None:
    twins = (Unit(code="1", name="Nà Sáy", kind="xã"), Unit(code="2", name="Nà Sảy", kind="xã"))
    assert NameIndex(twins, "").find_units("B_o c_o x_ N_ S_y.docx") == ()


def test_typing_error_between_two_units_names_neither() -> None:
    twins = (Unit(code="1", name="Chiềng Khang", kind="xã"), Unit(code="2", name="Chiềng Khanh", kind="xã"))
    index = NameIndex(twins, "")
    assert index.find_units("xã Chiềng Khanx") == ()
    assert [hit.unit for hit in index.find_units("xã Chiềng Khxnh")] == ["2"]


def test_other_accents_are_not_lost_letters() -> None:
    assert INDEX.find_units("Quẫi Tạ") == ()


@pytest.mark.parametrize("text", ["UBND XÃ MƯỜNG LẠN", "báo cáo xã Mường Lạn", "thị trấn Tủa Chùa"])
def test_place_off_the_roster_is_told(text: str) -> None:
    assert len(INDEX.names_other_place(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "UBND XÃ QUÀI TỞ",
        "Xã Đoàn Quài Tở",
        "xã hội học tập",
        "xã em gửi",
        "UBND các xã, thị trấn",
        "xã Nà Sáy",
        "UBND XÃ\nMẪU TỔNG HỢP SỐ LIỆU",
    ],
)
def test_what_is_no_other_place_is_not_told(text: str) -> None:
    assert INDEX.names_other_place(text) == ()


def test_one_word_without_end_names_nobody_and_takes_no_time() -> None:
    began = time.process_time()
    assert INDEX.find_units("tuangiao" * 5_000) == ()
    INDEX.find_units("Quài Tở " * 2_500)
    INDEX.find_units("a" * 100_000)
    assert time.process_time() - began < 4


def test_english_roster_without_kinds_is_found() -> None:
    roster = (Unit(code="N", name="North Valley School", kind=""), Unit(code="S", name="South Hill School", kind=""))
    hits = NameIndex(roster, "Green County").find_units("Annual return - north valley school.xlsx")
    assert [(hit.unit, hit.strength) for hit in hits] == [("N", Strength.MEDIUM)]


_WRITERS: dict[str, Callable[[str], str]] = {
    "as it is": lambda name: name,
    "folded": lambda name: "".join(
        each for each in unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d")) if not unicodedata.combining(each)
    ),
    "capitals": lambda name: name.upper(),
    "small": lambda name: name.lower(),
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
    "dashes": lambda name: name.replace(" ", "-"),
    "underscores": lambda name: name.replace(" ", "_"),
    "two spaces": lambda name: name.replace(" ", "  "),
}


@settings(max_examples=300, deadline=None)
@given(
    unit=st.sampled_from(CAMPAIGN.roster),
    writer=st.sampled_from(sorted(_WRITERS)),
    start=st.sampled_from(["", "Báo cáo ", "BC tuần lễ HTSĐ ", "gui bao cao - ", "Re: Fwd: ", "01. "]),
    office=st.sampled_from(["", "UBND ", "ubnd "]),
    end=st.sampled_from(["", " năm 2020", " 14.10", ".docx", " (bản chính)", ", huyện Tuần Giáo"]),
)
def test_full_name_is_found_however_written(unit: Unit, writer: str, start: str, office: str, end: str) -> None:
    text = f"{start}{office}{_WRITERS[writer](unit.full_name)}{end}"
    hits = INDEX.find_units(text)
    assert {hit.unit for hit in hits} == {unit.code}, text
    assert max(hit.strength for hit in hits) is Strength.STRONG, text


@settings(max_examples=400, deadline=None)
@given(
    unit=st.sampled_from(CAMPAIGN.roster),
    place=st.integers(0, 30),
    letter=st.sampled_from("abcdeghiklmnopqrstuvxy"),
    kind=st.integers(0, 3),
)
def test_typing_error_never_makes_another_unit_certain(unit: Unit, place: int, letter: str, kind: int) -> None:
    """One letter changed, dropped, added or swapped in a bare folded name: the same unit, a suggestion, or nothing."""
    name = _WRITERS["folded"](unit.name).lower()
    at = place % len(name)
    wrong = [name[:at] + letter + name[at + 1 :], name[:at] + name[at + 1 :], name[:at] + letter + name[at:]][kind % 3]
    if any(_WRITERS["folded"](each.name).lower() == wrong for each in CAMPAIGN.roster):
        return
    listed = {alias.lower() for alias in unit.aliases}
    for hit in INDEX.find_units(f"bao cao {wrong}"):
        assert hit.unit == unit.code or hit.strength is Strength.WEAK or wrong in listed, (wrong, hit)


def test_long_text_is_searched_in_a_moment() -> None:
    text = "Mở 03 lớp tập huấn với 145 người tham gia tại xã Quài Tở. " * 400
    assert len(INDEX.find_units(text)) == 400
