"""Which services a mail speaks of, and whether it wants something new, a change, or help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.catalogue import Catalogue, Service, Signs
from mailbot.understanding.lexicon import beginning, listed, pattern
from mailbot.understanding.passage import ADDRESS, Passage
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


def topics_of(subject: str, passages: Sequence[Passage], catalogue: Catalogue, *, ongoing: bool = False) -> tuple[Topic, ...]:
    """
    The things a first mail is about, in the order in which it speaks of them; never empty.

    `ongoing`: the mail belongs to a conversation, so that the subject says nothing and silence is no topic:
    then only what is clearly asked for is a topic, and the result may be empty.
    """
    hits = _hits(subject if not ongoing else "", passages, catalogue)
    hits = _only_the_stronger(hits)
    asked = [hit for hit in hits if hit.at < 0 or not listed("already").search(passages[hit.at].text)] or hits

    urgent = [hit for hit in asked if hit.service.priority > 0]
    if urgent:
        chosen = max(urgent, key=lambda hit: hit.service.priority)
        return (Topic(service=chosen.service.id, passages=_all(passages), because=(_because(chosen, passages),)),)

    services = _in_order(asked, passages, catalogue, ongoing=ongoing)
    whole = "\n".join([*(() if ongoing else (subject,)), *(passage.text for passage in passages)])
    change = _sign(catalogue.language.change, whole)
    has_list = any(
        not found[0].lower().endswith(f"@{catalogue.organisation.domain}") for p in passages for found in ADDRESS.finditer(p.text)
    )
    trouble = (
        _grave_trouble(whole, catalogue)
        if not (has_list and _wants(passages, services, catalogue.language.request.strong))
        else None
    )
    if not trouble and not change and services and not has_list:
        request = catalogue.language.request
        trouble = _slight_trouble(whole, catalogue) if not _wants(passages, services, (*request.strong, *request.weak)) else None

    if trouble and not ongoing:
        tool = services[0].service.id if services else None
        because = (f'help: "{trouble}"', *((_because(services[0], passages),) if services else ()))
        return (Topic(service="help", tool=tool, passages=_all(passages), because=because),)
    if not services:
        return (
            () if ongoing else (Topic(service="other", passages=_all(passages), because=("no words of any service were found",)),)
        )
    if change and len(services) == 1 and services[0].service.fields:
        because = (_because(services[0], passages), f'change: "{change}"')
        return (Topic(service=services[0].service.id, kind=RequestKind.CHANGE, passages=_all(passages), because=because),)
    return tuple(
        Topic(
            service=hit.service.id, passages=_share(hit, services, passages, ongoing=ongoing), because=(_because(hit, passages),)
        )
        for hit in services
    )


def _hits(subject: str, passages: Sequence[Passage], catalogue: Catalogue) -> list[_Hit]:
    texts = [(-1, subject), *((at, passage.text) for at, passage in enumerate(passages))]
    found = []
    for service in catalogue.services:
        for at, text in texts:
            blank = pattern(*service.signs.not_if).sub(" ", text)
            for strong, signs in ((True, service.signs.strong), (False, service.signs.weak)):
                match = pattern(*signs).search(blank)
                if match:
                    found.append(_Hit(service=service, at=at, word=match[0], strong=strong))
                    break
    return found


def _only_the_stronger(hits: Sequence[_Hit]) -> list[_Hit]:
    """Weak signs count where no strong one speaks; the subject counts where the text names no service."""
    strong = [hit for hit in hits if hit.strong]
    kept = strong or list(hits)
    in_text = [hit for hit in kept if hit.at >= 0]
    return in_text or kept


def _in_order(hits: Sequence[_Hit], passages: Sequence[Passage], catalogue: Catalogue, *, ongoing: bool) -> list[_Hit]:
    """One hit a service: the first where it is asked for. Further services must be asked for in words of their own."""
    best: dict[str, _Hit] = {}
    for hit in hits:
        if hit.service.id not in best or (
            _asks(hit, passages, catalogue) and not _asks(best[hit.service.id], passages, catalogue)
        ):
            best[hit.service.id] = hit
    ordered = sorted(best.values(), key=lambda hit: hit.at)
    if len(ordered) > 1 or ongoing:
        asking = [hit for hit in ordered if _asks(hit, passages, catalogue)]
        ordered = asking or ([] if ongoing else ordered[:1])
    return ordered


def _asks(hit: _Hit, passages: Sequence[Passage], catalogue: Catalogue) -> bool:
    """Whether the hit's passage, or the one before a list, asks for something."""
    if hit.at < 0:
        return True
    passage = passages[hit.at]
    request = catalogue.language.request
    return (
        passage.marked
        or bool(beginning("numbered").match(passage.text))
        or bool(pattern(*request.strong, *request.weak).search(passage.text))
    )


def _wants(passages: Sequence[Passage], services: Sequence[_Hit], words: Sequence[str]) -> bool:
    """Whether a service with fields is asked for in so many words."""
    return any(hit.service.fields and (hit.at < 0 or pattern(*words).search(passages[hit.at].text)) for hit in services)


def _grave_trouble(text: str, catalogue: Catalogue) -> str | None:
    """Words that always tell of trouble: a forgotten password, an error message."""
    return _sign(catalogue.language.help, text)


def _slight_trouble(text: str, catalogue: Catalogue) -> str | None:
    """Words that tell of trouble where a service is named and nothing new is asked for: "geht nicht"."""
    return _sign(Signs(strong=catalogue.language.help.weak, not_if=catalogue.language.help.not_if), text)


def _sign(signs: Signs, text: str) -> str | None:
    blank = pattern(*signs.not_if).sub(" ", text)
    match = pattern(*signs.strong).search(blank)
    return match[0] if match else None


def _share(hit: _Hit, hits: Sequence[_Hit], passages: Sequence[Passage], *, ongoing: bool) -> tuple[int, ...]:
    """
    The passages that belong to one of several services: what stands before all of them, and from where it is
    named to where the next is. In a running conversation, what stands before is an answer.
    """
    starts = sorted(other.at for other in hits if other.at >= 0)
    for_all = any(listed("for_both").search(passage.text) for passage in passages)
    if hit.at < 0 or (for_all and len(hits) > 1) or (len(hits) == 1 and not ongoing):
        return _all(passages)
    following = [start for start in starts if start > hit.at]
    shared = range(0) if ongoing else range(starts[0])
    return (*shared, *range(hit.at, following[0] if following else len(passages)))


def _all(passages: Sequence[Passage]) -> tuple[int, ...]:
    return tuple(range(len(passages)))


def _because(hit: _Hit, passages: Sequence[Passage]) -> str:
    place = "in the subject" if hit.at < 0 else f"in line {passages[hit.at].line}"
    return f'rule {hit.service.id}: "{hit.word}" {place}'
