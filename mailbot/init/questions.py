"""The questions at the terminal, in German or English. A wrong answer is told, and asked for again."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import typer
from pydantic import TypeAdapter, ValidationError

from mailbot.catalogue import Domain, Email, Text
from mailbot.checkup.finding import Said
from mailbot.init.answers import Answers, Box, ImapUrl, Person, Prefix, SmtpUrl, prefix_of, url

SOMETHING = Said(de="bitte nicht leer lassen", en="please do not leave it empty")
DOMAIN = Said(de="sie sieht so aus: verein.example", en="it looks like verein.example")
ADDRESS = Said(de="sie sieht so aus: support@verein.example", en="it looks like support@verein.example")
EITHER = Said(de="du oder sie", en="du or sie")
PREFIX = Said(de="1 bis 8 große Buchstaben, wie KV", en="1 to 8 capital letters, like KV")
SERVER = Said(
    de="ein Name wie mail.verein.example, mit :Port, wenn es nicht der übliche ist; sonst auch imap+starttls://… oder smtp+starttls://…",
    en="a name like mail.verein.example, with :port where it is not the usual one; or imap+starttls://…, smtp+starttls://…",
)
WRONG = Said(de="Das geht nicht: {}", en="That cannot be: {}")
NOBODY = "-"
"""Typed for the user of an SMTP server that takes no logins."""

NUMBERS = Said(de="Nummern aus der Liste, wie 1,3-5", en="numbers of the list, like 1,3-5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """
    Who asks.

    Args:
        offered: the services to choose from, id to name.
        seldom: those of them that few associations have; they are chosen only if wanted.
    """

    language: str
    offered: Mapping[str, str]
    seldom: Collection[str]

    def ask(self) -> Answers:
        """All of them. Raises typer.Abort: nobody answers any more."""
        name = self._ask(Text, SOMETHING, de="Name des Vereins", en="Name of the association")
        domain = self._ask(Domain, DOMAIN, de="Eure Domain, das hinter dem @", en="Your domain, what stands behind the @")
        website = f"https://www.{domain}"
        prefix = prefix_of(name)
        basics: dict[str, Any] = {
            "name": name,
            "domain": domain,
            "website": self._ask(Text, SOMETHING, website, de="Internetseite", en="Website"),
            "address_as": self._ask(
                Literal["du", "sie"], EITHER, "du", de="Mails an Mitglieder: du oder sie", en="German mails to members: du or sie"
            ),
            "ticket_prefix": self._ask(Prefix, PREFIX, prefix, de="Vorgänge heißen", en="Tickets are called"),
        }
        boxes = tuple(self._boxes(name, domain))
        beside = _beside(_server_of(boxes[0].imap))
        smtp = self._server(SmtpUrl, "smtps", beside, boxes[0].address, de="SMTP-Server", en="SMTP server")
        staff = tuple(self._staff())
        return Answers(**basics, mailboxes=boxes, smtp=smtp, staff=staff, services=self._services())

    def _boxes(self, name: str, domain: str) -> Iterator[Box]:
        address, server = f"support@{domain}", f"mail.{domain}"
        while True:
            typer.echo()
            address = self._ask(
                Email, ADDRESS, address, de="Adresse eines gemeinsamen Postfachs", en="Address of a shared mailbox"
            )
            called = f"{address.partition('@')[0].capitalize()} {name}"
            called = self._ask(Text, SOMETHING, called, de="Name daneben", en="Name beside it")
            imap = self._server(ImapUrl, "imaps", server, address, de="IMAP-Server", en="IMAP server")
            yield Box(address=address, name=called, imap=imap)
            if not self._go_on(de="Noch ein gemeinsames Postfach?", en="Another shared mailbox?"):
                return
            address, server = f"buero@{domain}", _server_of(imap)

    def _server(self, of: Any, scheme: str, usual: str, address: str, *, de: str, en: str) -> str:
        def whole(server: str) -> str:
            named, _, place = server.rpartition("://")
            TypeAdapter(of).validate_python(url(named or scheme, place, "user", "password"))
            return server

        server = self._prompt(Said(de=de, en=en), whole, SERVER, usual)
        named, _, place = server.rpartition("://")
        may_be_open = of is SmtpUrl
        or_nobody = Said(de=" (- für keinen)", en=" (- for none)") if may_be_open else Said(de="", en="")
        user = self._ask(Text, SOMETHING, address, de=f"Benutzername dort{or_nobody.de}", en=f"User name there{or_nobody.en}")
        if may_be_open and user == NOBODY:
            return f"{named or scheme}://{place}"
        password = self._ask(Text, SOMETHING, hidden=True, de="Passwort", en="Password")
        return url(named or scheme, place, user, password)

    def _staff(self) -> Iterator[Person]:
        typer.echo()
        while True:
            name = self._ask(Text, SOMETHING, de="Wer bearbeitet die Anfragen? Name", en="Who works on the requests? Name")
            email = self._ask(Email, ADDRESS, de="E-Mail-Adresse", en="E-mail address")
            yield Person(name=name, email=email)
            if not self._go_on(de="Noch jemand?", en="Somebody else?"):
                return

    def _services(self) -> tuple[str, ...]:
        typer.echo()
        ids = tuple(self.offered)
        usual = ",".join(str(number) for number, id in enumerate(ids, start=1) if id not in self.seldom)
        for number, label in enumerate(self.offered.values(), start=1):
            typer.echo(f"{number:>4}  {label}")

        def chosen(words: str) -> tuple[str, ...]:
            return tuple(ids[number - 1] for number in sorted(_numbers(words, len(ids))))

        what = Said(de="Was können Mitglieder bei euch bekommen?", en="What can members ask you for?")
        return tuple(self._prompt(what, chosen, NUMBERS, usual))

    def _ask(self, of: Any, otherwise: Said, default: str | None = None, *, hidden: bool = False, de: str, en: str) -> str:
        """What passes as a value of that type."""
        return str(self._prompt(Said(de=de, en=en), TypeAdapter(of).validate_python, otherwise, default, hidden=hidden))

    def _prompt(self, what: Said, read: Any, otherwise: Said, default: str | None = None, *, hidden: bool = False) -> Any:
        """What was read of the answer, the default where it is empty; asked until it can be read."""
        question = what.in_(self.language)
        while True:
            words = typer.prompt(question, default=default or "", show_default=default is not None, hide_input=hidden)
            try:
                return read(words)
            except (ValidationError, ValueError):
                typer.echo(WRONG.in_(self.language).format(otherwise.in_(self.language)))

    def _go_on(self, *, de: str, en: str) -> bool:
        return typer.confirm(Said(de=de, en=en).in_(self.language), default=False)


def _server_of(login: str) -> str:
    """The server of a login as somebody would type it: its kind where it is not the usual one, and its port if it has one."""
    scheme, _, rest = login.partition("://")
    place = rest.rpartition("@")[2]
    return place if scheme == "imaps" else f"{scheme}://{place}"


def _beside(server: str) -> str:
    """The server for sending that likely stands beside that one: on the same host and as safe, at its own usual port."""
    return re.sub(r":\d+$", "", re.sub(r"^imap", "smtp", server) if "://" in server else server)


def _numbers(words: str, most: int) -> set[int]:
    """ "1,3-5" → 1, 3, 4, 5. Raises ValueError."""
    found: set[int] = set()
    for part in filter(None, re.split(r"[,\s]+", words)):
        first, _, last = part.partition("-")
        found |= {*range(int(first), int(last or first) + 1)}
    if not found <= {*range(1, most + 1)}:
        raise ValueError(words)
    return found
