"""Form lines: what we ask for as `Label:`, and what members write behind or below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mailbot.catalogue import LANGUAGES, Catalogue, FieldRule
from mailbot.mail.message import Body, Kind, Line
from mailbot.understanding.identity import is_about
from mailbot.understanding.lexicon import beginning, fold
from mailbot.understanding.question import question
from mailbot.understanding.request import Guess, Person, Request

PART_LABELS: Mapping[str, Mapping[str, str]] = {
    "de": {"given": "Vorname", "surname": "Name", "email": "E-Mail"},
    "en": {"given": "Given name", "surname": "Surname", "email": "E-mail"},
}
OF_LABELS: Mapping[str, Mapping[str, str]] = {
    "de": {"given": "Vorname von {}", "surname": "Nachname von {}", "email": "E-Mail von {}"},
    "en": {"given": "Given name of {}", "surname": "Surname of {}", "email": "E-mail of {}"},
}
_ALSO_OF: Mapping[str, Mapping[str, str]] = {"de": {"surname": "Name von {}"}, "en": {"surname": "Name of {}"}}
"""What the line may be called where somebody wrote it anew."""


_LONGEST_ANSWER = 30
"""Lines of a paragraph that answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """
    One line that a member is asked to fill in: the label without colon, and what it stands for.

    `others` are labels that mean the same. `question` stands below the label where something was written already that
    is a guess; `earlier` are the forms that it may have had in mails before.
    """

    label: str
    field: str
    part: str | None = None
    person: Person | None = None
    others: tuple[str, ...] = ()
    question: str = ""
    earlier: tuple[str, ...] = ()


def blanks(request: Request, catalogue: Catalogue, language: str) -> tuple[Blank, ...]:
    """The lines that ask for what the request lacks, in the order of the catalogue."""
    service = catalogue.service(request.service)
    formal = catalogue.organisation.address_as == "sie"
    return tuple(
        _asked_back(blank, rule, request, language, formal=formal)
        for rule in service.fields
        for blank in _of_field(rule, request, language)
    )


def _asked_back(blank: Blank, rule: FieldRule, request: Request, language: str, *, formal: bool) -> Blank:
    """With the question for what was written in its place."""
    guesses = [each for each in request.guesses if each.why.asks and is_asked_by(each, blank)]
    forms = [
        " ".join(question(replace(each, declined=declined), rule, request, language, formal=either) for each in guesses)
        for declined in (False, True)
        for either in (False, True)
    ]
    now = " ".join(question(each, rule, request, language, formal=formal) for each in guesses)
    return replace(blank, question=now, earlier=tuple(form for form in dict.fromkeys(forms) if form != now)) if guesses else blank


def is_asked_by(guess: Guess, blank: Blank) -> bool:
    """Whether the line asks for what the guess is about."""
    if (guess.field, guess.part) != (blank.field, blank.part):
        return False
    return blank.person is None or is_about(guess, blank.person)


def asked_back(request: Request, catalogue: Catalogue) -> tuple[Guess, ...]:
    """
    The guesses whose question stands below a line of the form: nobody can say yes or no to the others.

    An address to forward to is not asked for before it is known that there is to be a forwarding.
    """
    lines = blanks(request, catalogue, LANGUAGES[0])
    return tuple(each for each in request.guesses if each.why.asks and any(is_asked_by(each, blank) for blank in lines))


def _of_field(rule: FieldRule, request: Request, language: str) -> Iterator[Blank]:
    if rule.id in request.missing:
        yield Blank(label=rule.label.in_(language), field=rule.id)
        return
    parts = [part for part in rule.each if f"{rule.id}.{part}" in request.missing]
    value = request.fields.get(rule.id)
    if isinstance(value, Person):
        for part in parts:
            others = (OF_LABELS[language][part].format(value.name), *_also(language, part, value))
            yield Blank(label=PART_LABELS[language][part], field=rule.id, part=part, person=value, others=others)
    elif isinstance(value, tuple):
        for person in value:
            for part in parts:
                if isinstance(person, Person) and getattr(person, part) is None:
                    label, others = OF_LABELS[language][part].format(person.name), _also(language, part, person)
                    yield Blank(label=label, field=rule.id, part=part, person=person, others=others)


def _also(language: str, part: str, person: Person) -> tuple[str, ...]:
    return (_ALSO_OF[language][part].format(person.name),) if part in _ALSO_OF[language] else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form line with the member's words behind it."""

    blank: Blank
    text: str
    line: int


def filled(body: Body, requests: Sequence[Request], catalogue: Catalogue) -> tuple[tuple[int, Filled], ...]:
    """
    What members wrote behind, or below, the lines that ask for what is missing: (index of the request, line).

    Looks everywhere in the mail: people answer above, inside and below the quoted question. An empty form line
    in our own quoted words is no answer.
    """
    wanted = [
        (at, blank)
        for at, request in enumerate(requests)
        for language in LANGUAGES
        for blank in blanks(request, catalogue, language)
    ]
    found: list[tuple[int, Filled]] = []
    seen: set[tuple[int, Blank]] = set()
    lines = [line for line in body.lines if line.kind not in (Kind.SIGNATURE, Kind.FOOTER, Kind.ATTRIBUTION)]
    for number, line in enumerate(lines):
        if ":" not in line.text:
            continue
        for at, blank in wanted:
            text = _behind(blank, line.text)
            if text is None or (at, blank) in seen:
                continue
            answer = text or _below(lines, number + 1, blank, wanted)
            if answer:
                seen.add((at, blank))
                found.append((at, Filled(blank=blank, text=answer, line=line.number)))
    return tuple(found)


def _behind(blank: Blank, text: str) -> str | None:
    """The words behind the label and its colon, "" where none stand there, None where it is another line."""
    for label in (blank.label, *blank.others):
        head, _, rest = _cut(label, text)
        if plain(label) in (plain(head), plain(_TITLE.sub("", head))):
            return rest.strip(" \t_.*")
    return None


_TITLE = re.compile(r"\b(?:frau|herrn?|dr|prof)\b\.?", re.IGNORECASE)


def _cut(label: str, text: str) -> tuple[str, str, str]:
    """The label itself may hold a colon."""
    at = text.find(":", max(0, label.count(":") and text.find(":") + 1))
    return text[:at], ":", text[at + 1 :]


def _below(lines: Sequence[Line], at: int, blank: Blank, wanted: Sequence[tuple[int, Blank]]) -> str:
    """The words behind or below our question, where they are no form line and no sentence of our own."""
    at, text = _past_question(lines, at, blank)
    if text:
        return text
    while at < len(lines) and lines[at].kind is Kind.OWN and not lines[at].text.strip() and lines[at - 1].kind is Kind.QUOTED:
        at += 1
    if at >= len(lines):
        return ""
    if not lines[at].text.strip():
        return _apart(lines, at, wanted)
    text = lines[at].text.strip()
    if any(_behind(blank, text) is not None for _, blank in wanted) or re.match(r"[\w*() –,-]{3,50}:\s*$", text):
        return ""
    taken = [text]
    for line in lines[at + 1 :]:
        if not line.text.strip() or ":" in line.text or len(taken) > _LONGEST_ANSWER:
            break
        taken.append(line.text.strip())
    return "\n".join(taken)


def _apart(lines: Sequence[Line], at: int, wanted: Sequence[tuple[int, Blank]]) -> str:
    """
    A paragraph between two of our own, where nothing marks ours (Outlook): behind it stands the next form line, or the
    sentence that always stands below the last.
    """
    begins = next((number for number in range(at, len(lines)) if lines[number].text.strip()), len(lines))
    ends = next((number for number in range(begins, len(lines)) if not lines[number].text.strip()), len(lines))
    behind = next((line.text for line in lines[ends:] if line.text.strip()), "")
    said = [line.text.strip() for line in lines[begins:ends]]
    if not 0 < len(said) <= _LONGEST_ANSWER or any(_is_ours(text, wanted) for text in said) or not _is_ours(behind, wanted):
        return ""
    return "\n".join(said)


def _is_ours(text: str, wanted: Sequence[tuple[int, Blank]]) -> bool:
    return beginning("below_the_form").match(text) is not None or any(_behind(blank, text) is not None for _, blank in wanted)


def _past_question(lines: Sequence[Line], at: int, blank: Blank) -> tuple[int, str]:
    """Where it goes on below our own question, however the lines were broken, and what was written right behind it."""
    for asked in (blank.question, *blank.earlier):
        left, here = plain(asked), at
        while left and here < len(lines):
            have = plain(lines[here].text)
            if not left.startswith(have) and have.startswith(left):
                return here + 1, _behind_letters(lines[here].text, left)
            if not have or not left.startswith(have):
                break
            left, here = left[len(have) :], here + 1
        if asked and not left:
            return here, ""
    return at, ""


def _behind_letters(text: str, letters: str) -> str:
    end = next(at for at in range(len(text) + 1) if plain(text[:at]) == letters)
    return text[end:].strip(" \t_.*?!:–-")


def plain(text: str) -> str:
    """Letters and digits alone, for comparing labels."""
    return re.sub(r"[^a-z0-9]", "", fold(text))
