"""What members are told to send: of each service the items that it needs, and a mail with the form. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from mailbot.catalogue import Catalogue, FieldRule, Label, Service
from mailbot.tickets.blocks import Link

FILL_IN = Label(de="Mail mit Formular öffnen", en="Open a mail with the form")
WRITE = Label(de="Mail öffnen", en="Open a mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One item by its label; `only_if` is the choice without which it is not needed, "" where it always is."""

    label: str
    only_if: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A service as members see it. `mail` opens one to the right inbox, with a line to fill in for each item."""

    label: str
    address: Link
    needs: tuple[Need, ...]
    mail: Link


def offers(catalogue: Catalogue, language: str) -> tuple[Offer, ...]:
    """All services, in the order of the catalogue."""
    return tuple(offer(service, catalogue, language) for service in catalogue.services)


def offer(service: Service, catalogue: Catalogue, language: str) -> Offer:
    """One service; where any inbox will do, the first is named."""
    address, label = catalogue.mailbox(service.inbox).address, service.label.in_(language)
    lines = [f"{rule.label.in_(language)}: " for rule in service.fields]
    what = FILL_IN if lines else WRITE
    return Offer(
        label=label,
        address=Link(href=f"mailto:{address}", label=address),
        needs=tuple(Need(label=rule.label.in_(language), only_if=_only_if(rule, service, language)) for rule in service.fields),
        mail=Link(href=mailto(address, subject=label, lines=lines), label=what.in_(language)),
    )


def mailto(address: str, *, subject: str, lines: list[str]) -> str:
    """A mail that is prepared. Source: RFC 6068 (section 5: line breaks in the body are %0D%0A)."""
    text = "".join(f"{line}\r\n" for line in lines)
    body = f"&body={quote(text, safe='')}" if text else ""
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}{body}"


def _only_if(rule: FieldRule, service: Service, language: str) -> str:
    chosen = [
        option.label.in_(language)
        for id, wanted in rule.only_if.items()
        if (other := service.field(id))
        for option in other.options
        if option.id == wanted
    ]
    return ", ".join(chosen)
