"""A report's narrative split by the outline it should follow; what fits no section is kept as unplaced text."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from config.campaign import Section, Severity
from config.text import Text, shortened
from config.vietnamese import fold
from parsers.narrative_citations import cited_documents
from parsers.narrative_figures import NarrativeFigure, figures
from parsers.narrative_headings import (
    BULLET,
    HEADING_WORDS,
    LABEL,
    SENTENCE_END,
    Heading,
    Line,
    find_headings,
    is_leaf,
    is_other_paper,
    is_part,
    label_of,
    lines_of,
    phrases,
    title_line,
)
from parsers.values import Finding, NarrativeReading, SectionText
from parsers.writing import Paragraph

__all__ = ["NarrativeFigure", "beyond_outline", "figures", "read_narrative"]

CITATIONS_SECTION = "I.1"
CLOSING = re.compile(r"^(?:tren day la|noi nhan|t ?m (?:ubnd|uy ban|ban|dang)|kt (?:chu tich|truong|hieu)|nguoi lap|chu tich$)")
SIGNATURE = re.compile(r"^(?:t ?m (?:ubnd|uy ban|ban|dang)|kt (?:chu tich|truong|hieu)|nguoi lap|chu tich$)")
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
HEADING_LENGTH = 200
HEADING_LINES = 20
SIGNATURE_LINES = 8
DOTS = re.compile(r"[\s.…_:;,()\-–]*")
GUIDANCE = re.compile(r"\([^()]*\)")

BLANK = Finding(
    code="N-BLANK",
    severity=Severity.WARNING,
    where="",
    text=Text(
        vi="Tệp là đề cương báo cáo chưa điền nội dung; đề nghị gửi báo cáo đã hoàn thành.",
        en="The file is the outline of the report with nothing filled in; please send the finished report.",
    ),
)


def read_narrative(paragraphs: Sequence[Paragraph], outline: tuple[Section, ...]) -> NarrativeReading | None:
    """The report's sections by the outline, or None when the text is no such report.

    A report has two headings of the outline, or the title of a report and one of them or its subject. The outline with
    nothing filled in gives no sections and the finding "N-BLANK".
    """
    lines = lines_of(paragraphs)
    headings = find_headings(lines, outline)
    if is_other_paper(lines) or not _is_report(lines, headings, outline):
        return None
    texts, unplaced, head = _split(lines, headings, outline)
    _share_merged_headings(texts, headings, outline)
    printed = _printed(outline)
    sections = tuple(
        SectionText(code=section.code, text="\n".join(texts[section.code]))
        for section in outline
        if section.code in texts and not all(_is_printed(line, printed) for line in texts[section.code])
    )
    blank = not sections and len(headings) > 1
    beyond = beyond_outline("\n".join(unplaced))
    if not (sections or blank or beyond):  # a title and a letterhead, as above a form
        return None
    citing = next((section.text for section in sections if section.code == CITATIONS_SECTION), "")
    return NarrativeReading(
        sections=sections,
        unplaced="\n".join(unplaced),
        heading="\n".join(head),
        cited=cited_documents(citing),
        findings=(BLANK,) if blank else (_beyond(beyond),) if beyond and sections else (),
    )


def with_unplaced(narrative: NarrativeReading, lines: Sequence[str]) -> NarrativeReading:
    """The narrative with more text that belongs to no section, which is told."""
    unplaced = "\n".join(filter(None, (*lines, narrative.unplaced)))  # before the closing words
    beyond = beyond_outline(unplaced)
    others = tuple(each for each in narrative.findings if each.code != _BEYOND)
    return replace(narrative, unplaced=unplaced, findings=(*others, *((_beyond(beyond),) if beyond else ())))


def beyond_outline(unplaced: str) -> tuple[str, ...]:
    """The lines of unplaced text that say something: no closing words, recipients and signature, no headings over nothing."""
    kept: list[str] = []
    closing = False
    for line in filter(None, map(str.strip, unplaced.splitlines())):
        folded = fold(line)
        closing = (closing and len(line.split()) < _A_SENTENCE and not _ANNEX.match(folded)) or _CLOSES.match(folded) is not None
        kept.extend([] if closing else [line])
    return tuple(kept) if any(len(each.split()) >= _FEWEST_WORDS and not _is_title(each) for each in kept) else ()


_CLOSES = re.compile(r"(?:tren day la|noi nhan|kinh gui)\b")
_ANNEX = re.compile(r"(?:phu luc|bieu|danh sach)\b")
_BEYOND = "N-BEYOND"
_FEWEST_WORDS = 5
_TITLE_WORDS = 10
_SENTENCE, _A_SENTENCE = 8, 12  # words: of a line of text, and of one that is no recipient and no signature
_HEADED = 3  # headings
_MOST_SHOWN = 160  # letters


def _is_title(line: str) -> bool:
    return line.isupper() or (LABEL.match(line) is not None and len(line.split()) <= HEADING_WORDS and line[-1] not in ".;:")


def _beyond(lines: Sequence[str]) -> Finding:
    said = " / ".join(lines)
    shown = shortened(said, _MOST_SHOWN)
    return Finding(
        code=_BEYOND,
        severity=Severity.INFO,
        where="",
        text=Text(
            vi=f"Báo cáo có nội dung ngoài đề cương, chưa xếp vào mục nào: “{shown}”",
            en=f"The report says something outside its outline, which stands under no section: “{shown}”",
        ),
    )


def _is_report(lines: Sequence[Line], headings: Sequence[Heading], outline: tuple[Section, ...]) -> bool:
    leaves = sum(is_leaf(outline[each.section], outline) for each in headings)
    titled = title_line(lines) < len(lines)
    topic = _topic(outline)
    words = fold(" ".join(line.text for line in lines[:400]))
    on_topic = not topic or any(each in words for each in topic)
    if leaves >= 2:  # noqa: PLR2004 - two headings of the outline
        return on_topic or not titled
    enough = sum(len(line.text) for line in lines) > HEADING_LENGTH
    return titled and enough and (leaves == 1 or (bool(topic) and on_topic))


@functools.lru_cache(maxsize=32)
def _topic(outline: tuple[Section, ...]) -> frozenset[str]:
    """Pairs of words that return in three headings or more: what the whole report is about ("tuần lễ")."""
    pairs: Counter[str] = Counter()
    for section in outline:
        words = fold(section.heading).split()
        pairs.update({" ".join(pair) for pair in itertools.pairwise(words)})
    return frozenset(pair for pair, count in pairs.items() if count > 2)  # noqa: PLR2004 - three headings


def _split(
    lines: Sequence[Line], headings: Sequence[Heading], outline: Sequence[Section]
) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """Section code -> lines, unplaced lines, and the lines of letterhead, title and signature."""
    at = {found.line: found for found in headings}
    texts: dict[str, list[str]] = {}
    unplaced: list[str] = []
    head: list[str] = []
    current: Heading | None = None
    title, before_body, signing = title_line(lines), True, 0
    inside: set[str] = set()
    for number, line in enumerate(lines):
        found = at.get(number)
        if found is not None:
            before_body, signing = False, 0
            inside = set()
            code = outline[found.section].code
            current = None if is_part(outline[found.section], outline) else found
            if current is not None:
                texts.setdefault(code, []).extend([found.rest] if found.rest else [])
            elif found.rest:
                unplaced.append(found.rest)
            if found.rest and len(headings) < _HEADED:  # a paragraph that begins like one, in a text without headings
                current = None
            continue
        folded = fold(line.text)
        begun = number > title and _is_text(line.text)
        if before_body and not begun and len(line.text) <= HEADING_LENGTH and number < HEADING_LINES:
            head.append(line.text)
            continue
        before_body = False
        if CLOSING.match(folded) or (current is not None and _closes(line, lines[current.line], inside)):
            current = None
        elif label := LABEL.match(line.text):
            inside.add(label_of(label))
        if SIGNATURE.match(folded):
            signing = SIGNATURE_LINES
        if signing and len(line.text) <= HEADING_LENGTH:
            head.append(line.text)
            signing -= 1
        elif current is None:
            unplaced.append(line.text)
        else:
            texts[outline[current.section].code].append(line.text)
    return texts, unplaced, head


def _is_text(line: str) -> bool:
    """Whether a line below the title belongs to the report: a part that the outline does not know, or a sentence."""
    return LABEL.match(line) is not None or (len(line.split()) >= _SENTENCE and line.rstrip()[-1] in ".;")


def _closes(line: Line, heading: Line, inside: set[str]) -> bool:
    """Whether a line is a heading that the outline does not know. `inside`: the numbers of the lines under the heading.

    A part ("IV. PHƯƠNG HƯỚNG") whatever stands above; else the number after the heading's own, on a line that looks like
    it, or like any heading where no list has begun under it.
    """
    first, second = LABEL.match(heading.text), LABEL.match(line.text)
    if second is None or BULLET.match(line.text):
        return False
    label = label_of(second)
    short = len(line.text.split()) <= _TITLE_WORDS and not SENTENCE_END.search(line.text)
    if label in ROMAN and (line.text.isupper() or (short and second.group().strip()[0].isupper())):
        return True
    if first is None or label not in _next_labels(label_of(first)):
        return False
    alike = (heading.bold and line.bold) or (heading.text.isupper() and line.text.isupper())
    return alike or (short and label_of(first) not in inside)


def _next_labels(label: str) -> tuple[str, ...]:
    """What may follow a number: "3" after "2", "iii" after "ii", "1.3" after "1.2"."""
    head, dot, last = label.rpartition(".")
    if last.isdigit():
        return (f"{head}{dot}{int(last) + 1}",)
    if last in ROMAN:
        return (f"{head}{dot}{ROMAN[ROMAN.index(last) + 1]}",) if last != ROMAN[-1] else ()
    return (f"{head}{dot}{chr(ord(last) + 1)}",) if len(last) == 1 else ()


def _share_merged_headings(texts: dict[str, list[str]], headings: Sequence[Heading], outline: Sequence[Section]) -> None:
    """Gives a section without heading the text under "Khó khăn và kiến nghị", whose second half names it."""
    for section in outline:
        if section.code in texts or not is_leaf(section, outline):
            continue
        for found in headings:
            donor = outline[found.section]
            if not is_leaf(donor, outline):
                continue
            own = {" ".join(wording) for wording in phrases(section) if len(wording) > 1 or len(wording[0]) > 4}  # noqa: PLR2004 - no short word
            of_donor = max((len(wording) for wording in phrases(donor) if found.words.startswith(" ".join(wording))), default=0)
            tail = " ".join(found.words.split()[of_donor:])
            if tail and any(f" {each} " in f" {tail} " for each in own):
                texts[section.code] = list(texts.get(donor.code, []))
                break


@functools.lru_cache(maxsize=32)
def _printed(outline: tuple[Section, ...]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """All wordings of all headings by their first word."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for wording in sorted({wording for section in outline for wording in phrases(section)}):
        found[wording[0]] = (*found.get(wording[0], ()), wording)
    return found


def _is_printed(line: str, printed: Mapping[str, tuple[tuple[str, ...], ...]]) -> bool:
    """Whether a line is only what the outline itself prints: a heading, a bullet, guidance in parentheses, dots."""
    bare = GUIDANCE.sub("", BULLET.sub("", line, count=1)) if BULLET.match(line) else GUIDANCE.sub("", line)
    if DOTS.fullmatch(bare):
        return True
    words = fold(bare).split()
    return any(_begins(words, wording) for wording in printed.get(words[0] if words else "", ())) or bool(
        re.search(r"\((?:nêu rõ|ghi rõ)", line) and not re.search(r"\d+\s*/", line)
    )


def _begins(words: Sequence[str], wording: tuple[str, ...]) -> bool:
    """Whether words are a wording and nothing that answers it: a year or the topic may follow."""
    rest = words[len(wording) :]
    return tuple(words[: len(wording)]) == wording and all(word in FOLLOWING for word in rest)


FOLLOWING = frozenset("hoc tap suot doi nam 2019 2020 neu co tuan le huong ung trong don vi".split())  # noqa: SIM905 - reads better
