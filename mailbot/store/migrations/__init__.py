"""Alembic migrations; each file in versions/ leads from one version of the tables to the next."""
