"""From one mail, and what was said before, to the state of the conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from types import MappingProxyType

from mailbot.catalogue import Catalogue
from mailbot.expression import found, pattern
from mailbot.mail.message import Kind, Mail
from mailbot.understanding.answer import answered
from mailbot.understanding.form import filled
from mailbot.understanding.gaps import missing
from mailbot.understanding.guessing import still_open
from mailbot.understanding.heard import Heard
from mailbot.understanding.hearing import hear
from mailbot.understanding.lexicon import language_of, listed, word_set
from mailbot.understanding.passage import Passage
from mailbot.understanding.request import Act, Person, Reading, Request, RequestKind, Value
from mailbot.understanding.scene import Scene, forwarded_scene, is_courtesy, scene_of
from mailbot.understanding.settling import confirms, responds
from mailbot.understanding.spelt import with_signs
from mailbot.understanding.topic import Topic, services_meant, services_named, topics_of

HALF_WITHDRAWN = "Ein Teil der Anfrage scheint zurückgezogen, aber nicht alles."


def understand(mail: Mail, before: tuple[Request, ...], catalogue: Catalogue) -> Reading:
    """
    What the mail says, given the requests of its conversation so far (none for a first mail).

    Pure: the same mail, requests and catalogue give the same reading. Never raises for any mail.
    """
    mail = with_signs(mail)
    scene = scene_of(mail, catalogue)
    language, foreign = _language(mail, scene)
    if not before:
        requests = _first(mail, scene, catalogue)
        requests = tuple(_with_form(mail, scene, requests, catalogue))
        return Reading(requests=requests, language=language, foreign=foreign, doubts=_doubts(mail, scene, catalogue))
    forms = filled(mail.body, before, catalogue)
    answers = forms or scene.entries or any(responds(scene, request, catalogue) for request in before)
    act = Act.SAY if answers else _act(mail, scene, before, catalogue)
    if act is not Act.SAY:
        return Reading(requests=before, act=act, language=language, foreign=foreign)
    withdrawn = _withdraws(scene)
    known = {request.service for request in before}
    # Who is being helped names tools all the time; that alone is no new request.
    asks = known != {"help"} or _asks_anew(scene, catalogue)
    topics = topics_of(mail.subject, _kept(scene), catalogue, ongoing=True) if asks else ()
    fresh = tuple(topic for topic in topics if topic.service not in known)
    taken = {at for topic in fresh for at in topic.passages}
    rest = scene.only([at for at in range(len(scene.passages)) if at not in taken]) if fresh else scene
    named_tool = next(iter(services_named(scene.passages, catalogue)), None)
    before = tuple(
        each.with_fields({**each.fields, "tool": named_tool})
        if each.service == "help" and named_tool and "tool" not in each.fields
        else each
        for each in before
    )
    of_each = _by_service(rest, known, catalogue)
    updated = tuple(
        _finished(
            request,
            answered(request, of_each[request.service], [form for at, form in forms if at == number], catalogue),
            catalogue,
        )
        for number, request in enumerate(before)
    )
    added = tuple(_request(topic, scene, catalogue) for topic in fresh)
    return Reading(
        requests=_with_shared((*updated, *added), catalogue),
        act=act,
        language=language,
        foreign=foreign,
        doubts=(*_doubts(mail, scene, catalogue), *((HALF_WITHDRAWN,) if withdrawn else ())),
        half_withdrawn=withdrawn,
    )


def _by_service(scene: Scene, services: Set[str], catalogue: Catalogue) -> Mapping[str, Scene]:
    """For each of the services the scene without what its passages say of others of them alone."""
    if len(services) < 2:
        return dict.fromkeys(services, scene)
    meant = [services_meant(passage, catalogue) for passage in scene.passages]
    cuts = {
        service: {at: clause for at, (called, clause) in enumerate(meant) if called & services and service not in called}
        for service in services
    }
    return {service: scene.until(ends) if ends else scene for service, ends in cuts.items()}


def _asks_anew(scene: Scene, catalogue: Catalogue) -> bool:
    """Something new is asked for in so many words, not only named."""
    words = catalogue.language.request
    return found(words.strong, scene.text, not_if=words.not_if) is not None


def _first(mail: Mail, scene: Scene, catalogue: Catalogue) -> tuple[Request, ...]:
    """The requests of a first mail; a mail that passes another one on may ask in the other's words."""
    topics = topics_of(mail.subject, scene.passages, catalogue, enclosed=bool(scene.entries))
    passed = forwarded_scene(mail, catalogue)
    if passed is not None and _is_passed_on(scene, passed, catalogue):
        inner = topics_of(mail.subject, passed.passages, catalogue, enclosed=bool(passed.entries))
        inner = inner if inner[0].service != "other" else topics
        return _with_shared(_requests(inner, passed, catalogue), catalogue)
    return _with_shared(_requests(topics, scene, catalogue), catalogue)


def _requests(topics: Sequence[Topic], scene: Scene, catalogue: Catalogue) -> tuple[Request, ...]:
    """A request for each topic; what is attached belongs to the one that speaks of it, else to all."""
    told = set(scene.texts.places(listed("attached")))
    attached = [topic for topic in topics if not told.isdisjoint(topic.passages)]
    unattached = [topic for topic in topics if topic not in attached] if len(attached) == 1 else []
    of_each = _by_service(scene, {topic.service for topic in topics}, catalogue)
    scenes = {topic: of_each[topic.service] for topic in topics}
    scenes |= {topic: replace(scenes[topic], entries=()) for topic in unattached}
    return tuple(_request(topic, here, catalogue) for topic, here in scenes.items())


def _with_shared(requests: tuple[Request, ...], catalogue: Catalogue) -> tuple[Request, ...]:
    """
    A group that one request of a conversation names goes for the others, where it is the only one; so does the task of
    the same person.
    """
    if len(requests) == 1:
        return requests
    groups = {value for each in requests if isinstance(value := each.fields.get("group"), str)}
    if len(groups) == 1:
        (group,) = groups
        requests = tuple(_with_told(each, "group", group, catalogue) for each in requests)
    with_task = [each for each in requests if "role" in each.fields or "role" in each.missing]
    roles = {value for each in with_task if isinstance(value := each.fields.get("role"), str)}
    persons = {value.name for each in with_task if isinstance(value := each.fields.get("person"), Person)}
    if len(roles) == 1 and len(persons) == 1:
        (role,) = roles
        requests = tuple(_with_told(each, "role", role, catalogue) for each in requests)
    return requests


def _with_told(request: Request, id: str, value: str, catalogue: Catalogue) -> Request:
    """The request with the value that another one of the conversation has, where it lacks it."""
    if id not in request.missing:
        return request
    heard = Heard(
        fields={**request.fields, id: value},
        hints=dict(request.hints),
        because=[f"{id}: named for another request"],
        guesses=list(request.guesses),
    )
    return _finished(request, heard, catalogue)


def _is_passed_on(scene: Scene, passed: Scene, catalogue: Catalogue) -> bool:
    """The request itself stands in the forwarded mail."""
    own = scene.text
    if topics_of("", passed.passages, catalogue, enclosed=bool(passed.entries))[0].service == "other":
        return False
    return bool(listed("passing_on").search(own)) or len(own.split()) < 15


def _request(topic: Topic, scene: Scene, catalogue: Catalogue) -> Request:
    service = catalogue.service(topic.service)
    here = scene.only(topic.passages) if len(topic.passages) < len(scene.passages) else scene
    heard = hear(service, here, catalogue) if service.fields else Heard()
    if topic.tool:
        heard.fields["tool"] = topic.tool
    blank = Request(service=topic.service, kind=topic.kind, because=topic.because)
    return _finished(blank, heard, catalogue)


def _finished(request: Request, heard: Heard, catalogue: Catalogue) -> Request:
    """The request with what was heard, in the catalogue's order, and with what it still lacks."""
    service = catalogue.service(request.service)
    fields = dict(heard.fields)
    if request.kind is RequestKind.CHANGE:
        kept = {rule.id for rule in service.fields if rule.type == "group"} or {
            rule.id for rule in service.fields if rule.type == "person"
        }
        fields = {id: value for id, value in fields.items() if id in kept}
    fields = {id: value for id, value in fields.items() if _applies(id, fields, catalogue, request.service)}
    guesses = still_open(heard.guesses, fields)
    gaps = heard.broken | {each.item for each in guesses if each.why.asks and each.part is None}
    return replace(
        request.with_fields(fields),
        missing=missing(service, request.kind, fields, frozenset(gaps)),
        guesses=guesses,
        because=(*request.because, *heard.because),
        hints=MappingProxyType(dict(heard.hints)),
    )


def _applies(id: str, fields: dict[str, Value], catalogue: Catalogue, service: str) -> bool:
    """A target belongs to a forwarding only."""
    rule = catalogue.service(service).field(id)
    return rule is None or all(fields.get(other) == wanted for other, wanted in rule.only_if.items())


def _act(mail: Mail, scene: Scene, before: Sequence[Request], catalogue: Catalogue) -> Act:
    """What a mail as a whole does in which no form line is filled in and no list lies."""
    said = [passage.text for passage in scene.passages if passage.text]
    if said and all(is_courtesy(text) for text in said):
        return Act.THANK
    if said and all(is_courtesy(text) or confirms(text) for text in said) and not any(each.missing for each in before):
        return Act.THANK  # the summary is right
    if (
        not said
        and any(line.kind is Kind.SIGNATURE for line in mail.body.lines)
        and is_courtesy(" ".join(scene.voice.closing[:1]))
    ):
        return Act.THANK
    if _withdraws(scene):
        return Act.WITHDRAW if _withdraws_all(scene, before, catalogue) else Act.SAY
    if all(catalogue.service(each.service).complete == "refer" for each in before) and _is_content(scene, catalogue):
        return Act.THANK
    text = " ".join(said)
    if listed("inquiries").search(text) and len(text.split()) < 40 and not re.search(r"@", text):
        return Act.INQUIRE
    return Act.SAY


def _kept(scene: Scene) -> tuple[Passage, ...]:
    """The passages, without the words of those that withdraw something: what they name is not asked for."""
    withdrawn = scene.texts.places(listed("withdrawals"))
    return tuple(replace(each, text="") if at in withdrawn else each for at, each in enumerate(scene.passages))


def _withdraws(scene: Scene) -> bool:
    return bool(scene.texts.places(listed("withdrawals")))


def _withdraws_all(scene: Scene, before: Sequence[Request], catalogue: Catalogue) -> bool:
    """
    Whether nothing is left to do: besides withdrawals the mail says at most why.

    A withdrawal that names services must name all those of the conversation, and no others.
    """
    withdrawals = [passage for passage in scene.passages if listed("withdrawals").search(passage.text)]
    others = [passage for passage in scene.passages if passage.text and passage not in withdrawals]
    named = set(services_named(withdrawals, catalogue))
    rest = [listed("withdrawals").sub(" ", passage.text) for passage in withdrawals]
    if (named and named != {request.service for request in before}) or any(map(_wants_more, rest)):
        return False
    return all(is_courtesy(passage.text) or not _asks(passage, catalogue) for passage in others)


def _is_content(scene: Scene, catalogue: Catalogue) -> bool:
    """Thanks for a standard answer, and at most what the member does now."""
    thankful = pattern(*word_set("thanks")).search(scene.text)
    return thankful is not None and not any(_asks(passage, catalogue) for passage in scene.passages if passage.text)


def _asks(passage: Passage, catalogue: Catalogue) -> bool:
    """Whether the passage may want something: a service is named, words of wanting stand in it, or more is wanted."""
    words = catalogue.language.request
    wants = found((*words.strong, *words.weak), passage.text, not_if=words.not_if)
    return bool(wants or services_named([passage], catalogue) or _wants_more(passage.text))


def _with_form(mail: Mail, scene: Scene, requests: Sequence[Request], catalogue: Catalogue) -> Iterator[Request]:
    """A first mail may bring the form that our web page offers, filled in: its lines tell what our own reading left open."""
    forms = filled(mail.body, [_unfilled(request, catalogue) for request in requests], catalogue)
    for number, request in enumerate(requests):
        told = [form for at, form in forms if at == number and form.blank.field not in request.fields]
        heard = answered(request, scene.only([]), told, catalogue) if told and request.kind is RequestKind.NEW else None
        yield _finished(request, heard, catalogue) if heard else request


def _unfilled(request: Request, catalogue: Catalogue) -> Request:
    """The same with nothing known, so that every line of the form is one."""
    fields = catalogue.service(request.service).fields
    return Request(service=request.service, missing=tuple(rule.id for rule in fields))


def _wants_more(text: str) -> bool:
    return bool(re.search(r"[?@]|\d{4}", text) or listed("more_wanted").search(text))


def _language(mail: Mail, scene: Scene) -> tuple[str, str | None]:
    """The language of replies, and the language of the mail where it is neither German nor English."""
    code = language_of([mail.subject, *(passage.text for passage in scene.passages)])
    if code in ("de", "en"):
        return code, None
    return "de", code


def _doubts(mail: Mail, scene: Scene, catalogue: Catalogue) -> tuple[str, ...]:
    """What staff should hear of besides the request, as sentences in their language."""
    text = " ".join([mail.text, *(address.email for address in (*mail.to, *mail.cc))]).lower()
    misspelt = [domain for domain in catalogue.organisation.misspelt_domains if f"@{domain.lower()}" in text]
    doubts = [f"In der Mail steht die falsch geschriebene Domain {domain}." for domain in misspelt]
    if scene.unread:
        doubts.append(f"Die Mail ist sehr lang: {scene.unread} Sätze oder Zeilen am Ende wurden nicht gelesen.")
    if further := listed("further_people").search(scene.text):
        doubts.append(f"Es ist von weiteren Personen die Rede: „{further[0]}“.")
    return tuple(doubts)
