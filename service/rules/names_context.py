"""What stands around a name: its kind, an office, a school, another place or another district."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from service.rules.names_index import Entry, Lookup, Words
from service.rules.names_tokens import Token
from service.rules.names_words import (
    AREA_KINDS,
    NEAR_BODIES,
    NOT_A_NAME,
    NOT_AN_AREA,
    OFFICES,
    OTHER_BODIES,
    OTHER_BODY_PAIRS,
    PLACE_KINDS,
    SMALLER_PLACES,
)

_BREAKS = frozenset(",;:\n()!|")
_WINDOW = 8
_NEAR = 60
_LONGEST_SQUEEZED = 120
"""A word of more letters was squeezed together by nobody who wanted to be understood."""

_LOCAL_KINDS: frozenset[Words] = frozenset({("xa",), ("thi", "tran"), ("phuong",)})
_LOCAL_ENDS = frozenset(words[-1] for words in _LOCAL_KINDS)
_AREA_ENDS = frozenset(words[-1] for words in AREA_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the words before a name make of it. `start` is the first word that belongs to the name with its kind."""

    start: int
    kind: bool = False  # "xã" before a commune
    office: bool = False  # "UBND" before the name or its kind
    wrong_kind: bool = False  # "thị trấn" before a commune
    other_place: bool = False  # "huyện" before the name: the district of that name
    smaller_place: bool = False  # "bản" before the name
    body: bool = False  # a school or another body there


def context_of(tokens: Sequence[Token], span: range, kinds: frozenset[Words]) -> Context:
    """What stands before the name at these words."""
    start = span.start
    kind = _ends_with(tokens, start, kinds)
    start -= kind
    other = _ends_with(tokens, start, PLACE_KINDS - kinds) if not kind else 0
    area_kind = bool(other) and tuple(each.folded for each in tokens[start - other : start]) in AREA_KINDS | {("tinh",)}
    office = _ends_with(tokens, start - other, OFFICES)
    start -= office if not other else 0
    before = tokens[start - 1].folded if start and _near(tokens[start].gap) else ""
    return Context(
        start=start,
        kind=bool(kind),
        office=bool(office) and not other,
        wrong_kind=bool(other),
        other_place=area_kind,
        smaller_place=not kind and not office and before in SMALLER_PLACES,
        body=not office and _body_before(tokens, start),
    )


def _ends_with(tokens: Sequence[Token], place: int, wordings: frozenset[Words]) -> int:
    """How many words before this place are one of these wordings, 0 if none."""
    for words in _longest_first(wordings):
        first = place - len(words)
        if first < 0 or tuple(each.folded for each in tokens[first:place]) != words:
            continue
        if place < len(tokens) and not _near(tokens[place].gap):
            continue
        if words == ("t", "t") or all(_near(each.gap) for each in tokens[first + 1 : place]):
            return len(words)
    return 0


@cache
def _longest_first(wordings: frozenset[Words]) -> tuple[Words, ...]:
    return tuple(sorted(wordings, key=len, reverse=True))


def _near(gap: str) -> bool:
    return len(gap.strip()) <= 1 and not _BREAKS.intersection(gap.strip()) - {":"} and gap.count("\n") <= 1


def _body_before(tokens: Sequence[Token], start: int) -> bool:
    """Whether a school or the like stands before the name in the same phrase."""
    for place in range(start - 1, max(start - 1 - _WINDOW, -1), -1):
        if _BREAKS.intersection(tokens[place + 1].gap if place + 1 < len(tokens) else ""):
            return False
        here = tokens[place].folded
        pair = (here, tokens[place + 1].folded) if place + 1 < len(tokens) else ("", "")
        if here in OTHER_BODIES or pair in OTHER_BODY_PAIRS or (place == start - 1 and here in NEAR_BODIES):
            return True
        if here in {"gui", "nop", "ubnd"}:
            return False
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What the other words of a squeezed word say: "ubndxaquaito", "thcstama"."""

    kind: bool
    office: bool
    body: bool


def split_squeezed(word: str, lookup: Lookup) -> Iterator[tuple[tuple[Entry, ...], Inside]]:
    """The one unit that a squeezed word names, if it comes apart into known words and exactly one name."""
    if len(word) > _LONGEST_SQUEEZED:
        return
    found: list[tuple[tuple[str, ...], str]] = [((word,), word)] if word in lookup.squeezed else []
    found = found or list(_partitions(word, lookup))
    units = {each.unit for _, name in found for each in lookup.squeezed[name]}
    if len(units) != 1:
        return
    parts, name = max(found, key=lambda each: len(each[1]))
    others = [each for each in parts if each != name]
    kinds = {"".join(words) for words in lookup.kinds[next(iter(units))]}
    yield (
        lookup.squeezed[name],
        Inside(
            kind=any(each in kinds for each in others),
            office=any(each in {"ubnd", "tthtcd"} for each in others),
            body=any(each in OTHER_BODIES or each in NEAR_BODIES or each in {"mamnon", "tieuhoc"} for each in others),
        ),
    )


def _partitions(word: str, lookup: Lookup) -> Iterator[tuple[tuple[str, ...], str]]:
    """Ways to read a word as known words around one name."""

    @cache
    def filled(text: str) -> tuple[str, ...] | None:
        if not text:
            return ()
        for length in range(min(len(text), 10), 1, -1):
            if text[:length] in lookup.around:
                rest = filled(text[length:])
                if rest is not None:
                    return (text[:length], *rest)
        return None

    for start in range(len(word)):
        for stop in range(min(len(word), start + lookup.longest_squeezed), start + 3, -1):
            name = word[start:stop]
            if name not in lookup.squeezed:
                continue
            before, after = filled(word[:start]), filled(word[stop:])
            if before is not None and after is not None:
                yield (*before, name, *after), name


def other_area_near(start: int, view: str, tokens: Sequence[Token], area: Words) -> bool:
    """Whether the nearest district named beside this place of the text is not ours."""
    if not area:
        return False
    ours = theirs = False
    first = bisect_left(tokens, start - _NEAR, key=lambda token: token.start)
    for place in range(first, bisect_right(tokens, start + _NEAR, key=lambda token: token.start)):
        token = tokens[place]
        if not place or tokens[place - 1].folded not in _AREA_ENDS or not _ends_with(tokens, place, AREA_KINDS):
            continue
        if "\n\n" in view[min(start, token.start) : max(start, token.start)]:
            continue
        if tuple(each.folded for each in tokens[place : place + len(area)]) == area:
            ours = True
        elif token.capital and token.folded not in NOT_AN_AREA and not token.folded.isdigit():
            theirs = True
    return theirs and not ours


def names_elsewhere(view: str, tokens: Sequence[Token], taken: set[int], lookup: Lookup) -> Iterator[str]:
    """Communes and towns named with their kind that no unit answers to."""
    shouting = view.isupper()
    for place, token in enumerate(tokens[:-1]):
        if not place or tokens[place - 1].folded not in _LOCAL_ENDS or not token.capital or token.start in taken:
            continue
        count = _ends_with(tokens, place, _LOCAL_KINDS)
        if not count:
            continue
        office = bool(_ends_with(tokens, place - count, OFFICES))
        following = tokens[place + 1]
        if token.folded in NOT_AN_AREA or not following.capital or following.gap.strip():
            continue
        if "\n" in token.gap + following.gap:  # a blank left open in a form's heading, and the title below it
            continue
        names_area = tuple(each.folded for each in tokens[place : place + len(lookup.area)]) == lookup.area
        words = {token.folded, following.folded, token.folded + following.folded}
        if words & NOT_A_NAME or token.text.isupper() is not following.text.isupper():
            continue
        upper = token.text.isupper()
        if names_area or (upper and not office and not shouting):
            continue
        yield view[tokens[place - count].start : following.end]
