"""Persons in a first mail: those of a list ("users"), and the one that a field asks for ("contact")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import pcre2

from mailbot.catalogue import FieldRule, Service
from mailbot.expression import pattern
from mailbot.understanding import chosen
from mailbot.understanding.beneficiary import beneficiary, whole
from mailbot.understanding.correction import is_no_party, is_replaced
from mailbot.understanding.first_person import speaks_of_self
from mailbot.understanding.heard import Heard, quote
from mailbot.understanding.identity import completed, merged, same_person
from mailbot.understanding.lexicon import beginning, fold, is_german, is_given_name, is_no_name, is_unknown, listed
from mailbot.understanding.mention import Mention
from mailbot.understanding.names import as_written, names_in
from mailbot.understanding.passage import Passage
from mailbot.understanding.request import Person
from mailbot.understanding.scene import Scene


def hear_persons(rule: FieldRule, service: Service, scene: Scene, heard: Heard) -> None:
    """Take the persons that a field wants: of lists and tables, of sentences about them, in the order of the mail."""
    chosen_rules = [other for other in service.fields if other.type == "chosen" and other.among == rule.id]
    cues = tuple(word for other in chosen_rules for word in other.words)
    people = [entry.person for entry in scene.entries]
    found: list[tuple[Passage, Person]] = []
    names = chosen.names_of(mention.person for mention in scene.company)
    mentioned = {at: list(group) for at, group in groupby(scene.mentions, key=lambda each: each.place[0])}
    heading = goes_on = False
    for at, passage in enumerate(scene.passages):
        heading = (passage.text.endswith(":") and pattern(*rule.words).search(passage.text) is not None) or (
            heading and len(passage.text.split()) < 7
        )
        here = mentioned.get(at)
        if here is None:
            goes_on = False
            continue
        passage = replace(passage, marked=True) if heading and not passage.text.endswith(":") else passage
        stretches = chosen.spans(passage.text, cues, names)
        inside = [each for each in here if any(start <= each.place[1] < end for start, end in stretches)]
        outside = [each for each in here if each not in inside] + [each for each in inside if _is_list_entry(each, passage, here)]
        added = [(passage, person) for person in _counted(rule, passage, sorted(outside, key=lambda each: each.place), scene)]
        if goes_on and not added and beginning("continuations").match(passage.text):
            added = [
                (passage, scene.who(each))
                for each in outside
                if (each.me or (each.person.given and each.person.surname)) and not _is_left_out(passage.text, each, outside)
            ]
        goes_on = bool(added)
        found += added
    people += [person for _, person in found]
    people = _with_speaker(people, scene)
    if scene.copied and any(
        pattern(*rule.words).search(p.text) and re.search(r"\b(?:cc|kopie|copy|cc'd)\b", p.text, re.IGNORECASE)
        for p in scene.passages
    ):
        people += scene.copied
    if people:
        first = found[0][0] if found else None
        heard.take(
            rule.id,
            tuple(with_said_surname(each, scene) for each in merged(people)),
            quote(first) if first else "the list that came with the mail",
        )


def _is_list_entry(mention: Mention, passage: Passage, here: Sequence[Mention]) -> bool:
    """ "Stefan Kowalski (Admin), stefan@…" on a line of its own is a user that is also admin."""
    return (
        passage.listed
        and bool(mention.person.email)
        and len([each for each in here if each.person.email]) == 1
        and mention.place[1] < 8
    )


def _counted(rule: FieldRule, passage: Passage, here: Sequence[Mention], scene: Scene) -> Iterator[Person]:
    """Whom of those mentioned in a passage the field means."""
    cued = bool(pattern(*rule.words).search(passage.text)) or _FOR_WHOM.match(passage.text) is not None
    with_address = [each for each in here if each.person.email or each.broken]
    if not cued and not with_address and beginning("introductions").match(passage.text):
        return
    several = sum(bool(each.person.given and each.person.surname) for each in here) > 1
    steps_back = any(mention.me and _is_left_out(passage.text, mention, here) for mention in here)
    for mention in here:
        person = mention.person
        if _is_left_out(passage.text, mention, here) or (mention.me and steps_back) or _is_speakers_short_name(person, scene):
            continue
        if mention.me:
            if cued or with_address or passage.listed or passage.marked or len(here) > 1:
                yield scene.who(mention)
        elif person.email or mention.broken:
            if person.given or person.surname:
                yield person
            elif mention.listed or cued or len(with_address) > 1:
                yield _named_by_speaker(person, scene)
        elif person.given and person.surname:
            if several or cued or passage.marked or (passage.listed and len(passage.text) < 60) or with_address:
                yield person
        elif _is_one_of_the_list(passage, mention, here, cued=cued) or (with_address and _ends_a_list(passage.text, mention)):
            yield person


def _is_one_of_the_list(passage: Passage, mention: Mention, here: Sequence[Mention], *, cued: bool) -> bool:
    """Half a name counts where it stands in a list: the given name, or "Frau" and the surname."""
    if mention.person.given:
        return passage.marked or (cued and _is_in_a_list(passage.text, mention, here))
    return _TITLED.search(passage.text[: mention.place[1]]) is not None


_FOR_WHOM = re.compile(r"(?:[Ff]ür|[Ff]or)\s+(?:mich\b|me\b|(?:Frau |Herrn? )?[A-ZÄÖÜ]\w+\s+[A-ZÄÖÜ])")
""" "Für mich und für Rania Haddadin." after the sentence that asks."""


def _ends_a_list(text: str, mention: Mention) -> bool:
    """ "christoph rath, c.rath@… und der lennart": a given name alone, coupled to persons with addresses."""
    given = mention.person.given
    coupled = re.search(r"\b(?:und|sowie|and)\s+(?:der\s+|die\s+)?$", text[: mention.place[1]], re.IGNORECASE)
    return given is not None and coupled is not None and not is_german(given)


_TITLED = re.compile(
    r"\b(?:und|sowie|and)\s+(?:der\s+|die\s+|den\s+)?(?:frau|herrn?|genoss(?:e|en|in)|kolleg(?:e|en|in)|mr|mrs|ms)\.?\s+$",
    re.IGNORECASE,
)
""" "… und die Frau Heidkamp": in a list, without the given name."""


def _is_in_a_list(text: str, mention: Mention, here: Sequence[Mention]) -> bool:
    """A given name alone is listed: right beside "ich", or coupled where addresses stand or a colon announces a list."""
    if any(each.me and abs(each.place[1] - mention.place[1]) < 25 for each in here):
        return True
    announced = (
        ":" in text
        or any(each.person.email or each.broken for each in here)
        or re.search(r"\b(?:sind|wären|ist|wäre|is|are)\s+(?:\w+\s+und\s+)?$", text[: mention.place[1]]) is not None
    )
    return announced and _is_coordinated(text, mention)


def _is_coordinated(text: str, mention: Mention) -> bool:
    """The name stands in a list: first, or behind "und", a comma, a colon."""
    return (
        re.search(
            r"(?:^|[,:&+(]|\b(?:sind|wären|ist|wäre|is|are|und|and|sowie|et|un|ve|y|e|i))\s*(?:unsere?r?|der|die|dä|dat|et|dann|noch)?\s*$",
            text[: mention.place[1]],
            re.IGNORECASE,
        )
        is not None
    )


def _is_left_out(text: str, mention: Mention, here: Sequence[Mention]) -> bool:
    """Behind "statt" or before "hat kein Internet", or a name to turn to rather than one that takes part."""
    following = [each.place[1] for each in here if each.place[1] > mention.place[1] and text[each.place[1] : each.end] != "mir"]
    stretch = re.split(r"\bund\b|;", text[mention.place[1] : following[0] if following else len(text)])[0]
    if mention.me and listed("me_left_out").search(stretch):
        return True
    if is_no_party(text[: mention.place[1]]) or is_replaced(text, mention.place[1]):
        return True
    return not mention.me and listed("left_out").search(stretch) is not None


def _named_by_speaker(person: Person, scene: Scene) -> Person:
    return scene.voice.person if person.email == scene.voice.person.email else person


def _is_speakers_short_name(person: Person, scene: Scene) -> bool:
    """ "Leo Mrozek" below the mail of Leonhard Mrozek."""
    speaker = scene.voice.person
    return bool(
        person.email is None
        and person.given
        and speaker.given
        and person.given != speaker.given
        and person.surname == speaker.surname
        and speaker.given.lower().startswith(person.given.lower())
    )


def _is_namesake(person: Person, speaker: Person) -> bool:
    """The same full name: the sender, whatever the address."""
    return bool(person.given and person.surname) and (person.given, person.surname) == (speaker.given, speaker.surname)


def _with_speaker(people: Sequence[Person], scene: Scene) -> list[Person]:
    """An entry that is the sender gets the address the mail was sent from, unless another is named."""
    speaker = scene.voice.person
    elsewhere = [each for each in people if _is_namesake(each, speaker) and each.email not in (None, speaker.email)]
    if elsewhere:
        people = [elsewhere[0] if each == speaker else each for each in people]
    unified = merged(people)
    return [
        completed(each, speaker)
        if chosen.is_speaker(each, speaker) and ((each.given and each.surname) or each == speaker or same_person(each, speaker))
        else each
        for each in unified
    ]


def hear_person(rule: FieldRule, scene: Scene, heard: Heard) -> None:
    """Take the one person of a field: whom the mail names for it, else the sender."""
    found, reason = named_person(rule, scene)
    if found is None:
        mine = next((each for each in scene.mentions if each.me and each.person.email), None)
        found, reason = scene.who(mine) if mine else scene.voice.person, "nobody else is named, so it is the sender"
    elif "email" in rule.each and found.email is None:
        found = replace(found, email=_lone_address(scene))
    if "email" in rule.each and chosen.is_speaker(found, scene.voice.person):
        found = replace(found, email=_other_address(scene) or found.email)
    person = Person(**{part: getattr(found, part) for part in rule.each})
    if person != Person():
        heard.take(rule.id, person, reason)


_MY_ADDRESS = re.compile(
    r"\b(?:meine[rn]?|my)\s+(?:[^\W\d_]+\s+){0,2}(?:e-?mail-?|mail-?)?(?:adresse|mail|address)\b[^@.;]{0,20}$", re.IGNORECASE
)


def _other_address(scene: Scene) -> str | None:
    """ "… auf meine private Adresse kim@…": where the author wants to be reached, other than the mail was sent from."""
    for mention in scene.mentions:
        before = scene.passages[mention.place[0]].text[: mention.place[1]]
        if mention.person.email and not mention.person.given and _MY_ADDRESS.search(before):
            return mention.person.email
    return None


def _lone_address(scene: Scene) -> str | None:
    """The only address of the mail that stands at no name and is not the author's: of the only one named."""
    named = {each.person.name for each in scene.company if not each.me and each.person.given}
    lone = {each.person.email for each in scene.company if not (each.me or each.person.given or each.person.surname)}
    lone -= {None, scene.voice.person.email}
    return lone.pop() if len(lone) == 1 and len(named) == 1 else None


def named_person(rule: FieldRule, scene: Scene) -> tuple[Person | None, str]:
    """The person that the mail names for this field, with the reason; None where it names nobody."""
    if len(scene.entries) == 1 and scene.entries[0].person.given:
        return whole(scene.entries[0].person, scene), "the card or list that came with the mail"
    cue = pattern(*rule.words)
    for at in scene.texts.places(cue):
        passage = scene.passages[at]
        here = [each for each in scene.mentions if each.place[0] == at]
        for match in cue.finditer(passage.text):
            if _IN_TOUCH.match(passage.text, match.end()):
                continue
            clause_end = _clause_end(passage.text, match.end())
            after = [each for each in here if match.end() <= each.place[1] <= min(clause_end, match.end() + 80)]
            before = [each for each in here if each.place[1] < match.start() and match.start() - each.end < 40]
            unheard = _UNHEARD_OF.match(passage.text[match.end() : clause_end])
            if unheard and is_unknown(unheard["name"]) and not any(each.place[1] < match.end() + unheard.end() for each in after):
                return Person(given=unheard["name"]), quote(passage)
            for mention in [*after, *reversed(before)]:
                if mention.me:
                    return scene.who(mention), quote(passage)
                person = mention.person
                if (
                    (person.given or person.surname)
                    and (person.email or (person.given and person.surname))
                    and (listed("turned_to").search(match[0]) or not _is_left_out(passage.text, mention, here))
                ):
                    return whole(mention.person, scene), quote(passage)
            doing = [each for each in before if each.person.given and _DOES.fullmatch(passage.text[each.end : match.start()])]
            if doing and len(match[0]) > len("für") and not chosen.is_speaker(doing[-1].person, scene.voice.person):
                return whole(doing[-1].person, scene), quote(passage)
            if speaks_of_self(passage.text) and not after:
                return scene.voice.person, quote(passage)
            bare = [
                each for each in after if not each.me and each.person.given and not same_person(each.person, scene.voice.person)
            ]
            if bare and bare[0].place[1] - match.end() < 25 and rule.words:
                return whole(bare[0].person, scene), quote(passage)
            following = [each for each in scene.mentions if each.place[0] == at + 1 and passage.text.rstrip().endswith(":")]
            if following and (following[0].person.given or following[0].person.surname):
                return whole(following[0].person, scene), quote(scene.passages[at + 1])
    for at in scene.texts.places(listed("third_person")):
        passage = scene.passages[at]
        for match in listed("third_person").finditer(passage.text):
            after = [
                each for each in scene.mentions if each.place[0] == at and 0 <= each.place[1] - match.end() < 12 and not each.me
            ]
            if after and after[0].person.given and not chosen.is_speaker(after[0].person, scene.voice.person):
                return whole(after[0].person, scene), quote(passage)
    receiving = beneficiary(scene)
    if receiving:
        return whole(receiving.person, scene), quote(scene.passages[receiving.place[0]])
    named = next(
        (
            name
            for title in scene.titles[:1]
            for match in cue.finditer(title)
            for name in names_in(title[match.end() :])
            if name.start < 3 and name.sure
        ),
        None,
    )
    if named and not same_person(named.person, scene.voice.person):
        return whole(named.person, scene), "named in the subject"
    complete = [each for each in scene.mentions if each.person.given and each.person.surname and each.person.email]
    listed_ones = [each for each in complete if each.listed]
    for ones, reason in ((listed_ones, "the only person listed"), (complete, "the only person named")):
        if len(ones) == 1 and not chosen.is_speaker(ones[0].person, scene.voice.person) and _may_be_meant(ones[0], rule, scene):
            return ones[0].person, reason
    return None, ""


def _may_be_meant(mention: Mention, rule: FieldRule, scene: Scene) -> bool:
    """Whoever is listed; in a sentence, who is told to do the work or to get the account, if nothing is said of the author."""
    if mention.listed:
        return True
    here = [each for each in scene.mentions if each.place[0] == mention.place[0]]
    text = scene.passages[mention.place[0]].text
    return (
        "email" in rule.each
        and _is_told_to_be_meant(text[: mention.place[1]], text[mention.end :].lstrip(" ().,"))
        and not any(each.me for each in scene.mentions)
        and not listed("for_oneself").search(scene.text)
        and not listed("of_others").search(text)
        and not _is_left_out(text, mention, here)
    )


def _is_told_to_be_meant(before: str, behind: str) -> bool:
    """ "für (Paul)", but not "Für (Paul) wäre das auch gut"; "betreut wird sie von (Paul)", "(Paul) kümmert sich darum"."""
    if beginning("in_charge").match(behind) or _IN_CHARGE.search(before):
        return True
    return _FOR.search(before) is not None and not _IS_SAID_OF.match(behind)


_OURS = r"(?:(?:de[nrm]|die|unsere?[nrm]?|meine?[nrm]?|neue[nr]?|our|my|the)\s+){0,2}(?:[^\W\d_]+(?:e|en|er|in|or|rn|au)\s+)?$"
""" "unserer neuen Sprecherin (Rosa)"."""
_FOR = re.compile(rf"\b(?:für|for)\s+{_OURS}", re.IGNORECASE)
_IN_CHARGE = re.compile(
    r"\b(?:(?:eingerichtet|angelegt|erstellt|betreut|betrieben|verwaltet|geleitet|gepflegt|moderiert|organisiert)\b[^.,;:!?]{0,40}\b(?:von|durch)"
    r"|handelt\s+sich\s+um|läuft\s+(?:alles\s+)?(?:bei|über)"
    r"|(?:das|sie|es|alles)\s+(?:betreut|verwaltet|macht|übernimmt|leitet|pflegt|moderiert|koordiniert|organisiert)"
    r"|darum\s+(?:kümmert|wird)\s+sich|kümmer(?:t|n\s+(?:wird|würde|soll))\s+sich\s+(?:darum|hierum|um\s+(?:alles|sie|das)))\s+"
    rf"{_OURS}",
    re.IGNORECASE,
)
_IS_SAID_OF = re.compile(r"(?:auch\s+)?(?:ist|wäre|wär|war|wird|würde|hat|gilt|kann|is|was|would)\b", re.IGNORECASE)


_DOES = re.compile(r"\s+(?:macht|ist|wird|wäre|übernimmt|bleibt|is|will be)\s+(?:[^\W\d_]+\s+){0,2}", re.IGNORECASE)
""" "Rosa macht den Kontakt": between the name and the word of the field."""
_UNHEARD_OF = re.compile(
    r"(?:\s+(?:dafür|hierfür))*(?:\s*:|\s+(?:ist|wird|wäre|bleibt|soll|sollte))\s+(?:die|der|unsere?|meine?)\s+"
    r"(?P<name>[A-ZÄÖÜÇŞİ][^\W\d_]{2,})(?=\s*(?:[,.;!(]|$))"
)
""" "Ansprechpartnerin dafür wird die Beritan, …": a name that no list knows."""


_IN_TOUCH = re.compile(r"\s+(?:zu|mit|halten|hielten|hatten|aufnehmen)\b", re.IGNORECASE)
""" "Nehmt Kontakt zu Paul auf": nobody is made the contact."""


def _clause_end(text: str, start: int) -> int:
    end = re.search(r"(?<!\bDr)(?<!\bProf)[.!?;]\s", text[start:])
    return start + end.start() if end else len(text)


_SAYS_SURNAME = pcre2.compile(rf"nachname|surname|{listed('surname_follows').pattern}", pcre2.IGNORECASE)


def with_said_surname(person: Person, scene: Scene) -> Person:
    """ "Rukiye heißt mit Nachnamen Altıntaş", "silke heißt marquardt und ibo karahan": the word behind the given name."""
    if person.surname or not person.given:
        return person
    for passage in scene.with_words(_SAYS_SURNAME):
        stated = re.search(
            rf"(?<!\w){re.escape(person.given)}s?(?!\w).{{0,90}}\b(?:nachname|surname)\s*(?:ist|is|:)?\s*([^\W\d_][\w'’-]+)",
            passage.text,
            re.IGNORECASE,
        )
        if stated and not is_no_name(stated[1]) and not (stated[1].islower() and is_german(stated[1])):
            return replace(person, surname=as_written(stated[1]))
        match = re.search(rf"(?<!\w){re.escape(person.given)}(?!\w)(?P<rest>[^,.;!?@(]*)(?!@)", passage.text, re.IGNORECASE)
        told = match is not None and listed("surname_follows").search(passage.text) is not None
        words = without_filler(re.split(r"\bund\b|\bhat\b|\bist\b", match["rest"])[0]).split() if match and told else []
        if 1 <= len(words) <= 2 and (passage.text.islower() or all(word[:1].isupper() for word in words)):
            return replace(person, surname=as_written(" ".join(words)))
    return person


def with_said_given(person: Person, scene: Scene, *, alone: bool) -> Person:
    """
    "Okonkwo heißt mit Vornamen Emeka": the only name that was known, and that no list has as a given one, is the surname.

    `alone`: nobody else lacks a name, so that "der Vorname ist Emeka" is about this person.
    """
    known = person.surname or person.given
    if known is None or (person.given and (person.surname or is_given_name(person.given))):
        return person
    is_known = rf"(?<!\w){re.escape(known)}s?(?!\w)"
    for passage in scene.with_words(_SAYS_WHICH_NAME):
        named = re.search(is_known, passage.text, re.IGNORECASE) is not None
        told = None if passage.text.endswith("?") or not (alone or named) else _TELLS_GIVEN.search(passage.text)
        given = (told["given"] or told["before"]) if told else known
        if given.lower() != known.lower() and not is_no_name(given):
            return replace(person, given=as_written(given), surname=known)
        if named and re.search(
            rf"{is_known}\s+(?:ist|is)\s+(?:\w+\s+){{0,2}}(?:nachname|surname)\b", passage.text, re.IGNORECASE
        ):
            return replace(person, given=None, surname=known)
    for mention in scene.mentions:
        if person.given and mention.person.given and fold(mention.person.surname or "") == fold(known):
            return replace(person, given=mention.person.given, surname=known)
    return person


_SAYS_WHICH_NAME = pcre2.compile(rf"nachname|surname|{listed('given_follows').pattern}", pcre2.IGNORECASE)
_TELLS_GIVEN = re.compile(
    rf"(?<!mein\s){listed('given_follows').pattern}(?:\s+(?:von|of)\s+[^\W\d_]+)?(?:\s+(?:ist|lautet|heißt|wäre|is)\b|\s*:)?+\s+(?P<given>[^\W\d_][\w'’-]+)"
    rf"(?=\s*(?:[,.;!)]|$|\b(?:und|and)\b))|(?P<before>[^\W\d_][\w'’-]+)\s+(?:ist|is)\s+(?:der|ihr|sein|the|her|his)\s+{listed('given_follows').pattern}",
    re.IGNORECASE,
)


def without_filler(text: str) -> str:
    """A short answer without the words around the name in it ("der heißt … mit Nachnamen")."""
    return _FILLER.sub(" ", text)


_FILLER = re.compile(
    r"\b(?:der|die|das|mein|meine|sie|er|nachnamen?|familienname|vorname|name|heißt|ist|lautet|mit|übrigens|steht|für|hinten|heisst|[A-Z]\.|und|zwar|the|surname|is|last|his|her)\b|[:,]",
    re.IGNORECASE,
)
