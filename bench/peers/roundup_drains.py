"""
Roundup empties an inbox: an issue for each mail, and the mail about it to who wrote. The classic tracker on SQLite.

    python roundup_drains.py prepare|drain HOST IMAP_PORT SMTP_PORT USER FOLDER
"""

from __future__ import annotations

import imaplib
import sys
from pathlib import Path

from roundup import instance
from roundup.scripts import roundup_admin, roundup_mailgw

CONFIG = {
    ("tracker", "web"): "http://localhost/support/",
    ("mail", "domain"): "verein.example",
    ("mail", "host"): "127.0.0.1",
    ("rdbms", "backend"): "sqlite",
    ("nosy", "messages_to_author"): "yes",
}


MAY_WRITE = "db.security.addPermissionToRole('Anonymous', 'Email Access')"
"""In the tracker's schema, commented out: who writes for the first time becomes a user."""


def main() -> None:
    """Make the tracker, or drain the inbox."""
    what, host, imap, smtp, user, folder = sys.argv[1:]
    home = Path(folder) / "tracker"
    if what == "prepare":
        _prepare(home, {**CONFIG, ("mail", "port"): smtp, ("tracker", "email"): user})
    else:
        # It knows no port but 143.
        imaplib.IMAP4.__init__.__defaults__ = ("", int(imap), None)
        _run(roundup_mailgw.run, "roundup-mailgw", str(home), "imap", f"{user}:secret@{host}", "INBOX")
        _see_that_it_worked(home)


def _prepare(home: Path, values: dict[tuple[str, str], str]) -> None:
    told = ",".join(f"{section}_{name}={value}" for (section, name), value in values.items())
    _run(roundup_admin.run, "roundup-admin", "-i", str(home), "install", "classic", "sqlite", told)
    schema = home / "schema.py"
    schema.write_text(schema.read_text("utf-8").replace(f"#{MAY_WRITE}", MAY_WRITE), "utf-8")
    _run(roundup_admin.run, "roundup-admin", "-i", str(home), "initialise", "secret")


def _see_that_it_worked(home: Path) -> None:
    tracker = instance.open(str(home)).open("admin")
    found = tracker.issue.count()
    tracker.close()
    if not found:
        raise SystemExit("Roundup has made no issue")


def _run(command: object, *words: str) -> None:
    sys.argv = list(words)
    try:
        command()  # type: ignore[operator]
    except SystemExit as end:
        if end.code:
            raise


if __name__ == "__main__":
    main()
