"""Values to JSON and back: nothing is lost, nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.campaign import Severity
from config.errors import ParseError
from config.text import Text
from parsers.codec import from_plain, to_plain
from parsers.values import (
    Document,
    DocumentFate,
    DocumentRole,
    Envelope,
    Finding,
    FormReading,
    MessageReading,
    PhotoReading,
    Robot,
    Slice,
    Value,
    ValueStatus,
)

EXAMPLES = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Seen:
    name: str
    moment: datetime


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Number(Enum):
    ONE = 1
    TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    name: str
    colour: Colour = Colour.RED
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    leaves: tuple[Leaf, ...]
    pair: tuple[int, str]
    triple: tuple[str, int, Leaf]
    amount: Decimal
    number: Number
    day: date
    wait: timedelta
    cell: int | str | None
    tags: frozenset[str]
    notes: Mapping[str, Leaf] = field(default_factory=dict)
    child: Tree | None = None
    anything: Any = None


words = st.text(max_size=12)
moments = st.datetimes(timezones=st.just(UTC))
leaves = st.builds(Leaf, name=words, colour=st.sampled_from(Colour), at=st.none() | moments)


def _trees(child: st.SearchStrategy[Tree | None]) -> st.SearchStrategy[Tree]:
    return st.builds(
        Tree,
        leaves=st.lists(leaves, max_size=3).map(tuple),
        pair=st.tuples(st.integers(), words),
        triple=st.tuples(words, st.integers(), leaves),
        amount=st.decimals(allow_nan=False, allow_infinity=False),
        number=st.sampled_from(Number),
        day=st.dates(),
        wait=st.timedeltas(min_value=timedelta(days=-999), max_value=timedelta(days=999)).map(
            lambda each: timedelta(seconds=int(each.total_seconds()))
        ),
        cell=st.none() | st.integers() | words,
        tags=st.frozensets(words, max_size=3),
        notes=st.dictionaries(words, leaves, max_size=2),
        child=child,
        anything=st.none() | st.integers() | words | st.lists(st.booleans(), max_size=2),
    )


trees = _trees(st.none() | _trees(st.none()))


@EXAMPLES
@given(trees)
def test_what_goes_through_json_comes_back_equal(tree: Tree) -> None:
    stored = json.dumps(to_plain(tree), ensure_ascii=False)
    back = from_plain(Tree, json.loads(stored))
    assert back == tree
    assert type(back.cell) is type(tree.cell)
    assert type(back.triple[2]) is Leaf


values = st.builds(
    Value,
    indicator=words,
    column=words,
    value=st.none() | st.integers(min_value=-(10**20), max_value=10**20) | words,
    raw=words,
    status=st.sampled_from(ValueStatus),
    warnings=st.lists(words, max_size=2).map(tuple),
    suggest=st.none() | st.integers(),
    sheet=words,
    cell=words,
)
findings = st.builds(
    Finding, code=words, severity=st.sampled_from(Severity), where=words, text=st.builds(Text, vi=words, en=words)
)
forms = st.builds(
    FormReading,
    sheet=words,
    values=st.lists(values, max_size=3).map(tuple),
    findings=st.lists(findings, max_size=1).map(tuple),
    heading=words,
    matched=st.integers(0, 40),
    blank=st.booleans(),
)
documents = st.builds(
    Document,
    path=words,
    name=words,
    sha256=words,
    size=st.integers(0, 2**40),
    type=words,
    role=st.sampled_from(DocumentRole),
    fate=st.sampled_from(DocumentFate),
    slice=st.none() | st.builds(Slice, offset=st.integers(0), length=st.integers(0), encoding=words),
    forms=st.lists(forms, max_size=1).map(tuple),
    photo=st.none() | st.builds(PhotoReading, width=st.integers(), height=st.integers(), taken_at=st.none() | st.datetimes()),
    findings=st.lists(findings, max_size=1).map(tuple),
)
readings = st.builds(
    MessageReading,
    envelope=st.builds(
        Envelope,
        message_id=words,
        subject=words,
        senders=st.lists(words, max_size=2).map(tuple),
        sender_name=words,
        recipients=st.lists(words, max_size=2).map(tuple),
        dated=st.none() | moments,
        in_reply_to=words,
        references=st.lists(words, max_size=2).map(tuple),
        robot=st.sampled_from(Robot),
        authentication_results=st.lists(words, max_size=2).map(tuple),
        received_at=st.none() | moments,
        fingerprint=words,
    ),
    body=words,
    documents=st.lists(documents, max_size=2).map(tuple),
    forwarded=st.just(()),
    request=words,
    links=st.lists(words, max_size=1).map(tuple),
    findings=st.lists(findings, max_size=1).map(tuple),
)


@EXAMPLES
@given(readings)
def test_a_reading_survives_the_database_exactly(reading: MessageReading) -> None:
    assert from_plain(MessageReading, json.loads(json.dumps(to_plain(reading)))) == reading


def test_defaults_are_left_out_and_an_old_row_survives_a_new_field() -> None:
    assert to_plain(Leaf(name="a")) == {"name": "a"}
    assert from_plain(Leaf, {"name": "a"}) == Leaf(name="a")
    assert from_plain(Leaf, {"name": "a", "of_a_newer_version": 1}) == Leaf(name="a")


def test_a_figure_never_changes_its_kind() -> None:
    made = [
        from_plain(Value, to_plain(Value(indicator="1", column="count", value=each, raw="", status=ValueStatus.OK))).value
        for each in (7, "7", "07", None, 0, "")
    ]
    assert made == [7, "7", "07", None, 0, ""]
    assert [type(each) for each in made] == [int, str, str, type(None), int, str]


@pytest.mark.parametrize(
    "plain",
    [
        {"colour": "red"},
        {"name": 5},
        {"name": "a", "colour": "green"},
        {"name": "a", "at": "yesterday"},
        {"name": None},
        ["a"],
        "a",
        None,
        7,
    ],
)
def test_what_does_not_fit_is_one_clear_error(plain: object) -> None:
    with pytest.raises(ParseError, match="stored Leaf does not fit"):
        from_plain(Leaf, plain)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "much"},
        {"pair": [1]},
        {"pair": [1, "a", "b"]},
        {"leaves": "abc"},
        {"tags": "abc"},
        {"wait": 1e300},
        {"day": "2020"},
    ],
)
def test_a_wrong_part_is_never_guessed_at(wrong: dict[str, object]) -> None:
    plain = {
        "leaves": [],
        "pair": [1, "a"],
        "triple": ["a", 1, {"name": "b"}],
        "amount": "1.50",
        "number": 1,
        "day": "2020-10-15",
        "wait": 60,
        "cell": 1,
        "tags": [],
    }
    assert from_plain(Tree, plain).amount == Decimal("1.50")
    with pytest.raises(ParseError):
        from_plain(Tree, {**plain, **wrong})


def test_a_value_without_a_plain_form_is_our_mistake() -> None:
    with pytest.raises(TypeError, match="no plain form"):
        to_plain(object())


def test_texts_and_moments_that_return_are_kept_once() -> None:
    moment = datetime(2020, 10, 12, 8, tzinfo=UTC)
    stored = json.dumps([{"name": "Mẫu tổng hợp.xlsx", "moment": moment.isoformat()} for _ in range(2)])
    one, other = from_plain(tuple[Seen, ...], json.loads(stored))
    assert one == other == Seen(name="Mẫu tổng hợp.xlsx", moment=moment)
    assert one.name is other.name
    assert one.moment is other.moment
