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
