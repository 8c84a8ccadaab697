"""A mailbox that cannot be looked into: nobody is reminded of what may lie there, and the campaign is not closed over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.campaign_home import PASSWORD_ENV, FastCampaign, fast_campaign
from tests.servers import DovecotServer, SmtpSink

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def campaign(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FastCampaign]:
    monkeypatch.setenv(PASSWORD_ENV, dovecot.password)
    with fast_campaign(tmp_path, dovecot, smtp_sink) as running:
        yield running


def test_nobody_is_reminded_while_the_mailbox_cannot_be_read(
    campaign: FastCampaign, dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    whole = campaign.story()[0]
    dovecot.stop()
    away = campaign.tick_at(8)
    assert away.problems
    assert away.planned.reminders == 19
    assert not _reminded(smtp_sink)
    dovecot.start()
    campaign.deliver(whole)  # it had been there all the time
    back = campaign.tick_at(8, 9)
    assert back.sent.cancelled == 1
    reminded = _reminded(smtp_sink)
    assert len(reminded) == 18
    assert "ubnd.thitran@tuangiao.example" not in reminded


def test_the_campaign_is_not_closed_while_the_mailbox_is_away_for_a_moment(
    campaign: FastCampaign, dovecot: DovecotServer
) -> None:
    campaign.tick_at(15, 9)
    dovecot.stop()
    away = campaign.tick_at(16, 0, 0)
    assert (away.planned.consolidated, away.planned.alerts) == ((), 0)
    dovecot.start()
    campaign.deliver(campaign.story()[0])
    back = campaign.tick_at(16, 0, 30)
    (output,) = back.planned.consolidated
    assert (output.consolidation.version, output.consolidation.reported) == (1, 1)
    assert back.planned.alerts == 1


def test_a_mailbox_that_stays_away_does_not_keep_the_campaign_open(campaign: FastCampaign, dovecot: DovecotServer) -> None:
    dovecot.stop()
    campaign.tick_at(16, 0, 0)
    closed = campaign.tick_at(16, 1, 1)
    assert len(closed.planned.consolidated) == closed.planned.alerts == 1
    dovecot.start()


def _reminded(sink: SmtpSink) -> set[str]:
    return {mail.recipients[0] for mail in sink.received if "[Nhắc việc]" in str(mail.message["Subject"])}
