"""Who runs in the benchmark, each in its own process: Thubao's whole job, and imap-tools saving attachments only."""

from __future__ import annotations

import sys
import time
from pathlib import Path


def thubao(home: Path) -> float:
    """Seconds of one poll of the service as it runs, its readers started: log in, fetch, archive, read, file, judge.

    The readers have read one mail each before, as imap-tools has been imported before its clock starts.
    """
    from concurrent.futures import ThreadPoolExecutor
    from contextlib import closing
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from service.installation import opened
    from service.worker import Worker
    from tests.bench.mails import mails

    now = datetime(2020, 10, 14, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    with opened(home, exclusive=True) as installation, closing(Worker(installation, lambda: now)) as worker:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(installation.readers.read, (raw for raw, _ in mails(2, photos=1))))
        begun = time.perf_counter()
        reports, problems = worker.poll()
        seconds = time.perf_counter() - begun
        assert not problems, problems
        print(sum(len(each.new) for each in reports), file=sys.stderr)
    return seconds


def imap_tools(folder: Path, port: int, username: str, password: str) -> float:
    """Seconds to fetch every mail and write its attachments to files."""
    from imap_tools import MailBoxUnencrypted

    begun = time.perf_counter()
    with MailBoxUnencrypted("127.0.0.1", port).login(username, password) as mailbox:
        for message in mailbox.fetch(mark_seen=False):
            for place, attachment in enumerate(message.attachments):
                (folder / f"{message.uid}-{place}").write_bytes(attachment.payload)
    return time.perf_counter() - begun


if __name__ == "__main__":
    who, *words = sys.argv[1:]
    print(thubao(Path(words[0])) if who == "thubao" else imap_tools(Path(words[0]), int(words[1]), words[2], words[3]))
