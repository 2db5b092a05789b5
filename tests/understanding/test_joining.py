"""Persons in later mails: who joins, who leaves, and what is now known of those named before."""

from __future__ import annotations

import pytest

from mailbot.understanding.request import Person
from tests.builders import ANNA, attached, person, written
from tests.understanding.conversation import fields, one

PAUL = person("Paul", "Krüger", "paul@posteo.example")
CEM = person("Cem", "Arslan", "cem@posteo.example")
DORA = person("Dora", "Weber", "dora@posteo.example")
LIST = """\
Der OV Kalk möchte die Nextcloud nutzen. User:
Paul Krüger, paul@posteo.example
Cem Arslan, cem@posteo.example
Admin: Cem
"""
HALF = "Der OV Kalk möchte die Nextcloud nutzen. User: Paul Krüger (paul@posteo.example) und Cem Arslan. Admin: Cem"
BARE = "Der OV Kalk möchte die Nextcloud nutzen."
CONTACT = "Die AG Frieden möchte eine Signalgruppe. Kontakt: Paul Krüger"


def test_the_authors_address_goes_for_who_has_none():
    assert fields(CONTACT, "er hat keine, nehmt einfach meine")["person"] == person("Paul", "Krüger", ANNA.email)


EDITOR = "Der OV Kalk möchte eine Unterseite. Verantwortlich: Paul Krüger, paul@posteo.example"


@pytest.mark.parametrize(
    "answer", ["Paul kann doch nicht, das übernehm ich", "statt Paul mach ichs halt", "Paul ist raus, nehmt mich"]
)
def test_the_author_takes_the_place_of_who_leaves(answer: str):
    assert fields(EDITOR, answer)["editors"] == (ANNA,)
    assert fields(CONTACT, answer)["person"] == ANNA


@pytest.mark.parametrize(
    "answer",
    [
        "Paul ist nicht mehr dabei. Ich muss selbst erst schauen, wer das macht.",
        "Paul ist raus. Wer nachkommt, sage ich euch, wenn ich es selbst weiß.",
        "Paul springt leider ab. Ich mache mich auf die Suche.",
        "Paul ist raus. Ich weiß noch nicht, ob ich das übernehme.",
        "Paul ist raus. Wir beraten am Montag darüber. Das mache ich sonst auch so.",
    ],
)
def test_who_leaves_is_not_followed_by_an_author_who_only_tells_so(answer: str):
    assert one(EDITOR, answer).missing == ("editors",)
    assert users(LIST, answer) == {CEM}
    assert one(CONTACT, answer).missing == ("person",)


@pytest.mark.parametrize("remark", ["Paul ist heute nicht dabei, ich frage ihn morgen.", "Paul ist noch nicht dabei, das kommt."])
def test_who_is_away_for_now_stays(remark: str):
    assert fields(CONTACT, remark) == fields(CONTACT)
    assert users(LIST, remark) == users(LIST)


@pytest.mark.parametrize(
    "answer",
    [
        "Paul ist raus. Das übernehme ich dann selbst.",
        "Paul hört auf, ich springe für ihn ein.",
        "Paul kann doch nicht. Tragt bitte mich ein.",
    ],
)
def test_the_author_takes_over_in_the_next_sentence(answer: str):
    assert fields(EDITOR, answer)["editors"] == (ANNA,)


@pytest.mark.parametrize(
    "answer",
    [
        "Tragt bitte noch nicht meine Adresse ein, Paul schickt seine.",
        "Notiert euch meine Nummer, die Adresse von Paul schicke ich nach.",
        "Tragt bitte meine Kollegin als Vertretung ein, die Adresse von Paul kommt noch.",
        "Falls er sich nicht meldet, nehmt meine.",
        "Nehmt meine Antwort noch nicht als endgültig.",
    ],
)
def test_the_authors_address_is_nobody_elses_before_that_is_said(answer: str):
    asked = one(CONTACT, answer)

    assert (asked.fields["person"], asked.missing) == (person("Paul", "Krüger", None), ("person.email",))


@pytest.mark.parametrize(
    "answer",
    [
        "Tragt meine ein, er hat keine.",
        "Nutzt so lange meine E-Mail-Adresse.",
        "nehmt dann halt meine dafür",
        "Tragt da einfach meine Mail ein!",
        "Er hat keine, ihr könnt meine nehmen.",
    ],
)
def test_the_authors_address_is_lent(answer: str):
    assert fields(CONTACT, answer)["person"] == person("Paul", "Krüger", ANNA.email)


def test_who_is_told_of_and_let_go_leaves():
    assert users(HALF, "Cem hat kein Internet, dann lasst ihn weg") == {PAUL}


def test_nobody_is_left_where_the_only_one_leaves():
    assert one(EDITOR, "Paul springt leider ab.").missing == ("editors",)


def test_an_address_of_who_comes_is_not_that_of_who_leaves():
    contact = "Die AG Frieden möchte eine Signalgruppe. Kontakt: Paul Krüger, paul@posteo.example"

    assert fields(contact, "statt paul bitte xy, xy@web.example")["person"] == person(None, None, "xy@web.example")


@pytest.mark.parametrize("answer", ["nur ich", "na ich, wer sonst", "erstmal nur ich"])
def test_nobody_but_the_author(answer: str):
    assert users(BARE, answer) == {ANNA}


def test_a_surname_alone_is_that_of_who_has_none():
    asked = "Die AG Frieden möchte eine Signalgruppe. Kontakt: Berivan (berivan@web.example)"

    assert fields(asked, "Öcalan")["person"] == person("Berivan", "Öcalan", "berivan@web.example")


def users(*mails: str) -> set[Person]:
    found = fields(*mails)["users"]
    assert isinstance(found, tuple)
    return {each for each in found if isinstance(each, Person)}


@pytest.mark.parametrize(
    "remark",
    [
        "Cem kann nicht mehr so gut sehen, bitte große Schrift in der Anleitung.",
        "Cem kann leider nicht so gut mit dem Computer umgehen.",
        "Cem will nicht, dass seine Adresse öffentlich ist.",
        "Cem hat keine Zeit am Donnerstag, deshalb bitte am Freitag anrufen.",
        "Cem ist nicht da, er meldet sich nächste Woche.",
        "Cem nutzt die Nextcloud noch nicht, bekommt er eine Einführung?",
        "Cem fällt die Bedienung schwer, gibt es eine Anleitung?",
        "Cem streicht gerade seine Wohnung und antwortet später.",
        "Ohne Cem wären wir aufgeschmissen.",
        "Statt Cem dürft ihr auch mich anrufen.",
        "Das Passwort bitte nicht Cem geben, der verliert alles.",
        "Cem kommt nicht an seine Mails, schickt den Link bitte an mich.",
        "Cem hat nicht geantwortet.",
        "Unser Admin Paul fragt, wann das fertig ist.",
        "Unserem Admin Paul könnt ihr die Zugangsdaten direkt schicken.",
        "Bei Cem heißt der Ordner Sommerfest, geht das?",
    ],
)
def test_what_is_merely_told_of_somebody_changes_nothing(remark: str):
    assert fields(LIST, remark) == fields(LIST)


@pytest.mark.parametrize(
    "words",
    ["Cem kann nicht.", "Cem will leider nicht mehr.", "Cem hat keine Zeit dafür.", "Cem bitte nicht.", "Cem kommt doch nicht."],
)
def test_who_merely_cannot_leaves(words: str):
    assert users(LIST, words) == {PAUL}


@pytest.mark.parametrize("answer", ["Das wären dann Paul Krüger und der Cem.", "Ah ok. Paul Krüger und Cem"])
def test_who_is_asked_may_name_somebody_by_the_given_name(answer: str):
    found = one(BARE, answer)

    assert (found.fields["users"], "users.surname" in found.missing) == (
        (Person(given="Paul", surname="Krüger"), Person(given="Cem")),
        True,
    )


def test_who_is_to_be_entered_with_another_address_stays():
    page = "Die AG Ernährung hätte gern eine Unterseite. Verantwortlich sind Paul Krüger (paul@posteo.example) und ich."
    found = fields(page, "Tragt für mich doch lieber anna@laden.example ein, das Postfach hier lese ich selten.")

    assert found["editors"] == (PAUL, person("Anna", "Schmidt", "anna@laden.example"))


def test_the_address_of_somebody_else_is_not_the_contacts():
    assert fields("Die AG Frieden möchte eine Signalgruppe. Kontakt bin ich.", "paul@posteo.example ist die Adresse von Paul.")[
        "person"
    ] == person("Anna", "Schmidt", "anna.schmidt@posteo.example")


def test_the_author_leaves_the_list():
    assert users(f"{LIST}Und ich.", "Ich selbst möchte nun doch nicht in der Liste stehen.") == {PAUL, CEM}


def test_who_is_thanked_does_not_join():
    assert users(BARE, "Danke Jutta! Es sind Paul Krüger und Cem Arslan.") == {
        Person(given="Paul", surname="Krüger"),
        Person(given="Cem", surname="Arslan"),
    }


def test_of_a_list_that_was_sent_back_only_what_is_new_counts():
    shared = "Der OV Kalk möchte die Adresse ov-kalk@die-linke-koeln.de, weitergeleitet an paul@posteo.example und an cem@web"

    assert fields(shared, "Es fehlte das Ende: cem@web.example\n\n> Ziel-Adressen: paul@posteo.example")["targets"] == (
        "paul@posteo.example",
        "cem@web.example",
    )


@pytest.mark.parametrize(
    "answer",
    [
        "cem@posteo.example",
        "Cem hat cem@posteo.example.",
        "Die Adresse von Cem ist cem@posteo.example",
        "> E-Mail von Cem Arslan: cem@posteo.example",
        "Cem Arslan, cem@posteo.example",
        "Arslan: cem@posteo.example",
    ],
)
def test_the_one_address_that_is_missing_is_told(answer: str):
    request = one(HALF, answer)

    assert (set(request.fields["users"]), request.missing) == ({PAUL, CEM}, ())  # type: ignore[arg-type]


def test_names_are_told_of_addresses_that_stood_alone():
    alone = "Der OV Kalk möchte die Nextcloud nutzen. User:\npaul@posteo.example\ncem@posteo.example"

    assert users(alone, "paul@posteo.example: Paul Krüger\ncem@posteo.example: Cem Arslan") == {PAUL, CEM}


def test_an_address_that_cannot_be_one_is_asked_for_again():
    assert one(HALF, "Cem hat cem@posteo.").missing == ("users.email",)


@pytest.mark.parametrize(
    "answer",
    [
        "Paul Krüger, paul@posteo.example\nCem Arslan, cem@posteo.example",
        "> Nutzer*innen (Vorname, Name, E-Mail): Paul Krüger, paul@posteo.example; Cem Arslan, cem@posteo.example",
        "Das sind Paul Krüger (paul@posteo.example) und Cem Arslan (cem@posteo.example).",
    ],
)
def test_users_are_named_when_asked_for(answer: str):
    assert users(BARE, answer) == {PAUL, CEM}


def test_the_sender_may_be_one_of_them():
    assert users(BARE, "Paul Krüger, paul@posteo.example, und ich.") == {PAUL, ANNA}


@pytest.mark.parametrize(
    "text",
    [
        "Dora Weber, dora@posteo.example kommt noch dazu.",
        "Außerdem noch Dora Weber (dora@posteo.example).",
        "Bitte auch Dora Weber, dora@posteo.example, aufnehmen.",
    ],
)
def test_somebody_joins(text: str):
    assert users(LIST, text) == {PAUL, CEM, DORA}


@pytest.mark.parametrize(
    "text",
    [
        "Paul doch nicht.",
        "Paul macht nicht mit.",
        "Paul Krüger bitte wieder rausnehmen.",
        "Paul Krüger lässt ausrichten, dass er nicht mehr mitmachen möchte.",
    ],
)
def test_somebody_leaves(text: str):
    assert users(LIST, text) == {CEM}


@pytest.mark.parametrize(
    "text",
    [
        "Statt Paul macht Dora Weber mit, dora@posteo.example.",
        "Bitte ersetzen Sie Paul Krüger durch Dora Weber (dora@posteo.example).",
        "Paul Krüger ist erkrankt. Anstelle von ihm macht Dora Weber (dora@posteo.example) mit.",
        "Paul soll gegen Dora Weber (dora@posteo.example) ausgetauscht werden.",
    ],
)
def test_somebody_takes_the_place_of_another(text: str):
    assert users(LIST, text) == {CEM, DORA}


@pytest.mark.parametrize(
    "text",
    ["Pauls Adresse war falsch, richtig ist paul.krueger@posteo.example.", "Korrektur: Paul Krüger, paul.krueger@posteo.example"],
)
def test_an_address_is_corrected(text: str):
    assert users(LIST, text) == {person("Paul", "Krüger", "paul.krueger@posteo.example"), CEM}


def test_a_surname_is_spelt_right():
    assert users(LIST, "Sorry, Tippfehler: Paul schreibt sich Paul Krieger.") == {person("Paul", "Krieger", PAUL.email), CEM}


@pytest.mark.parametrize("text", ["Danke euch!", "Paul freut sich schon.", "Wann geht es los?"])
def test_who_merely_talks_changes_nobody(text: str):
    assert users(LIST, text) == {PAUL, CEM}


def test_a_list_may_come_later():
    sheet = attached(("Vorname", "Nachname", "E-Mail"), ("Paul", "Krüger", "paul@posteo.example"))

    assert fields(BARE, written("Die Liste hatte ich vergessen.", attachments=(sheet,)))["users"] == (PAUL,)


@pytest.mark.parametrize(
    "answer", ["paul@posteo.example", "Pauls Adresse ist paul@posteo.example.", "> E-Mail: paul@posteo.example"]
)
def test_of_one_person_the_rest_is_told(answer: str):
    request = one(CONTACT, answer)

    assert (request.fields["person"], request.missing) == (PAUL, ())


def test_another_person_takes_over():
    text = "Der Kontakt ist jetzt doch Dora Weber, dora@posteo.example, statt Paul."

    assert fields(f"{CONTACT}, paul@posteo.example", text)["person"] == DORA


@pytest.mark.parametrize(
    "answer",
    [
        "Schmidt",
        "Name: Schmidt",
        "Mein Nachname ist Schmidt.",
    ],
)
def test_a_surname_alone_answers_the_question_for_it(answer: str):
    request = one("Die AG Frieden möchte eine Signalgruppe.", answer, sender="Anna <anna.schmidt@posteo.example>")

    assert (request.fields["person"], request.missing) == (ANNA, ())


def test_an_address_that_is_replaced_takes_nobody_out():
    cloud = "Die AG Wohnen möchte in die Nextcloud: Lea Ost, lea@posteo.example, und Yusuf Kaya. Admins: Lea und Yusuf."

    found = fields(cloud, "Statt Yusufs alter Adresse gilt yusuf.kaya@web.example.")

    assert [each.given for each in found["users"]] == ["Lea", "Yusuf"]
    assert len(found["admins"]) == 2


SURNAME_ONLY = "Die AG Frieden möchte eine Signalgruppe. Kontakt: Okonkwo, okonkwo@web.example"
EMEKA = person("Emeka", "Okonkwo", "okonkwo@web.example")


@pytest.mark.parametrize(
    "answer",
    [
        "Okonkwo heißt mit Vornamen Emeka.",
        "Der Vorname ist Emeka.",
        "Vorname von Okonkwo: Emeka",
        "Emeka ist der Vorname, Okonkwo der Nachname.",
        "Emeka Okonkwo",
    ],
)
def test_a_given_name_makes_the_only_name_that_was_told_the_surname(answer: str):
    assert fields(SURNAME_ONLY, answer)["person"] == EMEKA
    assert EMEKA in users("Der OV Kalk möchte die Nextcloud nutzen. User:\nOkonkwo, okonkwo@web.example\nAdmin: er", answer)


def test_the_only_name_that_was_told_may_be_called_the_surname():
    answered = one(SURNAME_ONLY, "Okonkwo ist schon der Nachname.")

    assert (answered.fields["person"], answered.missing) == (person(None, "Okonkwo", EMEKA.email), ("person.given",))


@pytest.mark.parametrize(
    "remark",
    [
        "Mein Vorname ist Anna, den von Okonkwo weiß ich nicht.",
        "Wie der Vorname von Okonkwo lautet, frage ich noch.",
        "Den Vornamen schicke ich nach.",
    ],
)
def test_a_given_name_that_is_not_told_changes_nobody(remark: str):
    assert fields(SURNAME_ONLY, remark) == fields(SURNAME_ONLY)


def test_who_is_known_by_the_given_name_keeps_it():
    given_only = SURNAME_ONLY.replace("Okonkwo", "Hêvîn")
    answer = "Hêvîn ist der Vorname, Demir heißt sie hinten."

    assert fields(given_only, answer)["person"] == person("Hêvîn", "Demir", "okonkwo@web.example")
