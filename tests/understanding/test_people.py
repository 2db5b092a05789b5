"""Persons in a first mail: those of a list, and the one that a field asks for."""

from __future__ import annotations

import pytest

from mailbot.mail.message import Address
from mailbot.understanding.request import Person
from tests.builders import ANNA, attached, person, written
from tests.understanding.conversation import fields, one

PAUL = person("Paul", "Krüger", "paul@posteo.example")
CEM = person("Cem", "Arslan", "cem@posteo.example")


def users(text: str, **about: object) -> set[Person]:
    found = fields(written(f"Der OV Kalk möchte die Nextcloud nutzen.\n\n{text}", **about)).get("users", ())
    assert isinstance(found, tuple)
    return {each for each in found if isinstance(each, Person)}


def contact(text: str, **about: object) -> object:
    return fields(written(f"Die AG Frieden möchte eine Signalgruppe. {text}", **about)).get("person")


def test_the_author_may_be_named_last_of_all():
    assert users("Das sind Paul Krüger (paul@posteo.example) und halt ich.") == {PAUL, ANNA}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Paul Krüger, paul@posteo.example\nCem Arslan, cem@posteo.example", id="commas"),
        pytest.param("- Paul Krüger: paul@posteo.example\n- Cem Arslan: cem@posteo.example", id="bullets"),
        pytest.param("KRÜGER, Paul <paul@posteo.example>\nARSLAN, Cem <cem@posteo.example>", id="surname first, in capitals"),
        pytest.param("1. Krüger, Paul <paul@posteo.example>\n2. Arslan, Cem <cem@posteo.example>", id="surname first"),
        pytest.param("User sind Paul Krüger (paul@posteo.example) und Cem Arslan (cem@posteo.example).", id="a sentence"),
        pytest.param("Vorname;Nachname;E-Mail\nPaul;Krüger;paul@posteo.example\nCem;Arslan;cem@posteo.example", id="a table"),
        pytest.param(
            "Vorname: Paul\nNachname: Krüger\nE-Mail: paul@posteo.example\n\n"
            "Vorname: Cem\nNachname: Arslan\nE-Mail: cem@posteo.example",
            id="cards",
        ),
        pytest.param("paul krüger, paul@posteo.example\ncem arslan, cem@posteo.example", id="small letters"),
        pytest.param("Paul Krüger\npaul@posteo.example\n\nCem Arslan\ncem@posteo.example", id="two lines each"),
        pytest.param(
            "Paul Krüger, Kassierer, Am Alten Wasserwerk 112, 50667 Köln, paul@posteo.example\n"
            "Cem Arslan, Sprecher, Ring 3, 50667 Köln, cem@posteo.example",
            id="address lists",
        ),
        pytest.param("Gen. Paul Krüger, paul@posteo.example\nGen. Dr. Cem Arslan, cem@posteo.example", id="comrades"),
        pytest.param(
            "Paul Krüger (privat: paul@posteo.example, dienstlich: krueger@firma.example)\nCem Arslan (cem@posteo.example)",
            id="two addresses",
        ),
        pytest.param("Paul Krüger (paul@posteo.example; Sprecher)\nCem Arslan (cem@posteo.example; Kasse)", id="offices behind"),
    ],
)
def test_a_list_is_read_however_it_is_written(text: str):
    assert users(text) == {PAUL, CEM}


def test_a_list_may_be_half_in_the_text_and_half_attached():
    sheet = attached(("Vorname", "Nachname", "E-Mail"), ("Cem", "Arslan", "cem@posteo.example"))

    assert users("Dazu noch Paul Krüger, paul@posteo.example.", attachments=(sheet,)) == {PAUL, CEM}


def test_as_many_addresses_as_names_stand_in_the_same_order():
    assert users("User: Lea Ost, Kim Berg und Jan Alt (eins@web.example, zwei@web.example, drei@web.example)") == {
        person("Lea", "Ost", "eins@web.example"),
        person("Kim", "Berg", "zwei@web.example"),
        person("Jan", "Alt", "drei@web.example"),
    }


@pytest.mark.parametrize(
    "text", ["Krüger, P.: eins@web.example", "Frau Krüger, eins@web.example", "P. Krüger <eins@web.example>"]
)
def test_of_a_list_without_given_names_the_surname_is_known(text: str):
    assert users(f"{text}\nCem Arslan, cem@posteo.example") == {person(None, "Krüger", "eins@web.example"), CEM}


def test_a_sentence_may_go_on_with_a_list():
    assert users("Zugang brauchen Paul Krüger (paul@posteo.example) und Cem Arslan (cem@posteo.example). Hinzu komme ich.") == {
        PAUL,
        CEM,
        ANNA,
    }


def test_an_attached_text_may_be_the_list():
    letter = attached(name="liste.txt", text="Unsere Leute\n\nPaul Krüger, paul@posteo.example\nCem Arslan <cem@posteo.example>")

    assert users("Die Liste hängt an.", attachments=(letter,)) == {PAUL, CEM}


def test_relatives_have_addresses_of_their_own():
    pair = users("User sind Ute und Jan Krüger (ute.krueger@web.example, jan.krueger@web.example).")

    assert pair == {person("Ute", None, "ute.krueger@web.example"), person("Jan", "Krüger", "jan.krueger@web.example")}
    assert users("User: Jan Krüger, ute.krueger@web.example") == {person("Jan", "Krüger", "ute.krueger@web.example")}


def test_names_may_be_written_without_their_marks():
    assert users("User: Ayse Demir (ayse@posteo.example) und Juergen Kaya (jk@posteo.example)") == {
        person("Ayse", "Demir", "ayse@posteo.example"),
        person("Juergen", "Kaya", "jk@posteo.example"),
    }


def test_somebody_who_is_named_twice_is_one():
    assert users("User: Paul Krüger, Cem Arslan.\nPaul Krüger: paul@posteo.example\nCem Arslan: cem@posteo.example") == {
        PAUL,
        CEM,
    }


@pytest.mark.parametrize(
    "text",
    [
        "User: Paul Krüger, paul@posteo.example. Cem hat kein Internet.",
        "User: Paul Krüger (paul@posteo.example) anstelle von Cem Arslan.",
        "User: Paul Krüger (paul@posteo.example) statt Cem Arslan.",
        "User: Paul Krüger (paul@posteo.example) und nicht Cem Arslan.",
        "User: Paul Krüger, paul@posteo.example. Rückfragen an Cem Arslan.",
        "User: Paul Krüger, paul@posteo.example. Nachrichtlich an Cem Arslan (cem@posteo.example).",
    ],
)
def test_who_is_only_spoken_of_is_no_user(text: str):
    assert users(text) == {PAUL}


def test_those_in_copy_are_users_where_the_mail_says_so():
    copied = (Address(name="Paul Krüger", email="paul@posteo.example"), Address(name="Cem Arslan", email="cem@posteo.example"))

    assert users("Nutzen sollen es alle Mitglieder hier in CC.", cc=copied) == {PAUL, CEM}
    assert users("Paul Krüger, paul@posteo.example", cc=copied[1:]) == {PAUL}


@pytest.mark.parametrize(
    "text",
    [
        "Kontakt: Paul Krüger, paul@posteo.example",
        "Ansprechperson ist Paul Krüger (paul@posteo.example).",
        "Paul Krüger (paul@posteo.example) ist die Ansprechperson.",
        "Verantwortlich: Paul Krüger <paul@posteo.example>",
        "Contact person: Paul Krüger, paul@posteo.example",
        "Die Organisation liegt in den Händen von Paul Krüger (paul@posteo.example).",
        "Federführend ist Paul Krüger (paul@posteo.example).",
    ],
)
def test_the_person_asked_for_stands_beside_a_word_for_it(text: str):
    assert contact(text) == PAUL


@pytest.mark.parametrize("text", ["Paul macht den Kontakt.", "paul ist dafür ansprechpartner", "Paul bleibt unser Kontakt."])
def test_the_person_asked_for_may_be_called_by_the_given_name(text: str):
    assert contact(text) == person("Paul", None, None)


def test_the_authors_other_address_is_the_one_to_take():
    assert contact("Kontakt bin ich, bitte nehmt meine private Adresse anna@web.example.") == person(
        ANNA.given, ANNA.surname, "anna@web.example"
    )


def test_the_only_one_who_is_named_with_an_address_is_the_person_unless_the_author_is_meant():
    assert contact("Für Rückfragen steht Paul Krüger (paul@posteo.example) bereit.") == PAUL
    assert contact("Eingerichtet wird sie von Paul Krüger, paul@posteo.example.") == PAUL
    assert contact("Den Hinweis verdanken wir Paul Krüger (paul@posteo.example).") == ANNA
    assert contact("Paul Krüger (paul@posteo.example) kümmert sich darum.") == PAUL
    assert contact("Die Leitung liegt in den Händen von Paul Krüger, paul@posteo.example.") == PAUL
    assert contact("Kümmern wird sich darum Paul Krüger, paul@posteo.example.") == PAUL
    assert contact("Darum wird sich Paul Krüger (paul@posteo.example) kümmern.") == PAUL
    assert contact("Das übernimmt unser Kassierer Paul Krüger, paul@posteo.example.") == PAUL
    assert contact("Paul Krüger, paul@posteo.example, wird das machen.") == PAUL
    assert contact("Bitte richtet sie für Paul Krüger (paul@posteo.example) ein.") == PAUL
    assert contact("Verwaltet wird sie durch unseren Kassierer Paul Krüger, paul@posteo.example.") == PAUL
    assert contact("Das Ganze bitte für unsere Kollegen Paul Krüger, paul@posteo.example") == PAUL
    assert contact("Ich möchte sie einrichten, den Tipp gab Paul Krüger, paul@posteo.example.") == ANNA


@pytest.mark.parametrize(
    "text",
    [
        "Rechnung bitte an Paul Krüger, paul@posteo.example.",
        "Genehmigt hat das Paul Krüger (paul@posteo.example).",
        "Den Antrag hat Paul Krüger (paul@posteo.example) vorbereitet.",
        "Cc: Paul Krüger (paul@posteo.example) vom Vorstand.",
        "Unser Sprecher Paul Krüger (paul@posteo.example) findet das auch gut.",
        "Das Protokoll liegt in den Händen von Paul Krüger (paul@posteo.example). Kontakt bin ich.",
        "Um die Kasse kümmert sich Paul Krüger (paul@posteo.example).",
        "Paul Krüger (paul@posteo.example) hat uns davon berichtet.",
        "Protokoll schreibt bei uns Paul Krüger (paul@posteo.example).",
        "Schöne Grüße soll ich von Paul Krüger (paul@posteo.example) ausrichten.",
        "Gegründet hat uns im Mai Paul Krüger, paul@posteo.example.",
        "Danke für den Hinweis an Paul Krüger (paul@posteo.example).",
        "Für Paul Krüger (paul@posteo.example) wäre das auch eine Erleichterung.",
    ],
)
def test_who_is_only_mentioned_with_an_address_is_not_meant(text: str):
    assert contact(text) == ANNA


@pytest.mark.parametrize("text", ["Kontakt bin ich.", "Ansprechperson: ich", "Verantwortlich mache ich das.", ""])
def test_the_person_is_the_sender_if_said_or_if_nobody_is_named(text: str):
    assert contact(text) == ANNA


def test_a_card_that_came_with_the_mail_is_the_person():
    card = attached(("Vorname", "Nachname", "E-Mail"), ("Paul", "Krüger", "paul@posteo.example"), name="paul.vcf")

    assert contact("Die Kontaktdaten hängen an.", attachments=(card,)) == PAUL


def test_a_person_without_an_address_stays_without():
    assert contact("Ansprechperson ist Paul Krüger.") == person("Paul", "Krüger", None)


def test_a_service_that_needs_no_address_keeps_none():
    personal = fields("Ich bin Kassiererin und hätte gern eine persönliche Mailadresse als Postfach.")

    assert personal["person"] == Person(given="Anna", surname="Schmidt")


@pytest.mark.parametrize(
    "text",
    [
        "Unsere neue Sprecherin ist Paul Krüger, paul@posteo.example. Sie bekommt bitte einen Account für BigBlueButton.",
        "Paul Krüger (paul@posteo.example) ist unser Sprecher und braucht einen Account für BigBlueButton.",
    ],
)
def test_who_receives_it_is_meant_although_somebody_else_writes(text: str):
    assert fields(text)["person"] == PAUL


@pytest.mark.parametrize(
    "closing",
    [
        "",
        "Und ich schreibe euch nur für sie.",
        "Admin wird Anna Ost, und ich frage sonst nach.",
        "Ich melde mich, und ich hoffe auf bald.",
    ],
)
def test_somebody_else_with_the_authors_given_name_is_the_only_user(closing: str):
    heard = fields(f"Die AG Garten möchte die Nextcloud nutzen. Dabei ist Anna Ost (anna@ost.example). {closing}")

    assert heard["users"] == (person("Anna", "Ost", "anna@ost.example"),)


def test_the_author_joins_somebody_with_the_same_given_name():
    heard = fields("Die AG Garten möchte die Nextcloud nutzen. Dabei sind Anna Ost (anna@ost.example) und ich.")

    assert heard["users"] == (person("Anna", "Ost", "anna@ost.example"), ANNA)


@pytest.mark.parametrize(
    ("first", "second"), [("Herr Nguyen", "Kollege Ost"), ("Frau Nguyen", "Genossin Ost"), ("Kollegin Nguyen", "Frau Ost")]
)
def test_an_address_belongs_to_the_surname_before_it(first: str, second: str):
    heard = fields(f"Die AG Garten möchte die Nextcloud nutzen. Dabei sind {first} (n@web.example) und {second} (o@web.example).")

    assert heard["users"] == (person(None, "Nguyen", "n@web.example"), person(None, "Ost", "o@web.example"))


def test_a_contact_may_have_a_given_name_that_no_list_holds():
    request = one("Die AG Garten möchte eine Signalgruppe. Kontakt: Hêvîn, kontakt@web.example")

    assert (request.fields["person"], request.missing) == (person("Hêvîn", None, "kontakt@web.example"), ("person.surname",))


@pytest.mark.parametrize("name", ["Weber", "Herr Weber", "Nguyen"])
def test_a_contact_may_be_named_by_the_surname_alone(name: str):
    request = one(f"Die AG Garten möchte eine Signalgruppe. Kontakt: {name}, kontakt@web.example")

    assert (request.fields["person"], request.missing) == (
        person(None, name.split()[-1], "kontakt@web.example"),
        ("person.given",),
    )
