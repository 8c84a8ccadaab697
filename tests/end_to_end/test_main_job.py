"""The main job: real mail in at one end, the answers, the alert and the consolidated workbook out at the other."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from config.campaign import IndicatorRole
from service.demo.files import figures
from service.desk import Desk
from service.rules.submission import Content, Timeliness
from storage.filings import MessageState, filings
from storage.notices import NoticeKind, NoticeState, notices
from tests.end_to_end.campaign_home import PASSWORD_ENV, FastCampaign, fast_campaign
from tests.servers import DovecotServer, LibreOffice, SmtpSink

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch, dovecot: DovecotServer) -> None:
    monkeypatch.setenv(PASSWORD_ENV, dovecot.password)


def test_the_reference_campaign_runs_by_itself(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink, libreoffice: LibreOffice
) -> None:
    with fast_campaign(tmp_path, dovecot, smtp_sink) as campaign:
        campaign.play(until_day=17)
        _board_tells_who_sent_what(campaign)
        _only_those_who_owed_were_reminded(campaign)
        _alert_names_the_missing(smtp_sink)
        _mailbox_is_untouched(dovecot)
        outputs = campaign.installation.home.storage.outputs
        assert {each.suffix for each in outputs.iterdir()} >= {".xlsx", ".docx", ".zip", ".json"}
        _totals_are_right(campaign, outputs / "htsd-2020-v2.json")
        _workbook_calculates_the_same(campaign, outputs / "htsd-2020-v2.xlsx", outputs / "htsd-2020-v2.json", libreoffice)


def _board_tells_who_sent_what(campaign: FastCampaign) -> None:
    board = Desk(campaign.installation, campaign.now, "test").board(campaign.campaign)
    lines = {line.code: line for line in board.lines}
    assert (board.rates.expected, board.rates.actual, board.rates.on_time) == (19, 16, 15)
    assert lines["03295"].submission.content is Content.RECEIVED
    assert lines["03295"].submission.version == 4
    assert lines["03304"].timeliness is Timeliness.LATE
    assert lines["03277"].submission.content is Content.ISSUES
    assert lines["03284"].submission.provisional
    assert {code for code, line in lines.items() if line.submission.content is Content.MISSING} == {"03263", "03269", "03289"}
    with campaign.installation.database.reading() as connection:
        waiting = [each for each in filings(connection).values() if each.state is MessageState.NEEDS_DECISION]
    assert len(waiting) == 2  # the neighbour's name on the file, and the request for more time
    assert board.mailboxes[0].server == board.mailboxes[0].recorded == len(campaign.story())


def _only_those_who_owed_were_reminded(campaign: FastCampaign) -> None:
    with campaign.installation.database.reading() as connection:
        sent = [each for each in notices(connection) if each.state is NoticeState.SENT]
    reminded = [(each.unit, each.due_at.date().isoformat()) for each in sent if each.kind is NoticeKind.REMINDER]
    assert len(reminded) == len(set(reminded))
    assert ("03253", "2020-10-08") not in reminded  # had sent everything on the 5th
    assert {code for code, _ in reminded} >= {"03269", "03263"}
    overdue = {each.unit for each in sent if each.kind is NoticeKind.OVERDUE}
    assert overdue == {"03263", "03269", "03304"}  # not Quài Cang, whose papers wait for the officer


def _alert_names_the_missing(sink: SmtpSink) -> None:
    (alert,) = [each for each in sink.to("can.bo@tuangiao.example") if "Theo dõi" in str(each.message["Subject"])]
    text = alert.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    for name in ("Nà Tòng", "Pú Xi", "Quài Cang", "Tênh Phông"):
        assert name in text
    assert "Auto-Submitted" in alert.message


def _mailbox_is_untouched(dovecot: DovecotServer) -> None:
    assert all("\\Seen" not in flags for flags in dovecot.flags().values())


def _truth(campaign: FastCampaign) -> dict[str, dict[str, int]]:
    """Totals of the figures that the communes typed, summed without any of the program's code."""
    reported = [unit.code for unit in campaign.campaign.roster if unit.code not in {"03263", "03269", "03289"}]
    totals: dict[str, dict[str, int]] = {}
    for code in reported:
        typed = figures(campaign.campaign, int(code))
        if code == "03274":
            typed["4.books"] = {"count": 1250}
        if code == "03277":
            typed["1.it_training"] = {"count": 2, "people": 45}
            typed["4.books"] = {"count": 300}
            typed["10.state_budget"] = {"money": 5_000_000}
            typed["10.other"] = {"money": 500}
            typed["7.communes"] = {"count": 3}
        for indicator, columns in typed.items():
            for column, value in columns.items():
                column_totals = totals.setdefault(indicator, {})
                column_totals[column] = column_totals.get(column, 0) + int(value)
    return totals


def _totals_are_right(campaign: FastCampaign, path: Path) -> None:
    made = json.loads(path.read_text("utf-8"))
    assert made["coverage"] == {"reported": 16, "expected": 19, "missing": ["03263", "03269", "03289"]}
    for indicator, columns in _truth(campaign).items():
        if indicator == "7.communes":
            continue  # rolled up as the number of communes with 1
        for column, value in columns.items():
            assert made["totals"][indicator][column]["value"] == value, (indicator, column)
    assert made["units"]["03295"]["1.it_training"] == figures(campaign.campaign, 3295)["1.it_training"]


def _workbook_calculates_the_same(campaign: FastCampaign, path: Path, made: Path, libreoffice: LibreOffice) -> None:
    """LibreOffice's own sums in the office's layout are those of the JSON."""
    recalculated = openpyxl.load_workbook(libreoffice.recalculate(path), data_only=True)
    sheet = recalculated["Tổng hợp"]
    numbers = {cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)}
    totals = json.loads(made.read_text("utf-8"))["totals"]
    for indicator in campaign.campaign.form.indicators:
        if indicator.role in {IndicatorRole.LEAF, IndicatorRole.TOTAL}:
            for column in indicator.columns:
                value = totals[indicator.code][column]["value"]
                assert value is None or value in numbers, (indicator.code, column, value)


def test_started_a_day_after_the_deadline_it_closes_once(tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink) -> None:
    with fast_campaign(tmp_path, dovecot, smtp_sink) as campaign:
        story = campaign.story()
        campaign.deliver(*(each for each in story if each.at <= campaign.campaign.deadline))
        first = campaign.tick_at(16, 23, 59)
        again = campaign.tick_at(17, 0, 5)
        assert len(first.planned.consolidated) == 1
        assert first.planned.consolidated[0].consolidation.version == 1
        assert again.planned.consolidated == ()
        assert again.sent.sent == 0
        with campaign.installation.database.reading() as connection:
            kinds = [each.kind for each in notices(connection)]
        assert kinds.count(NoticeKind.DELIVERY) == 1
        assert kinds.count(NoticeKind.OFFICER_ALERT) == 1
        assert NoticeKind.REMINDER not in kinds  # "two days left" would be untrue by now


def test_a_mail_in_time_but_fetched_late_is_on_time(tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink) -> None:
    with fast_campaign(tmp_path, dovecot, smtp_sink) as campaign:
        whole = next(each for each in campaign.story() if b"03253" in each.raw or each.at.day == 5)
        dovecot.append(whole.raw, campaign.campaign.deadline)
        campaign.tick_at(16, 2, 0)
        board = Desk(campaign.installation, campaign.now, "test").board(campaign.campaign)
        assert board.rates.on_time == 1


def test_the_same_mail_twice_counts_once(tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink) -> None:
    with fast_campaign(tmp_path, dovecot, smtp_sink) as campaign:
        whole = campaign.story()[0]
        dovecot.append(whole.raw, whole.at)
        dovecot.append(b"Received: by another.example; Mon, 5 Oct 2020 08:30:00 +0700\r\n" + whole.raw, whole.at)
        campaign.tick_at(6)
        with campaign.installation.database.reading() as connection:
            states = sorted(each.state.value for each in filings(connection).values())
        assert states == ["duplicate", "filed"]
        assert len(smtp_sink.to("ubnd.thitran@tuangiao.example")) == 1


def test_an_unreachable_mailbox_is_shown_and_stops_nothing_else(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    with fast_campaign(tmp_path, dovecot, smtp_sink) as campaign:
        dovecot.stop()
        report = campaign.tick_at(8)
        assert report.problems
        assert report.planned.reminders == 19  # the ladder goes on
        board = Desk(campaign.installation, campaign.now, "test").board(campaign.campaign)
        assert board.mailboxes[0].error
        dovecot.start()
        campaign.deliver(campaign.story()[0])
        assert campaign.tick_at(8, 9).new_messages == 1
        assert not Desk(campaign.installation, campaign.now, "test").board(campaign.campaign).mailboxes[0].error
