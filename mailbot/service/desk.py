"""What staff do at the command line: the same orders as by mail, holds, mails kept back. Each is one transaction."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, Staff
from mailbot.errors import MailbotError, NotFound
from mailbot.service import holding
from mailbot.service.office import Office
from mailbot.service.order import NotCarriedOut, carry_out_all
from mailbot.service.post import Post
from mailbot.store import absences, histories, outbound, tickets, verdicts
from mailbot.store.outbound import Outbound
from mailbot.tickets.calendar import day_of
from mailbot.tickets.orders.at_terminal import as_commands
from mailbot.tickets.orders.order import Command, Order, Row
from mailbot.tickets.ticket import Event, Ticket

CLI = "cli"
"""Who stands in a ticket's history for the command line."""

_NOBODY = Staff.model_construct(id=CLI, name="Kommandozeile", email=CLI, services=())


def carry_out(
    office: Office, key: str | None, name: str, argument: str = "", *, by: str | None = None
) -> tuple[tuple[Ticket, ...], tuple[Row, ...]]:
    """
    An order about a ticket, or about none; `name` is that of its verb. The member hears of what concerns them.

    `by` is the id of the member of staff whom it concerns, None for nobody.

    Returns: the ticket as it is now (none where the order is about none), and what was done, line by line.

    Raises NotFound: no such ticket, or nobody of that name to assign it to; MailbotError: it cannot be carried out.
    """
    with office.database.write() as connection:
        rules = office.rules(connection)
        if name == "assign":
            _member(rules.catalogue, argument)
        if name == "note" and not argument.strip():
            raise MailbotError("a note needs words, like: mailbot note KV-1042 ruft morgen zurück")
        about = tickets.get(connection, key).key if key else None
        try:
            who = _member(rules.catalogue, by) if by else _NOBODY
            return carry_out_all(_post(office, connection), _order(name, argument), about, who)
        except NotCarriedOut as error:
            raise MailbotError(f"{about or name}: nothing was done: {as_commands(str(error), about)}") from None


def go_away(office: Office, who: str, until: str) -> date:
    """A member of staff is away until a day, as staff write it; gives that day. Raises as `carry_out` does."""
    carry_out(office, None, "away", until, by=who)
    with office.database.read() as connection:
        return absences.away(connection, on=day_of(office.clock(), office.catalogue.hours))[who]


def hold(office: Office, service: str, because: str) -> tuple[Ticket, ...]:
    """Put a service on hold: its open tickets wait, and their members are told why. Gives the tickets that wait now."""
    office.catalogue.service_called(service)
    if not because.strip():
        raise MailbotError("a hold needs a reason, in the words that members read: --because TEXT")
    with office.database.write() as connection:
        return holding.hold(_post(office, connection), service, because, by=CLI)


def release(office: Office, service: str) -> tuple[Ticket, ...]:
    """
    End a hold: what waited is open, staff and members are told. Gives those tickets.

    Raises NotFound: the service is not on hold, or rules.yaml has put it on hold.
    """
    if office.catalogue.service_called(service).on_hold:
        raise NotFound(f"'{service}' is on hold in {office.settings.rules}; take 'on_hold' out there, then release it")
    with office.database.write() as connection:
        going_on = holding.release(_post(office, connection), service, by=CLI)
        if going_on is None:
            raise NotFound(f"'{service}' is not on hold")
    return going_on


def let_go(office: Office, mail: int) -> Outbound:
    """
    A mail that is kept back leaves, whatever the limits say; to a proposed one that is a yes of staff.

    Raises NotFound: no such mail is kept back or proposed.
    """
    with office.database.write() as connection:
        if (proposed := _proposed(connection, mail)) is not None:
            carry_out_all(_post(office, connection), _order("yes"), proposed, _NOBODY)
            return outbound.get(connection, mail)
        released = verdicts.release(connection, mail, now=office.clock())
        _note_mail(office, connection, released, f"Zurückgehaltene Mail an {released.recipient} freigegeben")
    return released


def drop(office: Office, mail: int) -> Outbound:
    """
    A mail that is kept back never leaves; to a proposed one that is a no of staff.

    Raises NotFound: no such mail is kept back or proposed.
    """
    with office.database.write() as connection:
        if (proposed := _proposed(connection, mail)) is not None:
            carry_out_all(_post(office, connection), _order("no"), proposed, _NOBODY)
            return outbound.get(connection, mail)
        dropped = verdicts.drop(connection, mail)
        _note_mail(office, connection, dropped, f"Zurückgehaltene Mail an {dropped.recipient} verworfen")
    return dropped


def _proposed(connection: Connection, mail: int) -> str | None:
    """The ticket about which that mail is proposed."""
    found = outbound.get(connection, mail)
    return found.ticket if found.state is outbound.State.PROPOSED else None


def _order(name: str, argument: str = "") -> Order:
    return Order(commands=(Command(name=name, argument=argument, line=f"#{name}"),))


def _note_mail(office: Office, connection: Connection, mail: Outbound, text: str) -> None:
    if mail.ticket is not None:
        histories.note(connection, mail.ticket, Event(at=office.clock(), kind="note", by=CLI, text=text))


def _post(office: Office, connection: Connection) -> Post:
    return Post(office=office, connection=connection, rules=office.rules(connection), now=office.clock(), undoable=True)


def _member(catalogue: Catalogue, id: str) -> Staff:
    found = next((member for member in catalogue.staff if member.id == id), None)
    if found is None:
        there = ", ".join(member.id for member in catalogue.staff) or "nobody"
        raise NotFound(f"there is no '{id}' among the staff in rules.yaml; there are: {there}")
    return found
