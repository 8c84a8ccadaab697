"""Checking an evidence pack with nothing but the pack: every hash, the chain of the log, the mails and totals are done again."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from config.errors import ThubaoError
from service.evidence import FORMAT, MANIFEST
from storage.events import Event, broken_link
from storage.notices import LEFT

_CHUNK = 1 << 20
_LARGEST_LIST = 512 * 1024 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_HAS_LEFT = frozenset(each.value for each in LEFT)


class NoPackError(ThubaoError):
    """A file that is no evidence pack, or one of a newer Thubao."""


def verify_pack(path: Path) -> tuple[str, ...]:
    """Everything in the pack that does not fit, in words; empty when all of it does.

    Raises:
        NoPackError: it cannot be opened as a pack at all.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(_Verifier(archive).problems())
    except OSError as error:
        raise NoPackError(f"cannot open {path}: {error.strerror or error}") from error
    except _BROKEN as error:
        raise NoPackError(f"{path} is no evidence pack, or is damaged: {error}") from error


class _Verifier:
    """One pass over a pack."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = archive.namelist()
        manifest = self._plain(MANIFEST) if MANIFEST in self._names else None
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or not isinstance(manifest.get("files"), dict):
            raise NoPackError(f"the file has no {MANIFEST} of format {FORMAT}: it is no evidence pack of this Thubao")
        self._manifest: dict[str, Any] = manifest
        self._found: dict[str, str] = {}

    def problems(self) -> Iterator[str]:
        """What does not fit."""
        yield from self._files()
        for name, check in (
            ("events.jsonl", self._chain),
            ("messages.json", self._messages),
            ("decisions.json", self._decisions),
            ("notices.json", self._notices),
            ("consolidations.json", self._consolidations),
        ):
            if name not in self._found:
                yield f"{name}: missing"
                continue
            try:
                yield from check()
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                yield f"{name}: not what Thubao writes ({type(error).__name__}: {error})"

    def _files(self) -> Iterator[str]:
        listed = self._manifest["files"]
        for name in sorted({each for each in self._names if self._names.count(each) > 1}):
            yield f"{name}: stands in the pack twice"
        for name in sorted(set(self._names) - set(listed) - {MANIFEST}):
            yield f"{name}: is not in the manifest"
        for name, said in listed.items():
            if name not in self._names:
                yield f"{name}: missing"
                continue
            try:
                sha256, size = self._hash(name)
            except _BROKEN as error:
                yield f"{name}: damaged ({error})"
                continue
            self._found[name] = sha256
            if (sha256, size) != (said.get("sha256"), said.get("size")):
                yield f"{name}: was changed; its hash is {sha256}, the manifest says {said.get('sha256')}"

    def _chain(self) -> Iterator[str]:
        lines = self._archive.read("events.jsonl").decode().splitlines()
        chain = tuple(Event(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in map(json.loads, lines))
        broken = broken_link(chain)
        if broken is not None:
            yield f"events.jsonl: the chain breaks at event {broken}"
        head = chain[-1].hash if chain else ""
        if head != self._manifest.get("chain_head"):
            yield "events.jsonl: does not end where the manifest says; events are missing or were added"

    def _messages(self) -> Iterator[str]:
        listed = {each["sha256"]: each for each in self._plain("messages.json")}
        absent = set(self._manifest.get("absent", ()))
        for sha256, each in listed.items():
            name = f"messages/{sha256}.eml"
            if name not in self._found:
                if sha256 not in absent:
                    yield f"message {each['id']}: its raw mail {name} is missing"
            elif self._found[name] != sha256:
                yield f"message {each['id']}: the raw mail is not the one that was received"
        for name in self._found:
            if name.startswith("messages/") and name.removeprefix("messages/").removesuffix(".eml") not in listed:
                yield f"{name}: is not listed in messages.json"

    def _decisions(self) -> Iterator[str]:
        known = {each["id"] for each in self._plain("messages.json")}
        for each in self._plain("decisions.json"):
            if each["campaign"] != self._manifest["campaign"]:
                yield f"decision {each['id']}: is about another campaign"
            if each["kind"] == "assign" and each["message_id"] is not None and each["message_id"] not in known:
                yield f"decision {each['id']}: its message {each['message_id']} is not in the pack"

    def _notices(self) -> Iterator[str]:
        for each in self._plain("notices.json"):
            if not each["file"]:
                if each["state"] in _HAS_LEFT and each["message_id"]:
                    yield f"notice {each['id']}: left, and is not in the pack"
                continue
            if each["file"] not in self._found:
                continue  # told with the files
            headers = BytesHeaderParser().parsebytes(self._archive.read(each["file"]))
            if str(headers["Message-ID"]).strip() != each["message_id"]:
                yield f"notice {each['id']}: the mail is not the one that is listed"
            if str(headers["To"]).strip() != each["recipient"]:
                yield f"notice {each['id']}: went to {headers['To']}, not to {each['recipient']}"

    def _consolidations(self) -> Iterator[str]:
        for each in self._plain("consolidations.json"):
            absent = set(each["absent"])
            for name in each["files"]:
                if name not in self._found and name.removeprefix("outputs/") not in absent:
                    yield f"consolidation {each['version']}: {name} is missing"
            data = f"outputs/{each['campaign']}-v{each['version']}.json"
            if data in self._found:
                yield from self._totals(data, each["version"])

    def _totals(self, name: str, version: int) -> Iterator[str]:
        """Every whole-number total is summed again from the units; of yes-or-no figures the ones are counted."""
        plain = self._plain(name)
        for indicator, columns in plain["totals"].items():
            for column, total in columns.items():
                given = [figures.get(indicator, {}).get(column) for figures in plain["units"].values()]
                counted = [each for each in given if isinstance(each, int)]
                sums = {sum(counted), counted.count(1)}
                if isinstance(total["value"], int) and (total["value"] not in sums or total["units"] != len(counted)):
                    said, done = f"{total['value']} of {total['units']} units", f"{sum(counted)} of {len(counted)}"
                    yield f"consolidation {version}: {indicator} {column} is {said}, the units add up to {done}"

    def _plain(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        if self._archive.getinfo(name).file_size > _LARGEST_LIST:
            raise NoPackError(f"{name} is too large for a list of an evidence pack")
        try:
            return json.loads(self._archive.read(name))
        except ValueError as error:
            if name == MANIFEST:
                raise NoPackError(f"{MANIFEST} is damaged: {error}") from error
            raise

    def _hash(self, name: str) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with self._archive.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
        return digest.hexdigest(), size
