"""du or Sie: one text says both, and a mail says one."""

import re
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.mail.message import Address
from mailbot.tickets.addressing import WrongChoice, addressed
from mailbot.tickets.writer import Writer
from mailbot.understanding.form import filled
from mailbot.understanding.request import Guess, Why
from tests.builders import ANNA, catalogue, decision, outcome, request, ticket, written
from tests.rehearsed import Rehearsed, rehearsed

PROJECT = Path(__file__).parents[2]
TEMPLATES = PROJECT / "templates"
OF_DU = re.compile(r"\b(?:du|dir|dich|dein\w{0,2}|euch|euer|eure\w?|musst|schreib|antworte|meintest|brauchst|bekommst)\b", re.I)
OF_SIE = re.compile(r"\b(?:Sie|Ihnen|Ihr|Ihre[mnrs]?|Meinten)\b")


RULES = load_catalogue(PROJECT / "rules.yaml")


def formal(rules: Catalogue) -> Catalogue:
    return rules.model_copy(update={"organisation": rules.organisation.model_copy(update={"address_as": "sie"})})


@cache
def mails_in(form: str) -> tuple[Rehearsed, ...]:
    """Every mail of an association that says du, or Sie."""
    return rehearsed(formal(RULES) if form == "Sie" else RULES, TEMPLATES)


@pytest.mark.parametrize(("form", "foreign"), [("du", OF_SIE), ("Sie", OF_DU)])
def test_no_german_mail_to_a_member_says_the_other_form(form: str, foreign: re.Pattern[str]):
    to_members = [mail for mail in mails_in(form) if mail.template.startswith("de/")]

    found = {(mail.template, *foreign.findall(f"{mail.words.subject}\n{mail.words.text}")) for mail in to_members}

    assert len(to_members) > 100
    assert found == {(mail.template,) for mail in to_members}


def test_english_mails_and_those_to_staff_are_the_same_in_both():
    def others(form: str) -> list[str]:
        return [mail.words.text for mail in mails_in(form) if not mail.template.startswith("de/")]

    assert others("Sie") == others("du")


def test_what_rules_yaml_says_in_german_speaks_to_nobody():
    labels = [label.de for service in RULES.services for label in (service.label, service.about, service.on_hold) if label]
    labels += [rule.label.de for service in RULES.services for rule in service.fields]

    assert [label for label in labels if OF_DU.search(label) or OF_SIE.search(label)] == []


@pytest.mark.parametrize(("form", "said"), [("du", "danke für deine Nachricht"), ("sie", "danke für Ihre Nachricht")])
def test_a_text_says_one_of_both(form, said):
    assert addressed("danke für [deine|Ihre] Nachricht{{ a[0|1] }}", form) == f"{said}{{{{ a[0|1] }}}}"


@pytest.mark.parametrize("text", ["[deine|Ihre", "deine|Ihre", "[deine|Ihre|eure]", "[{{ a }}|{{ b }}]", "[deine|\nIhre]"])
def test_a_choice_that_is_none_is_named_with_its_line(text: str):
    with pytest.raises(WrongChoice) as wrong:
        addressed(f"Betreff: x\n\n| Viele Grüße\n{text}", "du")

    assert wrong.value.line == 4


@given(some.text(some.sampled_from("ab [|]{}%\n"), max_size=40), some.sampled_from(["du", "sie"]))
def test_lines_stay_where_they_are(text, form):
    with suppress(WrongChoice):
        assert addressed(text, form).count("\n") == text.count("\n")


def test_who_says_sie_greets_by_the_whole_name_and_asks_back_with_sie():
    rules = formal(catalogue())
    guess = Guess(item="admins", written="Ana", why=Why.NOT_LISTED, meant="anna.schmidt@posteo.example")
    asked = outcome(request(fields={"group": "OV Kalk", "users": (ANNA,)}, missing=("admins",), guesses=(guess,)))
    to = Address(name="Schmidt, Anna", email="a.s@posteo.example")

    words = Writer(rules, TEMPLATES).answer(
        decision(asked), (ticket(asked.request),), subject="", to=to, mailbox=rules.mailboxes[0], known=True
    )

    assert words.text.startswith("Guten Tag Anna Schmidt,\n\ndanke für Ihre Nachricht.")


def test_an_answer_below_a_question_with_sie_is_read_whatever_is_said_today():
    guess = Guess(item="admins", written="Ana", why=Why.NOT_LISTED, meant="anna.schmidt@posteo.example")
    asked = request(fields={"group": "OV Kalk", "users": (ANNA,)}, missing=("admins",), guesses=(guess,))
    mail = written("> Gruppenadmins (1–3):\n>   Gelesen haben wir „Ana“. Meinten Sie Anna Schmidt?\nAnna Schmidt")

    for rules in (catalogue(), formal(catalogue())):
        assert [each.text for _, each in filled(mail.body, (asked,), rules)] == ["Anna Schmidt"]
