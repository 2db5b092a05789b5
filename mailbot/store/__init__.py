"""The database, the only truth: tables, migrations, and queries as small functions on a connection."""
