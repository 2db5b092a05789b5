"""Who the plain words of a mail of staff are for."""

import pytest

from mailbot.mail.message import Address, Mail
from mailbot.mail.read import read
from mailbot.mail.thread import Role
from mailbot.tickets.orders.order import Command, Order
from mailbot.tickets.orders.readers import Readers, read_by, readers_of
from tests.builders import catalogue
from tests.forwards import PROGRAMS
from tests.service.bench import STAFF, eml

ANNA, KIM = "anna.schmidt@posteo.example", "kim@x.example"
OURS = "support@die-linke-koeln.de"
BOT = Address(name="Support Die Linke Köln", email=OURS)
TICKET = "Der OV Kalk möchte Signal nutzen."


def readers(text: str = "Hallo Anna, ist da.", *, answers: Role | None = Role.STAFF, **headers: str) -> Readers:
    answer = {"In_Reply_To": "<ours@die-linke-koeln.de>"} if answers else {}
    mail = read(eml(text, From=STAFF, **{"Subject": "Re: [KV-1001] Signal", **answer, **headers}))
    return readers_of(mail, ANNA, catalogue(), answers=answers)


def test_an_answer_to_us_is_for_the_member_whoever_is_in_copy():
    assert readers() is readers(Cc=KIM) is readers(To=f"{OURS}, {STAFF}") is Readers.MEMBER


def test_a_new_mail_is_for_the_member_if_it_goes_to_us_alone():
    assert readers(answers=None) is Readers.MEMBER
    assert readers(answers=None, Cc=KIM) is Readers.STAFF


@pytest.mark.parametrize("answers", [Role.STAFF, None])
@pytest.mark.parametrize("headers", [{"To": KIM, "Cc": OURS}, {"To": f"{OURS}, {KIM}"}, {"To": "", "Cc": OURS}])
def test_what_speaks_to_somebody_else_is_not(headers: dict[str, str], answers: Role | None):
    assert readers(answers=answers, **headers) is Readers.STAFF


def test_what_answers_somebody_else_is_not():
    assert readers(answers=None, In_Reply_To="<a.colleague@x.example>") is Readers.STAFF


def test_what_answers_a_mail_that_was_for_staff_alone_is_for_nobody():
    assert readers(answers=Role.INTERNAL) is Readers.NOBODY
    assert readers(answers=Role.INTERNAL, To=KIM) is Readers.STAFF


@pytest.mark.parametrize("headers", [{"To": ANNA, "Cc": OURS}, {"Cc": f"Anna <{ANNA.upper()}>"}])
@pytest.mark.parametrize("answers", [Role.STAFF, None])
def test_what_went_to_the_member_has_reached_them(headers: dict[str, str], answers: Role | None):
    assert readers(answers=answers, **headers) is Readers.MEMBER_ALREADY


@pytest.mark.parametrize("program", list(PROGRAMS))
@pytest.mark.parametrize("answers", [Role.STAFF, None])
def test_what_stands_above_a_mail_that_is_passed_on_is_not(program: str, answers: Role | None):
    mark, make = PROGRAMS[program]
    text = f"Könnt ihr das übernehmen? Die Frau nervt.\n\n{make(BOT, '[KV-1001] Signal', TICKET)}"

    assert readers(text, answers=answers, Subject=f"{mark}[KV-1001] Signal") is Readers.STAFF


def test_programs_attach_what_they_pass_on_and_also_what_they_answer():
    mail = Mail(to=(BOT,), attached=(Mail(sender=BOT),))
    answer = Mail(to=(BOT,), attached=(Mail(sender=BOT),), subject="AW: [KV-1001] Signal")

    assert readers_of(mail, ANNA, catalogue(), answers=Role.STAFF) is Readers.STAFF
    assert readers_of(answer, ANNA, catalogue(), answers=Role.STAFF) is Readers.MEMBER


def test_words_that_are_not_for_the_member_are_a_note():
    order = Order(commands=(Command(name="take", line="#nehme ich"),), answer="Die Frau nervt.")

    assert read_by(order, Readers.MEMBER) == order
    assert read_by(order, Readers.MEMBER_ALREADY) == Order(commands=order.commands, answer=order.answer, by_hand=True)
    assert read_by(order, Readers.STAFF) == Order(
        commands=(*order.commands, Command(name="note", argument="Die Frau nervt.", line="Die Frau nervt."))
    )
    assert read_by(Order(commands=order.commands), Readers.STAFF).commands == order.commands
