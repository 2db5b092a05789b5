"""What leaves only when a person has looked at it, and what became of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.catalogue import Catalogue
from mailbot.tickets.drafts import Fate, fate, is_drafted, trusted_after
from tests.builders import NEXTCLOUD, OTHER, catalogue

DRAFT = """\
Hallo Anna,

danke für deine Nachricht. Es fehlen noch folgende Angaben:

- Name der Gruppe:
- Gruppenadmins (1–3):

Mehr steht auf www.verein.example/digital.
"""


@pytest.mark.parametrize(
    ("mode", "mailbox", "service", "expected"),
    [
        ("live", None, None, False),
        ("draft", None, None, True),
        ("draft", "send", None, False),
        ("live", "draft", None, True),
        ("live", "send", "draft", True),
        ("draft", "draft", "send", False),
    ],
)
def test_the_nearest_rule_counts(mode: str, mailbox: str | None, service: str | None, expected: bool):
    rules = with_replies(mode, mailbox, service)

    assert is_drafted(rules, "nextcloud", "support", unchanged=0) is expected


def with_replies(mode: str, mailbox: str | None = None, service: str | None = None, **further: object) -> Catalogue:
    rules = catalogue(mode=mode, services=({**NEXTCLOUD, "replies": service, **further}, OTHER))
    box = rules.mailboxes[0].model_copy(update={"replies": mailbox})
    return rules.model_copy(update={"mailboxes": (box, *rules.mailboxes[1:])})


@pytest.mark.parametrize(("unchanged", "expected"), [(0, True), (4, True), (5, False), (6, False)])
def test_trust_is_earned_by_drafts_that_were_sent_as_they_were(unchanged: int, expected: bool):
    rules = with_replies("draft", trusted_after=5)

    assert is_drafted(rules, "nextcloud", "support", unchanged=unchanged) is expected


def test_without_a_number_a_service_is_never_trusted_and_its_own_counts_before_that_of_the_top():
    assert trusted_after(with_replies("draft"), "nextcloud") is None
    top = with_replies("draft", trusted_after=2).model_copy(update={"trusted_after": 9})
    assert (trusted_after(top, "nextcloud"), trusted_after(top, "other")) == (2, 9)


@pytest.mark.parametrize(
    "sent",
    [
        DRAFT,
        DRAFT.replace("\n", "\r\n").replace("- ", "  * "),
        " ".join(DRAFT.split()),
        DRAFT.replace("Hallo Anna", "*Hallo Anna*"),
        DRAFT.replace("digital.", "digital <https://www.verein.example/digital>."),
    ],
    ids=["as it is", "other marks", "one line", "stars", "links written out"],
)
def test_how_a_program_writes_it_down_does_not_count(sent: str):
    assert fate([DRAFT], [sent]) is Fate.UNCHANGED


@pytest.mark.parametrize(
    "sent",
    [
        DRAFT.replace("Anna", "Anne"),
        DRAFT + "\nRuf mich gern an.\n",
        DRAFT.replace("- Name der Gruppe:\n", ""),
        DRAFT.replace("(1–3)", "(1–2)"),
    ],
    ids=["a name", "a sentence more", "a line less", "a number"],
)
def test_a_single_word_makes_it_another(sent: str):
    assert fate([DRAFT], [sent]) is Fate.CHANGED


def test_other_words_are_a_mail_of_its_own():
    assert (
        fate([DRAFT], ["Hallo Anna, wir telefonieren morgen, ja?", "Hallo Anna, wir telefonieren morgen, ja? Gruß, Kim"])
        is Fate.REPLACED
    )
    assert fate([DRAFT], [""]) is Fate.REPLACED


def test_one_of_the_texts_that_a_mail_may_count_as_is_enough():
    assert fate(["…", DRAFT], ["Gruß, Kim", DRAFT]) is Fate.UNCHANGED


@given(st.lists(st.from_regex(r"[a-zäöü]{1,8}", fullmatch=True), min_size=1), st.data())
def test_to_leave_out_any_word_is_a_change(words: list[str], data: st.DataObject):
    at = data.draw(st.integers(min_value=0, max_value=len(words) - 1))

    found = fate([" ".join(words)], ["\n".join(words[:at] + words[at + 1 :])])

    assert found is not Fate.UNCHANGED
