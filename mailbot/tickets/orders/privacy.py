"""Orders about the data of who asks for them: hand them over, erase them. Both need that it is surely them."""

from __future__ import annotations

from dataclasses import replace

from mailbot.tickets.orders.order import Command, Desk, Done, EraseMember, HandOver, Holdings, Refused, Show, Verb
from mailbot.tickets.orders.undoing import IN_TIME
from mailbot.tickets.ticket import State, Ticket
from mailbot.tickets.views import STATES

AT_MOST = 7_000_000
"""Bytes of the archive: a third more as base64, and Postfix takes mails of 10,240,000 by default."""

SURE = ("bestätigt", "bestaetigt", "bestätigen", "confirmed", "confirm")

NOT_HERE = "das geht nur bei einer Datenschutz-Anfrage; mit #dienst wird ein Vorgang dazu"
UNPROVEN = "nichts beweist, dass {} das will; schreib der Person: Antwortet sie auf eine Mail von uns, ist es bewiesen"
TOO_LARGE = "die Auskunft ist mit {:.0f} MB zu groß für eine Mail; wer den Bot betreibt, holt sie mit: mailbot privacy export"
SHOWN = "Auskunft nach Art. 15 DSGVO angesehen, noch nicht geschickt"
LOOK = "du bekommst sie zuerst selbst, in einer eigenen Mail"
NEEDED = "die Daten werden noch gebraucht für {}; schließ das zuerst ab"
ASKED = "noch ist nichts gelöscht"
GOING = "wird gelöscht, frühestens in {} Minuten"


def _export(ticket: Ticket, command: Command, desk: Desk) -> Done:
    known = _surely(ticket, desk)
    if len(known.archive) > AT_MOST:
        raise Refused(TOO_LARGE.format(len(known.archive) / 1_000_000))
    if not _is_sure(command) or all(event.text != SHOWN for event in desk.history):
        rows = (("", "Sieh sie durch. Damit sie hinausgeht, antworte dann mit: #auskunft bestätigt"),)
        shown = (desk.event("note", SHOWN),)
        return Done(ticket=ticket, told=LOOK, events=shown, rows=rows, effects=(Show(archive=known.archive),))
    event = desk.event("answered", "Auskunft nach Art. 15 DSGVO als ZIP-Datei geschickt")
    told = f"die Auskunft geht als ZIP-Datei an {ticket.requester.email}"
    stands = f"Stand: {STATES[ticket.state]}" + ("" if ticket.state is State.CLOSED else "; #erledigt schließt den Vorgang ab")
    return Done(ticket=ticket, told=told, events=(event,), rows=(("", stands),), effects=(HandOver(archive=known.archive),))


def _erase(ticket: Ticket, command: Command, desk: Desk) -> Done:
    known = _surely(ticket, desk)
    if known.needed_for:
        raise Refused(NEEDED.format(", ".join(known.needed_for)))
    if not _is_sure(command):
        how = "Damit es geschieht, antworte mit: #löschen bestätigt"
        return Done(told=ASKED, rows=(("", f"Gelöscht würde alles zu {ticket.requester.email}: {known.told}"), ("", how)))
    closed = replace(ticket, state=State.CLOSED)
    minutes = IN_TIME.seconds // 60
    event = desk.event("closed", "abgeschlossen, und alles zu dieser Person wird gelöscht")
    rows = (("", "Bis dahin nimmt #undo es zurück. Danach kann das niemand mehr."),)
    return Done(ticket=closed, told=GOING.format(minutes), events=(event,), rows=rows, effects=(EraseMember(),))


def _is_sure(command: Command) -> bool:
    return command.argument.strip(" .!").lower() in SURE


def _surely(ticket: Ticket, desk: Desk) -> Holdings:
    """What is held of who asks. Raises Refused: it is another service, or may be somebody else."""
    if not desk.catalogue.service(ticket.request.service).privacy:
        raise Refused(NOT_HERE)
    if desk.holdings is None or not desk.holdings.proven:
        raise Refused(UNPROVEN.format(ticket.requester.email or "dieser Person"))
    return desk.holdings


VERBS = (
    Verb(
        name="export",
        german=("auskunft",),
        english=("export",),
        usage="#auskunft",
        help="Nur bei Datenschutz-Anfragen: Du bekommst als ZIP-Datei, was der Bot über die Person weiß, und siehst sie durch. "
        "Mit `#auskunft bestätigt` geht sie an die Person",
        do=_export,
    ),
    Verb(
        name="erase",
        german=("löschen",),
        english=("erase",),
        usage="#löschen",
        help="Nur bei Datenschutz-Anfragen: Du liest, was gelöscht würde. Mit `#löschen bestätigt` geschieht es, nach 15 Minuten",
        do=_erase,
        idle=True,
    ),
)
