"""`make bench`: the whole job against imap-tools saving attachments only, an empty poll, memory, the board, reading, outputs."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from config.loading import load_home
from service.credentials import mailbox_login
from service.installation import opened
from service.mailbox import Mailbox
from service.worker import Worker
from tests.bench import outputs, reading
from tests.bench.mails import mails
from tests.bench.timing import seconds_of
from tests.end_to_end.campaign_home import PASSWORD_ENV, SETTINGS
from tests.requirements import DOVECOT, OPENSSL, need
from tests.servers_certificates import make_certificates
from tests.servers_dovecot import DovecotProcess, DovecotServer

ROUNDS = 3


def main() -> None:
    """Run everything and print ratios. Words on the command line are other mailboxes: 1000x2 is 1,000 mails with two photos."""
    compile_everything()
    root = Path(tempfile.mkdtemp(prefix="thubao-bench-"))
    root.chmod(0o755)
    certificates = make_certificates(need(OPENSSL), root / "tls")
    process = DovecotProcess(program=need(DOVECOT), folder=root / "dovecot", certificates=certificates)
    process.start()
    try:
        for each in sys.argv[1:] or ["19x4", "190x4", "5000x0"]:
            size, photos = map(int, each.split("x"))
            whole_job(process, root, size, photos=photos)
        empty_poll(process, root)
        board(root)
    finally:
        process.stop()
        shutil.rmtree(root, ignore_errors=True)
    reading.measure()
    outputs.measure()


def compile_everything() -> None:
    """As an installed program is: nobody compiles it at every start, even where nothing may write byte code."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", "config", "parsers", "storage", "service"], check=True)


def whole_job(process: DovecotProcess, root: Path, size: int, *, photos: int) -> None:
    """Everything from the server to the judged report, against saving the attachments."""
    mailbox = process.new_user()
    mailbox.append_many(list(mails(size, photos=photos)))
    os.environ[PASSWORD_ENV] = mailbox.password
    ours, theirs, memory = [], [], []
    for number in range(ROUNDS if size <= 190 else 1):
        home, folder = root / f"home-{size}-{number}", root / f"saved-{size}-{number}"
        write_home_for(home, mailbox)
        folder.mkdir()
        seconds, *peak = timed("thubao", str(home))
        ours.append(seconds)
        memory.append(peak)
        theirs.append(timed("imap_tools", str(folder), str(mailbox.port), mailbox.username, mailbox.password)[0])
        shutil.rmtree(folder)
    mine, peer = statistics.median(ours), statistics.median(theirs)
    print(
        f"whole job, {size} mails with {photos} photos: {mine:.2f} s, imap-tools saving only {peer:.2f} s, "
        f"ratio {mine / peer:.2f} (bar 1.0); peak memory {max(alone for alone, _ in memory) / 1e6:.0f} MB (bar 300), "
        f"with the readers {max(both for _, both in memory) / 1e6:.0f} MB (bar 500)"
    )


def empty_poll(process: DovecotProcess, root: Path) -> None:
    """A poll that finds nothing new, in a large folder against a small one: as the service does it, and as cron does."""
    kept, fresh = {}, {}
    for size in (200, 200_000):
        mailbox = process.new_user()
        fill(mailbox, size)
        home = root / f"empty-{size}"
        write_home_for(home, mailbox)
        os.environ[PASSWORD_ENV] = mailbox.password
        kept[size], fresh[size] = poll_again(home), poll_afresh(home)
    print(
        f"empty poll of 200,000 mails against 200, over the connection the service keeps: {kept[200_000] * 1e3:.1f} ms,"
        f" {kept[200] * 1e3:.1f} ms, ratio {kept[200_000] / kept[200]:.2f} (bar 1.5)"
    )
    print(f"the same on a new connection each time, most of it the server's own work: ratio {fresh[200_000] / fresh[200]:.2f}")


def poll_again(home: Path) -> float:
    """Seconds of an empty poll of a service that runs; the first, which looks through the whole folder, is not counted."""
    now = datetime(2020, 10, 14, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    with opened(home, exclusive=True) as installation, closing(Worker(installation, lambda: now)) as worker:
        worker.poll()
        return statistics.median(seconds_of(worker.poll) for _ in range(15))


def poll_afresh(home: Path) -> float:
    """Seconds to log in and ask for news. The first builds the server's index and is not counted."""
    settings = load_home(home).mailboxes[0]

    def look() -> None:
        with Mailbox(settings, mailbox_login(settings)) as connection:
            connection.status("INBOX")

    look()
    return statistics.median(seconds_of(look) for _ in range(7))


def fill(mailbox: DovecotServer, size: int) -> None:
    """Tiny mails straight into the Maildir, from before the campaign."""
    folder = mailbox.maildir_path / "cur"
    with mailbox.human():
        pass  # Dovecot makes the Maildir
    for number in range(size):
        (folder / f"{1_500_000_000 + number}.M{number}.bench:2,S").write_bytes(b"Subject: x\r\n\r\n.\r\n")
    subprocess.run(["chown", "-R", f"{folder.stat().st_uid}:{folder.stat().st_gid}", str(folder)], check=True)


def board(root: Path) -> None:
    """`thubao status` with nineteen units, start-up included."""
    home = next(root.glob("home-19-*"), None)
    if home is None:
        return
    command = [sys.executable, "-m", "service.cli", "--home", str(home), "status"]
    whole = statistics.median(seconds_of(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(5))
    libraries = [sys.executable, "-c", "import pydantic, rich.table, sqlalchemy, typer.main"]
    alone = statistics.median(seconds_of(lambda: subprocess.run(libraries, check=True)) for _ in range(5))
    print(
        f"thubao status, 19 units, start-up included: {whole:.2f} s (bar 1.0),"
        f" of which {alone:.2f} s to load the libraries that it is built on"
    )


def write_home_for(home: Path, mailbox: DovecotServer) -> None:
    """A home folder for this mailbox; nothing is sent."""
    from config.home import write_home

    write_home(home)
    text = SETTINGS.format(host=mailbox.host, port=mailbox.port, username=mailbox.username, smtp_port=25, sending="dry-run")
    (home / "thubao.toml").write_text(text, encoding="utf-8")


def timed(who: str, *words: str) -> tuple[float, int, int]:
    """Seconds by the contestant's own clock, and the most memory that it held alone and together with its children."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.contestants", who, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = [0, 0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak))
    watcher.start()
    output, complaint = process.communicate()
    watcher.join()
    assert process.returncode == 0, complaint
    return float(output.strip().splitlines()[-1]), peak[0], peak[1]


def _watch(pid: int, peak: list[int]) -> None:
    while True:
        try:
            parent = psutil.Process(pid)
            family = [parent, *parent.children(recursive=True)]
            held = [each.memory_info().rss for each in family]
            peak[:] = max(peak[0], held[0]), max(peak[1], sum(held))
            if parent.status() == psutil.STATUS_ZOMBIE:
                return
        except psutil.NoSuchProcess as error:
            if error.pid == pid:
                return
        time.sleep(0.05)


if __name__ == "__main__":
    main()
