"""What a scene says about each field of a service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from mailbot.catalogue import Catalogue, FieldRule, Service
from mailbot.understanding import chosen, values
from mailbot.understanding.correction import is_replaced
from mailbot.understanding.form import plain
from mailbot.understanding.group import bare_group, groups_in, is_denied
from mailbot.understanding.lexicon import fold, is_no_name, listed, pattern
from mailbot.understanding.mention import Mention, addresses_in, merged, speaks_of_self
from mailbot.understanding.names import completed, names_in, same_person
from mailbot.understanding.passage import Passage
from mailbot.understanding.request import Person, Value
from mailbot.understanding.scene import Scene

_GROUP_LABEL = re.compile(rf"{listed('group_labels').pattern}\s*(?:[:=\t]|heißt|ist|is\b)\s*(?P<value>.+)", re.IGNORECASE)
_TASK_OF_MINE = re.compile(
    r"\b(?:als|bin(?:\s+ich)?)\s+(?:(?:jetzt|neuerdings|nun|seit\s+\w+|neu|frisch|gewählte[rn]?|neue[rn]?|die|der|eine?|unser[er]?|euer|eure)\s+)*"
    r"([A-ZÄÖÜ][\w-]*(?:er|erin|or|orin|ist|istin|ent|entin|eur|eurin|wart|wartin|mann|frau|rat|rätin|amt|vorstand))\b"
)
"""A task that rules.yaml does not know, by how tasks are said: "als neu gewählter Revisor"."""
_STATEMENT = re.compile(r"([^:\t=@]{2,60}?)\s*[:\t=]\s*(\S.*)$")


@dataclass(slots=True, kw_only=True)
class Heard:
    """What was found, while it is being gathered: values, half values, reasons, and ids of fields with a broken address."""

    fields: dict[str, Value] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    because: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def take(self, id: str, value: Value, reason: str) -> None:
        """Keep a value and why."""
        self.fields[id] = value
        self.because.append(f"{id}: {reason}")


def hear(service: Service, scene: Scene, catalogue: Catalogue) -> Heard:
    """The fields of a first mail (or of a new request in a later one)."""
    heard = Heard()
    for rule in in_order(service.fields):
        hear_field(rule, service, scene, catalogue, heard)
    return heard


def in_order(rules: Iterable[FieldRule]) -> tuple[FieldRule, ...]:
    """The fields so that each comes after those it is read with: a task after its person, the chosen after all."""
    return tuple(sorted(rules, key=lambda rule: {"role": 1, "chosen": 2}.get(rule.type, 0)))


def hear_field(rule: FieldRule, service: Service, scene: Scene, catalogue: Catalogue, heard: Heard) -> None:
    """Read one field from the scene into `heard`; what the scene does not say stays as it is."""
    stated = _stated(rule, scene)
    if stated is not None and rule.type not in ("group", "text"):
        scene = _with_statement(rule, scene, stated)
    match rule.type:
        case "group":
            _group(rule, scene, catalogue, heard)
        case "persons":
            _persons(rule, service, scene, heard)
        case "person":
            _person(rule, scene, heard)
        case "chosen":
            choose(rule, scene, heard)
        case "role":
            _role(rule, service, scene, heard)
        case "choice":
            _choice(rule, scene, heard)
        case "date":
            _date(rule, scene, heard)
        case "number":
            _number(rule, scene, heard)
        case "address":
            _address(rule, scene, catalogue, heard)
        case "addresses":
            _addresses(rule, scene, catalogue, heard)
        case "text":
            _text(rule, scene, heard)


def _stated(rule: FieldRule, scene: Scene) -> int | None:
    """The passage that gives the field as a form does: "Aufgabe: Kassiererin", "Datum<TAB>14. März 2026"."""
    for at, passage in enumerate(scene.passages):
        match = _STATEMENT.match(passage.text)
        if match and any(
            plain(match[1]) in (plain(label), plain(re.sub(r"\(.*\)", "", label))) for label in (rule.label.de, rule.label.en)
        ):
            return at
    return None


def _with_statement(rule: FieldRule, scene: Scene, at: int) -> Scene:
    """The scene where only the statement speaks for a plain value; persons are also told elsewhere."""
    return scene if rule.type in ("persons", "person", "chosen") else scene.only([at])


def _quote(passage: Passage) -> str:
    text = passage.text if len(passage.text) <= 60 else passage.text[:57] + "…"
    return f'"{text}" in line {passage.line}'


# --- groups ---------------------------------------------------------------------------------------------------------


def _group(rule: FieldRule, scene: Scene, catalogue: Catalogue, heard: Heard) -> None:
    kind = None
    for passage in scene.passages:
        label = _GROUP_LABEL.match(passage.text)
        if label and (value := bare_group(label['value'], None, catalogue.groups)):
            return heard.take(rule.id, value, _quote(passage))
        for group in groups_in(passage.text, catalogue.groups):
            if group.value and not is_denied(passage.text, group.start) and not _is_in_passing(passage.text, group.start, alone=not group.kind):
                return heard.take(rule.id, group.value, f'"{group.written}" in line {passage.line}')
            kind = kind or (group.kind if not group.value else None)
    for title in scene.titles:
        for group in groups_in(title, catalogue.groups):
            if group.value and (kind in (None, group.kind)):
                return heard.take(rule.id, group.value, f'"{group.written}" in the subject or an attachment')
            kind = kind or group.kind
    for line in scene.voice.closing:
        for group in groups_in(line, catalogue.groups):
            if group.value and group.kind and kind in (None, group.kind):
                return heard.take(rule.id, group.value, f'"{group.written}" in the signature')
    if kind:
        heard.hints[rule.id] = kind
    return None


def _is_in_passing(text: str, at: int, *, alone: bool) -> bool:
    """ "wie die AG Frieden", "wie es der Kreisvorstand will": not the group that asks."""
    if re.search(r"\b(?:wie|like)\s+(?:es\s+|schon\s+|auch\s+)?(?:der|die|das|beim?|im|the)?\s*$", text[:at], re.IGNORECASE):
        return True
    return alone and listed("in_passing").search(text[:at] + text[at + 13 :]) is not None


# --- persons --------------------------------------------------------------------------------------------------------


def _persons(rule: FieldRule, service: Service, scene: Scene, heard: Heard) -> None:
    chosen_rules = [other for other in service.fields if other.type == "chosen" and other.among == rule.id]
    cues = tuple(word for other in chosen_rules for word in other.words)
    people = [entry.person for entry in scene.entries]
    for entry in scene.entries:
        if entry.broken:
            heard.broken.discard(rule.id)
    found: list[tuple[Passage, Person]] = []
    for at, passage in enumerate(scene.passages):
        here = [each for each in scene.mentions if each.place[0] == at]
        stretches = chosen.spans(passage.text, cues)
        inside = [each for each in here if any(start <= each.place[1] < end for start, end in stretches)]
        outside = [each for each in here if each not in inside] + [each for each in inside if _is_list_entry(each, passage, here)]
        found += [(passage, person) for person in _counted(rule, passage, sorted(outside, key=lambda each: each.place), scene)]
    people += [person for _, person in found]
    people = _with_speaker(people, scene)
    if scene.copied and any(
        pattern(*rule.words).search(p.text) and re.search(r"\b(?:cc|kopie|copy|cc'd)\b", p.text, re.IGNORECASE)
        for p in scene.passages
    ):
        people += scene.copied
    if people:
        first = found[0][0] if found else None
        heard.take(rule.id, merged(people), _quote(first) if first else "the list that came with the mail")


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
    cued = bool(pattern(*rule.words).search(passage.text))
    with_address = [each for each in here if each.person.email or each.broken]
    for mention in here:
        person = mention.person
        if _is_left_out(passage.text, mention, here):
            continue
        if mention.me:
            if cued or with_address or passage.listed or passage.marked or len(here) > 1:
                yield scene.voice.person
        elif person.email or mention.broken:
            if person.given or person.surname:
                yield person
            elif mention.listed or cued or len(with_address) > 1:
                yield _named_by_speaker(person, scene)
        elif person.given and person.surname:
            if cued or passage.marked or (passage.listed and len(passage.text) < 60) or with_address:
                yield person
        elif person.given and (passage.marked or (cued and (with_address or ":" in passage.text))) and mention.place[1] < 60:
            yield person


def _is_left_out(text: str, mention: Mention, here: Sequence[Mention]) -> bool:
    """Behind "statt" or before "hat kein Internet", or a name to turn to rather than one that takes part."""
    following = [each.place[1] for each in here if each.place[1] > mention.place[1]]
    stretch = text[mention.place[1] : following[0] if following else len(text)]
    if is_replaced(text, mention.place[1]) or listed("turned_to").search(text[max(0, mention.place[1] - 30) : mention.place[1]]):
        return True
    return not mention.me and listed("left_out").search(stretch) is not None


def _named_by_speaker(person: Person, scene: Scene) -> Person:
    return scene.voice.person if person.email == scene.voice.person.email else person


def _with_speaker(people: Sequence[Person], scene: Scene) -> list[Person]:
    """An entry that is the sender gets the address the mail was sent from, unless another is named."""
    speaker = scene.voice.person
    unified = merged(people)
    return [
        completed(each, speaker)
        if chosen.is_speaker(each, speaker) and ((each.given and each.surname) or each == speaker or same_person(each, speaker))
        else each
        for each in unified
    ]


def _person(rule: FieldRule, scene: Scene, heard: Heard) -> None:
    found, reason = named_person(rule, scene)
    if found is None:
        found, reason = scene.voice.person, "nobody else is named, so it is the sender"
    person = Person(**{part: getattr(found, part) for part in rule.each})
    if person != Person():
        heard.take(rule.id, person, reason)


def named_person(rule: FieldRule, scene: Scene) -> tuple[Person | None, str]:
    """The person that the mail names for this field, with the reason; None where it names nobody."""
    if len(scene.entries) == 1 and scene.entries[0].person.given:
        return _whole(scene.entries[0].person, scene), "the card or list that came with the mail"
    cue = pattern(*rule.words)
    for at, passage in enumerate(scene.passages):
        here = [each for each in scene.mentions if each.place[0] == at]
        for match in cue.finditer(passage.text):
            clause_end = _clause_end(passage.text, match.end())
            after = [each for each in here if match.end() <= each.place[1] <= min(clause_end, match.end() + 80)]
            before = [each for each in here if each.place[1] < match.start() and match.start() - each.end < 40]
            for mention in [*after, *reversed(before)]:
                if mention.me:
                    return scene.voice.person, _quote(passage)
                if (
                    mention.person.given
                    and (mention.person.surname or mention.person.email)
                    and not _is_left_out(passage.text, mention, here)
                ):
                    return _whole(mention.person, scene), _quote(passage)
            if speaks_of_self(passage.text) and not after:
                return scene.voice.person, _quote(passage)
            bare = [
                each for each in after if not each.me and each.person.given and not same_person(each.person, scene.voice.person)
            ]
            if bare and bare[0].place[1] - match.end() < 25 and rule.words:
                return _whole(bare[0].person, scene), _quote(passage)
            following = [each for each in scene.mentions if each.place[0] == at + 1 and passage.text.rstrip().endswith(":")]
            if following and (following[0].person.given or following[0].person.surname):
                return _whole(following[0].person, scene), _quote(scene.passages[at + 1])
    for at, passage in enumerate(scene.passages):
        for match in listed("third_person").finditer(passage.text):
            after = [each for each in scene.mentions if each.place[0] == at and 0 <= each.place[1] - match.end() < 12 and not each.me]
            if after and after[0].person.given and not chosen.is_speaker(after[0].person, scene.voice.person):
                return _whole(after[0].person, scene), _quote(passage)
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
        return _whole(named.person, scene), "named in the subject"
    listed_ones = [each for each in scene.mentions if each.listed and each.person.given and each.person.surname and each.person.email]
    if len(listed_ones) == 1 and not chosen.is_speaker(listed_ones[0].person, scene.voice.person):
        return listed_ones[0].person, "the only person listed"
    return None, ""


def _clause_end(text: str, start: int) -> int:
    end = re.search(r"[.!?;]\s", text[start:])
    return start + end.start() if end else len(text)


def _whole(person: Person, scene: Scene) -> Person:
    """With what other mentions of the same person say."""
    whole = person
    for mention in scene.company or scene.mentions:
        if not mention.me and same_person(mention.person, whole):
            whole = completed(whole, mention.person)
    return completed(whole, scene.voice.person) if chosen.is_speaker(whole, scene.voice.person) else whole


# --- chosen ones ----------------------------------------------------------------------------------------------------


def choose(rule: FieldRule, scene: Scene, heard: Heard, *, anywhere: bool = False) -> None:
    """
    The chosen ones among the persons heard (admins). One who is named with name and address and is not yet among
    them joins them. More than `most`, or a name that fits two, gives no value.

    `anywhere`: the whole text answers the question, without a word that announces the chosen.
    """
    assert rule.among is not None
    people = heard.fields.get(rule.among, ())
    if not isinstance(people, tuple):
        return
    pool = tuple(each for each in people if isinstance(each, Person))
    picked: list[Person] = [
        person for entry in scene.entries if entry.marked for person in pool if same_person(person, entry.person)
    ]
    doubtful: list[str] = []
    reason = "marked in the list" if picked else ""
    for at, passage in enumerate(scene.passages):
        stretches = chosen.spans(passage.text, rule.words) or (((0, len(passage.text)),) if anywhere and passage.text else ())
        for start, end in stretches:
            stretch = passage.text[start:end]
            if re.search(r"\?\s*$", stretch) and not speaks_of_self(stretch):
                continue
            here = [each for each in scene.mentions if each.place[0] == at and start <= each.place[1] < end]
            pool = _joined(pool, here, scene, heard) if pool else pool
            found, doubts = chosen.referred(stretch, pool, scene.voice.person, spoken_of_last(scene, pool, (at, start)))
            picked += [person for person in found if person not in picked]
            doubtful += doubts
            if (found or doubts) and not reason:
                reason = _quote(passage)
            if not found and not doubts and not pool and here:
                heard.hints[rule.id] = f"{heard.hints[rule.id]}; {stretch}" if rule.id in heard.hints else stretch
    if pool != people:
        heard.fields[rule.among] = pool
    doubtful = [
        each for each in doubtful if not any(person.given and fold(each).startswith(fold(person.given)) for person in picked)
    ]
    if picked and not doubtful and (rule.most is None or len(picked) <= rule.most):
        heard.take(rule.id, tuple(chosen.normal(person) for person in picked), reason)
    elif picked or doubtful:
        heard.because.append(
            f"{rule.id}: "
            + (
                f"{', '.join(doubtful)} fits more than one"
                if doubtful
                else f"{len(picked)} are named, at most {rule.most} may be"
            )
        )


def spoken_of_last(scene: Scene, people: Sequence[Person], place: tuple[int, int]) -> Person | None:
    """The one of `people` whom the scene named last before this place: whom "sie" or "er" means."""
    before = [mention for mention in scene.mentions if mention.place < place and not mention.me]
    return next((person for mention in reversed(before) for person in people if same_person(person, mention.person)), None)


def _joined(pool: tuple[Person, ...], here: Sequence[Mention], scene: Scene, heard: Heard) -> tuple[Person, ...]:
    """Those named completely in the stretch, and the speaker who says so, belong to the persons as well."""
    joined = list(pool)
    for mention in here:
        person = scene.voice.person if mention.me else mention.person
        known = [
            at for at, each in enumerate(joined) if same_person(each, person) or (mention.me and chosen.is_speaker(each, person))
        ]
        if len(known) == 1:
            joined[known[0]] = completed(joined[known[0]], person) if not mention.me else joined[known[0]]
        elif not known and person.given and person.surname and person.email:
            joined.append(person)
    return tuple(joined)


# --- plain values ---------------------------------------------------------------------------------------------------


def _role(rule: FieldRule, service: Service, scene: Scene, heard: Heard) -> None:
    person_rule = next((other for other in service.fields if other.type == "person"), None)
    person = heard.fields.get(person_rule.id) if person_rule else None
    is_sender = not isinstance(person, Person) or chosen.is_speaker(person, scene.voice.person)
    ranked: list[tuple[int, str, str]] = []
    for at, passage in enumerate(scene.passages):
        for found in _roles(passage.text, rule):
            role, offset = found
            if re.match(r"\s+(?:bin ich|bin i|war ich)\b.{0,20}\b(?:nicht|nimmer|bisher|früher|kein)", passage.text[offset + len(role) :], re.IGNORECASE) or is_denied(passage.text, offset):
                continue
            mine = bool(
                re.search(
                    r"\b(?:ich|bin|als|mich|mir|meine|i|i'm|am|as|my|ben|soy|sono|jestem|aufgabe|funktion|zum|zur)\b",
                    passage.text[:offset][-60:],
                    re.IGNORECASE,
                )
            )
            beside = isinstance(person, Person) and any(
                each.place[0] == at and not each.me and same_person(each.person, replace(person, email=each.person.email))
                for each in scene.mentions
            )
            about_other = any(each.place[0] == at and not each.me and each.person.given and not beside for each in scene.mentions)
            if not is_sender and not about_other and not mine:
                beside = beside or not re.search(r"\b(?:ich|wir|i)\b", passage.text, re.IGNORECASE)
            rank = 0 if (beside if not is_sender else mine) else 2 if (is_sender and about_other) or not is_sender else 1
            ranked.append((rank, role, _quote(passage)))
    if ranked and min(ranked)[0] < 2:
        _, role, reason = min(ranked, key=lambda each: each[0])
        return heard.take(rule.id, role, reason)
    for passage in scene.passages if is_sender else ():
        unknown = _TASK_OF_MINE.search(passage.text)
        if unknown and not is_no_name(unknown[1]) and not any(unknown[1] in (name.person.given, name.person.surname) for name in names_in(passage.text)):
            return heard.take(rule.id, unknown[1], _quote(passage))
    if is_sender:
        for line in scene.voice.closing:
            signed = values.role_in(line, rule)
            if signed:
                return heard.take(rule.id, signed[0], f'"{line}" in the signature')
    return None


def _roles(text: str, rule: FieldRule) -> Iterator[tuple[str, int]]:
    start = 0
    while found := values.role_in(text[start:], rule):
        yield found[0], start + found[1]
        start += found[1] + len(found[0])


def _choice(rule: FieldRule, scene: Scene, heard: Heard) -> None:
    picked = values.choice_in(scene.text, rule.options) or (
        values.choice_in(scene.titles[0], rule.options) if scene.titles else None
    )
    if picked:
        heard.take(rule.id, picked, "words for it in the text")


def _date(rule: FieldRule, scene: Scene, heard: Heard) -> None:
    for passage in [*scene.passages, *(Passage(text=title, line=0) for title in scene.titles[:1])]:
        days = values.dates_in(passage.text, scene.today)
        if days:
            return heard.take(rule.id, days[0].isoformat(), _quote(passage))
    return None


def _number(rule: FieldRule, scene: Scene, heard: Heard) -> None:
    for passage in scene.passages:
        number = values.number_in(passage.text, rule.words)
        if number is not None:
            return heard.take(rule.id, number, _quote(passage))
    return None


def _is_own(email: str, catalogue: Catalogue) -> bool:
    return email.endswith(f"@{catalogue.organisation.domain}")


def _address(rule: FieldRule, scene: Scene, catalogue: Catalogue, heard: Heard) -> None:
    for passage in scene.passages:
        for wire in addresses_in(passage.text):
            if (
                wire.email
                and wire.email not in catalogue.own_addresses
                and (rule.domain == "own") == _is_own(wire.email, catalogue)
            ):
                return heard.take(rule.id, wire.email, _quote(passage))
            if rule.domain == "own" and wire.email is None and wire.written.endswith("@"):
                continue
    if rule.domain == "any":
        for passage in scene.passages:
            if scene.voice.person.email and listed("to_me").search(passage.text) and not addresses_in(passage.text):
                return heard.take(rule.id, scene.voice.person.email, _quote(passage))
    return None


def _addresses(rule: FieldRule, scene: Scene, catalogue: Catalogue, heard: Heard) -> None:
    found: list[str] = []
    reason = ""
    for passage in scene.passages:
        for wire in addresses_in(passage.text, loose=passage.listed):
            if wire.email and not _is_own(wire.email, catalogue):
                found.append(wire.email)
                reason = reason or _quote(passage)
            elif wire.email is None and "@" in wire.written:
                heard.broken.add(rule.id)
        if scene.voice.person.email and listed("me_too").search(passage.text) and not _names_own_address(passage.text):
            found.append(scene.voice.person.email)
            reason = reason or _quote(passage)
    found += [entry.person.email for entry in scene.entries if entry.person.email]
    if found:
        heard.take(rule.id, tuple(dict.fromkeys(found)), reason or "the list that came with the mail")


def _names_own_address(text: str) -> bool:
    """ "an mich unter kim@…": the address that follows is the author's."""
    return any(re.search(r"\b(?:mich|me|ich)\b[^.;,@]{0,30}?(?:unter|at|via|per|\(|:)\s*$", text[: wire.start], re.IGNORECASE) for wire in addresses_in(text))


def _text(rule: FieldRule, scene: Scene, heard: Heard) -> None:
    """What stands behind one of the field's words or its label and a colon."""
    heads = "|".join(re.escape(label) for label in (rule.label.de, rule.label.en))
    for passage in scene.passages:
        match = re.match(rf"(?:{heads})\s*[:=]\s*(.+)", passage.text, re.IGNORECASE)
        if match is None and rule.words:
            cue = pattern(*rule.words).search(passage.text)
            match = re.compile(r"\s*[:=]?\s*(.+)").match(passage.text, cue.end()) if cue else None
        if match:
            return heard.take(rule.id, match[1].strip(" .,;"), _quote(passage))
    return None
