"""A text cut into words with their places, and how far the diacritics of a seen name agree with the true one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from config.vietnamese import fold

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_VIQR_MARK = re.compile(r"(?<=[A-Za-z])[`'?~^(+*.]+(?=[A-Za-z]|\b|\s|$)")
_VIQR_SURE = re.compile(r"[A-Za-z][`'?~^(+*][a-z]|[aeiouy]~(?=\s|$)")
_ONSETS = "b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|q|qu|r|s|t|th|tr|v|x"
_RIMES = (
    "a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|e|ec|ech|em|en|eng|enh|eo|ep|et|eu|i|ia|ich|iec|iem|ien|ieng|iep|iet|ieu|im|in|"
    "inh|ip|it|iu|o|oa|oac|oach|oai|oam|oan|oang|oanh|oao|oap|oat|oay|oc|oe|oem|oen|oeo|oet|oi|om|on|ong|ooc|oong|op|ot|u|ua|"
    "uan|uang|uat|uay|uc|ue|uech|uenh|ui|um|un|ung|uo|uoc|uoi|uom|uon|uong|uop|uot|uou|up|ut|uu|uy|uya|uych|uyen|uyet|uynh|uyt|"
    "uyu|y|yem|yen|yet|yeu"
)
_SYLLABLE = re.compile(rf"(?:{_ONSETS})?(?:{_RIMES})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word: as written, folded, where it stands, and what stands between it and the word before."""

    text: str
    folded: str
    start: int
    end: int
    gap: str

    @property
    def capital(self) -> bool:
        """Whether the word begins with a capital letter."""
        return self.text[:1].isupper()


class Agreement(IntEnum):
    """How far the diacritics seen agree with a name: none written is no contradiction, a lost tone is a doubt."""

    CONTRADICTS = 0
    PARTIAL = 1
    FULL = 2


def tokens_of(text: str) -> tuple[Token, ...]:
    """The words of a text; "QuaiTo" and "Quai_To_2020" come apart where a person would read them apart."""
    found: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        for start, stop in _pieces(match[0]):
            here = match.start() + start
            piece = match[0][start:stop]
            found.append(
                Token(text=piece, folded=fold(piece).replace(" ", ""), start=here, end=match.start() + stop, gap=text[end:here])
            )
            end = match.start() + stop
    return tuple(each for each in found if each.folded)


def _pieces(word: str) -> list[tuple[int, int]]:
    """Where a squeezed word comes apart: before a capital that follows a small letter, between letters and digits."""
    if word.isalpha() and (word.islower() or word.isupper() or (word[1:].islower() and word[0].isupper())):
        return [(0, len(word))]
    cuts = [0]
    for place in range(1, len(word)):
        before, here = word[place - 1], word[place]
        after = word[place + 1] if place + 1 < len(word) else ""
        if unicodedata.combining(here):
            continue
        humps = before.islower() and here.isupper()
        ends_capitals = before.isupper() and here.isupper() and after.islower()
        if humps or ends_capitals or before.isdigit() != here.isdigit():
            cuts.append(place)
    return list(zip(cuts, [*cuts[1:], len(word)], strict=True))


def without_typed_marks(text: str) -> str:
    """An ASCII text with its tones typed as marks ("To?a Ti`nh") without them; any other text as it is."""
    if text.isascii() and len(_VIQR_SURE.findall(text)) > 1:
        return _VIQR_MARK.sub("", text)
    return text


def is_syllable(folded: str) -> bool:
    """Whether folded letters can be a Vietnamese syllable: a mistyped name seldom is one, another place's name always."""
    return _SYLLABLE.fullmatch(folded) is not None


def agreement(seen: Sequence[str], name: Sequence[str]) -> Agreement:
    """How the diacritics of seen syllables agree with a name of the same folded syllables."""
    results = [_syllable_agreement(one, other) for one, other in zip(seen, name, strict=True)]
    if not any(_marked(each) for each in seen):
        return Agreement.FULL
    if Agreement.CONTRADICTS in results:
        return Agreement.CONTRADICTS
    return min(results, default=Agreement.FULL)


def _marked(syllable: str) -> bool:
    tone, shape = _marks(syllable)
    return bool(tone) or any(shape)


def _syllable_agreement(seen: str, name: str) -> Agreement:
    seen_tone, seen_shape = _marks(seen)
    tone, shape = _marks(name)
    if (seen_tone, seen_shape) == (tone, shape):
        return Agreement.FULL
    fits = not seen_tone or seen_tone == tone
    if (
        fits
        and len(seen_shape) == len(shape)
        and all(not one or one == other for one, other in zip(seen_shape, shape, strict=True))
    ):
        return Agreement.PARTIAL
    return Agreement.CONTRADICTS


def _marks(syllable: str) -> tuple[str, tuple[str, ...]]:
    """The tone of a syllable wherever it is placed, and the shape mark of each letter; Đ and its look-alike Ð are one."""
    tone = ""
    shape: list[str] = []
    for letter in unicodedata.normalize("NFD", syllable.casefold()):
        if letter in _TONES:
            tone += letter
        elif unicodedata.combining(letter):
            shape[-1:] = [letter]
        else:
            shape.append("đ" if letter in "đð" else "")
    return tone, tuple(shape)
