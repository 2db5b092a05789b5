"""
Why the bot sees a request as it does, as staff read it.

The reasons are noted in English, for `explain` and programs; each has a form, and here stands what the form says in German.
"""

from __future__ import annotations

import re

from mailbot.catalogue import Catalogue, Service
from mailbot.tickets.wording import label_of

LANGUAGE = "de"  # of staff

_PARTS = {"given": "Vorname", "surname": "Nachname", "email": "E-Mail"}
_HEADS = {"change": "eine Änderung", "help": "etwas geht nicht", "unrelated": "etwas ganz anderes"}

_FORMS = (
    (r'"(?P<a>.*)" in line (?P<b>\d+)', "„{a}“ in Zeile {b}"),
    (r'"(?P<a>.*)" behind "(?P<b>.*)" in line (?P<c>\d+)', "„{a}“ hinter „{b}“ in Zeile {c}"),
    (r'"(?P<a>.*)" in the subject', "„{a}“ im Betreff"),
    (r'"(?P<a>.*)" in the subject or an attachment', "„{a}“ im Betreff oder in einem Anhang"),
    (r'"(?P<a>.*)" in the signature', "„{a}“ in der Signatur"),
    (r'"(?P<a>.*)" to "(?P<b>.*)\?"', "„{a}“ auf die Frage „{b}?“"),
    (r'"(?P<a>.*)" was written again', "„{a}“ wurde noch einmal geschrieben"),
    (r'"(?P<a>.*)" resembles "(?P<b>.*)"', "„{a}“ ähnelt „{b}“"),
    (r'"(?P<a>.*)" cannot be right', "„{a}“ kann nicht stimmen"),
    (r'"(?P<a>.*)" cannot be right, perhaps (?P<b>.*)', "„{a}“ kann nicht stimmen, vielleicht {b}"),
    (r'"(?P<a>.*)" are more than may be', "„{a}“ sind mehr als vorgesehen"),
    (r'"(?P<a>.*)" is nobody of those named', "„{a}“ ist niemand von den Genannten"),
    (r'"(?P<a>.*)" is nobody of those named, perhaps (?P<b>.*)', "„{a}“ ist niemand von den Genannten, vielleicht {b}"),
    (r'"(?P<a>.*)" fits more than one', "„{a}“ passt auf mehrere"),
    (r'"(?P<a>.*)" tells it', "„{a}“ verrät es"),
    (r'"(?P<a>.*)" tells it, perhaps (?P<b>.*)', "„{a}“ verrät es, vielleicht {b}"),
    (r'"(?P<a>.*)" is not spelt so', "„{a}“ schreibt sich anders"),
    (r'"(?P<a>.*)" may have the surname first', "bei „{a}“ steht vielleicht der Nachname vorn"),
    (r'"(?P<a>.*)"', "„{a}“"),
    (r"set by (?P<a>.*)", "gesetzt von {a}"),
    (r"said in this mail", "in dieser Mail gesagt"),
    (r"said anew in this mail", "in dieser Mail neu gesagt"),
    (r"corrected in this mail", "in dieser Mail berichtigt"),
    (r"nobody else is named, so it is the sender", "sonst ist niemand genannt, also die Person, die schreibt"),
    (r"words for it in the text", "Worte dafür stehen im Text"),
    (r"the list that came with the mail", "aus der Liste, die dabei war"),
    (r"the card or list that came with the mail", "aus der Liste oder Visitenkarte, die dabei war"),
    (r"marked in the list", "in der Liste markiert"),
    (r"named for another request", "für einen anderen Wunsch genannt"),
    (r"named in the subject|in the subject", "im Betreff genannt"),
    (r"the only person listed", "die einzige Person in der Liste"),
    (r"a question about it", "eine Frage dazu"),
    (r"no words of any service were found", "kein Wort spricht für einen unserer Dienste"),
    (r"but nothing is asked for", "aber es wird um nichts gebeten"),
)


def in_german(reason: str, service: Service, catalogue: Catalogue) -> str:
    """The reason as staff read it; one whose form is not known stays as it is."""
    head, colon, rest = reason.partition(": ")
    if colon and (subject := _subject(head, service, catalogue)):
        return f"{subject}: {_said(rest) or rest}"
    return _said(reason) or reason


def _subject(head: str, service: Service, catalogue: Catalogue) -> str:
    """What the reason is about: a service ("rule website"), a field ("users.email"), a kind of wish; "" for nothing known."""
    if head.startswith("rule "):
        return catalogue.service(head.removeprefix("rule ")).label.in_(LANGUAGE)
    if head in _HEADS:
        return _HEADS[head]
    field, _, part = head.partition(".")
    if service.field(field) is None and field != "tool":
        return ""
    return ", ".join(filter(None, (label_of(service, field, LANGUAGE), _PARTS.get(part, ""))))


def _said(text: str) -> str | None:
    for form, german in _FORMS:
        if match := re.fullmatch(form, text, re.DOTALL):
            return german.format(**match.groupdict())
    return None
