"""Everything wrong or doubtful in a unit's report, in words a clerk can act on: cells, rules, documents, photos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from config.campaign import Campaign, Requirement, Severity, Unit
from config.text import Text
from config.vietnamese import without_lead
from parsers.form_claims import NOTE
from parsers.form_findings import FORM_WARNINGS
from parsers.numbers import warning_severity, warning_text
from parsers.values import Document, DocumentFate, DocumentRole, Finding, NarrativeReading, ValueStatus
from service.rules.submission import UnitPhoto, UnitValue
from service.rules.validate import derive, validate

Key = tuple[str, str]

_SAID_BY_RULE: Mapping[str, frozenset[str]] = {
    "N-money_small": frozenset({"V-10-SMALL"}),
    "N-non_integer": frozenset({"V-INT"}),
    "N-negative": frozenset({"V-INT"}),
    "N-implausible": frozenset({"V-10-LARGE", "V-10-HUGE"}),
}
"""Doubts about a cell that a rule puts better; said once."""

_TOLD_BY_READER = frozenset({"D-PASSWORD", "D-LIMIT", "D-REFUSED", "D-UNREADABLE", "D-EXECUTABLE", "D-LINK", "D-LINK-FILE"})
"""Findings of the reader that say already why a file was not used."""

_LINK = Finding(
    code="D-LINK",
    severity=Severity.WARNING,
    where="",
    text=Text(
        vi="Thư có đường liên kết tới tệp trên mạng, hệ thống không mở; đề nghị đính kèm tệp (ảnh có thể giảm dung lượng).",
        en="The mail points to files behind a link, which is not opened; please attach them (photos may be made smaller).",
    ),
)

_LONGEST_REMARK = 120
_GRAVE = {ValueStatus.REJECT: Severity.ERROR, ValueStatus.CONFIRM: Severity.WARNING}


def findings_of(
    campaign: Campaign,
    unit: Unit,
    *,
    values: Mapping[Key, UnitValue],
    form_findings: tuple[Finding, ...],
    narrative: NarrativeReading | None,
    photos: tuple[UnitPhoto, ...],
    documents: tuple[Document, ...],
    elsewhere: Mapping[str, str],
    same_figures: str,
    behind_links: bool = False,
) -> tuple[Finding, ...]:
    """All findings on a report: first its cells, then the rules, then documents and photos; nothing is said twice."""
    nothing = not values and narrative is None and not photos
    found: list[Finding] = [*form_findings, *_doubtful_cells(campaign, values)]
    if not nothing:
        found.extend(_by_rule(campaign, unit, values, narrative, photos, same_figures))
        found.extend(_missing_sections(campaign, narrative))
    if values and all(each.status is ValueStatus.EMPTY for (_, column), each in values.items() if column != NOTE):
        found.append(_no_figures(values))
    found.extend(_named(document, each) for document in documents for each in document.findings)
    found.extend(_unused_documents(documents, has_form=bool(values)))
    found.extend(_borrowed_photos(photos, elsewhere))
    if behind_links:
        found.append(_LINK)
    ruled: dict[str, set[str]] = {}
    for each in found:
        ruled.setdefault(each.where, set()).add(each.code)
    told: dict[tuple[str, str, str], Finding] = {}
    for each in found:
        if _SAID_BY_RULE.get(each.code, frozenset()).isdisjoint(ruled[each.where]):
            told.setdefault((each.code, each.where, each.text.vi), each)
    return tuple(told.values())


def _no_figures(values: Mapping[Key, UnitValue]) -> Finding:
    """A form that holds remarks alone: blank is not zero, so what it means is asked."""
    remarks = (str(each.value)[:_LONGEST_REMARK] for (_, column), each in values.items() if column == NOTE and each.value)
    said = next(remarks, "")
    quoted = (f" (ghi chú: “{said}”)", f" (note: “{said}”)") if said else ("", "")
    return Finding(
        code="V-NO-FIGURES",
        severity=Severity.WARNING,
        where="",
        text=Text(
            vi=f"Biểu đã gửi không có số liệu nào{quoted[0]}; nếu đơn vị không tổ chức hoạt động, đề nghị ghi số 0 vào biểu.",
            en=f"The form holds no figure{quoted[1]}; if nothing was held, please write 0 into it.",
        ),
    )


def suggested_totals(campaign: Campaign, values: Mapping[Key, UnitValue]) -> Mapping[Key, int]:
    """Sums of parts for totals that the unit left blank: shown to the officer, never taken as the unit's own figure."""
    figures = {key: each.value for key, each in values.items()}
    return {(each.indicator, each.column): each.value for each in derive(campaign.form, figures) if isinstance(each.value, int)}


def _by_rule(
    campaign: Campaign,
    unit: Unit,
    values: Mapping[Key, UnitValue],
    narrative: NarrativeReading | None,
    photos: tuple[UnitPhoto, ...],
    same_figures: str,
) -> tuple[Finding, ...]:
    figures = {key: each.value for key, each in values.items()}
    return validate(
        campaign.form,
        figures,
        {key: each.status for key, each in values.items()},
        {key: each.raw for key, each in values.items()},
        unit=unit,
        year=campaign.year,
        warnings={key: each.warnings for key, each in values.items()},
        has_form=bool(values),
        photo_count=len(photos) if campaign.photos is not None and photos else None,
        photo_rule=campaign.photos,
        photos=photos,
        narrative=narrative,
        others={same_figures: figures} if same_figures else None,
    )


_WHOLE_DOCUMENT: Mapping[str, Text] = {
    "from_picture": Text(
        vi="{n} ô của tệp “{file}” được đọc từ ảnh chụp hoặc bản quét; đề nghị đối chiếu với bản gốc.",
        en="{n} cells of “{file}” were read from a photo or a scan; please compare them with the original.",
    ),
    "cut_off": Text(
        vi="Chữ trong bảng của “{file}” bị cắt ở mép ô, có thể nhầm dòng; đề nghị đối chiếu {n} ô hoặc gửi tệp Excel, Word.",
        en="Texts of “{file}” are cut off at the borders of cells: please compare {n} cells, or send the Excel or Word file.",
    ),
    "from_text": Text(
        vi="{n} số liệu được đọc từ lời văn của “{file}”, không phải từ bảng; đề nghị xác nhận.",
        en="{n} figures were read from running text of “{file}”, not from a table; please confirm.",
    ),
    "two_forms_differ": Text(
        vi="Các biểu số liệu trong thư ghi khác nhau; {n} ô tạm lấy từ “{file}”, đề nghị xác nhận biểu nào đúng.",
        en="The forms of the mail differ; {n} cells were taken from “{file}” for now, please confirm which form is right.",
    ),
}
"""Doubts that lie on every figure of a document: said once for the document, beside what is doubtful in single cells."""

_SAID_BY_FORM = frozenset({"other_year", "planned_form", "table_shifted"})
_FEW_CELLS = 3


def _doubtful_cells(campaign: Campaign, values: Mapping[Key, UnitValue]) -> Iterator[Finding]:
    alike = Counter(place for each in values.values() for place in _places_of_whole_documents(each))
    for (warning, document), count in alike.items():
        if count > _FEW_CELLS:
            text = _WHOLE_DOCUMENT[warning]
            yield Finding(
                code=f"N-{warning}",
                severity=Severity.WARNING,
                where=document,
                text=Text(vi=text.vi.format(n=count, file=document), en=text.en.format(n=count, file=document)),
            )
    said = {place for place, count in alike.items() if count > _FEW_CELLS}
    for (code, _column), each in values.items():
        severity = _GRAVE.get(each.status)
        if severity is None or (each.status is ValueStatus.CONFIRM and _is_said(each, said)):
            continue
        indicator = campaign.form.indicator(code)
        label = without_lead(indicator.label) if indicator else code
        label_en = without_lead(indicator.label_en or indicator.label) if indicator else code
        place = f" (ô {each.source.cell})" if each.source and each.source.cell else ""
        place_en = f" (cell {each.source.cell})" if each.source and each.source.cell else ""
        for warning in _own_doubts(each.warnings):
            reason = FORM_WARNINGS.get(warning) or warning_text(warning)
            yield Finding(
                code=f"N-{warning}",
                severity=severity,
                where=code,
                text=Text(
                    vi=f"{label}{place}: ghi “{each.raw}”; {_lower(reason.vi)}",
                    en=f"{label_en}{place_en}: “{each.raw}”; {_lower(reason.en)}",
                ),
            )


def _places_of_whole_documents(value: UnitValue) -> Iterator[tuple[str, str]]:
    """The doubts of a figure that it shares with its whole document."""
    if value.status is ValueStatus.CONFIRM and value.source is not None:
        for warning in _telling(value.warnings):
            if warning in _WHOLE_DOCUMENT:
                yield warning, value.source.document


def _is_said(value: UnitValue, said: set[tuple[str, str]]) -> bool:
    """Whether all that is doubtful in a figure was said of its whole document."""
    document = value.source.document if value.source else ""
    return all(each in _SAID_BY_FORM or (each, document) in said for each in _telling(value.warnings))


def _own_doubts(warnings: tuple[str, ...]) -> tuple[str, ...]:
    """What is doubtful in the cell itself, where anything is: that all of its document was read from a picture is said once."""
    telling = _telling(warnings)
    return tuple(each for each in telling if each not in _WHOLE_DOCUMENT and each not in _SAID_BY_FORM) or telling


def _telling(warnings: tuple[str, ...]) -> tuple[str, ...]:
    """The warnings that make a value doubtful; a value that is doubtful for no named reason still gets one sentence."""
    grave = tuple(each for each in warnings if each in FORM_WARNINGS or warning_severity(each) is not Severity.INFO)
    return grave or warnings[:1] or ("unclear",)


def _missing_sections(campaign: Campaign, narrative: NarrativeReading | None) -> Iterator[Finding]:
    if narrative is None or campaign.narrative is Requirement.OFF:
        return
    yield from narrative.findings
    have = {each.code for each in narrative.sections if each.text.strip()}
    for section in campaign.form.outline:
        if section.required and section.code not in have:
            yield Finding(
                code="V-SECTION",
                severity=Severity.WARNING,
                where=section.code,
                text=Text(
                    vi=f"Báo cáo chưa có nội dung mục “{section.heading}”.",
                    en=f"The report has nothing under “{section.heading_en}”.",
                ),
            )


def _unused_documents(documents: tuple[Document, ...], *, has_form: bool) -> Iterator[Finding]:
    for each in documents:
        if each.role is DocumentRole.BLANK_FORM and has_form:
            continue  # the filled one is here
        if each.role is DocumentRole.BLANK_FORM:
            yield Finding(
                code="V-TEMPLATE",
                severity=Severity.WARNING,
                where=each.path,
                text=Text(
                    vi=f"Tệp “{each.name}” là mẫu trống, chưa có số liệu.",
                    en=f"File “{each.name}” is the blank form; nothing is filled in.",
                ),
            )
        elif any(found.code in _TOLD_BY_READER for found in each.findings):
            continue
        elif each.fate in {DocumentFate.REFUSED, DocumentFate.UNREADABLE}:
            yield Finding(
                code="D-UNREADABLE" if each.fate is DocumentFate.UNREADABLE else "D-REFUSED",
                severity=Severity.WARNING,
                where=each.path,
                text=Text(
                    vi=f"Tệp “{each.name or each.path}”: {_sentence(each.why.vi or 'không đọc được')}",
                    en=f"File “{each.name or each.path}”: {_sentence(each.why.en or 'could not be read')}",
                ),
            )


def _named(document: Document, finding: Finding) -> Finding:
    """A finding of a reader about a file as a sentence that names the file."""
    name = (finding.where or document.path).rpartition("/")[2] or document.name
    if finding.code not in _TOLD_BY_READER or not name or name in finding.text.vi:
        return finding
    text = Text(vi=f"Tệp “{name}”: {_sentence(finding.text.vi)}", en=f"File “{name}”: {_sentence(finding.text.en)}")
    return replace(finding, text=text)


def _borrowed_photos(photos: tuple[UnitPhoto, ...], elsewhere: Mapping[str, str]) -> Iterator[Finding]:
    for photo in photos:
        other = elsewhere.get(photo.sha256)
        if other:
            yield Finding(
                code="V-PHOTO-SHARED",
                severity=Severity.WARNING,
                where=photo.source.document,
                text=Text(
                    vi=f"Ảnh “{photo.name}” trùng với ảnh của {other}; đề nghị xác nhận.",
                    en=f"Photo “{photo.name}” was also sent by {other}; please confirm.",
                ),
            )


def _sentence(words: str) -> str:
    """The words behind a file's name, with one full stop."""
    return f"{_lower(words).rstrip('. ')}."


def _lower(sentence: str) -> str:
    """The sentence as a part of another; an abbreviation stays as it is: "PDF"."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]
