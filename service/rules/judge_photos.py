"""Which photos count: each picture once, however often, under whatever name and in whatever size it was sent."""

from __future__ import annotations

from dataclasses import dataclass

from config.text import Text
from parsers.values import Document, DocumentFate, DocumentRole
from service.rules.submission import JudgedDocument, Source, UnitPhoto

_NEAR = 4
"""Perceptual hashes this many bits apart or less show the same picture, resized or saved again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPhoto:
    """One photo of one message."""

    document: Document
    source: Source


def count_photos(sent: tuple[SentPhoto, ...]) -> tuple[tuple[UnitPhoto, ...], tuple[JudgedDocument, ...]]:
    """The photos that count, oldest first, and the fate of every one sent."""
    photos: list[UnitPhoto] = []
    fates: list[JudgedDocument] = []
    for one in sent:
        twin = _twin(one.document, photos)
        if twin is not None:
            fates.append(_fate(one, DocumentFate.DUPLICATE, _same_as(twin)))
            continue
        photos.append(_photo(one))
        fates.append(_fate(one, DocumentFate.USED, one.document.why))
    return tuple(photos), tuple(fates)


def is_photo(document: Document) -> bool:
    """Whether a document is a photo that can count."""
    return document.role is DocumentRole.PHOTO and document.fate is DocumentFate.USED and document.photo is not None


def distance(first: str, second: str) -> int:
    """Bits in which two perceptual hashes differ; 64 when either is missing."""
    if not first or not second:
        return 64
    return (int(first, 16) ^ int(second, 16)).bit_count()


def _twin(document: Document, photos: list[UnitPhoto]) -> UnitPhoto | None:
    hashed = document.photo.perceptual_hash if document.photo else ""
    for photo in photos:
        if photo.sha256 == document.sha256 or distance(photo.perceptual_hash, hashed) <= _NEAR:
            return photo
    return None


def _photo(one: SentPhoto) -> UnitPhoto:
    reading = one.document.photo
    return UnitPhoto(
        sha256=one.document.sha256,
        name=one.document.name,
        width=reading.width if reading else 0,
        height=reading.height if reading else 0,
        source=one.source,
        taken_at=reading.taken_at if reading else None,
        perceptual_hash=reading.perceptual_hash if reading else "",
    )


def _fate(one: SentPhoto, fate: DocumentFate, why: Text) -> JudgedDocument:
    return JudgedDocument(message=one.source.message, path=one.document.path, fate=fate, why=why)


def _same_as(twin: UnitPhoto) -> Text:
    return Text(vi=f"trùng với ảnh “{twin.name}” đã nhận", en=f"the same picture as “{twin.name}”, received before")
