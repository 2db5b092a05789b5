"""The chosen among the persons of a field (admins): who they are after a mail."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from mailbot.catalogue import FieldRule
from mailbot.expression import pattern
from mailbot.understanding import chosen
from mailbot.understanding.address import addresses_in, without_addresses
from mailbot.understanding.correction import leaves, places
from mailbot.understanding.first_person import speaks_of_self
from mailbot.understanding.heard import Heard, quote
from mailbot.understanding.identity import completed, same_person
from mailbot.understanding.lexicon import beginning, fold, is_no_name, listed
from mailbot.understanding.mention import Mention
from mailbot.understanding.request import Guess, Person, Why
from mailbot.understanding.scene import Scene


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
    strangers: list[str] = []
    reason = "marked in the list" if picked else ""
    announced = False
    names = chosen.names_of((*pool, scene.voice.person))  # once, for lists may be long and mails longer
    for at, passage in enumerate((*scene.passages, *scene.enclosed)):
        said = chosen.spans(passage.text, rule.words, names)
        bare = announced or (anywhere and (not picked or _is_address(passage.text)))
        stretches = said or (_bare_stretches(passage.text, pool) if bare else ())
        announced = bool(_ANNOUNCING.search(passage.text)) if said else announced and bool(stretches)
        for start, end in stretches:
            stretch = _without_aliases(passage.text[start:end], scene)
            if re.search(r"\?\s*$", stretch) and not speaks_of_self(stretch):
                continue
            here = [each for each in scene.mentions if each.place[0] == at and start <= each.place[1] < end]
            joined = _joined(pool, here, scene, heard) if pool else pool
            if joined != pool:
                pool, names = joined, chosen.names_of((*joined, scene.voice.person))
            found, doubts = chosen.referred(stretch, pool, scene.voice.person, spoken_of_last(scene, pool, (at, start)))
            found = found or (() if doubts else _by_relation(stretch, scene, pool) or _by_office(stretch, scene, pool))
            picked += [person for person in found if person not in picked]
            doubtful += doubts
            strangers += _strangers(stretch, rule, pool)
            if (found or doubts) and not reason:
                reason = quote(passage)
            if not found and not doubts and not pool and here:
                heard.hints[rule.id] = f"{heard.hints[rule.id]}; {stretch}" if rule.id in heard.hints else stretch
    if pool != people:
        heard.fields[rule.among] = pool
    doubtful = [
        each for each in doubtful if not any(person.given and fold(each).startswith(fold(person.given)) for person in picked)
    ]
    if picked and not doubtful and (rule.most is None or len(picked) <= rule.most):
        heard.take(rule.id, tuple(chosen.normal(person) for person in picked), reason)
    elif doubtful:
        heard.doubt(Guess(item=rule.id, written=", ".join(dict.fromkeys(doubtful)), why=Why.FITS_SEVERAL))
    elif picked:
        heard.doubt(Guess(item=rule.id, written=", ".join(person.name for person in picked), why=Why.TOO_MANY))
    for word in strangers:
        likely = [person for person in pool if _resembles(word, person)]
        if len(likely) == 1 and likely[0] not in picked:
            heard.doubt(Guess(item=rule.id, written=word, why=Why.NOT_LISTED, meant=chosen.normal(likely[0])))


def _is_address(text: str) -> bool:
    return len(addresses_in(text)) == 1 and not re.search(r"\w", without_addresses(text))


def _strangers(stretch: str, rule: FieldRule, people: Sequence[Person]) -> list[str]:
    """Words of the stretch that may be names and are nobody's of the people."""
    names = {fold(part) for each in people for part in re.split(r"[ -]", each.name)}
    return [
        word
        for word in re.findall(r"[^\W\d_]{3,}", without_addresses(stretch))
        if fold(word) not in names and not is_no_name(word) and not pattern(*rule.words).fullmatch(word)
    ]


def _resembles(word: str, person: Person) -> bool:
    """Nearly the given name or the surname: one letter, of a long word two, are otherwise."""
    return any(
        len(part) >= 4 and fold(part) != fold(word) and OSA.distance(fold(word), fold(part)) <= (2 if len(part) >= 8 else 1)
        for part in (person.given, person.surname)
        if part
    )


_DETERMINERS = r"(?:mein\w*|unser\w*|sein\w*|ihr\w*|dein\w*|eu(?:er|re\w*)|der|die|den|dem|besagte[rn]?|my|our|his|her|the)"


def _by_relation(stretch: str, scene: Scene, people: Sequence[Person]) -> tuple[Person, ...]:
    """ "Admin wird meine Schwester", where the mail also speaks of "meine Schwester Nino"."""
    meant = []
    for mention in scene.company:
        called = mention.called
        if called and re.search(rf"\b{_DETERMINERS}\s+(?:\w+\s+)?{called}(?:e?s|e?n)?\b", stretch, re.IGNORECASE):
            meant += [person for person in people if same_person(person, mention.person) and person not in meant]
    return tuple(meant)


def _by_office(stretch: str, scene: Scene, people: Sequence[Person]) -> tuple[Person, ...]:
    """ "Admins sollen die Sprecherin und der Kassierer sein", where the list says who is: "Lea Ost (Sprecherin), lea@…"."""
    offices = _OFFICES.findall(stretch)
    if not offices:
        return ()
    lines = [(scene.passages[each.place[0]].text, each.person) for each in scene.mentions if each.listed]
    lines += [(entry.said, entry.person) for entry in scene.entries]
    meant: list[Person] = []
    for office in offices:
        beside = [named for text, named in lines if re.search(rf"(?<![\w-]){re.escape(office)}(?![\w-])", text)]
        owners = {person for named in beside for person in people if same_person(person, named)}
        meant += [owner for owner in owners if len(owners) == 1 and owner not in meant]
    return tuple(meant)


_OFFICES = re.compile(rf"\b{_DETERMINERS}\s+(?:[a-zäöü]+\s+)?([A-ZÄÖÜ][\w:*-]{{3,}})")


def _without_aliases(text: str, scene: Scene) -> str:
    """With the given name for a nickname that the mail told before."""
    for mention in scene.company:
        if mention.alias and mention.person.given:
            text = re.sub(rf"\b{re.escape(mention.alias)}\b", mention.person.given, text)
    return text


_ANNOUNCING = re.compile(r"[:?]\s*$")
"""Behind "Gruppenadmins sind:" and "Wer ist Admin?" stands who it is."""


def _bare_stretches(text: str, people: Sequence[Person]) -> tuple[tuple[int, int], ...]:
    """
    The pieces of a sentence that merely name persons, as an answer does ("das machen Chidi und ich gemeinsam").

    "Mechthild ist schwer zu erreichen" says something else about her.
    """
    wires = addresses_in(text)
    if wires:
        left = re.sub(r"\W", "", "".join(text.replace(wire.written, "") for wire in wires[:1])) if len(wires) == 1 else "several"
        return ((0, len(text)),) if not left and wires[0].email in {each.email for each in people} else ()
    found = []
    for piece in re.finditer(r"(?:[^,;:.!?\s]|\s(?![-–—]\s))+", text):
        left = listed("choosing").sub(" ", piece[0])
        for person in people:
            for part in (person.given, person.surname):
                left = re.sub(rf"(?<!\w){re.escape(part)}s?(?!\w)", " ", left, flags=re.IGNORECASE) if part else left
        left = listed("me").sub(" ", left)
        if len(re.findall(r"\w+", left)) <= 1:
            found.append((piece.start(), piece.end()))
    return tuple(found)


def spoken_of_last(scene: Scene, people: Sequence[Person], place: tuple[int, int]) -> Person | None:
    """The one of `people` whom the scene named last before this place: whom "sie" or "er" means."""
    before = [mention for mention in scene.mentions if mention.place < place and not mention.me]
    return next((person for mention in reversed(before) for person in people if same_person(person, mention.person)), None)


def _joined(pool: tuple[Person, ...], here: Sequence[Mention], scene: Scene, heard: Heard) -> tuple[Person, ...]:
    """Those named completely in the stretch, and the speaker who says so, belong to the persons as well."""
    joined = list(pool)
    for mention in here:
        person = scene.who(mention)
        known = [
            at for at, each in enumerate(joined) if same_person(each, person) or (mention.me and chosen.is_speaker(each, person))
        ]
        if len(known) == 1:
            joined[known[0]] = completed(joined[known[0]], person) if not mention.me else joined[known[0]]
        elif not known and person.given and person.surname and person.email:
            joined.append(person)
    return tuple(joined)


def rechoose(rule: FieldRule, scene: Scene, people: tuple[Person, ...], old: tuple[object, ...], heard: Heard) -> None:
    """ "Henning doch nicht als Admin. Dafür ich.": who leaves the chosen, who joins them, and who takes their place."""
    value = list(chosen.among(old, people))
    speaker = scene.voice.person
    names = chosen.names_of((*people, speaker))
    replacing = False
    for at, passage in enumerate(scene.passages):
        stretches = chosen.spans(passage.text, rule.words, names)
        if not stretches and not (replacing and beginning("instead").match(passage.text)):
            replacing = False
            continue
        for start, end in stretches or ((0, len(passage.text)),):
            stretch = passage.text[start:end]
            last = spoken_of_last(scene, people, (at, start))
            gone = [person for person in people for where in places(person, stretch) if _gives_way(stretch, *where)]
            named, doubts = chosen.referred(stretch, people, speaker, last)
            if listed("me_gives_up").search(stretch):
                gone += [person for person in value if chosen.is_speaker(person, speaker)]
            if last and not gone and listed("removed").search(stretch) and listed("pronouns").search(stretch):
                gone.append(last)
            value = [person for person in value if person not in gone]
            if stretches and not gone and named and not doubts and not listed("as_well").search(stretch):
                if _is_in_passing(stretch, rule, named):
                    continue
                value = []
            rest = passage.text[end:].lstrip(" ,;")
            if gone and beginning("instead").match(rest):
                named = (*named, *chosen.referred(rest, people, speaker)[0])
            value += [person for person in named if person not in value and person not in gone]
            replacing = replacing or bool(gone)
        behind = passage.text[stretches[-1][1] :] if stretches and replacing else ""
        if re.search(r"\b(?:schon|dafür|stattdessen|lieber|instead)\b", behind):  # "Bo ist kein Admin, Anna schon"
            value += [each for each in chosen.referred(behind, people, scene.voice.person)[0] if each not in value]
    if value and (rule.most is None or len(value) <= rule.most):
        new = tuple(chosen.normal(person) for person in value)
        if new != old:
            heard.take(rule.id, new, "corrected in this mail")
    elif not value:
        heard.fields.pop(rule.id, None)
    else:
        del heard.fields[rule.id]
        heard.doubt(Guess(item=rule.id, written=", ".join(person.name for person in value), why=Why.TOO_MANY))


def _gives_way(text: str, start: int, end: int) -> bool:
    """ "Kim doch nicht", "Kim gibt die Administration an Lea ab"."""
    return leaves(text, start, end) or beginning("gives_up").match(text[end:]) is not None


def _is_in_passing(stretch: str, rule: FieldRule, named: Sequence[Person]) -> bool:
    """ "Unser Admin Yusuf fragt, ob …": chooses nobody."""
    cue = re.search(rf"\b{_DETERMINERS}\s+{pattern(*rule.words).pattern}\s+(?=[^\W\d_])", stretch, re.IGNORECASE)
    if cue is None:
        return False
    rest = stretch[cue.end() :]
    begins = [end for person in named for start, end in places(person, rest) if start == 0]
    return bool(begins) and len(re.findall(r"\w+", listed("choosing").sub(" ", rest[max(begins) :]))) > 0
