"""What the Word report says: the units' sections merged in roster order with who said what, and the totals in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.campaign import Campaign, Indicator, IndicatorType, Section
from config.text import Language, Text
from config.vietnamese import fold
from parsers.narrative import beyond_outline
from service.outputs.wording import capitalised, figure, instant, measure, plain_label
from service.rules.consolidate import says_something
from service.rules.consolidation import Consolidation, Total

_TABLE_HEADINGS = ("bang", "bieu", "table", "statistics")
_ACTIVITY_WORDS = ("hoat dong", "activit")
_BULLET = re.compile(r"^[\s\-–—+*•·]+")
_MOST_NAMES = 40
_LONGEST_LIST = 900  # letters of a list in one paragraph
_SLASH = re.compile(r"\s*/\s*")
_SO = re.compile(r"\bsố\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """A paragraph and the units that wrote it."""

    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedSection:
    """A section of the report. `level` is 1 for "I.", 2 for "1.", 3 for "a)"; `table` marks where the form stands."""

    code: str
    heading: str
    level: int
    figures: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    empty: str
    table: bool = False


def merged_sections(campaign: Campaign, consolidation: Consolidation, language: Language) -> tuple[MergedSection, ...]:
    """The outline's sections with what the units wrote and the totals that belong there; the form's own place marked."""
    outline = [section for section in campaign.form.outline if section.code != "0"]
    table = next((section.code for section in reversed(outline) if _is_table(section)), None)
    texts = _texts_by_section(consolidation)
    told = _figures_by_section(campaign, consolidation, language, [each.code for each in outline if each.code != table])
    present = {section.code for section in outline if section.required} | set(texts) | set(told) | {table}
    kept = [section for section in outline if any(_within(code, section.code) for code in present if code)]
    nobody = Text(vi="Chưa có đơn vị nào nêu nội dung này.", en="No unit reported on this.").in_(language)
    return tuple(
        MergedSection(
            code=section.code,
            heading=section_heading(section, language),
            level=min(3, section.code.count(".") + 1),
            figures=tuple(told.get(section.code, ())),
            contributions=tuple(_contributions(texts.get(section.code, []), language)),
            empty="" if any(_within(code, section.code) for code in {*texts, *told, table or section.code}) else nobody,
            table=section.code == table,
        )
        for section in kept
    )


def unplaced_texts(consolidation: Consolidation) -> tuple[Contribution, ...]:
    """What units wrote outside the outline, so that nothing they sent is missing from the report."""
    return tuple(
        Contribution(who=capitalised(line.name), text=paragraph)
        for line in consolidation.units
        for paragraph in _paragraphs("\n".join(beyond_outline(line.submission.unplaced)))
    )


def _within(code: str, section: str) -> bool:
    return code == section or code.startswith(f"{section}.")


def _is_table(section: Section) -> bool:
    return not section.required and fold(section.heading).startswith(_TABLE_HEADINGS)


def section_heading(section: Section, language: Language) -> str:
    """A heading with its number: "I. TỔ CHỨC TRIỂN KHAI", "1. Công tác chỉ đạo", "a) Ngân sách nhà nước"."""
    words = section.heading_en if language is Language.EN and section.heading_en else section.heading
    parts = section.code.split(".")
    if len(parts) == 1:
        return f"{parts[0]}. {words.upper()}"
    return f"{parts[-1]}. {words}" if len(parts) == 2 else f"{parts[-1]}) {words}"  # noqa: PLR2004 - "I.4", then "I.4.a"


# what the units wrote


def _texts_by_section(consolidation: Consolidation) -> dict[str, list[tuple[str, list[str]]]]:
    """Per section, the paragraphs of each unit that said something there, in roster order."""
    texts: dict[str, list[tuple[str, list[str]]]] = {}
    for line in consolidation.units:
        for section in line.submission.sections:
            paragraphs = _paragraphs(section.text)
            if paragraphs:
                texts.setdefault(section.code, []).append((line.name, paragraphs))
    return texts


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a text without their bullets; a line that leads to a list has its items behind it."""
    found: list[str] = []
    leads = False
    for line in text.splitlines():
        said = _BULLET.sub("", line).strip()
        if not says_something(said):
            continue
        if leads and _BULLET.match(line) and len(found[-1]) + len(said) <= _LONGEST_LIST:
            found[-1] = f"{found[-1].rstrip(';.')}{' ' if found[-1].endswith(':') else '; '}{said}"
            continue
        found.append(said)
        leads = said.endswith(":") and not _BULLET.match(line)
    return found


def _contributions(texts: list[tuple[str, list[str]]], language: Language) -> Iterator[Contribution]:
    """Paragraphs that several units wrote alike, once with all their names; then each unit's own."""
    authors: dict[str, list[str]] = {}
    for name, paragraphs in texts:
        for key in dict.fromkeys(fold(each) for each in paragraphs):
            authors.setdefault(key, []).append(name)
    shared: set[str] = set()
    for _, paragraphs in texts:
        for paragraph in paragraphs:
            key = fold(paragraph)
            if len(authors[key]) > 1 and key not in shared:
                shared.add(key)
                yield Contribution(who=capitalised(_some(authors[key], language)), text=paragraph)
    for name, paragraphs in texts:
        own = [each for each in paragraphs if fold(each) not in shared]
        yield from (Contribution(who=capitalised(name), text=each) for each in own)


# the totals in sentences


def _figures_by_section(
    campaign: Campaign, consolidation: Consolidation, language: Language, sections: list[str]
) -> dict[str, list[str]]:
    """The totals as lines, under the section that speaks of them by the form's rules, else under the one on activities."""
    ruled = _ruled_sections(campaign)
    activities = next(
        (each.code for each in campaign.form.outline if each.code in sections and _speaks_of_activities(each)),
        next((code for code in sections if "." in code), sections[0] if sections else None),
    )
    roots = {indicator.code: _root(campaign, indicator) for indicator in campaign.form.indicators}
    said = {each.code: _figure_line(campaign, consolidation, each, language) for each in campaign.form.indicators}
    lines: dict[str, list[str]] = {}
    for indicator in campaign.form.indicators:
        section = ruled.get(roots[indicator.code], activities)
        line = said[indicator.code] or _heading_line(campaign, indicator, said, language)
        if section in sections and section is not None and line:
            lines.setdefault(section, []).append(line)
    return lines


def _heading_line(campaign: Campaign, indicator: Indicator, said: Mapping[str, str], language: Language) -> str:
    """A group that has no figure of its own, named before its parts: "Tập thể: 39 đơn vị." says nothing alone."""
    parts = (each.code for each in campaign.form.indicators if each.parent == indicator.code)
    if indicator.columns or not any(said[code] for code in parts):
        return ""
    return f"{plain_label(indicator, language)}:"


def _ruled_sections(campaign: Campaign) -> dict[str, str]:
    """Top-level indicator codes by the section that repeats them, as the rules that compare the two say."""
    ruled: dict[str, str] = {}
    for rule in campaign.form.rules:
        section = rule.params.get("section")
        if rule.type != "narrative_consistency" or not isinstance(section, str):
            continue
        codes = rule.params.get("codes", (rule.params.get("code"),))
        for code in codes if isinstance(codes, list | tuple) else ():
            indicator = campaign.form.indicator(str(code))
            if indicator is not None:
                ruled.setdefault(_root(campaign, indicator), section)
    return ruled


def _speaks_of_activities(section: Section) -> bool:
    return "." in section.code and any(word in fold(f"{section.heading} {section.heading_en}") for word in _ACTIVITY_WORDS)


def _root(campaign: Campaign, indicator: Indicator) -> str:
    seen = {indicator.code}
    while indicator.parent is not None and indicator.parent not in seen:
        parent = campaign.form.indicator(indicator.parent)
        if parent is None:
            break
        indicator = parent
        seen.add(indicator.code)
    return indicator.code


def _figure_line(campaign: Campaign, consolidation: Consolidation, indicator: Indicator, language: Language) -> str:
    """A total as a sentence, "Xóa mù chữ: 49 lớp, 977 người."; empty for a heading and where no unit gave a figure."""
    if indicator.type is IndicatorType.TEXT:
        return ""
    totals = [
        total for key in indicator.columns if (total := consolidation.total(indicator.code, key)) and total.value is not None
    ]
    if not totals:
        return ""
    said = ", ".join(
        f"{figure(total.value, language)} {_counted(campaign, indicator, total.column, language)}" for total in totals
    )
    return f"{plain_label(indicator, language)}: {said}{_reserve(consolidation, totals, language)}."


def _counted(campaign: Campaign, indicator: Indicator, column: str, language: Language) -> str:
    words = _SLASH.sub("/", _SO.sub("", measure(campaign, indicator, column, language)))
    return words[:1].lower() + words[1:]


def _reserve(consolidation: Consolidation, totals: list[Total], language: Language) -> str:
    """What keeps a figure from being whole: fewer units than reported, values still asked about."""
    fewest = min(total.units for total in totals)
    reserves = []
    if fewest < consolidation.reported:
        text = Text(vi=f"số liệu của {fewest}/{consolidation.expected} đơn vị", en=f"of {fewest}/{consolidation.expected} units")
        reserves.append(text.in_(language))
    if any(total.asked for total in totals):
        reserves.append(Text(vi="có số đang chờ xác nhận", en="partly to be confirmed").in_(language))
    return f" ({'; '.join(reserves)})" if reserves else ""


def coverage_sentence(campaign: Campaign, consolidation: Consolidation, language: Language) -> str:
    """Which units are in the report, and who is missing, by name."""
    until = instant(consolidation.cutoff, campaign.deadline.tzinfo)
    absent = set(consolidation.missing)
    missing = [line.name for line in consolidation.units if line.code in absent]
    count = f"{consolidation.reported}/{consolidation.expected}"
    text = Text(
        vi=f"Báo cáo được tổng hợp từ số liệu của {count} đơn vị, tính đến {until}.",
        en=f"This report consolidates the figures of {count} units, as of {until}.",
    ).in_(language)
    if not missing:
        return text
    shown = _some(missing, language)
    return f"{text} {Text(vi=f'Chưa có số liệu: {shown}.', en=f'Not included: {shown}.').in_(language)}"


def _some(names: list[str], language: Language) -> str:
    """Names in a sentence; beyond a number that can be read, how many more."""
    more = len(names) - _MOST_NAMES
    shown = ", ".join(names[:_MOST_NAMES])
    return shown + Text(vi=f" và {more} đơn vị khác", en=f" and {more} more").in_(language) if more > 0 else shown
