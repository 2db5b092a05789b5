"""
A folder of many mails on a real Dovecot: how long first contact takes, how much memory, and what a later look costs.

    python -m bench.big_folder [MAILS]
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path
from time import monotonic

from sqlalchemy import make_url

from mailbot.login import Login
from mailbot.mail.imap import open_folder
from mailbot.service.journal import start_journal
from mailbot.service.office import open_office
from mailbot.service.receiver import file_away, receive
from mailbot.settings import Settings
from mailbot.store import inbound
from tests.association import PROJECT
from tests.servers.dovecot import Dovecot, running_dovecot
from tests.service.bench import eml

USER = "many@verein.example"
TEXT = "Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen.\n\n" + "Ein Satz, damit die Mail so lang ist wie andere auch.\n" * 30


def main() -> None:
    """Print the figures."""
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    start_journal()
    with running_dovecot() as dovecot, tempfile.TemporaryDirectory() as folder:
        fill(dovecot, mails)
        measure(dovecot, Path(folder), mails)


def fill(dovecot: Dovecot, mails: int) -> None:
    """Lay the mails into the inbox as its files: by IMAP it would take longer than what is measured."""
    with open_folder(dovecot.login(USER), "INBOX"):
        inbox = dovecot.log.parent / "mail" / USER / "new"
    owner, one = inbox.stat(), eml(TEXT, Message_ID="<number@posteo.example>")
    for number in range(mails):
        file = inbox / f"{1_700_000_000 + number}.M{number}.bench"
        file.write_bytes(one.replace(b"<number@", b"<%d@" % number))
        os.chown(file, owner.st_uid, owner.st_gid)


def measure(dovecot: Dovecot, home: Path, mails: int) -> None:
    """First contact, a look when nothing is new, and one when one mail is."""
    shutil.copytree(PROJECT / "templates", home / "templates")
    shutil.copy(PROJECT / "rules.yaml", home)
    settings = Settings(
        rules=home / "rules.yaml",
        database=make_url(f"sqlite:///{home / 'mailbot.db'}"),
        imap={"support": dovecot.login(USER)},
        smtp=Login(scheme="smtp", host="127.0.0.1", port=25),
    )
    with open_office(settings) as office, open_folder(settings.mailbox("support"), "INBOX", timeout=120) as inbox:
        box = office.catalogue.mailbox("support")

        def look() -> int:
            new = receive(office, box, inbox)
            file_away(office, box, inbox)
            return new

        for what in ("first contact", "nothing new"):
            before, began = peak(), monotonic()
            new = look()
            say(what, new, monotonic() - began, before)
        inbox.append("INBOX", eml(), seen=False)
        before, began = peak(), monotonic()
        say("one new mail", look(), monotonic() - began, before)
        with office.database.read() as connection:
            kept = sum(inbound.counts(connection)["support"].values())
    assert kept == mails + 1, f"{kept} mails are kept of {mails + 1}"


def peak() -> float:
    """The most memory this process has had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1_000_000 if sys.platform == "darwin" else 1_000)


def say(what: str, new: int, seconds: float, before: float) -> None:
    """One line of figures."""
    print(f"{what}: {new} mails in {seconds:.1f} s; peak memory {before:.0f} MB before, {peak():.0f} MB after")  # noqa: T201


if __name__ == "__main__":
    main()
