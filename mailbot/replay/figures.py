"""What a shadow run comes to: how much of each kind, what is most often missing, and where bot and people differ. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from mailbot.catalogue import Catalogue, Service
from mailbot.replay.play import Played
from mailbot.tickets.decision import Action
from mailbot.tickets.wording import label_of
from mailbot.understanding.form import PART_LABELS
from mailbot.understanding.request import Request

LANGUAGE = "de"  # of those who read the report, where none is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Counts of one run.

    `answered` are the mails to which the archive holds a person's answer, and the sum of the five below: `both_ask` those
    where bot and person asked, `only_bot` and `only_person` where one of them did, `neither_asks`, and `overlooked` those
    that the bot would have ignored, although a person answered. `took` is the median time until a person's answer, None
    where there is none with dates.
    """

    mails: int
    actions: tuple[tuple[Action, int], ...]
    services: tuple[tuple[str, int], ...]  # labels, most frequent first; of new requests
    missing: tuple[tuple[str, int], ...]  # "Nextcloud: Gruppenadmins", what would have been asked for, most frequent first
    months: tuple[tuple[str, int], ...]  # "2026-03", mails of people; in order
    answered: int
    both_ask: int
    only_bot: int
    only_person: int
    neither_asks: int
    overlooked: int
    took: timedelta | None


def figures(played: Collection[Played], catalogue: Catalogue, language: str = LANGUAGE) -> Figures:
    """Of the mails of one run, with labels in that language."""
    actions = Counter(each.action for each in played)
    answered = [(each.action, each.answer.asks, each.answer.after) for each in played if each.answer]
    asked = [(action is Action.ASK, asks) for action, asks, _ in answered if action is not Action.IGNORE]
    seconds = [after.total_seconds() for _, _, after in answered if after is not None]
    return Figures(
        mails=len(played),
        actions=tuple((action, actions[action]) for action in Action),
        services=_most_frequent(_services(played, catalogue, language)),
        missing=_most_frequent(_asked_for(played, catalogue, language)),
        months=tuple(sorted(Counter(f"{each.at:%Y-%m}" for each in played if each.at and _from_person(each)).items())),
        answered=len(answered),
        both_ask=sum(bot and person for bot, person in asked),
        only_bot=sum(bot and not person for bot, person in asked),
        only_person=sum(person and not bot for bot, person in asked),
        neither_asks=sum(not bot and not person for bot, person in asked),
        overlooked=len(answered) - len(asked),
        took=timedelta(seconds=median(seconds)) if seconds else None,
    )


def _services(played: Iterable[Played], catalogue: Catalogue, language: str) -> Iterable[str]:
    for each in played:
        for outcome in each.explained.decision.outcomes:
            if outcome.ticket is None:
                yield catalogue.service(outcome.request.service).label.in_(language)


def _asked_for(played: Iterable[Played], catalogue: Catalogue, language: str) -> Iterator[str]:
    for each in played:
        for outcome in each.explained.decision.outcomes:
            if outcome.action is Action.ASK:
                service = catalogue.service(outcome.request.service)
                labels = dict.fromkeys(_lacking(outcome.request, service, language))
                yield from (f"{service.label.in_(language)}: {label}" for label in labels)


def _lacking(request: Request, service: Service, language: str) -> Iterator[str]:
    """One label a field, so that the same is counted as the same; of a single person one a part, also where all are missing."""
    for rule in service.fields:
        parts = [part for part in rule.each if {rule.id, f"{rule.id}.{part}"} & set(request.missing)]
        if rule.type == "person":
            yield from (PART_LABELS[language][part] for part in parts)
        elif parts or rule.id in request.missing:
            yield label_of(service, rule.id, language)


def _most_frequent(values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(values).items(), key=lambda each: (-each[1], each[0])))


def _from_person(each: Played) -> bool:
    return each.explained.origin.machine is None
