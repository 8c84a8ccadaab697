"""Units as an officer names them in a command: by name, alias, abbreviation or code, with or without diacritics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.campaign import Unit
from config.vietnamese import same_tones, squash
from service.rules.names_tokens import Token
from service.rules.officer_commands_words import FILLERS

_INNER = frozenset(" \t-_.'’")
_BETWEEN = frozenset({"va", "and"})
_LONGEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The units named from one place of a line on: their codes, the place after them, and names that fit several units."""

    codes: tuple[str, ...]
    end: int
    ambiguous: tuple[str, ...] = ()


class RosterNames:
    """Every way to name a unit of one roster. In a command a name stands where a unit must stand, so a bare one will do."""

    def __init__(self, roster: tuple[Unit, ...]) -> None:
        self._roster = roster
        self._sure: dict[str, dict[str, None]] = {}
        self._weak: dict[str, dict[str, None]] = {}
        for unit in roster:
            names = (unit.code, unit.name, unit.full_name, f"UBND {unit.full_name}", f"UBND {unit.name}", *unit.aliases)
            for name in names:
                self._sure.setdefault(squash(name), {})[unit.code] = None
            for name in unit.weak_aliases:
                self._weak.setdefault(squash(name), {})[unit.code] = None

    def units_at(self, tokens: Sequence[Token], place: int) -> Named:
        """The units listed from here on ("Quài Tở, Pú Xi và Ta Ma"); no codes where none is named."""
        codes: list[str] = []
        end = place
        while True:
            found = self._after_fillers(tokens, place)
            if found is None:
                return Named(codes=tuple(codes), end=end)
            if len(found.codes) > 1:
                return Named(codes=(), end=found.end, ambiguous=found.codes)
            codes.extend(each for each in found.codes if each not in codes)
            end = found.end
            following = self._next_in_list(tokens, end)
            if following is None:
                return Named(codes=tuple(codes), end=end)
            place = following

    def like(self, text: str) -> str:
        """The full name of the one unit that a misspelt name comes nearest to, "" where none is near."""
        from rapidfuzz.distance import OSA

        wanted = squash(text)
        if len(wanted) < 4:  # noqa: PLR2004 - too short to be near anything
            return ""
        most = 1 if len(wanted) < 8 else 2  # noqa: PLR2004 - two typing errors need a long name
        near: dict[str, None] = {}
        for name, codes in self._sure.items():
            if OSA.distance(wanted, name, score_cutoff=most) <= most:
                near.update(codes)
        return next((each.full_name for each in self._roster if each.code in near), "") if len(near) == 1 else ""

    def _after_fillers(self, tokens: Sequence[Token], place: int) -> Named | None:
        while place < len(tokens):
            found = self._one_at(tokens, place)
            if found is not None or tokens[place].folded not in FILLERS:
                return found
            place += 1
        return None

    def _one_at(self, tokens: Sequence[Token], place: int) -> Named | None:
        """The longest name that begins here; several codes where it fits several units."""
        for names in (self._sure, self._weak):
            for end in range(min(place + _LONGEST, len(tokens)), place, -1):
                seen = tokens[place:end]
                if any(not _INNER.issuperset(each.gap) for each in seen[1:]):
                    continue
                codes = tuple(names.get("".join(each.folded for each in seen), ()))
                if codes:
                    return Named(codes=self._by_diacritics(seen, codes), end=end)
        return None

    def _by_diacritics(self, seen: Sequence[Token], codes: tuple[str, ...]) -> tuple[str, ...]:
        if len(codes) == 1:
            return codes
        written = same_tones(" ".join(each.text for each in seen)).casefold()
        exact = tuple(
            each.code
            for each in self._roster
            if each.code in codes and written in {same_tones(name).casefold() for name in (each.name, each.full_name)}
        )
        return exact if len(exact) == 1 else codes

    def _next_in_list(self, tokens: Sequence[Token], place: int) -> int | None:
        """Where the next unit of a list begins, None where the list ends."""
        if place >= len(tokens):
            return None
        listed = any(each in tokens[place].gap for each in ",;&+/")
        start = place
        if tokens[place].folded in _BETWEEN:
            start, listed = place + 1, True
        return start if listed and self._after_fillers(tokens, start) is not None else None
