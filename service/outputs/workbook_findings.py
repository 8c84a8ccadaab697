"""The sheet of warnings: every finding in words, and every figure that is asked about, by unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from config.campaign import Severity
from config.text import Language, Text
from parsers.values import Finding, ValueStatus
from service.outputs import workbook_style as style
from service.outputs.wording import SEVERITY, capitalised, place
from service.outputs.workbook_layout import WARNINGS, Book
from service.outputs.workbook_package import SheetBody
from service.outputs.workbook_tables import Record, Table, TableColumn, build_table, record_rows
from service.rules.consolidate import ASKED
from service.rules.consolidation import Consolidation, OpenMail, UnitLine
from service.rules.submission import UnitValue

_COLUMNS = (
    TableColumn(header=Text(vi="STT", en="No."), width=6, look=style.TEXT_CENTRED),
    TableColumn(header=Text(vi="Đơn vị", en="Unit"), width=24, look=style.Style(bold=True, vertical="top")),
    TableColumn(header=Text(vi="Mức độ", en="Severity"), width=11, look=style.TEXT_CENTRED),
    TableColumn(header=Text(vi="Chỉ tiêu, nội dung", en="Where"), width=42, look=style.TEXT),
    TableColumn(header=Text(vi="Cần làm rõ", en="What to clarify"), width=62, look=style.TEXT),
    TableColumn(header=Text(vi="Mã kiểm tra", en="Check"), width=19, look=style.HASH),
)

_MANY_UNITS = 3


def build_findings(book: Book) -> SheetBody:
    """Lays the sheet out and returns its rows."""
    count = entry_count(book.layout.consolidation)
    table = Table(
        name=WARNINGS,
        title=Text(vi="CẢNH BÁO, NỘI DUNG CẦN LÀM RÕ", en="WARNINGS AND OPEN QUESTIONS"),
        remarks=(_remark(count).in_(book.layout.language),),
        columns=_COLUMNS,
        count=count,
    )
    return build_table(book, table, record_rows(book, table.columns, _records(book)))


def _remark(count: int) -> Text:
    if not count:
        return Text(vi="Không có cảnh báo nào.", en="There are no warnings.")
    return Text(
        vi=f"{count} nội dung; cảnh báo chung trước, sau đó theo từng đơn vị.",
        en=f"{count} entries; general ones first, then by unit.",
    )


def _records(book: Book) -> Iterator[tuple[Record, dict[int, style.Style]]]:
    language = book.layout.language
    places: dict[str, str] = {}
    columns: dict[tuple[str, str], str] = {}
    for number, (name, told) in enumerate(_all(book.layout.consolidation, language), 1):
        finding = told if isinstance(told, Finding) else _question(told, _column(book, told, columns))
        if finding.where not in places:
            places[finding.where] = place(book.layout.campaign, finding.where, language)
        severity = SEVERITY[finding.severity].in_(language)
        record = (number, name, severity, places[finding.where], capitalised(finding.text.in_(language)), finding.code)
        yield record, {2: style.SEVERE} if finding.severity is Severity.ERROR else {}


def entry_count(consolidation: Consolidation) -> int:
    """How many entries the sheet has."""
    return sum(1 for _ in _all(consolidation, Language.VI))


def _all(consolidation: Consolidation, language: Language) -> Iterator[tuple[str, Finding | UnitValue]]:
    """What the sheet tells, and of whom: findings, and values that are asked about although no finding speaks of them."""
    everyone = Text(vi="Chung", en="All units").in_(language)
    for finding in consolidation.findings:
        yield everyone, finding
    shared = _shared_notes(consolidation)
    for finding, units in shared.items():
        yield Text(vi=f"{units} đơn vị", en=f"{units} units").in_(language), finding
    for line in consolidation.units:
        name = capitalised(line.name)
        for finding in line.submission.findings:
            if finding not in shared:
                yield name, finding
        for value in _unsaid(line):
            yield name, value
        for mail in line.open_mails:
            yield name, _waits(mail)


def _waits(mail: OpenMail) -> Finding:
    """A mail of the unit that waits for the officer: nothing of it is in the figures."""
    return Finding(
        code="D-WAITING",
        severity=Severity.WARNING,
        where="",
        text=Text(
            vi=f"thư số {mail.message} chờ cán bộ quyết định ({mail.why.vi}); nội dung thư chưa tính vào số liệu.",
            en=f"message {mail.message} waits for a decision ({mail.why.en}); nothing of it is in the figures.",
        ),
    )


def _shared_notes(consolidation: Consolidation) -> dict[Finding, int]:
    """Notes that ask for nothing and are the same for many units, with the number of units: said once."""
    noted: Counter[Finding] = Counter()
    for line in consolidation.units:
        noted.update({finding for finding in line.submission.findings if finding.severity is Severity.INFO})
    return {finding: units for finding, units in sorted(noted.items(), key=_by_code) if units >= _MANY_UNITS}


def _by_code(counted: tuple[Finding, int]) -> tuple[str, str, str]:
    finding, _ = counted
    return finding.code, finding.where, finding.text.vi


def _unsaid(line: UnitLine) -> Iterator[UnitValue]:
    """Values that are asked about although no finding speaks of their indicator: no doubt is left out."""
    said = {finding.where for finding in line.submission.findings}
    return (value for value in line.submission.values if value.status in ASKED and value.indicator not in said)


def _column(book: Book, value: UnitValue, known: dict[tuple[str, str], str]) -> str:
    """A value's column in words, looked up once."""
    key = (value.indicator, value.column)
    if key not in known:
        known[key] = book.layout.column_words(book.layout.campaign.form.indicator(value.indicator), value.column)
    return known[key]


def _question(value: UnitValue, column: str) -> Finding:
    rejected = value.status is ValueStatus.REJECT
    return Finding(
        code=", ".join(value.warnings),
        severity=Severity.ERROR if rejected else Severity.WARNING,
        where=value.indicator,
        text=Text(
            vi=f"Cột «{column}»: đơn vị ghi «{value.raw}»; "
            + ("chưa dùng được, cần hỏi lại." if rejected else f"tạm hiểu là {value.value}, cần xác nhận."),
            en=f"Column «{column}»: the unit wrote «{value.raw}»; "
            + ("not usable, ask again." if rejected else f"read as {value.value}, to be confirmed."),
        ),
    )
