"""The task that a person has: "Kassiererin", "die Öffentlichkeitsarbeit", "mit der Leitung betraut"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mailbot.catalogue import FieldRule, Service
from mailbot.expression import Texts, pattern
from mailbot.understanding import chosen, values
from mailbot.understanding.correction import is_former
from mailbot.understanding.group import is_denied
from mailbot.understanding.heard import Heard, quote
from mailbot.understanding.identity import same_person
from mailbot.understanding.lexicon import is_no_name, listed
from mailbot.understanding.names import as_written, names_in
from mailbot.understanding.request import Person
from mailbot.understanding.scene import Scene

_TASK_OF_MINE = re.compile(
    r"\b(?:[Aa]ls|[Bb]in(?:\s+ich)?)\s+(?:bei uns\s+|hier\s+|dort\s+)?"
    r"(?:(?:jetzt|neuerdings|nun|seit\s+\w+|neu|frisch|gewählte[rn]?|neue[rn]?|die|der|eine?|unser[er]?|euer|eure)\s+)*"
    r"([A-ZÄÖÜ][\w-]*(?:er|erin|or|orin|ar|arin|ist|istin|ent|entin|eur|eurin|wart|wartin|mann|frau|person|rat|rätin|amt|vorstand))\b"
)
"""A task that rules.yaml does not know, by how tasks are said: "als neu gewählter Revisor"."""
_WORK = (
    r"((?:[^\W\d_]+-)?[^\W\d_]*(?:arbeit|presse|kasse|finanzen|buchhaltung|buchführung|vorsitz|leitung|betreuung|koordination"
    r"|organisation|protokolle?|redaktion|technik|medien|moderation))\b"
)
_WORK_OF_MINE = re.compile(
    r"\b(?:mache?|mach|übernehme|betreue|erledige|verantworte|leite|mich um|bin(?: \w+){0,3}(?: zuständig)? für)\s+"
    rf"(?:ich\s+)?(?:[^\W\d_]+,?\s+){{0,9}}?(?:die|das|den)\s+{_WORK}|\b(?:mache?|mach|bin)\s+{_WORK}"
    rf"|\b(?:die|das|den)\s+{_WORK}\s+(?:übernommen|bekommen|inne|gemacht)|\bhab(?:e)?\s+(?:[^\W\d_]+\s+){{0,6}}?(?:die|das|den)\s+{_WORK}",
    re.IGNORECASE,
)
"""Work that is said for a task: "ich mach bei uns die Öffentlichkeitsarbeit", "hab die Finanzen übernommen"."""
_WORK_OF_OTHERS = re.compile(
    rf"\b(?:macht|übernimmt|betreut|erledigt|verantwortet|leitet|kümmert sich um|ist(?: \w+){{0,3}}(?: zuständig)? für)\s+"
    rf"(?:[^\W\d_]+\s+){{0,5}}?(?:die|das|den)\s+{_WORK}",
    re.IGNORECASE,
)
_THIRD = re.compile(r"\b(?:sie|er|she|he|die|der)\s+$", re.IGNORECASE)
_DUTY = r"(?P<duty>[A-ZÄÖÜ][\w-]{3,}(?:\s+und\s+[A-ZÄÖÜ][\w-]{3,})?)\b"
_ALL_OF_IT = r"(?=\s*(?:[,.;!)]|$|(?:und|bei|im|in|für|des|der|von|vom|seit)\b))"
""" "Ich betreue die Kinder heute" is no duty."""
_DUTIES_OF_MINE = tuple(
    re.compile(expression)
    for expression in (
        rf"\b(?:[Mm]it|[Ff]ür)\s+(?:der|die|den|dem|das)\s+{_DUTY}\s+(?:bin\s+ich\s+)?(?:\w+\s+){{0,3}}?(?:betraut|beauftragt|zuständig|verantwortlich)\b",
        rf"\b[Mm]ir\s+obliegt\s+(?:[\w:*-]+\s+){{0,4}}?(?:die|der|das)\s+{_DUTY}",
        rf"\bobliegt\s+mir\s+(?:[\w:*-]+\s+){{0,4}}?(?:die|der|das)\s+{_DUTY}",
        rf"\b(?:[Dd]ie|[Dd]er|[Dd]as)\s+{_DUTY}\s+(?:obliegt|liegt)\s+(?:[\w:*-]+\s+){{0,4}}?(?:bei\s+)?mir\b",
        rf"\bkümmere?\s+(?:ich\s+)?mich\s+(?:[\w:*-]+\s+){{0,4}}?um\s+(?:die|den|das)\s+{_DUTY}{_ALL_OF_IT}",
        rf"\b(?:verantworte|betreue)\s+(?:ich\s+)?(?:[\w:*-]+\s+){{0,4}}?(?:die|den|das)\s+{_DUTY}{_ALL_OF_IT}",
        rf"\b(?:[Aa]ufgabe|[Ff]unktion|[Rr]olle|[Aa]mt)\b[^:.;,@]{{0,40}}:\s*{_DUTY}",
    )
)
"""A duty that stands for a task, whatever it is: "mit der Werbung betraut", "obliegt mir die Pressearbeit"."""


def hear_role(rule: FieldRule, service: Service, scene: Scene, heard: Heard) -> None:
    """Take the task that the mail tells of the person of the service; of the sender, where no other person is named."""
    person_rule = next((other for other in service.fields if other.type == "person"), None)
    person = heard.fields.get(person_rule.id) if person_rule else None
    is_sender = not isinstance(person, Person) or chosen.is_speaker(person, scene.voice.person)
    ranked: list[tuple[int, str, str]] = []
    texts = Texts({at: values.telling_roles(passage.text) for at, passage in enumerate(scene.passages)})
    for at in texts.places(pattern(*rule.words)):
        passage = scene.passages[at]
        for found in roles_in(passage.text, rule):
            role, offset = found
            if re.match(
                r"\s+(?:bin ich|bin i|war ich)\b.{0,20}\b(?:nicht|nimmer|bisher|früher|kein)",
                passage.text[offset + len(role) :],
                re.IGNORECASE,
            ) or is_denied(passage.text, offset):
                continue
            if is_sender and is_of_others(passage.text, offset, offset + len(role)):
                continue
            mine = bool(
                re.search(
                    r"\b(?:ich|bin|als|mich|mir|meine|i|i'm|am|as|my|ben|soy|sono|jestem|aufgabe|funktion|zum|zur)\b",
                    passage.text[:offset][-60:],
                    re.IGNORECASE,
                )
            )
            beside = isinstance(person, Person) and any(
                each.place[0] == at and not each.me and same_person(replace(each.person, email=None), replace(person, email=None))
                for each in scene.mentions
            )
            about_other = any(each.place[0] == at and not each.me and each.person.given and not beside for each in scene.mentions)
            if not is_sender and not about_other and not mine:
                beside = (
                    beside
                    or not re.search(r"\b(?:ich|wir|i)\b", passage.text, re.IGNORECASE)
                    or listed("third_person_is").search(passage.text[:offset][-40:]) is not None
                    or listed("receives").search(passage.text[offset:][:80]) is not None
                )
            rank = 0 if (beside if not is_sender else mine) else 2 if (is_sender and about_other) or not is_sender else 1
            ranked.append((rank, role, quote(passage)))
    if ranked and min(ranked)[0] < 2:
        _, role, reason = min(ranked, key=lambda each: each[0])
        return heard.take(rule.id, role, reason)
    for passage in scene.passages if is_sender else ():
        unknown = _TASK_OF_MINE.search(passage.text)
        if (
            unknown
            and not is_no_name(unknown[1])
            and not any(unknown[1] in (name.person.given, name.person.surname) for name in names_in(passage.text))
        ):
            return heard.take(rule.id, unknown[1], quote(passage))
        work = _WORK_OF_MINE.search(passage.text)
        if work and (re.search(r"\b(?:ich|bin)\b", passage.text, re.IGNORECASE) or work.start() == 0):
            return heard.take(rule.id, as_written(next(filter(None, work.groups()))), quote(passage))
        if duty := _duty_of_mine(passage.text):
            return heard.take(rule.id, duty, quote(passage))
    if isinstance(person, Person) and not is_sender:
        for at, passage in enumerate(scene.passages):
            work = _WORK_OF_OTHERS.search(passage.text)
            here = [each for each in scene.mentions if each.place[0] == at and same_person(each.person, person)]
            if work and (here or _THIRD.search(passage.text[: work.start()])):
                return heard.take(rule.id, as_written(work[1]), quote(passage))
    if is_sender:
        for line in scene.voice.closing:
            signed = values.role_in(line, rule)
            if signed:
                return heard.take(rule.id, signed[0], f'"{line}" in the signature')
        for title in scene.titles[:1]:
            told = values.role_in(title, rule)
            if told and re.search(r"\b(?:als|as)\b", title[: told[1]]):
                return heard.take(rule.id, told[0], "in the subject")
    return None


def roles_in(text: str, rule: FieldRule) -> Iterator[tuple[str, int]]:
    """The tasks that the text names, as they are worded, and their offsets."""
    start = 0
    while found := values.role_in(text[start:], rule):
        yield found[0], start + found[1]
        start += found[1] + len(found[0])


def is_of_others(text: str, start: int, end: int) -> bool:
    """
    Whether the task that stands there is somebody else's, or the author's no more or not yet: "das klärt unsere Kassiererin",
    "Sprecherin ist die Eva", "ehemalige Kassiererin", "ich soll Kassiererin werden".
    """
    before = text[:start]
    return (
        is_former(before)
        or _OTHERS.search(before) is not None
        or _FORMERLY.search(before) is not None
        or _OF_WHOM.match(text, end) is not None
    )


_FORMERLY = re.compile(rf"{listed('formerly').pattern}(?:(?!\b(?:und|aber|jetzt|nun|bin)\b)[^.,;:!?])*$", re.IGNORECASE)
_OF_WHOM = re.compile(r"\s+(?:(?i:(?:ist|wird|bleibt|war)\s+(?:jetzt\s+|nun\s+)?(?:die|der))\s+[A-ZÄÖÜ]|(?:zu\s+)?werden\b)")
_OTHERS = re.compile(
    r"\b(?:(?:an|von|bei|durch)\s+(?:unsere?[rnm]?|eure?[rnm]?|die|den|der|dem)"
    r"|(?:meine?|unsere?)\s+(?!(?:aufgabe|funktion|rolle|amt|posten|titel|job|stelle|position|tätigkeit)\b)\w+\s+(?:ist|war|wird)(?:\s+\w+)?"
    r"|,\s+(?:die|der|sie|er)\s+(?:ist|war|wird)(?:\s+\w+)?"
    r"|(?:klärt|entscheidet|weiß|fragt|sagt|meldet|schickt|macht)\s+(?:\w+\s+){0,3}?(?:unsere?r?|die|der|eure?r?))\s+$",
    re.IGNORECASE,
)


def _duty_of_mine(text: str) -> str | None:
    """What the author says to be charged with; nobody has a group or an account for a task."""
    if not re.search(r"\b(?:ich|mir|meine?)\b", text, re.IGNORECASE):
        return None
    found = (match for expression in _DUTIES_OF_MINE if (match := expression.search(text)))
    duty = next((match["duty"] for match in found), None)
    return None if duty is None or is_no_name(duty.split()[0]) else duty
