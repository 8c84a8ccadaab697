"""Reading and filing in groups: the same end as one after the other, whatever is broken off in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from pathlib import Path

from config.loading import reference_campaign
from parsers.codec import to_plain
from service.filing import file_new
from service.importing import import_mail
from service.judging import submissions
from service.reading import read_in_groups, read_new, reading_ahead
from service.sandbox import ReadingPool
from service.worker import Worker
from storage.filings import MessageState, filings, unfiled
from storage.readings import documents, reading_of, unread
from tests.service.office_without_servers import Office, arrivals, at, office

UNITS = ("03253", "03256", "03259", "03262", "03265", "03268")
NOW = at(17)
STUB = "tests.service.stub_readers"


@contextmanager
def office_with_mail(folder: Path, *codes: str) -> Iterator[Office]:
    """Everything that some communes of the demonstration send, archived and neither read nor filed."""
    with office(folder) as opened:
        incoming = folder / "incoming"
        incoming.mkdir()
        for number, each in enumerate(arrivals(*(codes or UNITS))):
            path = incoming / f"{number}.eml"
            path.write_bytes(each.raw)
            import_mail(opened.installation, (path,), each.at, each.at)
        yield opened


def told(opened: Office) -> list[object]:
    """How every mail was filed and what came of every unit."""
    with opened.installation.database.reading() as connection:
        assert (unread(connection), unfiled(connection)) == ((), ())
        found = submissions(connection, opened.campaign)
        return [to_plain(filings(connection)), *(to_plain(each) for each in found)]


def waiting(opened: Office) -> tuple[int, int]:
    """How many mails are not read, and how many are read and not filed."""
    with opened.installation.database.reading() as connection:
        return len(unread(connection)), len(unfiled(connection))


def test_mail_filed_while_other_mail_is_read_ends_as_if_all_had_been_read_first(tmp_path: Path) -> None:
    with office_with_mail(tmp_path / "one") as opened:
        read_new(opened.installation, NOW)
        file_new(opened.installation, NOW)
        expected = told(opened)
    with office_with_mail(tmp_path / "two") as opened, closing(Worker(opened.installation, lambda: NOW)) as worker:
        worker.process()
        assert told(opened) == expected


def test_what_was_broken_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with office_with_mail(tmp_path / "one") as opened, closing(Worker(opened.installation, lambda: NOW)) as worker:
        worker.process()
        expected = told(opened)
    with office_with_mail(tmp_path / "two") as opened:
        everything = waiting(opened)[0]
        with closing(reading_ahead(opened.installation)) as ahead:
            group = next(read_in_groups(opened.installation, NOW, ahead))  # killed before it could be filed
        assert waiting(opened) == (everything - len(group.readings), len(group.readings))
        with closing(Worker(opened.installation, lambda: NOW)) as worker:
            worker.process()
        assert told(opened) == expected


def test_each_group_is_as_large_as_all_before_it(tmp_path: Path) -> None:
    units = [unit.code for unit in reference_campaign().roster[:12]]
    with office_with_mail(tmp_path, *units) as opened, closing(reading_ahead(opened.installation)) as ahead:
        everything = waiting(opened)[0]
        progress: list[tuple[int, int]] = []
        groups = read_in_groups(opened.installation, NOW, ahead, lambda done, of: progress.append((done, of)))
        sizes = [len(each.readings) for each in groups]
    assert everything > 8
    assert sizes == [4, 4, *([everything - 8] if everything <= 16 else [8, everything - 16])]
    assert progress[-1] == (everything, everything)


def test_a_stop_ends_it_after_the_mail_at_hand(tmp_path: Path) -> None:
    with office_with_mail(tmp_path) as opened, closing(Worker(opened.installation, lambda: NOW)) as worker:
        everything, looks = waiting(opened)[0], iter(range(1_000))
        with closing(reading_ahead(opened.installation)) as ahead:
            groups = list(read_in_groups(opened.installation, NOW, ahead, stop=lambda: next(looks) >= 4))
        assert [len(each.readings) for each in groups] == [3]
        worker.stopping.set()
        worker.process()
        assert waiting(opened) == (everything - 3, 3)


def test_a_mail_that_ends_its_readers_is_set_aside_with_the_names_of_its_files(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "xa@xa.example", "Báo cáo Tuần lễ"
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bieu.pdf")
    message.add_attachment(b"\xff\xd8\xff", maintype="image", subtype="jpeg", filename="anh.jpg")
    raw = b"exit : now\r\n" + message.as_bytes()  # the stub of a reader does what the first word says
    (tmp_path / "mail.eml").write_bytes(raw)
    with office(tmp_path / "home") as opened, ReadingPool((opened.campaign,), size=1, reader=STUB) as readers:
        object.__setattr__(opened.installation, "readers", readers)
        import_mail(opened.installation, (tmp_path / "mail.eml",), NOW, NOW)
        assert read_new(opened.installation, NOW).set_aside == 1
        file_new(opened.installation, NOW)
        with opened.installation.database.reading() as connection:
            (filing,) = filings(connection).values()
            listed = documents(connection)
            reading = reading_of(connection, filing.message_id)
            assert (unread(connection), unfiled(connection)) == ((), ())
    assert filing.state is MessageState.SET_ASIDE
    assert [(each.path, each.fate) for each in listed][:2] == [("bieu.pdf", "unreadable"), ("anh.jpg", "unreadable")]
    assert all(each.why.vi.startswith("chưa mở, vì chương trình đọc bị dừng nhiều lần") for each in listed)
    assert reading is not None
    assert reading.envelope.subject == "Báo cáo Tuần lễ"
