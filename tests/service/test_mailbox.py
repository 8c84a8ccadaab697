"""Connecting, logging in, waiting: what a person reads when it fails, and that nothing secret is said."""

from __future__ import annotations

import logging
import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import MailServerError
from config.settings import OAuth2, Security
from service.credentials import Login
from service.mailbox import Mailbox, Patience
from storage.archive import Archive
from storage.database import Database
from tests.servers import Certificates, DovecotServer
from tests.servers_dovecot import free_port
from tests.service.receiving import HASTY, House, deliver, house_for, mail, mails, settings_for
from tests.service.scripted_imap import Script, scripted


def refusal(mailbox: Mailbox) -> MailServerError:
    with pytest.raises(MailServerError) as caught, mailbox:
        pass
    assert "\n" not in str(caught.value)
    assert not mailbox.connected
    return caught.value


def mailbox_at(port: int, *, host: str = "127.0.0.1", security: Security = Security.NONE) -> Mailbox:
    settings = settings_for(host=host, port=port, username="baocao", security=security)
    return Mailbox(settings, lambda: Login(username="baocao", password="secret-4711"), patience=HASTY)


def test_a_wrong_password_is_said_without_saying_it(
    dovecot: DovecotServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = replace(house_for(dovecot, tmp_path), password="sai-mật-khẩu-4711")
    with caplog.at_level(logging.DEBUG):
        error = refusal(house.mailbox())
    assert "refused the login" in str(error)
    assert "password_env or password_file" in str(error)
    assert not error.transient
    assert "4711" not in str(error) + caplog.text + repr(error.__context__ if not error.__suppress_context__ else None)
    assert "4711" not in repr(Login(username="u", password="sai-4711", access_token="t-4711"))


def test_a_password_that_the_server_repeats_is_struck_out() -> None:
    with scripted(Script(login=b"NO wrong password secret-4711 for baocao")) as server:
        error = refusal(mailbox_at(server.port))
    assert "4711" not in str(error)
    assert "***" in str(error)


@pytest.mark.parametrize(
    ("answer", "transient", "minutes"),
    [
        (b"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", False, 15),
        (b"NO [UNAVAILABLE] Temporary authentication failure", True, 15),
        (b"NO [LIMIT] Too many simultaneous connections", True, 15),
        (b"NO [OVERQUOTA] Account exceeded command or bandwidth limits", True, 15),
        (b"NO User is authenticated but not connected.", True, 15),
        (b"NO [PRIVACYREQUIRED] Plaintext authentication disallowed", False, 0),
    ],
)
def test_refusals_that_pass_are_told_from_those_that_do_not(answer: bytes, transient: bool, minutes: int) -> None:  # noqa: FBT001 - a table
    with scripted(Script(login=answer)) as server:
        error = refusal(mailbox_at(server.port))
    assert (error.transient, error.pause) == (transient, timedelta(minutes=minutes))


def test_authenticated_but_not_connected_is_said_at_the_first_command_too() -> None:
    script = Script(
        before=lambda command: b"TAG NO User is authenticated but not connected.\r\n" if command.startswith("STATUS") else None
    )
    with scripted(script) as server, mailbox_at(server.port) as mailbox, pytest.raises(MailServerError) as caught:
        mailbox.status("INBOX")
    assert (caught.value.transient, caught.value.pause) == (True, timedelta(minutes=15))


def test_an_unknown_host_is_named() -> None:
    error = refusal(mailbox_at(993, host="khong-co.invalid", security=Security.TLS))
    assert "there is no host khong-co.invalid" in str(error)


def test_a_refused_connection_is_said() -> None:
    error = refusal(mailbox_at(free_port()))
    assert "refuses connections" in str(error)
    assert error.transient


def test_a_server_that_never_greets_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        mailbox = mailbox_at(listener.getsockname()[1])
        began = time.monotonic()
        error = refusal(mailbox)
    assert "does not answer" in str(error)
    assert error.transient
    assert time.monotonic() - began < 10


def test_a_greeting_that_drips_is_given_up() -> None:
    stop = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"*")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        settings = settings_for(host="127.0.0.1", port=listener.getsockname()[1], username="u")
        error = refusal(Mailbox(settings, lambda: Login(username="u"), patience=Patience(connect=0.3, read=0.3)))
        stop.set()
        thread.join()
    assert "does not answer" in str(error)


@pytest.mark.parametrize("command", ["STATUS", "EXAMINE", "UID SEARCH SINCE", "UID SEARCH UID", "UID FETCH", "NOOP"])
def test_an_answer_that_drips_is_given_up_whatever_was_asked(command: str, tmp_path: Path) -> None:
    patience = Patience(connect=2, read=2, command=0.4, message=0.4, bytes_per_second=1_000_000)
    with scripted(Script(mails={1: mail(1)}, drips=command)) as server:
        settings = settings_for(host="127.0.0.1", port=server.port, username="u")
        house = House(
            settings=settings,
            password="p",
            archive=Archive(tmp_path),
            database=Database(f"sqlite:///{tmp_path / 'd'}"),
            patience=patience,
        )
        began = time.monotonic()
        with house.mailbox() as mailbox, pytest.raises(MailServerError, match=r"in time|too slow"):
            [house.receive_from(mailbox) for _ in range(3)]  # the first look asks STATUS, a later one NOOP
        assert time.monotonic() - began < 20


def test_a_web_server_is_no_mail_server() -> None:
    with scripted(Script(greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        error = refusal(mailbox_at(server.port))
    assert "check port and security" in str(error)


def test_open_text_goes_to_this_machine_only() -> None:
    with scripted(Script()) as server:
        settings = settings_for(host="127.0.0.1", port=server.port, username="u")
        with Mailbox(settings, lambda: Login(username="u", password="p")) as mailbox:
            mailbox.status("INBOX")
    from service.mailbox import _require_loopback

    class Elsewhere:
        class sock:  # noqa: N801 - stands for a socket
            @staticmethod
            def getpeername() -> tuple[str, int]:
                return ("203.0.113.7", 143)

    with pytest.raises(MailServerError, match="in the open") as caught:
        _require_loopback(Elsewhere(), settings)  # type: ignore[arg-type]
    assert not caught.value.transient


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_an_unknown_authority_is_refused_before_anything_is_sent(dovecot: DovecotServer, security: Security) -> None:
    port = dovecot.tls_port if security is Security.TLS else dovecot.port
    asked: list[str] = []
    settings = settings_for(host="localhost", port=port, username=dovecot.username, security=security)
    error = refusal(Mailbox(settings, lambda: asked.append("password") or Login(username="u"), patience=HASTY))  # type: ignore[func-returns-value]
    assert "certificate" in str(error)
    assert "cannot be trusted" in str(error)
    assert not error.transient
    assert asked == []


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_an_offices_own_authority_is_accepted_where_it_is_named(
    dovecot: DovecotServer, certificates: Certificates, tmp_path: Path, security: Security
) -> None:
    deliver(dovecot, mails(3))
    house = house_for(dovecot, tmp_path)
    port = dovecot.tls_port if security is Security.TLS else dovecot.port
    house.settings = replace(
        house.settings, host="localhost", port=port, security=security, certificate_authority=certificates.authority
    )
    assert len(house.receive().new) == 3
    house.assert_holds_exactly(mails(3))


def test_a_certificate_for_another_host_is_refused(dovecot: DovecotServer) -> None:
    # 127.1 leads to the same server, but its certificate does not say so
    settings = settings_for(host="127.1", port=dovecot.tls_port, username="u", security=Security.TLS)
    trusting = replace(settings, certificate_authority=dovecot.certificate_authority)
    error = refusal(Mailbox(trusting, lambda: Login(username="u"), patience=HASTY))
    assert "cannot be trusted" in str(error)


def test_tls_to_a_port_that_has_none_is_said(dovecot: DovecotServer) -> None:
    error = refusal(mailbox_at(dovecot.port, security=Security.TLS))
    assert "does not speak TLS" in str(error)
    assert "143 starttls" in str(error)


def test_a_server_without_starttls_gets_no_password() -> None:
    script = Script(before=lambda command: b"TAG BAD unknown\r\n" if command.startswith("STARTTLS") else None)
    with scripted(script) as server:
        refusal(mailbox_at(server.port, security=Security.STARTTLS))
    assert not any("LOGIN" in command for command in script.commands)


def test_what_is_said_before_the_handshake_is_not_believed() -> None:
    early = b"TAG OK begin\r\n* PREAUTH forged\r\n"
    script = Script(before=lambda command: early if command.startswith("STARTTLS") else None)
    script.greeting = b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hello\r\n"
    script.capability = "IMAP4rev1 STARTTLS"
    with scripted(script) as server:
        error = refusal(mailbox_at(server.port, security=Security.STARTTLS))
    assert "between STARTTLS and the handshake" in str(error)


def test_a_missing_authority_file_is_named(tmp_path: Path) -> None:
    settings = settings_for(host="localhost", port=993, username="u", security=Security.TLS)
    missing = replace(settings, certificate_authority=tmp_path / "ca.pem")
    error = refusal(Mailbox(missing, lambda: Login(username="u")))
    assert "ca.pem" in str(error)
    assert not error.transient


def test_waiting_ends_when_mail_arrives(dovecot: DovecotServer, tmp_path: Path) -> None:
    house = house_for(dovecot, tmp_path)
    with house.mailbox() as mailbox:
        house.receive_from(mailbox)
        timer = threading.Timer(0.3, deliver, (dovecot, [mail(1)]))
        timer.start()
        began = time.monotonic()
        assert mailbox.wait(20)
        assert time.monotonic() - began < 10
        timer.join()
        assert len(house.receive_from(mailbox).new) == 1


def test_waiting_ends_in_time_when_nothing_arrives(dovecot: DovecotServer, tmp_path: Path) -> None:
    with house_for(dovecot, tmp_path).mailbox() as mailbox:
        mailbox.status("INBOX")
        assert not mailbox.wait(0.2)
        assert mailbox.connected


def test_mail_that_came_between_look_and_wait_is_noticed(dovecot: DovecotServer, tmp_path: Path) -> None:
    with house_for(dovecot, tmp_path).mailbox() as mailbox:
        mailbox.status("INBOX")
        deliver(dovecot, [mail(1)])
        assert mailbox.wait(20)


def test_waiting_works_without_idle(dovecot: DovecotServer, tmp_path: Path) -> None:
    house = house_for(dovecot, tmp_path)
    house.settings = replace(house.settings, idle=False)
    with house.mailbox() as mailbox:
        house.receive_from(mailbox)
        deliver(dovecot, [mail(1)])
        mailbox.wait(0.1)
        assert len(house.receive_from(mailbox).new) == 1


def test_waiting_ends_when_we_are_asked_to_stop(dovecot: DovecotServer, tmp_path: Path) -> None:
    with house_for(dovecot, tmp_path).mailbox() as mailbox:
        began = time.monotonic()
        assert not mailbox.wait(600, stop=lambda: time.monotonic() - began > 0.2)
        assert time.monotonic() - began < 10


def test_a_server_that_leaves_during_idle_is_noticed_without_spinning(dovecot: DovecotServer, tmp_path: Path) -> None:
    with house_for(dovecot, tmp_path).mailbox() as mailbox:
        timer = threading.Timer(0.3, dovecot.kill_imap_processes)
        timer.start()
        cpu, began = time.process_time(), time.monotonic()
        with pytest.raises(MailServerError, match="ended the connection") as caught:
            mailbox.wait(60)
        timer.join()
        assert caught.value.transient
        assert time.monotonic() - began < 20
        assert time.process_time() - cpu < 2
        assert not mailbox.connected


def test_a_server_that_freezes_during_idle_is_noticed_at_the_end_of_the_wait() -> None:
    script = Script(idle=lambda connection: connection.sendall(b"+ idling\r\n"))
    script.before = lambda command: b"" if command == "DONE" else None  # never answers again
    with scripted(script) as server, mailbox_at(server.port) as mailbox:
        began = time.monotonic()
        with pytest.raises(MailServerError, match="stopped answering"):
            mailbox.wait(0.2)
        assert time.monotonic() - began < 10


def test_a_server_that_says_goodbye_during_idle_is_heard() -> None:
    script = Script(idle=lambda connection: connection.sendall(b"+ idling\r\n* BYE autologout\r\n"))
    with scripted(script) as server, mailbox_at(server.port) as mailbox, pytest.raises(MailServerError, match="autologout"):
        mailbox.wait(5)


def test_a_server_that_refuses_idle_is_heard() -> None:
    script = Script(before=lambda command: b"TAG NO not now\r\n" if command == "IDLE" else None)
    with scripted(script) as server, mailbox_at(server.port) as mailbox, pytest.raises(MailServerError, match="not now"):
        mailbox.wait(5)


def test_chatter_does_not_prolong_a_wait() -> None:
    def chatter(connection: socket.socket) -> None:
        connection.sendall(b"+ idling\r\n" + b"* OK still here\r\n" * 5_000)

    script = Script(idle=chatter, before=lambda command: b"" if command == "DONE" else None)
    with scripted(script) as server, mailbox_at(server.port) as mailbox:
        began = time.monotonic()
        with pytest.raises(MailServerError):
            mailbox.wait(0.3)
        assert time.monotonic() - began < 10


def test_a_mail_we_sent_is_found_by_its_message_id(dovecot: DovecotServer, tmp_path: Path) -> None:
    deliver(dovecot, [mail(7)], folder="Sent")
    with house_for(dovecot, tmp_path).mailbox() as mailbox:
        assert mailbox.contains_message_id("Sent", "<7@xa.example>")
        assert not mailbox.contains_message_id("Sent", "<8@xa.example>")
        with pytest.raises(MailServerError, match="no folder"):
            mailbox.contains_message_id("Gone", "<7@xa.example>")
        assert mailbox.sent_folder() == "Sent"
        assert "IDLE" in mailbox.capabilities


def test_a_mailbox_not_entered_says_so(dovecot: DovecotServer, tmp_path: Path) -> None:
    with pytest.raises(MailServerError, match="not connected"):
        house_for(dovecot, tmp_path).mailbox().status("INBOX")


def test_a_missing_secret_is_said_and_no_connection_is_left(dovecot: DovecotServer, tmp_path: Path) -> None:
    from service.credentials import mailbox_login

    settings = house_for(dovecot, tmp_path).settings
    error = refusal(Mailbox(settings, mailbox_login(settings, environment={})))
    assert "THUBAO_TEST_PASSWORD is not set" in str(error)
    assert not error.transient


def test_an_unchanged_folder_costs_one_question_and_a_change_is_seen_at_once(dovecot: DovecotServer, tmp_path: Path) -> None:
    with house_for(dovecot, tmp_path).mailbox() as mailbox:
        deliver(dovecot, mails(2))
        assert mailbox.status("INBOX") == mailbox.status("INBOX") == mailbox.status("INBOX")
        deliver(dovecot, [mail(3)])
        assert (mailbox.status("INBOX").uidnext, mailbox.status("INBOX").messages) == (4, 3)
        with dovecot.human() as human:
            human.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
            human.expunge()
        assert mailbox.status("INBOX").messages == 2
        deliver(dovecot, [mail(4)])
        assert mailbox.uids("INBOX", 1, 9) == (2, 3, 4)  # opened afresh in between: nothing is announced any more
        assert mailbox.status("INBOX").uidnext == 5
        deliver(dovecot, [mail(5)])
        assert mailbox.wait(20)
        assert mailbox.status("INBOX").uidnext == 6


def test_an_open_folder_is_asked_with_noop_only() -> None:
    script = Script(mails={1: mail(1)})
    with scripted(script) as server, mailbox_at(server.port) as mailbox:
        for _ in range(5):
            mailbox.status("INBOX")
    assert [command.split()[0] for command in script.commands if command.split()[0] in {"STATUS", "EXAMINE", "NOOP"}] == [
        "STATUS",
        "EXAMINE",
        "NOOP",
        "NOOP",
        "NOOP",
    ]


def test_of_several_folders_each_is_seen(dovecot: DovecotServer, tmp_path: Path) -> None:
    house = house_for(dovecot, tmp_path, folders=("INBOX", "Junk"))
    deliver(dovecot, [mail(1)], folder="Junk")
    with house.mailbox() as mailbox:
        assert len(house.receive_from(mailbox).new) == 1
        for number in range(2, 8):
            deliver(dovecot, [mail(number)], folder=("INBOX", "Junk")[number // 2 % 2])
            assert len(house.receive_from(mailbox).new) == 1
        assert house.receive_from(mailbox).new == ()
    house.assert_holds_exactly(mails(7))


def test_a_server_that_does_not_say_the_next_uid_is_asked_for_the_last() -> None:
    script = Script(mails={1: mail(1), 8: mail(8)})
    silent = {"STATUS": b"* STATUS INBOX (MESSAGES 2 UIDVALIDITY 7)\r\n", "EXAMINE": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n"}
    script.before = lambda command: silent[command.split()[0]] + b"TAG OK done\r\n" if command.split()[0] in silent else None
    with scripted(script) as server, mailbox_at(server.port) as mailbox:
        assert mailbox.status("INBOX").uidnext == 9


def test_nothing_is_ever_asked_that_could_change_the_mailbox(tmp_path: Path) -> None:
    script = Script(mails={uid: mail(uid) for uid in range(1, 5)})
    with scripted(script) as server:
        settings = settings_for(host="127.0.0.1", port=server.port, username="u")
        house = House(
            settings=settings,
            password="p",
            archive=Archive(tmp_path),
            database=Database(f"sqlite:///{tmp_path / 'd'}"),
            patience=HASTY,
        )
        with house.mailbox() as mailbox:
            for _ in range(3):
                house.receive_from(mailbox, full=True)
            mailbox.contains_message_id("INBOX", "<1@xa.example>")
    words = {command.removeprefix("UID ").split()[0] for command in script.commands}
    assert words == {"CAPABILITY", "LOGIN", "STATUS", "EXAMINE", "SEARCH", "FETCH", "NOOP", "LOGOUT"} - ({"NOOP"} - words)
    assert all("BODY.PEEK[]" in command for command in script.commands if "BODY" in command)


def test_a_token_is_sent_as_xoauth2_and_a_refused_one_asks_for_access_again() -> None:
    oauth2 = OAuth2(provider="google", client_id="c")
    for answer, refused in ((b"OK welcome", False), (b"NO [AUTHENTICATIONFAILED] token-4711 expired", True)):
        script = Script(login=answer)
        with scripted(script) as server:
            settings = replace(settings_for(host="127.0.0.1", port=server.port, username="u"), password=None, oauth2=oauth2)
            mailbox = Mailbox(settings, lambda: Login(username="u", access_token="token-4711"), patience=HASTY)
            if refused:
                error = refusal(mailbox)
                assert "give Thubao access again" in str(error)
                assert "4711" not in str(error)
            else:
                with mailbox:
                    mailbox.status("INBOX")
        assert "user=u\x01auth=Bearer token-4711\x01\x01" in script.commands


def test_a_name_with_spaces_and_a_password_beyond_ascii_reach_the_server() -> None:
    script = Script(capability="IMAP4rev1 AUTH=PLAIN")
    with scripted(script) as server:
        settings = settings_for(host="127.0.0.1", port=server.port, username="báo cáo")
        with Mailbox(settings, lambda: Login(username="báo cáo", password="mật khẩu"), patience=HASTY):
            pass
        assert "\0báo cáo\0mật khẩu" in script.commands
        script.capability = "IMAP4rev1"
        with Mailbox(settings, lambda: Login(username='a "b" c', password="x y"), patience=HASTY):
            pass
        assert 'LOGIN "a \\"b\\" c" "x y"' in script.commands
        error = refusal(Mailbox(settings, lambda: Login(username="u", password="mật khẩu"), patience=HASTY))
    assert not error.transient
    assert "mật" not in str(error)
