"""The stretch of a mail that fields are read from: one voice, and what it says."""

from __future__ import annotations

import pytest

from mailbot.mail.message import Address, Kind, Mail
from mailbot.understanding.scene import Scene, forwarded_scene, is_courtesy, scene_of
from tests.builders import ANNA, MEHMET, attached, body, mail, written
from tests.understanding.conversation import rules


def scene(of: Mail | str) -> Scene:
    return scene_of(of if isinstance(of, Mail) else written(of), rules())


def test_only_the_authors_own_new_words_are_said():
    said = scene("Hallo zusammen,\n\nder OV Kalk ist dabei.\n\nGruß\nAnna Schmidt\n\nAm 1.6.2025 schrieb Support:\n> Der OV Porz")

    assert [each.text for each in said.passages] == ["der OV Kalk ist dabei."]


@pytest.mark.parametrize(
    "words", ["Hallo zusammen,", "Liebes Team,", "Sehr geehrte Damen und Herren,", "Liebe Genoss:innen,", "Dear all,", "Moin!"]
)
def test_a_salutation_says_nothing(words: str):
    assert scene(f"{words}\n\nder OV Kalk ist dabei.").text == "der OV Kalk ist dabei."
    assert scene(f"{words} der OV Kalk ist dabei.").text == "der OV Kalk ist dabei."


def test_the_rows_of_a_table_are_entries_and_no_sentences():
    rows = "Anna;Schmidt;anna.schmidt@posteo.example\nMehmet;Yılmaz;mehmet.yilmaz@posteo.example"
    said = scene(f"Unsere Liste:\n\nVorname;Nachname;E-Mail\n{rows}")

    assert [each.person for each in said.entries] == [ANNA, MEHMET]
    assert said.text.strip() == "Unsere Liste:"


def test_subject_names_and_heads_of_attachments_are_titles():
    said = scene(mail("Siehe Anhang.", subject="Nextcloud", attachments=(attached(("OV Kalk",), name="AG_Klima.xlsx"),)))

    assert {"Nextcloud", "OV Kalk", "AG Klima"} <= set(said.titles)


def test_those_in_copy_are_persons_but_for_our_own_inboxes():
    said = scene(
        mail(cc=(Address(name="Mehmet Yılmaz", email="mehmet.yilmaz@posteo.example"), Address(email="buero@die-linke-koeln.de")))
    )

    assert said.copied == (MEHMET,)


def test_a_scene_of_some_passages_keeps_their_places():
    whole = scene("Anna kommt. Paul kommt. Cem kommt.")

    some = whole.only([1])

    assert [each.text for each in some.passages] == ["", "Paul kommt.", ""]
    assert [each.person.given for each in some.mentions] == ["Paul"]


def test_the_words_behind_a_form_line_are_said_by_the_same_voice():
    said = scene("Hallo").saying("Paul Krüger\nund ich", 7)

    assert [(each.text, each.line, each.listed) for each in said.passages] == [("Paul Krüger", 7, True), ("und ich", 7, True)]
    assert said.voice.person == ANNA


def test_a_mail_that_passes_nothing_on_has_one_voice():
    assert forwarded_scene(written("Hallo"), rules()) is None


def test_a_forwarded_mail_has_the_voice_of_its_author():
    text = """\
Bitte kümmert euch.

---------- Forwarded message ---------
Von: Mehmet Yılmaz <mehmet.yilmaz@posteo.example>
Datum: Mo., 9. Juni 2025
Betreff: BBB
An: Anna Schmidt <anna.schmidt@posteo.example>

Ich brauche einen Account.
"""
    passed_on = forwarded_scene(written(text, subject="Fwd: BBB"), rules())

    assert passed_on is not None
    assert (passed_on.voice.person, passed_on.text) == (MEHMET, "Ich brauche einen Account.")


@pytest.mark.parametrize("text", ["Danke!", "Vielen Dank für die schnelle Hilfe!", "Ok, super.", "Viele Grüße", "Thanks a lot!"])
def test_is_mere_courtesy(text: str):
    assert is_courtesy(text)


@pytest.mark.parametrize("text", ["Danke, Admin ist Paul.", "Der OV Kalk", "Danke, aber es geht nicht.", "40"])
def test_is_more_than_courtesy(text: str):
    assert not is_courtesy(text)


def test_nothing_is_said_in_a_mail_without_words():
    assert scene(mail("", body=body("", "  ", kind=Kind.OWN))).passages == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hallo liebes Team, wir brauchen etwas.", "wir brauchen etwas."),
        ("hi brauch bbb zugang, bin sprecherin", "brauch bbb zugang, bin sprecherin"),  # only the first word greets
    ],
)
def test_a_salutation_ends_where_something_is_said(text: str, said: str):
    assert scene(text).text == said


def test_marks_that_were_dictated_are_marks():
    assert (
        scene("wir brauchen einen Zugang Komma und zwar bald Punkt danke").text
        == "wir brauchen einen Zugang, und zwar bald.\ndanke"
    )


def test_one_such_word_is_a_word():
    assert scene("Es geht um den Punkt von gestern").text == "Es geht um den Punkt von gestern"
