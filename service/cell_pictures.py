"""Pictures of the cells that figures were read from, cut out of the scans in the archive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from config.errors import ParseError, StorageError
from config.text import Text
from parsers.grid import PicturePlace
from service.desk import NotUnderstoodError
from service.installation import Installation
from service.outputs.atomic import write_atomically
from service.rules.submission import Source, Submission
from service.sandbox import ReaderDied
from storage.mail_records import message_record

_WHICH = Text(
    vi="nhiều cột đọc từ ảnh; ghi thêm --column và một trong: {}",
    en="several columns come from pictures; add --column and one of: {}",
)
_NO_SCAN = Text(
    vi="số liệu này không đọc từ ảnh chụp hay bản quét nên không có ảnh ô",
    en="it was not read from a scan: there is no cell to show",
)
_READ_BEFORE = Text(
    vi="bản quét được đọc khi chương trình chưa ghi vị trí ô; chạy `thubao replay` rồi thử lại",
    en="the scan was read when places of cells were not kept yet; run `thubao replay`, then try again",
)
_GONE = Text(vi="không lấy lại được bản quét từ thư đã lưu", en="the scan cannot be had from the archived mail any more")


class ArchivedCells:
    """Cuts cells out of archived scans, in a reading child. What cannot be had any more is left out."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def pictures(self, sources: Iterable[Source]) -> Mapping[Source, bytes]:
        """A PNG of each cell among these that was read from a scan; each scan is opened once."""
        wanted: dict[tuple[int, str], dict[PicturePlace, list[Source]]] = {}
        for each in sources:
            if each.place is not None:
                wanted.setdefault((each.message, each.sha256), {}).setdefault(each.place, []).append(each)
        found: dict[Source, bytes] = {}
        for (message, sha256), places in wanted.items():
            cells = zip(places.values(), self._cut(message, sha256, tuple(places)), strict=False)
            found.update({source: cell for own, cell in cells for source in own})
        return found

    def _cut(self, message: int, sha256: str, places: tuple[PicturePlace, ...]) -> tuple[bytes, ...]:
        with self._installation.database.reading() as connection:
            record = message_record(connection, message)
        if record is None:
            return ()
        try:
            raw = self._installation.archive.read(record.sha256)
            return self._installation.readers.cut_cells(raw, sha256, places)
        except (StorageError, ParseError, ReaderDied):
            return ()


def write_cell(installation: Installation, submission: Submission, indicator: str, column: str | None, path: Path) -> str:
    """Writes the picture of the cell that a figure was read from; gives the figure's column.

    Raises:
        NotUnderstoodError: nothing was read from a picture there, several columns were, or the scan cannot be had any more.
    """
    asked = [each for each in submission.values if each.indicator == indicator and column in {None, each.column}]
    seen = [each for each in asked if each.source is not None and each.source.place is not None]
    if not seen and any("from_picture" in each.warnings for each in asked):
        raise NotUnderstoodError(_READ_BEFORE)
    if len(seen) != 1:
        columns = ", ".join(each.column for each in seen)
        raise NotUnderstoodError(Text(vi=_WHICH.vi.format(columns), en=_WHICH.en.format(columns)) if seen else _NO_SCAN)
    found = ArchivedCells(installation).pictures(each.source for each in seen if each.source is not None)
    if not found:
        raise NotUnderstoodError(_GONE)
    write_atomically(path, next(iter(found.values())))
    return seen[0].column
