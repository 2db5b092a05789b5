"""Persons in a later mail: who joins, who leaves, and what is now known of those named before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from mailbot.catalogue import Catalogue, FieldRule, Service
from mailbot.expression import pattern
from mailbot.understanding import chosen
from mailbot.understanding.address import addresses_in
from mailbot.understanding.choosing import spoken_of_last
from mailbot.understanding.chosen import is_speaker
from mailbot.understanding.correction import corrects, is_replaced, leaves, places
from mailbot.understanding.exclamation import without_exclamations
from mailbot.understanding.form import Filled
from mailbot.understanding.group import is_denied
from mailbot.understanding.heard import Heard
from mailbot.understanding.hearing import hear_field
from mailbot.understanding.identity import completed, merged, same_person
from mailbot.understanding.lexicon import is_no_name, listed
from mailbot.understanding.mention import Mention
from mailbot.understanding.names import as_written, names_in, split_name
from mailbot.understanding.pairing import stands_for
from mailbot.understanding.passage import ADDRESS
from mailbot.understanding.people import named_person, with_said_given, with_said_surname, without_filler
from mailbot.understanding.request import Person, Request
from mailbot.understanding.respelling import respelt
from mailbot.understanding.scene import Scene, is_courtesy
from mailbot.understanding.stepping_in import lends_address, steps_in


def join_persons(
    rule: FieldRule, service: Service, scene: Scene, forms: Sequence[Filled], request: Request, catalogue: Catalogue, heard: Heard
) -> None:
    """Take the persons as they are after this mail: form lines, who joins, who leaves, parts that were missing."""
    people = heard.people(rule.id)
    before = people
    for form in forms:
        if form.blank.part and form.blank.person:
            people = _with_part(people, form.blank.person, form.blank.part, form.text, scene.own)
        else:
            people = _added(people, rule, service, scene.saying(form.text, form.line), catalogue)
    halves = [each for each in people if not (each.given and each.surname)]
    people = tuple(with_said_given(each, scene, alone=len(halves) == 1) for each in people)
    people, scene = respelt(people, scene, heard.guesses)
    chosen_words = tuple(word for other in service.fields if other.among == rule.id for word in other.words)
    asks_for_chosen = any(other.among == rule.id and other.id in request.missing for other in service.fields)
    if not asks_for_chosen:
        speaking = _without_chosen(scene, chosen_words, people)
        instead = (scene.voice.person,) if _author_steps_in(people, speaking) else ()
        people = (*_without_removed(people, speaking), *instead)
    if not before:
        people = _added(people, rule, service, scene, catalogue)
    else:
        people = _updated(people, rule, scene, service)
        people = tuple(with_said_surname(each, scene) for each in people)
        people = _with_bare_parts(people, rule, scene, request)
    if people and people != before:
        heard.take(rule.id, people, "said in this mail")
    elif before and not people:
        del heard.fields[rule.id]


def _author_steps_in(people: Sequence[Person], scene: Scene) -> bool:
    """
    Whether the author takes the place of one of them: said in the sentence that lets that person go, or in the next
    ("Paul ist raus. Das mach ich selbst.").
    """
    if any(is_speaker(each, scene.voice.person) for each in people):
        return False
    said = [at for at, passage in enumerate(scene.passages) if steps_in(passage.text)]
    return any(_removed_in(near, people, scene) for at in said for near in (at - 1, at) if near >= 0)


def _added(
    people: tuple[Person, ...], rule: FieldRule, service: Service, scene: Scene, catalogue: Catalogue
) -> tuple[Person, ...]:
    """With those that the scene names for this field, read as in a first mail."""
    fresh = Heard()
    hear_field(rule, service, scene, catalogue, fresh)
    named = fresh.people(rule.id)
    if not named:
        named = tuple(
            scene.who(mention) for mention in scene.mentions if mention.me or (mention.person.given and mention.person.surname)
        )
    merely_named = (mention.person for mention in scene.mentions if not mention.me and _is_mere_answer(mention, scene))
    return merged([*people, *named, *(each for each in merely_named if each.given)])


def _is_mere_answer(mention: Mention, scene: Scene) -> bool:
    """ "Das wären dann ich und der Dragan.": the sentence says who it is, and nothing else."""
    text = scene.passages[mention.place[0]].text
    left = text
    for each in scene.mentions:
        if each.place[0] == mention.place[0]:
            left = left[: each.place[1]] + " " * (each.end - each.place[1]) + left[each.end :]
    return not re.search(r"\w", listed("me").sub(" ", listed("choosing").sub(" ", left))) and not text.endswith("?")


def _with_part(people: Sequence[Person], whose: Person, part: str, text: str, own: frozenset[str]) -> tuple[Person, ...]:
    """One part of one person, from the words behind its form line."""
    value: str | None
    if part == "email":
        value = next((wire.email for wire in addresses_in(text, own=own) if wire.email), None)
    else:
        value = as_written(" ".join(text.split()[:4]).strip(" .,")) or None
    return tuple(
        replace(each, **{part: value}) if value and same_person(each, whose) and getattr(each, part) is None else each
        for each in people
    )


def _without_chosen(scene: Scene, cues: Sequence[str], people: Sequence[Person]) -> Scene:
    """The scene, blank where it speaks of the chosen ones: who is no admin any more does not leave the list."""
    names = chosen.names_of(people)
    blanked = []
    for passage in scene.passages:
        text = passage.text
        for start, end in chosen.spans(text, cues, names):
            text = text[:start] + " " * (end - start) + text[end:]
        blanked.append(replace(passage, text=text))
    return replace(scene, passages=tuple(blanked))


def _without_removed(people: Sequence[Person], scene: Scene) -> tuple[Person, ...]:
    """Without those that the mail takes out ("Paul doch nicht", "statt Paul", "Kurt und Roman springen ab")."""
    gone = {person for at in range(len(scene.passages)) for person in _removed_in(at, people, scene)}
    return tuple(each for each in people if each not in gone)


def _removed_in(at: int, people: Sequence[Person], scene: Scene) -> set[Person]:
    text = scene.passages[at].text
    begins = [each.place[1] for each in scene.mentions if each.place[0] == at]
    named = sorted(((span, person) for person in people for span in places(person, text)), key=lambda each: each[0])
    gone: set[Person] = set()
    leaving = len(text)  # where the name begins that was found to leave last
    for (start, end), person in reversed(named):
        following = min((begin for begin in begins if begin > end), default=None)
        if leaves(text, start, end, following) or _COUPLED.fullmatch(text[end:leaving]):
            gone.add(person)
            leaving = start
    if listed("me_removed").search(text):
        gone |= {person for person in people if chosen.is_speaker(person, scene.voice.person)}
    pronounced = listed("takes_out").search(text) if not gone else None
    if pronounced:
        last = spoken_of_last(scene, people, (at, pronounced.start()))
        gone |= {last} if last else set()
    for match in listed("instead_of_last").finditer(text):
        last = spoken_of_last(scene, people, (at, match.start()))
        gone |= {last} if last else set()
    return gone


_COUPLED = re.compile(r"\s*(?:,|&|\b(?:und|sowie|and)\b)\s*")


def _updated(people: tuple[Person, ...], rule: FieldRule, scene: Scene, service: Service) -> tuple[Person, ...]:
    """Parts that were missing, new addresses, and persons who join."""
    result = [_moved(each, people, scene) for each in people]
    chosen_words = tuple(word for other in service.fields if other.among == rule.id for word in other.words)
    for mention in scene.mentions:
        person = mention.person
        text = scene.passages[mention.place[0]].text
        if (
            mention.me
            and listed("me_joins").search(text)
            and not any(chosen.is_speaker(each, scene.voice.person) for each in result)
        ):
            result.append(scene.voice.person)
        if mention.me or _is_taken_out(mention, scene):
            continue
        if person.email in {each.email for each in people} or is_denied(text, mention.place[1]):
            if person.given or person.surname:
                result = [completed(each, person) if each == Person(email=person.email) else each for each in result]
            continue
        if person.email and not (person.given or person.surname):
            result = [
                replace(each, email=person.email) if _is_owner(each, person.email, result, text, scene) else each
                for each in result
            ]
            if not any(each.email is None and stands_for(person.email, each) for each in result):
                result = [
                    replace(each, email=person.email) if _is_misspelt(each, person.email, scene) else each for each in result
                ]
        fits = [at for at, each in enumerate(result) if _fits(each, person)]
        if not fits and person.email and not (person.given and person.surname):
            named = [at for at, each in enumerate(result) if stands_for(person.email, each)]
            owners = [at for at in named if result[at].email is None] or (
                named if corrects(scene.text) or _tells_address(text) else []
            )
            if len(owners) == 1:
                result[owners[0]] = replace(result[owners[0]], email=person.email)
                continue
        if len(fits) == 1:
            at = fits[0]
            differs = bool(person.email and result[at].email and person.email != result[at].email)
            told = listed("about_addresses").search(text) or _tells_address(text) or _is_short(text)
            if differs and not (corrects(scene.text) or told):
                continue
            result[at] = completed(
                Person(given=result[at].given, surname=result[at].surname, email=person.email or result[at].email), person
            )
        elif nearly := [at for at, each in enumerate(result) if _respelt(each, person) and corrects(scene.text)]:
            at = nearly[0]
            result[at] = replace(result[at], surname=person.surname, email=person.email or result[at].email)
        elif (
            not fits
            and person.given
            and person.surname
            and (_joins(text, chosen_words) or (person.email and not _HAS_DONE.match(text, mention.end)))
        ):
            result.append(person)
        elif not fits and person.given and person.email and listed("instead_of").search(text):
            result.append(person)  # in the place of somebody else; the rest of the name is asked for
    result += [entry.person for entry in scene.entries if not any(_fits(each, entry.person) for each in result)]
    return merged(result) if result != list(people) else people


_HAS_DONE = re.compile(
    r"\W{0,3}(?:hat|haben|hatte|hatten)\s[^.;!?]{0,60}\b(?!\w*(?:sagt|meldet|klärt|schlossen|dazu)\b)\w*ge\w+(?:t|en)\s*(?:[.,;!]|$)",
    re.IGNORECASE,
)
""" "Tom Berg (tom@…) hat die Fotos gemacht": told, and nobody joins; "… hat zugesagt" does."""


def _tells_address(text: str) -> bool:
    """ "Die Adresse von Bo ist …", "Bo hat eine andere Mail: …"."""
    return re.search(r"\b(?:e-?mail-?)?(?:adresse|address|mail)\b", ADDRESS.sub(" ", text), re.IGNORECASE) is not None


def _is_short(text: str) -> bool:
    """A name, an address, and hardly a word besides: "Bo hat jetzt bo@…"."""
    return len(re.findall(r"[^\W\d_]+", ADDRESS.sub(" ", text))) <= 4


def _is_owner(person: Person, email: str, people: Sequence[Person], text: str, scene: Scene) -> bool:
    """ "Statt bo@… bitte …": whose address goes; "meine Adresse ist …": the speaker; "Bo hat eine neue Mail: …"."""
    at = text.lower().find(person.email) if person.email else -1
    if at >= 0 and (is_replaced(text, at) or is_denied(text, at)):
        return True
    mine = r"\b(?:meine|my)\s+(?:\w+\s+){0,2}?(?:e-?mail-?)?(?:adresse|address|mail)\b"
    if re.search(mine, text, re.IGNORECASE):
        near = re.search(rf"{mine}[^@]{{0,40}}$", text[: text.lower().find(email)], re.IGNORECASE) is not None
        return near and is_speaker(person, scene.voice.person)
    return _tells_address(text) and [each for each in people if places(each, text)] == [person]


def _moved(person: Person, people: Sequence[Person], scene: Scene) -> Person:
    """ "An die Stelle von alt@… tritt neu@…": the address that stands beside the known one in a sentence that corrects."""
    for passage in scene.passages:
        said = {wire.email for wire in addresses_in(passage.text) if wire.email}
        if person.email in said and len(said) == 2 and corrects(passage.text):
            new = next(email for email in said if email != person.email)
            if not any(stands_for(new, other) for other in people if other != person):
                return replace(person, email=new)
    return person


def _is_misspelt(person: Person, email: str, scene: Scene) -> bool:
    """Nearly the address that is known, in a mail that corrects."""
    return person.email not in (None, email) and corrects(scene.text) and fuzz.ratio(person.email or "", email) >= 85


def _respelt(known: Person, said: Person) -> bool:
    """The same given name and nearly the same surname: a correction of the spelling."""
    if not (known.given and known.surname and said.given and said.surname) or known.given.lower() != said.given.lower():
        return False
    return known.surname != said.surname and fuzz.ratio(known.surname.lower(), said.surname.lower()) >= 75


def _fits(known: Person, said: Person) -> bool:
    """Whether what was said can be about the known person; a new address alone does not speak against it."""
    if said.email and known.email and said.email == known.email:
        return True
    return same_person(Person(given=known.given, surname=known.surname), Person(given=said.given, surname=said.surname))


def _joins(text: str, chosen_words: Sequence[str]) -> bool:
    return bool(corrects(text) or listed("joining").search(text)) and not pattern(*chosen_words).search(text)


def _is_taken_out(mention: Mention, scene: Scene) -> bool:
    text = scene.passages[mention.place[0]].text
    after = [each for each in scene.mentions if each.place[0] == mention.place[0] and each.place[1] > mention.place[1]]
    return is_replaced(text, mention.place[1]) or leaves(
        text, mention.place[1], mention.end, min((each.place[1] for each in after), default=None)
    )


def _with_bare_parts(people: tuple[Person, ...], rule: FieldRule, scene: Scene, request: Request) -> tuple[Person, ...]:
    """A mere address or surname, where exactly one person lacks it (or as many lack it as are given)."""
    for part in rule.each:
        lacking = [each for each in people if getattr(each, part) is None]
        if not lacking or f"{rule.id}.{part}" not in request.missing:
            continue
        if part == "email":
            taken = {each.email for each in people}
            free = [
                m.person.email
                for m in scene.mentions
                if m.person.email and m.person.email not in taken and not (m.person.given or m.person.surname)
            ]
            if len(free) == len(lacking) or (len(lacking) == 1 and free):
                people = tuple(replace(each, email=free[lacking.index(each)]) if each in lacking else each for each in people)
        elif len(lacking) == 1:
            bare = next((said for p in scene.passages if (said := without_exclamations(p.text).strip(" .!"))), "")
            words = without_filler(bare).split()
            names = names_in(" ".join(words), loose=True)
            if names and len(words) <= 4 and not addresses_in(bare) and names[0].end >= len(" ".join(words)) - 1:
                known = [word for word in words if word.lower() != (lacking[0].given or "").lower()]
                whole = split_name(known, lacking[0].email)
                if not lacking[0].given and not lacking[0].surname and whole.given and whole.surname:
                    return tuple(completed(each, whole) if each == lacking[0] else each for each in people)
                if known:
                    people = tuple(
                        replace(each, **{part: as_written(" ".join(known))}) if each == lacking[0] else each for each in people
                    )
    return people


def join_person(
    rule: FieldRule, service: Service, scene: Scene, forms: Sequence[Filled], request: Request, catalogue: Catalogue, heard: Heard
) -> None:
    """Take the person as he or she is after this mail: form lines, missing parts, somebody else instead."""
    value = heard.fields.get(rule.id)
    person = value if isinstance(value, Person) else Person()
    before = person
    for form in forms:
        if form.blank.part:
            person = _with_part((person,), person, form.blank.part, form.text, scene.own)[0] if person != Person() else person
            if getattr(person, form.blank.part) is None and form.blank.part != "email":
                person = replace(person, **{form.blank.part: as_written(" ".join(form.text.split()[:4]).strip(" .,"))})
        else:
            said = _added(
                (),
                rule=rule.model_copy(update={"type": "persons"}),
                service=service,
                scene=scene.saying(form.text, form.line),
                catalogue=catalogue,
            )
            person = completed(said[0], person) if said else person
    if person.email and person.email == scene.voice.person.email and not (person.given or person.surname):
        person = completed(person, scene.voice.person)
    if person != Person():
        person = with_said_given(person, scene, alone=True)
        (person,), scene = respelt((person,), scene, heard.guesses)
    lacking = [part for part in rule.each if getattr(person, part) is None]
    leaves_it = bool(person.given) and not _without_removed((person,), scene)
    if leaves_it and _author_steps_in((person,), scene):
        person = scene.voice.person
    elif lacking:
        for at, passage in enumerate(scene.passages):
            text = without_exclamations(passage.text)
            mention = next(
                (
                    m
                    for m in scene.mentions
                    if m.place[0] == at and not m.me and (m.person.given or m.person.surname or m.person.email)
                ),
                None,
            )
            bare = (_bare_part(text, person, lacking) or _bare_name(text)) if {"given", "surname"} & set(lacking) else Person()
            halves = mention is None or not (mention.person.email or (mention.person.given and mention.person.surname))
            named = bare if mention is None or (bare.given and bare.surname) or (halves and bare.surname) else mention.person
            person = completed(person, _fitting(named, person))
        if person.email is None and any(lends_address(each.text) for each in scene.passages):
            person = replace(person, email=scene.voice.person.email)
    elif corrects(scene.text) or pattern(*rule.words).search(scene.text) or _tells_address(scene.text):
        known, person = person, _exchanged(person, rule, scene)
        if leaves_it and person.email != known.email and same_person(replace(person, email=None), replace(known, email=None)):
            person = Person(email=person.email)  # of somebody else, whose name was not understood
    for mention in scene.mentions:
        if _respelt(person, mention.person) and corrects(scene.text) and not _is_taken_out(mention, scene):
            person = replace(person, surname=mention.person.surname)
    person = Person(**{part: getattr(person, part) for part in rule.each})
    if person not in (before, Person()):
        heard.take(rule.id, person, "said in this mail")
    elif leaves_it:
        del heard.fields[rule.id]


def _exchanged(person: Person, rule: FieldRule, scene: Scene) -> Person:
    """Somebody else instead, or another address of the same person."""
    found, _ = named_person(rule, scene)
    others = [
        mention.person
        for mention in scene.mentions
        if not mention.me and mention.person.given and mention.person.surname and not _is_taken_out(mention, scene)
    ]
    if corrects(scene.text) and others and not any(same_person(other, person) for other in others):
        found = others[0]
    if found and not same_person(found, person) and found.given and found.surname:
        return found
    if found and found.given:
        return completed(Person(given=person.given, surname=person.surname, email=found.email or person.email), found)
    of_others = {
        mention.place[0]
        for mention in scene.mentions
        if mention.person.given and not _fits(person, Person(given=mention.person.given, surname=mention.person.surname))
    }
    addresses = [
        mention.person.email
        for mention in scene.mentions
        if mention.person.email not in (None, person.email) and mention.place[0] not in of_others
    ]
    if "email" in rule.each and (corrects(scene.text) or _tells_address(scene.text)) and len(addresses) == 1:
        return replace(person, email=addresses[0])
    return person


def _fitting(named: Person, person: Person) -> Person:
    """What was named, unless it contradicts what is known of the person."""
    if person.given and named.given and not same_person(Person(given=person.given), Person(given=named.given)):
        return Person()
    if not person.given and not person.surname:
        return named
    if person.given and named.surname and not named.given:
        return Person(surname=named.surname, email=named.email)
    return named


def _bare_part(text: str, person: Person, lacking: Sequence[str]) -> Person | None:
    """ "Der heißt Stavridis mit Nachnamen": a surname alone, for a person whose given name is known."""
    if not person.given or "surname" not in lacking or addresses_in(text):
        return None
    words = [word for word in without_filler(text).strip(" .!").split() if word.lower() != person.given.lower()]
    if any(is_no_name(word) for word in words):
        return None
    if not 1 <= len(words) <= 3 or not all(re.fullmatch(r"[^\W\d_][\w'’.-]*", word) for word in words) or is_courtesy(text):
        return None
    return Person(surname=as_written(" ".join(words)))


def _bare_name(text: str) -> Person:
    words = text.strip(" .!").split()
    if not 1 <= len(words) <= 4 or addresses_in(text) or any(is_no_name(word) for word in words):
        return Person()
    names = names_in(text, loose=True)
    return split_name(text[names[0].start : names[0].end].split()) if names and names[0].sure else Person()
