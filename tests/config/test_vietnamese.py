"""Folding, tone placement and readable names."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vietnamese import fold, nfc, readable, same_tones, squash

anything = st.text(max_size=40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("UBND xã Quài-Tở", "ubnd xa quai to"),
        ("  Đông__Ðông, ðÔNG ", "dong dong dong"),
        ("Tỏa Tình", "toa tinh"),
        ("Toả Tình", "toa tinh"),
        ("Báo\u00adcáo", "baocao"),  # a soft hyphen left over by a word processor is no gap
        ("Số 68/KH-UBND", "so 68 kh ubnd"),
        ("", ""),
        ("...", ""),
    ],
)
def test_folding_keeps_bare_words(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded
    assert squash(text) == folded.replace(" ", "")


@pytest.mark.parametrize(
    ("one", "other"),
    [("hoà", "hòa"), ("TOẢ", "TỎA"), ("Thuỷ", "Thủy"), ("uỷ ban", "ủy ban"), ("khoẻ", "khỏe"), ("Ðông", "Đông")],
)
def test_both_tone_placements_compare_equal(one: str, other: str) -> None:
    assert same_tones(one) == same_tones(other) == other


@pytest.mark.parametrize("text", ["quý", "hoàn", "khoái", "huỳnh", "Quỳ", "Quài Tở", "tuần"])
def test_words_written_one_way_only_stay(text: str) -> None:
    assert same_tones(text) == text


def test_a_contradicting_diacritic_stays_a_difference() -> None:
    assert same_tones("Quài Tơ") != same_tones("Quài Tở")


def test_a_name_cannot_hide_its_direction() -> None:
    assert readable("anh\u202egpj.exe\n") == "anh\\u202egpj.exe\\u000a"
    assert readable("xa\u0303 Pu\u0301") == "xã Pú"
    assert readable("\udcff\U000e0001") == "\\udcff\\U000e0001"


@settings(derandomize=True, max_examples=200)
@given(anything)
def test_comparing_forms_are_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert same_tones(same_tones(text)) == same_tones(text)
    assert fold(same_tones(text)) == fold(text)
    assert nfc(readable(text)) == readable(text)
