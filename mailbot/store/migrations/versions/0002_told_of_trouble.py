"""Which trouble with a server staff have been told of."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; nobody has been told of anything yet."""
    op.add_column("contacts", sa.Column("told_since", sa.DateTime(timezone=True), nullable=True))
