"""The tables. Facts are written once; derived tables may be dropped and rebuilt from facts and the archive at any time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

SCHEMA_VERSION = 1
"""Raised with every change of the tables; a database of a newer version is refused, an older one is migrated."""


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept as ISO 8601 text in UTC with microseconds, so that text order is time order everywhere."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Aware datetime to text; a naive one is our mistake."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment on record needs a time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401 - SQLAlchemy's own
        """Text to aware datetime in UTC."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

# --- facts ---------------------------------------------------------------------------------------------------------------

about = Table(
    "about",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("size", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),  # INTERNALDATE of the first sighting, or the import's receipt time
    Column("fetched_at", Instant, nullable=False),
    Column("source", Text),  # the path given to `thubao import`
    Column("truncated", Boolean, nullable=False, default=False),  # too large: only its beginning is archived
    Column("forgotten_at", Instant),  # the raw copy was dropped: private mail in a shared mailbox
)

sighting = Table(
    "sighting",
    metadata,
    Column("mailbox", String(80), primary_key=True),
    Column("folder", String(200), primary_key=True),
    Column("uidvalidity", BigInteger, primary_key=True),
    Column("uid", BigInteger, primary_key=True),
    Column("message_id", ForeignKey("message.id")),  # NULL while the mail could not be fetched
    Column("internaldate", Instant),
    Column("set_aside", Boolean, nullable=False, default=False),
    Column("reason", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Index("sighting_by_message", "message_id"),
)
Index(  # every poll asks for these few among hundreds of thousands
    "sighting_waiting",
    sighting.c.mailbox,
    sighting.c.folder,
    sighting.c.uidvalidity,
    sqlite_where=sighting.c.message_id.is_(None),
    postgresql_where=sighting.c.message_id.is_(None),
)

cursor = Table(
    "cursor",
    metadata,
    Column("mailbox", String(80), primary_key=True),
    Column("folder", String(200), primary_key=True),
    Column("uidvalidity", BigInteger),
    Column("uidnext", BigInteger),
    Column("first_uid", BigInteger),  # where the campaign's window begins
    Column("scanned_at", Instant),  # last full difference
    Column("last_success", Instant),
    Column("server_count", Integer),
    Column("error", Text, nullable=False, default=""),
    Column("error_since", Instant),
)

pause = Table(  # servers that refused our log-in, and until when each is left alone
    "pause",
    metadata,
    Column("server", String(100), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("reason", JSON, nullable=False),
    Column("login", String(80), nullable=False),  # salt and two bytes of a digest of what was refused
)

balance = Table(  # what must agree, as last counted: the folders of a server with our rows, our rows with the archive
    "balance",
    metadata,
    Column("place", String(300), primary_key=True),
    Column("counted_at", Instant, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("surplus", Integer, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("who", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("campaign", String(80), nullable=False),
    Column("unit", String(40)),
    Column("message_id", ForeignKey("message.id")),
    Column("payload", JSON, nullable=False),
    Column("why", Text, nullable=False, default=""),
    Index("decision_by_unit", "campaign", "unit"),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(300), nullable=False, unique=True),
    Column("campaign", String(80), nullable=False),
    Column("unit", String(40)),
    Column("kind", String(20), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("state", String(20), nullable=False),
    Column("cause", Text, nullable=False, default=""),
    Column("context", JSON, nullable=False),  # what the letter needs beyond the campaign's present state
    Column("trigger_id", ForeignKey("message.id")),  # the mail it answers
    Column("subject", Text, nullable=False, default=""),
    Column("message_id", String(300), nullable=False, default=""),
    Column("content", LargeBinary),  # the rendered mail, byte for byte
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Instant),
    Column("sent_at", Instant),
    Column("error", Text, nullable=False, default=""),
    Index("notice_by_state", "state"),
    Index("notice_by_unit", "campaign", "unit", "kind"),
)

consolidation = Table(
    "consolidation",
    metadata,
    Column("campaign", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("figures", String(64), nullable=False),  # hash of what went in: a new version only when it differs
    Column("payload", JSON, nullable=False),
    Column("files", JSON, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# --- derived -------------------------------------------------------------------------------------------------------------

reading = Table(
    "reading",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True),
    Column("reader_version", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    Column("content", JSON),  # a MessageReading; NULL while it could not be read
    Column("fingerprint", String(64), nullable=False, default=""),
    Column("mail_key", String(300), nullable=False, default=""),  # its Message-ID header
    Index("reading_by_fingerprint", "fingerprint"),
    Index("reading_by_mail_key", "mail_key"),
)

filing = Table(
    "filing",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("campaign", String(80)),
    Column("unit", String(40)),
    Column("trust", String(12), nullable=False),
    Column("provisional", Boolean, nullable=False, default=False),
    Column("evidence", JSON, nullable=False),
    Column("why", JSON, nullable=False),
    Column("duplicate_of", ForeignKey("message.id")),
    Column("request", JSON),
    Index("filing_by_unit", "campaign", "unit"),
    Index("filing_by_state", "state"),
)

document = Table(
    "document",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("path", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("type", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("fate", String(20), nullable=False),
    Column("why", JSON, nullable=False),
    Column("unit", String(40)),  # when the document is from another unit than its message
    Column("perceptual_hash", String(16), nullable=False, default=""),
    Index("document_by_hash", "sha256"),
)

elsewhere = Table(
    "elsewhere",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("path", Text, nullable=False),
    Column("campaign", String(80), nullable=False),
    Column("unit", String(40), nullable=False),
    Index("elsewhere_by_unit", "campaign", "unit"),
)

unit_state = Table(
    "unit_state",
    metadata,
    Column("campaign", String(80), primary_key=True),
    Column("unit", String(40), primary_key=True),
    Column("judged_at", Instant, nullable=False),
    Column("content", String(12), nullable=False),
    Column("figures", String(64), nullable=False, default=""),  # hash of all values: equal figures of two units are suspect
    Column("submission", JSON, nullable=False),
    UniqueConstraint("campaign", "unit"),
)

DERIVED = (reading, filing, document, elsewhere, unit_state)
"""Tables that `thubao rebuild` empties and fills again."""
