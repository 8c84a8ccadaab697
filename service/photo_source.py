"""The bytes of photos that count, found again in the archived mail."""

from __future__ import annotations

from config.errors import ParseError, StorageError
from service.installation import Installation
from service.rules.submission import UnitPhoto
from service.sandbox import ReaderDied
from storage.mail_records import message_record


class ArchivedPhotos:
    """Takes photos out of the archive, in a reading child; a photo that cannot be had again is None."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def photo(self, photo: UnitPhoto) -> bytes | None:
        """The photo as it was sent."""
        with self._installation.database.reading() as connection:
            record = message_record(connection, photo.source.message)
        if record is None:
            return None
        try:
            raw = self._installation.archive.read(record.sha256)
            return self._installation.readers.extract(raw, photo.sha256)
        except (StorageError, ParseError, ReaderDied):
            return None
