"""Names that are put right in one line."""

from __future__ import annotations

import pytest

from mailbot.understanding.request import Person
from tests.builders import person
from tests.understanding.conversation import fields

BO = person("Bo", "Miller", "bo@posteo.example")
ANNA = person("Anna", "Weiß", "anna@posteo.example")
JO = person("Jo", "Lang", "jo@posteo.example")
CLOUD = """\
Der OV Kalk möchte die Nextcloud nutzen. User:
Bo Miller, bo@posteo.example
Anna Weiß, anna@posteo.example
Jo Lang, jo@posteo.example
Admin: Bo
"""


def users(text: str, first: str = CLOUD) -> object:
    found = fields(first, text)
    assert found["admins"] == ("bo@posteo.example",)
    return found["users"]


@pytest.mark.parametrize(
    "text",
    [
        "Heißt Müller, nicht Miller",
        "Bo heißt Müller, nicht Miller.",
        "Müller, nicht Miller",
        "nicht Miller, sondern Müller",
        "Bo Müller statt Bo Miller",
        "Das ist falsch: Bo heißt Müller",
        "Danke, aber Bo heißt mit Nachnamen Müller",
        "Der Nachname von Bo ist Müller",
        "Bo is called Müller, not Miller",
    ],
)
def test_a_surname_is_put_right(text: str):
    assert users(text) == (person("Bo", "Müller", BO.email), ANNA, JO)


@pytest.mark.parametrize("text", ["Anna heißt nicht Weiß, sondern Weiss", "Weiß mit ss: Anna Weiss", "Anna schreibt sich Weiss"])
def test_whose_name_is_denied_stays(text: str):
    assert users(text) == (BO, person("Anna", "Weiss", ANNA.email), JO)


@pytest.mark.parametrize(
    ("text", "given"),
    [("Jo schreibt sich Joe", "Joe"), ("Jo heißt Johanna", "Johanna"), ("Jo wird mit Vornamen Joschka geschrieben", "Joschka")],
)
def test_a_given_name_is_put_right(text: str, given: str):
    assert users(text) == (BO, ANNA, person(given, "Lang", JO.email))


@pytest.mark.parametrize(
    "text",
    [
        "Vor- und Nachname von Lang sind vertauscht",
        "Jo ist der Vorname",
        "Vorname Jo, Nachname Lang",
        "Der Nachname ist Lang",
    ],
)
def test_names_are_turned_round(text: str):
    assert users(text, CLOUD.replace("Jo Lang", "Lang Jo")) == (BO, ANNA, JO)


def test_names_are_turned_round_where_the_summary_had_a_question_mark():
    first = CLOUD.replace("Bo Miller", "Lindner Bo").replace("Admin: Bo", "Admin: Anna")

    assert fields(first, "Vor- und Nachname sind vertauscht")["users"] == (person("Bo", "Lindner", BO.email), ANNA, JO)


@pytest.mark.parametrize(
    "text",
    ["Anna wohnt jetzt in Nippes", "Danke, alles richtig!", "Wie heißt das Programm?", "Bo freut sich", "Bo Miller heißt so."],
)
def test_who_merely_talks_renames_nobody(text: str):
    assert users(text) == (BO, ANNA, JO)


def test_the_sender_is_renamed_by_the_sender():
    first = "Ich bräuchte einen Account für BigBlueButton für die AG Frieden. Ich bin Sprecherin."

    assert fields(first, "Ich heiße Schmitt mit tt")["person"] == Person(
        given="Anna", surname="Schmitt", email="anna.schmidt@posteo.example"
    )
