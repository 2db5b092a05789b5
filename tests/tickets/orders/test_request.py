"""Orders that change what is asked for."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from mailbot.mail.message import Address
from mailbot.tickets.orders.order import Outcome, TellMember, TellStaff
from mailbot.tickets.reasons import in_german
from mailbot.tickets.ticket import Source, State
from mailbot.understanding.request import Guess, RequestKind, Why
from tests.builders import ANNA, COMPLETE, MEHMET, person, request, ticket
from tests.tickets.orders.desk import CATALOGUE, KIM, by_kim, ordered

FIELDS = "es gibt „Name der Gruppe“, „Nutzer*innen“, „Gruppenadmins“"
WITHOUT_GROUP = {"users": COMPLETE["users"], "admins": COMPLETE["admins"]}


def asking(fields: dict[str, Any], *missing: str, **changes: Any):
    return ticket(request(fields=fields, missing=missing), state=State.ASKING, **changes)


def test_a_field_is_asked_for_anew_and_its_value_holds_no_longer():
    before = ticket(questions=3)

    assert ordered("#frage Gruppe", of=before) == Outcome(
        ticket=replace(
            before,
            request=request(fields=WITHOUT_GROUP, missing=("group",)),
            state=State.ASKING,
            questions=1,
        ),
        events=(by_kim("asked", "gefragt nach: Name der Gruppe; Name der Gruppe: OV Ehrenfeld gilt nicht mehr"),),
        rows=(
            ("#frage Gruppe", "gefragt nach: Name der Gruppe"),
            ("", "Name der Gruppe: OV Ehrenfeld gilt nicht mehr"),
        ),
        effects=(TellMember(),),
    )


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("#frage Gruppe, Admins", ("admins", "group")),
        ("#frage nach Gruppe und Gruppenadmins", ("admins", "group")),
        ("#ask group", ("group",)),
        ("#ask for Name of the group", ("group",)),
        ("#Frage name", ("group",)),
        ("#frage Nutzer*innen (Vorname, Name, E-Mail)", ("users",)),
        ("#frage NUTZER", ("users",)),
    ],
)
def test_fields_are_called_by_any_of_their_names(line: str, missing: tuple[str, ...]):
    assert ordered(line).ticket.request.missing == missing


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("#frage Gruppe", ("group",)),  # although two labels have that word
        ("#frage Gruppe und Aufgabe", ("group", "role")),
        ("#frage Vorname, Name, E-Mail", ("person",)),  # a label with commas, as the button has it
        ("#frage Aufgabe in der Gruppe, Vorname, Name, E-Mail, Gruppe", ("person", "group", "role")),
    ],
)
def test_a_label_may_have_what_stands_between_two_others(line: str, missing: tuple[str, ...]):
    video = ticket(request("video", fields={"person": ANNA, "group": "OV Kalk", "role": "Kassiererin"}))

    outcome = ordered(line, of=video)

    assert outcome.refused == ()
    assert {item.partition(".")[0] for item in outcome.ticket.request.missing} == set(missing)


def test_what_staff_have_set_has_them_for_its_reason_and_no_other_one():
    because = ('rule nextcloud: "Nextcloud" in line 1', 'group: "OV Porz" in line 2')
    before = ticket(replace(request(), because=because))

    after = ordered("#setze Gruppe: OV Kalk", of=before).ticket

    assert after.request.because == (because[0], "group: set by Kim Sommer")
    assert in_german(after.request.because[1], CATALOGUE.service("nextcloud"), CATALOGUE).endswith("gesetzt von Kim Sommer")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            "#frage Grupe",
            f"dieses Feld gibt es hier nicht, meintest du „Name der Gruppe“?; {FIELDS}",
        ),
        ("#frage Schuhgröße", f"dieses Feld gibt es hier nicht; {FIELDS}"),
        ("#frage", f"dieses Feld gibt es hier nicht; {FIELDS}"),
        ("#setze Gruppe", "so geht es: #setze Gruppe: OV Kalk"),
        ("#setze Gruppe:", "so geht es: #setze Gruppe: OV Kalk"),
        ("#dienst cloudspeicher", "der Vorgang ist schon bei Cloudspeicher (Nextcloud)"),
        ("#dienst vidio", "diesen Dienst gibt es nicht, meintest du „Videokonferenzen (BigBlueButton)“?; es gibt "),
    ],
)
def test_what_is_not_there_is_refused_with_the_nearest(line: str, why: str):
    before = ticket()

    outcome = ordered(line, of=before)

    assert outcome.refused[0][1].startswith(why)
    assert outcome.ticket == before


def test_what_a_change_does_not_need_is_not_asked_for():
    change = ticket(replace(request(fields={"group": "OV Kalk"}), kind=RequestKind.CHANGE))

    assert ordered("#frage Admins", of=change).refused == (
        ("#frage Admins", "„Gruppenadmins (1–3)“ wird bei dieser Anfrage nicht gebraucht"),
    )


def test_nobody_can_be_asked_without_an_address():
    nowhere = ticket(requester=Address(name="Anna"))

    assert "gibt es keine Adresse" in ordered("#frage Gruppe", of=nowhere).refused[0][1]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("#setze Gruppe: OV Kalk", "group", "OV Kalk"),
        ("#set group = Ortsverband Kalk", "group", "OV Kalk"),
        ("#setze Admins: Mehmet", "admins", ("mehmet.yilmaz@posteo.example",)),
        (
            "#setze Nutzer: Eva Klein, eva@posteo.example",
            "users",
            (person("Eva", "Klein", "eva@posteo.example"),),
        ),
    ],
)
def test_a_value_is_read_as_what_a_member_fills_in(line: str, field: str, value: object):
    assert ordered(line).ticket.request.fields[field] == value


def test_setting_what_was_missing_completes_the_ticket():
    before = asking(WITHOUT_GROUP, "group", questions=2)

    assert ordered("#setze Gruppe: OV Kalk", of=before) == Outcome(
        ticket=replace(
            before,
            request=replace(request(fields={"group": "OV Kalk", **WITHOUT_GROUP}), because=("group: set by Kim Sommer",)),
            sources=(Source(field="group", value="OV Kalk", by=Address(name=KIM.name, email=KIM.email)),),
            state=State.OPEN,
            questions=0,
        ),
        events=(by_kim("told", "Name der Gruppe: OV Kalk"),),
        rows=(("#setze Gruppe: OV Kalk", "Name der Gruppe: OV Kalk"), ("", "Stand: wartet auf uns")),
        effects=(TellMember(), TellStaff()),
    )


def test_setting_one_of_two_asks_nothing_anew():
    before = asking({"users": (ANNA, MEHMET)}, "admins", "group")

    outcome = ordered("#setze Gruppe: OV Kalk", of=before)

    assert (outcome.ticket.request.missing, outcome.ticket.state, outcome.effects) == (("admins",), State.ASKING, ())


def test_a_wrong_value_is_set_right_without_a_word_to_anybody():
    outcome = ordered("#setze Gruppe: OV Kalk")

    assert (outcome.ticket.state, outcome.effects) == (State.OPEN, ())


def test_what_was_doubtful_is_settled():
    guess = Guess(item="group", written="OV Kalc", why=Why.RESPELT, meant="OV Kalk")
    before = ticket(replace(request(), guesses=(guess,)))

    assert ordered("#setze Gruppe: OV Ehrenfeld", of=before).ticket.request.guesses == ()


@pytest.mark.parametrize("line", ["#setze Admins: Niemand Unbekanntes", "#setze Nutzer: ???"])
def test_what_cannot_be_understood_as_that_field_is_refused(line: str):
    before = ticket()

    outcome = ordered(line, of=before)

    assert "verstehe ich nicht als" in outcome.refused[0][1]
    assert outcome.ticket == before


def test_who_has_taken_the_conversation_over_asks_for_the_rest_themselves():
    taken_over = ticket(request(fields={"users": (ANNA,)}, missing=("admins", "group")))

    outcome = ordered("#setze Gruppe: OV Kalk", of=taken_over)

    assert (outcome.ticket.state, outcome.ticket.request.missing, outcome.effects) == (State.OPEN, ("admins",), ())


def test_another_service_keeps_what_both_ask_for():
    before = ticket()

    outcome = ordered("#dienst video", of=before)

    assert outcome.ticket.request == request("video", {"group": "OV Ehrenfeld"}, missing=("person", "role"))
    assert (outcome.ticket.state, outcome.effects) == (State.ASKING, (TellMember(),))
    assert outcome.rows == (
        ("#dienst video", "Videokonferenzen (BigBlueButton) statt Cloudspeicher (Nextcloud)"),
        ("", "Das Mitglied wird gefragt nach: Vorname, Name, E-Mail, Aufgabe in der Gruppe"),
    )


def test_a_service_that_a_person_answers_has_its_deadline_and_its_staff():
    outcome = ordered("#dienst Datenschutz")

    assert outcome.ticket.due is not None
    assert (outcome.ticket.state, outcome.effects) == (State.TRIAGE, (TellMember(), TellStaff()))


@pytest.mark.parametrize("line", ["#frage Gruppe", "#setze Gruppe: OV Kalk", "#dienst video", "#weiter buero", "#warten 3 Tage"])
def test_what_is_closed_is_opened_first(line: str):
    closed = ticket(state=State.CLOSED)

    assert ordered(line, of=closed).refused == ((line, "der Vorgang ist abgeschlossen; #wieder-auf öffnet ihn"),)
    assert ordered("#wieder-auf", line, of=closed).refused == ()


def test_the_fields_of_an_order_stay_values():
    assert isinstance(ordered("#frage Gruppe").ticket.request.fields, MappingProxyType)
