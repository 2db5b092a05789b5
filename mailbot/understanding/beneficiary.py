"""For whom a mail asks, where it is somebody else: "Die Rosa bräuchte auch einen Zugang", "Könnt ihr dem Emil einen geben?"."""

from __future__ import annotations

import re

from mailbot.understanding import chosen
from mailbot.understanding.correction import is_no_party, places
from mailbot.understanding.identity import completed, same_person
from mailbot.understanding.lexicon import listed
from mailbot.understanding.mention import Mention
from mailbot.understanding.request import Person
from mailbot.understanding.scene import Scene

_NEEDS = (
    r"(?:braucht|brauch|bräuchte?|bräucht|benötigt|kriegt|bekommt|bekäme|möchte|hätte|wünscht\s+sich|needs?|wants|would\s+like|should\s+(?:get|have)"
    r"|soll(?:te)?(?=.{0,60}\b(?:bekommen|kriegen|haben|nutzen|machen)\b)|will(?=.{0,60}\bhaben\b))"
)
_ALSO = r"(?:\s+(?:auch|noch|jetzt|nun|mal|bitte|ebenfalls|dringend|also|now))*"
_A_THING = r"(?:eine?n?|nen?|'?n|zugang|zugriff|account|an?|access)\b"
_NEEDS_IT = re.compile(
    rf"[^.!?]{{0,70}}?\b(?:{_NEEDS}{_ALSO}\s+(?:so\s+)?{_A_THING}|(?:hat|has){_ALSO}\s+(?:keine?n?|no)\b)|{_ALSO}\s+{_NEEDS}",
    re.IGNORECASE,
)
""" "(Rosa) braucht …", "(Rosa) aus dem Vorstand braucht einen …"."""
_DOES_SHE_GET = re.compile(
    rf"\b{_NEEDS}\s+(?:sie|er|she|he|(?:die|der)(?=\s+(?:auch|noch|jetzt|bitte|eine?n?|nen?|'?n)\b))\b|\b(?:sie|er|she|he){_ALSO}\s+{_NEEDS}"
    r"|\b(?:kann|könnte|darf|soll(?:te)?)\s+(?:sie|er|die|der)\b.{0,60}\b(?:haben|bekommen|kriegen)\b"
    r"|\b(?:can|could|may|should)\s+(?:she|he|they)\s+(?:please\s+)?(?:get|have)\b",
    re.IGNORECASE,
)
""" "(Rosa macht jetzt die Kasse,) kriegt die auch …", said of who was named last."""
_NEEDED_BY = re.compile(
    rf"\b{_NEEDS}{_ALSO}\s+(?:(?:(?:unsere?|die|der|frau|herr|[^\W\d_]+(?:er|in))\s+){{1,3}}$|(?:unsere?|die|der)\s[^,.;:!?]{{3,60}},\s+$)",
    re.IGNORECASE,
)
""" "Zweitens hätte unser Sprecher (Emil) gern …"."""
_GIVE_TO = re.compile(
    r"\b(?:ihr|sie|du|man|bitte|auch|noch|mal|gebt|gib|richtet|macht|legt|give)\s+(?:der|dem|unserer|unserem|meiner|meinem|our|my)?\s*"
    r"(?:[^\W\d_]+\s+)?$",
    re.IGNORECASE,
)
_SOMETHING = re.compile(
    r"(?:\s+(?:auch|noch|jetzt|mal|bitte|dann))*\s+(?:so\s+)?(?:eine?n?|nen?|'?n|an?|zugang|zugriff|access)\b", re.IGNORECASE
)
""" "Könnt ihr dem (Emil) einen …", before and behind the name."""
_MAY = re.compile(
    r"\b(?:kann|könnte|darf|soll(?:te)?|can|could|may|should)\s+(?:(?:die|der|unsere?|frau|herr)\s+)*$", re.IGNORECASE
)
_HAVE = re.compile(r"[^.!?]{0,70}?\b(?:haben|bekommen|kriegen|get|have)\b", re.IGNORECASE)
""" "Kann (Rosa) ein Postfach haben?", before and behind the name."""
_REPORTS = re.compile(
    r"\b(?:sag(?:t|te)|gesagt|mein(?:t|te)|gemeint|erzähl(?:t|te)|geschrieben|empfohlen|told|said|says|mentioned)\b",
    re.IGNORECASE,
)
""" "(Rosa) hat mir erzählt, dass man … kriegen kann": she needs nothing."""
_OTHER_SUBJECT = re.compile(
    r"\b(?:ich|wir|i|we)\b|(?:\bund|,)\s+(?:der|die|das|unsere?)\s+(?:ov|ag|pg|ak|gruppe|ortsverband|vorstand)\b", re.IGNORECASE
)
_I_NEED = re.compile(
    r"\b(?:ich|i)\s+(?:\w+\s+)?(?:brauche?|bräuchte?|benötige|hätte?|möchte|need|would)\b|\b(?:brauche?|bräuchte?|benötige|hätte?|kann|könnte|darf)\s+ich\b"
    r"|\b(?:für|for)\s+(?:mich|me)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\b(?:von|vom|bei|mit|durch|laut|by|from|with)\s+(?:der|dem|unserer|unserem)?\s*$", re.IGNORECASE)
""" "die Gruppe von (Rosa) braucht …" """


_FOR_HER = re.compile(
    r"(?:bitte\s+)?(?:(?:richten|legen|geben|stellen|schalten)\s+(?:sie|wir)|(?:könn(?:t|te[nt]?|en)|würde[nt]?)\s+(?:ihr|sie|man)"
    r"|(?:richtet|legt|gebt|stellt|schaltet|macht|give))(?:\s+bitte)?\s+(?:ihr|ihm|her|him)\b",
    re.IGNORECASE,
)
""" "(… hat Emil zum Kassierer gewählt.) Bitte richten Sie ihm … ein"."""
_NEAR = 80
"""Characters before a name in which the words stand that are about it; behind it they are a few more."""


_SET_UP_FOR = re.compile(r"\b(?:unsere[mr]|meine[mr]|de[mr]|frau|herrn)\s+(?:[^\W\d_]+\s+){0,2}$", re.IGNORECASE)
_TO_BE_SET_UP = re.compile(
    r"\s+(?:eine?n?|das|die|den)\s[^.;!?]{0,60}\b(?:einzurichten|anzulegen|freizuschalten|zu\s+geben|bereitzustellen|zuzuteilen)\b",
    re.IGNORECASE,
)
""" "… bitte ich, unserem Kassierer (Emil) ein Postfach einzurichten"."""


def beneficiary(scene: Scene) -> Mention | None:
    """Somebody else of whom the mail says that he or she needs it ("… ist unser neuer Kassenwart und bekommt …")."""
    wholes = [(each, whole(each.person, scene)) for each in scene.mentions if not each.me]
    others = [
        (each, person)
        for each, person in wholes
        if person.given and not chosen.is_speaker(person, scene.voice.person) and not _is_no_party(each, scene)
    ]
    in_full = [(each, person) for each, person in others if person.surname]
    served = () if _I_NEED.search(scene.text) else others
    for named, tells in ((in_full, _receives), (served, _is_served)):
        if len({person.name for _, person in named}) == 1 and (told := [each for each, _ in named if tells(each, scene)]):
            return told[0]
    return None


def _is_no_party(mention: Mention, scene: Scene) -> bool:
    return is_no_party(scene.passages[mention.place[0]].text[max(0, mention.place[1] - _NEAR) : mention.place[1]])


def _is_served(mention: Mention, scene: Scene) -> bool:
    """Who is named needs or gets something, and nobody else in between."""
    at = mention.place[0]
    text = scene.passages[at].text[max(0, mention.place[1] - _NEAR) : mention.place[1] + 3 * _NEAR]  # however long it is
    start = min(mention.place[1], _NEAR)
    end = next((end for begin, end in places(mention.person, text) if begin == start), start + mention.end - mention.place[1])
    before, behind = text[:start], text[end:]
    if _ASIDE.search(before):
        return False
    if (
        (_MAY.search(before) and _HAVE.match(behind))
        or _NEEDED_BY.search(before)
        or (_GIVE_TO.search(before) and _SOMETHING.match(behind))
    ):
        return True
    told = _NEEDS_IT.match(behind) or _DOES_SHE_GET.search(behind)
    if told:
        return _OTHER_SUBJECT.search(behind[: told.end()]) is None
    following = scene.passages[at + 1].text if at + 1 < len(scene.passages) else ""
    return _DOES_SHE_GET.match(following) is not None or _FOR_HER.match(following) is not None


def _receives(mention: Mention, scene: Scene) -> bool:
    at, start = mention.place
    text = scene.passages[at].text
    before, rest = text[max(0, start - _NEAR) : start], text[start:]
    following = scene.passages[at + 1].text if at + 1 < len(scene.passages) else ""
    spoken_of = re.match(r"(?:sie|er|ihr|ihm|she|he)\b", following, re.IGNORECASE)
    needs = listed("receives").search(rest[:160])
    return bool(
        (needs and not _REPORTS.search(rest[: needs.start()]) and not _OTHER_SUBJECT.search(rest[: needs.start()]))
        or (spoken_of and listed("receives").search(following[:45]))
        or _FOR_HER.match(following)
        or (_SET_UP_FOR.search(before) and _TO_BE_SET_UP.match(text, mention.end))
    )


def whole(person: Person, scene: Scene) -> Person:
    """With what other mentions of the same person say."""
    found = person
    for mention in scene.company or scene.mentions:
        if not mention.me and same_person(mention.person, found):
            found = completed(found, mention.person)
    return completed(found, scene.voice.person) if chosen.is_speaker(found, scene.voice.person) else found
