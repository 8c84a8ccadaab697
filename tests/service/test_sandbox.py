"""Reading children: what they cannot survive ends them alone, and nothing they start outlives them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from config.errors import ParseError
from config.loading import reference_campaign
from parsers.values import DocumentFate
from parsers.watch import DEADLY, NOT_OPENED
from service.sandbox import Limits, ReaderDied, ReadingPool
from tests.service.processes import ended

READER = "tests.service.stub_readers"
QUICK = Limits(seconds=1.5, cpu_seconds=60, bytes_per_second=10**9)

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc and Linux limits")


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool((reference_campaign(),), size=1, reader=READER) as opened:
        yield opened


@pytest.fixture
def quick() -> Iterator[ReadingPool]:
    with ReadingPool((reference_campaign(),), size=1, limits=QUICK, reader=READER) as opened:
        yield opened


def facts(pool: ReadingPool, raw: bytes = b"tell", **more: list[str]) -> dict[str, object]:
    return dict(json.loads(pool.read(raw, **more).body))


def test_a_reading_comes_back_with_campaigns_and_own_addresses_known_to_the_reader(pool: ReadingPool) -> None:
    campaign = reference_campaign()
    told = facts(pool, own_addresses=["office@example.org"])
    assert told["campaigns"] == [campaign.id]
    assert told["indicators"] == [len(campaign.form.indicators)]
    assert told["own"] == ["office@example.org"]


def test_a_child_is_kept_warm(pool: ReadingPool) -> None:
    assert facts(pool)["process"] == facts(pool)["process"]


def test_a_large_mail_passes_through_unchanged(pool: ReadingPool) -> None:
    raw = os.urandom(1024) * 20_000
    assert pool.extract(raw, "all") == raw
    assert pool.extract(raw, "other") is None


def test_a_file_is_read_under_its_name(pool: ReadingPool) -> None:
    assert pool.read_file("báo cáo.xlsx", b"12345").body == "báo cáo.xlsx: 5"


def test_a_refusal_is_a_parse_error_and_the_child_lives_on(pool: ReadingPool) -> None:
    before = facts(pool)["process"]
    with pytest.raises(ParseError, match="no mail at all"):
        pool.read(b"refuse")
    assert facts(pool)["process"] == before


def test_what_a_library_prints_does_not_disturb_the_pipe(pool: ReadingPool) -> None:
    assert pool.read(b"print").body == ""
    assert facts(pool)["size"] == 4


def test_a_child_works_in_an_empty_folder_without_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUBAO_IMAP_PASSWORD", "do-not-tell")
    with ReadingPool((reference_campaign(),), size=1, reader=READER) as pool:
        told = facts(pool)
    assert told["files"] == []
    assert "THUBAO_IMAP_PASSWORD" not in str(told["environment"])
    assert not Path(str(told["folder"])).exists()


@linux
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may always leave the network")
def test_a_child_has_no_network(pool: ReadingPool) -> None:
    assert facts(pool)["network"] is False


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (b"hang", "longer than 2 s"),
        pytest.param(b"eat", "memory", marks=linux),
        (b"exit", "exit 3"),
        (b"crash", "exit -11"),
        (b"raise", "a bug in a reader"),
        pytest.param(b"garbage", "none", marks=linux),
    ],
)
def test_a_child_that_fails_is_ended_and_the_pool_goes_on(quick: ReadingPool, word: bytes, reason: str) -> None:
    began = time.monotonic()
    with pytest.raises(ReaderDied, match=reason) as died:
        quick.read(word)
    assert time.monotonic() - began < 12
    assert died.value.text.vi
    assert facts(quick)["size"] == 4


def test_files_that_end_their_reader_are_left_out_and_the_rest_of_the_mail_is_read(pool: ReadingPool) -> None:
    assert pool.read(b"open first second").body == "first second"


def test_a_mail_whose_files_end_a_reader_again_and_again_is_given_up_after_three(pool: ReadingPool) -> None:
    with pytest.raises(ReaderDied) as died:
        pool.read(b"open first second third")
    assert died.value.deaths == 3
    assert died.value.deadly == ("first", "second", "third")


def test_the_files_of_a_mail_are_listed_without_being_opened(pool: ReadingPool) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "xa@xa.example", "Báo cáo"
    for name, content in (("a.zip", b"PK\x03\x04 x"), ("b.pdf", b"%PDF-1.4")):
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    deadly = hashlib.sha256(b"%PDF-1.4").hexdigest()
    listed = pool.list_files(message.as_bytes(), deadly=[deadly])
    assert (listed.envelope.sender, listed.envelope.subject, listed.envelope.fingerprint) == ("xa@xa.example", "Báo cáo", "")
    assert [(each.path, each.fate, each.why) for each in listed.documents] == [
        ("a.zip", DocumentFate.UNREADABLE, NOT_OPENED),
        ("b.pdf", DocumentFate.UNREADABLE, DEADLY),
    ]


@linux
def test_a_reader_that_the_system_killed_blames_no_file(pool: ReadingPool) -> None:
    with pytest.raises(ReaderDied) as died:
        pool.read(b"open heavy")
    assert (died.value.deaths, died.value.guilty) == (1, "")


@linux
def test_processor_time_is_limited_for_each_mail() -> None:
    with ReadingPool((reference_campaign(),), size=1, limits=Limits(cpu_seconds=0), reader=READER) as pool:
        with pytest.raises(ReaderDied, match="processor time"):
            pool.read(b"spin")
        assert facts(pool)["size"] == 4


@linux
def test_programs_started_by_a_child_die_with_it(quick: ReadingPool, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(ReaderDied):
        quick.read(b"child " + str(note).encode())
    program = int(note.read_text(encoding="ascii"))
    assert ended(program)


def test_two_requests_run_side_by_side() -> None:
    with ReadingPool((reference_campaign(),), size=2, reader=READER) as pool:
        processes: list[object] = []
        barrier = threading.Barrier(2)

        def ask() -> None:
            barrier.wait()
            processes.append(facts(pool)["process"])

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(processes)) == 2


def test_a_worn_child_is_replaced() -> None:
    with ReadingPool((reference_campaign(),), size=1, limits=Limits(messages=2), reader=READER) as pool:
        processes = [facts(pool)["process"] for _ in range(4)]
    assert processes[0] == processes[1] != processes[2] == processes[3]


@linux
def test_a_child_that_died_between_two_mails_costs_none_of_them(pool: ReadingPool) -> None:
    process = facts(pool)["process"]
    assert isinstance(process, int)
    os.kill(process, 9)
    assert ended(process)
    assert facts(pool)["process"] != process


def test_the_real_reader_reads_a_mail_in_a_child() -> None:
    raw = b"From: a@xa.example\r\nTo: b@example.org\r\nSubject: =?utf-8?q?Qu=C3=A0i_T=E1=BB=9F?=\r\n\r\nHello\r\n"
    with ReadingPool((reference_campaign(),), size=1) as pool:
        reading = pool.read(raw)
    assert reading.envelope.subject == "Quài Tở"
    assert reading.envelope.sender == "a@xa.example"


def test_what_the_parent_holds_does_not_wear_a_child_out(pool: ReadingPool) -> None:
    ballast = bytearray(300 * 1024 * 1024)
    ballast[::4096] = b"x" * len(ballast[::4096])
    assert facts(pool)["process"] == facts(pool)["process"]
