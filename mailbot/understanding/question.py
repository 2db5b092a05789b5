"""How a guess is asked back: the sentence below its form line. The form reads it again, so it stands here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mailbot.catalogue import FieldRule
from mailbot.understanding.request import Guess, Person, Request, Why

_SENTENCES: Mapping[str, Mapping[Why | None, str]] = {
    "de": {
        None: "Gelesen haben wir „{written}“. Meintest du {meant}?",
        Why.CANNOT_BE: "Gelesen haben wir „{written}“, das kann so nicht stimmen.",
        Why.TOO_MANY: "Gelesen haben wir: {written}. Es können höchstens {most} sein.",
        Why.NOT_LISTED: "Gelesen haben wir „{written}“, aber so heißt niemand von den Genannten.",
        Why.FITS_SEVERAL: "Gelesen haben wir „{written}“, das passt auf mehrere.",
        Why.TELLS: "",
    },
    "en": {
        None: "We read “{written}”. Did you mean {meant}?",
        Why.CANNOT_BE: "We read “{written}”, which cannot be right.",
        Why.TOO_MANY: "We read: {written}. There can be {most} at most.",
        Why.NOT_LISTED: "We read “{written}”, but nobody you named is called so.",
        Why.FITS_SEVERAL: "We read “{written}”, which fits more than one.",
        Why.TELLS: "",
    },
}

_LONGEST = 120  # characters of what was written that are repeated


def question(guess: Guess, rule: FieldRule, request: Request, language: str, *, formal: bool = False) -> str:
    """What was read, and the likely value where there is one; "" where there is nothing left to say. `formal`: says Sie."""
    meant = guess.proposed and _said(guess.proposed, rule, request, language)
    sentence = _SENTENCES[language][None if meant else guess.why]
    if formal:
        sentence = sentence.replace("Meintest du", "Meinten Sie")
    written = guess.written if len(guess.written) <= _LONGEST else f"{guess.written[:_LONGEST]}…"
    return sentence.format(written=written, meant=meant, most=rule.most)


def _said(value: str, rule: FieldRule, request: Request, language: str) -> str:
    """An address as it is, one of those chosen by name, a day as people write it."""
    if rule.type == "date":
        day = date.fromisoformat(value)
        return f"{day.day}.{day.month}.{day.year}" if language == "de" else f"{day.day} {day:%B} {day.year}"
    people = request.fields.get(rule.among or "", ())
    among = people if isinstance(people, tuple) else ()
    return next((each.name for each in among if isinstance(each, Person) and each.email == value), value)
