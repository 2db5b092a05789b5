"""Run by Alembic: migrates on the connection that mailbot.store.migrate hands over."""

from alembic import context

from mailbot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, and is told BEGIN IMMEDIATE by us
)
with context.begin_transaction():
    context.run_migrations()
