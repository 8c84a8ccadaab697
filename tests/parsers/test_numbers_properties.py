"""Any number in any spelling of the family reads as itself or as a question, never as another number."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.campaign import IndicatorType
from parsers.grid import Cell, CellKind
from parsers.number_units import LEXICON
from parsers.numbers import NumberContext, NumberReading, read_note, read_number
from parsers.values import ValueStatus
from tests.parsers.number_spellings import DOUBTFUL, PLAIN, full_width, grouped, in_words, without_marks

steady = settings(derandomize=True, max_examples=150, deadline=None)
values = st.one_of(st.integers(0, 30), st.integers(0, 3000), st.integers(0, 10**9))
small = st.one_of(st.integers(0, 12), st.integers(0, 400))

PEOPLE = NumberContext(unit="lớp/người", column="people", type=IndicatorType.INTEGER, year=2020)
CLASSES = NumberContext(unit="lớp/người", column="count", type=IndicatorType.INTEGER, year=2020)
BOOKS = NumberContext(unit="Quyển", column="count", type=IndicatorType.INTEGER, year=2020, pair=None)
WOMEN = NumberContext(unit="học sinh", column="female", type=IndicatorType.INTEGER, year=2020, pair=None)
MONEY = NumberContext(unit="Đồng", column="count", type=IndicatorType.MONEY, year=2020, pair=None)
contexts = st.sampled_from([PEOPLE, CLASSES, BOOKS, WOMEN])


def read(text: str, context: NumberContext) -> NumberReading:
    return read_number(Cell(kind=CellKind.TEXT, value=text), context)


def column(context: NumberContext) -> str:
    return "money" if context.type is IndicatorType.MONEY else context.column


@steady
@given(values, st.sampled_from(PLAIN), contexts)
def test_a_plain_spelling_reads_as_itself(value: int, spelling: object, context: NumberContext) -> None:
    assert callable(spelling)
    found = read(spelling(value), context)
    if found.status is ValueStatus.CONFIRM:
        assert found.warnings  # a question, with its reason
    else:
        assert (found.status, dict(found.values)) == (ValueStatus.OK, {context.column: value}), spelling(value)


@pytest.mark.parametrize("spelling", PLAIN)
def test_every_plain_spelling_is_really_read(spelling: object) -> None:
    assert callable(spelling)
    for value in (0, 2, 15, 24, 105, 120, 999, 1250, 20015, 1_000_005, 12_345_678):
        found = read(spelling(value), BOOKS)
        assert dict(found.values) == {"count": value}, spelling(value)


@steady
@given(values, st.sampled_from(DOUBTFUL), contexts)
def test_a_doubtful_spelling_is_never_another_number(value: int, spelling: object, context: NumberContext) -> None:
    assert callable(spelling)
    found = read(spelling(value), context)
    if found.status is ValueStatus.OK:
        assert dict(found.values) == {context.column: value}, spelling(value)


@steady
@given(values, st.sampled_from(["quyển", "cuốn", "q", "quyen", "Quyển", "quyển sách"]), st.sampled_from(["", " "]))
def test_a_repeated_unit_changes_nothing(value: int, unit: str, gap: str) -> None:
    found = read(f"{grouped(value, '.')}{gap}{unit}", BOOKS)
    assert dict(found.values) == {"count": value}
    assert "unit_suffix" in found.warnings


PAIR_SPELLINGS = (
    "{0}/{1}",
    "0{0}/{1}",
    "{0} / {1}",
    "{0};{1}",
    "{0}\\{1}",
    "{0} lớp/{1} người",
    "{0} lớp, {1} người",
    "0{0} lớp với {1} người tham gia",
    "{0} lớp\n{1} người",
    "{0} lop/{1} nguoi",
    "{0} LỚP/{1} NGƯỜI",
    "{0}L/{1}N",
    "{0} lớp ({1} người)",
    "{0} lớp: {1} người",
    "Số lớp: {0}, số người: {1}",
    "{1} người/{0} lớp",
    "{0} khóa/{1} học viên",
    "- {0} lớp\n- {1} người",
    "{0} lớp/{1} lượt người",
    "{0}/{1} người",
    "{0} lớp/{1}",
)
PAIR_DOUBTS = (
    "{0} {1}",
    "{0}-{1}",
    "{0},{1}",
    "{0}, {1}",
    "{0} ({1})",
    "{0}\n{1}",
    "{0}:{1}",
    "{0} và {1}",
    "{0} lớp {1}",
    "{0}.{1}",
    "{0}|{1}",
    "{0} lớp/{1} buổi",
    "{0}/{1}/2020",
    "{0} lớp của {1} trường",
    "{0}//{1}",
    "{0} lớp, {1} nữ",
)


def _says_pair(found: NumberReading, count: int, people: int) -> bool:
    return dict(found.values) == {"count": count, "people": people}


@steady
@given(small, st.one_of(small, st.integers(0, 20000)), st.sampled_from(PAIR_SPELLINGS), st.sampled_from([CLASSES, PEOPLE]))
def test_a_pair_in_one_cell_fills_both_columns(count: int, people: int, spelling: str, context: NumberContext) -> None:
    found = read(spelling.format(count, people), context)
    assert _says_pair(found, count, people), spelling.format(count, people)
    assert "split_pair" in found.warnings
    if people < count:
        assert found.status is ValueStatus.CONFIRM


@steady
@given(small, small, st.sampled_from(PAIR_DOUBTS), st.sampled_from([CLASSES, PEOPLE]))
def test_a_doubtful_pair_is_never_read_wrongly_with_certainty(
    count: int, people: int, spelling: str, context: NumberContext
) -> None:
    found = read(spelling.format(count, people), context)
    if found.status is not ValueStatus.OK:
        return
    said = dict(found.values)
    if spelling == "{0}.{1}":  # one number with its thousands dot
        assert said == {context.column: int(f"{count}{people}")} or set(str(people)) == {"0"}
    elif spelling in ("{0}, {1}", "{0} {1}", "{0},{1}") and len(said) == 1:
        assert said == {context.column: int(f"{count}{people:03d}")} or not people
    elif spelling == "{0} lớp, {1} nữ":
        assert said == {"count": count}
    else:
        assert said == {"count": count, "people": people}, spelling.format(count, people)


@steady
@given(small, small, st.sampled_from(["{0}/{1}", "{0}-{1}", "{0} {1}", "{0} x {1}", "{0};{1}", "{0}, {1}"]))
def test_two_figures_where_one_is_due_are_refused(first: int, second: int, spelling: str) -> None:
    text = spelling.format(first, second)
    found = read(text, BOOKS)
    assert found.status is not ValueStatus.OK or found.values == {"count": int(re.sub(r"\D", "", text))}


MONEY_SPELLINGS = (
    lambda v: grouped(v, "."),
    lambda v: f"{grouped(v, '.')}đ",
    lambda v: f"{grouped(v, '.')} đồng",
    lambda v: f"{grouped(v, '.')} VNĐ",
    lambda v: f"{grouped(v, '.')} đồng chẵn./.",
    lambda v: f"{grouped(v, ',')}",
    lambda v: f"{grouped(v, ',')}.00",
    lambda v: f"{grouped(v, '.')},00 đ",
    lambda v: f"{grouped(v, ' ')} đồng",
    str,
    full_width,
    lambda v: f"{in_words(v)} đồng",
    lambda v: f"{in_words(v, south=True)} đồng chẵn",
    lambda v: f"{without_marks(in_words(v))} dong",
    lambda v: f"{grouped(v, '.')} đồng ({in_words(v).capitalize()} đồng)",
    lambda v: f"{grouped(v, '.')}đ/xã",
    lambda v: f"Kinh phí: {grouped(v, '.')}đ",
    lambda v: f"{v // 10**6} triệu {v % 10**6 // 1000} nghìn" if v % 1000 == 0 and v > 10**6 else str(v),
    lambda v: f"{v // 10**6}tr{v % 10**6 // 1000:03d}" if v % 1000 == 0 and 10**6 < v < 10**9 else str(v),
    lambda v: f"{v // 10**6},{v % 10**6 // 10**5} triệu" if v % 10**5 == 0 else str(v),
    lambda v: f"{v // 10**6}tr{v % 10**6 // 10**5}" if v % 10**5 == 0 else str(v),
    lambda v: f"{grouped(v // 1000, '.')} nghìn đồng" if v % 1000 == 0 else str(v),
    lambda v: f"{grouped(v // 1000, '.')} (nghìn đồng)" if v % 1000 == 0 else str(v),
    lambda v: f"{v // 1000}k" if v % 1000 == 0 else str(v),
    lambda v: f"{v // 2} + {v - v // 2}",
)
sums = st.one_of(
    st.integers(50, 10**6).map(lambda v: v * 1000), st.integers(1, 9999).map(lambda v: v * 10**5), st.integers(0, 10**9)
)


@steady
@given(sums, st.sampled_from(MONEY_SPELLINGS))
def test_money_in_any_spelling_reads_as_itself(value: int, spelling: object) -> None:
    assert callable(spelling)
    found = read(spelling(value), MONEY)
    assert found.values == {"money": value} or found.status is not ValueStatus.OK, spelling(value)
    assert found.status is not ValueStatus.EMPTY


@pytest.mark.parametrize("spelling", MONEY_SPELLINGS)
def test_every_money_spelling_is_really_read(spelling: object) -> None:
    assert callable(spelling)
    for value in (500_000, 1_200_000, 5_500_000, 25_000_000, 105_000_000, 999_900_000):
        assert read(spelling(value), MONEY).values == {"money": value}, spelling(value)


@steady
@given(st.integers(0, 10**10))
def test_money_below_fifty_thousand_is_asked_about_not_multiplied(value: int) -> None:
    found = read_number(Cell(kind=CellKind.NUMBER, value=value), MONEY)
    assert found.values == {"money": value}
    assert ("money_small" in found.warnings) == (0 < value < 50_000)


@steady
@given(st.decimals(0, 100_000, places=4), st.sampled_from(["General", "0.00", "#,##0.000", "0.000", "0%", "@"]), contexts)
def test_a_number_cell_is_exact_or_a_question(value: Decimal, number_format: str, context: NumberContext) -> None:
    found = read_number(Cell(kind=CellKind.NUMBER, value=value.normalize(), number_format=number_format), context)
    if found.status is ValueStatus.OK:
        assert dict(found.values) == {context.column: value}


_WORDS = sorted(LEXICON)
_PIECES = st.one_of(
    st.integers(0, 3000).map(str),
    st.sampled_from([*"/,.;:+-x=()\n ?%~&", "  ", "...", "./."]),
    st.sampled_from(_WORDS),
    st.sampled_from(["lớp", "người", "quyển", "đồng", "không", "nữ", "trong đó", "khoảng", "số", "năm", "ngày"]),
)
_NUMBER_WORDS = re.compile(
    r"kh[oô]ng|\bko\b|m[oộ]t|\bhai|\bba\b|b[oố]n|n[aă]m|s[aá]u|b[aả]y|t[aá]m|ch[ií]n|m[ưu][ơo]i|tr[aă]m|ng[hà]|tri[eệ]u|t[yỷ]"
    r"|\bk\b|\btr\b|chục|tư|nhan|chua|hoan|thieu|\bx\b"
)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=9).map(" ".join), st.sampled_from([PEOPLE, CLASSES, BOOKS, WOMEN, MONEY]))
def test_a_certain_reading_is_justified_by_the_digits_of_its_cell(text: str, context: NumberContext) -> None:
    found = read(text, context)
    if found.status is not ValueStatus.OK or _NUMBER_WORDS.search(text) or not re.search(r"\d", text):
        return
    runs = re.findall(r"\d+", text)
    spans = itertools.combinations(range(len(runs) + 1), 2)
    joined = {(start, end): int("".join(runs[start:end])) for start, end in spans if end - start < 4}
    assert set(found.values.values()) <= _sums(joined, len(runs)), (text, found)


def _sums(joined: dict[tuple[int, int], int], runs: int) -> set[int]:
    """Every sum of some numbers of a text, each made of digit runs that stand side by side."""
    reachable: list[set[int]] = [set() for _ in range(runs + 1)]
    for end in range(1, runs + 1):
        found = {
            joined[start, end] + before for start in range(end) if (start, end) in joined for before in {0, *reachable[start]}
        }
        reachable[end] = found | reachable[end - 1]
    return reachable[runs]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(max_size=30), st.sampled_from([PEOPLE, CLASSES, BOOKS, WOMEN, MONEY]))
def test_no_text_makes_the_reader_fail_and_none_invents_a_number(text: str, context: NumberContext) -> None:
    found = read(text, context)
    read_note(text, context)
    if found.status is ValueStatus.OK and any(found.values.values()):
        assert any(each.isdecimal() for each in text) or "word_number" in found.warnings
    if not text.strip():
        assert found.status is ValueStatus.EMPTY
