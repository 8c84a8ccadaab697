"""Old encodings come back as Unicode; everything else stays as it is."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from viparse.normalize.encodings import CHARMAPS
from viparse.normalize.tables import convert

from config.vietnamese import nfc
from parsers.legacy import DocumentDecoder, decide_encoding, decode_as, decode_legacy, font_encoding
from parsers.legacy_tables import TCVN3, VIQR, VNI, VPS
from parsers.syllables import is_syllable

_DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "legacy_examples.json").read_text(encoding="utf-8"))
EXAMPLES: list[dict[str, str]] = _DATA["examples"]
_LONG = [each for each in EXAMPLES if len(each["unicode_nfc"].split()) > 2]


def whole(example: dict[str, str]) -> str:
    return example["unicode_nfc"]


def test_the_tables_are_the_published_ones() -> None:
    for code, letter in _DATA["tcvn3"].items():
        assert TCVN3[chr(int(code, 16))] == letter
    for sequence, letter in _DATA["vni"].items():
        assert VNI[sequence] == letter
    for code, letters in _DATA["vps"].items():
        assert VPS[chr(int(code, 16))] in letters
    assert VIQR["a^'"] == "ấ"
    assert VIQR["O+?"] == "Ở"
    assert VIQR["DD"] == "Đ"


@pytest.mark.parametrize("kind", ["unicode_nfc", "unicode_nfd", "unicode_composite"])
def test_unicode_only_becomes_composed(kind: str) -> None:
    for example in EXAMPLES:
        found = decode_legacy(example[kind])
        assert (found.text, found.encoding) == (whole(example), "unicode")


@pytest.mark.parametrize("font", [".VnTime", "ABCDEF+.VnArial Narrow", ".vntime"])
def test_a_tcvn3_font_decides(font: str) -> None:
    for example in EXAMPLES:
        found = decode_legacy(example["tcvn3_surface"], [font])
        assert found.text.casefold() == whole(example).casefold()  # "ñy ban": its capital was only drawn
        assert found.encoding == "tcvn3"


def test_a_capital_font_makes_capitals() -> None:
    assert decode_legacy("Céng hoµ x· héi", [".VnTimeH"]).text == "CỘNG HOÀ XÃ HỘI"
    assert decode_legacy("ban", [".VnTimeH"]).text == "BAN"


def test_capitals_with_marks_are_found_again_without_the_font() -> None:
    assert decode_legacy("B¸O C¸O TæNG KÕT TUÇN LÔ").text == "BÁO CÁO TỔNG KẾT TUẦN LỄ"
    assert decode_as("X· Quµi Të", "tcvn3") == "Xã Quài Tở"


@pytest.mark.parametrize("kind", ["tcvn3_surface", "vni_surface", "tcvn3_bytes_as_cp1258", "viqr", "utf8_as_latin1"])
def test_text_that_proves_its_encoding_needs_no_font(kind: str) -> None:
    for example in _LONG:
        if kind == "viqr" and "jpg" in example[kind]:
            continue  # one strong mark is too little to believe in
        assert decode_legacy(example[kind]).text.casefold() == whole(example).casefold()


def test_vni_and_vps_fonts_decide() -> None:
    for example in EXAMPLES:
        assert decode_legacy(example["vni_surface"], ["VNI-Times"]).text == whole(example)
        vps = bytes.fromhex(example["vps_bytes_hex"]).decode("latin-1")
        assert decode_legacy(vps, ["VPS Times"]).text.casefold() == whole(example).casefold()


def test_utf8_read_as_windows_1252_is_undone_and_lost_letters_restored_where_only_one_fits() -> None:
    for example in EXAMPLES:
        found = decode_legacy(example["utf8_as_cp1252"])
        words = zip(found.text.split(), whole(example).split(), strict=True)
        assert all(one == other or "\ufffd" in one for one, other in words)
        assert found.encoding == "utf8_mojibake"
    assert decode_legacy("há»�c").text == "học"
    for commune in ("UBND XÃ TA MA", "UBND XÃ\u00a0TA MA"):  # capitals, and no "à" whose second half is a space
        assert decode_legacy(commune).text.replace("\u00a0", " ") == "UBND XÃ TA MA"
    assert decode_legacy("vÃ\u00a0 ta").text == "và ta"
    assert decode_legacy("Chiá»�ng Ä�Ã´ng").text == "Chiềng Đông"
    assert decode_legacy("Ä‘á»�i").text == "đ\ufffdi"  # đời, đọi, đỏi: not for us to choose


def test_utf8_read_twice_wrongly_or_as_windows_1258_is_undone() -> None:
    text = "Báo cáo tổng kết"
    once = text.encode().decode("latin-1")
    assert decode_legacy(once.encode().decode("latin-1")).text == text
    vietnamese = "".join(bytes([code]).decode("cp1258", "replace") for code in "Báo cáo năm".encode())
    assert decode_legacy(vietnamese).text == "Báo cáo năm"
    assert decode_legacy("NÃ  SÃ¡y").text == "Nà Sáy"  # its no-break space became a space


def test_marks_that_windows_1258_composed_are_taken_apart_again() -> None:
    assert decode_legacy("x· Chỉng §«ng - BiÓu sè liÖu").text == "xã Chiềng Đông - Biểu số liệu"
    assert decode_legacy("kƠt qu¶ thùc hiÖn").text == "kết quả thực hiện"


def test_the_soft_hyphen_of_tcvn3_is_a_letter() -> None:
    assert decode_as("tr\u00adêng THCS", "tcvn3") == "trường THCS"


SURFACES = {"tcvn3": "tcvn3_surface", "vni": "vni_surface"}


@pytest.mark.parametrize("encoding", sorted(SURFACES))
def test_a_document_votes_once_and_its_short_cells_follow(encoding: str) -> None:
    short = {"tcvn3": ("Ghi chó", "X· Quµi Të", "líp", "Nµ S¸y"), "vni": ("Ghi chuù", "Xaõ Quaøi Tôû", "lôùp", "Naø Saùy")}[
        encoding
    ]
    texts = [(example[SURFACES[encoding]], "") for example in EXAMPLES] + [(text, "") for text in short]
    decoder = DocumentDecoder(texts)
    assert decide_encoding(texts) == decoder.encoding == encoding
    assert [decoder.decode(text).text for text in short] == ["Ghi chú", "Xã Quài Tở", "lớp", "Nà Sáy"]
    assert [decode_as(text, encoding) for text in short] == ["Ghi chú", "Xã Quài Tở", "lớp", "Nà Sáy"]
    for text in ("120", "3/120", "abc@gmail.com", "Tổng số người", "Phình Sáng", "5 m²", ""):
        assert decoder.decode(text).text == text


def test_a_viqr_document_votes_too() -> None:
    texts = [(example["viqr"], "") for example in EXAMPLES]
    decoder = DocumentDecoder(texts)
    assert decoder.encoding == "viqr"
    assert decoder.decode("Na` Sa'y").text == "Nà Sáy"


def test_fonts_vote_apart_in_a_mixed_document() -> None:
    texts = [("B¸o c¸o tæng kÕt", ".VnTime"), ("Ghi chó", "Times New Roman"), ("Tổng số người tham gia", "Times New Roman")]
    decoder = DocumentDecoder(texts)
    assert decoder.decode("Ghi chó", ".VnTime").text == "Ghi chú"
    assert decoder.decode("Ghi chó", "Times New Roman").text == "Ghi chó"
    assert decoder.decode("xã Pó", "Times New Roman").text == "xã Pó"
    assert decoder.decode("Tổng số", ".VnTime").text == "Tổng số"  # Unicode typed under an old font name
    assert decoder.decode("Phình Sáng", ".VnTime").text == "Phình Sáng"
    assert decode_as("Ghi chó", "tcvn3", "Times New Roman") == "Ghi chó"


def test_a_document_whose_fonts_were_lost_is_still_understood() -> None:
    texts = [(example["tcvn3_surface"], "Calibri") for example in EXAMPLES] + [("Ghi chó", "Calibri")]
    assert DocumentDecoder(texts).decode("Ghi chó", "Calibri").text == "Ghi chú"


def test_a_unicode_document_left_in_old_fonts_stays() -> None:
    texts = [(whole(example), ".VnTime") for example in EXAMPLES] + [("xã Nà Sáy", ".VnTime"), ("Phí: 5.000đ", ".VnTime")]
    decoder = DocumentDecoder(texts)
    assert decoder.encoding == "unicode"
    for text, font in texts:
        assert decoder.decode(text, font).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Réunion à l'école déjà créée, où l'été naît",
        "où est né le café",
        "Loïc",
        "Coïncidence naïve",
        "Noùng cœur, élève, déjà Réunion",
        "El Niño está aquí, ¿qué más?",
        "Größe: 5 µm × 3 µm für Häuser",
        "10 m² ± 0,5 °C",
        "Nº 5, 1ª, «Bonjour»",
        "© 2020 Công ty",
        "Ver\u00adtrag",
        "½",
        "Ghi chó",
        "https://drive.google.com/a?b=c^d",
        "what? no. it's (a) test.",
        "12.345,67",
        "TOTAL 100%",
        "日本語 テスト",
        "Привет",
    ],
)
def test_text_of_other_languages_and_figures_stay(text: str) -> None:
    assert decode_legacy(text).text == text
    assert decide_encoding([(text, "")]) == "unicode"
    assert DocumentDecoder([(text, "Arial")]).decode(text, "Arial").text == text


def test_broken_text_nobody_understands_says_so() -> None:
    assert decode_legacy("x¥q¶w z¤k¢ v±w¦").encoding == "unknown"


_SYLLABLES = "quài tở nghiêng giếng huỳnh khuyến gì yêu đường tuần xoong thuở được"


def test_fonts_of_the_time_are_known() -> None:
    assert [font_encoding(font) for font in (".VnTime", "VNI-Helve", "VPS Times", "Times New Roman", "")] == [
        "tcvn3",
        "vni",
        "vps",
        "",
        "",
    ]


@pytest.mark.parametrize("word", _SYLLABLES.split())
def test_syllables(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(word.upper())


@pytest.mark.parametrize("word", ["aủo", "trốs", "fỹr", "lớpp", "hềc", "lơp", "đ", "bcd", "ngề̀n"])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)


_VOCABULARY = """
báo cáo tổng kết tuần lễ hưởng ứng học tập suốt đời năm xã quài tở mường thín trường tiểu học người tham gia lớp
phổ biến kiến thức khuyến học kinh phí ngân sách nhà nước huy động giấy khen thưởng đoàn thể
"""
_SENTENCES = st.lists(
    st.sampled_from(_VOCABULARY.split()),
    min_size=5,
    max_size=20,
    unique=True,
)
_TO_TCVN3 = {letter: code for code, letter in TCVN3.items() if code >= "\u00a1"}
_TO_VNI = {letter: sequence for sequence, letter in reversed(VNI.items())}


@settings(derandomize=True, max_examples=150, deadline=None)
@given(_SENTENCES)
def test_any_vietnamese_text_survives_every_round_trip(words: list[str]) -> None:
    text = " ".join(words)
    tcvn3 = "".join(_TO_TCVN3.get(each, each) for each in text)
    vni = "".join(_TO_VNI.get(each, each) for each in text)
    assert decode_legacy(tcvn3, [".VnTime"]).text == text
    assert decode_legacy(vni, ["VNI-Times"]).text == text
    assert decode_legacy(tcvn3).text == text
    assert decode_legacy(vni).text == text
    assert decode_legacy(text.encode().decode("latin-1")).text == text
    assert decode_legacy(text).text == text
    through_windows = unicodedata.normalize("NFC", tcvn3.encode("latin-1").decode("cp1258"))
    assert decode_legacy(through_windows).text == text


@settings(derandomize=True, max_examples=150, deadline=None)
@given(_SENTENCES)
def test_a_second_implementation_agrees(words: list[str]) -> None:
    text = " ".join(words)
    tcvn3 = "".join(_TO_TCVN3.get(each, each) for each in text)
    vni = "".join(_TO_VNI.get(each, each) for each in text)
    assert decode_as(tcvn3, "tcvn3") == nfc(convert(tcvn3, CHARMAPS["tcvn3"]))
    assert decode_as(vni, "vni") == nfc(convert(vni, CHARMAPS["vni"]))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["", "Arial", ".VnTime", "VNI-Times"]))
def test_any_text_is_decoded_without_failing_and_composed(text: str, font: str) -> None:
    found = decode_legacy(text, [font] if font else [])
    assert found.text == nfc(found.text)
    if text.isascii() and not font:
        assert found.text == text or found.encoding == "viqr"


def test_a_workbook_of_texts_is_decoded_quickly() -> None:
    texts = [(whole(example), "Times New Roman") for example in EXAMPLES] * 20
    decoder = DocumentDecoder(texts)
    assert {decoder.decode(text, font).encoding for text, font in texts} == {"unicode"}


@pytest.mark.parametrize("font", ["", ".VnTime", "Times New Roman"])
@pytest.mark.parametrize(
    ("surface", "text"),
    [
        ("4.500.000 ₫", "4.500.000 ₫"),
        ("Kinh phÝ: 4.500.000 ₫ tõ ng©n s¸ch nhµ n\u00adíc", "Kinh phí: 4.500.000 ₫ từ ngân sách nhà nước"),
        ("Kinh phÝ: 4.500.000 đ tõ ng©n s¸ch nhµ n\u00adíc", "Kinh phí: 4.500.000 đ từ ngân sách nhà nước"),
        ("Chi 4.500.000đ, ñng hé 2.000.000đ", "Chi 4.500.000đ, ủng hộ 2.000.000đ"),
    ],
)
def test_a_sign_of_the_currency_says_nothing_of_the_encoding(surface: str, text: str, font: str) -> None:
    others = ("B¸o c¸o tæng kÕt TuÇn lÔ h\u00adëng øng häc tËp suèt ®êi", "Ng©n s¸ch nhµ n\u00adíc", "Gi¸o dôc kü n¨ng sèng")
    decoder = DocumentDecoder([(each, font) for each in (*others, surface)])
    assert decoder.decode(surface, font).text == text
    assert decoder.decode(others[0], font).text == "Báo cáo tổng kết Tuần lễ hưởng ứng học tập suốt đời"
