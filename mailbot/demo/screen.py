"""The demo as a terminal shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mailbot.catalogue import Catalogue
from mailbot.demo.post import text_of
from mailbot.mail.read import read
from mailbot.tickets.ticket import State, Ticket
from mailbot.tickets.wording import facts, missing_labels

WITH_WHOM = {
    State.ASKING: "waiting for the member",
    State.OPEN: "with staff",
    State.ON_HOLD: "on hold",
    State.REFERRED: "answered",
    State.TRIAGE: "with staff, a person must read it",
    State.CLOSED: "closed",
}
STYLES = {State.ASKING: "yellow", State.ON_HOLD: "magenta", State.TRIAGE: "red", State.OPEN: "green"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What became of a mail: tickets, or the reason why nothing is answered."""

    tickets: tuple[Ticket, ...]
    silence: str | None


class Screen:
    """Shows one thing after the other."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def opening(self, catalogue: Catalogue) -> None:
        """What will be seen."""
        boxes = ", ".join(box.address for box in catalogue.mailboxes)
        self._console.print(
            Text.assemble(
                ("mailbot demo\n", "bold"),
                f"Real IMAP and SMTP on this machine, invented people, the rules of {catalogue.organisation.name}.\n",
                f"Inboxes: {boxes}",
            )
        )

    def scene(self, title: str) -> None:
        """A new part begins."""
        self._console.print()
        self._console.rule(Text(title, "bold"), style="bold")

    def letter(self, title: str, raw: bytes, shown: str | None = None) -> None:
        """A mail: who, about what, and its text, or what shall be `shown` of it. Mails of the bot stand further in."""
        mail = read(raw)
        who = mail.sender.name or mail.sender.email
        head = Text.assemble((who, "bold"), " → ", ", ".join(each.email for each in mail.to), "\n", (mail.subject, "bold"), "\n")
        ours = shown is None
        body = Text(text_of(raw) if shown is None else shown)
        box = Panel(Group(head, body), title=Text(title), title_align="left", border_style="cyan" if ours else "white")
        self._console.print(Padding(box, (1, 0, 0, 4 if ours else 0)))

    def understood(self, found: Understood, catalogue: Catalogue) -> None:
        """What the bot made of a mail, and why."""
        lines = Text()
        for ticket in found.tickets:
            lines.append(f"{ticket.key}  {catalogue.service(ticket.request.service).label.en}", "bold")
            lines.append(f"  {WITH_WHOM[ticket.state]}\n", STYLES.get(ticket.state, ""))
            for label, values in facts(ticket.request, catalogue, ticket.language):
                lines.append(f"  {label}: {'; '.join(map(str, values))}\n")
            for label in missing_labels(ticket.request, catalogue, ticket.language):
                lines.append(f"  missing: {label}\n", "yellow")
            for reason in ticket.request.because:
                lines.append(f"  because {reason}\n", "dim")
        if not found.tickets:
            lines.append(f"no answer and no ticket: {found.silence}\n", "dim")
        lines.rstrip()
        self._console.print(Padding(lines, (0, 0, 0, 4)))

    def tickets(self, tickets: Sequence[Ticket], catalogue: Catalogue) -> None:
        """All tickets as a table."""
        self.scene("The tickets")
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("ticket", "service", "state", "who", "what"):
            table.add_column(column)
        for ticket in tickets:
            known = facts(ticket.request, catalogue, ticket.language)
            table.add_row(
                ticket.key,
                catalogue.service(ticket.request.service).label.en,
                Text(WITH_WHOM[ticket.state], STYLES.get(ticket.state, "")),
                Text(ticket.requester.name or ticket.requester.email),
                Text("; ".join(str(values[0]) for _, values in known if values)),
            )
        self._console.print(table)

    def kept(self, folder: Path) -> None:
        """Where everything lies now."""
        self.scene("Kept")
        self._console.print(Text(f"{folder}: mailbot.db, received/ (.eml), sent/ (.eml, .html)"))
