"""An association whose bot runs on real servers: its rules.yaml is the project's own, with mailboxes of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL

from mailbot.login import Login
from mailbot.service.bot import run_once
from mailbot.service.clock import wind_up
from mailbot.service.office import open_office, utc_now
from mailbot.service.receiver import Since
from mailbot.service.rehearsed import remember, state_of
from mailbot.service.sender import deliver
from mailbot.settings import Settings
from mailbot.store import histories, inbound, outbound, tickets
from mailbot.store.database import Database, open_database
from mailbot.tickets.ticket import Event, Ticket
from tests.servers.station import Station, parsed

SECRET = "a key that only this test knows, and long enough"
PROJECT = Path(__file__).parent.parent


@dataclass(frozen=True, kw_only=True)
class Association:
    """Two inboxes, one member of staff, and a bot that is run by hand."""

    station: Station
    settings: Settings
    support: str
    buero: str
    staff: str

    def run(self, *, since: Since | None = None, later: timedelta = timedelta()) -> None:
        """`mailbot run --once`, so much later."""
        with open_office(self.settings, clock=lambda: utc_now() + later) as office:
            run_once(office, since=since)

    def strike(self, *, later: timedelta) -> None:
        """What the clock of a running bot does so much later; what it writes is sent."""
        with open_office(self.settings, clock=lambda: utc_now() + later) as office:
            wind_up(office).run_all()
            deliver(office)

    def is_rehearsed(self) -> None:
        """As after an earlier start: the next one need not rehearse its texts."""
        with self._database() as database:
            remember(database, state_of(self.settings.rules, self.settings.templates), now=utc_now())

    def tickets(self) -> tuple[Ticket, ...]:
        """All tickets, in order."""
        with self._database() as database, database.read() as connection:
            return tickets.search(connection)

    def history(self, key: str) -> tuple[Event, ...]:
        """What happened to a ticket, oldest first."""
        with self._database() as database, database.read() as connection:
            return histories.of(connection, key)

    def books(self) -> dict[str, dict[inbound.State, int]]:
        """How many mails of each mailbox have ended how."""
        with self._database() as database, database.read() as connection:
            return inbound.counts(connection)

    def outbox(self) -> dict[outbound.State, int]:
        """How many mails of ours stand in each state."""
        with self._database() as database, database.read() as connection:
            return outbound.counts(connection)

    @contextmanager
    def _database(self) -> Iterator[Database]:
        database = open_database(self.settings.database)
        try:
            yield database
        finally:
            database.close()

    def environment(self) -> dict[str, str]:
        """The settings as a process gets them."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("MAILBOT_")},
            "MAILBOT_RULES": str(self.settings.rules),
            "MAILBOT_DATABASE": self.settings.database.render_as_string(hide_password=False),
            "MAILBOT_IMAP_SUPPORT": self.station.imap_url(self.support),
            "MAILBOT_IMAP_BUERO": self.station.imap_url(self.buero),
            "MAILBOT_SMTP": self.station.smtp_url,
            "MAILBOT_SECRET": SECRET,
        }

    def write(
        self,
        sender: str,
        to: str,
        subject: str,
        text: str,
        *,
        answers: EmailMessage | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> EmailMessage:
        """A mail of a person, handed in by SMTP; `answers` is the mail it replies to."""
        # Ids are longer than a line: no mail program would fold them, as the library does.
        mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
        mail["From"], mail["To"], mail["Subject"] = sender, to, subject
        mail["Message-ID"] = f"<{uuid4().hex}@posteo.example>"
        mail["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
        if answers is not None:
            mail["In-Reply-To"] = answers["Message-ID"]
            mail["References"] = f"{answers.get('References', '')} {answers['Message-ID']}".strip()
        for name, value in headers:
            mail[name] = value
        mail.set_content(text)
        before = len(self.station.inbox(to))
        self.station.send(mail.as_bytes(), to, sender)
        self.station.wait_for_mails(to, before + 1)
        return mail

    def reply(self, to: EmailMessage, sender: str, text: str, *, below: bool = False) -> EmailMessage:
        """A mail that answers one of the bot's, with that one quoted after the text, or before it (`below`)."""
        quoted = "\n".join(f"> {line}" for line in words(to).splitlines())
        address = to.get("Reply-To", to["From"]).addresses[0].addr_spec
        quote = f"Am 02.03.2026 um 10:05 schrieb {to['From']}:\n{quoted}"
        whole = f"{quote}\n\n{text}\n" if below else f"{text}\n\n{quote}\n"
        return self.write(sender, address, f"Re: {to['Subject']}", whole, answers=to)

    def mails(self, address: str) -> list[EmailMessage]:
        """All that somebody has got, oldest first."""
        return [parsed(raw) for raw in self.station.inbox(address)]

    def newest(self, address: str, number: int) -> EmailMessage:
        """The last mail of somebody who has got that many."""
        return self.station.wait_for_mails(address, number)[-1]


def words(mail: EmailMessage) -> str:
    """The text part."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def association(station: Station, database: URL, home: Path, *, support: str = "", buero: str = "") -> Association:
    """With its own rules.yaml and templates in `home`, and new addresses where none are given."""
    support, buero = support or station.address("support"), buero or station.address("buero")
    staff = station.address("kim")
    rules = (PROJECT / "rules.yaml").read_text(encoding="utf-8")
    for theirs, ours in (
        ("address: support@die-linke-koeln.de", f"address: {support}"),
        ("address: buero@die-linke-koeln.de", f"address: {buero}"),
        ("email: technik@die-linke-koeln.de", f"email: {staff}"),
    ):
        assert theirs in rules
        rules = rules.replace(theirs, ours)
    (home / "rules.yaml").write_text(rules, encoding="utf-8")
    shutil.copytree(PROJECT / "templates", home / "templates")
    settings = Settings(
        rules=home / "rules.yaml",
        database=database,
        imap={"support": station.imap.login(support), "buero": station.imap.login(buero)},
        smtp=Login.parse(station.smtp_url),
        secret=SECRET,
    )
    return Association(station=station, settings=settings, support=support, buero=buero, staff=staff)
