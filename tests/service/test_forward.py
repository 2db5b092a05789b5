"""A mail that staff pass on is the ticket of whoever wrote it, and nothing goes there before a yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mailbot.mail.message import Address
from mailbot.service import desk, notices
from mailbot.service.forward import NO_AUTHOR, ONE_WITHOUT
from mailbot.service.office import Office
from mailbot.store import inbound, outbound
from mailbot.tickets.ticket import State
from tests.association import words
from tests.forwards import PROGRAMS
from tests.service.bench import STAFF, Bench, answering, eml, parsed, proof

ANNA = Address(name="Anna Schmidt", email="anna.schmidt@posteo.example")
REQUEST = "Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen.\n\nViele Grüße\nAnna\n"
COMPLETE = (
    "Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen: Anna Schmidt, anna.schmidt@posteo.example. Admin bin ich.\n\n"
    "Viele Grüße\nAnna Schmidt\n"
)
TWO_THINGS = "Hallo,\n\nder OV Kalk möchte die Nextcloud.\n\nUnd ich brauche einen BBB-Raum.\n"
_, OUTLOOK = PROGRAMS["Outlook"]

KIM = "kim@x.example"
TECHNIK = "    email: technik@die-linke-koeln.de\n"
two = pytest.mark.parametrize("quick_bench", [{TECHNIK: f"{TECHNIK}  - {{id: kim, name: Kim, email: {KIM}}}\n"}], indirect=True)


def passes_on(bench: Bench, text: str = REQUEST, above: str = "", *, author: Address = ANNA, **headers: str) -> EmailMessage:
    """Proven staff forward a mail of Anna's from Outlook."""
    shown = OUTLOOK(author, "Cloud", text)
    return bench.arrives(
        f"{above}\n\n{shown}" if above else shown, **{"From": STAFF, "Subject": "WG: Cloud", **proof(), **headers}
    )


def attaching(*mails: bytes, text: str = "", subject: str = "WG: Cloud") -> bytes:
    """The same with mails attached."""
    outer = parsed(eml(text, From=STAFF, Subject=subject, **proof()))
    for raw in mails:
        outer.add_attachment(parsed(raw))
    return outer.as_bytes(policy=SMTP)


def said(mail: EmailMessage) -> str:
    """What the mail says, on one line."""
    return " ".join(words(mail).split())


def replies(bench: Bench, text: str, to: EmailMessage | None = None) -> None:
    """Staff answer the newest mail that they got."""
    bench.arrives(text, From=STAFF, **answering(to or bench.slot.to(STAFF)[-1]))


def test_a_forwarded_mail_is_its_authors_ticket_and_waits_for_a_yes(quick_bench: Bench):
    passes_on(quick_bench)

    (ticket,) = quick_bench.tickets()
    assert (ticket.requester, ticket.subject, ticket.state, ticket.vouched) == (ANNA, "Cloud", State.TRIAGE, False)
    assert ticket.request.fields["group"] == "OV Kalk"
    assert quick_bench.slot.to(ANNA.email) == []
    assert [mail.state for mail in quick_bench.outbox() if mail.recipient == ANNA.email] == [outbound.State.PROPOSED]
    assert quick_bench.ends() == [(inbound.State.STAFF, None)]
    (asked,) = quick_bench.slot.to(STAFF)
    for shown in ("Anna Schmidt", ANNA.email, "OV Kalk", "#ja", "#nein", "es fehlen noch folgende Angaben"):
        assert shown in said(asked)
    assert asked["Auto-Submitted"] == "auto-generated"


def test_a_yes_sends_it_and_the_member_takes_part_from_then_on(quick_bench: Bench):
    passes_on(quick_bench)

    replies(quick_bench, "#ja\n")

    (answer,) = quick_bench.slot.to(ANNA.email)
    assert "es fehlen noch folgende Angaben" in said(answer)
    (ticket,) = quick_bench.tickets()
    assert (ticket.state, ticket.vouched) == (State.ASKING, True)
    assert "vouched" in quick_bench.kinds()

    quick_bench.arrives("Anna Schmidt, anna.schmidt@posteo.example, ich bin auch Admin.", **answering(answer))

    (complete,) = quick_bench.tickets()
    assert complete.request.missing == ()


@pytest.mark.parametrize("quick_bench", [{"send_delay: 0": "send_delay: 5 minutes"}], indirect=True, ids=[""])
def test_a_yes_is_undone_for_everything_that_came_of_the_mail(quick_bench: Bench):
    passes_on(quick_bench, TWO_THINGS)

    replies(quick_bench, "#ja")
    replies(quick_bench, "#undo")
    quick_bench.clock.pass_by(timedelta(hours=1))
    quick_bench.run()

    assert quick_bench.slot.to(ANNA.email) == []
    assert [(each.state, each.vouched) for each in quick_bench.tickets()] == [(State.TRIAGE, False)] * 2

    replies(quick_bench, "#ja")
    quick_bench.clock.pass_by(timedelta(hours=1))
    quick_bench.run()

    assert len(quick_bench.slot.to(ANNA.email)) == 1


def test_a_no_drops_it_and_nothing_automatic_ever_goes_there(quick_bench: Bench):
    passes_on(quick_bench)

    replies(quick_bench, "#nein")
    replies(quick_bench, "#erledigt")

    assert quick_bench.slot.to(ANNA.email) == []
    (ticket,) = quick_bench.tickets()
    assert (ticket.state, ticket.vouched) == (State.CLOSED, False)
    assert [mail.state for mail in quick_bench.outbox() if mail.recipient == ANNA.email] == [outbound.State.DROPPED]


def test_words_of_staff_go_instead_and_are_a_yes_to_the_address(quick_bench: Bench):
    passes_on(quick_bench)

    replies(quick_bench, "Hallo Anna,\n\nrufst du mich bitte an?\n")
    replies(quick_bench, "#erledigt")

    answered, closed = quick_bench.slot.to(ANNA.email)
    assert "rufst du mich bitte an?" in said(answered)
    assert "es fehlen noch" not in said(answered)
    assert "KV-1001" in closed["Subject"]
    assert quick_bench.tickets()[0].vouched is True


def test_what_an_order_changes_is_proposed_anew(quick_bench: Bench):
    passes_on(quick_bench, TWO_THINGS)
    first, second = quick_bench.tickets()

    replies(quick_bench, "#erledigt")

    assert [each.state for each in quick_bench.tickets()] == [State.CLOSED, State.TRIAGE]
    states = [mail.state for mail in quick_bench.outbox() if mail.recipient == ANNA.email]
    assert states == [outbound.State.DROPPED, outbound.State.PROPOSED]
    assert [second.key in str(mail["Subject"]) for mail in quick_bench.slot.to(STAFF)] == [False, True, False]
    assert first.conversation == second.conversation


def test_a_value_that_is_set_stands_in_the_new_proposal(quick_bench: Bench):
    passes_on(quick_bench)

    replies(quick_bench, "#setze Gruppe: OV Nippes")

    assert quick_bench.slot.to(ANNA.email) == []
    assert quick_bench.tickets()[0].state is State.TRIAGE
    _, anew, transcript = quick_bench.slot.to(STAFF)
    assert "OV Nippes" in said(anew)
    assert "Der Vorschlag kommt neu" in said(transcript)


@pytest.mark.parametrize("text", ["#dienst website\n#ja", "#ja\n#dienst website"])
def test_a_yes_is_no_yes_to_what_the_same_mail_changes(quick_bench: Bench, text: str):
    passes_on(quick_bench)

    replies(quick_bench, text)

    (ticket,) = quick_bench.tickets()
    assert (ticket.request.service, ticket.state, ticket.vouched) == ("website", State.TRIAGE, False)
    states = [mail.state for mail in quick_bench.outbox() if mail.recipient == ANNA.email]
    assert states == [outbound.State.DROPPED, outbound.State.PROPOSED]
    *_, anew, transcript = quick_bench.slot.to(STAFF)
    assert "Website" in said(anew)
    assert f"Nichts geht an {ANNA.email}: Dein Ja galt dem alten Vorschlag." in said(transcript)

    replies(quick_bench, "#ja", anew)

    (answer,) = quick_bench.slot.to(ANNA.email)
    assert "Website" in said(answer)


def test_what_is_split_off_asks_its_question_in_the_new_proposal(quick_bench: Bench):
    passes_on(quick_bench)

    replies(quick_bench, "#teilen website")
    assert quick_bench.slot.to(ANNA.email) == []
    replies(quick_bench, "#ja")

    (answer,) = quick_bench.slot.to(ANNA.email)
    assert all(service in said(answer) for service in ("Nextcloud", "Website"))
    assert [(each.state, each.vouched) for each in quick_bench.tickets()] == [(State.ASKING, True)] * 2


def test_orders_about_other_tickets_of_the_same_mail_stay_where_one_of_them_is_confirmed(quick_bench: Bench):
    passes_on(quick_bench, TWO_THINGS)

    replies(quick_bench, "#ja KV-1001\n#nehme ich KV-1002")

    assert [(each.assignee, each.vouched) for each in quick_bench.tickets()] == [(None, True), ("technik", True)]


def test_a_yes_goes_for_everything_that_one_mail_asks_for(quick_bench: Bench):
    passes_on(quick_bench, TWO_THINGS)

    replies(quick_bench, "#ja")

    assert [(each.state, each.vouched) for each in quick_bench.tickets()] == [(State.ASKING, True), (State.ASKING, True)]
    assert len(quick_bench.slot.to(ANNA.email)) == 1


def test_the_digest_tells_what_waits_for_a_yes(quick_bench: Bench):
    passes_on(quick_bench)

    with quick_bench.office.database.read() as connection:
        told = notices.gather(connection, quick_bench.office.catalogue, since=quick_bench.clock.now).proposed

    assert told == (
        f"KV-1001: Darf die vorgeschlagene Antwort an {ANNA.email} hinaus? "
        "Bitte antworte auf die Mail dazu mit #ja, #nein oder eigenen Worten",
    )


@pytest.mark.parametrize(("decide", "state"), [(desk.let_go, outbound.State.SENT), (desk.drop, outbound.State.DROPPED)])
def test_the_command_line_decides_too(quick_bench: Bench, decide: Callable[[Office, int], object], state: outbound.State):
    passes_on(quick_bench)
    (proposed,) = (mail for mail in quick_bench.outbox() if mail.recipient == ANNA.email)

    decide(quick_bench.office, proposed.id)
    quick_bench.run()

    assert [mail.state for mail in quick_bench.outbox() if mail.recipient == ANNA.email] == [state]
    assert quick_bench.tickets()[0].vouched is (state is outbound.State.SENT)


@two
def test_colleagues_hear_of_it_when_it_is_theirs_to_do(quick_bench: Bench):
    passes_on(quick_bench, COMPLETE)
    assert quick_bench.slot.to(KIM) == []

    replies(quick_bench, "#ja")

    (told,) = quick_bench.slot.to(KIM)
    assert "der OV Kalk möchte die Nextcloud nutzen" in said(told)
    assert quick_bench.tickets()[0].state is State.ON_HOLD  # as rules.yaml has it for the Nextcloud


@two
def test_colleagues_hear_of_a_no(quick_bench: Bench):
    passes_on(quick_bench)

    replies(quick_bench, "#nein")

    (told,) = quick_bench.slot.to(KIM)
    assert f"Niemand hat bestätigt, dass die Anfrage von {ANNA.email} ist" in said(told)


def test_commands_above_go_for_the_new_ticket_and_other_words_are_a_note(quick_bench: Bench):
    passes_on(quick_bench, above="#nehme ich\n\nAnna hat mich gestern auch schon angerufen.\n\nViele Grüße\nTechnik-Team")

    (ticket,) = quick_bench.tickets()
    assert ticket.assignee == "technik"
    assert [event.text for event in quick_bench.history() if event.kind == "note"] == [
        "Anna hat mich gestern auch schon angerufen."
    ]
    (asked,) = quick_bench.slot.to(STAFF)
    assert "zuständig ist jetzt Technik-Team" in said(asked)
    assert "als Notiz aufgenommen" in said(asked)


def test_commands_above_may_go_for_another_ticket(quick_bench: Bench):
    quick_bench.arrives(REQUEST, From="Berta Muster <berta@web.example>")

    passes_on(quick_bench, above="#erledigt KV-1001\n\nAnna hat auch angerufen.")

    bertas, annas = quick_bench.tickets()
    assert (bertas.state, annas.state, annas.vouched) == (State.CLOSED, State.TRIAGE, False)
    assert "Anna hat auch angerufen." in [event.text for event in quick_bench.history(annas.key)]
    asked = quick_bench.slot.to(STAFF)[-1]
    assert annas.key in str(asked["Subject"])
    assert all(shown in said(asked) for shown in (ANNA.email, "#ja", "abgeschlossen"))


def test_yes_may_stand_above_the_mail(quick_bench: Bench):
    passes_on(quick_bench, above="#ja")

    assert len(quick_bench.slot.to(ANNA.email)) == 1
    (told,) = quick_bench.slot.to(STAFF)
    assert "die vorgeschlagene Antwort geht an Anna Schmidt" in said(told)


def test_an_unknown_command_above_does_nothing_and_loses_nothing(quick_bench: Bench):
    passes_on(quick_bench, above="#erledgit")

    assert quick_bench.tickets()[0].state is State.TRIAGE
    (asked,) = quick_bench.slot.to(STAFF)
    assert "meintest du #erledigt?" in said(asked)
    assert "#ja" in said(asked)


def test_the_answer_to_an_attached_mail_continues_its_thread(quick_bench: Bench):
    quick_bench.mail(attaching(eml(REQUEST, Message_ID="<private-7@posteo.example>")))
    quick_bench.run()
    asked = quick_bench.slot.to(STAFF)[-1]

    replies(quick_bench, "#ja")
    replies(quick_bench, "Hallo Anna,\n\nnoch etwas.", asked)

    assert [mail["In-Reply-To"] for mail in quick_bench.slot.to(ANNA.email)] == ["<private-7@posteo.example>"] * 2


def test_several_attached_mails_are_tickets_of_several_people(quick_bench: Bench):
    ben = eml("Hallo, wie bekomme ich einen Zugang zu Zetkin?", From="Ben <ben@x.example>", Subject="Zetkin")
    nobody = eml("Hallo", From="")

    quick_bench.mail(attaching(eml(REQUEST), ben, nobody, text="Bitte schaut mal."))
    quick_bench.run()

    assert [ticket.requester.email for ticket in quick_bench.tickets()] == [ANNA.email, "ben@x.example"]
    assert [len(quick_bench.slot.to(each)) for each in (ANNA.email, "ben@x.example", STAFF)] == [0, 0, 2]
    assert all(ONE_WITHOUT in said(mail) for mail in quick_bench.slot.to(STAFF))


def test_a_mail_that_has_come_to_us_too_gets_a_note(quick_bench: Bench):
    original = quick_bench.arrives(REQUEST, Subject="Cloud")
    before = quick_bench.slot.to(ANNA.email)

    quick_bench.mail(attaching(original.as_bytes(policy=SMTP), text="Kam bei mir auch an."))
    quick_bench.run()
    passes_on(quick_bench)

    assert len(quick_bench.tickets()) == 1
    assert quick_bench.slot.to(ANNA.email) == before
    assert quick_bench.kinds().count("note") == 3  # twice the mail, once the words above
    assert "gehört schon zu KV-1001" in said(quick_bench.slot.to(STAFF)[-1])


@two
def test_two_of_us_may_pass_on_the_same_mail(quick_bench: Bench):
    passes_on(quick_bench)
    kim = {"From": KIM, **proof(domain="x.example")}
    _, gmail = PROGRAMS["Gmail"]
    quick_bench.arrives(gmail(ANNA, "Cloud", REQUEST), Subject="Fwd: Cloud", **kim)

    assert len(quick_bench.tickets()) == 1
    assert "gehört schon zu KV-1001" in said(quick_bench.slot.to(KIM)[-1])


@two
def test_a_further_mail_of_the_conversation_joins_the_ticket_that_it_names(quick_bench: Bench):
    quick_bench.arrives(REQUEST)

    passes_on(quick_bench, "Admin soll Mehmet sein.", Subject="WG: Re: Nextcloud [KV-1001]")

    assert len(quick_bench.tickets()) == 1
    assert ["Admin soll Mehmet sein." in event.text for event in quick_bench.history() if event.kind == "note"] == [True]
    assert len(quick_bench.slot.to(KIM)) == 1


def test_a_key_is_not_believed_of_somebody_who_does_not_take_part(quick_bench: Bench):
    quick_bench.arrives(REQUEST)

    passes_on(quick_bench, author=Address(name="Ben", email="ben@x.example"), Subject="WG: [KV-1001] Cloud")

    assert [ticket.requester.email for ticket in quick_bench.tickets()] == [ANNA.email, "ben@x.example"]


def test_many_forwards_of_one_day_are_no_echo(quick_bench: Bench):
    for number in range(5):
        author = Address(name="Ben", email=f"ben{number}@x.example")
        passes_on(quick_bench, author=author)

    assert len(quick_bench.tickets()) == 5


@pytest.mark.parametrize("sender", ["Von: Anna Schmidt", "Von: Zetkin <noreply@zetkin.example>"], ids=["a name", "a program"])
def test_without_anybody_to_answer_it_is_the_ticket_of_who_passed_it_on(quick_bench: Bench, sender: str):
    head = f"{sender}\nGesendet: Montag, 2. März 2026 08:12\nAn: Eva\nBetreff: Cloud\n\n"

    quick_bench.arrives(head + REQUEST, From=STAFF, Subject="WG: Cloud", **proof())

    (ticket,) = quick_bench.tickets()
    assert (ticket.requester.email, ticket.vouched) == (STAFF, None)
    assert NO_AUTHOR in [event.text for event in quick_bench.history()]
    assert NO_AUTHOR in " ".join(words(quick_bench.slot.to(STAFF)[0]).split())  # the answer to who passed it on


@pytest.mark.parametrize(
    "headers",
    [{"From": STAFF}, {"From": STAFF, **proof("fail")}, {"From": "Ben <ben@x.example>", **proof(domain="x.example")}],
    ids=["unproven staff", "forged", "a member"],
)
def test_who_is_not_proven_staff_opens_no_ticket_of_others(quick_bench: Bench, headers: dict[str, str]):
    quick_bench.arrives(OUTLOOK(ANNA, "Cloud", REQUEST), Subject="WG: Cloud", **headers)

    (ticket,) = quick_bench.tickets()
    assert (ticket.requester.email, ticket.vouched) == (Address(email=headers["From"].split("<")[-1].strip(">")).email, None)
    assert quick_bench.slot.to(ANNA.email) == []


def test_an_order_with_a_forwarded_mail_in_its_quote_is_an_order(quick_bench: Bench):
    passes_on(quick_bench)
    asked = quick_bench.slot.to(STAFF)[-1]

    quick_bench.arrives("#nehme ich\n\n" + OUTLOOK(ANNA, "Cloud", REQUEST), From=STAFF, **answering(asked))

    (ticket,) = quick_bench.tickets()
    assert ticket.assignee == "technik"


@pytest.mark.parametrize("name", ["{{ 7 * 7 }}", "<b>Anna</b>", '"Anna\\" Schmidt"', "Anna\x07\u202eSchmidt", "# Anna"])
def test_hostile_names_are_only_shown(quick_bench: Bench, name: str):
    passes_on(quick_bench, author=Address(name=name, email=ANNA.email))

    (asked,) = quick_bench.slot.to(STAFF)
    html = asked.get_body(("html",))
    assert html is not None
    assert "<b>Anna" not in html.get_content()
    assert "49" not in said(asked)
    assert "\u202e" not in said(asked)


def test_a_member_who_was_never_confirmed_finds_nothing_by_a_key(quick_bench: Bench):
    passes_on(quick_bench)

    quick_bench.arrives("Wie steht es?", Subject="[KV-1001] Cloud")

    assert len(quick_bench.tickets()) == 2
