"""The task that a mere answer names: "Kassiererin im OV Kalk", "bin nur Mitglied", "ich leite die Treffen"."""

from __future__ import annotations

import re

from mailbot.catalogue import Catalogue, FieldRule, Service
from mailbot.understanding import values
from mailbot.understanding.address import addresses_in
from mailbot.understanding.group import groups_in, is_denied
from mailbot.understanding.heard import Heard
from mailbot.understanding.lexicon import is_german, is_no_name, is_noun, listed
from mailbot.understanding.names import as_written
from mailbot.understanding.task import is_of_others, roles_in

_TASK = re.compile(
    r"^(?:also\s+|ja,?\s+|na,?\s+)?(?:(?:meine|mein|die)\s+(?:aufgabe|funktion|rolle|amt)\b[\w\s]{0,20}?(?:ist|wäre|lautet|:)\s*"
    r"|(?:ich\s+)?(?:bin|mache?|übernehme|arbeite|fungiere|i\s+am|i'm|am)\s+(?:(?:da|dort|dabei|hier|jetzt|neuerdings|seit\s+\w+(?:\s+\w+)?)\s+)*(?:als\s+|für\s+)?|als\s+)?"
    r"(?:(?:die|der|das|den|dem|eine?|einen|the|a|an|unsere?r?)\s+)*",
    re.IGNORECASE,
)

_SINCE = re.compile(r"(?<=\w)\s+(?:seit|ab|bis|since|from|until)\s+.*$", re.IGNORECASE)
""" "Revisorin seit Montag": since when is no part of the task."""
_MEMBER = re.compile(
    r"(?:.*(?:\b(?:bin|als|am)\s+|,\s*))?(?:(?:nur|bloß|halt|eben|eigentlich|einfach|ganz|ein|a|just|only|simple|[^\W\d_]+es)\s+)*(?:mitglied|member)",
    re.IGNORECASE,
)
_NO_TASK = re.compile(r"(?:hab\w*\s+)?(?:kein|no\b|none\b)", re.IGNORECASE)
_WORKS = re.compile(
    r"(?:ich\s+)?((?:moderiere|organisiere|koordiniere|leite|verwalte|betreue|plane|protokolliere|vertrete)\s+"
    r"(?:die|das|den|unsere?n?)\s+(?:[^\W\d_]+e[nrs]?\s+)?(?P<what>[^\W\d_][\w-]+)(?:\s+(?-i:[A-ZÄÖÜ])[\w-]+)?)",
    re.IGNORECASE,
)
""" "Ich moderiere die Sitzungen": work in the place of a task."""
_MATTER = re.compile(r"(?:frage|sache|mail|adresse|liste|nachricht|antwort|angabe|info)n?s?$", re.IGNORECASE)
""" "Ich leite die Mail …": that is what this conversation is about, and no work."""
_TELLS = re.compile(r"\b(?:ich|wir|i|we|ist|war|wird|noch|weiter|gern)\b", re.IGNORECASE)
"""A sentence, and no task as it stands ("Organisiere ich morgen")."""
_WISHED = re.compile(r"\b(?:wäre|würde|werde|möchte)\s+ich\b.{0,15}\b(?:gerne?|werden|erst)\b", re.IGNORECASE)
""" "Kassiererin wäre ich gern"."""


def bare_task(rule: FieldRule, service: Service, text: str, before: Heard, catalogue: Catalogue) -> str | None:
    """ "Ich mach da die Koordination." is "Koordination"; without a known task a short answer is taken as it stands."""
    text = _without_group(text, catalogue)
    rest = _SINCE.sub("", _TASK.sub("", text.strip())).strip(" .!:")
    if any(isinstance(value, str) and value.lower().endswith(f" {rest.lower()}") for value in before.fields.values()):
        return None  # it answered the question for the group
    said = list(roles_in(text, rule))
    known = next((role for role, at in said if not (is_denied(text, at) or is_of_others(text, at, at + len(role)))), None)
    has_group = any(other.type == "group" for other in service.fields)
    if known:
        rest = re.split(r"[,;]", rest)[0].strip()
        if _WISHED.search(text):
            return None
        whole = not has_group and len(rest.split()) <= 4 and rest.lower().startswith(known.lower()) and not _TELLS.search(rest)
        return f"{rest[:1].upper()}{rest[1:]}" if whole and rest.islower() else rest if whole else known
    if _MEMBER.fullmatch(rest) and not listed("negations").search(re.split(r"[,;]", rest)[-1]):
        return "Mitglied"
    if work := _work(text):
        return work
    if said or _NO_TASK.match(rest):
        return None
    if any(values.choice_in(text, other.options) for other in service.fields if other.options):
        return None
    words = re.split(r"[,;(]|\s(?:im|in der|beim|bei der|von der|vom|der ag|des ov)\s", rest)[0].split()
    if (
        not words
        or len(words) > 5
        or addresses_in(rest)
        or re.search(r"\?|\d", rest)
        or _TELLS.search(rest)
        or is_no_name(words[0])
        or (len(words) > 1 and is_german(words[0]) and not is_noun(words[0]) and not words[0].endswith(("er", "e", "es")))
        or (not re.search(r"[A-ZÄÖÜ]", rest[:1]) and len(words) > 3)
    ):
        return None
    return as_written(" ".join(words)) if rest.islower() and len(words) == 1 else " ".join(words)


def _work(text: str) -> str | None:
    """The work that is all that the text tells of."""
    told = _WORKS.fullmatch(text.strip(" .!"))
    if told is None or not (told["what"][:1].isupper() or is_noun(told["what"])) or _MATTER.search(told["what"]):
        return None
    return f"{told[1][:1].upper()}{told[1][1:]}"


def _without_group(text: str, catalogue: Catalogue) -> str:
    """ "Kassiererin im OV Kalk": the task, without the group that it is in."""
    group = next((each for each in groups_in(text, catalogue.groups) if each.kind and each.value), None)
    cut = _IN_GROUP.search(text[: group.start]) if group else None
    return text[: cut.start()] if cut else text


_IN_GROUP = re.compile(
    r"(?<=\w)\s+(?:im|in|beim?|vom|von|of|at|for|für)(?:\s+(?:der|dem|den|the|unserer|unserem))?\s+$", re.IGNORECASE
)
