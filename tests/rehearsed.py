"""Every mail that the rehearsal writes, with the files of templates/ that it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from jinja2 import Environment, Template

from mailbot.catalogue import Catalogue
from mailbot.tickets.rehearsal import cases
from mailbot.tickets.rendering import Words
from mailbot.tickets.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """The mail of one case; `template` is the file that it is written from, `files` are all that have a part in it."""

    name: str  # "de-answer-12"
    template: str
    files: frozenset[str]
    words: Words


def rehearsed(catalogue: Catalogue, templates: Path) -> tuple[Rehearsed, ...]:
    """All mails, in the order of the rehearsal."""
    writer = Writer(catalogue, templates)
    return tuple(_played(number, case, writer) for number, case in enumerate(cases(catalogue), start=1))


def _played(number: int, case: Any, writer: Writer) -> Rehearsed:
    with _asked_for() as files:
        words = case(writer)
    name = f"{Path(files[0]).with_suffix('')}-{number}".replace("/", "-")
    return Rehearsed(name=name, template=files[0], files=frozenset(files), words=words)


@contextmanager
def _asked_for() -> Iterator[list[str]]:
    """The templates that Jinja2 is asked for, in order."""
    files: list[str] = []
    get_template = Environment.get_template

    def recording(self: Environment, name: Any, *args: Any, **values: Any) -> Template:
        files.append(str(name))
        return get_template(self, name, *args, **values)

    with patch.object(Environment, "get_template", recording):
        yield files


def fullest(mails: Iterable[Rehearsed]) -> tuple[Rehearsed, ...]:
    """For each file the mail that has the most in it, and each mail once."""
    found: dict[str, Rehearsed] = {}
    for mail in mails:
        for file in sorted(mail.files):
            if file not in found or len(mail.words.html) > len(found[file].words.html):
                found[file] = mail
    return tuple({mail.name: mail for mail in found.values()}.values())
