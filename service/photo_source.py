"""The bytes of photos that count, found again in the archived mail."""

from __future__ import annotations

import base64
import binascii
import hashlib

from config.errors import ParseError, StorageError
from parsers.values import MessageReading, Slice
from service.installation import Installation
from service.rules.submission import UnitPhoto
from service.sandbox import ReaderDied
from storage.mail_records import message_record
from storage.readings import reading_of


class ArchivedPhotos:
    """Takes photos out of the archive. A photo that cannot be had again is None.

    What was attached as it is, is cut out of the raw mail where its reading says it stands; only what was packed into
    another file is opened again, in a reading child.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._last: tuple[int, bytes, MessageReading | None] | None = None

    def photo(self, photo: UnitPhoto) -> bytes | None:
        """The photo as it was sent."""
        try:
            raw, reading = self._message(photo.source.message)
            for document in reading.documents if reading else ():
                if document.sha256 == photo.sha256 and document.slice is not None:
                    content = _cut(raw, document.slice)
                    if content is not None and hashlib.sha256(content).hexdigest() == photo.sha256:
                        return content
            return self._installation.readers.extract(raw, photo.sha256)
        except (StorageError, ParseError, ReaderDied):
            return None

    def _message(self, number: int) -> tuple[bytes, MessageReading | None]:
        """The raw mail and its reading; the last one is kept, since photos of a mail are asked for together."""
        if self._last is None or self._last[0] != number:
            with self._installation.database.reading() as connection:
                record, reading = message_record(connection, number), reading_of(connection, number)
            if record is None:
                raise StorageError(f"message {number} is not on record")
            self._last = (number, self._installation.archive.read(record.sha256), reading)
        return self._last[1], self._last[2]


def _cut(raw: bytes, place: Slice) -> bytes | None:
    """The bytes that stand there, decoded; None for an encoding that only the readers undo."""
    piece = raw[place.offset : place.offset + place.length]
    if place.encoding == "identity":
        return piece
    if place.encoding != "base64":
        return None
    try:
        return base64.b64decode(piece)
    except binascii.Error:
        return None
