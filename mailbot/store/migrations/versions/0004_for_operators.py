"""What many bots on many hosts, and those who look after them, need to know."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add tables and columns; what is there stays as it is."""
    op.create_table(
        "leases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leases")),
        sa.UniqueConstraint("subject", name=op.f("uq_leases_subject")),
    )
    op.add_column("inbound", sa.Column("claimed_by", sa.String(length=32), nullable=True))
    op.add_column("outbound", sa.Column("claimed_by", sa.String(length=32), nullable=True))
    _restorations()
    op.create_table(
        "refresh_tokens",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("encrypted", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_refresh_tokens")),
    )
    _indices()
    _what_is_wrong()


def _restorations() -> None:
    """From which backup a database comes, and what it has learned of the time since."""
    op.create_table(
        "restorations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restorations")),
    )
    op.create_table(
        "recollections",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_recollections")),
    )
    op.create_index(op.f("ix_recollections_ticket"), "recollections", ["ticket"], unique=False)
    op.create_index(op.f("ix_recollections_answers"), "recollections", ["answers"], unique=False)


def _indices() -> None:
    """So that nothing takes longer the more tickets there are; most hold only rows about which there is still something to do."""
    op.drop_index("ix_outbound_copied", table_name="outbound")
    op.drop_index("ix_tickets_state", table_name="tickets")
    op.create_index("ix_tickets_state", "tickets", ["state", "number"], unique=False)
    op.create_index("ix_tickets_state_service", "tickets", ["state", "service", "number"], unique=False)
    op.create_index("ix_tickets_requester_email", "tickets", ["requester_email", "opened"], unique=False)
    to_move = sa.column("done_at").is_not(None) & sa.column("moved_to").is_(None)
    _index("ix_inbound_to_move", "inbound", "mailbox", "folder", "uidvalidity", where=to_move)
    _index("ix_inbound_by_hand", "inbound", "state", "id", where=sa.column("by_hand").is_(sa.true()))
    to_copy = sa.column("copied").is_(sa.false()) & sa.column("sent_at").is_not(None)
    _index("ix_outbound_to_copy", "outbound", "mailbox", "id", where=to_copy)
    on_its_way = sa.text("state IN ('queued', 'held', 'released', 'sending')")
    _index("ix_outbound_on_its_way", "outbound", "due_at", "id", where=on_its_way)
    _index("ix_outbound_returned", "outbound", "recipient", where=sa.text("state = 'returned'"))
    _index("ix_outbound_with_copies", "outbound", "sent_at", where=sa.text("CAST(copies AS VARCHAR) != '[]'"))
    _index("ix_outbound_unchanged", "outbound", "sent_at", where=sa.column("unchanged").is_(sa.true()))
    _index("ix_events_mail", "events", "mail", where=sa.column("mail").is_not(None))
    _index("ix_tickets_merged_into", "tickets", "merged_into", where=sa.column("merged_into").is_not(None))
    for table, column in (("tickets", "updated"), ("inbound", "done_at"), ("outbound", "created")):
        _index(f"ix_{table}_kept", table, column, where=sa.column("forgotten_at").is_(None))


def _index(name: str, table: str, *columns: str, where: sa.ColumnElement[bool] | sa.TextClause) -> None:
    op.create_index(name, table, list(columns), unique=False, sqlite_where=where, postgresql_where=where)


def _what_is_wrong() -> None:
    """Alarms, canaries and signs of life."""
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_column("told_since")  # stands in alarms
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    once = sa.text("over_at IS NULL")
    op.create_index("uq_alarms_kind", "alarms", ["kind", "about"], unique=True, sqlite_where=once, postgresql_where=once)
    op.create_table(
        "canaries",
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_canaries")),
    )
    op.create_index("ix_canaries_mailbox", "canaries", ["mailbox", "sent_at"], unique=False)
    op.create_table(
        "beats",
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_beats")),
    )
