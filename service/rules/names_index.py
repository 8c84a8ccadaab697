"""The names of a roster made ready for looking up: by words, squeezed into one word, with a letter missing, with letters lost."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.campaign import Unit
from config.vietnamese import fold
from service.rules.names_tokens import tokens_of
from service.rules.names_words import EVERYDAY, FILLER, KIND_SHORT, NEAR_BODIES, OFFICES, OTHER_BODIES

Words = tuple[str, ...]

_FUZZY_FROM = 7
_AROUND = frozenset({"mamnon", "tieuhoc", "tthtcd", "xa"})
_MASK_FROM = 3
_LOST = re.compile(r"[_?\ufffd]+")
_LOSABLE = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One way to name a unit, without its kind. `spelling` has its diacritics; `own` is false for an alias spelt otherwise."""

    unit: str
    words: Words
    spelling: tuple[str, ...]
    own: bool
    weak: bool = False  # an abbreviation: only suggests the unit
    everyday: bool = False  # an ordinary word, or the area's own name: needs its kind before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Every table that `service.rules.names` looks names up in. Built once for a roster."""

    by_words: dict[Words, tuple[Entry, ...]]
    starts: frozenset[str]  # the first words of all names
    longest: int
    squeezed: dict[str, tuple[Entry, ...]]
    nearby: dict[str, frozenset[str]]  # a squeezed name with one letter left out -> squeezed names
    masked: dict[str, frozenset[str]]  # "n* s*y" -> units
    first_words: dict[str, tuple[str, ...]]  # first syllable -> the units it begins, where there are several
    kinds: dict[str, frozenset[Words]]  # unit -> the ways to write its kind
    kind_only: dict[str, tuple[Words, ...]]  # unit -> aliases that are only its kind ("UBND thị trấn")
    area: Words  # the words of the area's own name
    around: frozenset[str]  # what may stand around a squeezed name: "baocao", "ubnd", "xa"
    longest_squeezed: int


def build(roster: tuple[Unit, ...], area: str) -> Lookup:
    """The tables for a roster in an area ("huyện Tuần Giáo")."""
    area_words = _without_kind(_folded(area), _any_kinds())
    entries: dict[Words, list[Entry]] = defaultdict(list)
    kinds: dict[str, frozenset[Words]] = {}
    kind_only: dict[str, list[Words]] = defaultdict(list)
    for unit in roster:
        kinds[unit.code] = _kinds_of(unit)
        for entry in _entries(unit, kinds[unit.code], area_words):
            if not entry.words:
                continue
            known = entries[entry.words]
            if entry not in known:
                known.append(entry)
        for alias in unit.aliases:
            words = _folded(alias)
            if words and not _without_kind(words, kinds[unit.code]):
                kind_only[unit.code].append(words)
    squeezed = _squeezed(entries)
    return Lookup(
        by_words={words: tuple(found) for words, found in entries.items()},
        starts=frozenset(words[0] for words in entries),
        longest=max((len(words) for words in entries), default=0),
        squeezed=squeezed,
        nearby=_nearby(squeezed),
        masked=_masked(roster),
        first_words=_first_words(roster),
        kinds=kinds,
        kind_only={code: tuple(sorted(set(found), key=len, reverse=True)) for code, found in kind_only.items()},
        area=area_words,
        around=FILLER | OTHER_BODIES | NEAR_BODIES | _AROUND | {"".join(each) for some in kinds.values() for each in some},
        longest_squeezed=max(map(len, squeezed), default=0),
    )


def deletes(word: str) -> Iterator[str]:
    """A word and every way to leave one letter out: two words within one typing error share one of these."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def mask(text: str) -> str:
    """A text with each run of lost letters ("_", "?", or what cannot be shown) made one "*"."""
    return _LOST.sub("*", text)


def _entries(unit: Unit, kinds: frozenset[Words], area: Words) -> Iterator[Entry]:
    name = tokens_of(unit.name)
    own = tuple(each.folded for each in name)
    weak = [tokens_of(each) for each in unit.weak_aliases]
    suggests = {"".join(each.folded for each in words) for words in weak}
    everyday = own == area or " ".join(own) in EVERYDAY or "".join(own) in suggests
    yield Entry(unit=unit.code, words=own, spelling=tuple(each.text for each in name), own=True, everyday=everyday)
    for alias in unit.aliases:
        tokens = tokens_of(alias)
        words = tuple(each.folded for each in tokens)
        bare = _without_kind(words, kinds)
        if len(bare) > len(area) and area and bare[-len(area) :] == area:
            bare = bare[: -len(area)]
        if not bare or bare == area or (len(bare) == 1 and len(own) > 1):
            continue
        start = len(words) - len(_without_kind(words, kinds))
        spelling = tuple(each.text for each in tokens[start : start + len(bare)])
        if bare != own or spelling != tuple(each.text for each in name):
            yield Entry(unit=unit.code, words=bare, spelling=spelling, own=False, everyday=everyday)
    for tokens in weak:
        words = tuple(each.folded for each in tokens)
        if len(words) > 1 or words[0:1] != ("".join(own),):
            yield Entry(unit=unit.code, words=words, spelling=tuple(each.text for each in tokens), own=False, weak=True)


def _without_kind(words: Words, kinds: frozenset[Words]) -> Words:
    """The words of a name after its office and its kind."""
    for starts in (OFFICES, kinds):
        for start in sorted(starts, key=len, reverse=True):
            if words[: len(start)] == start:
                words = words[len(start) :]
                break
    return words


def _kinds_of(unit: Unit) -> frozenset[Words]:
    kind = fold(unit.kind)
    return frozenset({tuple(kind.split()), *KIND_SHORT.get(kind, ())}) if kind else frozenset()


def _any_kinds() -> frozenset[Words]:
    return frozenset(words for kind, short in KIND_SHORT.items() for words in (tuple(kind.split()), *short))


def _folded(text: str) -> Words:
    return tuple(each.folded for each in tokens_of(text))


def _squeezed(entries: dict[Words, list[Entry]]) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for words, named in entries.items():
        found["".join(words)].extend(each for each in named if not each.weak)
    return {key: tuple(each) for key, each in found.items() if each and len(key) > _MASK_FROM}


def _nearby(squeezed: dict[str, tuple[Entry, ...]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, entries in squeezed.items():
        if len(name) >= _FUZZY_FROM and not all(each.everyday for each in entries):
            for shorter in deletes(name):
                found[shorter].add(name)
    return {key: frozenset(each) for key, each in found.items()}


def _masked(roster: Sequence[Unit]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for unit in roster:
        shape = _LOSABLE.sub("*", unit.name).casefold()
        if "*" in shape and sum(1 for each in shape if each.isalpha()) >= _MASK_FROM:
            found[shape].add(unit.code)
    return {key: frozenset(each) for key, each in found.items()}


def _first_words(roster: Sequence[Unit]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for unit in roster:
        words = _folded(unit.name)
        if len(words) > 1:
            found[words[0]].append(unit.code)
    return {word: tuple(codes) for word, codes in found.items()}
