"""One voice and what it says: the stretch of a mail that fields are read from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import pcre2

from mailbot.catalogue import Catalogue
from mailbot.expression import Texts, pattern
from mailbot.mail.message import Address, Attachment, Kind, Line, Mail
from mailbot.understanding.lexicon import beginning, listed, word_set, words
from mailbot.understanding.mention import Mention, mentions
from mailbot.understanding.passage import Passage, passages, texts_of
from mailbot.understanding.request import Person
from mailbot.understanding.roster import Entry, cards_in, roster_in, tables_in
from mailbot.understanding.voice import Voice, voice_of

_MOST_PASSAGES = 500
"""What a person writes by hand is far below; a mail beyond is read up to here, and staff are told."""
_MOST_ATTACHED = 10_000
"""Characters of an attached text that are searched for persons: some 200 of them."""
_SALUTATION = re.compile(
    rf"{beginning('salutations').pattern}[^.!?]{{0,60}}?(?:(?:[,!.]|:(?!\w))\s*|\s[–—-]\s+|$)", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)  # no slots: what is asked again is kept
class Scene:
    """
    Who speaks, the passages in order (salutations cut off), the persons mentioned, and the tables' rows.

    `titles` are texts that may name the group: the subject, names and headings of attachments; `enclosed` are the lines
    of attached texts.
    """

    voice: Voice
    passages: tuple[Passage, ...]
    mentions: tuple[Mention, ...]
    entries: tuple[Entry, ...]
    titles: tuple[str, ...]
    enclosed: tuple[Passage, ...]
    copied: tuple[Person, ...]
    today: date | None
    own: frozenset[str] = frozenset()
    company: tuple[Mention, ...] = ()  # everybody mentioned in the whole mail
    unread: int = 0  # how many passages more the mail has than are read

    def only(self, indices: Sequence[int]) -> Scene:
        """The same scene, with these passages alone."""
        kept = set(indices)
        return replace(
            self,
            mentions=tuple(each for each in self.mentions if each.place[0] in kept),
            passages=tuple(p if at in kept else replace(p, text="") for at, p in enumerate(self.passages)),
        )

    def without(self, left_out: Callable[[Passage], bool]) -> Scene:
        """The same scene, without the passages of which that holds."""
        kept = [at for at, passage in enumerate(self.passages) if not left_out(passage)]
        return self.only(kept) if len(kept) < len(self.passages) else self

    def with_words(self, matcher: pcre2.Pattern) -> Iterator[Passage]:
        """The passages in which it is found, in order."""
        return (self.passages[at] for at in self.texts.places(matcher))

    def until(self, ends: Mapping[int, int]) -> Scene:
        """The same scene, with some passages cut off at an offset."""
        return replace(
            self,
            mentions=tuple(each for each in self.mentions if each.place[1] < ends.get(each.place[0], each.place[1] + 1)),
            passages=tuple(replace(p, text=p.text[: ends.get(at)].rstrip()) for at, p in enumerate(self.passages)),
        )

    def alone(self, at: int) -> Scene:
        """The same scene, with nothing but this passage: quicker to read than `only` where that is done again and again."""
        here = tuple(replace(each, place=(0, each.place[1])) for each in self.mentions if each.place[0] == at)
        return replace(self, mentions=here, passages=(self.passages[at],))

    def saying(self, text: str, line: int) -> Scene:
        """The same voice saying only this (the words behind a form line)."""
        said = passages(Line(number=line, text=each, kind=Kind.OWN) for each in text.split("\n"))
        listed = tuple(replace(each, listed=True) for each in said)
        return replace(
            self,
            passages=listed,
            mentions=mentions(listed, own=self.own, author=self.voice.person.email or ""),
            entries=(),
            titles=(),
            enclosed=(),
            voice=replace(self.voice, closing=()),
        )

    def who(self, mention: Mention) -> Person:
        """The person mentioned; who says "ich" is the voice, by the address beside it where one stands there."""
        own = self.voice.person
        return replace(own, email=mention.person.email or own.email) if mention.me else mention.person

    @cached_property
    def texts(self) -> Texts:
        """The words of the passages, by their places."""
        return texts_of(self.passages)

    @cached_property
    def text(self) -> str:
        """All passages, a line each."""
        return "\n".join(passage.text for passage in self.passages)


def scene_of(mail: Mail, catalogue: Catalogue) -> Scene:
    """The author's own new words, with what the attachments hold."""
    return _scene(mail.sender, mail.body.lines, (mail.subject,), mail.attachments, mail, catalogue)


def forwarded_scene(mail: Mail, catalogue: Catalogue) -> Scene | None:
    """The words of the mail that is passed on; "ich" is its author. None where none is passed on."""
    passed = mail.body.forwarded
    if passed is None or not passed.lines:
        return None
    return _scene(passed.author, passed.lines, (passed.subject,), mail.attachments, mail, catalogue)


def _scene(
    author: Address,
    lines: Sequence[Line],
    titles: tuple[str, ...],
    attachments: Sequence[Attachment],
    mail: Mail,
    catalogue: Catalogue,
) -> Scene:
    spoken = passages(_punctuated([line for line in lines if line.kind is Kind.OWN]))
    greeting = texts_of(spoken).places(listed("salutations"))
    spoken = tuple(cut for at, each in enumerate(spoken) if (cut := _without_salutation(each) if at in greeting else each).text)
    cues = chosen_words(catalogue)
    written = tables_in(spoken)
    cards = cards_in(spoken, catalogue.own_addresses)
    rosters = [(where, roster) for where, table in written if (roster := roster_in(table, cues, catalogue.own_addresses))]
    in_tables = {at for where, _ in (*rosters, *cards) for at in where}
    told = [at for at in range(len(spoken)) if at not in in_tables]
    heard = spoken[: told[_MOST_PASSAGES]] if len(told) > _MOST_PASSAGES else spoken
    outside = tuple(replace(p, text="") if at in in_tables else p for at, p in enumerate(heard))
    entries = [entry for _, roster in rosters for entry in roster] + [entry for _, entry in cards]
    entries += [
        entry
        for attachment in attachments
        for table in attachment.tables
        for entry in roster_in(table, cues, catalogue.own_addresses)
    ]
    entries += [entry for attachment in attachments for entry in _persons_of_text(attachment, cues, catalogue.own_addresses)]
    headings = [" ".join(row) for attachment in attachments for table in attachment.tables for row in table[:3]]
    signature = [line for line in lines if line.kind is Kind.SIGNATURE]
    company = mentions(outside, own=catalogue.own_addresses, author=author.email)
    return Scene(
        voice=voice_of(author, outside, signature),
        passages=outside,
        mentions=company,
        entries=tuple(entries),
        titles=(
            *titles,
            *(attachment.text[:2000] for attachment in attachments),
            *headings,
            *(_stem(attachment.name) for attachment in attachments),
        ),
        enclosed=tuple(
            Passage(text=line, line=0) for file in attachments for line in file.text[:2000].splitlines() if line.strip()
        ),
        copied=tuple(_as_person(address) for address in mail.cc if address.email not in catalogue.own_addresses),
        company=company,
        unread=max(0, len(told) - _MOST_PASSAGES),
        today=mail.date.astimezone(catalogue.hours.timezone).date() if mail.date else None,
        own=catalogue.own_addresses,
    )


def _persons_of_text(attachment: Attachment, cues: Sequence[str], own: frozenset[str]) -> Iterator[Entry]:
    """The persons that an attached text lists with their addresses; where it holds tables, they are the list."""
    if attachment.tables or "@" not in attachment.text:
        return
    lines = enumerate(attachment.text[:_MOST_ATTACHED].splitlines(), start=1)
    said = passages(Line(number=number, text=line, kind=Kind.OWN) for number, line in lines)
    in_rows = set[int]()
    for where, table in tables_in(said):
        if roster := roster_in(table, cues, own):
            yield from roster
            in_rows.update(where)
    for each in mentions(tuple(replace(p, text="" if at in in_rows else p.text) for at, p in enumerate(said)), own=own):
        if each.person.email and (each.person.given or each.person.surname):
            yield Entry(person=each.person)


def _punctuated(lines: Sequence[Line]) -> Sequence[Line]:
    """Spoken marks as marks, where a mail was dictated with them ("hallo Komma ich brauche … Punkt")."""
    text = " ".join(line.text for line in lines)
    if sum(map(text.casefold().count, words()["spoken_marks"])) < 2:  # as in nearly all mails
        return lines
    if sum(len(re.findall(rf"\b{word}\b", text, re.IGNORECASE)) for word in words()["spoken_marks"]) < 2:
        return lines
    marked = []
    for line in lines:
        said = line.text
        for word, mark in words()["spoken_marks"].items():
            said = re.sub(rf"\s*\b{word}\b", mark, said, flags=re.IGNORECASE)
        marked.append(replace(line, text=said))
    return marked


def _as_person(address: Address) -> Person:
    return voice_of(address, (), ()).person


def _stem(name: str) -> str:
    return re.sub(r"[_]+", " ", name.rsplit(".", 1)[0])


def chosen_words(catalogue: Catalogue) -> tuple[str, ...]:
    """All words that announce those chosen among others (admins), of any service."""
    return tuple(
        word for service in catalogue.services for rule in service.fields if rule.type == "chosen" for word in rule.words
    )


def _without_salutation(passage: Passage) -> Passage:
    """Cut off up to the comma, as far as it speaks to somebody: of "hi brauch bbb zugang, bin …" that is "hi"."""
    greeting = beginning("salutations").match(passage.text)
    match = _SALUTATION.match(passage.text) if greeting else None
    if greeting is None or match is None or passage.marked:
        return passage
    said = re.findall(r"[^\W\d_]+", passage.text[greeting.end() : match.end()])
    speaks_to = sum(word[:1].islower() and word not in word_set("spoken_to") for word in said) < 2 and "ich" not in said
    rest = passage.text[match.end() if speaks_to else greeting.end() :].strip()
    return replace(passage, text=rest, listed=passage.listed and bool(rest))


def is_courtesy(text: str) -> bool:
    """Whether the text says nothing but thanks, agreement, a greeting, or where to look."""
    left = pattern(*sorted(word_set("thanks"), key=len, reverse=True)).sub(
        " ", listed("content").sub(" ", listed("pointers").sub(" ", _SALUTATION.sub(" ", text)))
    )
    left = pattern(
        "für",
        "fürs",
        "die",
        "das",
        "und",
        "sehr",
        "noch mal",
        "nochmal",
        "nochmals",
        "mal",
        "so",
        "liebe grüße",
        "viele grüße",
        "lg",
        "vg",
        "dann",
        "ja",
        "for",
        "the",
        "so much",
        "very much",
        "alles",
        "ist",
        "war",
        "ging ja",
        "schnell(e)?",
        "rasche",
        "antwort",
        "hilfe",
        "mühe",
        "info",
        "rückmeldung",
        "reply",
        "quick",
        "you",
        "the",
        "help",
        "a lot",
    ).sub(" ", left)
    return not re.search(r"\w", left) and bool(re.search(r"\w", text) or text.strip())
