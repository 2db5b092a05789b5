"""Which services a mail speaks of, and whether it wants something new, a change, or help."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from rapidfuzz import fuzz

from mailbot.catalogue import Catalogue, Service, Signs
from mailbot.expression import Texts, found, pattern
from mailbot.understanding.group import groups_in
from mailbot.understanding.lexicon import beginning, is_listed, listed, words_in
from mailbot.understanding.passage import ADDRESS, Passage, texts_of
from mailbot.understanding.request import RequestKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One thing a mail is about: the service, the kind, the passages that speak of it, and why."""

    service: str
    kind: RequestKind = RequestKind.NEW
    passages: tuple[int, ...] = ()
    tool: str | None = None  # for help: the service concerned
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    service: Service
    at: int  # index of the passage, -1 for the subject
    word: str
    strong: bool


def topics_of(
    subject: str, passages: Sequence[Passage], catalogue: Catalogue, *, ongoing: bool = False, enclosed: bool = False
) -> tuple[Topic, ...]:
    """
    The things a first mail is about, in the order in which it speaks of them; never empty.

    The first that holds: what goes before all else (privacy, tools of others); grave trouble; a change of what
    exists; a wish for something new; slight trouble, or a question; else a person must read it.

    Args:
        ongoing: the mail belongs to a conversation. Its subject says nothing, and only what is clearly asked for
            is a topic; the result may be empty.
        enclosed: a list of persons came with the mail, which speaks for a wish.
    """
    said = _Said(subject="" if ongoing else subject, passages=passages, catalogue=catalogue)
    several = () if ongoing else _of_several(said, enclosed=enclosed)
    if several:
        return several
    already = said.texts.places(listed("already"))
    hits = said.hits(told=[at for at in said.all if at not in already]) or said.hits()
    urgent = max(
        (hit for hit in hits if hit.service.priority > 0),
        key=lambda hit: (hit.service.priority, said.wants(hit.at, strongly=True)),
        default=None,
    )
    if urgent:
        return (Topic(service=urgent.service.id, passages=said.all, because=(said.because(urgent),)),)

    unrelated = said.sign(catalogue.language.unrelated)
    if unrelated and not (ongoing or enclosed or said.names_group(in_full=True)):
        return (Topic(service="other", passages=said.all, because=(f'unrelated: "{unrelated}"',)),)

    services = said.in_order(hits, ongoing=ongoing)
    if ongoing:
        return _requests([hit for hit in services if hit.strong or said.wishes([hit])], said, ongoing=True)
    enclosed = enclosed or said.lists_addresses()
    listed_for_wish = enclosed and said.wishes(services)
    trouble = None if listed_for_wish else said.sign(catalogue.language.help.strong, catalogue.language.help.not_if)
    if trouble and not said.merely_asks(services, catalogue.language.help):
        return (_help(services, trouble, said),)
    if not services:
        return (Topic(service="other", passages=said.all, because=("no words of any service were found",)),)
    change = said.sign(catalogue.language.change.strong, catalogue.language.change.not_if)
    if not change and not any(said.wants(hit.at, strongly=True) or said.asks_for_one(hit) for hit in hits):
        change = said.sign(catalogue.language.change.weak, catalogue.language.change.not_if)
    if change and len(services) == 1 and services[0].service.fields:
        because = (said.because(services[0]), f'change: "{change}"')
        return (Topic(service=services[0].service.id, kind=RequestKind.CHANGE, passages=said.all, because=because),)
    inquiry = None if enclosed else _inquiry(said.whole)
    if inquiry and not any(said.wants(hit.at, strongly=True) for hit in services):
        return (Topic(service="other", passages=said.all, because=(f'asks how far it is: "{inquiry}"',)),)
    if enclosed or said.wishes(services) or not any(passage.text for passage in passages):
        return _requests(services, said, ongoing=False)
    trouble = said.sign(catalogue.language.help.weak, catalogue.language.help.not_if)
    if said.hints_at_wish(services) and (not trouble or said.names_group()):
        return _requests(services, said, ongoing=False)
    if trouble or said.is_lost(services):
        return (_help(services, trouble or "a question about it", said),)
    if said.names_group():
        return _requests(services, said, ongoing=False)
    because = (said.because(services[0]), "but nothing is asked for")
    return (Topic(service="other", passages=said.all, because=because),)


def _inquiry(text: str) -> str | None:
    """Words that ask how far it is; "wie sieht es aus mit einer Unterseite?" politely asks for one."""
    found = (asked for asked in listed("inquiries").finditer(text) if not _FOR_ONE.match(text, asked.end()))
    return next((asked[0] for asked in found), None)


_FOR_ONE = re.compile(r"(?:\s+(?:mit|von))?\s+(?:eine[mnr]?|['’]?ne[mnr]?)\b", re.IGNORECASE)


def _of_several(said: _Said, *, enclosed: bool) -> tuple[Topic, ...]:
    """
    The topics of a mail that goes through its matters one by one ("Erstens … Zweitens …", "1. … 2. …"), each read for
    itself; what stands before the first is said to all. Empty where it does not, or where all are about one service.
    """
    passages, catalogue = said.passages, said.catalogue
    numbered = [at for at in said.texts.places(listed("numbered")) if beginning("numbered").match(said.text(at))]
    begins = sorted({*numbered, *(at for at, each in enumerate(passages) if each.marked)})
    if len(begins) < 2:
        return ()
    lead = " ".join(each.text for each in passages[: begins[0]])
    wished = enclosed or listed("wishes_follow").search(lead) is not None
    found: dict[str, Topic] = {}
    for first, end in zip(begins, [*begins[1:], len(passages)], strict=True):
        part = passages[first:end]
        if services_named(part, catalogue):
            for topic in topics_of("", [replace(part[0], marked=False), *part[1:]], catalogue, enclosed=wished):
                about = topic.tool or topic.service
                places = (*range(begins[0]), *(first + at for at in topic.passages))
                if topic.service != "other":
                    found.setdefault(about, replace(topic, passages=places))
    return tuple(found.values()) if len(found) > 1 else ()


def services_named(passages: Sequence[Passage], catalogue: Catalogue) -> tuple[str, ...]:
    """The ids of all services of which the passages speak, whatever they want of them."""
    hits = _Said(subject="", passages=passages, catalogue=catalogue).hits()
    return tuple(dict.fromkeys(hit.service.id for hit in hits))


def services_meant(passage: Passage, catalogue: Catalogue) -> tuple[frozenset[str], int]:
    """The ids of the services that the passage calls by clear words, and where the clause begins that does so first."""
    hits = _Said(subject="", passages=[passage], catalogue=catalogue).hits() if passage.text else []
    strong = [hit for hit in hits if hit.strong]
    named = min((max(passage.text.lower().find(hit.word.lower()), 0) for hit in strong), default=0)
    clause = max((end.end() for end in _CLAUSE.finditer(passage.text, 0, named)), default=0)
    return frozenset(hit.service.id for hit in strong), clause


_CLAUSE = re.compile(r"[,;:]\s")


def _requests(services: Sequence[_Hit], said: _Said, *, ongoing: bool) -> tuple[Topic, ...]:
    return tuple(
        Topic(service=hit.service.id, passages=_share(hit, services, said, ongoing=ongoing), because=(said.because(hit),))
        for hit in services
    )


def _help(services: Sequence[_Hit], trouble: str, said: _Said) -> Topic:
    because = (f'help: "{trouble}"', *(said.because(hit) for hit in services[:1]))
    return Topic(service="help", tool=services[0].service.id if services else None, passages=said.all, because=because)


@dataclass(frozen=True, kw_only=True)  # no slots: what is asked again is kept
class _Said:
    """A mail's words, and the questions that the rules ask of them."""

    subject: str
    passages: Sequence[Passage]
    catalogue: Catalogue

    @cached_property
    def all(self) -> tuple[int, ...]:
        return tuple(range(len(self.passages)))

    @cached_property
    def whole(self) -> str:
        """Subject and text."""
        return "\n".join(map(self.text, (-1, *self.all)))

    @cached_property
    def texts(self) -> Texts:
        """The words of the passages, by their places."""
        return texts_of(self.passages)

    def text(self, at: int) -> str:
        """A passage, or the subject where `at` is -1, "" beyond the mail."""
        return self.subject if at == -1 else self.passages[at].text if 0 <= at < len(self.passages) else ""

    def hits(self, told: Sequence[int] | None = None) -> list[_Hit]:
        """
        Where words of which service stand, in the passages `told` (all). Weak signs count where no strong one speaks, the
        subject where no passage does.
        """
        texts = {at: text for at in (-1, *(self.all if told is None else told)) if (text := self.text(at))}
        aside = pattern(*self.catalogue.language.aside)
        texts |= {at: aside.sub(" ", texts[at]) for at in Texts(texts).places(aside)}
        together = Texts(texts)
        near = _near(texts, frozenset(name for service in self.catalogue.services for name in service.signs.names))
        found = [hit for service in self.catalogue.services for hit in _hits_of(service, together, near)]
        strong = [hit for hit in found if hit.strong]
        kept = self._without_rivals(strong) if strong else self._for_group_or_person(found)
        return [hit for hit in kept if hit.at >= 0] or kept

    def _without_rivals(self, hits: Sequence[_Hit]) -> list[_Hit]:
        """Of services that share weak signs, and of which nothing but the same sentences speaks, the likelier one."""
        rivals = self._rivals(hits)
        places = {service.id: {hit.at for hit in hits if hit.service is service} for service in rivals}
        if len(rivals) < 2 or len({frozenset(each) for each in places.values()}) > 1:
            return list(hits)
        return [hit for hit in hits if hit.service not in rivals or self._is_meant(hit.service)]

    def _for_group_or_person(self, hits: Sequence[_Hit]) -> list[_Hit]:
        """
        Of services that share weak signs, those of which a sign of their own stands in the mail, else those for a
        group where one is named, else those for a person.
        """
        rivals = self._rivals(hits)
        shared = {sign for a in rivals for b in rivals if a is not b for sign in set(a.signs.weak) & set(b.signs.weak)}
        kept = [service for service in rivals if self.sign([sign for sign in service.signs.weak if sign not in shared])]
        if len(kept) != 1:
            kept = [service for service in rivals if self._is_meant(service)]
        return [hit for hit in hits if hit.service not in rivals or hit.service in kept]

    def _rivals(self, hits: Sequence[_Hit]) -> list[Service]:
        services = list({hit.service.id: hit.service for hit in hits}.values())
        return [a for a in services if any(a is not b and set(a.signs.weak) & set(b.signs.weak) for b in services)]

    def _is_meant(self, service: Service) -> bool:
        """Whether a group is served, or somebody, as the mail wants it."""
        for_group = any(rule.type == "group" for rule in service.fields)
        return for_group == (self.names_group() and not self._speaks_for_oneself())

    def _speaks_for_oneself(self) -> bool:
        """ "Ich bräuchte eine Adresse als Sprecherin der AG Kultur": the group is only where the author has the task."""
        return listed("for_oneself").search(self.whole) is not None and listed("for_all_of_us").search(self.whole) is None

    def in_order(self, hits: Sequence[_Hit], *, ongoing: bool) -> list[_Hit]:
        """One hit a service: the first where it is asked for. Further services must be asked for in words of their own."""
        several = listed("several_wishes").search(self.whole) is not None

        def asks(hit: _Hit) -> bool:
            return several or self._asks(hit)

        best: dict[str, _Hit] = {}
        for hit in hits:
            if hit.service.id not in best or (asks(hit) and not asks(best[hit.service.id])):
                best[hit.service.id] = hit
        ordered = sorted(best.values(), key=lambda hit: hit.at)
        if len(ordered) > 1 or ongoing:
            ordered = [hit for hit in ordered if asks(hit)] or ([] if ongoing else ordered[:1])
        return ordered

    def _asks(self, hit: _Hit) -> bool:
        """Whether the passage asks for something, or is an item of a list of wishes."""
        if hit.at < 0 or self.passages[hit.at].marked or beginning("numbered").match(self.text(hit.at)):
            return True
        return self.wants(hit.at)

    def wants(self, at: int, *, strongly: bool = False) -> bool:
        """Whether words of wanting stand in the passage."""
        request = self.catalogue.language.request
        words = request.strong if strongly else (*request.strong, *request.weak)
        return found(words, self.text(at), not_if=request.not_if) is not None

    def asks_for_one(self, hit: _Hit) -> bool:
        """ "Könnt ihr uns eine Unterseite machen?": one that does not exist yet, of which nothing can be changed."""
        text = self.text(hit.at)
        end = text.find(hit.word) + len(hit.word)
        return listed("asks_for_one").search(text[:end]) is not None

    def wishes(self, services: Sequence[_Hit]) -> bool:
        """Whether something new is wanted: words of wanting beside the service, or a group that it is for."""
        for hit in services:
            near = (hit.at, hit.at - 1, hit.at + 1, hit.at + 2) if hit.at >= 0 else (-1, *self.all)
            if any(self.wants(at, strongly=True) for at in near if at != -1 or hit.at == -1):
                return True
            if listed("meant_for").search(self.text(hit.at)) and self._groups(hit.at):
                return True
        return False

    def merely_asks(self, services: Sequence[_Hit], trouble: Signs) -> bool:
        """Whether a service is wanted for a group, and trouble is only in questions beside that ("Kann man das vorher üben?")."""
        wanted = [hit.at for hit in services if self.wants(hit.at, strongly=True) and self._groups(hit.at)]
        places = [at for at in (-1, *self.all) if found(trouble.strong, self.text(at), not_if=trouble.not_if)]
        return bool(wanted) and all(at not in wanted and beginning("side_questions").match(self.text(at)) for at in places)

    def hints_at_wish(self, services: Sequence[_Hit]) -> bool:
        """Words that often go with a wish, beside the service; or a group together with words for what is asked for."""
        if any(self.wants(at) for hit in services for at in ((hit.at,) if hit.at >= 0 else (-1, *self.all))):
            return True
        words = [
            word for hit in services for rule in hit.service.fields if rule.type in ("persons", "number") for word in rule.words
        ]
        return self.names_group() and bool(self.texts.places(pattern(*words)))

    def names_group(self, *, in_full: bool = False) -> bool:
        """Whether any group is named, in text or subject; `in_full`: with kind and name ("AG Wohnen", not "Kreisvorstand")."""
        groups = (group for at in range(-1, len(self.passages)) for group in self._groups(at))
        return any(" " in group or not in_full for group in groups)

    def _groups(self, at: int) -> list[str]:
        return [group.value for group in groups_in(self.text(at), self.catalogue.groups) if group.value]

    def is_lost(self, services: Sequence[_Hit]) -> bool:
        """Whether something is not as it should be with the service, or the author asks how or why."""
        if any(listed("lacking").search(self.text(hit.at)) for hit in services):
            return True
        return any(passage.text.rstrip().endswith("?") and listed("asking").search(passage.text) for passage in self.passages)

    def lists_addresses(self) -> bool:
        """Whether an address stands in the mail that is not the association's."""
        own = f"@{self.catalogue.organisation.domain}"
        return any(not found[0].lower().endswith(own) for passage in self.passages for found in ADDRESS.finditer(passage.text))

    def sign(self, words: Sequence[str], not_if: Sequence[str] = ()) -> str | None:
        """The first of these words in subject or text."""
        match = found(words, self.whole, not_if=not_if)
        return match[0] if match else None

    def because(self, hit: _Hit) -> str:
        """Which words spoke for the service, and where."""
        place = "in the subject" if hit.at < 0 else f"in line {self.passages[hit.at].line}"
        return f'rule {hit.service.id}: "{hit.word}" {place}'


def _hits_of(service: Service, texts: Texts, near: Mapping[int, _Near]) -> Iterator[_Hit]:
    """Where the texts speak of the service; in most they certainly do not."""
    signs = service.signs
    spoken = set(texts.places(pattern(*signs.strong, *signs.weak, *signs.not_if)))
    alike = {at for at, names in near.items() if not names.keys().isdisjoint(signs.names)}
    for at in sorted(spoken | alike):
        hit = _spoken_of(service, at, texts[at]) if at in spoken else None
        written = _misspelt(texts[at], signs.names, near[at]) if hit is None and at in alike else None
        if hit or written:
            yield hit or _Hit(service=service, at=at, word=written or "", strong=True)


def _spoken_of(service: Service, at: int, text: str) -> _Hit | None:
    for strong, signs in ((True, service.signs.strong), (False, service.signs.weak)):
        match = found(signs, text, not_if=service.signs.not_if)
        if match and not _INSTEAD.search(match.string[: match.start()]):
            return _Hit(service=service, at=at, word=match[0], strong=strong)
    return None


_INSTEAD = re.compile(r"\b(?:statt|anstatt|anstelle von|weg von|instead of)\b[^,.;:!?]{0,30}$", re.IGNORECASE)
"""What stands behind these words is not wanted."""


_Near = Mapping[str, Sequence[int]]
"""The numbers of the words in a text that resemble a name, by the name."""


def _near(texts: Mapping[int, str], names: frozenset[str]) -> Mapping[int, _Near]:
    """The texts of which a word resembles one of the names."""
    vocabulary = frozenset[str]().union(*map(_words, texts.values()))
    resembled = {word: alike for word in vocabulary if (alike := _resembled(word, names))}
    found: dict[int, dict[str, list[int]]] = {}
    for at, text in texts.items():
        for number, word in enumerate(_words(text)) if not resembled.keys().isdisjoint(_words(text)) else ():
            for name in resembled.get(word, ()):
                found.setdefault(at, {}).setdefault(name, []).append(number)
    return found


@lru_cache(2**14)
def _resembled(word: str, names: frozenset[str]) -> Sequence[str]:
    return tuple(name for name in names if _resembles(word, name))


def _misspelt(text: str, names: Sequence[str], near: _Near) -> str | None:
    """Up to three words that together are nearly one of the names: "Nexcloud", "big blue botton"."""
    for name in names:
        for run, words in _runs(_words(text), name, near.get(name, ())).items():
            is_word = len(words) == 1 and is_listed(run)
            if not is_word and fuzz.ratio(run, name, score_cutoff=_NEARLY):
                return " ".join(words)
    return None


def _runs(words: Sequence[str], name: str, near: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """
    One to three words in a row that together may be nearly the name, by what they are when written together; one of
    those that are `near` is among them.
    """
    shortest, longest = len(name) * _NEARLY / (200 - _NEARLY), len(name) + 2
    spans = {
        (start, end)
        for at in near
        for start in range(max(at - 2, 0), at + 1)
        for end in range(at + 1, min(start + 3, len(words)) + 1)
        if shortest <= sum(map(len, words[start:end])) <= longest
    }
    found: dict[str, tuple[str, ...]] = {}
    for start, end in sorted(spans):
        found.setdefault("".join(words[start:end]), tuple(words[start:end]))
    return found


@lru_cache(1024)
def _words(text: str) -> tuple[str, ...]:
    """Without single letters. For each service the same texts are looked at."""
    return tuple(word for word in words_in(text) if len(word) > 1)


def _resembles(word: str, name: str) -> bool:
    """
    Whether a run of words that is nearly the name may have the word as the one that is nearest to it.

    Of the letters of that word at most 27 of 100 differ from a part of the name, as follows from `_NEARLY`. The part may be
    longer or shorter than the word, and those of `partial_ratio` are as long: so it may find twice as many differences.
    """
    differing = int(0.2728 * len(word))
    return len(word) <= len(name) + 2 and fuzz.partial_ratio(word, name) >= min(100 - 100 * differing / len(word), 90) - 1


_NEARLY = 88
"""Of 100 (rapidfuzz): one letter of ten is wrong."""


def _share(hit: _Hit, hits: Sequence[_Hit], said: _Said, *, ongoing: bool) -> tuple[int, ...]:
    """
    The passages that belong to one of several services: what stands before all of them, and from where it is
    named to where the next is. In a running conversation, what stands before is an answer.
    """
    starts = sorted(other.at for other in hits if other.at >= 0)
    alone = len(hits) == 1
    if hit.at < 0 or (alone and not ongoing) or (not alone and said.texts.places(listed("for_both"))):
        return said.all
    following = [start for start in starts if start > hit.at]
    shared = range(0) if ongoing else range(starts[0])
    return (*shared, *range(hit.at, following[0] if following else len(said.passages)))
