"""
How well conversations are understood: what the bot makes of every mail of a set, against what is expected of it.

    python -m tests.scoring DIR…

Each mail counts once: the state of the whole conversation after it. A figure is a share of those mails that it
can be said of. Only figures are printed, never a mail: sets are held out so that nobody reads them.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.errors import MailbotError
from mailbot.explain import explain_cases
from mailbot.tickets.writer import Writer

PROJECT = Path(__file__).parent.parent

FIGURES = {
    "service": "the right set of services and kinds",
    "action": "the right action",
    "fields": "every field of every request right, and none invented",
    "missing": "exactly the right items missing, for every request",
    "exact": "all of these at once",
    "needless": "asks for something that the member has given already",
    "premature": "opened although something is still missing",
    "noisy": "answered a machine",
    "deaf": "ignored a person",
}

# The words around a task do not count: "Sprecherin" is right for "die Sprecherin".
ARTICLES = frozenset(
    [
        *("der", "die", "das", "den", "dem", "ein", "eine", "einer", "im", "in"),
        *("als", "bin", "ich", "unser", "unsere", "mein", "meine", "the", "a", "an"),
    ]
)
PERSONS = frozenset({"users", "editors", "person"})

Verdict = Mapping[str, bool]
"""What can be said of one mail, by figure."""


@cache
def play(folder: Path) -> tuple[Verdict, ...]:
    """The verdicts on every mail of every case of a folder, by the project's own rules and templates."""
    catalogue, writer = _rules()
    made = {case: {mail.file: mail.as_json() for mail in mails} for case, mails in explain_cases(folder, catalogue, writer)}
    return tuple(verdict(mail["expect"], made[case][mail["file"]]) for case, mail in _mails(folder))


@cache
def _rules() -> tuple[Catalogue, Writer]:
    catalogue = load_catalogue(PROJECT / "rules.yaml")
    return catalogue, Writer(catalogue, PROJECT / "templates")


def _mails(folder: Path) -> Iterator[tuple[str, Any]]:
    for path in sorted(folder.glob("*/case.yaml")):
        case = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        yield from ((path.parent.name, mail) for mail in case["mails"])


def shares(verdicts: Iterable[Verdict]) -> dict[str, float]:
    """Each figure as a share of the mails that it can be said of; figures of no mail are left out."""
    right, of = Counter[str](), Counter[str]()
    for each in verdicts:
        right.update(figure for figure, holds in each.items() if holds)
        of.update(each.keys())
    return {figure: right[figure] / of[figure] for figure in FIGURES if of[figure]}


def verdict(expect: Mapping[str, Any], got: Mapping[str, Any]) -> Verdict:
    """What can be said of one mail: of a machine's mail not whether its fields are right."""
    pairs = _pairs(expect["requests"], got["requests"])
    service = _kinds(expect["requests"]) == _kinds(got["requests"])
    action = expect["action"] == got["action"]
    fields = all(have is not None and _fields(want) == _fields(have) for want, have in pairs)
    missing = all(have is not None and sorted(want["missing"]) == sorted(have["missing"]) for want, have in pairs)
    found = {"service": service, "action": action, "exact": service and action and fields and missing}
    if expect["requests"]:
        found |= {"fields": fields, "missing": missing}
        found["needless"] = any(have is not None and set(have["missing"]) - set(want["missing"]) != set() for want, have in pairs)
    if expect["action"] == "ask":
        found["premature"] = got["action"] in ("open", "refer")
    found["noisy" if expect["action"] == "ignore" else "deaf"] = (expect["action"] == "ignore") != (got["action"] == "ignore")
    return found


def _pairs(
    expected: Sequence[Mapping[str, Any]], got: Sequence[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
    """Each expected request with the one made of it: same service and kind, the most equal fields first."""
    rest, pairs = list(got), []
    for want in expected:
        best = max(
            (each for each in rest if _kind(each) == _kind(want)),
            key=lambda each: len(_fields(each).items() & _fields(want).items()),
            default=None,
        )
        if best is not None:
            rest.remove(best)
        pairs.append((want, best))
    return pairs


def _kind(request: Mapping[str, Any]) -> tuple[str, str]:
    return request["service"], request.get("kind") or "new"


def _kinds(requests: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter(_kind(request) for request in requests)


def _fields(request: Mapping[str, Any]) -> dict[str, Any]:
    return {id: _normal(id, value) for id, value in (request.get("fields") or {}).items() if value not in (None, "", [], {})}


def _normal(id: str, value: Any) -> Any:
    """A value in a form in which equal means right: the order of lists, case and spacing do not count."""
    if id in PERSONS:
        return frozenset(_person(each) for each in (value if isinstance(value, list) else [value]))
    if isinstance(value, list):
        return frozenset(_plain(each) for each in value)
    if id == "role":
        return " ".join(word for word in re.findall(r"\w+", _plain(value)) if word not in ARTICLES)
    return _plain(value)


def _person(value: Any) -> tuple[str, ...]:
    if not isinstance(value, dict):
        return (_plain(value),)
    return tuple(_plain(value.get(part) or "") for part in ("given", "surname", "email"))


def _plain(text: object) -> str:
    return unicodedata.normalize("NFC", " ".join(str(text).split())).casefold()


def in_words(name: str, verdicts: Sequence[Verdict]) -> str:
    """One line for people."""
    figures = " · ".join(f"{figure} {share:.1%}" for figure, share in shares(verdicts).items())
    return f"{name:12} {figures} · of {len(verdicts)} mails"


def main(folders: Sequence[str]) -> int:
    """Print the figures of each folder, and of all together."""
    if not folders or any(word.startswith("-") for word in folders):
        print(__doc__.strip(), "", *(f"    {figure:10} {what}" for figure, what in FIGURES.items()), sep="\n")  # noqa: T201
        return 0 if folders else 2
    together: list[Verdict] = []
    for folder in map(Path, folders):
        verdicts = play(folder)
        together += verdicts
        print(in_words(folder.name, verdicts))  # noqa: T201
    if len(folders) > 1:
        print(in_words("together", together))  # noqa: T201
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MailbotError as error:
        sys.exit(str(error))
