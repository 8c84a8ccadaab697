"""A label is known however it is spelt, and one that is another's is not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.labels import EXACT, clean_label, label_index
from tests.parsers.form_sheets import FORM

INDEX = label_index(FORM.indicators)
CODES = [each.code for each in FORM.indicators]
LABELS = st.sampled_from(FORM.indicators)


def score(label: str, code: str) -> float:
    return INDEX.matches(label)[CODES.index(code)].score


def best(label: str) -> str:
    return CODES[INDEX.best(label)[0]]


@given(LABELS, st.sampled_from(["bare", "upper", "decomposed", "bulleted", "colon"]))
def test_a_label_is_exact_without_diacritics_in_capitals_and_with_bullets(indicator: object, change: str) -> None:
    code, label = indicator.code, indicator.label  # type: ignore[attr-defined]  # drawn from the form's indicators
    changed = {
        "bare": "".join(
            letter
            for letter in unicodedata.normalize("NFD", label.replace("đ", "d").replace("Đ", "D"))
            if not unicodedata.combining(letter)
        ),
        "upper": label.upper(),
        "decomposed": unicodedata.normalize("NFD", label),
        "bulleted": f"  - {label}",
        "colon": f"1.1. {label} :",
    }[change]
    assert score(changed, code) == EXACT


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("BDTX cho GV", "1.teacher_training"),
        ("BD nâng cao trình độ tin học cho CB, CC, VC", "1.it_training"),
        ("GD KNS cho HS", "1.life_skills"),
        ("Bồi dưỡng CBQL, báo cáo viên trung tâm học tập cộng đồng", "1.clc_staff"),
        ("XMC", "1.literacy"),
        ("Xoá mù chữ", "1.literacy"),
        ("Quyên góp sách", "4"),
        ("Tham quan, học tập tại bảo tàng, di tích lịch sử", "6.visits"),
        ("Sinh hoạt chuyên đề học tập suốt đời, xây dựng xã hội học tập", "5.thematic"),
        ("Hoạt động TDTT", "6.sports"),
        ("NSNN", "10.state_budget"),
        ("Ân phẩm thông tin: tờ rơi, áp phích, băng zôn", "3"),
        ("Phổ biến kiến thức KH, pháp luật cho người LĐ", "1.science_law"),
    ],
)
def test_short_and_misspelt_labels_are_known(written: str, code: str) -> None:
    assert best(written) == code
    assert score(written, code) >= 0.7


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Bồi dưỡng nghiệp vụ cho giáo viên", "1.teacher_training"),
        ("Hoạt động văn hóa", "6.arts"),
        ("Giáo dục kỹ năng bơi cho trẻ em", "1.life_skills"),
        ("Ngân sách xã", "10.state_budget"),
        ("Số trường tổ chức lễ khai mạc", "7.communes"),
    ],
)
def test_an_exchanged_word_is_noticed(written: str, code: str) -> None:
    match = INDEX.matches(written)[CODES.index(code)]
    assert match.replaced
    assert match.score < 0.75


@given(LABELS, st.integers(0, 200), st.sampled_from("aeiouhngtc"))
def test_one_wrong_letter_in_a_long_label_never_makes_it_another(indicator: object, place: int, letter: str) -> None:
    code, label = indicator.code, indicator.label  # type: ignore[attr-defined]  # drawn from the form's indicators
    place %= len(label)
    if len(label) > 12:
        assert best(label[:place] + letter + label[place + 1 :]) == code


@given(st.text(max_size=80))
def test_any_text_has_scores_between_nothing_and_exact(text: str) -> None:
    assert all(0.0 <= match.score <= EXACT for match in INDEX.matches(text))


def test_labels_contained_in_others_need_their_place() -> None:
    generic = {code for code, each in zip(CODES, INDEX.generic, strict=True) if each}
    assert {"9.collectives", "9.individuals"} <= generic
    assert "1.literacy" not in generic


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("a) Tập thể", "Tập thể"),
        ("- Cá nhân:", "Cá nhân"),
        ("10.1. Ngân sách", "Ngân sách"),
        ("Tổng số người tham gia, trong đó:", "Tổng số người tham gia"),
        ("3 lớp", "3 lớp"),
        ("Xã", "Xã"),
        ("...", "..."),
    ],
)
def test_numbering_and_tails_are_no_part_of_a_label(written: str, cleaned: str) -> None:
    assert clean_label(written) == cleaned


def test_a_form_without_indicators_matches_nothing() -> None:
    assert label_index(()).matches("Tập thể") == ()
    assert label_index(()).best("Tập thể") == (-1, 0.0)
