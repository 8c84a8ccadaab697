"""How alike a written label is to the indicators of a form: without diacritics, shortened, misspelt or abbreviated.

A score tells how much of what was written belongs to the indicator. `replaced` tells that a distinctive word was exchanged for
another: then the row may well be a different one, however alike the letters are.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from config.campaign import Indicator
from config.vietnamese import fold

_NUMBERING = re.compile(
    r"^(?:[\s\-+*•–—·▪]+|\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-zđ]|[ivx]{1,4})\s*[.)\-:/](?=\s|\D)\s*)+", re.IGNORECASE
)
_PARENTHESES = re.compile(r"\([^)]*\)?")
_UNIT_BEHIND = re.compile(r"\s*(?:\(([^()]+)\)|[-–:]\s*([^-–:()]+))[\s.:]*$")
_TAIL = re.compile(r"[\s,;:.…]*(?:trong đó|trong do|of which)?[\s,;:.…]*$", re.IGNORECASE)
_VOWELS = frozenset("aeiouy")
_FILLER = frozenset(
    {
        "cac",
        "cua",
        "ve",
        "cho",
        "trong",
        "tai",
        "va",
        "tu",
        "den",
        "theo",
        "voi",
        "duoc",
        "da",
        "nhung",
        "tren",
        "dia",
        "ban",
        "nam",
    }
    | {"neu", "co", "the", "of", "for", "in", "on", "at", "and", "to", "a", "an"}
)
_FILLER_WEIGHT = 0.3
_TELLING = 0.55  # words at least this weighty tell indicators apart
_ALIKE = 74  # two words of four and more letters are one misspelt from this ratio on
_FUZZY_CREDIT = 0.85
_SHORTEST_MISSPELT = 3
_LONGEST_ABBREVIATION = 9
_REPLACED_CEILING = 0.74
_PURE = 0.96
_WORTH_A_LOOK = 0.4
_LONG_LABEL = 12
_SAME_LETTERS = 80
_MAX_LABEL = 400
_MOST_WORDS = 20
_SLIPS = 2
_IF_ANY = re.compile(r"^\(+[^()]{1,12}\)+")  # of a label known without it: "(nếu có)"
_WORD = re.compile(r"\S+")
_BEGINS = re.compile(r"[ \t]*(?:[:;\r\n(]|[-–—+*•]\s|[A-ZĐÀ-Ỹ])")
_SIGNS = " \t\r\n:;.-–—"
_MOST_KEPT = 4_000

EXACT = 1.0


def clean_label(text: str) -> str:
    """A label without its bullet or numbering in front and "trong đó:" or dots behind."""
    stripped = _NUMBERING.sub("", text.strip()[:_MAX_LABEL], count=1)
    return _TAIL.sub("", stripped) or text.strip()


def behind_label(text: str, labels: frozenset[str]) -> tuple[str, str] | None:
    """A text that begins with one of these labels, a slip or two in it, parted behind it; None where nothing stands there.

    `labels` are `folded_labels` of two words or more. A colon, a bracket, a new line or a capital letter tells where one ends.
    """
    start = found.end() if (found := _NUMBERING.match(text)) else 0
    head = ""
    best: tuple[int, str, str] | None = None
    for number, word in enumerate(itertools.islice(_WORD.finditer(text, start), _MOST_WORDS), start=1):
        head += fold(word[0]).replace(" ", "")
        rest = text[word.end() :]
        if number == 1 or not rest.strip(_SIGNS) or not (word[0][-1] in ":;.)" or _BEGINS.match(rest)):
            continue
        for label in labels:
            slips = Levenshtein.distance(head, label, score_cutoff=_SLIPS)
            if slips <= (_SLIPS if len(label) >= _LONG_LABEL else 0) and (best is None or slips <= best[0]):
                best = slips, text[: word.end()], _IF_ANY.sub("", rest.strip()).strip(_SIGNS)
    if best is None or not best[2] or any(_may_be_all(head, label) for label in labels):
        return None
    return best[1:]


def _may_be_all(text: str, label: str) -> bool:
    """Whether a text is nothing but a label, a slip or two in it, or the beginning of one that was cut short."""
    slip = Levenshtein.distance(text, label, score_cutoff=_SLIPS) <= _SLIPS and not any(map(str.isdigit, text))
    return slip or label.startswith(text)


def folded_labels(indicators: Iterable[Indicator]) -> frozenset[str]:
    """Every wording of these indicators without spaces, as `behind_label` wants them."""
    return frozenset(text.replace(" ", "") for each in indicators for text in _variants((each.label, *each.aliases)))


@dataclass(frozen=True, slots=True)
class Match:
    """How well a label fits one indicator: `score` from 0 to 1; `pure` when nothing was written that is not in its label."""

    score: float
    pure: bool = False
    replaced: bool = False


NO_MATCH = Match(0.0)


@dataclass(frozen=True, slots=True)
class _Variant:
    """One wording of an indicator."""

    indicator: int
    compact: str
    words: tuple[str, ...]
    word_set: frozenset[str]
    initials: str
    short: tuple[str, ...]  # words that may be abbreviations
    weight: float


class LabelIndex:
    """The labels of a form prepared for matching. Get one from `label_index`, which keeps it."""

    def __init__(self, wordings: tuple[tuple[str, ...], ...], units: frozenset[str]) -> None:
        self.size = len(wordings)
        self._units = units
        folded = [_variants(each) for each in wordings]
        self._common = Counter(word for each in folded for word in {word for text in each for word in text.split()})
        self._vocabulary = tuple(self._common)
        self._weights: dict[str, float] = {}
        self._weights = {word: self._weight(word) for word in self._common}
        self._variants = tuple(self._variant(number, text) for number, each in enumerate(folded) for text in each)
        self.exact: dict[str, tuple[int, ...]] = {}
        for variant in self._variants:
            holders = self.exact.get(variant.compact, ())
            if variant.indicator not in holders:
                self.exact[variant.compact] = (*holders, variant.indicator)
        self._keep_own_labels(wordings)
        self.generic = tuple(self._is_generic(number, folded) for number in range(self.size))
        self._holders: dict[str, tuple[int, ...]] = {}
        self._matches: dict[str, tuple[Match, ...]] = {}
        self._alike: dict[str, dict[str, float]] = {}

    def _variant(self, number: int, text: str) -> _Variant:
        words = tuple(dict.fromkeys(text.split()))
        return _Variant(
            number,
            text.replace(" ", ""),
            words,
            frozenset(words),
            "".join(word[0] for word in words),
            tuple(word for word in words if _may_be_short(word)),
            self._sum(words),
        )

    def _keep_own_labels(self, wordings: tuple[tuple[str, ...], ...]) -> None:
        """A full label beats another indicator's alias that reads the same."""
        for number, each in enumerate(wordings):
            own = fold(each[0]).replace(" ", "")
            holders = self.exact.get(own, ())
            full = tuple(one for one in holders if fold(wordings[one][0]).replace(" ", "") == own)
            if number in full:
                self.exact[own] = full

    def exact_holders(self, label: str) -> tuple[int, ...]:
        """The indicators one of whose wordings is this label but for diacritics, case and signs."""
        known = self._holders.get(label)
        if known is None:
            if len(self._holders) > _MOST_KEPT:
                self._holders.clear()
            readings = (label, clean_label(label), self._without_unit(clean_label(label)))
            known = next((holders for each in readings if (holders := self.exact.get(fold(each).replace(" ", ""), ()))), ())
            self._holders[label] = known
        return known

    def _without_unit(self, label: str) -> str:
        """A label without the unit of measure that some write behind it: "Xóa mù chữ (lớp/người)"."""
        match = _UNIT_BEHIND.search(label)
        return label[: match.start()] if match and match.start() and fold(match[1] or match[2]) in self._units else label

    def matches(self, label: str) -> tuple[Match, ...]:
        """How well the label fits each indicator, in the order of the form."""
        known = self._matches.get(label)
        if known is None:
            if len(self._matches) > _MOST_KEPT:  # one index lives as long as its process
                self._matches.clear()
            known = self._matches[label] = self._match(label)
        return known

    def best(self, label: str) -> tuple[int, float]:
        """The indicator that fits best and its score."""
        found = self.matches(label)
        number = max(range(self.size), key=lambda each: found[each].score, default=-1)
        return number, found[number].score if found else 0.0

    def _match(self, label: str) -> tuple[Match, ...]:
        holders = self.exact_holders(label)
        if len(holders) == 1 or not self.size:
            return tuple(Match(EXACT, pure=True) if number in holders else NO_MATCH for number in range(self.size))
        text = fold(self._without_unit(clean_label(label)))
        if not text:
            return (NO_MATCH,) * self.size
        written = self._variant(-1, text)
        readings = {word: {word: 1.0} if word in self._weights else self._misspelt(word) for word in written.words}
        reachable = frozenset(other for reading in readings.values() for other in reading)
        found = [NO_MATCH] * self.size
        for variant in self._variants:
            if variant.word_set.isdisjoint(reachable) and not _abbreviates(written, variant):
                continue
            match = self._compare(written, readings, variant)
            if match.score > found[variant.indicator].score:
                found[variant.indicator] = match
        for number in holders:
            found[number] = Match(EXACT, pure=True)
        return tuple(found)

    def _compare(self, written: _Variant, readings: dict[str, dict[str, float]], variant: _Variant) -> Match:
        credit, covered = _credits(written.words, readings, variant.word_set)
        _expand(written.short, variant, credit, covered)
        _expand(tuple(word for word in variant.short if word not in covered), written, covered, credit)
        said = sum(self._weight(word) * share for word, share in credit.items()) / written.weight
        letters = fuzz.ratio(written.compact, variant.compact, score_cutoff=_SAME_LETTERS) / 100
        if max(said, letters) < _WORTH_A_LOOK:
            return NO_MATCH
        held = sum(self._weight(word) * share for word, share in covered.items()) / variant.weight
        replaced = any(word not in covered and self._weight(word) >= _TELLING for word in variant.words) and any(
            word not in credit and self._weight(word) >= _TELLING for word in written.words
        )
        score = max(said * (0.55 + 0.45 * held), letters)
        if replaced and _one_slip(written.compact, variant.compact):
            replaced = False
        if replaced:
            score = min(score, _REPLACED_CEILING)
        return Match(min(score, 0.99), pure=said >= _PURE, replaced=replaced)

    def _misspelt(self, word: str) -> dict[str, float]:
        """Words of the form that this one may be a misspelling of; none if it is itself a word of the form."""
        known = self._alike.get(word)
        if known is None:
            known = {}
            if word not in self._common and len(word) >= _SHORTEST_MISSPELT:
                for other, ratio, _ in process.extract(word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=6):
                    if len(other) >= _SHORTEST_MISSPELT:
                        known[other] = _FUZZY_CREDIT * ratio / 100
            self._alike[word] = known
        return known

    def _weight(self, word: str) -> float:
        """How much a word tells: 1 when one indicator or none has it, less the more share it."""
        known = self._weights.get(word)
        if known is not None:
            return known
        if word in _FILLER or word.isdigit():
            return _FILLER_WEIGHT
        return max(_FILLER_WEIGHT, 1.0 - 0.2 * math.log2(max(self._common.get(word, 1), 1)))

    def _sum(self, words: tuple[str, ...] | list[str]) -> float:
        return sum(self._weight(word) for word in dict.fromkeys(words)) or 1.0

    def _is_generic(self, number: int, folded: list[tuple[str, ...]]) -> bool:
        """Whether all words of its label stand in another label too, so that position must speak beside the words."""
        words = set(folded[number][0].split())
        return any(other != number and words <= set(texts[0].split()) for other, texts in enumerate(folded) if texts)


def label_index(indicators: tuple[Indicator, ...]) -> LabelIndex:
    """The label index of these indicators; the same one for the same labels."""
    known = _AT_HAND.get(id(indicators))
    if known is None or known[0] is not indicators:  # asked for several times a table: comparing 35 rows takes longer
        if len(_AT_HAND) >= _MOST_AT_HAND:
            _AT_HAND.clear()
        known = _AT_HAND[id(indicators)] = indicators, _index_of(indicators)
    return known[1]


_AT_HAND: dict[int, tuple[tuple[Indicator, ...], LabelIndex]] = {}
_MOST_AT_HAND = 64


def _index_of(indicators: tuple[Indicator, ...]) -> LabelIndex:
    units = {fold(each.unit) for each in indicators if each.unit}
    bare = {each.removeprefix("so ") for each in units}  # "Số cuộc/người" is written "(cuộc/người)", too
    return _kept_index(tuple((each.label, *each.aliases) for each in indicators), frozenset(units | bare))


@functools.lru_cache(maxsize=16)
def _kept_index(wordings: tuple[tuple[str, ...], ...], units: frozenset[str]) -> LabelIndex:
    return LabelIndex(wordings, units)


def _variants(wording: tuple[str, ...]) -> tuple[str, ...]:
    """All folded wordings of one indicator: label and aliases, each also without what stands in parentheses."""
    texts = [clean_label(each) for each in wording]
    texts += [bare for each in texts if (bare := _PARENTHESES.sub(" ", each)).strip() and bare != each]
    return tuple(dict.fromkeys(folded for each in (*texts, wording[0]) if (folded := fold(each))))


def _may_be_short(word: str) -> bool:
    """Whether a folded word can be initials: no vowel ("gv"), or too full of consonants for a syllable ("tthtcd", "cbql")."""
    if not 1 < len(word) <= _LONGEST_ABBREVIATION or not word.isalpha():
        return False
    vowels = sum(letter in _VOWELS for letter in word)
    return vowels == 0 or (len(word) >= 4 and vowels == 1 and word[-1] not in _VOWELS and len(word) - vowels >= 4)  # noqa: PLR2004


def _credits(
    words: tuple[str, ...], readings: dict[str, dict[str, float]], target: frozenset[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """What share of each written word stands in the target, and of each target word in what was written."""
    credit = {word: 1.0 for word in words if word in target}
    covered = dict(credit)
    for word in words:
        if word in credit:
            continue
        for other, share in readings[word].items():
            if other in target and other not in covered:
                credit[word] = covered[other] = share
                break
    return credit, covered


def _one_slip(one: str, other: str) -> bool:
    """Whether two long labels differ by a single letter, as when a space was hit for a letter; a digit is no slip."""
    if min(len(one), len(other)) < _LONG_LABEL or Levenshtein.distance(one, other, score_cutoff=1) > 1:
        return False
    return sorted(filter(str.isdigit, one)) == sorted(filter(str.isdigit, other))


def _abbreviates(one: _Variant, other: _Variant) -> bool:
    return any(word in other.initials for word in one.short) or any(word in one.initials for word in other.short)


def _expand(short: tuple[str, ...], long: _Variant, credit: dict[str, float], covered: dict[str, float]) -> None:
    """Credit each abbreviation whose letters are the initials of words that follow each other."""
    for word in short:
        start = long.initials.find(word)
        if start >= 0 and credit.get(word, 0.0) < 1.0:
            credit[word] = 1.0
            for each in long.words[start : start + len(word)]:
                covered[each] = 1.0
