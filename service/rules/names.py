"""Names of units found in a text of any origin: a subject, a letterhead, a file name, the text of a mail.

A name with its kind or office before it ("UBND xã Quài Tở") is STRONG, a bare name MEDIUM, an abbreviation, a school, a typing
error or contradicting diacritics WEAK: a suggestion for the officer, never more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from config.campaign import Unit
from config.vietnamese import fold
from service.rules.names_context import Context, context_of, names_elsewhere, other_area_near, split_squeezed
from service.rules.names_decoding import decoded
from service.rules.names_index import Entry, Lookup, build, deletes, mask
from service.rules.names_tokens import Agreement, Token, agreement, is_syllable, tokens_of

_INNER = frozenset(" \t\r\n\u00a0-_.–'’`")
_FUZZY_FROM = 7
_LONE_WORD = 5
_SHORT = 2_000


class Strength(IntEnum):
    """How much a name proves."""

    WEAK = 1
    MEDIUM = 2
    STRONG = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NameHit:
    """One unit named in a text. `text` and `start` are of the text as decoded; `body` is a school or another body there."""

    unit: str
    strength: Strength
    text: str
    start: int
    body: bool = False


class NameIndex:
    """The names of a roster, ready to be found in texts. Build it once."""

    def __init__(self, roster: tuple[Unit, ...], area: str) -> None:
        self._lookup: Lookup = build(roster, area)
        self._short = lru_cache(maxsize=256)(self._look)  # a mail's few short texts are asked about again and again

    def find_units(self, text: str) -> tuple[NameHit, ...]:
        """Every unit the text names, in its order. Several units for one place in the text mean that it is ambiguous."""
        return self._found(text)[0]

    def names_other_place(self, text: str) -> tuple[str, ...]:
        """Communes and towns the text names with their kind ("xã Mường Lạn") that are not on the roster."""
        return self._found(text)[1]

    def _found(self, text: str) -> tuple[tuple[NameHit, ...], tuple[str, ...]]:
        return self._short(text) if len(text) <= _SHORT else self._look(text)

    def _look(self, text: str) -> tuple[tuple[NameHit, ...], tuple[str, ...]]:
        """The units and the other places of a text."""
        view = decoded(text)
        tokens = tokens_of(view)
        hits = list(_exact(view, tokens, self._lookup))
        taken = {place for _, places in hits for place in places}
        for finder in (_squeezed, _mistyped, _only_kind, _cut_short):
            for hit, places in finder(view, tokens, self._lookup):
                if taken.isdisjoint(places) or any(hit.start == other.start and hit.unit != other.unit for other, _ in hits):
                    hits.append((hit, places))
                    taken.update(places)
        plain = [hit for hit, _ in hits] or list(_lost_letters(view, self._lookup))
        units = tuple(sorted(_in_area(plain, view, tokens, self._lookup), key=lambda each: each.start))
        return units, tuple(names_elsewhere(view, tokens, {hit.start for hit in units}, self._lookup))


_Found = tuple[NameHit, range]


def _exact(view: str, tokens: Sequence[Token], lookup: Lookup) -> Iterator[_Found]:
    """Names word by word, longest first; two names that share a word (as in "Mường Mùn Chung") only suggest."""
    end = -1
    found: list[_Found] = []
    for place, token in enumerate(tokens):
        match = _longest(tokens, place, lookup) if token.folded in lookup.starts else None
        if match is None:
            continue
        words, entries = match
        span = range(place, place + words)
        if place < end:
            if span.stop > end:
                found = [(_weaker(hit), places) if places.stop > place else (hit, places) for hit, places in found]
                found += [(_weaker(hit), span) for hit in _hits(view, tokens, span, entries, lookup)]
            continue
        new = list(_hits(view, tokens, span, entries, lookup))
        found += [(hit, span) for hit in new]
        end = span.stop if new else end
    yield from found


def _longest(tokens: Sequence[Token], place: int, lookup: Lookup) -> tuple[int, tuple[Entry, ...]] | None:
    for count in range(min(lookup.longest, len(tokens) - place), 0, -1):
        seen = tokens[place : place + count]
        if any(not _joins(each.gap) for each in seen[1:]):
            continue
        entries = lookup.by_words.get(tuple(each.folded for each in seen))
        if entries:
            return count, entries
    return None


def _joins(gap: str) -> bool:
    return len(gap) <= 4 and all(letter in _INNER for letter in gap) and gap.count("\n") <= 1  # noqa: PLR2004 - " - " and a bit


def _hits(view: str, tokens: Sequence[Token], span: range, entries: tuple[Entry, ...], lookup: Lookup) -> Iterator[NameHit]:
    seen = tokens[span.start : span.stop]
    for code in dict.fromkeys(each.unit for each in entries):
        mine = [each for each in entries if each.unit == code]
        context = context_of(tokens, span, lookup.kinds[code])
        strength = _strength(seen, mine, context)
        if strength is None or (mine[0].words == lookup.area and not (context.kind or context.office)):
            continue
        text = view[tokens[context.start].start : seen[-1].end]
        yield NameHit(unit=code, strength=strength, text=text, start=seen[0].start, body=context.body)


def _strength(seen: Sequence[Token], entries: list[Entry], context: Context) -> Strength | None:
    """How much this name proves, None when it is not the unit's at all."""
    if context.other_place:
        return None
    if all(each.weak for each in entries):
        return Strength.WEAK
    named = context.kind or context.office
    base = Strength.STRONG if named else Strength.MEDIUM
    if not named and (any(each.everyday for each in entries) or _is_lone_word(seen, entries)):
        base = Strength.WEAK
    agreed = _agreed(seen, entries, base)
    if agreed is None:
        return None
    return Strength.WEAK if context.body or context.wrong_kind or context.smaller_place else agreed


def _is_lone_word(seen: Sequence[Token], entries: list[Entry]) -> bool:
    """Whether the whole name is one short word, which may stand in any text."""
    return len(seen) == 1 and len(seen[0].folded) < _LONE_WORD and all(len(each.words) == 1 for each in entries)


def _agreed(seen: Sequence[Token], entries: list[Entry], base: Strength) -> Strength | None:
    """The strength after the diacritics were compared: with the name, then with the other spellings on the roster."""
    texts = [each.text for each in seen]
    own = [each for each in entries if each.own]
    best = max((agreement(texts, each.spelling) for each in own), default=Agreement.CONTRADICTS)
    if best is Agreement.FULL:
        return base
    if best is Agreement.PARTIAL:
        return min(base, Strength.MEDIUM)
    if any(agreement(texts, each.spelling) is Agreement.FULL for each in entries if not each.weak):
        if not own:  # another spelling by its letters ("Phìn Sáng"), not only by its tones
            return min(base, Strength.MEDIUM)
        return Strength.MEDIUM if base is Strength.STRONG else Strength.WEAK
    letters = sum(len(each.folded) for each in seen)
    return Strength.WEAK if base is Strength.STRONG or letters >= _FUZZY_FROM else None


def _squeezed(view: str, tokens: Sequence[Token], lookup: Lookup) -> Iterator[_Found]:
    """Names run together with other words, as in "baocaoxaquaito.docx"."""
    for place, token in enumerate(tokens):
        if len(token.folded) <= 3 or is_syllable(token.folded) or not token.folded.isalpha():  # noqa: PLR2004 - no name is shorter
            continue
        for entries, inside in split_squeezed(token.folded, lookup):
            context = context_of(tokens, range(place, place + 1), lookup.kinds[entries[0].unit])
            context = replace(
                context,
                kind=context.kind or inside.kind,
                office=context.office or inside.office,
                body=context.body or inside.body,
            )
            strength = _strength([token], [replace(each, spelling=(token.text,), own=True) for each in entries], context)
            if not token.text.isascii():
                strength = Strength.WEAK  # diacritics cannot be compared syllable by syllable
            elif strength is Strength.STRONG and not any(each.own for each in entries):
                strength = Strength.MEDIUM
            if strength is not None:
                yield (
                    NameHit(
                        unit=entries[0].unit,
                        strength=strength,
                        text=view[tokens[context.start].start : token.end],
                        start=token.start,
                        body=context.body,
                    ),
                    range(place, place + 1),
                )


def _mistyped(view: str, tokens: Sequence[Token], lookup: Lookup) -> Iterator[_Found]:
    """Names with one typing error that leaves no Vietnamese word: another commune's name is always made of words."""
    odd = [not is_syllable(each.folded) for each in tokens]
    for count in (2, 3, 1):
        for place in range(len(tokens) - count + 1):
            span = range(place, place + count)
            if not any(odd[place : span.stop]):
                continue
            seen = tokens[place : span.stop]
            entries = _one_error_away(seen, lookup)
            context = context_of(tokens, span, lookup.kinds[entries[0].unit]) if entries else None
            if context is None or context.other_place or not _rest_agrees(seen, entries):
                continue
            named = (context.kind or context.office) and not context.body
            yield (
                NameHit(
                    unit=entries[0].unit,
                    strength=Strength.MEDIUM if named and count > 1 else Strength.WEAK,
                    text=view[tokens[context.start].start : seen[-1].end],
                    start=seen[0].start,
                    body=context.body,
                ),
                span,
            )


def _one_error_away(seen: Sequence[Token], lookup: Lookup) -> list[Entry]:
    """The names of the one unit that these words miss by a single letter, none where there are two such units."""
    joined = "".join(each.folded for each in seen)
    if not _FUZZY_FROM - 1 <= len(joined) <= lookup.longest_squeezed + 1 or any(not _joins(each.gap) for each in seen[1:]):
        return []
    if len(seen) == 1 and _is_two_words(joined):
        return []
    names = {name for key in deletes(joined) for name in lookup.nearby.get(key, ())}
    near = [name for name in names if OSA.distance(joined, name, score_cutoff=1) == 1]
    if len({each.unit for name in near for each in lookup.squeezed[name]}) != 1:
        return []
    return [each for name in near for each in lookup.squeezed[name] if len(each.words) == len(seen) or len(seen) == 1]


def _is_two_words(joined: str) -> bool:
    """Whether a squeezed word comes apart into two syllables: then it is another name, not a mistyped one."""
    return any(is_syllable(joined[:place]) and is_syllable(joined[place:]) for place in range(1, len(joined)))


def _rest_agrees(seen: Sequence[Token], entries: list[Entry]) -> bool:
    """Whether the syllables without the typing error agree in their diacritics with some spelling."""
    for entry in entries:
        pairs = [pair for pair in zip(seen, entry.spelling, strict=False) if pair[0].folded == fold(pair[1])]
        if agreement([one.text for one, _ in pairs], [other for _, other in pairs]) is not Agreement.CONTRADICTS:
            return True
    return False


def _only_kind(view: str, tokens: Sequence[Token], lookup: Lookup) -> Iterator[_Found]:
    """The one town of a district of communes is often called only "UBND thị trấn": believed where no name can follow."""
    for code, wordings in lookup.kind_only.items():
        for words in wordings:
            for place in range(len(tokens) - len(words) + 1):
                span = range(place, place + len(words))
                seen = tokens[place : span.stop]
                if tuple(each.folded for each in seen) != words or not _stands_alone(tokens, span):
                    continue
                office = words not in lookup.kinds[code]
                yield (
                    NameHit(
                        unit=code,
                        strength=Strength.MEDIUM if office else Strength.WEAK,
                        text=view[seen[0].start : seen[-1].end],
                        start=seen[0].start,
                    ),
                    span,
                )


def _stands_alone(tokens: Sequence[Token], span: range) -> bool:
    """Whether no name follows and no list precedes ("các xã, thị trấn")."""
    before = tokens[span.start - 1] if span.start else None
    if before is not None and (before.folded in {"cac", "xa", "va", "cap", "moi"} or "," in tokens[span.start].gap):
        return False
    return span.stop >= len(tokens) or not _joins(tokens[span.stop].gap) or tokens[span.stop].text.islower()


def _cut_short(view: str, tokens: Sequence[Token], lookup: Lookup) -> Iterator[_Found]:
    """A name cut short ("xã Quài" and nothing more): every unit that begins so is suggested."""
    for place in range(1, len(tokens)):
        last = place + 1 >= len(tokens) or not _joins(tokens[place + 1].gap) or tokens[place + 1].text.isdigit()
        for code in lookup.first_words.get(tokens[place].folded, ()) if last else ():
            if tuple(each.folded for each in tokens[place - 1 : place]) in lookup.kinds[code]:
                text = view[tokens[place - 1].start : tokens[place].end]
                yield NameHit(unit=code, strength=Strength.WEAK, text=text, start=tokens[place].start), range(place, place + 1)


def _lost_letters(view: str, lookup: Lookup) -> Iterator[NameHit]:
    """Names whose accented letters an old program replaced: "x_ N_ S_y"."""
    words = [(match, mask(match).casefold()) for match in view.rpartition(".")[0].split() or view.split()]
    for place in range(len(words)):
        for count in (2, 3, 1):
            shape = " ".join(each for _, each in words[place : place + count])
            units = lookup.masked.get(shape, frozenset())
            if len(units) != 1 or place + count > len(words):
                continue
            named = place > 0 and words[place - 1][1] in {"x*", "xa"}
            text = " ".join(each for each, _ in words[place - named : place + count])
            strength = Strength.MEDIUM if named else Strength.WEAK
            yield NameHit(unit=next(iter(units)), strength=strength, text=text, start=max(view.find(words[place][0]), 0))


def _in_area(hits: list[NameHit], view: str, tokens: Sequence[Token], lookup: Lookup) -> Iterator[NameHit]:
    """The hits, weak where another district's name stands beside: a namesake there is another commune."""
    for hit in hits:
        yield _weaker(hit) if other_area_near(hit.start, view, tokens, lookup.area) else hit


def _weaker(hit: NameHit) -> NameHit:
    return replace(hit, strength=Strength.WEAK)
