"""How many pages of a PDF are looked at: as many as hold together what a reader gets through in a second.

Sixty pages may all draw one stream of a few kilobytes, and opening a page goes through all that it draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

OBJECTS_OF_ALL = 150_000
"""Lines, shapes, texts and pictures; a report of sixty pages has some ten thousand."""

LETTERS_OF_ALL = 600_000
"""A page full of text has four thousand."""


@dataclass(slots=True)
class PageBudget:
    """What is left for the pages to come. The first page is looked at whatever it holds."""

    objects: int = OBJECTS_OF_ALL
    letters: int = LETTERS_OF_ALL

    def spend(self, page: pypdfium2.PdfPage, letters: int = 0) -> None:
        """Count a page that was looked at."""
        self.objects -= pdfium.FPDFPage_CountObjects(page)
        self.letters -= letters

    @property
    def is_spent(self) -> bool:
        """Whether no further page is opened."""
        return self.objects <= 0 or self.letters <= 0
