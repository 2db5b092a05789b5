"""What staff and members do by mail: put off, merge, undo, be away, stay in copy; and what is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add tables and columns; what is there stays as it is."""
    op.add_column("tickets", sa.Column("held", sa.Text(), nullable=True))
    op.add_column("tickets", sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("merged_into", sa.String(length=32), nullable=True))
    op.add_column("tickets", sa.Column("follows", sa.String(length=32), nullable=True))
    op.add_column("inbound", sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tickets", sa.Column("sources", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("tickets", sa.Column("vouched", sa.Boolean(), nullable=True))
    op.add_column("participants", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column("participants", sa.Column("copied", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tickets", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inbound", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_tickets_opened", "tickets", ["opened"], unique=False)
    op.create_index("ix_events_kind", "events", ["kind", "at"], unique=False)
    op.create_index("ix_outbound_sent_at", "outbound", ["sent_at"], unique=False)
    with op.batch_alter_table("outbound") as outbound:
        outbound.add_column(sa.Column("copies", sa.JSON(), nullable=False, server_default="[]"))
        outbound.add_column(sa.Column("cause", sa.Integer(), nullable=True))
        outbound.add_column(sa.Column("shown_by", sa.Integer(), nullable=True))
        outbound.add_column(sa.Column("unchanged", sa.Boolean(), nullable=True))
        outbound.add_column(sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
        outbound.create_foreign_key(op.f("fk_outbound_cause"), "inbound", ["cause"], ["id"])
        outbound.create_index(op.f("ix_outbound_cause"), ["cause"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail", sa.Integer(), nullable=True),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mail"], ["inbound.id"], name=op.f("fk_orders_mail")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_orders_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    op.create_index(op.f("ix_orders_mail"), "orders", ["mail"], unique=False)
    op.create_index(op.f("ix_orders_ticket"), "orders", ["ticket"], unique=False)
    op.create_table(
        "absences",
        sa.Column("staff", sa.String(length=64), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("staff", name=op.f("pk_absences")),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tickets", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("mails", sa.Integer(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_erasures_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_ticket"), "erasures", ["ticket"], unique=False)
