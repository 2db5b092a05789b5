"""Yes, no, and what is meant instead: answers to "Meintest du …?"."""

from __future__ import annotations

import pytest

from mailbot.tickets.wording import form_lines
from mailbot.understanding.request import Act, Request, Why
from tests.understanding.conversation import one, rules, understood

CLOUD = """\
Der OV Kalk möchte die Nextcloud nutzen. User:
Bo Krüger, bo@gmial.com
Mehmet Demir, mehmet@posteo.example
Admin: Mehmed
"""
BOTH = CLOUD.replace("mehmet@posteo.example", "mehmet@hotmial.com").replace("Mehmed", "Bo")
ASSEMBLY = "Der OV Kalk macht am 12.13.2025 eine Mitgliederversammlung mit OpenSlides, etwa 40 Leute."


def said(request: Request) -> dict[str, object]:
    """The users' addresses by given name, the admins, and what is missing."""
    users = {each.given: each.email for each in request.fields["users"]}  # type: ignore[union-attr]
    return {**users, "admins": request.fields.get("admins"), "missing": request.missing}


COMPLETE = {"Bo": "bo@gmail.com", "Mehmet": "mehmet@posteo.example", "admins": ("mehmet@posteo.example",), "missing": ()}


@pytest.mark.parametrize(
    "answer",
    [
        "ja",
        "Ja!",
        "Ja, danke!",
        "genau",
        "Genau so.",
        "stimmt",
        "Das stimmt.",
        "yes",
        "Hallo,\n\nja, richtig.\n\nViele Grüße\nAnna",
        "ja\n\nAm 22.9.2025 schrieb Support:\n> E-Mail von Bo Krüger:\n> Gruppenadmins (1–3):",
        "> E-Mail von Bo Krüger: ja\n> Gruppenadmins (1–3): stimmt",
        "> E-Mail von Bo Krüger:\nja\n> Gruppenadmins (1–3):\ngenau",
    ],
)
def test_yes_takes_what_was_proposed(answer: str):
    assert said(one(CLOUD, answer)) == COMPLETE


@pytest.mark.parametrize(
    ("answer", "changed"),
    [
        ("Ja, und Admin ist Bo.", {"admins": ("bo@gmail.com",)}),
        ("Ja. Außerdem noch Cem Arslan, cem@posteo.example.", {"Cem": "cem@posteo.example"}),
        ("> E-Mail von Bo Krüger: nein, bo@gmx.net\n> Gruppenadmins (1–3): ja", {"Bo": "bo@gmx.net"}),
        (
            "> E-Mail von Bo Krüger: ja\n> Gruppenadmins (1–3): nein, Bo",
            {"admins": ("bo@gmail.com",)},
        ),
        ("Nein, bo@gmx.net. Und Admin ist Mehmet.", {"Bo": "bo@gmx.net"}),
        ("nein, bo@gmx.net", {"Bo": "bo@gmx.net", "admins": None, "missing": ("admins",)}),
        ("bo@gmial.com stimmt so", {"Bo": "bo@gmial.com", "admins": None, "missing": ("admins",)}),
    ],
)
def test_an_answer_may_say_more_or_otherwise(answer: str, changed: dict[str, object]):
    assert said(one(CLOUD, answer)) == COMPLETE | changed


def test_yes_behind_or_below_our_own_question_is_for_that_one():
    first = one(CLOUD)
    asked = dict(form_lines(first, rules(), "de", known=True))
    quoted = [f"> {label}:\n>   {question}" for label, question in asked.items()]

    assert said(one(CLOUD, f"> Es fehlen noch folgende Angaben:\n{quoted[0]} ja\n{quoted[1]}\nnein, Bo")) == COMPLETE | {
        "admins": ("bo@gmail.com",)
    }
    broken = quoted[0].replace("Meintest", "\n> Meintest")
    assert said(one(CLOUD, f"{broken}\nbo@gmx.net\n{quoted[1]} genau")) == COMPLETE | {"Bo": "bo@gmx.net"}


def test_our_own_question_in_the_quoted_mail_is_no_answer():
    first = one(CLOUD)
    quoted = "\n".join(f"> {label}:\n> {question}" for label, question in form_lines(first, rules(), "de", known=True))

    assert one(CLOUD, f"Das muss ich erst fragen.\n\n{quoted}").missing == first.missing
    # also where the member said no to it since
    assert one(CLOUD, "nein", f"Das muss ich erst fragen.\n\n{quoted}").missing == first.missing


def test_no_is_asked_again_without_the_proposal():
    request = one(CLOUD, "nein")

    assert request.missing == ("admins", "users.email")
    assert [each.proposed for each in request.guesses] == [None, None]
    assert one(CLOUD, "nein", "ja").missing == ("admins", "users.email")


@pytest.mark.parametrize("answer", ["Ja? Das weiß ich nicht.", "Genau das ist falsch.", "Danke!", "Wie lange dauert das?"])
def test_what_is_no_yes_takes_nothing(answer: str):
    assert one(CLOUD, answer).missing == ("admins", "users.email")


@pytest.mark.parametrize(
    ("answer", "emails"),
    [
        ("ja", ("bo@gmail.com", "mehmet@hotmail.com")),
        ("nein, bo@gmx.de und mehmet@hotmail.com", ("bo@gmx.de", "mehmet@hotmail.com")),
        ("mehmet@hotmail.com", (None, "mehmet@hotmail.com")),
    ],
)
def test_of_several_each_address_is_for_the_one_that_it_resembles(answer: str, emails: tuple[str | None, ...]):
    request = said(one(BOTH, answer))

    assert (request["Bo"], request["Mehmet"]) == emails


def test_one_yes_of_several_doubts_leaves_the_others_open():
    text = "Gemeinsame Adresse ag@die-linke-koeln.de für die AG Frieden, Ziele: kim@verein.example, bo@gmx und jo@gmial.com"

    request = one(text, "ja")

    assert (request.fields["targets"], request.missing) == (("kim@verein.example", "jo@gmail.com"), ("targets",))
    assert one(text, "ja", "bo@gmx.de").missing == ()


@pytest.mark.parametrize(("answer", "date"), [("ja", "2025-12-13"), ("nein, am 13.11.2025", "2025-11-13")])
def test_a_day_that_cannot_be_is_settled(answer: str, date: str):
    request = one(ASSEMBLY, answer)

    assert (request.fields["date"], request.missing) == (date, ())


FORWARDED = "Ich hätte gern eine persönliche Mailadresse. Sie soll nach tom@gmial.com gehen. Ich bin Sprecher im OV Kalk."


def test_nobody_says_yes_or_no_to_what_was_not_shown():
    """Where it goes is asked for only when it is known that it is to go somewhere."""
    first = one(FORWARDED)
    assert form_lines(first, rules(), "de", known=True) == (("Weiterleitung oder Postfach", ""),)

    for answer in ("Ja", "Ja, bitte.", "Genau!", "Nein"):
        assert (one(FORWARDED, answer).guesses, "target" in one(FORWARDED, answer).fields) == (first.guesses, False)
    assert one(FORWARDED, "Ja, Weiterleitung").missing == ("target",)
    assert one(FORWARDED, "Ja", "Weiterleitung", "Ja").fields["target"] == "tom@gmail.com"


def test_yes_to_a_summary_needs_no_answer():
    complete = CLOUD.replace("gmial.com", "posteo.example").replace("Mehmed", "Mehmet").replace("Bo Krüger", "Krüger Bo")

    assert [each.why for each in one(complete).guesses] == [Why.ORDER]
    assert understood(complete, "Ja, stimmt so.").act is Act.THANK


def test_without_a_doubt_yes_says_nothing_of_persons():
    assert "admins" not in one(CLOUD.replace("Admin: Mehmed\n", ""), "nein").fields
