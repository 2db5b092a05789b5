"""What happens in the demo, scene by scene. The bot is the real one; only the people are played."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailbot.demo.post import Sample, answers_to, reply, samples
from mailbot.demo.screen import Screen, Understood
from mailbot.demo.server import MailServer
from mailbot.errors import NotFound
from mailbot.service import overview
from mailbot.service.bot import run_once
from mailbot.service.office import Office
from mailbot.service.receiver import Since
from mailbot.store import inbound, ticket_mails, tickets
from mailbot.tickets.calendar import day_of
from mailbot.tickets.ticket import Ticket

ANNA = "anna.schmidt@posteo.example"
SOFIA = "sofia.rossi@gmx.example"
TIM = "tim.becker@posteo.example"


@dataclass(slots=True, kw_only=True)
class Story:
    """One run of the demo; `arrived` are the mails that people have sent so far."""

    office: Office
    server: MailServer
    screen: Screen
    arrived: list[Sample] = field(default_factory=list)

    def tell(self) -> None:
        """All scenes."""
        self.screen.opening(self.office.catalogue)
        self.mails_arrive()
        self.members_answer()
        self.screen.tickets(self._tickets(), self.office.catalogue)
        self.staff_answer()
        self.staff_close()
        self.screen.tickets(self._tickets(), self.office.catalogue)
        self.digest()

    def mails_arrive(self) -> None:
        """The samples come in and are handled together."""
        self.screen.scene("Mails arrive in the shared inboxes")
        mails = samples()
        self._handle(*mails)
        for mail in mails:
            self._show(mail)

    def members_answer(self) -> None:
        """One writes below the quoted mail, one fills in a line of it."""
        self.screen.scene("Members answer, each in their own way")
        below = reply(
            self.server.mails_of[ANNA][-1],
            below="Mehmet hat die Adresse mehmet.yilmaz@posteo.example.\nGruppenadmins sind Petra und ich.\n\nGruß, Anna",
            id="nextcloud.2@posteo.example",
        )
        inside = reply(
            self.server.mails_of[SOFIA][-1],
            filled={"Ziel-Adresse": SOFIA},
            id="address.2@gmx.example",
        )
        self._handle(below, inside)
        for mail in (below, inside):
            self._show(mail)

    def staff_answer(self) -> None:
        """A plain reply to the bot's mail goes on to the member."""
        self.screen.scene("Staff answer by mail; their words reach the member")
        answer = reply(
            self._to_staff(TIM),
            above="Hallo Tim,\n\ndie Adresse ist eingerichtet. Schreib uns einfach, wenn jemand dazukommt.\n\nViele Grüße\nKim",
            id="staff.1@die-linke-koeln.de",
        )
        self._handle(answer)
        self.screen.letter("staff write", answer.raw, answer.shown)
        self.screen.letter("the member gets", self.server.mails_of[TIM][-1])

    def staff_close(self) -> None:
        """A command in the first line is carried out and confirmed."""
        self.screen.scene("Staff close the ticket by mail")
        order = reply(self._to_staff(TIM), above="#erledigt", id="staff.2@die-linke-koeln.de")
        self._handle(order)
        self.screen.letter("staff write", order.raw, order.shown)
        for raw in answers_to("staff.2@die-linke-koeln.de", self.server.mails_of[self._staff()]):
            self.screen.letter("the bot confirms", raw)
        self.screen.letter("the member gets", self.server.mails_of[TIM][-1])

    def digest(self) -> None:
        """The overview of the day."""
        self.screen.scene("The daily digest")
        overview.send(self.office, day=day_of(self.office.clock(), self.office.catalogue.hours), again=True)
        run_once(self.office)
        self.screen.letter("staff get", self.server.mails_of[self._staff()][-1])

    def _handle(self, *mails: Sample) -> None:
        for mail in mails:
            self.server.arrive(mail.raw, sender=mail.mail.sender.email, to=mail.to)
            self.arrived.append(mail)
        run_once(self.office, since=Since(moment=None) if len(self.arrived) == len(mails) else None)

    def _show(self, sample: Sample) -> None:
        self.screen.letter(f"to {sample.to}", sample.raw, sample.shown)
        self.screen.understood(self._understood(sample), self.office.catalogue)
        for raw in answers_to(sample.mail.message_id, self.server.mails_of[sample.mail.sender.email]):
            self.screen.letter("the bot answers", raw)

    def _understood(self, sample: Sample) -> Understood:
        with self.office.database.read() as connection:
            rows = (row for state in inbound.State for row in inbound.in_state(connection, state))
            row = next((row for row in rows if row.identity.message_id == sample.mail.message_id), None)
            if row is None:
                raise NotFound(f"the bot has not taken in {sample.name}")
            found = tuple(tickets.get(connection, key) for key in ticket_mails.tickets_of(connection, row.id))
        return Understood(tickets=found, silence=row.reason)

    def _tickets(self) -> tuple[Ticket, ...]:
        with self.office.database.read() as connection:
            return tickets.search(connection)

    def _staff(self) -> str:
        return self.office.catalogue.staff[0].email

    def _to_staff(self, member: str) -> bytes:
        """The mail in which staff were told of that member's ticket."""
        ticket = next(each for each in self._tickets() if each.requester.email == member)
        return next(raw for raw in self.server.mails_of[self._staff()] if f"[{ticket.key}]".encode() in raw)
