"""An archive played: what the bot would have made of each mail, beside what people answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.message import Address, Mail
from mailbot.replay.figures import figures
from mailbot.replay.play import Answer, Played, differences, play
from mailbot.tickets.decision import Action, Decision
from mailbot.tickets.writer import Writer
from tests.builders import NOW, written
from tests.understanding.conversation import rules

CATALOGUE = rules()
WRITER = Writer(CATALOGUE, Path(__file__).parents[2] / "templates")
SUPPORT, ANNA = "Support <support@die-linke-koeln.de>", "Anna Schmidt <anna.schmidt@posteo.example>"
WISH = "wir hätten gern eine Gruppe in der Nextcloud."


def a(text: str, *, by: str = ANNA, id: str = "1", answers: str = "", hours: int = 0, **about: object) -> tuple[str, Mail]:
    to = (Address(email="support@die-linke-koeln.de" if by != SUPPORT else "anna.schmidt@posteo.example"),)
    references = (answers,) if answers else ()
    date = NOW + timedelta(hours=hours)
    return f"{id}.eml", written(text, sender=by, message_id=id, in_reply_to=references, date=date, to=to, **about)


def played(*mails: tuple[str, Mail], by=CATALOGUE) -> tuple[Played, ...]:
    return tuple(play(mails, by, WRITER.under(by)))


def test_what_people_answered_stands_beside_what_the_bot_would_have_done():
    (one,) = played(a(WISH), a("Für welche Gruppe denn?", by=SUPPORT, id="2", answers="1", hours=50))

    assert one.action is Action.ASK
    assert one.answer is not None
    assert (one.answer.text, one.answer.after, one.answer.asks) == ("Für welche Gruppe denn?", timedelta(hours=50), True)


def test_what_was_said_before_is_known_in_the_same_conversation():
    _, answer = played(
        a(WISH), a("Welche Gruppe?", by=SUPPORT, id="2", answers="1"), a("OV Kalk, Admin bin ich.", id="3", answers="2")
    )

    (outcome,) = answer.explained.decision.outcomes
    assert (outcome.request.service, outcome.request.fields["group"]) == ("nextcloud", "OV Kalk")


def test_a_stranger_who_names_a_mail_has_a_conversation_of_their_own():
    _, stranger = played(a(WISH), a("OV Kalk", by="Bo <bo@web.example>", id="3", answers="1"))

    assert stranger.explained.decision.outcomes[0].request.service == "other"


def test_staff_who_begin_a_conversation_ask_for_something_themselves():
    (one,) = played(a(WISH, by="Technik-Team <technik@die-linke-koeln.de>"))

    assert one.action is Action.ASK


def test_an_absence_note_of_staff_is_no_answer():
    absence = a("Ich bin im Urlaub.", by=SUPPORT, id="2", answers="1", headers=(("Auto-Submitted", "auto-replied"),))

    (one,) = played(a(WISH), absence)

    assert one.answer is None


def test_only_what_other_rules_handle_differently_is_named():
    others = [each for each in CATALOGUE.services if each.id != "nextcloud"]
    cloudless = CATALOGUE.model_copy(update={"services": tuple(others)})
    mails = (a(WISH), a("Bitte um Auskunft nach Art. 15 DSGVO.", by="Bo <bo@web.example>", id="3"))

    (difference,) = differences(played(*mails), played(*mails, by=cloudless))

    assert difference.before.name == difference.after.name == "1.eml"
    assert (difference.before.action, difference.after.action) == (Action.ASK, Action.TRIAGE)
    assert list(differences(played(*mails), played(*mails))) == []


def test_the_figures_count_what_happened_and_where_bot_and_people_differ():
    mails = (
        a(WISH),
        a("Für welche Gruppe?", by=SUPPORT, id="2", answers="1", hours=2),
        a(WISH, by="Bo <bo@web.example>", id="3"),
        a("Ist eingerichtet.", by=SUPPORT, id="4", answers="3", hours=4),
        a("Ich bin bis Montag nicht da.", by="Cem <cem@web.example>", id="5", headers=(("Auto-Submitted", "auto-replied"),)),
        a("Schönen Urlaub!", by=SUPPORT, id="6", answers="5", hours=6),
    )

    counted = figures(played(*mails), CATALOGUE)

    assert counted.mails == 3
    assert dict(counted.actions) == {
        Action.ASK: 2,
        Action.TRIAGE: 0,
        Action.OPEN: 0,
        Action.REFER: 0,
        Action.IGNORE: 1,
    }
    assert counted.services == (("Nextcloud", 2),)
    assert counted.missing[0] == ("Nextcloud: Gruppenadmins", 2)
    assert counted.months == (("2025-09", 2),)
    assert (counted.answered, counted.both_ask, counted.only_bot, counted.only_person, counted.overlooked) == (3, 1, 1, 0, 1)
    assert counted.took == timedelta(hours=4)


def test_an_archive_without_answers_has_no_time():
    assert figures(played(a(WISH)), CATALOGUE).took is None


@given(st.lists(st.tuples(st.sampled_from(Action), st.sampled_from([None, "Für wen?", "Ist eingerichtet."]))))
def test_the_mails_that_people_answered_add_up(happened: list[tuple[Action, str | None]]):
    (one,) = played(a(WISH))
    mails = [
        replace(
            one,
            explained=replace(one.explained, decision=Decision(action=action)),
            answer=None if words is None else Answer(text=words, after=None),
        )
        for action, words in happened
    ]

    counted = figures(mails, CATALOGUE)

    parts = (counted.both_ask, counted.only_bot, counted.only_person, counted.neither_asks, counted.overlooked)
    assert sum(parts) == counted.answered == sum(words is not None for _, words in happened)
    assert sum(number for _, number in counted.actions) == counted.mails == len(happened)


def test_what_was_missing_is_one_row_for_each_service_and_field_however_much_of_it_is_known():
    zoom, cloud = played(a("Ich bin im OV Kalk und brauche BigBlueButton.", by="anna@web.example"), a(WISH, id="2"))
    mails = (
        lacking(zoom, "person", "role"),
        lacking(zoom, "person.given", "person.surname"),
        lacking(zoom, "person.surname"),
        lacking(cloud, "users", "admins"),
        lacking(cloud, "users.given", "users.email"),
    )

    assert figures(mails, CATALOGUE).missing == (
        ("Video-Konferenzen (BigBlueButton): Name", 3),
        ("Nextcloud: Nutzer*innen", 2),
        ("Video-Konferenzen (BigBlueButton): Vorname", 2),
        ("Nextcloud: Gruppenadmins", 1),
        ("Video-Konferenzen (BigBlueButton): Aufgabe in der Gruppe", 1),
        ("Video-Konferenzen (BigBlueButton): E-Mail", 1),
    )


def lacking(one: Played, *missing: str) -> Played:
    """The same mail, but this is what its only request lacks."""
    decision = one.explained.decision
    (outcome,) = decision.outcomes
    lacks = replace(outcome, request=replace(outcome.request, missing=missing))
    return replace(one, explained=replace(one.explained, decision=replace(decision, outcomes=(lacks,))))
