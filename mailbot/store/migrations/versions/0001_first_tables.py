"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "contacts",
        sa.Column("server", sa.String(length=64), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("trouble_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("server", name=op.f("pk_contacts")),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "folders",
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("mailbox", "folder", name=op.f("pk_folders")),
    )
    op.create_table(
        "inbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid", name=op.f("uq_inbound_mailbox")),
    )
    op.create_index("ix_inbound_identity", "inbound", ["sha256", "message_id"], unique=False)
    op.create_index("ix_inbound_message_id", "inbound", ["message_id"], unique=False)
    op.create_index("ix_inbound_state", "inbound", ["state", "attempts", "id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("due", sa.String(length=32), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "due", name=op.f("pk_jobs")),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secrets")),
    )
    op.create_table(
        "services_on_hold",
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_services_on_hold")),
    )
    op.create_table(
        "tickets",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("conversation", sa.Integer(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("requester_name", sa.Text(), nullable=False),
        sa.Column("requester_email", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=True),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tickets")),
        sa.UniqueConstraint("key", name=op.f("uq_tickets_key")),
    )
    op.create_index(op.f("ix_tickets_conversation"), "tickets", ["conversation"], unique=False)
    op.create_index("ix_tickets_state", "tickets", ["state", "service"], unique=False)
    op.create_index("ix_tickets_updated", "tickets", ["updated"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mail", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["mail"], ["inbound.id"], name=op.f("fk_events_mail")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_events_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_ticket"), "events", ["ticket"], unique=False)
    op.create_table(
        "outbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("copied", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_outbound_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbound_message_id")),
    )
    op.create_index("ix_outbound_copied", "outbound", ["copied", "state"], unique=False)
    op.create_index("ix_outbound_recipient", "outbound", ["recipient", "sent_at"], unique=False)
    op.create_index("ix_outbound_state", "outbound", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_outbound_ticket"), "outbound", ["ticket"], unique=False)
    op.create_table(
        "participants",
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_participants_ticket")),
        sa.PrimaryKeyConstraint("ticket", "address", name=op.f("pk_participants")),
    )
    op.create_index(op.f("ix_participants_address"), "participants", ["address"], unique=False)
    op.create_table(
        "ticket_mails",
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("mail", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mail"], ["inbound.id"], name=op.f("fk_ticket_mails_mail")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_ticket_mails_ticket")),
        sa.PrimaryKeyConstraint("ticket", "mail", name=op.f("pk_ticket_mails")),
    )
    op.create_index(op.f("ix_ticket_mails_mail"), "ticket_mails", ["mail"], unique=False)
