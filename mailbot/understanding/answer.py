"""What a later mail of a conversation adds to a request, or corrects in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from mailbot.catalogue import Catalogue, FieldRule, Service
from mailbot.understanding import chosen, values
from mailbot.understanding.form import Filled
from mailbot.understanding.gaps import needed
from mailbot.understanding.group import bare_group
from mailbot.understanding.hearing import Heard, choose, hear_field, in_order, spoken_of_last
from mailbot.understanding.correction import corrects, is_replaced, leaves
from mailbot.understanding.lexicon import beginning, fold, listed, pattern
from mailbot.understanding.mention import Mention, addresses_in, merged
from mailbot.understanding.names import as_written, completed, names_in, same_person, split_name
from mailbot.understanding.request import Person, Request, RequestKind, Value
from mailbot.understanding.scene import Scene, is_courtesy

_TASK = re.compile(
    r"^(?:also\s+|ja,?\s+|na,?\s+)?(?:(?:meine|mein|die)\s+(?:aufgabe|funktion|rolle|amt)\b[\w\s]{0,20}?(?:ist|wäre|lautet|:)\s*"
    r"|(?:ich\s+)?(?:bin|mache?|übernehme|arbeite|fungiere|i\s+am|i'm|am)\s+(?:(?:da|dort|dabei|hier|jetzt|neuerdings|seit\s+\w+(?:\s+\w+)?)\s+)*(?:als\s+|für\s+)?|als\s+)?"
    r"(?:(?:die|der|das|den|dem|eine?|einen|the|a|an|unsere?r?)\s+)*",
    re.IGNORECASE,
)


def answered(request: Request, scene: Scene, forms: Sequence[Filled], catalogue: Catalogue) -> Heard:
    """
    The request's fields after this mail.

    Form lines count first; then what the author's own words say; then, for what is still missing, a bare answer.
    What was said before stays unless the mail corrects it.
    """
    service = catalogue.service(request.service)
    heard = Heard(fields=dict(request.fields), hints=dict(request.hints))
    rules = needed(service, request.kind, request.fields) if request.kind is RequestKind.CHANGE else service.fields
    spoken = _substance(scene)
    for rule in in_order(rules):
        lacks = any(each.split(".")[0] == rule.id for each in request.missing) or (
            bool(rule.only_if) and rule.id not in heard.fields
        )
        here = [form for form in forms if form.blank.field == rule.id]
        match rule.type:
            case "persons":
                _persons(rule, service, spoken, here, request, catalogue, heard)
            case "person":
                _person(rule, service, spoken, here, request, catalogue, heard)
            case "chosen":
                _chosen(rule, spoken, here, lacks, rule.among in request.fields, heard)
            case _:
                _plain(rule, service, spoken, here, lacks, catalogue, heard)
    return heard


def _substance(scene: Scene) -> Scene:
    """The scene without thanks and greetings; the old subject and the signature say nothing new."""
    kept = scene.only([at for at, passage in enumerate(scene.passages) if not is_courtesy(passage.text)])
    return replace(kept, titles=(), voice=replace(kept.voice, closing=()))


def _plain(
    rule: FieldRule, service: Service, scene: Scene, forms: Sequence[Filled], lacks: bool, catalogue: Catalogue, heard: Heard
) -> None:
    """A field that is no person: filled behind its form line, missing and now said, or corrected."""
    for form in forms:
        value = _said(rule, service, scene.saying(form.text, form.line), catalogue, heard, bare=True)
        if value is not None:
            return heard.take(rule.id, value, f'"{form.text}" behind "{form.blank.label}" in line {form.line}')
    corrected = corrects(scene.text) and rule.type != "text"
    if lacks or corrected:
        value = _said(rule, service, scene, catalogue, heard, bare=lacks)
        if rule.type == "addresses":
            value = _addresses_after(heard.fields.get(rule.id), value, scene)
        if value is not None and value != heard.fields.get(rule.id):
            heard.take(rule.id, value, "said in this mail" if lacks else "corrected in this mail")
    return None


def _addresses_after(before: Value | None, said: Value | None, scene: Scene) -> Value | None:
    """The addresses of before without those that are taken out (by the name in them), with those that are new."""
    old = tuple(each for each in before if isinstance(each, str)) if isinstance(before, tuple) else ()
    new = tuple(each for each in said if isinstance(each, str)) if isinstance(said, tuple) else ()
    gone = {
        each
        for passage in scene.passages
        if listed("removed").search(passage.text)
        for each in old
        for word in re.findall(r"[^\W\d_]{3,}", passage.text)
        if each in passage.text.lower() or (word[:1].isupper() and _is_of(each, word, scene))
    }
    return (*(each for each in old if each not in gone), *(each for each in new if each not in old and each not in gone)) or None


def _is_of(address: str, name: str, scene: Scene) -> bool:
    """Whether the address is that person's: the name is in it, or the person was named with it before."""
    return fold(name) in fold(address.split("@")[0])


def _said(rule: FieldRule, service: Service, scene: Scene, catalogue: Catalogue, before: Heard, *, bare: bool) -> Value | None:
    """What the scene says for the field, in so many words or (`bare`) as a mere answer."""
    fresh = Heard(hints=dict(before.hints))
    if rule.type != "role" or not bare:
        hear_field(rule, service, scene, catalogue, fresh)
    if rule.id in fresh.fields and rule.id not in fresh.broken:
        value = fresh.fields[rule.id]
        return _latest(rule, scene, value)
    if bare:
        for passage in scene.passages:
            value_ = _bare(rule, service, passage.text, scene, catalogue, before) if passage.text else None
            if value_ is not None:
                return value_
    return None


def _latest(rule: FieldRule, scene: Scene, value: Value) -> Value:
    """Of several days the one that is called new, else the last."""
    if rule.type != "date":
        return value
    days = [day for passage in scene.passages for day in values.dates_in(passage.text, scene.today) if not _is_old(passage.text)]
    return days[-1].isoformat() if days else value


def _is_old(text: str) -> bool:
    return bool(re.search(r"\b(?:belegt|nicht|statt|abgesagt|ausgefallen)\b", text)) and not re.search(
        r"\b(?:sondern|neu\w*|verschoben auf|jetzt)\b", text
    )


def _bare(rule: FieldRule, service: Service, text: str, scene: Scene, catalogue: Catalogue, before: Heard) -> Value | None:
    """A mere answer to the question for this field, None where the text is none."""
    match rule.type:
        case "group":
            return bare_group(text, before.hints.get(rule.id), catalogue.groups)
        case "role":
            return _bare_role(rule, service, text)
        case "number":
            return values.bare_number(text)
        case "text":
            return text.strip(" .") or None
        case _:
            return None


def _bare_role(rule: FieldRule, service: Service, text: str) -> str | None:
    """ "Ich mach da die Koordination." is "Koordination"; without a known task a short answer is taken as it stands."""
    rest = _TASK.sub("", text.strip()).strip(" .!:")
    known = values.role_in(text, rule)
    has_group = any(other.type == "group" for other in service.fields)
    if known:
        return rest if not has_group and len(rest.split()) <= 4 and rest.lower().startswith(known[0].lower()) else known[0]
    if any(values.choice_in(text, other.options) for other in service.fields if other.options):
        return None
    words = re.split(r"[,;(]|\s(?:im|in der|beim|bei der|von der|vom|der ag|des ov)\s", rest)[0].split()
    if (
        not words
        or len(words) > 5
        or addresses_in(rest)
        or re.search(r"\?|\d", rest)
        or (not re.search(r"[A-ZÄÖÜ]", rest[:1])
        and len(words) > 3)
    ):
        return None
    return as_written(" ".join(words)) if rest.islower() and len(words) == 1 else " ".join(words)


# --- persons --------------------------------------------------------------------------------------------------------


def _persons(
    rule: FieldRule, service: Service, scene: Scene, forms: Sequence[Filled], request: Request, catalogue: Catalogue, heard: Heard
) -> None:
    people = _people(heard, rule)
    before = people
    for form in forms:
        if form.blank.part and form.blank.person:
            people = _with_part(people, form.blank.person, form.blank.part, form.text)
        else:
            people = _added(people, rule, service, scene.saying(form.text, form.line), catalogue)
    chosen_words = tuple(word for other in service.fields if other.among == rule.id for word in other.words)
    asks_for_chosen = any(other.among == rule.id and other.id in request.missing for other in service.fields)
    if not asks_for_chosen:
        about_others = [at for at, passage in enumerate(scene.passages) if not pattern(*chosen_words).search(passage.text)]
        people = _without_removed(people, scene.only(about_others))
    if not before:
        people = _added(people, rule, service, scene, catalogue)
    else:
        people = _updated(people, rule, scene, service)
        people = _with_bare_parts(people, rule, scene, request)
    if people and people != before:
        heard.take(rule.id, people, "said in this mail")


def _people(heard: Heard, rule: FieldRule) -> tuple[Person, ...]:
    value = heard.fields.get(rule.id, ())
    return tuple(each for each in value if isinstance(each, Person)) if isinstance(value, tuple) else ()


def _added(
    people: tuple[Person, ...], rule: FieldRule, service: Service, scene: Scene, catalogue: Catalogue
) -> tuple[Person, ...]:
    """With those that the scene names for this field, read as in a first mail."""
    fresh = Heard()
    hear_field(rule, service, scene, catalogue, fresh)
    named = _people(fresh, rule)
    if not named:
        named = tuple(
            scene.voice.person if mention.me else mention.person
            for mention in scene.mentions
            if mention.me or (mention.person.given and mention.person.surname)
        )
    return merged([*people, *named])


def _with_part(people: Sequence[Person], whose: Person, part: str, text: str) -> tuple[Person, ...]:
    """One part of one person, from the words behind its form line."""
    value: str | None
    if part == "email":
        value = next((wire.email for wire in addresses_in(text) if wire.email), None)
    else:
        value = as_written(" ".join(text.split()[:4]).strip(" .,")) or None
    return tuple(
        replace(each, **{part: value}) if value and same_person(each, whose) and getattr(each, part) is None else each
        for each in people
    )


def _without_removed(people: Sequence[Person], scene: Scene) -> tuple[Person, ...]:
    """Without those that the mail takes out ("Paul doch nicht", "statt Paul")."""
    gone = set()
    for at, passage in enumerate(scene.passages):
        here = [each for each in scene.mentions if each.place[0] == at]
        for person in people:
            for start, end in _places(person, passage.text):
                following = [each.place[1] for each in here if each.place[1] > end]
                if leaves(passage.text, start, end, following[0] if following else None):
                    gone.add(person)
    return tuple(each for each in people if each not in gone)


def _places(person: Person, text: str) -> list[tuple[int, int]]:
    form = (
        person.name if person.given and person.surname and person.name.lower() in text.lower() else person.given or person.surname
    )
    return [match.span() for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text, re.IGNORECASE)] if form else []


def _updated(people: tuple[Person, ...], rule: FieldRule, scene: Scene, service: Service) -> tuple[Person, ...]:
    """Parts that were missing, new addresses, and persons who join."""
    result = list(people)
    chosen_words = tuple(word for other in service.fields if other.among == rule.id for word in other.words)
    for mention in scene.mentions:
        person = mention.person
        if mention.me or _is_taken_out(mention, scene):
            continue
        text = scene.passages[mention.place[0]].text
        fits = [at for at, each in enumerate(result) if _fits(each, person)]
        if len(fits) == 1:
            at = fits[0]
            differs = bool(person.email and result[at].email and person.email != result[at].email)
            if (
                differs
                and not corrects(scene.text)
                and fuzz.ratio(person.email or "", result[at].email or "") < 80
            ):
                continue
            result[at] = completed(
                Person(given=result[at].given, surname=result[at].surname, email=person.email or result[at].email), person
            )
        elif respelt := [at for at, each in enumerate(result) if _respelt(each, person) and corrects(scene.text)]:
            result[respelt[0]] = replace(result[respelt[0]], surname=person.surname, email=person.email or result[respelt[0]].email)
        elif not fits and person.given and person.surname and (person.email or _joins(text, chosen_words)):
            result.append(person)
    result += [entry.person for entry in scene.entries if not any(_fits(each, entry.person) for each in result)]
    return merged(result)


_FILLER = re.compile(
    r"\b(?:der|die|das|sie|er|nachnamen?|familienname|vorname|name|heißt|ist|lautet|mit|übrigens|und|zwar|the|surname|is|last|his|her)\b|[:,]",
    re.IGNORECASE,
)


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
    return corrects(text) and not pattern(*chosen_words).search(text)


def _is_taken_out(mention: Mention, scene: Scene) -> bool:
    text = scene.passages[mention.place[0]].text
    return is_replaced(text, mention.place[1]) or re.match(r"\s*(?:doch nicht|nicht)\b", text[mention.end :], re.IGNORECASE) is not None


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
            bare = next((p.text for p in scene.passages if p.text), "").strip(" .!")
            words = _FILLER.sub(" ", bare).split()
            names = names_in(" ".join(words), loose=True)
            if names and len(words) <= 4 and not addresses_in(bare) and names[0].end >= len(" ".join(words)) - 1:
                known = [word for word in words if word.lower() != (lacking[0].given or "").lower()]
                if known:
                    people = tuple(
                        replace(each, **{part: as_written(" ".join(known))}) if each == lacking[0] else each for each in people
                    )
    return people


def _person(
    rule: FieldRule, service: Service, scene: Scene, forms: Sequence[Filled], request: Request, catalogue: Catalogue, heard: Heard
) -> None:
    value = heard.fields.get(rule.id)
    person = value if isinstance(value, Person) else Person()
    before = person
    for form in forms:
        if form.blank.part:
            person = _with_part((person,), person, form.blank.part, form.text)[0] if person != Person() else person
            if getattr(person, form.blank.part) is None and form.blank.part != "email":
                person = replace(person, **{form.blank.part: as_written(" ".join(form.text.split()[:4]).strip(" .,"))})
        else:
            said = _added(
                (), rule=replace_type(rule), service=service, scene=scene.saying(form.text, form.line), catalogue=catalogue
            )
            person = completed(said[0], person) if said else person
    lacking = [part for part in rule.each if getattr(person, part) is None]
    if lacking:
        for at, passage in enumerate(scene.passages):
            mention = next(
                (
                    m
                    for m in scene.mentions
                    if m.place[0] == at and not m.me and (m.person.given or m.person.surname or m.person.email)
                ),
                None,
            )
            bare = (
                _bare_part(passage.text, person, lacking) or _bare_name(passage.text)
                if {"given", "surname"} & set(lacking)
                else Person()
            )
            named = mention.person if mention and not (bare.given and bare.surname) else bare
            person = completed(person, _fitting(named, person))
    elif corrects(scene.text) or pattern(*rule.words).search(scene.text):
        from mailbot.understanding.hearing import named_person

        found, _ = named_person(rule, scene)
        if found and not same_person(found, person) and found.given and found.surname:
            person = found
        elif found:
            person = completed(Person(given=person.given, surname=person.surname, email=found.email or person.email), found)
    for mention in scene.mentions:
        if _respelt(person, mention.person) and corrects(scene.text) and not _is_taken_out(mention, scene):
            person = replace(person, surname=mention.person.surname)
    person = Person(**{part: getattr(person, part) for part in rule.each})
    if person not in (before, Person()):
        heard.take(rule.id, person, "said in this mail")


def replace_type(rule: FieldRule) -> FieldRule:
    return rule.model_copy(update={"type": "persons"})


def _fitting(named: Person, person: Person) -> Person:
    """What was named, unless it contradicts what is known of the person."""
    if person.given and named.given and not same_person(Person(given=person.given), Person(given=named.given)):
        return Person()
    if not person.given and not person.surname:
        return named
    if person.given and named.surname and not named.given:
        return Person(surname=named.surname)
    return named


def _bare_part(text: str, person: Person, lacking: Sequence[str]) -> Person | None:
    """ "Der heißt Stavridis mit Nachnamen": a surname alone, for a person whose given name is known."""
    if not person.given or "surname" not in lacking or addresses_in(text):
        return None
    words = [word for word in _FILLER.sub(" ", text).strip(" .!").split() if word.lower() != person.given.lower()]
    if not 1 <= len(words) <= 3 or not all(re.fullmatch(r"[^\W\d_][\w'’.-]*", word) for word in words) or is_courtesy(text):
        return None
    return Person(surname=as_written(" ".join(words)))


def _bare_name(text: str) -> Person:
    words = text.strip(" .!").split()
    if not 1 <= len(words) <= 4 or addresses_in(text):
        return Person()
    names = names_in(text, loose=True)
    return split_name(text[names[0].start : names[0].end].split()) if names and names[0].sure else Person()


# --- chosen ones ----------------------------------------------------------------------------------------------------


def _chosen(rule: FieldRule, scene: Scene, forms: Sequence[Filled], lacks: bool, known: bool, heard: Heard) -> None:
    people = (
        tuple(each for each in heard.fields.get(rule.among or "", ()) if isinstance(each, Person))
        if isinstance(heard.fields.get(rule.among or "", ()), tuple)
        else ()
    )
    for form in forms:
        choose(rule, scene.saying(form.text, form.line), heard, anywhere=True)
    if rule.id in heard.fields and forms:
        return
    hint = heard.hints.get(rule.id)
    if hint and people and rule.id not in heard.fields:
        choose(rule, scene.saying(hint, 0), heard, anywhere=True)
    old = heard.fields.get(rule.id)
    if isinstance(old, tuple) and old and corrects(scene.text):
        _rechosen(rule, scene, people, old, heard)
    elif any(chosen.spans(passage.text, rule.words) for passage in scene.passages):
        choose(rule, scene, heard)
    if lacks and rule.id not in heard.fields and known:
        choose(rule, scene, heard, anywhere=True)
    value = heard.fields.get(rule.id)
    if isinstance(value, tuple):
        still = tuple(each for each in value if any(chosen.normal(person) == each or person.name == each for person in people))
        renewed = tuple(
            chosen.normal(person) for each in still for person in people if each in (chosen.normal(person), person.name)
        )
        if renewed != value:
            if renewed:
                heard.fields[rule.id] = renewed
            else:
                del heard.fields[rule.id]


def _rechosen(rule: FieldRule, scene: Scene, people: tuple[Person, ...], old: tuple[object, ...], heard: Heard) -> None:
    """ "Henning doch nicht als Admin. Dafür ich.": who leaves the chosen, and who takes the place."""
    value = [person for person in people if chosen.normal(person) in old or person.name in old]
    replacing = False
    for at, passage in enumerate(scene.passages):
        stretches = chosen.spans(passage.text, rule.words)
        if not stretches and not (
            replacing and beginning("instead").match(passage.text)
        ):
            replacing = False
            continue
        for stretch in [passage.text[start:end] for start, end in stretches] or [passage.text]:
            gone = [person for person in people for start, end in _places(person, stretch) if leaves(stretch, start, end)]
            named, doubts = chosen.referred(stretch, people, scene.voice.person, spoken_of_last(scene, people, (at, 0)))
            if re.search(rf"{listed('instead_of').pattern}\s+(?:mir|mich|me|moi)\b", stretch, re.IGNORECASE):
                gone += [person for person in value if chosen.is_speaker(person, scene.voice.person)]
            value = [person for person in value if person not in gone]
            if (
                stretches
                and not gone
                and named
                and not doubts
                and not re.search(r"\b(?:auch|zusätzlich|außerdem|noch)\b", stretch)
            ):
                value = []
            value += [person for person in named if person not in value and person not in gone]
            replacing = replacing or bool(gone)
    if value and (rule.most is None or len(value) <= rule.most):
        new = tuple(chosen.normal(person) for person in value)
        if new != old:
            heard.take(rule.id, new, "corrected in this mail")
    elif value:
        del heard.fields[rule.id]
