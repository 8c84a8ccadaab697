"""Letters drawn apart from their words: such a page is looked at as a picture, and its garbled text is never a report."""

from __future__ import annotations

from config.loading import reference_campaign
from parsers.read import expected_of, read_file
from parsers.scattered_letters import is_scattered
from parsers.values import DocumentFate, DocumentRole
from tests.parsers.test_writing_pdf import _page_of, pdf

GARBLED = (
    "STT N i dung ộ Đ n v tính ơ ị S l p/s cu c thi ố ớ ố ộ",
    "1 Các l p b i d ng, t p hu n t ch c trong Tu n l ớ ồ ưỡ ậ ấ ổ ứ ầ ễ l p ớ 12",
    "T ng s ng i tham gia ổ ố ườ",
    "Giáo d c k năng s ng ụ ỹ ố",
)


def test_words_without_their_letters_are_told_from_text() -> None:
    assert is_scattered(GARBLED)
    assert not is_scattered(["Xã ở vùng cao, ý kiến của bà con là mở lớp ở bản, ạ.", "Số lớp 3", "a b c d e g h i k l m n o p q"])
    assert not is_scattered(GARBLED[:1])  # a few may be a formula or initials


def test_a_page_of_scattered_letters_is_a_picture_to_its_reader() -> None:
    lines = (
        "BAO CAO",
        "1. Le khai m c \xf4 \xe2",
        "H i ngh \xf4 \xee t ch c \xf4 \xfa sau \xe0",
        "2. Kinh ph \xed",
        "L p \xf4 h c \xf4",
    )
    (found,) = read_file("bc.pdf", pdf(_page_of(*lines, *lines)), expected_of((reference_campaign(),))).documents
    assert (found.role, found.fate, found.narrative) == (DocumentRole.SCAN, DocumentFate.UNREADABLE, None)
    assert "bản quét" in found.why.vi
