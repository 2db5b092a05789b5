"""What is said anew in one line: "OV Nippes, nicht Mülheim", "der Termin ist am 3.12.", "60 statt 50"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from mailbot.catalogue import FieldRule, Groups
from mailbot.expression import pattern
from mailbot.understanding.correction import only_weighs
from mailbot.understanding.group import groups_in
from mailbot.understanding.lexicon import listed, word_set, words
from mailbot.understanding.request import Value
from mailbot.understanding.scene import Scene

_ONE_LINE = 12
"""Words of a mail that says one thing and nothing else."""
_MOST_SENTENCES = 20
"""Sentences that are read one by one: nobody says the same thing anew more often."""
_DENIES = (
    rf"(?:,\s*)?(?:(?:und|and|doch)\s+)?\b(?:{listed('instead_of').pattern}|kein(?:e|en|er)?|not)\s+(?:[^\W\d_]+\s+){{0,2}}?"
)
_DENIED = re.compile(_DENIES, re.IGNORECASE)
_BUT = r"(?:\s*,?\s*(?:sondern|but)\b)?"


def without_denied(scene: Scene, rule: FieldRule, value: Value | None, groups: Groups) -> Scene | None:
    """The scene without the words that deny the value that is known; None where none do."""
    forms = _forms(rule, value)
    if not forms or not _DENIED.search(scene.text):  # to make the expression takes longer than all else here
        return None
    denied = re.compile(rf"{_DENIES}(?:{'|'.join(forms)}){_BUT}(?!\w)", re.IGNORECASE)
    if not any(_denied_in(passage.text, denied, groups) for passage in scene.passages):
        return None
    kept = tuple(replace(each, text=_without(each.text, denied, groups)) for each in scene.passages)
    return replace(scene, passages=kept)


def _denied_in(text: str, denied: re.Pattern[str], groups: Groups) -> re.Match[str] | None:
    """The words that deny the value; "nicht AG Wohnen und Miete" denies another group than "AG Wohnen"."""
    match = denied.search(text)
    longer = match and any(match.start() <= each.start < match.end() < each.end for each in groups_in(text, groups))
    return None if longer else match


def _without(text: str, denied: re.Pattern[str], groups: Groups) -> str:
    return denied.sub(" ", text).strip() if _denied_in(text, denied, groups) else text


def _forms(rule: FieldRule, value: Value | None) -> Sequence[str]:
    """Expressions for how people write the value."""
    match value:
        case str() if rule.type == "group":
            return (rf"(?:\w+\s+)?{re.escape(value.partition(' ')[2] or value)}",)
        case str() if rule.type == "date":
            return _of_day(date.fromisoformat(value))
        case str() if rule.type == "choice":
            return tuple(word for option in rule.options if option.id == value for word in option.words)
        case str() if rule.type in ("role", "address"):
            return (re.escape(value),)
        case int():
            return (str(value),)
        case _:
            return ()


def _of_day(day: date) -> Sequence[str]:
    months = "|".join(re.escape(name) for name, number in words()["months"].items() if number == day.month)
    return (
        rf"0?{day.day}\.\s?0?{day.month}\.(?:\s?(?:{day.year}|{day.year % 100}))?",
        rf"0?{day.day}\.?\s+(?:{months})\b(?:\s+{day.year})?",
        rf"0?{day.day}\.(?!\s*(?:\d|(?:{'|'.join(words()['months'])})\b))",
    )


def restates(rule: FieldRule, scene: Scene, value: Value, known: Value) -> bool:
    """
    Whether a mail of one line says this value and little else: with a word for the field, or nothing around it, but for the
    value that was known ("die AG Obst heißt jetzt AG Garten").
    """
    if "?" in scene.text or len(scene.text.split()) > _ONE_LINE or only_weighs(scene.text):
        return False
    if re.search(rf"(?:^|\n)\s*(?:{_label(rule.label.de)}|{_label(rule.label.en)})\s*[:=]", scene.text, re.IGNORECASE):
        return True
    rest = [
        word
        for word in re.findall(r"[^\W\d_]+", _without_value(_without_value(scene.text, rule, value), rule, known))
        if word.lower() not in _around()
    ]
    cue = rule.type == "date" and listed("day_cues").search(scene.text) is not None
    cue = cue or (rule.type in ("number", "address") and bool(rule.words) and pattern(*rule.words).search(scene.text) is not None)
    return not rest or (cue and len(rest) <= 4)


def telling(rule: FieldRule, scene: Scene) -> Iterator[Scene]:
    """The sentences that tell this field as such ("die Gruppe heißt …", "der Termin ist …"), each as a scene of its own."""
    cues = {"group": "naming", "date": "day_cues", "role": "task_cues"}.get(rule.type)
    cue = listed(cues) if cues else pattern(*rule.words) if rule.words else None
    short = (at for at, passage in enumerate(scene.passages) if 1 < len(passage.text.split()) <= _ONE_LINE)
    told = (at for at in short if cue and cue.search(scene.passages[at].text))
    return (scene.alone(at) for at in islice(told, _MOST_SENTENCES))


def _label(label: str) -> str:
    """The label, or as much of it as people write: "Aufgabe" for "Aufgabe in der Gruppe"."""
    first, *rest = re.sub(r"\s*\(.*\)", "", label).split()
    return re.escape(first) + "".join(rf"(?:\s+{re.escape(word)}" for word in rest) + ")?" * len(rest)


def _around() -> frozenset[str]:
    return word_set("restating")


def _without_value(text: str, rule: FieldRule, value: Value) -> str:
    short = value.partition(" ")[0] if rule.type == "group" and isinstance(value, str) else ""
    for form in (*_forms(rule, value), *([rf"{re.escape(short)}\b"] if short else ())):
        text = re.sub(rf"(?<!\w){form}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text
