"""The real servers of the tests do what the other tests rely on."""

from __future__ import annotations

import imaplib
import smtplib
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.servers import Certificates, DovecotServer, LibreOffice, SmtpSink
from tests.servers_smtp import Behaviour

RECEIVED = datetime(2020, 10, 14, 16, 30, tzinfo=UTC)
MAIL = b"From: xa@tuangiao.example\r\nTo: baocao@example.org\r\nSubject: thu\r\nMessage-ID: <1@xa.example>\r\n\r\nxin chao\r\n"


def _internal_dates(server: DovecotServer) -> list[str]:
    with server.human(readonly=True) as client:
        _, rows = client.uid("FETCH", "1:*", "(INTERNALDATE)")
    return [row.decode().split('INTERNALDATE "')[1].split('"')[0] for row in rows if isinstance(row, bytes)]


def test_an_appended_mail_keeps_its_time_of_receipt(dovecot: DovecotServer) -> None:
    assert dovecot.append(MAIL, RECEIVED) == 1
    assert datetime.strptime(_internal_dates(dovecot)[0].strip(), "%d-%b-%Y %H:%M:%S %z") == RECEIVED
    assert dovecot.status()["MESSAGES"] == 1
    assert len(list((dovecot.maildir_path).rglob("*,S=*"))) == 1


def test_users_do_not_see_each_other(dovecot: DovecotServer) -> None:
    dovecot.append(MAIL, RECEIVED)
    assert dovecot.process.new_user().status()["MESSAGES"] == 0


def test_flags_are_seen_without_changing_them(dovecot: DovecotServer) -> None:
    assert dovecot.append(MAIL, RECEIVED, folder="Bao cao/2020") == 1
    dovecot.append(MAIL, RECEIVED)
    before = dovecot.status()["HIGHESTMODSEQ"]
    assert dovecot.flags() == {1: ()}
    with dovecot.human() as client:
        client.uid("STORE", "1", "+FLAGS", "(\\Seen)")
    assert dovecot.flags() == {1: ("\\Seen",)}
    assert dovecot.status()["HIGHESTMODSEQ"] > before


def test_tls_is_verified_against_the_private_authority(dovecot: DovecotServer) -> None:
    trusting = ssl.create_default_context(cafile=str(dovecot.certificate_authority))
    with imaplib.IMAP4_SSL("localhost", dovecot.tls_port, ssl_context=trusting, timeout=20) as client:
        client.login(dovecot.username, dovecot.password)
    with imaplib.IMAP4("localhost", dovecot.port, timeout=20) as client:
        client.starttls(trusting)
        client.login(dovecot.username, dovecot.password)
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL("localhost", dovecot.tls_port, ssl_context=ssl.create_default_context(), timeout=20)


def test_a_wrong_password_is_refused(dovecot: DovecotServer) -> None:
    with imaplib.IMAP4(dovecot.host, dovecot.port, timeout=20) as client, pytest.raises(imaplib.IMAP4.error):
        client.login(dovecot.username, "sai")


def test_the_server_restarts_and_keeps_the_mail(dovecot: DovecotServer) -> None:
    dovecot.append(MAIL, RECEIVED)
    before = dovecot.status()
    dovecot.restart()
    assert dovecot.status()["UIDVALIDITY"] == before["UIDVALIDITY"]


def test_uidvalidity_can_be_lost(dovecot: DovecotServer) -> None:
    dovecot.append(MAIL, RECEIVED)
    before = dovecot.status()
    dovecot.reset_uidvalidity()
    after = dovecot.status()
    assert after["MESSAGES"] == 1
    assert after["UIDVALIDITY"] != before["UIDVALIDITY"]


def test_killing_imap_processes_cuts_clients_but_not_the_server(dovecot: DovecotServer) -> None:
    client = imaplib.IMAP4(dovecot.host, dovecot.port, timeout=20)
    client.login(dovecot.username, dovecot.password)
    assert dovecot.kill_imap_processes() >= 1
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        client.noop()
    client.shutdown()
    assert dovecot.status()["MESSAGES"] == 0


def test_the_same_mail_delivered_twice_differs_in_its_trace(dovecot: DovecotServer) -> None:
    dovecot.deliver(MAIL)
    dovecot.deliver(MAIL)
    contents = {path.read_bytes() for path in (dovecot.maildir_path / "new").iterdir()}
    assert len(contents) == 2


def _send(sink: SmtpSink, *recipients: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP(sink.host, sink.port, timeout=20) as client:
        return client.sendmail("baocao@example.org", list(recipients), MAIL)


def test_the_sink_keeps_what_it_is_given(smtp_sink: SmtpSink) -> None:
    assert _send(smtp_sink, "a@xa.example") == {}
    (mail,) = smtp_sink.received
    assert (mail.sender, mail.recipients, mail.message["Subject"]) == ("baocao@example.org", ("a@xa.example",), "thu")
    assert smtp_sink.to("b@xa.example") == ()


def test_the_sink_answers_as_told_then_behaves(smtp_sink: SmtpSink) -> None:
    smtp_sink.answer_next("451 4.7.1 Try again later")
    smtp_sink.refuse_recipient("gone@xa.example")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        _send(smtp_sink, "a@xa.example")
    assert refused.value.smtp_code == 451
    assert _send(smtp_sink, "a@xa.example", "gone@xa.example")["gone@xa.example"][0] == 550
    smtp_sink.limit_to(1)
    with pytest.raises(smtplib.SMTPDataError, match=r"5\.4\.5"):
        _send(smtp_sink, "a@xa.example")
    assert len(smtp_sink.received) == 1


@pytest.mark.parametrize(("behaviour", "kept"), [(Behaviour.DROP, 1), (Behaviour.LOSE, 0)])
def test_the_connection_dies_after_the_whole_mail(smtp_sink: SmtpSink, behaviour: Behaviour, kept: int) -> None:
    smtp_sink.answer_next(behaviour)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        _send(smtp_sink, "a@xa.example")
    assert len(smtp_sink.received) == kept


def test_the_answer_may_never_come(smtp_sink: SmtpSink) -> None:
    smtp_sink.answer_next(Behaviour.HANG)
    client = smtplib.SMTP(smtp_sink.host, smtp_sink.port, timeout=0.3)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        client.sendmail("baocao@example.org", ["a@xa.example"], MAIL)
    client.close()
    assert len(smtp_sink.received) == 1


def test_log_in_over_tls(certificates: Certificates) -> None:
    trusting = ssl.create_default_context(cafile=str(certificates.authority))
    with SmtpSink(security="tls", certificates=certificates, username="u", password="p") as sink:
        with smtplib.SMTP_SSL("localhost", sink.port, context=trusting, timeout=20) as client:
            client.login("u", "p")
        assert sink.logins == ["u"]
    with SmtpSink(security="starttls", certificates=certificates, username="u", password="p") as sink:
        with smtplib.SMTP("localhost", sink.port, timeout=20) as client, pytest.raises(smtplib.SMTPException):
            client.login("u", "p")
        with smtplib.SMTP("localhost", sink.port, timeout=20) as client:
            client.starttls(context=trusting)
            client.login("u", "p")
        assert sink.logins == ["u"]


def test_libreoffice_computes_formulas_afresh(libreoffice: LibreOffice, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"], sheet["A3"] = 2, 3, "=SUM(A1:A2)"
    book.save(tmp_path / "so.xlsx")
    computed = load_workbook(libreoffice.recalculate(tmp_path / "so.xlsx"), data_only=True)
    assert computed.active is not None
    assert computed.active["A3"].value == 5
