"""What an OCR program hands back: words with their place on the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedWord:
    """A word on a picture, in pixels. `line` numbers the lines of the page from the top; `confidence` is 0 to 100."""

    text: str
    left: int
    top: int
    width: int
    height: int
    confidence: float
    line: int

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the middle of the word."""
        return self.left + self.width / 2, self.top + self.height / 2


class Recognise(Protocol):
    """Reads the words of a picture file (BMP, PNG) by an outside program.

    `layout` is "page" (columns and paragraphs), "block" (one column of lines) or "sparse" (words anywhere). Raises
    ParseError with the reason, and the package to install when the program or its Vietnamese data is missing.
    """

    def __call__(self, picture: bytes, layout: str = "page") -> tuple[RecognisedWord, ...]:
        """The words in reading order."""
