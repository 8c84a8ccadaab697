"""The officer by mail, end to end: a real mailbox, a real mail server, and mail as an officer's program writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from email.header import Header
from email.message import EmailMessage
from html import escape
from pathlib import Path

import pytest

from service.installation import opened
from service.judging import submission_of
from service.rules.submission import Content
from storage.decisions import Decision, DecisionKind, all_decisions
from storage.events import broken_link, events
from storage.filings import MessageState, filings
from storage.notices import Notice, NoticeKind, NoticeState, notices
from tests.end_to_end.campaign_home import ADDRESS, PASSWORD_ENV, ZONE, FastCampaign, prepare_home, whole_story
from tests.servers import DovecotServer, SmtpSink

pytestmark = pytest.mark.timeout(240)
OFFICER = "can.bo@tuangiao.example"
VOUCHED = "Authentication-Results: mx.tuangiao.example; dmarc=pass header.from=tuangiao.example\r\n"
FAILED = "Authentication-Results: mx.tuangiao.example; dmarc=fail header.from=tuangiao.example\r\n"
SENDERS = (b"ubnd.quaito@", b"ubnd.tama@", b"ubnd.quaicang@")
CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){2}")


@pytest.fixture
def campaign(
    tmp_path: Path, dovecot: DovecotServer, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FastCampaign]:
    """The digest of 13 October has left: Quài Tở and Ta Ma are complete, a mail of Quài Cang waits."""
    monkeypatch.setenv(PASSWORD_ENV, dovecot.password)
    settings = prepare_home(tmp_path, dovecot, smtp_sink) / "thubao.toml"
    text = settings.read_text("utf-8").replace("[smtp]", 'trusted_authserv_id = "mx.tuangiao.example"\n[smtp]')
    settings.write_text(text, "utf-8")
    with opened(tmp_path, exclusive=True) as installation:
        opened_campaign = FastCampaign(installation, dovecot)
        with closing(opened_campaign.worker):
            early = [each for each in whole_story() if each.at.day <= 12]
            opened_campaign.deliver(*(each for each in early if any(name in each.raw[:3000] for name in SENDERS)))
            opened_campaign.tick_at(12, 18)
            opened_campaign.tick_at(13, 7, 31)
            yield opened_campaign


def at(hour: int, minute: int, day: int = 13) -> datetime:
    return datetime(2020, 10, day, hour, minute, tzinfo=ZONE)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def newest(sink: SmtpSink) -> EmailMessage:
    """The last letter that the officer got."""
    return sink.to(OFFICER)[-1].message


def answer(letter: EmailMessage, words: str, number: int, *, head: str = VOUCHED, sender: str = OFFICER) -> bytes:
    """What the officer's mail program sends when a letter is answered: subject and thread kept, the letter quoted below."""
    attribution = f"Vào Th 3, 13 thg 10, 2020 vào lúc 07:31 Phòng GD&ĐT <{ADDRESS}> đã viết:"
    quoted = "\n".join(f"> {line}" for line in text_of(letter).split("\n"))
    mail = EmailMessage()
    mail.set_content(f"{words}\n\n{attribution}\n\n{quoted}\n", charset="utf-8", cte="base64")
    own = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in words.split("\n"))
    theirs = "<br>".join(escape(line) for line in text_of(letter).split("\n"))
    markup = (
        f'<div dir="ltr">{own}</div><br><div class="gmail_quote">{escape(attribution)}<blockquote>{theirs}</blockquote></div>'
    )
    mail.add_alternative(markup, subtype="html", charset="utf-8", cte="quoted-printable")
    subject = Header(f"Re: {letter['Subject']}", "utf-8").encode(linesep="\r\n")
    headers = (
        f"From: =?utf-8?q?Nguy=E1=BB=85n_V=C4=83n_Huy?= <{sender}>\r\nTo: {ADDRESS}\r\nSubject: {subject}\r\n"
        f"Date: Tue, 13 Oct 2020 07:{40 + number}:00 +0700\r\nMessage-ID: <tra-loi-{number}@tuangiao.example>\r\n"
        f"In-Reply-To: {letter['Message-ID']}\r\nReferences: {letter['Message-ID']}\r\n"
    )
    return (head + headers).encode() + mail.as_bytes()


def arrives(campaign: FastCampaign, raw: bytes, moment: datetime) -> None:
    """A mail comes in, and the next tick finds it."""
    campaign.dovecot.append(raw, moment)
    campaign.now = moment + timedelta(minutes=1)
    campaign.worker.tick()


def decisions(campaign: FastCampaign) -> tuple[Decision, ...]:
    with campaign.installation.database.reading() as connection:
        return all_decisions(connection)


def ruled(campaign: FastCampaign) -> set[tuple[str, str | None]]:
    """What was decided, less what was only asked for."""
    asked = {DecisionKind.ORDER, DecisionKind.WITHDRAW, DecisionKind.LAPSE}
    return {(each.kind.value, each.unit) for each in decisions(campaign) if each.kind not in asked}


def content(campaign: FastCampaign, code: str) -> Content:
    unit = campaign.campaign.unit(code)
    assert unit is not None
    with campaign.installation.database.reading() as connection:
        return submission_of(connection, campaign.campaign, unit).content


def answers(campaign: FastCampaign) -> tuple[Notice, ...]:
    with campaign.installation.database.reading() as connection:
        return tuple(each for each in notices(connection) if each.kind is NoticeKind.OFFICER_ANSWER)


def states(campaign: FastCampaign) -> list[MessageState]:
    with campaign.installation.database.reading() as connection:
        return [each.state for _, each in sorted(filings(connection).items())]


def waiting_number(digest: EmailMessage) -> str:
    found = re.search(r"Thư số (\d+) \(ubnd\.quaicang@", text_of(digest))
    assert found is not None, text_of(digest)
    return found[1]


COMMANDS = """Kính gửi bộ phận tổng hợp,

DUYỆT Quài Tở
- gia han pu xi den 17h ngay 17/10
2) Trả lại xã Ta Ma vì ảnh không đúng hoạt động
MIỄN Tênh Phông vì mưa lũ
GHÉP {number}: quai cang
mấy xã còn lại duyệt luôn nhé

Trân trọng
Nguyễn Văn Huy"""


def test_a_digest_is_answered_with_commands_one_is_taken_back_and_the_others_take_effect(
    campaign: FastCampaign, smtp_sink: SmtpSink
) -> None:
    digest = newest(smtp_sink)
    number = waiting_number(digest)
    arrives(campaign, answer(digest, COMMANDS.format(number=number), 1), at(7, 45))

    echo = newest(smtp_sink)
    words = text_of(echo)
    assert "ghi nhận 05 lệnh, chưa thực hiện 01 nội dung (mã " in str(echo["Subject"])
    assert [line for line in words.split("\n") if re.match(r"\d\. ", line)] == [
        "1. Xã Quài Tở: duyệt báo cáo.",
        "2. Xã Pú Xi: gia hạn đến 17:00 ngày 17/10/2020.",
        "3. Xã Ta Ma: trả lại báo cáo, lý do: ảnh không đúng hoạt động.",
        "4. Xã Tênh Phông: miễn báo cáo, lý do: mưa lũ.",
        f"5. Thư số {number}: ghi nhận cho xã Quài Cang.",
    ]
    assert "- Dòng “mấy xã còn lại duyệt luôn nhé”: không rõ lệnh." in words
    assert "08:16 ngày 13/10/2020" in words
    assert echo["In-Reply-To"] == "<tra-loi-1@tuangiao.example>"
    assert ruled(campaign) == set()
    assert content(campaign, "03295") is Content.RECEIVED

    sent_before = len(smtp_sink.to("ubnd.quaicang@tuangiao.example"))
    arrives(campaign, answer(echo, "huỷ 4", 2), at(7, 55))
    assert "Xã Tênh Phông: miễn báo cáo, lý do: mưa lũ." in text_of(newest(smtp_sink))
    assert ruled(campaign) == set()
    assert len(smtp_sink.to("ubnd.quaicang@tuangiao.example")) == sent_before

    campaign.tick_at(13, 8, 17)
    assert ruled(campaign) == {("approve", "03295"), ("extend", "03269"), ("return", "03265"), ("assign", "03289")}
    assert content(campaign, "03295") is Content.APPROVED
    assert content(campaign, "03265") is Content.RETURNED
    assert content(campaign, "03304") is Content.MISSING
    assert {each.who for each in decisions(campaign)} == {OFFICER}
    assert len(smtp_sink.to("ubnd.quaicang@tuangiao.example")) == sent_before + 1
    extension = next(each for each in decisions(campaign) if each.kind is DecisionKind.EXTEND)
    assert extension.payload["until"] == "2020-10-17T17:00:00+07:00"

    letters = len(smtp_sink.received)
    campaign.tick_at(13, 12)
    assert len(decisions(campaign)) == 5 + 1 + 4
    assert len(smtp_sink.received) == letters
    assert states(campaign).count(MessageState.COMMAND) == 2
    with campaign.installation.database.reading() as connection:
        assert broken_link(events(connection)) is None


def test_forged_and_repeated_mails_change_nothing(campaign: FastCampaign, smtp_sink: SmtpSink) -> None:
    digest = newest(smtp_sink)
    code = CODE.search(str(digest["Subject"]))
    assert code is not None
    guessed = EmailMessage()
    guessed["Subject"] = str(digest["Subject"]).replace(code[0], "2222-3333-4444")
    guessed["Message-ID"] = digest["Message-ID"]
    guessed.set_content("không có mã")
    order = "DUYỆT Quài Tở\nMIỄN Pú Xi vì mưa lũ"
    forged = (
        answer(digest, order, 1, head=""),  # nobody vouches for the sender
        answer(digest, order, 2, head=FAILED),
        answer(digest, order, 3, head=FAILED + VOUCHED),  # a verdict that came with the mail, below our server's own
        answer(digest, order, 4, sender="ubnd.quaito@tuangiao.example"),  # the officer forwarded the digest to a commune
        answer(guessed, order, 5),
        answer(digest, order, 6, head=VOUCHED + "Auto-Submitted: auto-replied\r\n"),
        answer(digest, order, 7).replace(b"\r\nTo: ", b"\r\nFrom: la@thu.example\r\nTo: ", 1),  # two senders
    )
    for position, raw in enumerate(forged):
        arrives(campaign, raw, at(8, 30 + position))
    campaign.tick_at(13, 9, 30)
    assert decisions(campaign) == ()
    assert content(campaign, "03295") is Content.RECEIVED
    assert MessageState.COMMAND not in states(campaign)
    (told,) = answers(campaign)
    assert (told.recipient, told.state, told.context["done"]) == (OFFICER, NoticeState.SENT, [])
    assert "không xác thực được người gửi" in text_of(newest(smtp_sink))
    assert CODE.search(str(newest(smtp_sink)["Subject"])) is None


def test_the_same_mail_twice_orders_once(campaign: FastCampaign, smtp_sink: SmtpSink) -> None:
    raw = answer(newest(smtp_sink), "DUYỆT Quài Tở", 1)
    arrives(campaign, raw, at(7, 45))
    arrives(campaign, b"Received: from mx2.tuangiao.example\r\n" + raw, at(7, 50))
    changed = raw.replace(b"Date: Tue, 13 Oct 2020 07:41", b"Date: Tue, 13 Oct 2020 07:49")
    arrives(campaign, changed, at(7, 55))
    campaign.tick_at(13, 9)
    assert [each.kind for each in decisions(campaign)] == [DecisionKind.ORDER, DecisionKind.APPROVE]
    assert len(answers(campaign)) == 1
    assert states(campaign)[-3:] == [MessageState.COMMAND, MessageState.DUPLICATE, MessageState.NEEDS_DECISION]
