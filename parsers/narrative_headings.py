"""Finds the outline's headings among the lines of a report, however they are numbered, shortened, misspelt or typed.

Every line is scored against every section by its words, its number and its looks; of all candidates the chain that follows
the outline's order with the highest sum wins, and a clear heading out of order is added afterwards.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from config.campaign import Section
from config.vietnamese import fold
from parsers.writing import Paragraph

LABEL = re.compile(
    r"\s*(?:(?:[Pp]hần|PHẦN|[Mm]ục|MỤC|[Pp]han|[Mm]uc)\s+(?=[IVX\d]))?"
    r"(?:(?P<label>(?:[IVX]{1,4}\s*[./-]\s*)?\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5}|[ivx]{1,4}|[a-hđA-H])\s*[.)/:–-]\s*"
    r"|(?P<bare>\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5})\s+(?=[A-ZĐÀ-Ỹ]))"
)
BULLET = re.compile(r"\s*[-+*•–—▪·●○]+\s*")
WORD = re.compile(r"\w+")
AFTER_HEADING = re.compile(r"\s*(?:\([^()]*\)\s*)?(?P<mark>[:.;,–-]|$)")
SENTENCE_END = re.compile(r"[.;!?…]\s*$")

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("khó khăn tồn tại", "tồn tại hạn chế", "những tồn tại hạn chế", "khó khăn vướng mắc", "những khó khăn vướng mắc",
     "hạn chế nguyên nhân", "hạn chế và nguyên nhân", "tồn tại khó khăn", "khó khăn hạn chế", "những hạn chế", "mặt hạn chế",
     "tồn tại", "khó khăn", "hạn chế", "thuận lợi khó khăn", "thuận lợi và khó khăn", "nhược điểm", "những nhược điểm",
     "mặt chưa làm được", "mặt chưa được", "những mặt còn hạn chế"),
    ("kiến nghị đề xuất", "đề xuất kiến nghị", "những kiến nghị đề xuất", "kiến nghị", "đề xuất", "đề nghị",
     "một số kiến nghị", "ý kiến đề xuất", "những đề xuất kiến nghị"),
    ("kết quả đạt được bài học kinh nghiệm", "những kết quả đạt được bài học kinh nghiệm", "những kết quả đạt được",
     "kết quả đạt được", "những kết quả đạt được bìa học kinh nghiệm", "ưu điểm", "bài học kinh nghiệm", "mặt làm được"),
    ("nội dung các hoạt động", "các hoạt động", "kết quả các hoạt động", "kết quả triển khai", "kết quả tổ chức thực hiện",
     "các hoạt động đã triển khai", "kết quả triển khai các hoạt động", "kết quả tổ chức các hoạt động", "kết quả thực hiện",
     "các hoạt động trong tuần lễ", "tổ chức các hoạt động", "kết quả cụ thể", "kết quả cụ thể các hoạt động",
     "công tác triển khai các hoạt động", "kết quả cụ thể của các hoạt động", "nội dung và hình thức các hoạt động"),
    ("lễ phát động", "lễ khai mạc", "tổ chức lễ khai mạc", "tổ chức lễ phát động", "công tác tổ chức lễ khai mạc",
     "công tác tổ chức lễ phát động", "công tác tổ chức lễ phát động khai mạc", "tổ chức lễ phát động khai mạc"),
    ("công tác chỉ đạo", "công tác tham mưu chỉ đạo", "công tác tham mưu", "công tác lãnh đạo chỉ đạo",
     "công tác tham mưu ban hành văn bản"),
    ("kinh phí tổ chức", "kinh phí", "kinh phí thực hiện", "về kinh phí", "nguồn kinh phí", "kinh phí tổ chức thực hiện",
     "về tài chính", "công tác tài chính"),
    ("đánh giá chung", "nhận xét đánh giá chung", "đánh giá nhận xét chung", "nhận xét đánh giá", "đánh giá nhận xét"),
)  # fmt: skip
"""Headings that official reports use for one another. A section whose heading or alias begins with one has the whole group."""

TITLE_LINES = 40
OTHER_PAPERS = frozenset(
    {"ke hoach", "quyet dinh", "cong van", "giay moi", "thong bao", "to trinh", "chuong trinh", "bien ban", "danh sach",
     "huong dan", "kich ban", "giay uy quyen",
     "loi phat dong", "dien van", "bai phat bieu", "cong dien", "chi thi", "nghi quyet", "hop dong"}
)  # fmt: skip
"""Kinds of official papers that units attach beside the report."""

PHRASE_MATCH = 87  # fuzz.ratio of folded words; one wrong letter in two short words is 90
SHORT_PHRASE = 12  # letters: a shorter phrase must match nearly exactly
SHORT_MATCH = 93
_EXACT = 100
HEADING_WORDS = 28  # a heading has no more words than this
COLON_WORDS = 15  # words before a colon that may be a heading
LOOSE_SHARE = 0.75  # of a line's words that stand in the section's heading
STRONG = 112  # a heading out of the outline's order needs this score
LINE_LIMIT = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a report with the looks of its paragraph."""

    text: str
    bold: bool
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A line that is a section's heading. `rest` is text of the section that stands on the same line."""

    line: int
    section: int  # index in the outline
    score: float
    rest: str
    words: str  # the folded words of the heading itself


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """A line taken apart: its number, its words with their places, and how much it looks like a heading."""

    label: str
    bulleted: bool
    words: tuple[str, ...]
    ends: tuple[int, ...]  # where each word ends in the text
    text: str
    looks: int
    initials: frozenset[str]  # first letters of the first two words: one misspelt letter rarely is the first one
    before_colon: int  # words
    own: tuple[str, ...]  # words of a short line with a number or a heading's looks, numbers left out


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wording:
    """One way to write a heading: its folded words, how many they are, and how well a line must agree."""

    text: str
    count: int
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A section whose heading is looked for; `wordings` by their first letter."""

    index: int
    section: Section
    groups: bool
    heading: tuple[str, ...]
    wordings: Mapping[str, tuple[_Wording, ...]]


def lines_of(paragraphs: Sequence[Paragraph]) -> list[Line]:
    """The lines of all paragraphs, in order."""
    return [
        Line(text=text, bold=paragraph.bold, level=paragraph.level)
        for paragraph in paragraphs
        for text in paragraph.text.split("\n")
        if text.strip()
    ][:LINE_LIMIT]


def is_part(section: Section, outline: Sequence[Section]) -> bool:
    """Whether a section only groups others: "I" when there is an "I.1"."""
    return any(other.code.startswith(section.code + ".") for other in outline) and "." not in section.code


def is_leaf(section: Section, outline: Sequence[Section]) -> bool:
    """Whether a section holds text of its own in a reading: neither a part nor a bullet inside a section nor the letterhead."""
    parents = {other.code for other in outline}
    above = section.code.rpartition(".")[0]
    inside = above in parents and not is_part(next(other for other in outline if other.code == above), outline)
    return section.code != "0" and not is_part(section, outline) and not inside


@functools.lru_cache(maxsize=256)
def phrases(section: Section) -> tuple[tuple[str, ...], ...]:
    """The folded wordings of a section's heading, longest first, numbers and parentheses left off."""
    own = {fold(re.sub(r"\([^)]*\)", "", wording)) for wording in (_bare(section), section.heading_en, *section.aliases)}
    for group in SYNONYMS:
        folded = {fold(each) for each in group}
        if any(wording == each or wording.startswith(each + " ") for wording in own for each in folded):
            own |= folded
    return tuple(sorted((tuple(each.split()) for each in own if each), key=lambda words: (-len(words), words)))


def _bare(section: Section) -> str:
    return LABEL.sub("", section.heading, count=1) if LABEL.match(section.heading) else section.heading


def find_headings(lines: Sequence[Line], outline: tuple[Section, ...]) -> list[Heading]:
    """The headings found, in the order of the lines; at most one for each section."""
    wanted, title = _wanted(outline), title_line(lines)
    candidates: list[Heading] = []
    for number, line in enumerate(lines):
        shape = _shape(line)
        if shape is None:
            continue
        under_title = title <= number < title + 4 and not shape.label
        for each in wanted:
            if under_title and each.groups:  # the report's subject often reads like the first part
                continue
            found = _candidate(number, shape, each)
            if found is not None:
                candidates.append(found)
    chain = _best_chain(candidates)
    used_lines, used_sections = {each.line for each in chain}, {each.section for each in chain}
    for found in sorted(candidates, key=lambda each: -each.score):
        if found.score >= STRONG and found.line not in used_lines and found.section not in used_sections:
            chain.append(found)
            used_lines.add(found.line)
            used_sections.add(found.section)
    return sorted(chain, key=lambda each: each.line)


@functools.lru_cache(maxsize=32)
def _wanted(outline: tuple[Section, ...]) -> tuple[_Wanted, ...]:
    return tuple(
        _Wanted(
            index=index,
            section=section,
            groups=is_part(section, outline),
            heading=tuple(fold(re.sub(r"\([^)]*\)", "", _bare(section))).split()),
            wordings=_by_first_letter(phrases(section)),
        )
        for index, section in enumerate(outline)
        if is_leaf(section, outline) or is_part(section, outline)
    )


def _by_first_letter(wordings: Sequence[tuple[str, ...]]) -> Mapping[str, tuple[_Wording, ...]]:
    found: dict[str, tuple[_Wording, ...]] = {}
    for words in wordings:
        text, first = " ".join(words), words[0][0]
        least = SHORT_MATCH if len(text) < SHORT_PHRASE else PHRASE_MATCH
        found[first] = (*found.get(first, ()), _Wording(text=text, count=len(words), least=least))
    return found


def is_other_paper(lines: Sequence[Line]) -> bool:
    """Whether the paper calls itself a plan, a decision, a notice ..., before it calls itself a report."""
    for line in lines[:TITLE_LINES]:
        folded = fold(line.text)
        if folded in OTHER_PAPERS and (line.text.isupper() or line.bold):
            return True
        if folded.startswith(("bao cao", "report")):
            return False
    return False


def title_line(lines: Sequence[Line]) -> int:
    """The line that says "BÁO CÁO" (or "REPORT") as a title, far down when there is none."""
    for number, line in enumerate(lines[:TITLE_LINES]):
        folded = fold(line.text)
        if folded in ("bao cao", "report") or (
            line.text.startswith(("BÁO CÁO", "BAO CAO", "REPORT")) and len(folded.split()) <= HEADING_WORDS
        ):
            return number
    return LINE_LIMIT * 2


def label_of(match: re.Match[str]) -> str:
    """The number a LABEL match found: "ii.1"."""
    return fold(match.group("label") or match.group("bare")).replace(" ", ".")


def _shape(line: Line) -> _Shape | None:
    text = line.text
    bullet = BULLET.match(text)
    start = bullet.end() if bullet else 0
    label = LABEL.match(text, start)
    if label:
        start = label.end()
    body = text[start:]
    found = list(WORD.finditer(body[:400]))
    words = [fold(each.group()) for each in found]
    if not found or not any(word.isalpha() for word in words):
        return None
    looks = 10 * bool(line.bold or line.level) + 8 * text.isupper()
    colon = body.find(":")
    return _Shape(
        label=label_of(label) if label else "",
        bulleted=bool(bullet),
        words=tuple(words),
        ends=tuple(each.end() for each in found),
        text=body,
        looks=looks,
        initials=frozenset(word[0] for word in words[:2] if word),
        before_colon=sum(each.end() <= colon for each in found),
        own=tuple(word for word in words if not word.isdigit()) if _may_be_loose(words, body, label, looks) else (),
    )


def _may_be_loose(words: Sequence[str], text: str, label: re.Match[str] | None, looks: int) -> bool:
    """Whether a line may be a heading in other words: short, with a number or a heading's looks, and no sentence."""
    if not (label or looks) or not 2 < len(words) <= HEADING_WORDS:  # noqa: PLR2004 - two words prove little
        return False
    return len(words) <= 12 or not SENTENCE_END.search(text)  # noqa: PLR2004 - a sentence


def _candidate(number: int, shape: _Shape, wanted: _Wanted) -> Heading | None:
    quality, used = _matched(shape, wanted.wordings)
    before_colon = _before_colon(shape, wanted.heading) if used < COLON_WORDS else 0
    if before_colon > used:
        quality, used = max(quality, PHRASE_MATCH), before_colon
    if not quality:
        quality, used = 0 if wanted.groups else _loose(shape, wanted.heading), len(shape.words)
        if not quality:
            return None
    rest, alone, marked = _rest(shape, used)
    plain_looks = not shape.label and not shape.looks
    if shape.bulleted and not shape.label and not marked and not alone:
        return None
    nothing_else = quality == _EXACT and used == len(shape.words) and not shape.bulleted
    if wanted.groups and plain_looks and not nothing_else:
        return None
    if not alone and not marked and not (shape.label and quality >= 90):  # noqa: PLR2004 - text straight after needs certainty
        return None
    if plain_looks and used < 2:  # noqa: PLR2004 - one plain word is no heading
        return None
    score = quality + shape.looks + 15 * bool(shape.label) + 10 * _same_number(shape.label, wanted.section.code) + 8 * alone
    score += min(used, 8) - 20 * shape.bulleted
    return Heading(
        line=number,
        section=wanted.index,
        score=score,
        rest=rest,
        words=" ".join(shape.words[:used] if rest else shape.words),
    )


def _matched(shape: _Shape, wordings: Mapping[str, tuple[_Wording, ...]]) -> tuple[float, int]:
    """How well a line begins with the best of these wordings, 0 if with none, and how many of its words that takes."""
    best: tuple[float, int] = 0.0, 0
    for initial in shape.initials:
        for wording in wordings.get(initial, ()):
            quality, used = 0.0, 0
            for count in range(max(1, wording.count - 1), min(wording.count + 1, len(shape.words)) + 1):
                score = fuzz.ratio(" ".join(shape.words[:count]), wording.text, score_cutoff=wording.least)
                if score > quality:
                    quality, used = score, count
            best = max(best, (quality, used))
    return best


def _before_colon(shape: _Shape, heading: tuple[str, ...]) -> int:
    """The words before a colon when nearly all of them stand in the section's heading, else 0."""
    count = shape.before_colon
    if not 3 <= count <= COLON_WORDS or shape.words[0] not in heading[:2]:  # noqa: PLR2004 - two words prove little
        return 0
    foreign = sum(word not in heading for word in shape.words[:count])
    return count if foreign * 6 <= count else 0


def _loose(shape: _Shape, heading: tuple[str, ...]) -> float:
    """How many of the words of a line that may be a heading stand in the section's full heading."""
    if not shape.own or shape.own[0] not in heading[:4]:
        return 0.0
    common = sum(word in heading for word in shape.own)
    share = common / len(shape.own)
    return 60 + 30 * share if share >= LOOSE_SHARE and common >= 3 else 0.0  # noqa: PLR2004 - three words in common


def _rest(shape: _Shape, used: int) -> tuple[str, bool, bool]:
    """The text after a heading on its line, whether the heading stands alone, and whether a mark parts them."""
    if used >= len(shape.words):
        after = shape.text[shape.ends[-1] :].strip(" .:;,–-*")
        return (after if any(each.isalnum() for each in after) else ""), True, True
    end = shape.ends[used - 1]
    colon = shape.text.find(":", end)
    heading_like = len(shape.words) <= HEADING_WORDS
    between = len(shape.text[end:colon].split()) if colon >= 0 else HEADING_WORDS
    if between == 0 or between <= (12 if shape.label or shape.looks else 3) * (not shape.bulleted):
        rest = shape.text[colon + 1 :].strip()
        return rest, not rest, True
    mark = AFTER_HEADING.match(shape.text, end)
    if heading_like and not SENTENCE_END.search(shape.text):
        whole = bool(shape.label) or shape.looks > 0
        return ("", True, True) if whole else (shape.text[end:].lstrip(" .:;,–-"), False, mark is not None)
    return shape.text[end:].lstrip(" .:;,–-"), False, mark is not None and mark.group("mark") not in ("", ",")


def _same_number(label: str, code: str) -> bool:
    return bool(label) and label.rpartition(".")[2] == code.lower().rpartition(".")[2]


def _best_chain(candidates: Sequence[Heading]) -> list[Heading]:
    """The candidates with the highest sum of scores whose lines and sections both rise."""
    ordered = sorted(candidates, key=lambda each: (each.line, each.section))
    best: list[float] = []
    before: list[int] = []
    for index, found in enumerate(ordered):
        top, origin = 0.0, -1
        for earlier in range(index):
            other = ordered[earlier]
            if other.line < found.line and other.section < found.section and best[earlier] > top:
                top, origin = best[earlier], earlier
        best.append(top + found.score)
        before.append(origin)
    chain = []
    at = max(range(len(ordered)), key=best.__getitem__, default=-1)
    while at >= 0:
        chain.append(ordered[at])
        at = before[at]
    return chain[::-1]
