"""The shadow run as one HTML file for people: figures, charts, every mail. It fetches nothing from anywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from jinja2 import Environment, PackageLoader, StrictUndefined

from mailbot.catalogue import Catalogue
from mailbot.replay.figures import LANGUAGE, Figures
from mailbot.replay.play import Difference, Played
from mailbot.tickets.decision import Action, Outcome
from mailbot.tickets.reasons import in_german
from mailbot.tickets.wording import facts, missing_labels

DONE = {
    Action.ASK: "nachgefragt",
    Action.TRIAGE: "einem Menschen vorgelegt",
    Action.OPEN: "als vollständig weitergegeben",
    Action.REFER: "mit der Standardauskunft beantwortet",
    Action.IGNORE: "nicht beantwortet",
}
SHOWN = 400  # characters of what a person answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One mail as the report shows it."""

    name: str
    day: str
    who: str
    subject: str
    done: str
    about: str
    missing: str
    because: tuple[str, ...]
    known: tuple[str, ...]
    silence: str
    words: str  # that the bot would have sent
    answer: str  # that a person sent
    took: str
    remark: str


def report(
    played: Collection[Played], counted: Figures, catalogue: Catalogue, *, place: str, different: Collection[Difference] = ()
) -> Iterator[str]:
    """The page, piece by piece; `different` are mails that another version of the rules would handle differently."""
    environment = Environment(loader=PackageLoader("mailbot", "replay"), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("report.html").generate(
        organisation=catalogue.organisation.name,
        place=place,
        figures=counted,
        took=said(counted.took),
        done=DONE,
        rows=(row(each, catalogue) for each in played),
        different=((row(each.before, catalogue), row(each.after, catalogue)) for each in different),
        differing=len(different),
    )


def row(one: Played, catalogue: Catalogue) -> Row:
    """What there is to say about one mail."""
    explained, outcomes = one.explained, one.explained.decision.outcomes
    services = (catalogue.service(each.request.service).label.in_(LANGUAGE) for each in outcomes)
    missing = (label for each in outcomes for label in missing_labels(each.request, catalogue, LANGUAGE))
    return Row(
        name=one.name,
        day=f"{one.at:%Y-%m-%d}" if one.at else "",
        who=explained.mail.sender.name or explained.mail.sender.email,
        subject=explained.mail.subject,
        done=DONE[one.action],
        about=", ".join(dict.fromkeys(services)),
        missing=", ".join(dict.fromkeys(missing)),
        because=tuple(reason for each in outcomes for reason in _reasons(each, catalogue)),
        known=tuple(fact for each in outcomes for fact in _known(each, catalogue)),
        silence=explained.decision.silence or "",
        words=explained.answer.text if explained.answer else "",
        answer=_shortened(one.answer.text) if one.answer else "",
        took=said(one.answer.after) if one.answer else "",
        remark=_remark(one),
    )


def said(span: timedelta | None) -> str:
    """ "3 Tage", "5 Stunden", "12 Minuten"; "" for None and for what lies before."""
    if span is None or span < timedelta():
        return ""
    minutes = span // timedelta(minutes=1)
    for size, one, many in ((1440, "Tag", "Tage"), (60, "Stunde", "Stunden")):
        if minutes >= size:
            number = round(minutes / size)
            return f"{number} {one if number == 1 else many}"
    return f"{minutes} Minuten"


def _reasons(outcome: Outcome, catalogue: Catalogue) -> Sequence[str]:
    service = catalogue.service(outcome.request.service)
    return [in_german(reason, service, catalogue) for reason in outcome.request.because]


def _known(outcome: Outcome, catalogue: Catalogue) -> Sequence[str]:
    return [f"{label}: {'; '.join(map(str, values))}" for label, values in facts(outcome.request, catalogue, LANGUAGE)]


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN].rstrip()} …"


def _remark(one: Played) -> str:
    """Where bot and person differ."""
    if one.answer is None:
        return ""
    if one.action is Action.IGNORE:
        return "ein Mensch hat geantwortet"
    if one.action is Action.ASK and not one.answer.asks:
        return "der Mensch hat nicht gefragt"
    if one.action is not Action.ASK and one.answer.asks:
        return "der Mensch hat gefragt"
    return ""
