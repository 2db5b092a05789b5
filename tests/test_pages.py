"""What a page tells to type can be typed, in its order, and shows what the page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages import DOCS, NOT_RUN, PROJECT, Desk, desk, fenced, named, steps, tidy, two_tickets, why_not_run, with_gaps

TUTORIAL = PROJECT / "docs" / "tutorial.md"
LMTP = PROJECT / "docs" / "howto" / "lmtp.md"
OF_THEIR_OWN = {TUTORIAL, LMTP}
"""Pages that begin with nothing, or after which a mailbox waits for its mail server."""
PAGES = [path for path in DOCS if path not in OF_THEIR_OWN and any(not why_not_run(step.command) for step in steps(path))]
OF_ANOTHER = {"docs/operating.md", "README.md"}
"""Pages that show the output of another association's bot; what they show of `explain` is compared in test_docs.py."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A bot that has worked for a while, and has the mailbox that a page adds."""
    (presse,) = fenced(PROJECT / "docs" / "howto" / "new-inbox.md", "yaml")
    rules = {"first_ticket: 1001": "first_ticket: 1042", "\nmailboxes:\n": f"\nmailboxes:\n{presse}"}
    with desk(tmp_path_factory.mktemp("place"), rules=rules) as place:
        two_tickets(place)
        yield place


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_what_a_page_tells_to_type_works(path: Path, place: Desk):
    follow(path, place, compare=named(path) not in OF_ANOTHER)


def test_the_tutorial_works_from_its_first_line_to_its_last(tmp_path: Path):
    with desk(tmp_path, rules={}) as untouched:
        follow(TUTORIAL, untouched, compare=True)


def test_a_mailbox_that_is_delivered_to_is_set_up_as_its_page_tells(tmp_path: Path):
    (kontakt,) = fenced(LMTP, "yaml")
    with desk(tmp_path, rules={"\nmailboxes:\n": f"\nmailboxes:\n{kontakt}"}) as place:
        follow(LMTP, place, compare=True)
        _, told = place.type("mailbot check --language en")

    assert "lmtp kontakt: mails to kontakt@verein.example are delivered at unix:/tmp/kontakt" in told


def follow(path: Path, place: Desk, *, compare: bool) -> None:
    """Type what the page tells."""
    for step in steps(path):
        if why_not_run(step.command):
            continue
        status, out = place.type(step.command)

        assert status == 0, f"{step.command}\n{out}"
        if compare and step.shown:
            assert re.fullmatch(with_gaps(step.shown), tidy(out)), f"{step.command}\n{out}"


def test_every_reason_not_to_run_a_command_is_needed():
    typed = [step.command.partition("  #")[0].strip() for path in DOCS for step in steps(path)]

    assert [beginning for beginning in NOT_RUN if not any(re.match(beginning, command) for command in typed)] == []
