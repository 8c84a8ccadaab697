"""A text in both languages of the console, the letters and the page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The languages Thubao speaks."""

    VI = "vi"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The same sentence in Vietnamese and in English."""

    vi: str
    en: str

    def in_(self, language: Language) -> str:
        """The sentence in one language."""
        return self.vi if language is Language.VI else self.en


NO_TEXT = Text(vi="", en="")


def shortened(said: str, longest: int) -> str:
    """What was said, cut after a word where it has more than so many letters."""
    return said if len(said) <= longest else f"{said[:longest].rsplit(' ', 1)[0]}…"
