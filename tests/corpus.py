"""Reads a folder of other people's mails and files: no crash, no hang, every leaf accounted for against an independent walk.

`make corpus DIR=...`. The folder may hold anything: the test files of mail libraries and spreadsheet readers, an old mailbox.
"""

from __future__ import annotations

import argparse
import binascii
import email
import email.message
import email.policy
import hashlib
import io
import re
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import NamedTuple

from config.errors import ThubaoError
from config.loading import reference_campaign
from parsers.values import MessageReading
from service.sandbox import Limits, ReadingPool

_MAIL_ENDINGS = {".eml", ".mail", ".email", ".mbs"}
_FIELD = re.compile(rb"(?im)^(from|received|mime-version|return-path|message-id|date|subject):")
_LIMITS = Limits(seconds=60, cpu_seconds=40)
_WORD = re.compile(r"\w{3,}")
_PLAIN_WORD = re.compile(r"\b[A-Za-z0-9]{4,}\b", re.ASCII)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 40
_IWORK = ("Index/Document.iwa", "index.xml", "index.apxl")  # one document, as an Office package is


@dataclass(slots=True)
class Outcome:
    """What became of one file."""

    name: str
    seconds: float = 0.0
    died: str = ""
    leaves: int = 0
    missing: list[str] = field(default_factory=list)
    fates: Counter[str] = field(default_factory=Counter)


class Expected(NamedTuple):
    """A leaf by its name and declared type, and what may stand for it: its bytes, or any wording of an alternative."""

    name: str
    kind: str
    contents: tuple[bytes, ...]


def read_folder(folder: Path, *, jobs: int = 2) -> Iterator[Outcome]:
    """Every file under the folder, read through the pool of reading children."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    with ReadingPool((reference_campaign(),), size=jobs, limits=_LIMITS) as pool, ThreadPoolExecutor(jobs) as threads:
        yield from threads.map(lambda path: read_one(pool, path, folder), files)


def read_one(pool: ReadingPool, path: Path, folder: Path) -> Outcome:
    """One file read, and its leaves compared with those that the standard library finds."""
    outcome = Outcome(str(path.relative_to(folder)))
    data = path.read_bytes()
    mail = is_mail(path.name, data)
    start = time.monotonic()
    try:
        reading = pool.read(data) if mail else pool.read_file(path.name, data)
    except ThubaoError as error:
        outcome.died = str(error)
        return outcome
    finally:
        outcome.seconds = time.monotonic() - start
    outcome.fates.update(f"{each.role.value}, {each.fate.value}" for each in reading.documents)
    mail = mail or bool(reading.envelope.fingerprint)
    expected = tuple(mail_leaves(data)) if mail else tuple(archive_leaves(data)) or (Expected(path.name, "", (data,)),)
    outcome.leaves = len(expected)
    outcome.missing = [each.name for each in expected if not is_accounted_for(reading, each)]
    return outcome


def is_mail(name: str, data: bytes) -> bool:
    """Whether a file is a mail: by its name, or by two header fields at its very beginning."""
    if Path(name).suffix.lower() in _MAIL_ENDINGS:
        return True
    head = data[:2000].replace(b"\r\n", b"\n").split(b"\n\n")[0]
    return bool(_FIELD.match(head)) and len({each.lower() for each in _FIELD.findall(head)}) > 1


def mail_leaves(data: bytes) -> Iterator[Expected]:
    """Every part with content, as the standard library's parser sees the mail."""
    mail = email.message_from_bytes(data, policy=email.policy.compat32)
    wordings = [_wordings(part) for part in mail.walk() if part.get_content_type() == "multipart/alternative"]
    others = {id(one): texts for texts in wordings for one in texts}
    encoded = [part for part in mail.walk() if part.get_content_type() == "message/rfc822" and _is_encoded(part)]
    inside = {id(one) for part in encoded for one in part.walk()}  # taken by the library for the text of a mail without header
    for number, part in enumerate(mail.walk()):
        if part.is_multipart() or part.defects or id(part) in inside:
            continue
        contents = tuple(one for each in others.get(id(part), (part,)) for one in _contents(each))
        if any(each.strip() for each in contents):
            kind = part.get_content_type()
            yield Expected(f"part {number} ({kind})", kind, contents)


def _contents(part: Message) -> tuple[bytes, ...]:
    """The decoded bytes of a part; where its base64 is none, or cut short, what stands there and as far as it goes."""
    content = part.get_payload(decode=True)
    if not part.defects:
        return (content,) if isinstance(content, bytes) else ()
    written = str(part.get_payload())
    digits = re.sub(r"[^A-Za-z0-9+/]", "", written.partition("=")[0])
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    return written.encode("utf-8", "surrogateescape"), binascii.a2b_base64(digits + "=" * (-len(digits) % 4))


def _wordings(part: Message) -> tuple[Message, ...]:
    """The texts of an alternative: it is enough that one wording is read."""
    branches = part.get_payload()
    texts = (one for branch in branches for one in branch.walk()) if isinstance(branches, list) else ()
    return tuple(one for one in texts if isinstance(one, Message) and one.get_content_maintype() == "text")


def _is_encoded(part: Message) -> bool:
    return str(part.get("content-transfer-encoding", "")).strip().lower() in {"base64", "quoted-printable"}


def archive_leaves(data: bytes) -> Iterator[Expected]:
    """The members of a plain zip; nothing for a package of Office and for what the standard library cannot open."""
    if not data.startswith(b"PK\x03\x04"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if any(name in {"[Content_Types].xml", "mimetype", "META-INF/manifest.xml", *_IWORK} for name in names):
                return
            for info in archive.infolist():
                if not info.is_dir() and info.file_size < 50_000_000 and not info.filename.startswith("__MACOSX/"):
                    yield Expected(info.filename, "", (archive.read(info),))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError, EOFError):
        return


def is_accounted_for(reading: MessageReading, leaf: Expected) -> bool:
    """Whether a leaf is one of the documents, or the text that was taken for the body."""
    if any(_is_document(reading, each) for each in leaf.contents):
        return True
    if leaf.kind.startswith(("message/", "multipart/")):
        return True  # a report of delivery, or what the standard library could not take apart
    texts = (each for each in leaf.contents if leaf.kind.startswith("text/") or _is_text(each))
    return any(is_in_texts(reading, each.replace(b"\0", b"")) for each in texts)


def _is_document(reading: MessageReading, content: bytes) -> bool:
    hashes = {each.sha256 for each in reading.documents}
    unix = content.replace(b"\r\n", b"\n")
    forms = (content, unix, unix.replace(b"\n", b"\r\n"), content.rstrip(), unix.rstrip(b"\n"), content.rstrip(b"\r\n") + b"\r\n")
    return any(hashlib.sha256(each).hexdigest() in hashes for each in forms)


def _is_text(content: bytes) -> bool:
    return b"\0" not in content and len(_CONTROL.findall(content)) * 50 <= len(content)


def is_in_texts(reading: MessageReading, content: bytes) -> bool:
    """Whether most words of a text stand in the body or in the text of a document; the charset may be any, so ASCII ones."""
    bare = re.sub(rb"(?is)=\r?\n|<head.*?</head>|<style.*?</style>|<script.*?</script>|<[^>]*>", b" ", content)
    words = _PLAIN_WORD.findall(bare.decode("ascii", "replace")) or _WORD.findall(bare.decode("utf-8", "replace"))
    said = " ".join((reading.body, *(each.text for each in reading.documents)))
    return not words or sum(word in said for word in words[:_SAMPLE]) * 2 >= len(words[:_SAMPLE])


def told(outcomes: Iterable[Outcome], folder: Path) -> tuple[str, bool]:
    """The counts in words, and whether all went well."""
    done = list(outcomes)
    fates: Counter[str] = Counter()
    for each in done:
        fates += each.fates
    died = [each for each in done if each.died]
    missing = [each for each in done if each.missing]
    slow = sorted(done, key=lambda each: -each.seconds)[:5]
    lines = [
        f"{len(done)} files under {folder}",
        f"  readers that died   {len(died)}",
        f"  leaves              {sum(each.leaves for each in done)}",
        f"  not accounted for   {sum(len(each.missing) for each in missing)}, in {len(missing)} files",
        f"  seconds             {sum(each.seconds for each in done):.1f} in all, the slowest:",
        *(f"    {each.seconds:6.1f}  {each.name}" for each in slow),
        "  documents",
        *(f"    {count:6}  {fate}" for fate, count in fates.most_common()),
        *(f"DIED {each.name}: {each.died}" for each in died),
        *(f"MISSING {each.name}: {', '.join(each.missing)}" for each in missing),
    ]
    return "\n".join(lines), not died and not missing


def main() -> int:
    """Read the folder and tell; 1 when a reader died or a leaf is missing."""
    asked = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--jobs", type=int, default=2)
    options = asked.parse_args()
    text, well = told(read_folder(options.folder, jobs=options.jobs), options.folder)
    sys.stdout.write(text + "\n")
    return int(not well)


if __name__ == "__main__":
    sys.exit(main())
