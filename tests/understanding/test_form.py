"""Form lines: what is asked for as `Label:`, and where members fill it in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailbot.mail.body import split
from mailbot.understanding.form import Blank, blanks, filled, plain
from mailbot.understanding.lexicon import beginning
from mailbot.understanding.request import Person, Request
from tests.builders import ANNA, person, request
from tests.understanding.conversation import one, rules

ROOT = Path(__file__).parents[2]
PAUL = person("Paul", "Krüger", None)
ASKED = request(fields={"users": (ANNA, PAUL)}, missing=("admins", "group", "users.email"))


def labels(request: Request, language: str = "de") -> list[str]:
    return [blank.label for blank in blanks(request, rules(), language)]


def answers(text: str, *requests: Request) -> list[tuple[int, str, str]]:
    return [(at, line.blank.label, line.text) for at, line in filled(split(text), requests or (ASKED,), rules())]


def test_there_is_one_line_for_each_thing_that_is_missing():
    assert labels(ASKED) == ["Name der Gruppe", "E-Mail von Paul Krüger", "Gruppenadmins (1–3)"]
    assert labels(ASKED, "en") == ["Name of the group", "E-mail of Paul Krüger", "Group admins (1–3)"]


def test_of_one_person_the_parts_are_asked_for():
    video = Request(service="video", fields={"person": Person(given="Anna")}, missing=("person.email", "person.surname"))

    assert labels(video) == ["Name", "E-Mail"]


def test_of_one_person_it_may_be_said_of_whom():
    video = Request(service="video", fields={"person": PAUL}, missing=("person.email",))

    assert answers("> E-Mail von Paul Krüger: paul@x.example", video) == [(0, "E-Mail", "paul@x.example")]
    assert answers(
        "> Name von Anna: Schmidt", request(fields={"users": (Person(given="Anna"),)}, missing=("users.surname",))
    ) == [(0, "Nachname von Anna", "Schmidt")]


def test_there_is_a_line_for_each_person_and_part():
    two = request(fields={"users": (Person(given="Anna"), PAUL)}, missing=("users.email", "users.surname"))

    assert labels(two) == ["Nachname von Anna", "E-Mail von Anna", "E-Mail von Paul Krüger"]


def test_a_blank_knows_what_it_stands_for():
    (blank,) = blanks(request(fields={"users": (PAUL,)}, missing=("users.email",)), rules(), "de")

    assert blank == Blank(label="E-Mail von Paul Krüger", field="users", part="email", person=PAUL)


def test_nothing_is_asked_for_where_nothing_is_missing():
    assert labels(request()) == []


@pytest.mark.parametrize(
    "text",
    [
        "Name der Gruppe: OV Kalk",
        "name der gruppe:OV Kalk",
        "> Name der Gruppe: OV Kalk",
        "> > Name der Gruppe: OV Kalk",
        "Name der Gruppe:\nOV Kalk",
        "> Name der Gruppe:\nOV Kalk",
        "Danke!\n\nAm 1.6.2025 schrieb Support:\n> Es fehlt noch:\n> Name der Gruppe:\n\nOV Kalk\n\n> Gruppenadmins (1–3):",
        "*Name der Gruppe:* OV Kalk",
        "- Name der Gruppe: OV Kalk",
        "Name of the group: OV Kalk",
        "Hallo,\n\nNAME DER GRUPPE: OV Kalk\n\nGruß",
        "Danke!\n\nAm 1.6.2025 schrieb Support:\n> Es fehlt noch:\n> Name der Gruppe: OV Kalk\n> Gruppenadmins (1–3):",
    ],
)
def test_a_line_may_be_filled_in_above_inside_or_below_the_quoted_question(text: str):
    assert answers(text) == [(0, "Name der Gruppe" if "group" not in text else "Name of the group", "OV Kalk")]


def test_an_empty_line_is_no_answer():
    assert answers("> Name der Gruppe:\n> E-Mail von Paul Krüger:\n> Gruppenadmins (1–3):") == []


def test_several_lines_may_stand_below_a_question():
    two = request(fields={}, missing=("users",))

    assert answers(
        "Nutzer*innen (Vorname, Name, E-Mail):\nAnna Schmidt, anna@x.example\nPaul Krüger, paul@x.example\n\nGruß", two
    ) == [(0, "Nutzer*innen (Vorname, Name, E-Mail)", "Anna Schmidt, anna@x.example\nPaul Krüger, paul@x.example")]


def test_of_two_requests_each_gets_its_line():
    other = request(fields={}, missing=("group",))

    assert [at for at, _, _ in answers("Name der Gruppe: OV Kalk", ASKED, other)] == [0, 1]


def test_a_line_that_was_not_asked_for_is_none():
    assert answers("Name der Gruppe: OV Kalk", request()) == []


@pytest.mark.parametrize(
    ("label", "same"),
    [("Nutzer*innen (Vorname, Name, E-Mail)", "nutzerinnen vorname name email"), ("Gruppenadmins (1–3)", "GRUPPENADMINS 1-3")],
)
def test_labels_are_compared_by_letters_and_digits_alone(label: str, same: str):
    assert plain(label) == plain(same)


def test_what_is_filled_in_is_understood():
    asks = "Hallo, der OV Kalk möchte die Nextcloud. User sind Anna Schmidt (anna.schmidt@posteo.example) und Paul Krüger."
    answer = "> E-Mail von Paul Krüger: paul@posteo.example\n> Gruppenadmins (1–3): Paul"

    request = one(asks, answer)

    assert request.missing == ()
    assert request.fields["users"] == (ANNA, person("Paul", "Krüger", "paul@posteo.example"))
    assert request.fields["admins"] == ("paul@posteo.example",)


def test_an_answer_may_stand_apart_between_our_own_lines():
    ours = "Von: Support <s@x.example>\nGesendet: Montag, 2. März 2026\nAn: Kim\nBetreff: Re: Cloud\n\nHallo,\n\n"

    assert answers(
        f"{ours}Name der Gruppe:\n\nOV Kalk\n\nE-Mail von Paul Krüger:\n\nGruppenadmins (1–3):\n\nAnna\nund Paul\n\n"
        "Schreib einfach dahinter oder antworte frei, wie es dir passt."
    ) == [(0, "Name der Gruppe", "OV Kalk"), (0, "Gruppenadmins (1–3)", "Anna\nund Paul")]
    assert answers(f"{ours}Name der Gruppe:\n\nBitte antworte bald.\n\nViele Grüße") == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_our_form_ends_with_the_sentence_that_we_know(language: str):
    template = (ROOT / "templates" / language / "parts" / "asking.txt").read_text(encoding="utf-8")
    below = re.sub(r"\[([^|\]]*)\|[^\]]*\]", r"\1", template.partition("{{ part.form }}")[2].strip())

    assert beginning("below_the_form").match(below)
