"""The shadow run as one HTML file for people: figures, charts, every mail. It fetches nothing from anywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from jinja2 import Environment, PackageLoader, StrictUndefined

from mailbot.catalogue import Catalogue, Label
from mailbot.replay.figures import LANGUAGE, Figures
from mailbot.replay.play import Difference, Played
from mailbot.replay.silence import why_silent
from mailbot.tickets.decision import Action, Outcome
from mailbot.tickets.reasons import in_german
from mailbot.tickets.wording import facts, missing_labels

DONE = {
    Action.ASK: Label(de="nachgefragt", en="asked back"),
    Action.TRIAGE: Label(de="einem Menschen vorgelegt", en="shown to a person"),
    Action.OPEN: Label(de="als vollständig weitergegeben", en="handed on as complete"),
    Action.REFER: Label(de="mit der Standardauskunft beantwortet", en="answered with the standard information"),
    Action.IGNORE: Label(de="nicht beantwortet", en="not answered"),
}
UNITS = (
    (1440, Label(de="Tag", en="day"), Label(de="Tage", en="days")),
    (60, Label(de="Stunde", en="hour"), Label(de="Stunden", en="hours")),
    (1, Label(de="Minute", en="minute"), Label(de="Minuten", en="minutes")),
)
ANSWERED = Label(de="ein Mensch hat geantwortet", en="a person answered")
NOT_ASKED = Label(de="der Mensch hat nicht gefragt", en="the person did not ask")
ASKED = Label(de="der Mensch hat gefragt", en="the person asked")
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
    played: Collection[Played],
    counted: Figures,
    catalogue: Catalogue,
    *,
    place: str,
    language: str = LANGUAGE,
    different: Collection[Difference] = (),
) -> Iterator[str]:
    """The page, piece by piece; `different` are mails that another version of the rules would handle differently."""
    environment = Environment(loader=PackageLoader("mailbot", "replay"), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("report.html").generate(
        organisation=catalogue.organisation.name,
        place=place,
        figures=counted,
        took=said(counted.took, language),
        language=language,
        say=lambda de, en: de if language == "de" else en,
        actions=[(DONE[action].in_(language), number) for action, number in counted.actions],
        rows=(row(each, catalogue, language) for each in played),
        different=(tuple(row(run, catalogue, language) for run in (each.before, each.after)) for each in different),
        differing=len(different),
    )


def row(one: Played, catalogue: Catalogue, language: str) -> Row:
    """What there is to say about one mail."""
    explained, outcomes = one.explained, one.explained.decision.outcomes
    services = (catalogue.service(each.request.service).label.in_(language) for each in outcomes)
    missing = (label for each in outcomes for label in missing_labels(each.request, catalogue, language))
    return Row(
        name=one.name,
        day=f"{one.at:%Y-%m-%d}" if one.at else "",
        who=explained.mail.sender.name or explained.mail.sender.email,
        subject=explained.mail.subject,
        done=DONE[one.action].in_(language),
        about=", ".join(dict.fromkeys(services)),
        missing=", ".join(dict.fromkeys(missing)),
        because=tuple(reason for each in outcomes for reason in _reasons(each, catalogue, language)),
        known=tuple(fact for each in outcomes for fact in _known(each, catalogue, language)),
        silence=why_silent(explained.decision.silence, language),
        words=explained.answer.text if explained.answer else "",
        answer=_shortened(one.answer.text) if one.answer else "",
        took=said(one.answer.after, language) if one.answer else "",
        remark=remark.in_(language) if (remark := _remark(one)) else "",
    )


def said(span: timedelta | None, language: str) -> str:
    """ "3 Tage", "5 Stunden", "12 minutes"; "" for None and for what lies before."""
    if span is None or span < timedelta():
        return ""
    minutes = span // timedelta(minutes=1)
    size, one, many = next((unit for unit in UNITS if minutes >= unit[0]), UNITS[-1])
    number = round(minutes / size)
    return f"{number} {(one if number == 1 else many).in_(language)}"


def _reasons(outcome: Outcome, catalogue: Catalogue, language: str) -> Sequence[str]:
    if language != "de":
        return outcome.request.because
    service = catalogue.service(outcome.request.service)
    return [in_german(reason, service, catalogue) for reason in outcome.request.because]


def _known(outcome: Outcome, catalogue: Catalogue, language: str) -> Sequence[str]:
    return [f"{label}: {'; '.join(map(str, values))}" for label, values in facts(outcome.request, catalogue, language)]


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN].rstrip()} …"


def _remark(one: Played) -> Label | None:
    """Where bot and person differ."""
    if one.answer is None:
        return None
    if one.action is Action.IGNORE:
        return ANSWERED
    if one.action is Action.ASK and not one.answer.asks:
        return NOT_ASKED
    if one.action is not Action.ASK and one.answer.asks:
        return ASKED
    return None
