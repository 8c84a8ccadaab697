"""A mail server that answers byte by byte and never to the end: no timeout for one packet ever strikes, the wall clock does."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Security
from service.credentials import Login
from service.mailbox_wire import Patience
from service.outbox import SmtpSender
from service.outbox_errors import UnreachableError
from service.outbox_wire import SMTP_PATIENCE
from service.sending import SendReport
from storage.notices import NoticeKind, NoticeState
from tests.faults.dripping_proxy import GREETING, WHOLE_MAIL, dripping
from tests.servers import Certificates, SmtpSink
from tests.service.outbox import Outbox, outbox_of

pytestmark = pytest.mark.timeout(60)
HASTY = Patience(connect=10.0, read=30.0, command=1.0)  # a byte comes every 20 ms: `read` never ends the wait
TWO_MINUTES = timedelta(minutes=2)


@pytest.fixture
def outbox(tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Outbox]:
    with outbox_of(tmp_path, smtp_sink) as made:
        made.patience = HASTY
        yield made


@pytest.mark.parametrize("word", [GREETING, b"ehlo", b"mail", b"rcpt", b"DATA"])
def test_until_the_mail_leaves_a_server_that_drips_means_later(outbox: Outbox, smtp_sink: SmtpSink, word: bytes) -> None:
    key = outbox.queue(NoticeKind.RECEIPT)
    with dripping(smtp_sink.port, word) as proxy:
        outbox.settings = replace(outbox.settings, port=proxy.port)
        assert outbox.send() == SendReport(later=1)
        assert proxy.dripped > 10
        assert outbox.state(key) is NoticeState.QUEUED
        assert "no whole answer within 1 s" in outbox.notice(key).error
        assert smtp_sink.received == ()
        outbox.patience = SMTP_PATIENCE
        assert outbox.send(TWO_MINUTES) == SendReport(sent=1)
    assert len(smtp_sink.received) == 1


@pytest.mark.parametrize(("kind", "copies"), [(NoticeKind.RECEIPT, 1), (NoticeKind.REMINDER, 2)])
def test_when_the_mail_has_left_it_is_doubt_and_treated_by_its_kind(
    outbox: Outbox, smtp_sink: SmtpSink, kind: NoticeKind, copies: int
) -> None:
    key = outbox.queue(kind)
    with dripping(smtp_sink.port, WHOLE_MAIL) as proxy:
        outbox.settings = replace(outbox.settings, port=proxy.port)
        assert outbox.send() == SendReport(uncertain=1)
        assert proxy.dripped > 10
        assert "never answered: no whole answer within 1 s" in outbox.notice(key).error
        outbox.patience = SMTP_PATIENCE
        outbox.send(TWO_MINUTES)
    assert outbox.state(key) is (NoticeState.UNCERTAIN if copies == 1 else NoticeState.SENT)
    assert len(smtp_sink.received) == copies
    assert len({each.raw for each in smtp_sink.received}) == 1


@pytest.mark.parametrize("word", [b"quit", b"noop"])
def test_a_goodbye_that_drips_keeps_nobody(outbox: Outbox, smtp_sink: SmtpSink, word: bytes) -> None:
    with dripping(smtp_sink.port, word) as proxy:
        outbox.settings = replace(outbox.settings, port=proxy.port)
        outbox.queue_many(2)
        assert outbox.send() == SendReport(sent=2)  # one whose connection died before is sent over another
        assert proxy.dripped > 10
    assert len(smtp_sink.received) == 2


def test_a_handshake_that_drips_ends_too(outbox: Outbox, certificates: Certificates) -> None:
    with SmtpSink(security="tls", certificates=certificates) as sink, dripping(sink.port, b"\x16") as proxy:
        tls = {"host": "localhost", "security": Security.TLS, "certificate_authority": certificates.authority}
        sender = SmtpSender(replace(outbox.settings, port=proxy.port, **tls), lambda: Login(username=""), patience=HASTY)
        began = time.monotonic()
        with contextlib.closing(sender), pytest.raises(UnreachableError):
            sender.check()
        assert time.monotonic() - began < HASTY.read
