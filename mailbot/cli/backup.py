"""backup, restore: the database in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.manual import BOT, OFFICE_FILES, SETTINGS_FILES, add, manual
from mailbot.cli.progress import watching
from mailbot.cli.shared import office, settings_of_environment

KEY_FILE = {"mailbot.db.secret": "the key of the Message-IDs, beside SQLite where MAILBOT_SECRET is not set"}


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    add(app, "backup", backup, panel=BOT)
    add(app, "restore", restore, panel=BOT)


@manual("mailbot backup /var/backups/mailbot-monday", files={**OFFICE_FILES, **KEY_FILE}, see=("restore", "status"))
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; nothing is written over another one.")],
) -> None:
    """
    Save the database in a new file, while the bot runs.

    It holds everything that people have written to you, and the key of the Message-IDs: keep it as you keep the mailbox.
    PostgreSQL is saved by pg_dump, which must be installed.
    """
    from mailbot.store.backup import back_up

    with office() as opened:
        in_the_environment = opened.settings.secret is not None
        key = None if in_the_environment else opened.keys[0].decode()
        with watching("pages") as progress:
            back_up(opened.settings.database, file, key=key, now=opened.clock(), progress=progress)
    typer.echo(f"{file}: {file.stat().st_size / 1_000_000:.1f} MB")
    if in_the_environment:
        typer.echo("the key of the Message-IDs is not in it: keep MAILBOT_SECRET as well")


@manual(
    "mailbot restore /var/backups/mailbot-monday",
    files={**SETTINGS_FILES, "mailbot.db": "the database (MAILBOT_DATABASE); there must be none yet", **KEY_FILE},
    see=("backup", "run"),
)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `mailbot backup` has written.")],
) -> None:
    """
    Put a backup in the place of the database, where there is none.

    The next `mailbot run` first asks the mail servers what has been answered since the backup, and answers none of it again.
    PostgreSQL is restored by pg_restore, which must be installed, into an empty database.
    """
    from mailbot.store.backup import restore as put_back

    settings = settings_of_environment()
    taken_at = put_back(settings.database, file, keys=settings.keys_set())
    typer.echo(f"{settings.database.render_as_string(hide_password=True)}: as it was {taken_at:%Y-%m-%d %H:%M} UTC")
    typer.echo("now start the bot: it asks the mail servers what was answered since, and answers none of it again")
