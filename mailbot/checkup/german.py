"""
The errors that operators meet most often, in German.

The program's errors are English sentences, made where they happen. Here stand the phrases that are put together there; what
is not among them, as a complaint about a line of rules.yaml, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count
from types import MappingProxyType

PHRASES: Mapping[str, str] = MappingProxyType(
    {
        # mail/imap/errors.py
        "user or password is wrong": "Name oder Passwort stimmt nicht",
        "the server cannot do what is needed": "der Server kann nicht, was nötig ist",
        "the server was asked out of turn": "der Server wurde zur Unzeit gefragt",
        "the server does not understand what was looked for": "der Server versteht die Suche nicht",
        "the server answers with something that is not IMAP": "was da antwortet, ist kein IMAP-Server",
        "the folder has become read-only": "der Ordner darf nur noch gelesen werden",
        "the server closed the connection": "der Server hat die Verbindung beendet",
        "the server refuses": "der Server lehnt ab",
        # mail/network.py
        "the certificate cannot be trusted": "dem Zertifikat ist nicht zu trauen",
        "see that host name and certificate fit": "passen Servername und Zertifikat zusammen?",
        "no TLS": "keine Verschlüsselung (TLS)",
        "see that scheme and port fit, {} was asked for": "passen Anfang der Adresse und Port zusammen? Verlangt war {}",
        "the host '{}' is unknown": "den Server „{}“ gibt es nicht",
        "see that its name is right and that names can be looked up": "stimmt der Name, und lässt er sich nachschlagen (DNS)?",
        "nothing listens there": "dort antwortet nichts",
        "see that host and port are right and that the server runs": "stimmen Name und Port, und läuft der Server?",
        "no answer in time": "keine Antwort",
        "see that host and port are right and that no firewall is between": "stimmen Name und Port, und sperrt keine Firewall?",
        "the host, the user or the password holds a character that the server cannot take": "in Server, Name oder Passwort steht "
        "ein Zeichen, das der Server nicht annimmt",
        "the connection failed": "die Verbindung ist gescheitert",
        # mail/imap/
        "there is no folder '{}'": "den Ordner „{}“ gibt es nicht",
        "there are: ": "es gibt: ",
        "the login names no user and password": "Name und Passwort fehlen",
        # mail/smtp.py
        "it takes no logins; take user and password out of MAILBOT_SMTP, or see that scheme and port fit": "er kennt keine "
        "Anmeldung; nimm Name und Passwort aus MAILBOT_SMTP, oder passen Anfang der Adresse und Port nicht?",
        "correct MAILBOT_SMTP": "berichtige MAILBOT_SMTP",
        "it does not take mails now": "er nimmt gerade keine Mails an",
        "it refuses our greeting": "er weist unsere Begrüßung zurück",
        "it refuses the sender": "er weist den Absender zurück",
        "it refuses the recipient": "er weist den Empfänger zurück",
        "it refuses the mail": "er weist die Mail zurück",
        "it refuses": "er lehnt ab",
        "it cannot do what is needed": "er kann nicht, was nötig ist",
        "see that the scheme in MAILBOT_SMTP fits": "passt der Anfang von MAILBOT_SMTP?",
        "it closed the connection": "er hat die Verbindung beendet",
        "something unexpected happened": "etwas Unerwartetes ist geschehen",
        # settings.py
        "{} is not set; it looks like ": "{} fehlt; das sieht so aus: ",
        "or set {}, where a mail server delivers to the bot": "oder setze {}, wo ein Mailserver dem Bot zustellt",
        "is set and means nothing": "ist gesetzt und bedeutet nichts",
        "did you mean {}?": "ist {} gemeint?",
        "rules.yaml has no such mailbox": "in rules.yaml gibt es kein solches Postfach",
        "see docs/operating.md": "siehe docs/operating.md",
        "{} and {} are both set; keep one of them": "{} und {} sind beide gesetzt; behalte eines davon",
        # tickets/folders.py
        "mails are delivered to the mailbox '{}' ({}), it has no folder": "dem Postfach „{}“ werden Mails zugestellt ({}), "
        "es hat keinen Ordner",
        "to move handled mails to; leave 'after: move' away": "für erledigte Mails; lass „after: move“ weg",
        "for drafts; let its mails leave ('mode: live', 'replies: send')": "für Entwürfe; lass seine Mails gleich hinausgehen "
        "(„mode: live“, „replies: send“)",
        # catalogue/, store/
        "there is no such file; `mailbot init` writes one; or set MAILBOT_RULES, or start where rules.yaml lies": "die Datei "
        "gibt es nicht; `mailbot init` schreibt eine; oder setze MAILBOT_RULES, oder starte dort, wo rules.yaml liegt",
        "see MAILBOT_DATABASE, and that the server runs and the disk has room": "stimmt MAILBOT_DATABASE, läuft der Server, "
        "und ist auf der Platte noch Platz?",
        "the database is of version {}, which this mailbot does not know; install the newer mailbot again": "die Datenbank "
        "hat die "
        "Version {}, die dieser mailbot nicht kennt; installiere den neueren wieder",
    }
)

_SLOT = r"([^\s;,]+?)"


def in_german(sentence: str) -> str:
    """The sentence with the phrases that are known in German."""
    for pattern, german in _PATTERNS:
        sentence = pattern.sub(german, sentence)
    return sentence


def _pattern(english: str, german: str) -> tuple[re.Pattern[str], str]:
    numbers = count(1)
    return re.compile(re.escape(english).replace(r"\{\}", _SLOT)), re.sub(r"\{\}", lambda _: f"\\{next(numbers)}", german)


# Longer phrases first: some begin with others.
_PATTERNS = tuple(_pattern(english, PHRASES[english]) for english in sorted(PHRASES, key=len, reverse=True))
