"""What the database holds. A change here needs a migration beside it (migrations/versions)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    ScalarSelect,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    cast,
    false,
    literal_column,
    select,
)
from sqlalchemy.types import BigInteger

from mailbot.store.columns import Moment, Packed, Term, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

inbound = Table(
    "inbound",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mailbox", String(64), nullable=False),
    Column("folder", Words, nullable=False),  # where it arrived
    Column("moved_to", Words),  # where the bot has put it since; the folder itself: it stays there for good
    # Both are 32 bits without a sign (RFC 9051, 2.3.1.1).
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("message_id", Words, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("raw", Packed, nullable=False),
    Column("received", Moment, nullable=False),
    Column("state", Term(16), nullable=False),
    Column("reason", Words),
    Column("attempts", Integer, nullable=False),
    Column("claimed_until", Moment),
    Column("claimed_by", String(32)),  # the lease under which somebody works on it (store/leases.py)
    Column("done_at", Moment),
    Column("forgotten_at", Moment),  # since then its words are gone
    Column("by_hand", Boolean, nullable=False, server_default=false()),  # from Sent: a person wrote it from the mailbox
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index("ix_inbound_state", "state", "attempts", "id"),
    Index("ix_inbound_identity", "sha256", "message_id"),
    Index("ix_inbound_message_id", "message_id"),
)

folders = Table(
    "folders",
    metadata,
    Column("mailbox", String(64), primary_key=True),
    Column("folder", Words, primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    Column("since", Moment),  # mails that are older are before the first run; NULL: none is
)

contacts = Table(
    "contacts",
    metadata,
    Column("server", String(64), primary_key=True),  # "smtp" or the id of a mailbox
    Column("reached_at", Moment),
    Column("trouble", Words),
    Column("trouble_since", Moment),
)

leases = Table(
    "leases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("subject", String(128), nullable=False, unique=True),
    Column("holder", Words, nullable=False),
    Column("until", Moment),  # by the database's clock; NULL: as long as the only bot lives
)

tickets = Table(
    "tickets",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", String(32), nullable=False, unique=True),
    Column("conversation", Integer, nullable=False, index=True),  # number of its first ticket
    Column("request", JSON, nullable=False),
    Column("service", String(64), nullable=False),
    Column("state", Term(16), nullable=False),
    Column("mailbox", String(64), nullable=False),
    Column("requester_name", Words, nullable=False),
    Column("requester_email", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("language", String(8), nullable=False),
    Column("assignee", String(64)),
    Column("questions", Integer, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("due", Date),
    Column("held", Words),  # why this one waits, whatever its service does
    Column("waits_until", Moment),  # staff have put it off until then
    Column("merged_into", String(32)),  # key of the ticket in which it goes on
    Column("follows", String(32)),  # key of the earlier ticket that it goes on from
    Column("forgotten_at", Moment),  # since then nothing tells whose it was, and what it was about
    Column("sources", JSON, nullable=False, server_default="[]"),  # [field, value, name, address] of what others have told
    Column("vouched", Boolean),  # whether staff have confirmed a requester found in a forwarded mail; NULL: they wrote themselves
    Index("ix_tickets_state", "state", "number"),
    Index("ix_tickets_state_service", "state", "service", "number"),
    Index("ix_tickets_updated", "updated"),
    Index("ix_tickets_opened", "opened"),
    Index("ix_tickets_requester_email", "requester_email", "opened"),
)

ticket_mails = Table(
    "ticket_mails",
    metadata,
    Column("ticket", ForeignKey(tickets.c.number), primary_key=True),
    Column("mail", ForeignKey(inbound.c.id), primary_key=True, index=True),
)

participants = Table(
    "participants",
    metadata,
    Column("ticket", ForeignKey(tickets.c.number), primary_key=True),
    Column("address", Words, primary_key=True, index=True),
    Column("name", Words, nullable=False, server_default=""),
    Column("copied", Boolean, nullable=False, server_default=false()),  # gets a copy of our mails to the requester
)


def number_of(key: str | ColumnElement[str]) -> ScalarSelect[int]:
    """The number of the ticket of that key, to stand in a statement."""
    return select(tickets.c.number).where(tickets.c.key == key).scalar_subquery()


KEY = bindparam("of", type_=tickets.c.key.type)
NUMBER = number_of(KEY)
"""The number of the ticket whose key is given as `of`."""

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket", ForeignKey(tickets.c.number), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("kind", Term(16), nullable=False),
    Column("by", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("mail", ForeignKey(inbound.c.id)),
    Index("ix_events_kind", "kind", "at"),
)

outbound = Table(
    "outbound",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message_id", Words, nullable=False, unique=True),
    Column("ticket", ForeignKey(tickets.c.number), index=True),  # NULL: the digest
    Column("mailbox", String(64), nullable=False),
    Column("recipient", Words, nullable=False),
    Column("copies", JSON, nullable=False, server_default="[]"),  # further addresses that get it (Cc)
    Column("cause", ForeignKey(inbound.c.id), index=True),  # the mail that it follows from; NULL: a command or the clock
    Column("shown_by", Integer),  # the inbound mail that showed its Message-ID to others than those who got it, as copies do
    Column("raw", Packed, nullable=False),
    Column("automatic", Boolean, nullable=False),  # an answer to a member that no person wrote: limits hold
    Column("state", Term(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),  # of one that was refused: when it was given up
    Column("claimed_until", Moment),
    Column("claimed_by", String(32)),  # the lease under which somebody sends or files it (store/leases.py)
    Column("created", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("copied", Boolean, nullable=False),  # whether a copy lies in Sent
    Column("error", Words),
    Column("unchanged", Boolean),  # of a draft that a person has sent: whether it left as it was
    Column("forgotten_at", Moment),  # since then its words and its recipient are gone
    Index("ix_outbound_state", "state", "due_at"),
    Index("ix_outbound_recipient", "recipient", "sent_at"),
    Index("ix_outbound_sent_at", "sent_at"),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mail", ForeignKey(inbound.c.id), index=True),  # NULL: given at the command line
    Column("ticket", ForeignKey(tickets.c.number), nullable=False, index=True),
    Column("by", String(64), nullable=False),  # id of the member of staff
    Column("at", Moment, nullable=False),
    Column("before", JSON, nullable=False),  # the ticket as it was
    Column("undone_at", Moment),
)

absences = Table(
    "absences",
    metadata,
    Column("staff", String(64), primary_key=True),
    Column("until", Date, nullable=False),  # the last day away
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket", ForeignKey(tickets.c.number), index=True),  # whose requester is erased; NULL: at the command line
    Column("by", String(64), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("tickets", Integer, nullable=False, server_default="0"),  # how many were concerned
    Column("mails", Integer, nullable=False, server_default="0"),
)

services_on_hold = Table(
    "services_on_hold",
    metadata,
    Column("service", String(64), primary_key=True),
    Column("because", Words, nullable=False),
    Column("since", Moment, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("due", String(32), primary_key=True),
    Column("done_at", Moment, nullable=False),
)

restorations = Table(
    "restorations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("taken_at", Moment, nullable=False),  # the backup from which this database comes
    Column("settled_at", Moment),  # since then it knows what was sent between the backup and its return
)

recollections = Table(
    "recollections",
    metadata,
    Column("message_id", Words, primary_key=True),  # of a mail of ours, found in Sent, that a restored database has forgotten
    Column("ticket", String(64), nullable=False, index=True),  # its key; there may be no such ticket
    Column("answers", Words, nullable=False, index=True),  # veiled Message-ID of the mail that it answers; "" for none
    Column("sent_at", Moment, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("last", Integer, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(128), nullable=False),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("about", String(64), nullable=False),  # id of a mailbox; "": the bot as a whole
    Column("since", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # when a bot saw it first; it may have begun while none was there
    Column("told_at", Moment),  # when staff got the mail about it
    Column("over_at", Moment),
    Column("end_told_at", Moment),
)

canaries = Table(
    "canaries",
    metadata,
    Column("message_id", String(255), primary_key=True),
    Column("mailbox", String(64), nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("found_at", Moment),
    Index("ix_canaries_mailbox", "mailbox", "sent_at"),
)

beats = Table(
    "beats",
    metadata,
    Column("part", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
)


refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("encrypted", Words, nullable=False),
)

# --- indices of what there is still to do: however long the tables grow, these stay short

NO_COPIES: ColumnElement[str] = literal_column("'[]'")
"""An empty JSON list as text. A literal, for from a parameter no database can tell that an index serves."""

ON_ITS_WAY = outbound.c.state.in_(["queued", "held", "released", "sending"])
"""A mail of ours that leaves by itself, sooner or later."""


def _index(name: str, *columns: Column[Any], where: ColumnElement[bool]) -> None:
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


_index(
    "ix_inbound_to_move",
    *(inbound.c.mailbox, inbound.c.folder, inbound.c.uidvalidity),
    where=inbound.c.done_at.is_not(None) & inbound.c.moved_to.is_(None),
)
_index("ix_inbound_by_hand", inbound.c.state, inbound.c.id, where=inbound.c.by_hand.is_(True))
_index(
    "ix_outbound_to_copy",
    *(outbound.c.mailbox, outbound.c.id),
    where=outbound.c.copied.is_(False) & outbound.c.sent_at.is_not(None),
)
_index("ix_outbound_on_its_way", outbound.c.due_at, outbound.c.id, where=ON_ITS_WAY)
_index("ix_outbound_returned", outbound.c.recipient, where=outbound.c.state == "returned")
_index("ix_outbound_with_copies", outbound.c.sent_at, where=cast(outbound.c.copies, String) != NO_COPIES)
_index("ix_outbound_unchanged", outbound.c.sent_at, where=outbound.c.unchanged.is_(True))
_index("ix_events_mail", events.c.mail, where=events.c.mail.is_not(None))
_index("ix_tickets_merged_into", tickets.c.merged_into, where=tickets.c.merged_into.is_not(None))
_index("ix_tickets_kept", tickets.c.updated, where=tickets.c.forgotten_at.is_(None))
_index("ix_inbound_kept", inbound.c.done_at, where=inbound.c.forgotten_at.is_(None))
_index("ix_outbound_kept", outbound.c.created, where=outbound.c.forgotten_at.is_(None))

# However many bots see a trouble, it begins once.
Index(
    "uq_alarms_kind",
    *(alarms.c.kind, alarms.c.about),
    unique=True,
    sqlite_where=alarms.c.over_at.is_(None),
    postgresql_where=alarms.c.over_at.is_(None),
)
