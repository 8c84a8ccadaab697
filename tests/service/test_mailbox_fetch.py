"""Fetching from servers that misbehave: one bad mail is one bad mail, the others arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import MailServerError
from service.mailbox import Fetched, Unfetched, Why
from service.mailbox_fetch import parse_internaldate, uid_set
from service.receive import TRIES_BROKEN, TRIES_REFUSED
from storage.archive import Archive
from storage.database import Database
from tests.service.receiving import HASTY, House, mail, settings_for
from tests.service.scripted_imap import DATE, Script, numbers, scripted


@contextmanager
def house_of(script: Script, folder: Path) -> Iterator[House]:
    with scripted(script) as server:
        yield House(
            settings=settings_for(host="127.0.0.1", port=server.port, username="baocao"),
            password="secret",
            archive=Archive(folder / "archive"),
            database=Database(f"sqlite:///{folder / 'thubao.sqlite3'}"),
            patience=HASTY,
        )


def script_of(count: int, **answers: object) -> Script:
    return Script(mails={uid: mail(uid) for uid in range(1, count + 1)}, **answers)  # type: ignore[arg-type]


def fetch(house: House, *uids: int) -> list[Fetched | Unfetched]:
    with house.mailbox() as mailbox:
        return list(mailbox.fetch("INBOX", uids, house.archive))


def literal(uid: int, raw: bytes, *, announced: int | None = None) -> bytes:
    size = len(raw) if announced is None else announced
    return f"* 9 FETCH (UID {uid} INTERNALDATE {DATE} BODY[] {{{size}}}\r\n".encode() + raw + b")\r\n"


BAD_ANSWERS: dict[str, Callable[[int], bytes]] = {
    "no content": lambda uid: f"* 9 FETCH (UID {uid} INTERNALDATE {DATE} BODY[] NIL)\r\n".encode(),
    "empty": lambda uid: literal(uid, b""),
    "quoted empty": lambda uid: f'* 9 FETCH (UID {uid} INTERNALDATE {DATE} BODY[] "")\r\n'.encode(),
    "no row": lambda _uid: b"",
    "no item": lambda uid: f"* 9 FETCH (UID {uid} FLAGS (\\Seen))\r\n".encode(),
    "no bracket": lambda uid: f"* 9 FETCH (UID {uid} BODY[\r\n".encode(),
    "no uid": lambda _uid: f"* 9 FETCH (INTERNALDATE {DATE} BODY[] {{3}}\r\nabc)\r\n".encode(),
    "another uid": lambda _uid: literal(4711, b"abc"),
    "not a number": lambda uid: f"* 9 FETCH (UID {uid} BODY[] {{many}}\r\n".encode(),
    "not a row": lambda _uid: b"<html>502 Bad Gateway</html>\r\n",
    "no answer of IMAP": lambda _uid: b"* 9 FETCHED NOTHING\r\n\r\n\r\n",
    "literal too short": lambda uid: literal(uid, b"Subject: a\r\n\r\nmore than announced", announced=9),
    "odd literal": lambda uid: f"* 9 FETCH (UID {uid} X-STRANGE {{5}}\r\nhello FLAGS ())\r\n".encode(),
}


@pytest.mark.parametrize("kind", BAD_ANSWERS)
def test_a_wrong_answer_for_one_mail_costs_only_that_mail(kind: str, tmp_path: Path) -> None:
    script = script_of(5, body=lambda uid: BAD_ANSWERS[kind](uid) if uid == 3 else None)
    with house_of(script, tmp_path) as house, house.mailbox() as mailbox:
        report = house.receive_from(mailbox)
        assert len(report.new) == 4
        assert report.failed == (3,)
        assert (report.server_count, report.recorded) == (5, 4)
        for _ in range(TRIES_REFUSED - 1):
            assert not house.set_aside()
            report = house.receive_from(mailbox)
        assert list(house.set_aside()) == [3]
        assert ["không tải được thư số 3" in note.vi for note in report.notes] == [True]
        assert house.receive_from(mailbox).failed == ()  # not tried again
        house.assert_holds_exactly([mail(uid) for uid in (1, 2, 4, 5)])


@pytest.mark.parametrize("answer", [b"NO [SERVERBUG] cannot read it", b"BAD what", b"NO"])
def test_a_refusal_of_one_mail_costs_only_that_mail(answer: bytes, tmp_path: Path) -> None:
    script = script_of(4, body=lambda uid: b"" if uid == 2 else None, complete=lambda uid: answer if uid == 2 else b"OK")
    with house_of(script, tmp_path) as house:
        bad = [each for each in fetch(house, 1, 2, 3, 4) if isinstance(each, Unfetched)]
    assert [(each.uid, each.why) for each in bad] == [(2, Why.REFUSED)]


def test_a_mail_that_comes_right_later_is_received(tmp_path: Path) -> None:
    times = {"left": 2}

    def body(uid: int) -> bytes | None:
        if uid == 1 and times["left"]:
            times["left"] -= 1
            return BAD_ANSWERS["no content"](uid)
        return None

    with house_of(script_of(2, body=body), tmp_path) as house:
        assert [len(house.receive().new) for _ in range(4)] == [1, 0, 1, 0]
        assert house.set_aside() == {}
        house.assert_holds_exactly([mail(1), mail(2)])


def test_four_gigabytes_announced_cost_no_memory_and_no_other_mail(tmp_path: Path) -> None:
    script = script_of(6, body=lambda uid: literal(uid, b"x" * 1000, announced=4_000_000_000) if uid == 2 else None)
    with house_of(script, tmp_path) as house, house.mailbox() as mailbox:
        report = house.receive_from(mailbox)
        assert len(report.new) == 5
        assert report.failed == (2,)
        for _ in range(TRIES_BROKEN - 1):
            report = house.receive_from(mailbox)
        assert "announced 4000000000 bytes" in house.set_aside()[2]
        house.assert_holds_exactly([mail(uid) for uid in (1, 3, 4, 5, 6)])


def test_a_size_announced_honestly_as_too_large_is_not_fetched_whole(tmp_path: Path) -> None:
    asked: list[str] = []
    script = script_of(2, facts=lambda uid: f"* 9 FETCH (UID {uid} RFC822.SIZE 4000000000)\r\n".encode() if uid == 2 else None)
    script.body = lambda uid: literal(uid, b"Subject: beginning\r\n\r\n") if uid == 2 else None
    with house_of(script, tmp_path) as house:
        fetched = fetch(house, 1, 2)
        asked = [command for command in script.commands if "BODY" in command]
    assert [isinstance(each, Fetched) and each.truncated for each in fetched] == [False, True]
    assert asked == ["UID FETCH 1 (UID INTERNALDATE BODY.PEEK[])", "UID FETCH 2 (UID INTERNALDATE BODY.PEEK[]<0.262144>)"]


def test_a_server_that_falls_silent_in_a_mail_does_not_hold_up_the_others(tmp_path: Path) -> None:
    script = script_of(5, body=lambda uid: f"* 9 FETCH (UID {uid} BODY[] {{500}}\r\nhalf".encode() if uid == 2 else None)
    with house_of(script, tmp_path) as house:
        report = house.receive()
        house.assert_holds_exactly([mail(uid) for uid in (1, 3, 4, 5)])
    assert report.failed == (2,)


def test_a_mail_shorter_than_announced_is_asked_for_twice(tmp_path: Path) -> None:
    def facts(uid: int) -> bytes | None:
        return f"* 9 FETCH (UID {uid} INTERNALDATE {DATE} RFC822.SIZE 9999)\r\n".encode() if uid == 1 else None

    cut = iter([b"Subject: cut\r\n", mail(1)])
    script = script_of(2, facts=facts, body=lambda uid: literal(uid, next(cut, mail(1))) if uid == 1 else None)
    with house_of(script, tmp_path) as house:
        first, second = house.receive(), house.receive()
        assert (first.failed, second.failed) == ((1,), ())
        house.assert_holds_exactly([mail(1), mail(2)])  # twice the same is what the server has


def test_content_in_quotes_and_items_in_any_order_are_understood(tmp_path: Path) -> None:
    script = script_of(3)
    answers = {
        1: f'* 9 FETCH (BODY[] "Subject: \\"a\\" UID 77" INTERNALDATE {DATE} UID 1)\r\n'.encode(),
        2: f"* 9 FETCH (FLAGS (UID 5 \\Seen) BODY[] ~{{4}}\r\nabcd X {{2}}\r\nhi INTERNALDATE {DATE} UID 2)\r\n".encode(),
        3: b"* 9 EXPUNGE\r\n* 12 EXISTS\r\n* OK still here {3}\r\nxyz\r\n* 9 FETCH (UID 3 FLAGS ())\r\n" + literal(3, mail(3)),
    }
    script.body = lambda uid: answers[uid]
    script.facts = lambda uid: f"* 9 FETCH (UID {uid} INTERNALDATE {DATE})\r\n".encode()
    with house_of(script, tmp_path) as house:
        fetched = {each.uid: each for each in fetch(house, 1, 2, 3) if isinstance(each, Fetched)}
        house.archive.commit([each.mail for each in fetched.values()])
        assert house.archive.read(fetched[1].mail.keep().sha256) == b'Subject: "a" UID 77'
        assert house.archive.read(fetched[2].mail.keep().sha256) == b"abcd"
        assert house.archive.read(fetched[3].mail.keep().sha256) == mail(3)


def test_answers_in_another_order_reach_their_mails(tmp_path: Path) -> None:
    held: list[bytes] = []

    def body(uid: int) -> bytes:
        held.append(literal(uid, mail(uid)))
        return b"".join(reversed(held)) if uid == 6 else b""

    script = script_of(6, body=body)
    script.complete = lambda _: b"OK"
    with house_of(script, tmp_path) as house:
        with house.mailbox() as mailbox:
            first = list(mailbox.fetch("INBOX", [1, 2, 3, 4, 5, 6], house.archive))
        assert [each.uid for each in first if isinstance(each, Fetched)] == [6]  # the others' commands ended without an answer
        held.clear()
        house.receive()
        house.assert_holds_exactly([mail(6)])


def test_broken_facts_are_fetched_without_them(tmp_path: Path) -> None:
    script = script_of(3, facts=lambda uid: b"* 9 FETCH (GARBAGE\r\n" if uid == 2 else None)
    with house_of(script, tmp_path) as house:
        house.receive()
        house.assert_holds_exactly([mail(1), mail(2), mail(3)])


def test_a_mail_without_receipt_time_is_not_given_one(tmp_path: Path) -> None:
    script = script_of(2, facts=lambda uid: f"* 9 FETCH (UID {uid} RFC822.SIZE 3)\r\n".encode())
    script.body = lambda uid: f"* 9 FETCH (UID {uid} BODY[] {{3}}\r\nabc)\r\n".encode() if uid == 1 else None
    with house_of(script, tmp_path) as house:
        bad = [each for each in fetch(house, 1, 2) if isinstance(each, Unfetched)]
    assert [(each.uid, each.reason) for each in bad] == [(1, "the server does not say when it arrived")]


def test_a_goodbye_in_between_is_an_error_and_what_came_before_is_kept(tmp_path: Path) -> None:
    script = script_of(4, body=lambda uid: b"* BYE maintenance\r\n" if uid == 3 else None)
    script.before = lambda command: b"* BYE maintenance\r\n" if len(script.commands) > 20 and "LOGIN" in command else None
    with house_of(script, tmp_path) as house, house.mailbox() as mailbox:
        fetched: list[Fetched | Unfetched] = []
        with pytest.raises(MailServerError, match="maintenance") as caught:
            fetched.extend(mailbox.fetch("INBOX", [1, 2, 3, 4], house.archive))
    assert caught.value.transient


def test_a_list_of_two_hundred_thousand_mails_is_read(tmp_path: Path) -> None:
    script = Script(mails=dict.fromkeys(range(1_000_001, 1_200_001), b""))
    with house_of(script, tmp_path) as house, house.mailbox() as mailbox:
        assert mailbox.first_uid_since("INBOX", datetime(2020, 1, 1, tzinfo=UTC).date()) == 1_000_001  # one line of 1.6 MB
        assert len(mailbox.uids("INBOX", 1, 1_200_000)) == 200_000
    windows = [command for command in script.commands if command.startswith("UID SEARCH UID")]
    assert 4 <= len(windows) <= 16


def test_a_folder_that_numbers_by_the_clock_is_searched_in_few_windows(tmp_path: Path) -> None:
    script = Script(mails=dict.fromkeys([*range(1, 60_000), 4_000_000_000], b""))
    with house_of(script, tmp_path) as house, house.mailbox() as mailbox:
        assert len(mailbox.uids("INBOX", 1, 4_000_000_000)) == 60_000
    assert len(script.commands) < 40


def test_the_limit_of_pauses_is_told(tmp_path: Path) -> None:
    script = script_of(1)
    script.before = lambda command: b"TAG NO [LIMIT] too many requests\r\n" if command.startswith("STATUS") else None
    with house_of(script, tmp_path) as house, pytest.raises(MailServerError, match="is busy") as caught:
        house.receive()
    assert (caught.value.transient, caught.value.pause) == (True, timedelta(minutes=15))


@given(uids=st.sets(st.integers(1, 400), min_size=1))
def test_a_uid_set_names_exactly_its_uids(uids: set[int]) -> None:
    assert numbers(uid_set(sorted(uids)).decode()) == sorted(uids)


def test_a_uid_set_is_short() -> None:
    assert uid_set([9, 3, 4, 5]) == b"3:5,9"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'INTERNALDATE "15-Oct-2020 23:59:59 +0700"', datetime(2020, 10, 15, 16, 59, 59, tzinfo=UTC)),
        (b'internaldate " 5-OCT-2020 01:02:03 -0330"', datetime(2020, 10, 5, 4, 32, 3, tzinfo=UTC)),
        (b'INTERNALDATE "29-Feb-2020 00:00:00 +0000"', datetime(2020, 2, 29, tzinfo=UTC)),
        (b'INTERNALDATE "30-Feb-2020 00:00:00 +0000"', None),
        (b'INTERNALDATE "01-Okt-2020 00:00:00 +0000"', None),
        (b'INTERNALDATE "01-Oct-2020 00:00:00 +9900"', None),
        (b"INTERNALDATE NIL", None),
    ],
)
def test_receipt_times_are_read_or_refused(text: bytes, expected: datetime | None) -> None:
    assert parse_internaldate(text) == expected


def test_a_zone_keeps_its_offset() -> None:
    found = parse_internaldate(b'INTERNALDATE "15-Oct-2020 23:59:59 +0700"')
    assert found is not None
    assert found.tzinfo == timezone(timedelta(hours=7))


def test_early_mail_by_date_is_left_unfetched(tmp_path: Path) -> None:
    script = script_of(
        2,
        facts=lambda uid: (
            f'* 9 FETCH (UID {uid} INTERNALDATE "01-May-2020 08:00:00 +0700" RFC822.SIZE 3)\r\n'.encode() if uid == 1 else None
        ),
    )
    with house_of(script, tmp_path) as house:
        house.receive()
        assert not any(command.startswith("UID FETCH 1 (UID INTERNALDATE BODY") for command in script.commands)
        house.assert_holds_exactly([mail(2)])
