"""Those chosen among others ("Admin machen Yusuf und ich"): where they are spoken of, and who they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from mailbot.expression import pattern
from mailbot.understanding.address import addresses_in, without_addresses
from mailbot.understanding.correction import is_replaced
from mailbot.understanding.first_person import speaks_of_self
from mailbot.understanding.identity import same_person
from mailbot.understanding.lexicon import beginning, fold, is_noun, word_set, words
from mailbot.understanding.names import split_name
from mailbot.understanding.request import Person

_PIECE = re.compile(
    r",\s*|;\s*|\s[–—-]\s|[.?!]\s+|\s+(?:und zwar|wobei|davon|darunter|mit)\s+(?=[^,.;]{0,40}$)"
    r"|\s+und\s+(?=(?:neu|als)\s+(?:dabei|nutzer\w*|user\w*|mitglied\w*)\b)|\n",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\b(?:sondern|nämlich|dann|also|lieber|wieder|beide[ns]?|un|et|und|and|ve|y|e|i"
    r"|sowie|plus|oder|u\.|auch|als|der|die|den|das|sind|ist)\b|[&+/()]",
    re.IGNORECASE,
)
_AS_WELL = re.compile(r"\b(?:ebenfalls|auch|genauso|too|as well)\W*$", re.IGNORECASE)
""" "Wanjiru soll Admin werden, Sandra ebenfalls": of who is named next."""
_ATTACHED = re.compile(r"\b(?:zu\s+\w+en|\w+zu\w+en)\W*$", re.IGNORECASE)
""" "…, die Gruppe zu verwalten": about whom stands before."""


def spans(text: str, cues: Sequence[str], names: Collection[str] = ()) -> tuple[tuple[int, int], ...]:
    """
    The stretches of a text that speak of the chosen ones.

    From "User: Anna, Ben. Admin: Ben und ich" it is "Admin: Ben und ich"; names before the word belong to it
    where it comes last ("Anna, Ben und Cem machen den Admin"). `names`: those of the persons known, in any case.
    """
    cue = pattern(*cues)
    if not cue.search(text):
        return ()
    pieces = _pieces(text, cue)
    said = [text[start:end] for start, end in pieces]
    found: list[tuple[int, int]] = []
    for at, (start, end) in enumerate(pieces):
        match = cue.search(text, start, end)
        if match is None:
            continue
        leads = not _is_named(text[start : match.start()], names)
        first = last = at
        while leads and last + 1 < len(pieces) and not cue.search(said[last + 1]) and _goes_on(said[last + 1], names):
            last += 1
        if leads and last == at and not _is_named(text[match.end() : end], names) and at + 1 < len(pieces):
            does = _DOES_IT.match(said[at + 1])
            last += does is not None and _is_only_names(does["who"], names)
        while not leads and first > 0 and not cue.search(said[first - 1]) and _denies(said[first - 1], names):
            first -= 1
        while not leads and first > 0 and not cue.search(said[first - 1]) and _is_only_names(said[first - 1], names, wires=False):
            first -= 1
        while not leads and last + 1 < len(pieces) and _goes_along(said[last + 1], names):
            last += 1
        if leads and last == at and at > 0 and not _is_named(text[match.end() : end], names) and _is_attached(said[at], match[0]):
            first -= 1
            while (
                first > 0
                and _is_only_names(said[first], names)
                and not re.search(r"[^\W\d_]{2,}", without_addresses(said[first]))
            ):
                first -= 1
        found.append((pieces[first][0], pieces[last][1]))
    return tuple(found)


_DOES_IT = re.compile(
    r"(?:das\s+|es\s+)?(?:mach(?:t|en)?|wird|werden|übern[ei]hm(?:t|en)|übernimmt|ist|sind|is|does)\s+(?P<who>.+)", re.IGNORECASE
)
""" "Admin egal, macht Eva": the name is in the clause behind."""


def _is_attached(piece: str, cue: str) -> bool:
    """The piece says only "Admin", or ends with an infinitive: the name is in the one before."""
    rest = _AND.sub(" ", piece.replace(cue, " ", 1))
    return not re.search(r"\w", rest) or _ATTACHED.search(piece) is not None


def _pieces(text: str, cue: re.Pattern[str]) -> list[tuple[int, int]]:
    cuts = [(match.start(), match.end()) for match in _PIECE.finditer(text) if not _NUMBERED.search(text[: match.end()])]
    cuts += [
        (m.start(), m.start(1))
        for m in re.finditer(r"\s+(?:und|and)\s+(\S+(?:\s+\S+){0,2})", text)
        if (found := cue.match(text, m.start(1)))
        or (
            (found := cue.search(text, m.start(1), m.end()))
            and re.fullmatch(r"(?:als|der|die|den|zum|zur)\s+", text[m.start(1) : found.start()])
        )
    ]
    # where nobody set a comma: "… und Lea Ost lea@… Admin ist Lea"
    cuts += [(w.end, w.end + 1) for w in addresses_in(text) if text[w.end : w.end + 1] == " " and cue.match(text, w.end + 1)]
    pieces, start = [], 0
    for cut_start, cut_end in sorted(cuts):
        if cut_start >= start:
            pieces.append((start, cut_start))
            start = cut_end
    return [*pieces, (start, len(text))]


_NUMBERED = re.compile(r"(?:\b(?:nr|dr|prof)|\b\d{1,2})\.\s+$", re.IGNORECASE)


def names_of(people: Iterable[Person]) -> frozenset[str]:
    """All words by which the persons can be called, in lower case."""
    return frozenset(
        word.lower()
        for person in people
        for part in (person.given, person.surname)
        if part
        for word in (part, *re.split(r"[ -]", part))
        if len(word) > 1
    )


def _is_named(text: str, names: Collection[str]) -> bool:
    """A name, an address or "ich" stands in the text."""
    return (
        bool(addresses_in(text))
        or bool(re.search(r"\b(?:ich|beide|alle|wir|i|me|ben)\b", text, re.IGNORECASE))
        or any(
            word.lower() in names or (word[:1].isupper() and word.lower() not in word_set("not_names") and not is_noun(word))
            for word in re.findall(r"\b[^\W\d_][\w-]+", text)
        )
    )


def _goes_on(text: str, names: Collection[str]) -> bool:
    """Further names, or those who are not chosen ("Admin ist Eva, nicht Lea", "…, Lea nicht mehr")."""
    return _is_only_names(text, names) or _denies(text, names)


def _denies(text: str, names: Collection[str]) -> bool:
    """ "nicht Lea", "Lea nicht mehr": names that are not meant, and nothing else."""
    text = text.rpartition(":")[2]
    before = beginning("instead_of").match(text)
    rest = text[before.end() :] if before else _NO_MORE.sub("", text)
    return rest != text and _is_only_names(rest, names)


def _goes_along(text: str, names: Collection[str]) -> bool:
    """Behind "Eva ist Admin": "Lea ebenfalls", "Lea doch nicht"."""
    return (_AS_WELL.search(text) is not None and _is_only_names(text, names)) or _denies(text, names)


_NO_MORE = re.compile(r"\s+(?:doch\s+)?(?:nicht|not)(?:\s+(?:mehr|länger|any ?more))?\W*$", re.IGNORECASE)


def _is_only_names(text: str, names: Collection[str], *, wires: bool = True) -> bool:
    """Names, "ich" and what couples them; one or two words may follow ("Nilüfer und Beate gewählt")."""
    if addresses_in(text) and not wires:
        return False
    said = re.findall(r"[^\W\d_][\w'’-]*", _AND.sub(" ", without_addresses(text)))
    named = [
        word[:1].isupper() or word.lower() in names or word.lower() in word_set("me") or word.lower() in word_set("particles")
        for word in said
    ]
    while len(said) - len(named) < 2 and named and not named[-1]:
        named.pop()
    return (0 < len(named) <= 8 and all(named)) or (wires and not said and bool(addresses_in(text)))


def referred(
    text: str, people: Sequence[Person], speaker: Person, last: Person | None = None
) -> tuple[tuple[Person, ...], tuple[str, ...]]:
    """
    Whom of `people` a stretch of text means, and what in it fits nobody or more than one of them.

    By address, full name, given name, surname, "ich", "beide", "alle drei", "der Erste", or "sie" for the one
    who was spoken of `last`; who stands behind "nicht", "ohne" or "statt" is not meant.
    """
    taken: list[tuple[int, Person]] = []
    doubtful: list[str] = []
    rest = text
    for wire in addresses_in(text):
        person = next((each for each in people if each.email == (wire.email or wire.written.lower())), None)
        if person:
            taken.append((wire.start, person))
        rest = rest.replace(wire.written, "\x00" * len(wire.written), 1)
    rest = _by_name(rest, people, taken, doubtful)
    for offset in speaks_of_self(rest) or _bare_me(rest) or _me_in_office(rest):
        found = [each for each in people if is_speaker(each, speaker)]
        if found and not _denied(rest, offset, offset + 3) and not is_replaced(rest, offset):
            taken.append((offset, found[0]))
    if last is not None and _PRONOUN_LEADS.match(rest):
        taken += [(0, person) for person in people if same_person(person, last)]
    if but := _ALL_BUT.search(text):
        left_out, _ = referred(but["whom"], people, speaker, last)
        taken = [(0, person) for person in people if person not in left_out] if left_out else taken
    if not taken and not doubtful:
        taken += (
            [(0, person) for person in _everybody(rest, people, speaker)] or _by_order(rest, people) or _by_number(rest, people)
        )
        if not taken and last is not None and (_PRONOUN.search(rest) or _RELATIVE.match(rest)):
            taken += [(0, person) for person in people if same_person(person, last)]
    ordered: list[Person] = []
    for _, person in sorted(taken, key=lambda each: each[0]):
        if person not in ordered:
            ordered.append(person)
    return tuple(ordered), tuple(doubtful)


_PRONOUN = re.compile(r"\b(?:sie|er|she|he|she'll|he'll|diese|dieser)\b", re.IGNORECASE)
_PRONOUN_LEADS = re.compile(
    r".*\b(?:him|her|ihn|sie|er) (?:and|und) (?:me|mich|ich|i)\b"
    r"|\W*(?:und |also |dann )?(?:sie|er|she|he|(?:die|der)(?= (?:macht|wird|soll|übernimmt|kann)\b))"
    r" (?:kann|und|sowie|soll|wird|macht|übernimmt|ist|neben|and|will|should|is)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\W*(?:(?:der|die|welcher?)\b(?!\s+(?:admins|gruppenadmins))(?!\s+(?!(?:gruppen-?)?admin(?:istrator)?(?:in)?\s)(?-i:[A-ZÄÖÜ])).*\b(?:wird|ist|macht|soll|übernimmt|übernehmen|wäre|will|kann|werden|sein|machen|möchte)|who\b.*)\W*$",
    re.IGNORECASE,
)
""" "…, die auch Gruppenadmin wird": of the one named last."""


def is_speaker(person: Person, speaker: Person) -> bool:
    """Whether the person can be the one who speaks: the same address, or the same name."""
    if person.email and speaker.email and person.email == speaker.email:
        return True
    from_name = Person(given=speaker.given, surname=speaker.surname)
    to_name = Person(given=person.given, surname=person.surname)
    return same_person(to_name, from_name) and bool(person.surname or speaker.surname or person.given == speaker.given)


def _by_name(rest: str, people: Sequence[Person], taken: list[tuple[int, Person]], doubtful: list[str]) -> str:
    """Full names first, then given names, then surnames; what is found is blanked out."""
    for forms in (_full, _given, _short_given, _surname):
        by_form: dict[str, list[Person]] = {}
        for person in people:
            for form in forms(person):
                by_form.setdefault(form, []).append(person)
        for form, owners in sorted(by_form.items(), key=lambda each: -len(each[0])):
            said = _same_length_fold(rest)
            if form not in said:  # to compile an expression for each name costs more than all else here
                continue
            for match in re.finditer(rf"(?<![\w-]){re.escape(form)}(?:s)?(?![\w-])", said):
                if len(set(owners)) > 1:
                    doubtful.append(rest[match.start() : match.end()])
                elif not _denied(rest, match.start(), match.end()):
                    taken.append((match.start(), owners[0]))
                rest = rest[: match.start()] + "\x00" * (match.end() - match.start()) + rest[match.end() :]
    return rest


def _same_length_fold(text: str) -> str:
    """Lower case without changing any offset."""
    return "".join(low if len(low := each.lower()) == 1 else each for each in text)


def _full(person: Person) -> Iterable[str]:
    if person.given and person.surname:
        yield f"{person.given} {person.surname}".lower()
        yield f"{person.surname}, {person.given}".lower()
        yield f"{person.surname} {person.given}".lower()


def _given(person: Person) -> Iterable[str]:
    if person.given:
        yield person.given.lower()


def _short_given(person: Person) -> Iterable[str]:
    """The first of several given names, or of a double one."""
    if person.given and len(first := re.split(r"[ -]", person.given)[0]) > 2 and first != person.given:
        yield first.lower()


def _surname(person: Person) -> Iterable[str]:
    if person.surname and len(person.surname) > 2:
        yield person.surname.lower()


def _denied(text: str, start: int, end: int) -> bool:
    before = re.findall(r"\w+", re.split(r"[,.;!(:]", text[:start].lower())[-1])[-2:]
    after = re.findall(r"\w+", re.split(r"[,.;!(]", text[end:].lower())[0])[:2]
    return (
        any(word in ("ohne", "statt", "nicht", "anstatt", "außer", "without", "not", "instead", "except") for word in before[-1:])
        or before in (["nicht", "mehr"], ["nicht", "länger"], ["no", "longer"])
        or any(word in ("nicht", "nich", "not", "net") for word in after[:1])
        or after[:2] == ["doch", "nicht"]
        or _WANTS_NOT.match(text, end) is not None
    )


_WANTS_NOT = re.compile(
    r"\s+(?:selbst\s+|selber\s+)?(?:will|möchte|mag|kann|darf|soll(?:te)?|macht?|mache|wird|werde|bleib[et]|ist|bin)\s+(?:[\w-]+\s+){0,2}?"
    r"(?:kein(?:e|en|er)?|nicht)\b(?!\s+(?:nur|allein))",
    re.IGNORECASE,
)
""" "(Tom) will kein Admin sein", "(ich) selbst möchte das nicht"."""


def _bare_me(text: str) -> tuple[int, ...]:
    match = re.fullmatch(
        r"\W*(?:gruppenadmins?|admins?|das|mach(?:e)?|bin|den|die|der|als|auch|nur|bitte|noch|:|\s)*\b(ich|mich|me|ben|yo|io|i)\b\W*(?:(?:selbst|selber|natürlich|bitte|auch|noch|als|den|gruppenadmin|admin|mit)\b\W*)*",
        text,
        re.IGNORECASE,
    )
    return (match.start(1),) if match else ()


def _me_in_office(text: str) -> tuple[int, ...]:
    """ "Mit der Administration wurde ich betraut", "die Verwaltung fällt mir zu", "dafür stehe ich zur Verfügung"."""
    return tuple(match.start() for match in _ME_IN_OFFICE.finditer(text))


_ME_IN_OFFICE = re.compile(
    r"\b(?:ich|mich)\s+(?:(?!nicht\b)\w+\s+){0,3}?(?:betraut|bestimmt|gewählt|beauftragt|bestellt|benannt|ernannt|zur\s+verfügung)\b"
    r"|\bmir\s+zu\b",
    re.IGNORECASE,
)


_ALL_BUT = re.compile(
    r"\b(?:alle|wir|all|everyone|everybody)\b.{0,12}\b(?:außer|bis auf|except( for)?|but)\s+(?P<whom>.+)", re.IGNORECASE
)


def _everybody(text: str, people: Sequence[Person], speaker: Person) -> list[Person]:
    """Of three, "die beiden" are the two others, or those that stand last or first."""
    ends = _AT_AN_END.search(text)
    if ends:
        number = 3 if re.search(r"\b(?:drei|3)\b", ends[0], re.IGNORECASE) else 2
        return list(people[-number:] if re.search(r"\bletzt", ends[0], re.IGNORECASE) else people[:number])
    two = re.search(r"\bdie (?:ander(?:e)?n )?(?:beiden|zwei)\b", text, re.IGNORECASE)
    others = [each for each in people if not is_speaker(each, speaker)]
    if two and len(people) == 3 and len(others) == 2:
        return others
    for phrase, number in sorted(words()["everybody"], key=lambda each: -len(each[0])):
        if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE):
            return list(people) if len(people) == number or (number == 0 and 1 < len(people) <= 3) else []
    return []


_AT_AN_END = re.compile(
    r"\b(?:die|den|der)\s+(?:(?:erst|letzt)\w*\s+(?:beiden|zwei|drei|[23])|(?:beiden|zwei|drei|[23])\s+(?:zu)?(?:erst|letzt)\w*)\b",
    re.IGNORECASE,
)
""" "die letzten beiden", "die drei Erstgenannten"."""


_PERSON = r"(?i:person|genannte|aufgeführte|name\b|eintrag|mitglied)"


def _by_order(text: str, people: Sequence[Person]) -> list[tuple[int, Person]]:
    for word, at in words()["ordinals"]:
        match = re.search(
            rf"\b(?:der|die|den|das|the|als)\s+{word}\b|\b{word}(?<=rer|ere|ren|ter)\b|\b{word}(?=\s+{_PERSON}\b)",
            text,
            re.IGNORECASE,
        )
        behind = re.match(r"\s+([^\W\d_]+)", text[match.end() :]) if match else None
        if behind and is_noun(behind[1]) and (behind[1].istitle() or text.islower()) and not re.match(_PERSON, behind[1]):
            continue  # "in der letzten Spalte"
        if match and -len(people) <= at < len(people):
            return [(match.start(), people[at])]
    return []


_NUMBERS = re.compile(
    r"\W*(?:\w+\W+){0,3}?(?:(?:nr|nummer|no|number)\.?\s*)?(?:\d[.)]?|[a-h]\))(?:\s*(?:,|und|and|&|\+)\s*(?:(?:nr|nummer|no|number)\.?\s*)?(?:\d[.)]?|[a-h]\)))*\W*"
    r"(?:(?:genannt|aufgeführt|stehend|gelistet)\w*|person(?:en)?|\W)*",
    re.IGNORECASE,
)


_NUMBERED_ONES = re.compile(
    r"\bunter\s+\d[.)]?(?:\s*(?:,|und)\s*\d[.)]?)*\s+(?:genannt|aufgeführt|gelistet|stehend)", re.IGNORECASE
)
""" "Die unter 1 und 3 Genannten übernehmen die Administration."."""


def _by_number(text: str, people: Sequence[Person]) -> list[tuple[int, Person]]:
    """ "Admins: Nr. 1 und 3", "Admin: c)": by the place in the list."""
    if not _NUMBERS.fullmatch(text) and not _NUMBERED_ONES.search(text):
        return []
    found = [
        (match.start(), int(match[1]) if match[1] else ord(match[2].lower()) - ord("a") + 1)
        for match in re.finditer(r"(?<![\w(–-])(?:(\d)[.)]?|([a-h])\))(?![\w–-])", text, re.IGNORECASE)
    ]
    return [(start, people[at - 1]) for start, at in found] if all(0 < at <= len(people) for _, at in found) else []


def normal(person: Person) -> str:
    """How a chosen one stands in a value: the address, or the name where none is known."""
    return person.email or person.name


def of_value(value: Iterable[str], people: Sequence[Person]) -> tuple[Person, ...]:
    """The persons that a value names."""
    found = []
    for each in value:
        person = next((one for one in people if one.email == each or fold(one.name) == fold(each)), None)
        found.append(person or split_name(each.split()))
    return tuple(found)


def among(value: Iterable[object], people: Sequence[Person]) -> tuple[Person, ...]:
    """Those whom a value names and who are among the people, in the order of the value."""
    return tuple(person for person in of_value((each for each in value if isinstance(each, str)), people) if person in people)
