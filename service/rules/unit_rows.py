"""Which row of a sheet that lists the units is a unit's own."""

from __future__ import annotations

from dataclasses import replace

from config.campaign import Campaign, Severity, Unit
from config.text import Text
from config.vietnamese import fold
from parsers.values import Document, Finding, FormReading
from service.rules.match_evidence import register_of

_NO_ROW = Text(
    vi="Bảng có số liệu của nhiều đơn vị và không dòng nào ghi đúng tên đơn vị; đề nghị gửi lại, chỉ điền dòng của đơn vị.",
    en="The table holds figures of several units and no row bears this unit's name; please fill in your own row only.",
)


def with_own_row(campaign: Campaign, unit: Unit, document: Document) -> Document:
    """The document with the rows of other units left out; untouched when it has one row, or the form lists no units."""
    filled = [each for each in document.forms if not each.blank]
    if not campaign.form.units_as_rows or len(filled) < 2:  # noqa: PLR2004 - one row is the sender's, whatever its name
        return document
    own = tuple(each for each in filled if _names(campaign, unit, each))
    if len(own) == 1:
        return replace(document, forms=own)
    told = Finding(code="V-ROW", severity=Severity.ERROR, where="", text=_NO_ROW)
    return replace(document, forms=(), findings=(*document.findings, told))


def _names(campaign: Campaign, unit: Unit, reading: FormReading) -> bool:
    said = fold(reading.row_name)
    exact = {each.code for each in campaign.roster if said in map(fold, (each.name, each.full_name, *each.aliases))}
    if exact:
        return exact == {unit.code}
    hits = register_of(campaign).names.find_units(reading.row_name)
    return bool(hits) and {hit.unit for hit in hits} == {unit.code}
