"""What a later mail of a conversation adds to a request, or corrects in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from mailbot.catalogue import Catalogue, FieldRule, Service
from mailbot.understanding import chosen, values
from mailbot.understanding.address import addresses_in
from mailbot.understanding.bare_task import bare_task
from mailbot.understanding.choosing import choose, rechoose
from mailbot.understanding.correction import corrects
from mailbot.understanding.exclamation import without_exclamations
from mailbot.understanding.first_person import speaks_of_us
from mailbot.understanding.form import Filled, asked_back
from mailbot.understanding.gaps import needed
from mailbot.understanding.group import bare_group, groups_in, is_denied
from mailbot.understanding.guessing import guess
from mailbot.understanding.heard import Heard
from mailbot.understanding.hearing import hear_field, in_order
from mailbot.understanding.joining import join_person, join_persons
from mailbot.understanding.lexicon import fold, is_given_name, listed
from mailbot.understanding.particulars import asks_for_several_days
from mailbot.understanding.request import Person, Request, RequestKind, Value
from mailbot.understanding.restating import restates, telling, without_denied
from mailbot.understanding.scene import Scene, is_courtesy
from mailbot.understanding.settling import settle, unanswered


def answered(request: Request, scene: Scene, forms: Sequence[Filled], catalogue: Catalogue) -> Heard:
    """
    The request's fields after this mail.

    Form lines count first; then what the author's own words say; then, for what is still missing, a bare answer.
    What was said before stays unless the mail corrects it.
    """
    service = catalogue.service(request.service)
    heard = Heard(fields=dict(request.fields), hints=dict(request.hints), guesses=list(request.guesses))
    scene, forms = settle(scene, forms, heard, asked_back(request, catalogue))
    earlier = dict(heard.fields)
    rules = needed(service, request.kind, request.fields) if request.kind is RequestKind.CHANGE else service.fields
    spoken = _substance(scene)
    for rule in in_order(rules):
        lacks = any(each.split(".")[0] == rule.id for each in request.missing) or (
            bool(rule.only_if) and rule.id not in heard.fields
        )
        here = [form for form in forms if form.blank.field == rule.id]
        match rule.type:
            case "persons":
                join_persons(rule, service, spoken, here, request, catalogue, heard)
            case "person":
                join_person(rule, service, spoken, here, request, catalogue, heard)
            case "chosen":
                _chosen(rule, spoken, here, lacks, _people(request, rule.among), heard)
            case _:
                _plain(rule, service, spoken, here, lacks, catalogue, heard)
    heard.guesses = list(unanswered(heard.guesses, earlier, heard.fields))
    for told in (spoken, *(spoken.saying(form.text, form.line) for form in forms)):
        guess(rules, service, told, catalogue, heard)
    return heard


def _substance(scene: Scene) -> Scene:
    """The scene without thanks and greetings; the old subject and the signature say nothing new."""
    kept = scene.without(lambda passage: is_courtesy(passage.text))
    return replace(kept, titles=(), voice=replace(kept.voice, closing=()))


def _plain(
    rule: FieldRule, service: Service, scene: Scene, forms: Sequence[Filled], lacks: bool, catalogue: Catalogue, heard: Heard
) -> None:
    """A field that is no person: filled behind its form line, missing and now said, or corrected."""
    for form in forms:
        value = _said(rule, service, scene.saying(form.text, form.line), catalogue, heard, bare=True)
        if value is not None and not _is_known(value, heard.fields.get(rule.id)):
            return heard.take(rule.id, value, f'"{form.text}" behind "{form.blank.label}" in line {form.line}')
    known = heard.fields.get(rule.id)
    if rule.type == "group" and known is not None:
        scene = _without_others(_without_local_parts(scene, heard))
    if rule.type == "choice":
        scene = _decided(scene) if known is None else _without_mere_questions(_decided(scene))
    told = without_denied(scene, rule, known, catalogue.groups)
    corrected = (corrects(scene.text) and rule.type != "text") or (
        rule.type == "addresses" and listed("as_well").search(scene.text) is not None
    )
    if lacks or corrected or told:
        value = _said(rule, service, told or scene, catalogue, heard, bare=lacks or rule.type == "number" or told is not None)
        if rule.type == "addresses":
            value = _addresses_after(heard.fields.get(rule.id), value, scene)
        if value is not None and value != heard.fields.get(rule.id):
            heard.take(rule.id, value, "said in this mail" if lacks else "corrected in this mail")
    elif known is not None and rule.type not in ("text", "addresses"):
        value = _said_anew(rule, service, scene, known, catalogue, heard)
        if value is not None:
            heard.take(rule.id, value, "said anew in this mail")
    return None


def _without_local_parts(scene: Scene, heard: Heard) -> Scene:
    """ "ag-obst@… statt ag-gemuese": what stands before the @ of an address that is known names no group."""
    known = [value.partition("@")[0] for value in heard.fields.values() if isinstance(value, str) and re.search(r"-.*@", value)]
    if not known:
        return scene
    local = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, known))})(?![\w-])", re.IGNORECASE)
    return replace(
        scene,
        passages=tuple(replace(each, text=local.sub(lambda said: " " * len(said[0]), each.text)) for each in scene.passages),
    )


def _without_others(scene: Scene) -> Scene:
    """ "Die AG Gemüse hat das auch": of other groups, once the group is known."""
    return scene.without(lambda each: listed("of_others").search(each.text) is not None and not speaks_of_us(each.text))


def _decided(scene: Scene) -> Scene:
    """Without what is said not to be settled yet."""
    return scene.without(lambda each: listed("undecided").search(each.text) is not None)


def _without_mere_questions(scene: Scene) -> Scene:
    """ "Leitet ihr das dann weiter?" chooses nothing else; "Geht auch ein Postfach?" does."""
    return scene.without(lambda each: each.text.rstrip().endswith("?") and not _ASKS_FOR.search(each.text))


_ASKS_FOR = re.compile(
    r"\b(?:kann|kannst|könn\w*|geht|ginge|möglich|bitte|lieber|doch|hätte|möchte|would|could|can|please|rather)\b", re.IGNORECASE
)


def _said_anew(
    rule: FieldRule, service: Service, scene: Scene, known: Value, catalogue: Catalogue, before: Heard
) -> Value | None:
    """Another value than the known one, where the mail as a whole or one of its sentences says nothing but that."""
    value = _said(rule, service, scene, catalogue, before, bare=rule.type == "number")
    if value is not None and value != known and (rule.type == "choice" or restates(rule, scene, value, known)):
        return value
    for sentence in telling(rule, scene):
        value = _said(rule, service, sentence, catalogue, before, bare=False)
        if value is not None and value != known and restates(rule, sentence, value, known):
            return value
    return None


def _is_known(value: Value, before: Value | None) -> bool:
    """Our own form may have held it already when it was sent back."""
    if isinstance(value, tuple) and isinstance(before, tuple):
        return all(each in before for each in value)
    return value == before


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
        if each in passage.text.lower() or (word[:1].isupper() and fold(word) in fold(each.split("@")[0]))
    }
    if not gone:
        gone = set(_by_initial(old, scene))
    denied = {w.email for p in scene.passages for w in addresses_in(p.text) if is_denied(p.text, w.start)}
    gone |= {each for each in old if each in denied}
    gone |= _exchanged(old, [each for each in new if each not in old], scene)
    gone |= {each for each in old for other in new if each != other and each.split("@")[0] == other.split("@")[0]}
    if listed("me_no_target").search(scene.text):
        gone |= {each for each in (*old, *new) if each == scene.voice.person.email}
    return (*(each for each in old if each not in gone), *(each for each in new if each not in old and each not in gone)) or None


def _exchanged(old: Sequence[str], new: Sequence[str], scene: Scene) -> set[str]:
    """ "Die Adresse von Lea war falsch, richtig ist …": the one that has her name in it."""
    for passage in scene.passages if len(new) == 1 else ():
        if new[0] in passage.text.lower() and listed("exchanged").search(passage.text):
            said = [fold(word) for word in re.findall(r"[A-ZÄÖÜ][^\W\d_]{2,}", passage.text)]
            named = {each for each in old if any(word in fold(each.partition("@")[0]) for word in said)}
            return named if len(named) == 1 else set()
    return set()


def _by_initial(addresses: Sequence[str], scene: Scene) -> Iterator[str]:
    """ "Emil bitte raus": e.ost@…, where no other address begins like that."""
    for passage in scene.passages:
        leaving = listed("removed").search(passage.text)
        for word in re.findall(r"[^\W\d_]{3,}", passage.text[: leaving.start()]) if leaving else ():
            alike = [each for each in addresses if re.match(rf"{re.escape(fold(word)[0])}[._-]", each)]
            if is_given_name(word) and len(alike) == 1:
                yield alike[0]


def _said(rule: FieldRule, service: Service, scene: Scene, catalogue: Catalogue, before: Heard, *, bare: bool) -> Value | None:
    """What the scene says for the field, in so many words or (`bare`) as a mere answer."""
    fresh = Heard(hints=dict(before.hints))
    if rule.type != "role" or not bare or not _is_short(scene):
        hear_field(rule, service, scene, catalogue, fresh)
    if rule.type == "addresses":  # the good ones are kept beside one that cannot be
        before.broken |= fresh.broken
    if rule.id in fresh.fields and (rule.id not in fresh.broken or rule.type == "addresses"):
        value = fresh.fields[rule.id]
        return value if rule.type == "date" and asks_for_several_days(service) else _latest(rule, scene, value, catalogue)
    if bare:
        for passage in scene.passages:
            text = without_exclamations(passage.text).strip()
            value_ = _bare(rule, service, text, scene, catalogue, before) if text else None
            if value_ is not None:
                return value_
    return None


def _is_short(scene: Scene) -> bool:
    """The mail is nothing but a few words."""
    return len(scene.text.split()) <= 8


def _latest(rule: FieldRule, scene: Scene, value: Value, catalogue: Catalogue) -> Value:
    """Where the mail says several for the field: the address, the group or the day that holds now."""
    match rule.type:
        case "address":
            told = [w.email for p in scene.passages for w in addresses_in(p.text) if w.email and not is_denied(p.text, w.start)]
            return told[-1] if len(told) > 1 and isinstance(value, str) and _alike(told[-1], value) else value
        case "group":
            return _group_now(scene, catalogue) or value
        case "date":
            days = [day for p in scene.passages for day in values.days_meant(p.text, scene.today) if not _is_old(p.text)]
            return days[-1].isoformat() if days else value
        case _:
            return value


def _group_now(scene: Scene, catalogue: Catalogue) -> str | None:
    """ "AG Senioren, ach nein, so hießen wir früher. Jetzt sind wir die AG Alter": the one that is called the present one."""
    for passage in scene.passages:
        named = [
            group.value
            for group in groups_in(passage.text, catalogue.groups)
            if group.value and not is_denied(passage.text, group.start)
        ]
        if named and listed("nowadays").search(passage.text):
            return named[-1]
    return None


def _alike(one: str, other: str) -> bool:
    """Two addresses of the same domain."""
    return one.partition("@")[2] == other.partition("@")[2]


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
            return bare_task(rule, service, text, before, catalogue)
        case "number":
            return values.bare_number(text)
        case "text":
            return text.strip(" .") or None
        case _:
            return None


def _people(request: Request, id: str | None) -> tuple[Person, ...]:
    return Heard(fields=dict(request.fields)).people(id)


def _chosen(
    rule: FieldRule, scene: Scene, forms: Sequence[Filled], lacks: bool, before: tuple[Person, ...], heard: Heard
) -> None:
    """The chosen after this mail; `before` are those of whom they were chosen until now."""
    people = heard.people(rule.among)
    _follow(rule, before, heard)
    for form in forms:
        choose(rule, scene.saying(form.text, form.line), heard, anywhere=True)
    if rule.id in heard.fields and forms:
        return
    hint = heard.hints.get(rule.id)
    if hint and people and people != before and rule.id not in heard.fields:
        choose(rule, scene.saying(hint, 0), heard, anywhere=True)
    old = heard.fields.get(rule.id)
    if isinstance(old, tuple) and old:
        rechoose(rule, scene, people, old, heard)
    decided = _decided(scene)
    if not (isinstance(old, tuple) and old) and any(chosen.spans(passage.text, rule.words) for passage in decided.passages):
        choose(rule, decided, heard)
    if lacks and rule.id not in heard.fields and before:
        told = {each.email for each in before}
        choose(rule, decided.only(_without_new_address(decided, told)), heard, anywhere=True)
    _name_anew(rule, heard)


def _without_new_address(scene: Scene, told: Set[str | None]) -> list[int]:
    """The passages that are not just an address nobody had told: it answers the question for that."""
    return [
        at for at, passage in enumerate(scene.passages) if not any(wire.email not in told for wire in addresses_in(passage.text))
    ]


def _follow(rule: FieldRule, known: Sequence[Person], heard: Heard) -> None:
    """Whoever was chosen stays so under a new address or a name that was put right."""
    value = heard.fields.get(rule.id)
    if isinstance(value, tuple):
        people = heard.people(rule.among)
        now = {chosen.normal(each): chosen.normal(_later(each, people)) for each in known}
        heard.fields[rule.id] = tuple(now.get(each, each) for each in value if isinstance(each, str))


def _later(person: Person, people: Sequence[Person]) -> Person:
    """The same one as he or she is known now."""
    same_name = [each for each in people if each.name == person.name and each.name != each.email]
    same_address = [each for each in people if person.email and each.email == person.email]
    return next((each for each in (*same_address, *same_name)), person)


def _name_anew(rule: FieldRule, heard: Heard) -> None:
    """The chosen by the address that is known of them now, without those who are gone from the list."""
    value = heard.fields.get(rule.id)
    if not isinstance(value, tuple):
        return
    named = tuple(chosen.normal(person) for person in chosen.among(value, heard.people(rule.among)))
    if named:
        heard.fields[rule.id] = named
    else:
        del heard.fields[rule.id]
