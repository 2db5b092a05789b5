"""What a member of staff can do with a ticket, each as a mail that is ready but for a look and a click. Values only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailbot.catalogue import Catalogue, Mailbox, Service, Staff
from mailbot.tickets.blocks import Action, Actions, flat
from mailbot.tickets.mailto import mailto
from mailbot.tickets.orders.verbs import BY_NAME
from mailbot.tickets.ticket import State, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    """An order to propose: its verb (`Command.name`), what stands behind it, and whether the reader has to add something."""

    verb: str
    label: str
    how: str
    argument: str = ""
    open_end: bool = False

    @property
    def line(self) -> str:
        """The order as it is written."""
        return f"#{BY_NAME[self.verb].german[0]} {self.argument}".rstrip()


def actions(ticket: Ticket, member: Staff, catalogue: Catalogue) -> Actions:
    """What makes sense now, the usual first."""
    box, subject = catalogue.mailbox(ticket.mailbox), _subject(ticket)
    proposed = [_action(each, box, subject) for each in _proposals(ticket, member, catalogue) if each.verb in BY_NAME]
    return Actions(actions=(*proposed, _note(box, subject)))


def choices(ticket: Ticket, catalogue: Catalogue) -> Actions:
    """Whether what is proposed to the requester may leave."""
    box, subject = catalogue.mailbox(ticket.mailbox), _subject(ticket)
    yes = _Proposal(verb="yes", label="Ja, senden", how="die Antwort unten geht hinaus")
    no = _Proposal(verb="no", label="Nein", how="nichts geht hinaus, der Vorgang bleibt bei euch")
    return Actions(actions=(_action(yes, box, subject), _action(no, box, subject)))


def take_over(tickets: Sequence[Ticket], catalogue: Catalogue) -> Actions:
    """To have each of them oneself; what is closed is opened again."""
    take = _Proposal(verb="take", label="Übernehmen", how="{} liegt dann bei dir")
    reopen = _Proposal(verb="reopen", label="Wieder öffnen", how="mit {} geht es weiter")
    proposed = ((ticket, reopen if ticket.is_finished else take) for ticket in tickets)
    return Actions(
        actions=tuple(
            _action(replace(each, how=each.how.format(ticket.key)), catalogue.mailbox(ticket.mailbox), _subject(ticket))
            for ticket, each in proposed
        )
    )


def _subject(ticket: Ticket) -> str:
    return f"Re: [{ticket.key}]"


def _action(proposal: _Proposal, box: Mailbox, subject: str) -> Action:
    body = proposal.line + (" " if proposal.open_end else "\r\n")
    href = mailto(box.address, subject=subject, body=body)
    return Action(label=proposal.label, how=f"{proposal.line} – {proposal.how}", href=href)


def _note(box: Mailbox, subject: str) -> Action:
    if box.notes:
        how = f"eine Mail an {box.notes} – alles darin bleibt unter euch"
        return Action(label="Notiz", how=how, href=mailto(box.notes, subject=subject))
    line = f"#{BY_NAME['note'].german[0]}"
    how = f"{line} – was danach steht, bleibt unter euch"
    return Action(label="Notiz", how=how, href=mailto(box.address, subject=subject, body=f"{line} "))


def _proposals(ticket: Ticket, member: Staff, catalogue: Catalogue) -> Iterator[_Proposal]:
    if ticket.is_finished:
        yield _Proposal(verb="reopen", label="Wieder öffnen", how="es geht weiter")
        return
    if catalogue.service(ticket.request.service).privacy:
        yield _Proposal(verb="export", label="Auskunft schicken", how="die Person bekommt alles, was der Bot über sie weiß")
        yield _Proposal(verb="erase", label="Daten löschen", how="der Bot sagt erst, was gelöscht würde")
    yield _Proposal(verb="close", label="Abschließen", how="das Mitglied erfährt davon")
    if ticket.assignee != member.id:
        yield _Proposal(verb="take", label="Übernehmen", how="du kümmerst dich darum")
    names = ", ".join(_to_ask(ticket, catalogue.service(ticket.request.service)))
    if names and ticket.requester.email:
        how = "das Mitglied wird danach gefragt" if ticket.request.missing else "lass nur stehen, wonach neu gefragt werden soll"
        yield _Proposal(verb="ask", label="Nachfragen", how=how, argument=names)
    later = "mit dem Tag, an dem du wieder davon hören willst"
    yield _Proposal(verb="wait", label="Später", how=later, argument="bis", open_end=True)
    if ticket.state is State.ON_HOLD:
        yield _Proposal(verb="release", label="Freigeben", how="es wartet nicht mehr, das Mitglied erfährt davon")
    else:
        yield _Proposal(verb="hold", label="Zurückstellen", how="mit dem Grund, den das Mitglied liest", open_end=True)
    for box in catalogue.mailboxes:
        if box.id != ticket.mailbox:
            yield _Proposal(verb="forward", label="Weitergeben", how=f"an {flat(box.name)}", argument=box.id)


def _to_ask(ticket: Ticket, service: Service) -> Iterator[str]:
    """The fields that are missing, else those that are known, by their labels."""
    missing = {item.partition(".")[0] for item in ticket.request.missing}
    for rule in service.fields:
        if rule.id in (missing or ticket.request.fields):
            yield rule.label.de.partition(" (")[0]
