"""Contact sheets: small pictures with captions on A4 pages, as Word files inside the album."""

from __future__ import annotations

import io
import zipfile
from itertools import groupby

from docx.document import Document as WordDocument
from docx.shared import Cm, Pt

from config.campaign import Campaign
from config.text import Language, Text
from service.outputs.atomic import zip_entry
from service.outputs.word import CENTRE, add_line, add_table, document_bytes, keep_whole, new_document
from service.outputs.wording import coverage
from service.rules.consolidation import Consolidation

_PHOTOS_A_SHEET = 240  # a larger document is slow to open
_COLUMNS = 3
_PICTURE = 5.0  # centimetres


class ContactSheets:
    """Collects thumbnails and writes a contact sheet into the album whenever one is full: memory stays bounded."""

    def __init__(self, archive: zipfile.ZipFile, campaign: Campaign, consolidation: Consolidation, language: Language) -> None:
        self._archive = archive
        self._campaign = campaign
        self._consolidation = consolidation
        self._language = language
        self._pictures: list[tuple[str, str, bytes]] = []
        self._sheets = 0

    def add(self, unit: str, words: str, jpeg: bytes) -> None:
        """Adds a picture under its unit's heading."""
        if len(self._pictures) >= _PHOTOS_A_SHEET and self._pictures[-1][0] != unit:
            self._write()
        self._pictures.append((unit, words, jpeg))

    def finish(self) -> None:
        """Writes what is left."""
        if self._pictures:
            self._write()

    def _write(self) -> None:
        self._sheets += 1
        document = new_document()
        title = Text(vi="BẢNG ẢNH", en="CONTACT SHEET").in_(self._language)
        count = Text(
            vi=f"{self._campaign.title} – {coverage(self._consolidation)} đơn vị",
            en=f"{self._campaign.title} – {coverage(self._consolidation)} units",
        ).in_(self._language)
        add_line(document, title, bold=True, alignment=CENTRE)
        add_line(document, count, size=12, italic=True, alignment=CENTRE, after=8)
        for unit, group in groupby(self._pictures, key=lambda picture: picture[0]):
            self._unit(document, unit, list(group))
        data = document_bytes(document, made_at=self._consolidation.made_at, title=f"{self._campaign.title} – {title}")
        name = Text(vi="Bảng ảnh", en="Contact sheet").in_(self._language)
        self._archive.writestr(zip_entry(f"{name} {self._sheets:02}.docx"), data)
        self._pictures = []

    def _unit(self, document: WordDocument, unit: str, pictures: list[tuple[str, str, bytes]]) -> None:
        word = Text(vi="ảnh", en="photos").in_(self._language)
        add_line(document, f"{unit} – {len(pictures):02} {word}", size=13, bold=True, before=10, after=4, keep=True)
        table = add_table(document, -(-len(pictures) // _COLUMNS), (_PICTURE + 0.3,) * _COLUMNS, bordered=False)
        for at, (_, words, jpeg) in enumerate(pictures):
            cell = table.rows[at // _COLUMNS].cells[at % _COLUMNS]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.alignment = CENTRE
            picture = paragraph.add_run().add_picture(io.BytesIO(jpeg), width=Cm(_PICTURE))
            if picture.height > Cm(_PICTURE):
                picture.width = int(picture.width * Cm(_PICTURE) / picture.height)
                picture.height = Cm(_PICTURE)
            label = add_line(cell, f"{at + 1:02}. {words}".rstrip(". ") if words else f"{at + 1:02}", size=10, alignment=CENTRE)
            label.paragraph_format.space_after = Pt(4)
        for row in table.rows:
            keep_whole(row)
