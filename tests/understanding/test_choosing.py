"""Who is admin after a mail, in a first one and in later ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.understanding.request import Person, Request
from mailbot.understanding.understand import understand
from tests.builders import attached, person, written
from tests.understanding.conversation import one, rules

LIST = """\
Der OV Kalk möchte die Nextcloud nutzen. User:
Paul Krüger, paul@posteo.example
Cem Arslan, cem@posteo.example
Dora Weber, dora@posteo.example
"""
PAUL, CEM, DORA = "paul@posteo.example", "cem@posteo.example", "dora@posteo.example"


@pytest.mark.parametrize(
    ("words", "admins"),
    [
        ("Admin: Paul", {PAUL}),
        ("Gruppenadmins sind Paul Krüger und Cem Arslan.", {PAUL, CEM}),
        ("Dora macht die Administration.", {DORA}),
        ("Den Admin machen Cem und Dora zusammen.", {CEM, DORA}),
        ("Admins sollen alle drei sein.", {PAUL, CEM, DORA}),
        ("Als Admin bitte dora@posteo.example eintragen.", {DORA}),
        ("Group admins: Paul and Dora", {PAUL, DORA}),
        ("Admin ist Paul, nicht Cem.", {PAUL}),
        ("Admin: Paul. Cem will kein Admin sein.", {PAUL}),
        ("Admin wird Dora. Cem möchte das Admin-Amt nicht.", {DORA}),
        ("Admins: Paul und Cem. Dora kann nicht nur mitlesen, sie verwaltet auch.", {PAUL, CEM, DORA}),
        ("Administratorinnen werden Cem Arslan und Dora Weber.", {CEM, DORA}),
        ("Die letzten zwei sollen Admins werden.", {CEM, DORA}),
        ("Gruppenadmins: die beiden Erstgenannten", {PAUL, CEM}),
        ("Die unter 1 und 3 Genannten verwalten die Gruppe.", {PAUL, DORA}),
        ("Gruppenadmin: zweite Person der Liste", {CEM}),
        ("Die Verwaltung soll bei der erstgenannten Person liegen.", {PAUL}),
        ("Die Administration möchte ich ungern übernehmen. Admin wäre Cem.", {CEM}),
    ],
)
def test_admins_are_named_in_the_first_mail(words: str, admins: set[str]):
    request = one(LIST + words)

    assert (set(request.fields["admins"]), request.missing) == (admins, ())


@pytest.mark.parametrize("mark", ["Paul Krüger (Admin), paul@posteo.example", "Paul Krüger, paul@posteo.example (Admin)"])
def test_an_entry_of_the_list_may_be_marked(mark: str):
    request = one(LIST.replace("Paul Krüger, paul@posteo.example", mark))

    assert request.fields["admins"] == (PAUL,)
    assert len(request.fields["users"]) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words",
    [
        "Die Administration liegt bei mir.",
        "Die Gruppe zu verwalten fällt mir zu.",
        "Zur Gruppenadministratorin wurde ich bestimmt.",
        "Als Administratorin stehe ich zur Verfügung.",
        "Die Verwaltung erfolgt durch mich.",
        "Die Verwaltung übernehme bis auf Weiteres ich.",
    ],
)
def test_the_author_may_be_admin_in_many_words(words: str):
    assert one(f"{LIST}Anna Schmidt, anna.schmidt@posteo.example\n\n{words}").fields["admins"] == ("anna.schmidt@posteo.example",)


def test_admins_may_be_called_by_what_the_list_says_of_them():
    said = one(
        "Der OV Kalk möchte die Nextcloud nutzen. User:\n"
        "Paul Krüger (Kassierer), paul@posteo.example\n"
        "Cem Arslan (Beisitzer), cem@posteo.example\n"
        "Admin wird der Kassierer."
    )
    sheet = attached(
        ("Vorname", "Name", "E-Mail", "Amt"), ("Paul", "Krüger", PAUL, "Kasse"), ("Dora", "Weber", DORA, "Sprecherin")
    )
    filed = one(written("Der OV Kalk möchte in die Nextcloud. Admin ist unsere Sprecherin.", attachments=(sheet,)))

    assert (said.fields["admins"], filed.fields["admins"]) == ((PAUL,), (DORA,))


def test_a_column_of_an_attached_list_may_mark_them():
    sheet = attached(("Vorname", "Nachname", "E-Mail", "Gruppenadmin"), ("Paul", "Krüger", PAUL, ""), ("Cem", "Arslan", CEM, "x"))

    assert one(written("Der OV Kalk möchte die Nextcloud, Liste anbei.", attachments=(sheet,))).fields["admins"] == (CEM,)


def test_a_text_that_is_attached_may_name_them():
    table = (("Vorname", "Nachname", "E-Mail"), ("Paul", "Krüger", PAUL), ("Cem", "Arslan", CEM))
    sheet = replace(attached(*table), text="Anmeldung\nGruppenadmins: Cem Arslan")

    assert one(written("Der OV Kalk möchte die Nextcloud, Liste anbei.", attachments=(sheet,))).fields["admins"] == (CEM,)


@pytest.mark.parametrize(
    ("answer", "admins"),
    [
        ("Paul", {PAUL}),
        ("Das machen Paul und Cem.", {PAUL, CEM}),
        ("Admin ist Dora.", {DORA}),
        ("dora@posteo.example", {DORA}),
        ("Alle drei bitte.", {PAUL, CEM, DORA}),
        ("Paul Krüger natürlich - der andere will damit nix zu tun haben.", {PAUL}),
        ("Der Erste.", {PAUL}),
        ("Admin ist der erste auf der Liste", {PAUL}),
        ("> Gruppenadmins (1–3): Cem", {CEM}),
        ("Auf der Sitzung wurde einstimmig Dora gewählt.", {DORA}),
        ("Paul und Cem haben sich dazu bereit erklärt.", {PAUL, CEM}),
        ("Dafür hat sich Dora zur Verfügung gestellt.", {DORA}),
        ("Tragen Sie einfach Cem ein.", {CEM}),
        ("Nach kurzer Rücksprache kann Dora diese Funktion ausüben, die das schon einmal gemacht hat.", {DORA}),
        ("Die unter 2 und 3.", {CEM, DORA}),
        ("Dann nehmt als Admins bitte\npaul@posteo.example\ncem@posteo.example", {PAUL, CEM}),
    ],
)
def test_admins_are_named_when_asked_for(answer: str, admins: set[str]):
    assert set(one(LIST, answer).fields["admins"]) == admins


@pytest.mark.parametrize(
    "answer",
    [
        "Das klären wir noch.",
        "Mit Paul und Cem bespreche ich das in der kommenden Woche.",
        "Wer kann denn Admin sein?",  # asks back
        "Paul ist gerade schwer zu erreichen.",  # says something else about him
        "Admin soll die Jutta werden.",  # is no user, and nobody knows her address
    ],
)
def test_who_names_nobody_is_asked_again(answer: str):
    request = one(LIST, answer)

    assert ("admins" in request.fields, request.missing) == (False, ("admins",))


@pytest.mark.parametrize(
    ("correction", "admins"),
    [
        ("Korrektur: Admin soll doch Cem statt Paul sein.", {CEM}),
        ("Paul doch nicht als Admin. Dafür Dora.", {DORA}),
        ("Paul möchte nur normaler Nutzer sein. Gruppenadmin wird statt seiner Cem Arslan.", {CEM}),
        ("Außerdem soll Cem auch noch Admin werden.", {PAUL, CEM}),
        ("Herr Krüger übergibt die Administration an Dora Weber.", {DORA}),
        ("paul will doch nicht admin sein das macht jetzt cem und als nutzerin bleibt dora", {CEM}),
    ],
)
def test_who_is_admin_may_be_corrected(correction: str, admins: set[str]):
    request = one(f"{LIST}Admin: Paul", correction)

    assert (set(request.fields["admins"]), len(request.fields["users"])) == (admins, 3)  # type: ignore[arg-type]


def test_an_admin_who_leaves_the_users_leaves_the_admins():
    request = one(f"{LIST}Admin: Paul", "Paul doch nicht, er hat keine Zeit.")

    assert (len(request.fields["users"]), request.missing) == (2, ("admins",))  # type: ignore[arg-type]


def test_the_admins_stay_in_the_order_in_which_they_were_named():
    users = (Person(given="Ben"), Person(given="Anna"))
    before = Request(service="nextcloud", fields={"users": users, "admins": ("Anna", "Ben")}, missing=("group",))

    (found,) = understand(written("Für den OV Kalk."), (before,), rules()).requests

    assert found.fields["admins"] == ("Anna", "Ben")


def test_an_admin_is_known_by_name_until_the_address_is_known():
    asked = LIST.replace("Paul Krüger, paul@posteo.example", "Paul Krüger") + "Admin: Paul"

    assert one(asked).fields["admins"] == ("Paul Krüger",)
    assert one(asked, "> E-Mail von Paul Krüger: paul@posteo.example").fields["admins"] == (PAUL,)


def test_admins_said_before_the_users_are_remembered():
    request = one("Der OV Kalk möchte die Nextcloud nutzen. Admin wird Paul.", LIST.partition("\n")[2])

    assert (request.fields["admins"], request.missing) == ((PAUL,), ())
    assert person("Paul", "Krüger", PAUL) in request.fields["users"]  # type: ignore[operator]


def test_the_reason_tells_why_there_is_no_value():
    two = LIST.replace("Cem Arslan", "Paul Arslan")

    assert 'admins: "Paul" fits more than one' in one(f"{two}Admin: Paul").because
    assert isinstance(one(two).fields["users"], tuple)
    assert all(isinstance(each, Person) for each in one(two).fields["users"])  # type: ignore[union-attr]
