"""Receiving over lines that are cut, stall or drip: nothing stored from the half, the others arrive, nothing comes twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from config.errors import MailServerError
from service.receive import RECONNECTS
from tests.faults.chaos_proxy import Fault, chaos
from tests.servers import DovecotServer
from tests.service.receiving import HASTY, House, deliver, house_for, mails


@pytest.fixture
def house(dovecot: DovecotServer, tmp_path: Path) -> House:
    house = house_for(dovecot, tmp_path)
    house.patience = replace(HASTY, read=0.7, message=1.0)
    return house


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("after", [50, 2_000, 9_000, 40_000, 150_000])
def test_a_line_that_fails_once_costs_nothing(dovecot: DovecotServer, house: House, fault: Fault, after: int) -> None:
    raw = mails(12, size=20_000)
    deliver(dovecot, raw)
    with chaos(dovecot.port, fault, after=after) as proxy:
        shaky = house.at_port(proxy.port)
        for _ in range(2):  # as the worker does: a failure is tried again
            with suppress(MailServerError):
                shaky.receive()
        shaky.receive()
        shaky.assert_holds_exactly(raw)
        assert shaky.set_aside() == {}
    assert proxy.times == 0  # it did fail


def test_a_line_that_always_fails_raises_and_keeps_what_arrived(dovecot: DovecotServer, house: House) -> None:
    raw = mails(30, size=20_000)
    deliver(dovecot, raw)
    with chaos(dovecot.port, Fault.CUT, after=120_000, times=1_000) as proxy:
        shaky = house.at_port(proxy.port)
        with pytest.raises(MailServerError) as caught:
            shaky.receive()
        assert caught.value.transient
        assert proxy.connections == RECONNECTS + 1
        arrived = len(shaky.recorded())
        assert 12 <= arrived < 30
        while len(shaky.recorded()) < 30:  # every look brings some more
            before = len(shaky.recorded())
            with suppress(MailServerError):
                shaky.receive()
            assert len(shaky.recorded()) > before
    shaky.assert_holds_exactly(raw)
    assert shaky.set_aside() == {}


def test_a_killed_server_process_costs_nothing(dovecot: DovecotServer, house: House) -> None:
    raw = mails(20)
    deliver(dovecot, raw)
    with house.mailbox() as mailbox:
        arrived = mailbox.fetch("INBOX", mailbox.uids("INBOX", 1, 20), house.archive)
        next(arrived)
        del arrived  # ends the connection: answers were under way
        with pytest.raises(MailServerError):
            mailbox.status("INBOX")
        mailbox.reconnect()
        mailbox.status("INBOX")
        assert dovecot.kill_imap_processes() >= 1
        with pytest.raises(MailServerError, match="ended the connection"):
            house.receive_from(mailbox)
        mailbox.reconnect()
        assert len(house.receive_from(mailbox).new) == 20
    house.assert_holds_exactly(raw)
