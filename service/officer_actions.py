"""What the officer is asked to do, one line each: mail that waits, senders to confirm, addresses and mailboxes that fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from config.campaign import Campaign
from config.text import Language, Text
from service.letter_words import two_digits, unit_name
from service.rules.submission import Submission
from storage.mail_records import folder_cursors
from storage.notices import Notice, NoticeState, notices

_DID_NOT_ARRIVE = (NoticeState.FAILED, NoticeState.BOUNCED)


def officer_actions(
    connection: Connection, campaign: Campaign, every: Iterable[Submission], waiting: int, language: Language
) -> list[str]:
    """The lines of a letter to the officers, the most urgent first."""
    lines = [
        *_mailboxes(connection),
        *_mails(waiting, language),
        *_senders(campaign, every),
        *_addresses(campaign, notices(connection, campaign.id)),
    ]
    return [each.in_(language) for each in lines]


def _mailboxes(connection: Connection) -> Iterator[Text]:
    failing = {name: each.error for (name, _), each in folder_cursors(connection).items() if each.error}
    for name, error in failing.items():
        reason = " ".join(error.split()).rstrip(".")
        yield Text(vi=f"Kiểm tra hộp thư {name}: {reason}.", en=f"Look after the mailbox {name}: {reason}.")


def _mails(waiting: int, language: Language) -> Iterator[Text]:
    if waiting:
        count = two_digits(waiting, language)
        yield Text(
            vi=f"Xem và ghép {count} thư chờ xử lý.", en=f"Look at {count} mail{'s' if waiting > 1 else ''} waiting for you."
        )


def _senders(campaign: Campaign, every: Iterable[Submission]) -> Iterator[Text]:
    for each in every:
        if each.waiting or each.provisional:
            name = unit_name(campaign, each.unit)
            yield Text(vi=f"Xác nhận người gửi của {name}.", en=f"Confirm who sent for {name}.")


def _addresses(campaign: Campaign, sent: Iterable[Notice]) -> Iterator[Text]:
    """Addresses to which the last mail did not arrive, and units that have none."""
    last = {each.recipient: each for each in sent if each.state is NoticeState.SENT or each.state in _DID_NOT_ARRIVE}
    for recipient, notice in last.items():
        if notice.state in _DID_NOT_ARRIVE:
            name = unit_name(campaign, notice.unit) if notice.unit else recipient
            yield Text(
                vi=f"Kiểm tra địa chỉ thư của {name}: thư gửi {recipient} không đến.",
                en=f"Check the address of {name}: mail to {recipient} did not arrive.",
            )
    without = [unit.full_name for unit in campaign.roster if not unit.emails]
    if without:
        names = ", ".join(without)
        yield Text(vi=f"Bổ sung địa chỉ thư của: {names}.", en=f"Add an address for: {names}.")
