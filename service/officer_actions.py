"""What the officer is asked to do, one line each: mail that waits, senders to confirm, addresses and mailboxes that fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from config.campaign import Campaign
from config.text import NO_TEXT, Language, Text
from service.letter_words import two_digits, unit_name
from service.lines import open_mails
from service.rules.submission import Submission
from storage.mail_records import folder_cursors
from storage.notices import WAITS, NoticeState, lost_notices, notices_in

_NOBODY_REMINDED = Text(vi=" Chưa đọc được hộp thư thì chưa nhắc đơn vị nào.", en=" Until it is read nobody is reminded.")


def officer_actions(
    connection: Connection, campaign: Campaign, every: Iterable[Submission], waiting: int, language: Language
) -> list[str]:
    """The lines of a letter to the officers, the most urgent first."""
    lines = [
        *_mailboxes(connection),
        *_mails(waiting, language),
        *_open(connection, campaign),
        *_senders(campaign, every),
        *undelivered(connection, campaign),
        *_without_address(campaign),
    ]
    return [each.in_(language) for each in lines]


def _mailboxes(connection: Connection) -> Iterator[Text]:
    cursors = [(name, each) for (name, _), each in folder_cursors(connection).items()]
    readable = {name for name, each in cursors if not each.error}
    was_read = {name for name, each in cursors if each.last_success}
    for name, error in {name: each.error for name, each in cursors if each.error}.items():
        reason = " ".join(error.split()).rstrip(".")
        so = _NOBODY_REMINDED if name in was_read - readable else NO_TEXT
        yield Text(vi=f"Kiểm tra hộp thư {name}: {reason}.{so.vi}", en=f"Look after the mailbox {name}: {reason}.{so.en}")


def _mails(waiting: int, language: Language) -> Iterator[Text]:
    if waiting:
        count = two_digits(waiting, language)
        yield Text(
            vi=f"Xem và ghép {count} thư chờ xử lý.", en=f"Look at {count} mail{'s' if waiting > 1 else ''} waiting for you."
        )


def _open(connection: Connection, campaign: Campaign) -> Iterator[Text]:
    """Which units' mails wait, and for what: a correction or a withdrawal that waits may change what is handed on."""
    waiting = open_mails(connection, campaign)
    for unit in (each for each in campaign.roster if each.code in waiting):
        mails = waiting[unit.code]
        numbers = ", ".join(str(each.message) for each in mails)
        why = {each.why.vi: each.why for each in mails}.values()
        yield Text(
            vi=f"Quyết định về thư số {numbers} của {unit.full_name}: {'; '.join(each.vi for each in why)}.",
            en=f"Decide about message {numbers} of {unit.full_name}: {'; '.join(each.en for each in why)}.",
        )


def _senders(campaign: Campaign, every: Iterable[Submission]) -> Iterator[Text]:
    for each in every:
        if each.waiting or each.provisional:
            name = unit_name(campaign, each.unit)
            yield Text(vi=f"Xác nhận người gửi của {name}.", en=f"Confirm who sent for {name}.")


def undelivered(connection: Connection, campaign: Campaign) -> Iterator[Text]:
    """Addresses to which the last mail did not arrive, and why mail that is due cannot leave."""
    for notice in lost_notices(connection, campaign.id):
        name = unit_name(campaign, notice.unit) if notice.unit else notice.recipient
        yield Text(
            vi=f"Kiểm tra địa chỉ thư của {name}: thư gửi {notice.recipient} không đến.",
            en=f"Check the address of {name}: mail to {notice.recipient} did not arrive.",
        )
    queued = notices_in(connection, NoticeState.QUEUED, campaign=campaign.id)
    stuck = Counter(each.error for each in queued if each.error and not each.error.startswith(WAITS))
    for reason, count in stuck.items():
        yield Text(vi=f"Chưa gửi được {count:02d} thư: {reason}.", en=f"Mail that cannot leave yet, {count}: {reason}.")


def addresses_lost(connection: Connection, campaign: Campaign) -> frozenset[str]:
    """Addresses from which the last mail came back."""
    return frozenset(each.recipient for each in lost_notices(connection, campaign.id) if each.message_id)


def _without_address(campaign: Campaign) -> Iterator[Text]:
    without = [unit.full_name for unit in campaign.roster if not unit.emails]
    if without:
        names = ", ".join(without)
        yield Text(vi=f"Bổ sung địa chỉ thư của: {names}.", en=f"Add an address for: {names}.")
