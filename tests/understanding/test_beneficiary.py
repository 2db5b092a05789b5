"""For whom a mail asks, where it is somebody else."""

from __future__ import annotations

import pytest

from tests.builders import ANNA, person
from tests.understanding.conversation import fields

DORA = person("Dora", None, "dora@web.example")


@pytest.mark.parametrize(
    "text",
    [
        "Die Dora braucht auch einen Zugang zu BigBlueButton, dora@web.example.",
        "unsere kassiererin dora bekommt bitte noch einen bbb account, dora@web.example",
        "dora macht jetzt bei uns die finanzen, kriegt sie einen bbb account? dora@web.example",
        "Könnt ihr der Dora bitte einen Account für BigBlueButton geben? dora@web.example",
        "Gebt bitte unserer Dora einen BBB-Account: dora@web.example",
        "die dora aus dem vorstand vom ov kalk bräucht noch nen bbb account, dora@web.example",
        "kann die dora bitte auch nen bbb account haben? dora@web.example",
        "die dora vom ov kalk hat noch keinen bbb account: dora@web.example",
        "Dora ist neu im Vorstand, dora@web.example. Gebt ihr bitte einen BBB-Account.",
        "Dora is our new treasurer, can she get an account for BigBlueButton? dora@web.example",
        "Dora ist jetzt bei uns dabei. Sie bräuchte einen BBB-Account, dora@web.example.",
        "ich frag für meine kollegin dora, sie bräuchte nen bbb account: dora@web.example",
        "Dora should get an account for BigBlueButton: dora@web.example",
    ],
)
def test_who_needs_it_is_named(text: str):
    assert fields(text)["person"] == DORA


@pytest.mark.parametrize(
    "text",
    [
        "Ich bitte darum, unserer Kassiererin Dora Weber ein Postfach einzurichten.",
        "Nach unserer bisherigen Kassiererin Kim Berg benötigt die neue Kassiererin des OV Kalk, Dora Weber, ein Postfach.",
    ],
)
def test_a_task_stands_beside_whoever_needs_it(text: str):
    assert (fields(text)["person"], fields(text)["role"]) == (person("Dora", "Weber", None), "Kassiererin")


def test_whoever_only_told_of_it_needs_nothing():
    told = "Laut Auskunft von Dora Weber (dora@web.example) kann man einen BBB-Zugang bekommen. Ich hätte gern einen."
    backed = "Ich bitte um einen BBB-Zugang. Unsere Sprecherin Dora Weber (dora@web.example) unterstützt das."

    assert (fields(told)["person"], fields(backed)["person"], fields(backed).get("role")) == (ANNA, ANNA, None)


def test_who_was_spoken_of_in_the_sentence_before_is_meant():
    elected = "Der OV Kalk hat Dora Weber zur Kassiererin gewählt. Bitte legen Sie ihr ein Postfach an."

    assert (fields(elected)["person"], fields(elected)["role"]) == (person("Dora", "Weber", None), "Kassiererin")


@pytest.mark.parametrize(
    "text",
    [
        "Die Dora meinte, ich brauche einen Account für BigBlueButton.",
        "Dora hat schon einen BBB-Account und kriegt den nicht mehr auf, ich bräuchte auch einen.",
        "Dora Ost hat mir erzählt, dass man einen BBB-Account bekommen kann. Das wäre toll für uns.",
        "Dora Ost ist krank, deshalb schreibe ich: Der OV Kalk braucht einen BBB-Account.",
        "Dora Ost ist weg, und der OV Kalk hat keinen BBB-Account mehr. Kann ich einen haben?",
        "Bitte BBB für den OV Kalk, bei Fragen ruft Dora Ost an.",
        "Die Gruppe von Dora braucht einen Account für BigBlueButton.",
        "Ich bräuchte einen Account für BigBlueButton, könnt ihr der Dora sagen, wenn er da ist?",
    ],
)
def test_who_is_only_mentioned_needs_nothing(text: str):
    assert fields(text)["person"] == ANNA


def test_the_only_address_is_of_the_only_one_named():
    assert fields("Die Dora braucht auch einen BBB-Account. hase81@web.example")["person"] == person(
        "Dora", None, "hase81@web.example"
    )


def test_what_somebody_else_does_is_her_task():
    assert fields("Dora Ost macht bei uns die Pressearbeit und bekommt bitte einen BBB-Account.")["role"] == "Pressearbeit"
