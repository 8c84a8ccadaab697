"""Scans of forms that were printed without ruling lines, with known truth: crooked, grained by JPEG, of one page or several."""

from __future__ import annotations

import io
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pypdfium2
from PIL import Image

from config.campaign import Form
from parsers.values import FormReading, ValueStatus
from tests.parsers.unruled_papers import Paper, paper

RIGHT, ASKED_OTHER, UNREAD, LOST, INVENTED, UNASKED, NO_PLACE = (
    "asked with the right figure",
    "asked with another figure",
    "asked without a figure",
    "lost without a word",
    "asked about a blank cell",
    "not asked",
    "without a place",
)
FOREIGN = "asked with the figure of another row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scanned form: the file and its name, the truth, and how it was scanned."""

    data: bytes
    name: str
    printed: Paper
    notes: str


def scanned_paper(form: Form, seed: int, **wanted: Any) -> Scanned:
    """A form printed by LibreOffice, scanned at 200 or 300 dpi, not quite straight: a picture, or a PDF of several."""
    dice = random.Random(f"scan {seed}")
    traits = {"program": dice.choice(("calc", "writer")), "lines": dice.choice(("none", "none", "level"))}
    printed = paper(form, seed, tcvn3=False, low=False, cairo=False, **(traits | wanted))
    dots, quality = dice.choice((200, 300)), dice.randint(60, 85)
    pages = []
    for page in _rendered(printed.data, dots):
        crooked = page.rotate(dice.uniform(-1.5, 1.5), resample=Image.Resampling.BICUBIC, fillcolor=255)
        pages.append(crooked)
    stream = io.BytesIO()
    kind, rest = ("JPEG", {}) if len(pages) == 1 else ("PDF", {"save_all": True, "append_images": pages[1:], "resolution": dots})
    pages[0].save(stream, kind, quality=quality, **rest)
    name = "scan0001.jpg" if len(pages) == 1 else "scan0001.pdf"
    return Scanned(data=stream.getvalue(), name=name, printed=printed, notes=f"{dots} dpi, quality {quality}, {printed.notes}")


def _rendered(data: bytes, dots: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(data)
    pages = [page.render(scale=dots / 72, grayscale=True).to_pil().convert("L") for page in document]
    document.close()
    return pages


def outcome(reading: FormReading, truth: dict[tuple[str, str], int | None]) -> Counter[str]:
    """What became of every figure of a scanned form; `FOREIGN` counts those of another indicator besides."""
    result: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for each in reading.values:
        key = (each.indicator, each.column)
        if each.column in ("note", "text") or each.status is ValueStatus.EMPTY:
            continue
        seen.add(key)
        wanted = truth.get(key)
        result[NO_PLACE] += each.place is None
        if each.status is ValueStatus.OK:
            result[UNASKED] += 1
        elif each.value is None:
            result[UNREAD] += 1
        elif each.value == wanted:
            result[RIGHT] += 1
        else:
            result[INVENTED if wanted is None else ASKED_OTHER] += 1
            others = {value for (code, _), value in truth.items() if code != each.indicator and value is not None}
            result[FOREIGN] += int(each.value) > 9 and each.value in others
    result[LOST] += sum(value is not None and key not in seen for key, value in truth.items())
    return +result
