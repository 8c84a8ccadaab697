"""The evidence pack of a campaign: raw mails, decisions, mails sent, outputs and the chained log in one zip with a manifest."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection

from config.campaign import Campaign
from config.errors import StorageError
from parsers.codec import to_plain
from service.installation import Installation
from service.outputs.atomic import atomic_file, zip_entry
from storage.decisions import all_decisions
from storage.events import events, record_event
from storage.filings import Filing, filings
from storage.mail_records import MessageRecord, messages
from storage.notices import LEFT, Notice, notice_content, notices
from storage.readings import documents
from storage.submissions import consolidation_of, latest_consolidation

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20
_CONFIGURATION = ("campaign.toml", "form.toml", "roster.csv")
_README = """Hồ sơ minh chứng của đợt báo cáo / Evidence of a reporting campaign

messages/       thư đã nhận, nguyên bản / the mails as received, named by the SHA-256 of their bytes
messages.json   mỗi thư thuộc đơn vị nào, vì sao / whose each mail is, and why
decisions.json  quyết định của cán bộ / what the officers decided
notices/        thư đã gửi / the mails that left; notices.json lists all
outputs/        bản tổng hợp / the consolidated outputs; consolidations.json has their figures
events.jsonl    nhật ký nối chuỗi / the log, each entry bound to the one before by its hash
manifest.json   SHA-256 của từng tệp / of every file

Kiểm tra / check, offline: thubao verify PACK.zip
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack that was made: where, the hash of its bytes, how many files, and raw mails that could not be put in."""

    path: Path
    sha256: str
    files: int
    absent: tuple[str, ...]


def write_pack(installation: Installation, campaign: Campaign, now: datetime, folder: Path) -> Pack:
    """Write the pack, atomically, and put its hash on record."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{campaign.id}-evidence.zip"
    with installation.database.reading() as connection:
        contents = _Contents(installation, connection, campaign)
        with atomic_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            listed = {name: _put(archive, name, source) for name, source in contents.files()}
            manifest = {
                "format": FORMAT,
                "campaign": campaign.id,
                "made_at": now.isoformat(),
                "chain_head": contents.chain_head,
                "absent": list(contents.absent),
                "files": listed,
            }
            archive.writestr(zip_entry(MANIFEST), _json(manifest))
    digest = hashlib.sha256()
    with path.open("rb") as written:
        while chunk := written.read(_CHUNK):
            digest.update(chunk)
    with installation.database.writing() as connection:
        record_event(connection, now, "packed", {"campaign": campaign.id, "sha256": digest.hexdigest()})
    return Pack(path=path, sha256=digest.hexdigest(), files=len(listed) + 1, absent=tuple(contents.absent))


class _Contents:
    """What goes into the pack, file by file."""

    def __init__(self, installation: Installation, connection: Connection, campaign: Campaign) -> None:
        self._installation = installation
        self._connection = connection
        self._campaign = campaign
        self._filings = filings(connection)
        self._messages = tuple(each for each in messages(connection) if self._belongs(self._filings.get(each.id)))
        self.absent: list[str] = []
        self.chain_head = ""

    def files(self) -> Iterator[tuple[str, bytes | Path]]:
        """Names in the pack with their bytes or where these are."""
        yield "README.txt", _README.encode()
        yield from self._mails()
        yield "messages.json", _json([self._message(each) for each in self._messages])
        chosen = [each for each in all_decisions(self._connection) if each.campaign == self._campaign.id]
        yield "decisions.json", _json([asdict(each) for each in chosen])
        yield from self._letters()
        yield from self._outputs()
        yield from self._configuration()
        chain = events(self._connection)
        self.chain_head = chain[-1].hash if chain else ""
        yield (
            "events.jsonl",
            "".join(json.dumps(asdict(each), ensure_ascii=False, default=_iso) + "\n" for each in chain).encode(),
        )

    def _belongs(self, filing: Filing | None) -> bool:
        if filing is not None and filing.duplicate_of is not None:
            filing = self._filings.get(filing.duplicate_of)
        return filing is not None and filing.campaign == self._campaign.id

    def _mails(self) -> Iterator[tuple[str, Path]]:
        for each in self._messages:
            path = self._installation.archive.path(each.sha256)
            if path.is_file():
                yield f"messages/{each.sha256}.eml", path
            else:
                self.absent.append(each.sha256)

    def _message(self, record: MessageRecord) -> dict[str, Any]:
        filing = self._filings[record.id]
        own = documents(self._connection, record.id)
        return {
            **asdict(record),
            "state": filing.state.value,
            "unit": filing.unit,
            "trust": filing.trust,
            "evidence": list(filing.evidence),
            "why": to_plain(filing.why),
            "duplicate_of": filing.duplicate_of,
            "documents": [{key: asdict(each)[key] for key in ("path", "sha256", "size", "role", "fate", "unit")} for each in own],
        }

    def _letters(self) -> Iterator[tuple[str, bytes]]:
        listed = []
        for each in notices(self._connection, self._campaign.id):
            content = notice_content(self._connection, each.id) if each.state in LEFT else None
            name = f"notices/{each.id:06d}.eml" if content is not None else ""
            if content is not None:
                yield name, content
            listed.append({**_told(each), "file": name})
        yield "notices.json", _json(listed)

    def _outputs(self) -> Iterator[tuple[str, bytes | Path]]:
        latest = latest_consolidation(self._connection, self._campaign.id)
        listed = []
        for version in range(1, latest.version + 1 if latest else 1):
            row = consolidation_of(self._connection, self._campaign.id, version)
            if row is None:
                continue
            present = [path for each in row.files if (path := Path(each)).is_file()]
            yield from ((f"outputs/{path.name}", path) for path in present)
            names = [f"outputs/{Path(each).name}" for each in row.files]
            listed.append(
                {**asdict(row), "files": names, "absent": [Path(each).name for each in row.files if not Path(each).is_file()]}
            )
        yield "consolidations.json", _json(listed)

    def _configuration(self) -> Iterator[tuple[str, Path]]:
        folder = self._installation.home.path / "campaigns" / self._campaign.id
        for name in _CONFIGURATION:
            if (folder / name).is_file():
                yield f"campaign/{name}", folder / name


def _told(notice: Notice) -> dict[str, Any]:
    told = asdict(notice)
    return {**told, "kind": notice.kind.value, "state": notice.state.value}


def _put(archive: zipfile.ZipFile, name: str, source: bytes | Path) -> Mapping[str, Any]:
    """Copy one file into the pack; its hash is that of the bytes that were put in."""
    digest, size = hashlib.sha256(), 0
    try:
        with _opened(source) as stream, archive.open(zip_entry(name), "w", force_zip64=True) as target:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
    except OSError as error:
        raise StorageError(
            f"cannot put {source if isinstance(source, Path) else name} into the pack: {error.strerror}"
        ) from error
    return {"sha256": digest.hexdigest(), "size": size}


def _opened(source: bytes | Path) -> IO[bytes]:
    return source.open("rb") if isinstance(source, Path) else io.BytesIO(source)


def _json(plain: object) -> bytes:
    return (json.dumps(plain, ensure_ascii=False, indent=1, default=_iso) + "\n").encode()


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
