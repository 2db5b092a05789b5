"""Mails as members write them, made up anew and always the same: what the drain is measured with."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from tests.servers.dovecot import Dovecot

GIVEN = ("Anna", "Mehmet", "Elif", "Jonas", "Fatma", "Karl-Heinz", "Zoë", "Olga", "Pınar", "Bärbel", "Luís", "Nadia")
SURNAMES = ("Schmidt", "Yılmaz", "Öztürk", "von der Heide", "Kowalska", "Müller", "Nguyễn", "Große", "Petrova", "Weiß")
GROUPS = ("OV Kalk", "OV Ehrenfeld", "AG Wohnen", "OV Nippes", "OV Mülheim", "AG Frieden", "OV Porz", "AG Soziales")
WISHES = (
    "wir, der {group}, hätten gern eine Gruppe in der Nextcloud. Mitmachen sollen:\n\n{people}\n\nAdmin soll {admin} sein.",
    "kannst du für die {group} bitte eine Nextcloud-Gruppe einrichten? Dabei sind:\n\n{people}",
    "ich bin {admin}, Sprecherin der {group}, und bräuchte einen Zugang zu BigBlueButton für unsere Sitzungen.",
    "für die {group} brauchen wir eine eigene Seite auf der Website. Bearbeiten soll sie {admin}.",
    "ich hätte gern eine E-Mail-Adresse als Weiterleitung. Ich heiße {admin}.",
)
WHO = ("Der Vorstand", "Unsere Kasse", "Die Runde vom Dienstag", "Das Büro", "Der Arbeitskreis", "Eine Nachbarin", "Die Presse")
DOES = ("plant", "sammelt", "sucht noch", "bespricht", "verteilt", "druckt", "vermisst", "lobt", "verschiebt", "bezahlt")
WHAT = ("die Plakate", "das Flugblatt", "den Raum", "die Getränke", "die Termine", "das Sommerfest", "die alten Stühle", "Fotos")
WHEN = ("bis zum Sommer", "in zwei Wochen", "beim nächsten Treffen", "seit dem Umzug", "am Rand der Demo", "im Nachbarviertel")
WHY = ("weil am Ende noch Zeit war", "und alle helfen mit", "obwohl es geregnet hat", "damit niemand zu kurz kommt", "wie immer")
ANSWERS = ("Admin bin ich selbst.", "Das ist der {group}.", "Danke, hat geklappt!", "Die Adresse ist {address}.")


def letters(number: int, to: str) -> Iterator[bytes]:
    """
    That many mails, each of somebody else, oldest first.

    2 to 6 KB, German; of a hundred ten answer an earlier one, five carry an attachment of 100 KB.
    """
    chance = random.Random(4)
    earlier: list[tuple[str, str]] = []
    for at in range(number):
        answers = at > 20 and at % 10 == 9
        sender = f"mitglied{at}@posteo.example"
        message_id = f"<{at}.{chance.getrandbits(40):x}@posteo.example>"
        mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
        given, surname = chance.choice(GIVEN), chance.choice(SURNAMES)
        if answers:
            parent, sender = chance.choice(earlier)
            mail["In-Reply-To"] = mail["References"] = parent
        mail["From"], mail["To"] = f"{given} {surname} <{sender}>", to
        mail["Subject"] = "Re: Bitte" if answers else chance.choice(("Bitte um Hilfe", "Nextcloud", "Eine Frage", "Zugang"))
        mail["Date"], mail["Message-ID"] = "Mon, 02 Mar 2026 10:00:00 +0100", message_id
        mail["Authentication-Results"] = "mx.die-linke-koeln.de; dmarc=pass header.from=posteo.example"
        mail.set_content(_text(chance, f"{given} {surname}", sender, answers=answers), cte="8bit")
        if at % 20 == 7:
            mail.add_attachment(chance.randbytes(100_000), maintype="image", subtype="jpeg", filename="Foto.jpg")
        earlier.append((message_id, sender))
        yield mail.as_bytes()


def huge_letter(to: str) -> bytes:
    """A wish with a photo: as large as most servers take, 25 MB in base64."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "Eva Sommer <eva@posteo.example>", to, "Nextcloud"
    mail["Message-ID"] = "<photo@posteo.example>"
    mail.set_content("Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen.\n\nViele Grüße\nEva\n")
    mail.add_attachment(random.Random(4).randbytes(18_200_000), maintype="image", subtype="jpeg", filename="Foto.jpg")
    return mail.as_bytes()


def _text(chance: random.Random, name: str, address: str, *, answers: bool) -> str:
    group = chance.choice(GROUPS)
    names = [f"{chance.choice(GIVEN)} {chance.choice(SURNAMES)}" for _ in range(chance.randint(1, 5))]
    people = "\n".join(f"{each}, person{chance.randint(1, 9999)}@posteo.example" for each in (name, *names))
    wish = chance.choice(ANSWERS if answers else WISHES).format(group=group, people=people, admin=name, address=address)
    chatter = " ".join(_sentence(chance) for _ in range(chance.randint(20, 60)))
    return f"Hallo,\n\n{wish}\n\n{chatter}\n\nViele Grüße\n{name}\n"


def _sentence(chance: random.Random) -> str:
    """One of some 17,000, so that hardly a sentence stands in two mails: what is remembered of one helps no other."""
    who, does, what, when, why = (chance.choice(each) for each in (WHO, DOES, WHAT, WHEN, WHY))
    return f"{who} {does} {what} {when}, {why}."


def fill(dovecot: Dovecot, user: str, mails: Iterator[bytes], *, old: bool = False) -> None:
    """
    Lay the mails into the user's inbox, which is there, as its files: by IMAP it would take longer than what is measured.

    `old`: they came in years ago.
    """
    inbox = dovecot.log.parent / "mail" / user / "new"
    owner = inbox.stat()
    for number, raw in enumerate(mails):
        file = inbox / f"{1_700_000_000 + number}.M{number}.bench"
        Path(file).write_bytes(raw)
        os.chown(file, owner.st_uid, owner.st_gid)
        if old:
            os.utime(file, (1_700_000_000 + number,) * 2)
