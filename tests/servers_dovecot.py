"""A real Dovecot with a private configuration on free loopback ports, run by whoever runs the tests."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import smtplib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import psutil

from tests.servers_certificates import Certificates

HOST = "127.0.0.1"
PASSWORD = "mat-khau-thu-nghiem"
_PATIENCE = 20.0
_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_cache_size = 0
default_login_user = {login_user}
default_internal_user = {internal_user}
default_internal_group = {group}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
mail_max_userip_connections = 200
mailbox_list_index = no
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_uid} gid={mail_gid} home={folder}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
protocol imap {{
  imap_idle_notify_interval = 2 mins
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
service stats {{
  chroot =
}}
"""  # chroot and other users' rights need root; the ports are free ones: nothing here meets a Dovecot of the system.
# No penalty after a wrong password: tests of those would wait ever longer.


def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class DovecotProcess:
    """One Dovecot. Any user name may log in with `PASSWORD` and has a mailbox of its own."""

    def __init__(self, *, program: str, folder: Path, certificates: Certificates) -> None:
        self.program = program
        self.folder = folder
        self.certificates = certificates
        self.port, self.tls_port, self.lmtp_port = free_port(), free_port(), free_port()
        self._names = (f"hopthu{number}" for number in count(1))
        self._running: subprocess.Popen[bytes] | None = None
        self._prepare()

    def _prepare(self) -> None:
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())  # Dovecot never reads mail as root
        for name in ("run", "state", "mail", "home"):
            (self.folder / name).mkdir(parents=True, mode=0o755)
        for name in ("mail", "home"):
            os.chown(self.folder / name, owner.pw_uid, owner.pw_gid)
        login, internal = ("dovenull", "dovecot") if os.geteuid() == 0 else (owner.pw_name, owner.pw_name)
        group = grp.getgrgid(pwd.getpwnam(internal).pw_gid).gr_name
        text = _CONFIGURATION.format(
            folder=self.folder,
            certificate=self.certificates.certificate,
            key=self.certificates.key,
            login_user=login,
            internal_user=internal,
            group=group,
            mail_uid=owner.pw_uid,
            mail_gid=owner.pw_gid,
            password=PASSWORD,
            port=self.port,
            tls_port=self.tls_port,
            lmtp_port=self.lmtp_port,
        )  # fmt: skip - a list of values
        self.configuration.write_text(text)

    @property
    def configuration(self) -> Path:
        """The private configuration file."""
        return self.folder / "dovecot.conf"

    def start(self) -> None:
        """Starts the server and waits until it greets; does nothing if it runs."""
        if self._running is not None and self._running.poll() is None:
            return
        with (self.folder / "start.log").open("ab") as log:
            self._running = subprocess.Popen(
                [self.program, "-F", "-c", str(self.configuration)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _PATIENCE
        while not self._greets():
            if self._running.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"Dovecot did not start: {self.log()[-2000:]}")
            threading.Event().wait(0.02)

    def _greets(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=5) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False

    def stop(self) -> None:
        """Stops the server by its own pid and waits for the end; does nothing if it is stopped."""
        if self._running is None:
            return
        children = psutil.Process(self._running.pid).children(recursive=True) if self._running.poll() is None else []
        self._running.terminate()
        psutil.wait_procs(children, timeout=0.3)  # all but its log process leave at once; the master would stay up to 5 s more
        self._running.kill()
        self._running.wait(timeout=_PATIENCE)
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        (self.folder / "run" / "master.pid").unlink(missing_ok=True)
        self._running = None

    def restart(self) -> None:
        """Stops and starts; every connection is cut."""
        self.stop()
        self.start()

    def kill_imap_processes(self) -> int:
        """Kills the processes that serve logged-in clients, with SIGKILL; the number killed. The server itself lives on."""
        if self._running is None:
            return 0
        children = psutil.Process(self._running.pid).children(recursive=True)
        victims = [child for child in children if child.name() == "imap"]
        for victim in victims:
            victim.kill()
        psutil.wait_procs(victims, timeout=5)
        return len(victims)

    def log(self) -> str:
        """What the server has logged."""
        files = [self.folder / name for name in ("start.log", "dovecot.log")]
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    def new_user(self) -> DovecotServer:
        """A user nobody has used, with an empty INBOX."""
        return DovecotServer(
            host=HOST,
            port=self.port,
            tls_port=self.tls_port,
            username=next(self._names),
            password=PASSWORD,
            certificate_authority=self.certificates.authority,
            process=self,
        )  # fmt: skip - a list of values


@dataclass(frozen=True, slots=True, kw_only=True)
class DovecotServer:
    """One user's mailbox on a running Dovecot. `port` speaks plain and STARTTLS, `tls_port` TLS from the start."""

    host: str
    port: int
    tls_port: int
    username: str
    password: str
    certificate_authority: Path
    process: DovecotProcess

    @property
    def maildir_path(self) -> Path:
        """The Maildir of INBOX on disk; other folders are its `.Name` sub-folders."""
        return self.process.folder / "mail" / self.username

    @contextmanager
    def human(self, folder: str = "INBOX", *, readonly: bool = False) -> Iterator[imaplib.IMAP4]:
        """Another mail program of the same person, logged in with a folder selected."""
        client = imaplib.IMAP4(self.host, self.port, timeout=30)
        try:
            client.login(self.username, self.password)
            answer, detail = client.select(f'"{folder}"', readonly=readonly)
            assert answer == "OK", detail
            yield client
        finally:
            client.logout()

    def append(self, raw: bytes, received_at: datetime, folder: str = "INBOX") -> int:
        """Puts a mail in a folder as received at that moment (INTERNALDATE); its UID. The folder is made if it is not there."""
        with self.human() as client:
            if folder != "INBOX":
                client.create(f'"{folder}"')
            answer, detail = client.append(f'"{folder}"', "", imaplib.Time2Internaldate(received_at), raw)
        assert answer == "OK", detail
        code = detail[0].decode()  # [APPENDUID 1606115000 12] Append completed.
        return int(code.split("]")[0].split()[-1])

    def append_many(self, mails: list[tuple[bytes, datetime]], folder: str = "INBOX") -> None:
        """Puts many mails in a folder over one connection."""
        with self.human(folder) as client:
            for raw, received_at in mails:
                answer, detail = client.append(f'"{folder}"', "", imaplib.Time2Internaldate(received_at), raw)
                assert answer == "OK", detail

    def deliver(self, raw: bytes, sender: str = "xa@tuangiao.example") -> None:
        """Delivers a mail as a mail server would, by LMTP: the server adds its own trace headers."""
        with smtplib.LMTP(HOST, self.process.lmtp_port) as client:
            client.sendmail(sender, [self.username], raw)

    def flags(self, folder: str = "INBOX") -> dict[int, tuple[str, ...]]:
        """The flags of every mail by UID, as another program sees them without changing any."""
        with self.human(folder, readonly=True) as client:
            _, rows = client.uid("FETCH", "1:*", "(FLAGS)")
        found: dict[int, tuple[str, ...]] = {}
        for row in rows:
            if isinstance(row, bytes):
                text = row.decode()
                flags = text.split("FLAGS (")[1].split(")")[0].split()
                uid = int(text.split("UID ")[1].split()[0].rstrip(")"))
                found[uid] = tuple(sorted(flag for flag in flags if flag != "\\Recent"))
        return found

    def status(self, folder: str = "INBOX") -> dict[str, int]:
        """MESSAGES, UIDNEXT, UIDVALIDITY and HIGHESTMODSEQ of a folder."""
        names = ("MESSAGES", "UIDNEXT", "UIDVALIDITY", "HIGHESTMODSEQ")
        with self.human() as client:
            _, rows = client.status(f'"{folder}"', f"({' '.join(names)})")
        words = rows[0].decode().rsplit("(", 1)[1].rstrip(")").split()
        return {words[index]: int(words[index + 1]) for index in range(0, len(words), 2)}

    def reset_uidvalidity(self) -> None:
        """Makes the server forget its UIDs, as after a restored backup: same mails, new UIDVALIDITY."""
        self.process.stop()
        for uidlist in self.maildir_path.rglob("dovecot-uidlist"):
            header = uidlist.read_text().split("\n", 1)[0]  # 3 V1606115000 N2 G3085f01b...
            validity = int(header.split(" V")[1].split()[0])
            for index in uidlist.parent.glob("dovecot*"):
                if index.is_file() and index != uidlist:
                    index.unlink()
            uidlist.write_text(
                f"3 V{validity + 1} N1\n"
            )  # said outright: left to itself it takes the clock's second, maybe the same
        self.process.start()

    def start(self) -> None:
        """Starts the server (all users)."""
        self.process.start()

    def stop(self) -> None:
        """Stops the server (all users)."""
        self.process.stop()

    def restart(self) -> None:
        """Restarts the server (all users)."""
        self.process.restart()

    def kill_imap_processes(self) -> int:
        """Kills what serves the logged-in clients."""
        return self.process.kill_imap_processes()
