"""What filing wants to know of the messages of a group, asked of the database once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from parsers.values import MessageReading
from service.installation import Installation
from service.rules.submission import Trust
from service.rules.trust import judge_trust
from storage.filings import Filing, MessageState, originals_of, units_by_sender
from storage.mail_records import MessageRecord, mailboxes_of, records_of
from storage.readings import KEY_LENGTH, namesakes_of, readings_of


class FilingGroup:
    """The records and readings of some messages, and who among all on record is like them."""

    def __init__(
        self, installation: Installation, connection: Connection, numbers: Iterable[int], at_hand: Mapping[int, MessageReading]
    ) -> None:
        """`at_hand`: readings that need not be looked up, by message."""
        wanted = tuple(numbers)
        self._installation = installation
        self.records: Mapping[int, MessageRecord] = records_of(connection, wanted)
        self.readings = {**at_hand, **readings_of(connection, [each for each in wanted if each not in at_hand])}
        self._seen_in = mailboxes_of(connection, wanted)
        envelopes = [self.readings[each].envelope for each in wanted if each in self.readings]
        self._originals = dict(originals_of(connection, {each.fingerprint for each in envelopes}))
        self._namesakes = namesakes_of(connection, {each.message_id for each in envelopes})
        self._connection = connection
        self._senders: dict[str, Mapping[str, frozenset[str]]] = {}  # by campaign, looked up when first asked for
        self._filed: dict[tuple[str | None, str], set[str]] = {}  # the same of this group: campaign and address

    def is_filed(self, filing: Filing) -> None:
        """Note how a message was filed, for those that are filed after it."""
        reading, record = self.readings[filing.message_id], self.records[filing.message_id]
        if filing.duplicate_of is None:
            alike = self._originals.get(reading.envelope.fingerprint, ())
            self._originals[reading.envelope.fingerprint] = (*alike, (record.received_at, record.id))
        if filing.state is MessageState.FILED and filing.unit:
            self._filed.setdefault((filing.campaign, reading.envelope.sender.casefold()), set()).add(filing.unit)

    def unit_before(self, number: int, campaign: str) -> str | None:
        """The one unit that every other mail from this message's address was filed to in a campaign; None where there is none."""
        sender = self.readings[number].envelope.sender.casefold()
        officers = {each.casefold() for each in self._installation.home.office.officers}  # what they forward is from many units
        if not sender or sender in officers:
            return None
        if campaign not in self._senders:
            self._senders[campaign] = units_by_sender(self._connection, campaign)
        units = self._senders[campaign].get(sender, frozenset()) | self._filed.get((campaign, sender), set())
        return next(iter(units)) if len(units) == 1 else None

    def twin_of(self, number: int) -> int | None:
        """The earliest other message with the same fingerprint that was filed before: the same mail delivered twice."""
        alike = self._originals.get(self.readings[number].envelope.fingerprint, ())
        return min(((received_at, other) for received_at, other in alike if other != number), default=(None, None))[1]

    def earlier_namesake(self, number: int) -> int | None:
        """The first other message under the same Message-ID whose content is another, of those that came before."""
        envelope = self.readings[number].envelope
        alike = self._namesakes.get(envelope.message_id[:KEY_LENGTH], ())
        return next((other for other, content in alike if other < number and content != envelope.fingerprint), None)

    def is_private(self, number: int) -> bool:
        """Whether a message was seen only in mailboxes that a person also uses: it may be a private mail."""
        seen_in = self._seen_in.get(number, frozenset())
        shared = {each.name for each in self._installation.home.mailboxes if not each.dedicated}
        return bool(seen_in) and seen_in <= shared

    def trust_in(self, number: int) -> Trust:
        """By the Authentication-Results of the mailbox the mail was seen in; imported mail by those of the only mailbox."""
        envelope, everywhere = self.readings[number].envelope, self._installation.home.mailboxes
        mailboxes = [each for each in everywhere if each.name in self._seen_in.get(number, frozenset())]
        if not mailboxes and len(everywhere) == 1:
            mailboxes = list(everywhere)
        verdicts = [judge_trust(envelope.authentication_results, each.trusted_authserv_id, envelope.sender) for each in mailboxes]
        return next((each for each in (Trust.FAILED, Trust.VERIFIED) if each in verdicts), Trust.UNVERIFIED)
