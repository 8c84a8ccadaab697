"""From an office's own blank form to a campaign: opens the file, has the form derived, and says what was understood."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.campaign import ColumnKind, IndicatorType
from config.errors import ParseError, ThubaoError
from config.new_campaign import campaign_id, roster_in, write_campaign
from config.text import Language
from parsers import content_type as kind
from parsers.learn_form import LearnedForm, Looks, learn_form
from parsers.spreadsheets import read_sheets
from parsers.writing import read_writing
from service.convert import OutsidePrograms, available

_LARGEST = 30 * 1024 * 1024
_SECONDS = 120.0
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_NEARLY_EQUAL, _NEARLY_WHITE = 14, 250
_STRUCTURE = {
    ColumnKind.ROW_NUMBER: "row_number",
    ColumnKind.LABEL: "label",
    ColumnKind.UNIT: "unit",
    ColumnKind.NOTE: "note",
}


class BlankFormError(ThubaoError):
    """A blank form that cannot be opened, or in which no form was found."""


def learn_file(path: Path, *, unit_names: Sequence[str] = (), language: Language = Language.VI) -> LearnedForm:
    """The form of a blank .xlsx, .xls, .ods, .csv, .docx, .odt or .doc.

    Raises:
        BlankFormError: when the file cannot be read or holds no form.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BlankFormError(f"{path}: {error.strerror or error}") from error
    if len(data) > _LARGEST:
        raise BlankFormError(f"{path}: {len(data)} bytes is no blank form")
    try:
        return _learn(data, path.name, unit_names)
    except ParseError as error:
        text = getattr(error, "text", None)
        raise BlankFormError(f"{path}: {text.in_(language) if text is not None else error}") from error


def _learn(data: bytes, name: str, unit_names: Sequence[str]) -> LearnedForm:
    media_type = kind.media_type(data, name)
    if media_type in _WRITINGS:
        convert = OutsidePrograms(seconds=_SECONDS).convert if available()["libreoffice"].found else None
        writing = read_writing(data, media_type, convert=convert)
        lines = [each.text for each in writing.paragraphs[:20]]
        return learn_form(writing.tables, lines=lines, unit_names=unit_names)
    workbook = read_sheets(data, media_type)
    looks = _looks(data) if media_type in (kind.XLSX, kind.XLSM) else Looks()
    return learn_form(workbook.sheets, looks=looks, unit_names=unit_names)


_WRITINGS = frozenset({kind.DOCX, kind.DOC, kind.ODT, kind.RTF, kind.PDF, "text/html"})


def _looks(data: bytes) -> Looks:
    """Bold, grey grounds and indentation of a workbook that the readers have already found to be sound."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data))
    bold, greyed, indents = set(), set(), {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows(max_row=700, max_col=120):
            for cell in row:
                place = (sheet.title, cell.row or 0, cell.column or 0)
                if not cell.has_style:
                    continue
                if cell.font.b:
                    bold.add(place)
                if cell.fill.fill_type == "solid" and _is_grey(cell.fill.fgColor):
                    greyed.add(place)
                if cell.alignment.indent:
                    indents[place] = int(cell.alignment.indent)
    book.close()
    return Looks(bold=frozenset(bold), greyed=frozenset(greyed), indents=indents)


def _is_grey(colour: Any) -> bool:  # noqa: ANN401 - openpyxl's colour
    """Grey says "not asked"; yellow and its like say "fill in here"."""
    if colour.type == "theme":
        return bool(colour.theme == 0 and colour.tint < 0)  # white, darkened
    if colour.type != "rgb" or not isinstance(colour.rgb, str):
        return False
    parts = [int(colour.rgb[-6:][place : place + 2], 16) for place in (0, 2, 4)]
    return max(parts) - min(parts) <= _NEARLY_EQUAL and 0 < min(parts) < _NEARLY_WHITE


def make_campaign(
    home: Path,
    *,
    form: Path,
    roster: Path,
    deadline: datetime,
    title: str,
    identifier: str | None,
    language: Language,
    office: str = "",
) -> tuple[Path, ...]:
    """A campaign for an office's own form and roster, written into a home folder, which is made if it is not there.

    A deadline without a clock is the end of that day, one without a zone is of Vietnam.

    Raises:
        BlankFormError: when the form cannot be read.
        ConfigError: when the roster has mistakes, or the campaign is there already.
    """
    try:
        listed = roster.read_bytes()
    except OSError as error:
        raise BlankFormError(f"{roster}: {error.strerror or error}") from error
    units = roster_in(listed, str(roster), language)
    names = [name for unit in units for name in (unit.name, unit.full_name, *unit.aliases)]
    learned = learn_file(form, unit_names=names, language=language)
    moment = deadline if deadline.tzinfo else deadline.replace(tzinfo=_ZONE)
    if moment.time() == time(0, 0):
        moment = moment.replace(hour=23, minute=59, second=59)
    return write_campaign(
        home,
        identifier=identifier or campaign_id(title),
        title=" ".join(title.split()),
        deadline=moment.replace(microsecond=0),
        form=learned.form,
        roster=listed,
        today=datetime.now(moment.tzinfo).date(),
        language=language,
        office=office,
    )


def plain_form(learned: LearnedForm) -> dict[str, Any]:
    """What was understood, as JSON."""
    form = learned.form
    used = {key for each in form.indicators for key in each.columns}
    columns = [
        {
            "key": each.key,
            "header": " – ".join(filter(None, (each.group_header, each.header))),
            "type": _STRUCTURE.get(each.kind) or learned.types.get(each.key, IndicatorType.INTEGER).value,
        }
        for each in form.columns
    ]
    columns += [{"key": key, "header": "", "type": kept} for key, kept in _BESIDE.items() if key in used]
    indicators = [
        {
            "code": each.code,
            "label": each.label,
            "unit": each.unit,
            "columns": list(each.columns),
            "type": each.type.value,
            "role": each.role.value,
        }
        for each in form.indicators
    ]
    return {
        "title": form.title,
        "columns": columns,
        "indicators": indicators,
        "units_as_rows": form.units_as_rows,
        "left_out": list(form.left_out),
    }


_BESIDE: Mapping[str, str] = {"money": IndicatorType.MONEY.value, "text": IndicatorType.TEXT.value}
"""Keys of values that stand in no column of their own."""
