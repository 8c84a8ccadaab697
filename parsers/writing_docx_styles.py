"""What a .docx says in its styles and numbering parts: fonts, heading levels, and the labels of automatic lists."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from lxml import etree

from parsers.writing_xml import attribute, child, children

ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
         (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_STYLE_END = b"</w:style>"
STYLE_DEPTH = 12  # "based on" chains longer than this are loops


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A paragraph or character style: what it sets itself."""

    name: str = ""
    parent: str = ""
    font: str = ""
    bold: bool | None = None
    gone: bool | None = None  # hidden or struck through: no text
    level: int = 0
    list_id: str = ""
    list_level: int = 0


class Styles:
    """The styles of a document, with inheritance resolved."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._styles: dict[str, Style] = {}  # as they are asked for: Word writes 160, a report uses 5
        self._resolved: dict[str, Style] = {}
        self._default = ""
        self.default_font = ""
        if root is None:
            return
        defaults = child(child(child(root, "docDefaults"), "rPrDefault"), "rPr")
        self.default_font = run_font(defaults)
        for element in children(root, "style"):
            identifier = attribute(element, "styleId")
            self._elements[identifier] = element
            if attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true", "on"):
                self._default = identifier

    def resolved(self, identifier: str) -> Style:
        """The style with everything it inherits; the document's default paragraph style for ""."""
        if identifier not in self._resolved:
            self._resolved[identifier] = self._with_inheritance(identifier)
        return self._resolved[identifier]

    def _own(self, identifier: str) -> Style | None:
        if identifier not in self._styles and identifier in self._elements:
            self._styles[identifier] = _style(self._elements[identifier])
        return self._styles.get(identifier)

    def _with_inheritance(self, identifier: str) -> Style:
        found = Style()
        style = self._own(identifier or self._default)
        name = style.name if style is not None else identifier
        depth = 0
        while style is not None and depth < STYLE_DEPTH:
            found = Style(
                name=name,
                font=found.font or style.font,
                bold=style.bold if found.bold is None else found.bold,
                gone=style.gone if found.gone is None else found.gone,
                level=found.level or style.level,
                list_id=found.list_id or style.list_id,
                list_level=found.list_level or style.list_level,
            )
            style, depth = self._own(style.parent), depth + 1
        return found


def _style(element: etree._Element) -> Style:
    paragraph, run = child(element, "pPr"), child(element, "rPr")
    name = attribute(child(element, "name"), "val")
    list_id, list_level = list_place(paragraph)
    return Style(
        name=name,
        parent=attribute(child(element, "basedOn"), "val"),
        font=run_font(run),
        bold=switch(run, "b"),
        gone=is_gone(run),
        level=heading_level(paragraph, name),
        list_id=list_id,
        list_level=list_level,
    )


def without_table_styles(part: bytes) -> bytes:
    """A styles part less its table styles, which say nothing of text and are nine tenths of what Word writes there."""
    kept, position = [], 0
    while (start := part.find(b"<w:style ", position)) >= 0:
        end_of_tag = part.find(b">", start)
        end = part.find(_STYLE_END, end_of_tag)
        if end < 0:
            break
        tag = part[start:end_of_tag]
        end += len(_STYLE_END)
        if b'w:type="table"' not in tag or tag.endswith(b"/"):
            end = end_of_tag + 1
            kept.append(part[position:end])
        else:
            kept.append(part[position:start])
        position = end
    return b"".join((*kept, part[position:]))


def run_font(properties: etree._Element | None) -> str:
    """The font a run's properties name for Latin text, "" if none. Theme fonts are Unicode fonts and stay ""."""
    fonts = child(properties, "rFonts")
    return attribute(fonts, "ascii") or attribute(fonts, "hAnsi") or attribute(fonts, "cs")


def switch(properties: etree._Element | None, name: str) -> bool | None:
    """An on/off property: True, False, or None when not said."""
    found = child(properties, name)
    if found is None:
        return None
    return attribute(found, "val") not in ("0", "false", "off", "none")


def is_gone(properties: etree._Element | None) -> bool | None:
    """Whether a run's properties hide it or strike it through; None when they say nothing of it."""
    said = [found for each in ("vanish", "strike", "dstrike") if (found := switch(properties, each)) is not None]
    return any(said) if said else None


def is_raised(properties: etree._Element | None) -> bool:
    """Whether a run's properties set it above the line."""
    return attribute(child(properties, "vertAlign"), "val") == "superscript"


def heading_level(properties: etree._Element | None, style_name: str) -> int:
    """The heading level, 1-based, by outline level or by style name; 0 for body text."""
    outline = attribute(child(properties, "outlineLvl"), "val")
    if outline.isdigit() and int(outline) < 9:  # noqa: PLR2004 - 9 means body text in the standard
        return int(outline) + 1
    lowered = style_name.lower()
    last = lowered.rpartition(" ")[2]
    return int(last) if lowered.startswith("heading") and last.isdigit() else 0


def list_place(properties: etree._Element | None) -> tuple[str, int]:
    """The list and the level in it that a paragraph's properties name; ("", 0) if none."""
    place = child(properties, "numPr")
    level = attribute(child(place, "ilvl"), "val")
    return attribute(child(place, "numId"), "val"), int(level) if level.isdigit() else 0


@dataclass(slots=True)
class _Level:
    format: str = "decimal"
    text: str = ""
    start: int = 1


@dataclass(slots=True)
class Numbering:
    """The automatic lists of a document; hands out the label of each paragraph in reading order."""

    _levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _lists: dict[str, str] = field(default_factory=dict)
    _counters: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    _restarts: dict[tuple[str, int], int] = field(default_factory=dict)  # (list, level) -> where it starts again, once

    @classmethod
    def of(cls, root: etree._Element | None) -> Numbering:
        """The lists that a numbering part defines."""
        numbering = cls()
        for abstract in children(root, "abstractNum"):
            numbering._levels[attribute(abstract, "abstractNumId")] = {
                _number(attribute(level, "ilvl"), 0): _level(level) for level in children(abstract, "lvl")
            }
        for number in children(root, "num"):
            identifier = attribute(number, "numId")
            numbering._lists[identifier] = attribute(child(number, "abstractNumId"), "val")
            for override in children(number, "lvlOverride"):
                start = attribute(child(override, "startOverride"), "val")
                if start.isdigit():
                    numbering._restarts[identifier, _number(attribute(override, "ilvl"), 0)] = int(start)
        return numbering

    def label(self, list_id: str, level: int) -> str:
        """The label of the next paragraph of this list and level: "1.", "II.", "a)"; "-" for any bullet, "" for no list."""
        abstract = self._lists.get(list_id, "")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        if levels[level].format in ("bullet", "none"):
            return "-" if levels[level].format == "bullet" else ""
        # Word counts per abstract list: two lists of one definition go on where the other stopped.
        counters = self._counters[abstract]
        if (list_id, level) in self._restarts:
            counters[level] = self._restarts.pop((list_id, level)) - 1
        counters[level] = counters.get(level, levels[level].start - 1) + 1
        for deeper in [each for each in counters if each > level]:
            del counters[deeper]
        label = levels[level].text
        for each in range(level + 1):
            each_level = levels.get(each, _Level())
            value = counters.get(each, each_level.start)
            label = label.replace(f"%{each + 1}", _counted(value, each_level.format))
        return label


def _level(element: etree._Element) -> _Level:
    return _Level(
        format=attribute(child(element, "numFmt"), "val") or "decimal",
        text=attribute(child(element, "lvlText"), "val"),
        start=_number(attribute(child(element, "start"), "val"), 1),
    )


def _number(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default


def _counted(value: int, form: str) -> str:
    if form in ("upperRoman", "lowerRoman"):
        return _roman(value) if form == "upperRoman" else _roman(value).lower()
    if form in ("upperLetter", "lowerLetter") and value > 0:
        letter = chr(ord("A") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form == "decimalZero":
        return f"{value:02d}"
    return str(value)


def _roman(value: int) -> str:
    if not 0 < value < 4000:  # noqa: PLR2004 - Roman numbers end there
        return str(value)
    letters = ""
    for worth, letter in ROMAN:
        count, value = divmod(value, worth)
        letters += letter * count
    return letters
