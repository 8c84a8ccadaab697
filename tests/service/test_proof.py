"""Proof and repair: a pack that shows every change, a backup that is a home folder, a check that finds what does not fit."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config.errors import ThubaoError
from parsers.codec import to_plain
from service.backup import backup
from service.consolidating import consolidate_campaign
from service.desk import Desk
from service.evidence import write_pack
from service.evidence_check import verify_pack
from service.fsck import check_records
from service.installation import opened
from service.judging import submissions
from service.repair import replay
from service.rules.submission import Submission
from storage.filings import MessageState, filings
from tests.service.office_without_servers import Office, arrivals, at, office

UNITS = ("03277", "03253")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder after its deadline: two reports, letters in a dry run, a decision, a consolidation."""
    folder = tmp_path_factory.mktemp("played") / "home"
    with office(folder, units=UNITS) as here:
        here.take_in(*arrivals(*UNITS))
        here.work_at(at(14, 16))
        unit = here.campaign.unit("03253")
        assert unit is not None
        Desk(here.installation, at(14, 17), "test").approve(here.campaign, unit)
        here.work_at(at(16, 8))
        consolidate_campaign(here.installation, here.campaign, at(16, 9))
    return folder


@pytest.fixture
def here(played: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(played, tmp_path / "home")
    with opened(tmp_path / "home", exclusive=True) as installation:
        yield Office(installation)


def _rewritten(pack: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    with zipfile.ZipFile(pack) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                made.writestr(name, content)
    return target


def _longer(victim: str) -> Callable[[str, bytes], bytes]:
    return lambda name, old: old + b" " if name == victim else old


def _without(victim: str) -> Callable[[str, bytes], bytes | None]:
    return lambda name, old: None if name == victim else old


def _plain(content: bytes, change: Callable[[Any], None]) -> bytes:
    plain = json.loads(content)
    change(plain)
    return json.dumps(plain).encode()


def test_a_pack_is_whole_and_every_change_of_it_shows(here: Office, tmp_path: Path) -> None:
    pack = write_pack(here.installation, here.campaign, at(17), tmp_path / "out").path
    assert verify_pack(pack) == ()
    with zipfile.ZipFile(pack) as archive:
        names = archive.namelist()
    assert sum(name.startswith("messages/") for name in names) == 2
    assert {"decisions.json", "events.jsonl", "notices.json", "campaign/campaign.toml"} <= set(names)
    assert any(name.startswith("outputs/") and name.endswith(".xlsx") for name in names)
    assert any(name.startswith("notices/") for name in names)
    for victim in [name for name in names if name != "manifest.json"]:
        changed = _rewritten(pack, tmp_path / "x.zip", _longer(victim))
        assert any(victim in each for each in verify_pack(changed)), victim
        gone = _rewritten(pack, tmp_path / "y.zip", _without(victim))
        assert any(each == f"{victim}: missing" for each in verify_pack(gone)), victim


def test_what_was_forged_with_its_hash_still_shows(here: Office, tmp_path: Path) -> None:
    pack = write_pack(here.installation, here.campaign, at(17), tmp_path / "out").path

    def forged(victim: str, forge: Callable[[bytes], bytes]) -> tuple[str, ...]:
        """Change a file, and its hash in the manifest too."""
        with zipfile.ZipFile(pack) as archive:
            content = forge(archive.read(victim))

        def enter(plain: Any) -> None:
            plain["files"][victim] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}

        def change(name: str, old: bytes) -> bytes:
            if name == victim:
                return content
            return _plain(old, enter) if name == "manifest.json" else old

        return verify_pack(_rewritten(pack, tmp_path / "forged.zip", change))

    with zipfile.ZipFile(pack) as archive:
        raw = next(name for name in archive.namelist() if name.startswith("messages/"))
        figures = next(name for name in archive.namelist() if name.startswith("outputs/") and name.endswith(".json"))

    def double(plain: Any) -> None:
        next(iter(plain["totals"].values()))["count"]["value"] += 100

    assert any("not the one that was received" in each for each in forged(raw, lambda old: old + b"x"))
    assert any(
        "chain breaks" in each for each in forged("events.jsonl", lambda old: old.replace(b'"imported"', b'"exported"', 1))
    )
    assert any("events are missing" in each for each in forged("events.jsonl", lambda old: b"\n".join(old.splitlines()[:-1])))
    assert any("the units add up to" in each for each in forged(figures, lambda old: _plain(old, double)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello"])
def test_what_is_no_pack_is_told_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(content)
    with pytest.raises(ThubaoError):
        verify_pack(tmp_path / "no.zip")


def test_a_backup_is_a_home_folder_and_the_next_copies_only_what_is_new(here: Office, tmp_path: Path) -> None:
    first = backup(here.installation, tmp_path / "copy")
    again = backup(here.installation, tmp_path / "copy")
    assert (first.messages, first.copied, again.copied, first.problems) == (2, 2, 0, ())
    with opened(tmp_path / "copy", exclusive=True) as restored:
        report = check_records(restored, at(17))
        assert (report.messages, report.problems, report.adopted) == (2, (), ())
        with restored.database.reading() as copied, here.installation.database.reading() as original:
            assert to_plain(submissions(copied, here.campaign)) == to_plain(submissions(original, here.campaign))


def test_the_check_finds_what_is_missing_changed_or_without_a_row(here: Office) -> None:
    assert check_records(here.installation, at(17)).problems == ()
    archive = here.installation.archive
    first, second = sorted(archive.hashes())
    archive.path(first).write_bytes(b"changed")
    archive.path(second).unlink()
    orphan = archive.add(b"From: a@b.example\r\nSubject: orphan\r\n\r\nhello\r\n")
    found = check_records(here.installation, at(17))
    assert len(found.problems) == 2
    assert any("was changed" in each for each in found.problems)
    assert any("is missing" in each for each in found.problems)
    assert len(found.adopted) == 1
    with here.installation.database.writing() as connection:
        assert connection.execute(text("select count(*) from message where sha256 = :h"), {"h": orphan.sha256}).scalar() == 1
        connection.execute(text("update event set payload = '{}' where id = 2"))
    assert any("chain breaks at event 2" in each for each in check_records(here.installation, at(17)).problems)


def test_rebuilding_gives_the_same_reports_and_sends_nothing(here: Office) -> None:
    with here.installation.database.reading() as connection:
        before = to_plain(submissions(connection, here.campaign))
        sent = connection.execute(text("select count(*) from notice")).scalar()
    replay(here.installation, at(17), None)
    with here.installation.database.reading() as connection:
        assert to_plain(submissions(connection, here.campaign)) == before
        assert connection.execute(text("select count(*) from notice")).scalar() == sent


def test_rebuilding_keeps_the_state_of_what_was_forgotten_on_purpose(here: Office) -> None:
    with here.installation.database.writing() as connection:
        number = connection.execute(text("select min(id) from message")).scalar()
        connection.execute(text("update message set forgotten_at = received_at where id = :n"), {"n": number})
        connection.execute(text("update filing set state = 'not_a_report' where message_id = :n"), {"n": number})
    replay(here.installation, at(17), None)
    with here.installation.database.reading() as connection:
        assert filings(connection)[int(number or 0)].state is MessageState.NOT_A_REPORT


def reports_of(here: Office) -> tuple[Submission, ...]:
    with here.installation.database.reading() as connection:
        return submissions(connection, here.campaign)


def test_rebuilding_keeps_decisions_on_units_that_sent_nothing(tmp_path: Path) -> None:
    silent = ("03298", "03295")
    with office(tmp_path, units=("03253", *silent)) as here:
        here.take_in(*arrivals("03253"))
        excused, extended = (unit for code in silent if (unit := here.campaign.unit(code)) is not None)
        desk = Desk(here.installation, at(14), "test")
        desk.excuse(here.campaign, excused, "lũ quét")
        desk.extend(here.campaign, extended, at(25).date())
        before = [(each.unit, each.content, each.extended_to) for each in reports_of(here)]
        replay(here.installation, at(17), None)
        assert [(each.unit, each.content, each.extended_to) for each in reports_of(here)] == before
