"""People beside the requester: who is in copy, what they may tell, and what they never learn."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailbot.mail.message import Address
from mailbot.store.outbound import State as Sent
from mailbot.tickets.ticket import Source, State
from tests.association import words
from tests.service.bench import STAFF, Bench, answering, bounce_of, eml, proof
from tests.service.test_worker import ADDRESS

PAUL, EVA = "paul@posteo.example", "eva@posteo.example"
ASKS = (
    "Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen. Dabei sind:\n\nAnna Schmidt, anna.schmidt@posteo.example\n"
    "Mehmet Yılmaz, mehmet@posteo.example\n\nViele Grüße\nAnna\n"
)
PROVEN = proof(domain="posteo.example")


@pytest.fixture
def bench(quick_bench: Bench) -> Bench:
    return quick_bench


def asks_with_copies(bench: Bench, cc: str = f"Paul Weber <{PAUL}>", **headers: str) -> EmailMessage:
    """Anna asks, proven, with others in Cc; gives the bot's question."""
    bench.arrives(ASKS, Cc=cc, **{**PROVEN, **headers})
    return bench.slot.to(ADDRESS)[-1]


def cc(mail: EmailMessage) -> list[str]:
    return [each.addr_spec for each in mail["Cc"].addresses] if mail["Cc"] else []


def reached(bench: Bench) -> set[str]:
    return {recipient for recipient, _ in bench.slot.taken}


# --- who is in copy


def test_who_is_in_copy_of_a_proven_member_gets_our_answer_too(bench: Bench):
    question = asks_with_copies(bench)

    assert (question["To"].addresses[0].addr_spec, cc(question)) == (ADDRESS, [PAUL])
    assert bench.slot.to(PAUL)[0]["Message-ID"] == question["Message-ID"]
    assert [(event.kind, event.by, event.text) for event in bench.history()][2] == (
        "copied",
        ADDRESS,
        f"in Kopie: Paul Weber ({PAUL})",
    )
    assert bench.history()[-1].text == f"Mail an {ADDRESS}, in Kopie an {PAUL}"


def test_who_is_named_in_to_beside_us_is_in_copy_as_well(bench: Bench):
    question = asks_with_copies(bench, cc="", To=f"support@die-linke-koeln.de, Eva <{EVA}>")

    assert cc(question) == [EVA]


@pytest.mark.parametrize(
    "address",
    [
        "buero@die-linke-koeln.de",
        STAFF,
        ADDRESS,
        "buero@die-linke.koeln.de",
        "no-reply@posteo.example",
        "mailer-daemon@posteo.example",
        "ov-kalk-liste@posteo.example",
        "alle@listen.posteo.example",
        ", ".join(f"mitglied{number}@posteo.example" for number in range(11)),
    ],
)
def test_neither_we_nor_staff_nor_lists_and_programs_are_people_in_copy(bench: Bench, address: str):
    question = asks_with_copies(bench, cc=address)

    assert cc(question) == []
    assert reached(bench) == {ADDRESS}


@pytest.mark.parametrize("unproven", [{}, proof("fail", domain="posteo.example")], ids=["no word of our server", "forged"])
def test_somebody_unproven_brings_nobody_in(bench: Bench, unproven: dict[str, str]):
    bench.arrives(ASKS, Cc=PAUL, **unproven)

    assert PAUL not in reached(bench)


def test_an_unproven_mail_in_a_members_name_reaches_nobody_in_copy(bench: Bench):
    asks_with_copies(bench)
    bench.arrives("Admin ist Mehmet.", Subject="Re: [KV-1001] Nextcloud", Cc=EVA)

    assert len(bench.slot.to(PAUL)) == 1
    assert EVA not in reached(bench)


def test_they_stay_in_copy_of_what_staff_write_and_of_the_end(bench: Bench):
    question = asks_with_copies(bench)
    bench.arrives("Admin ist Mehmet.", **answering(question), **PROVEN)
    for_staff = bench.slot.to(STAFF)[-1]
    bench.arrives("Hallo Anna, morgen ist es da.", From=STAFF, **answering(for_staff))
    bench.arrives("#erledigt", From=STAFF, **answering(for_staff))

    assert [cc(mail) for mail in bench.slot.to(ADDRESS)] == [[PAUL]] * 4
    assert cc(for_staff) == []


def test_staff_bring_somebody_in_by_copying_them_and_are_told_so(bench: Bench):
    question = asks_with_copies(bench, cc="")
    bench.arrives("Admin ist Mehmet.", **answering(question))
    for_staff = bench.slot.to(STAFF)[-1]
    bench.arrives("Hallo Anna, Eva hilft dir weiter.", From=STAFF, Cc=f"Eva Muster <{EVA}>", **answering(for_staff))

    assert cc(bench.slot.to(ADDRESS)[-1]) == [EVA]
    assert f"Ab jetzt in Kopie: {EVA}" in " ".join(words(bench.slot.to(STAFF)[-1]).split())


def test_a_note_of_staff_with_a_copy_brings_nobody_in(bench: Bench):
    question = asks_with_copies(bench, cc="")
    bench.arrives("Admin ist Mehmet.", **answering(question))
    bench.arrives("#notiz Eva fragen", From=STAFF, Cc=EVA, **answering(bench.slot.to(STAFF)[-1]))

    assert EVA not in reached(bench)


def test_staff_say_who_reads_along_and_who_no_longer(bench: Bench):
    question = asks_with_copies(bench)
    bench.arrives("Admin ist Mehmet.", **answering(question))
    for_staff = bench.slot.to(STAFF)[-1]
    bench.arrives(f"#kopie {EVA}\n#keine kopie {PAUL}", From=STAFF, **answering(for_staff))
    bench.arrives("Hallo Anna, es ist da.", From=STAFF, **answering(for_staff))

    assert cc(bench.slot.to(ADDRESS)[-1]) == [EVA]
    texts = [event.text for event in bench.history() if event.kind == "copied" and event.by == STAFF]
    assert texts == [f"in Kopie: {EVA}", f"nicht mehr in Kopie: {PAUL}"]


@pytest.mark.parametrize("whom", ["Eva", "buero@die-linke-koeln.de", ADDRESS])
def test_nobody_is_copied_who_is_no_person_beside_the_member(bench: Bench, whom: str):
    question = asks_with_copies(bench, cc="")
    bench.arrives("Admin ist Mehmet.", **answering(question))
    bench.arrives(f"#kopie {whom}", From=STAFF, **answering(bench.slot.to(STAFF)[-1]))

    assert "copied" not in bench.kinds()


# --- copies that do not arrive


def test_a_copy_that_the_server_refuses_keeps_the_mail_from_nobody_else(bench: Bench):
    bench.slot.unknown = {PAUL}
    asks_with_copies(bench, cc=f"{PAUL}, {EVA}")

    assert reached(bench) == {ADDRESS, EVA}
    assert [mail.copies for mail in bench.outbox()] == [(EVA,)]
    assert bench.history()[-1].text == f"Keine Kopie an {PAUL}: 550 unknown"


def test_a_copy_that_comes_back_is_the_last_one_and_the_requester_is_written_to_still(bench: Bench):
    question = asks_with_copies(bench)
    bench.mail(bounce_of(question, PAUL))
    bench.arrives("Admin ist Mehmet.", **answering(question))

    assert [mail.state for mail in bench.outbox() if mail.recipient == ADDRESS] == [Sent.SENT, Sent.SENT]
    assert cc(bench.slot.to(ADDRESS)[-1]) == []
    assert f"Kopie nicht angekommen bei {PAUL}; {PAUL} bekommt keine Kopien mehr" in [event.text for event in bench.history()]


@pytest.mark.parametrize("quick_bench", [pytest.param({"per_hour: 10": "per_hour: 2"}, id="two an hour")], indirect=True)
def test_the_limits_count_copies_for_each_address(bench: Bench):
    for name in ("bea", "cem", "dora"):
        bench.mail(eml(ASKS, From=f"{name.title()} <{name}@posteo.example>", Cc=PAUL, **PROVEN))
        bench.run()

    assert len(bench.slot.to(PAUL)) == 2
    assert len(bench.slot.to("dora@posteo.example")) == 1
    assert bench.history("KV-1003")[-1].text == f"Keine Kopie an {PAUL}: zu viele automatische Mails an {PAUL}"


# --- a second person tells something


def test_somebody_in_copy_supplies_what_is_missing_and_staff_see_who_said_it(bench: Bench):
    question = asks_with_copies(bench)
    bench.arrives("Admin ist Mehmet.", From=f"Paul Weber <{PAUL}>", **answering(question), **PROVEN)

    (ticket,) = bench.tickets()
    assert (ticket.state is not State.ASKING, ticket.requester.email, ticket.request.missing) == (True, ADDRESS, ())
    assert ticket.sources == (Source(field="admins", value="Mehmet Yılmaz", by=Address(name="Paul Weber", email=PAUL)),)
    assert ("told", PAUL, "angegeben: Gruppenadmins") in [(event.kind, event.by, event.text) for event in bench.history()]
    answer = bench.slot.to(PAUL)[-1]
    assert (answer["To"].addresses[0].addr_spec, cc(answer)) == (PAUL, [ADDRESS])
    assert "Hallo Paul" in words(answer)
    assert "Admin (von Paul Weber)" in words(bench.slot.to(STAFF)[-1])


def test_who_answers_the_members_own_mail_belongs_to_the_ticket_too(bench: Bench):
    bench.arrives(ASKS, Cc=PAUL, Message_ID="<first@posteo.example>", **PROVEN)
    bench.arrives("Admin ist Mehmet.", From=PAUL, In_Reply_To="<first@posteo.example>", **PROVEN)

    (ticket,) = bench.tickets()
    assert ticket.request.missing == ()


def test_a_correction_by_somebody_else_is_a_doubt_for_staff(bench: Bench):
    question = asks_with_copies(bench)
    bench.arrives("Admin ist Mehmet. Wir sind OV Nippes, nicht Kalk.", From=f"Paul Weber <{PAUL}>", **answering(question))

    (ticket,) = bench.tickets()
    assert ticket.request.fields["group"] == "OV Nippes"
    doubt = f"Paul Weber ({PAUL}) hat geändert, was andere angegeben hatten: Name der Gruppe: OV Kalk."
    told = " ".join(words(bench.slot.to(STAFF)[-1]).split())
    assert doubt in told.split("Was du tun kannst")[0]
    assert "OV Nippes (von Paul Weber)" in told


@pytest.mark.parametrize("author", [f"Anna Schmidt <{ADDRESS}>", f"Paul Weber <{PAUL}>"])
def test_an_answer_to_a_mail_that_several_got_finds_the_ticket_and_proves_nobody(bench: Bench, author: str):
    question = asks_with_copies(bench)
    bench.arrives("Admin ist Mehmet.", From=author, Cc=EVA, **answering(question))

    (ticket,) = bench.tickets()
    assert ticket.request.missing == ()
    answer = bench.slot.taken[1 + 1][1]
    assert (answer["To"].addresses[0].addr_spec in author, cc(answer)) == (True, [])
    for told in ("Mehmet", "Kalk", "Anna", "Paul"):
        assert told not in words(answer)
    assert EVA not in reached(bench)


def test_who_answers_the_mail_that_they_alone_got_then_is_believed_again(bench: Bench):
    question = asks_with_copies(bench)
    bench.arrives("Admin ist Mehmet.", **answering(question))
    bench.arrives("Wie ist der Stand?", **answering(bench.slot.to(ADDRESS)[-1]))

    answer = bench.slot.to(ADDRESS)[-1]
    assert ("Hallo Anna" in words(answer), cc(answer)) == (True, [PAUL])


def test_who_reads_along_reads_no_id_of_a_mail_that_somebody_else_alone_got(bench: Bench):
    question = asks_with_copies(bench, cc="")
    id = str(question["Message-ID"])
    bench.arrives(
        "Admin ist Mehmet.", **answering(question), References=f"<a@posteo.example> {id}", Message_ID="<b@posteo.example>"
    )
    assert str(bench.slot.to(ADDRESS)[-1]["References"]).split() == ["<a@posteo.example>", id, "<b@posteo.example>"]

    bench.arrives("Hallo Anna, es ist da.", From=STAFF, Cc=PAUL, **answering(bench.slot.to(STAFF)[-1]))

    assert str(bench.slot.to(PAUL)[-1]["References"]).split() == ["<a@posteo.example>", "<b@posteo.example>"]


def test_who_brings_somebody_in_is_the_member_and_nobody_in_copy(bench: Bench):
    question = asks_with_copies(bench)
    bench.arrives("Admin ist Mehmet.", From=PAUL, Cc=EVA, **answering(question))

    assert EVA not in reached(bench)


def test_who_is_not_in_copy_gets_a_ticket_of_their_own_whatever_they_answer(bench: Bench):
    question = asks_with_copies(bench)
    before = bench.tickets()
    bench.arrives("Admin ist Eva, eva@posteo.example", From=EVA, **answering(question), **PROVEN)

    assert bench.tickets()[:1] == before
    assert "Mehmet" not in words(bench.slot.to(EVA)[-1])


def test_in_copy_of_one_ticket_is_not_in_copy_of_another_in_the_same_conversation(bench: Bench):
    question = asks_with_copies(bench, cc="")
    bench.arrives("Admin ist Mehmet.", **answering(question))
    bench.arrives("#erledigt", From=STAFF, **answering(bench.slot.to(STAFF)[-1]))
    bench.clock.pass_by(timedelta(days=20))
    closed = bench.slot.to(ADDRESS)[-1]
    bench.arrives(
        "Wir möchten auch Signal nutzen, für den OV Kalk.", Cc=PAUL, **{**PROVEN, **answering(closed), "Subject": "Signal"}
    )
    bench.arrives("Wie ist der Stand?", From=PAUL, **answering(bench.slot.to(PAUL)[-1]))

    assert len(bench.tickets()) == 2
    assert "KV-1001" not in words(bench.slot.to(PAUL)[-1])
    assert "KV-1002" in words(bench.slot.to(PAUL)[-1])


# --- ids that others have read


def test_who_has_read_the_id_of_anothers_mail_in_a_reply_is_not_taken_for_them(bench: Bench):
    question = asks_with_copies(bench, cc="")
    bench.arrives("Admin ist Mehmet.", Cc=PAUL, **answering(question))
    assert cc(bench.slot.to(ADDRESS)[-1]) == [PAUL]  # that reply itself is Anna's

    bench.arrives("Wie ist der Stand?", Cc=EVA, **answering(question))

    assert EVA not in reached(bench)
    assert "Kalk" not in words(bench.slot.to(ADDRESS)[-1])


def test_who_got_a_copy_of_staffs_own_mail_orders_nothing(bench: Bench):
    question = asks_with_copies(bench, cc="")
    bench.arrives("Admin ist Mehmet.", **answering(question))
    for_staff = bench.slot.to(STAFF)[-1]
    bench.arrives("Hallo Anna, Eva hilft dir weiter.", From=STAFF, Cc=EVA, **answering(for_staff))
    before = bench.tickets()[0]

    bench.arrives("#erledigt", From=STAFF, **answering(for_staff))

    assert bench.tickets()[0] == before
    assert "nichts beweist, dass sie von dort kommt" in " ".join(words(bench.slot.to(STAFF)[-1]).split())


def test_what_a_reply_has_proven_stays_proven(bench: Bench):
    question = asks_with_copies(bench, cc="", Authentication_Results="")
    bench.arrives("Admin ist Mehmet.", Cc=PAUL, **answering(question))

    bench.arrives("#erledigt", From=STAFF, **answering(bench.slot.to(STAFF)[-1]))

    assert "Hallo Anna" in words(bench.slot.to(PAUL)[-1])
