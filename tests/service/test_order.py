"""What staff order by mail, from the mail to what the member and staff get."""

from __future__ import annotations

from datetime import date, timedelta
from email.message import EmailMessage

import pytest

from mailbot.service import desk
from mailbot.store import absences, inbound, outbound, participants
from mailbot.tickets.blocks import flat
from mailbot.tickets.ticket import State, Ticket
from tests.association import words
from tests.service.bench import ASKS, STAFF, Bench, answering, proof
from tests.service.test_worker import ADDRESS, COMPLETE, signal

DELAYED = {"send_delay: 0": "send_delay: 5 minutes"}


def order(bench: Bench, *lines: str, to: EmailMessage | None = None) -> str:
    """A minute later staff answer the ticket's mail, or the transcript before; gives what they are told."""
    bench.clock.pass_by(timedelta(minutes=1))
    bench.arrives("\n".join(lines), From=STAFF, **answering(to or bench.slot.to(STAFF)[-1]))
    return flat(words(bench.slot.to(STAFF)[-1]))


def ordered(bench: Bench, *lines: str, subject: str = "Bitte") -> str:
    """A minute later staff write to the mailbox, about no ticket; the mail server vouches for them."""
    bench.clock.pass_by(timedelta(minutes=1))
    bench.arrives("\n".join(lines), From=STAFF, Subject=subject, **proof())
    return flat(words(bench.slot.to(STAFF)[-1]))


def about(bench: Bench, key: str = "KV-1001") -> Ticket:
    return next(ticket for ticket in bench.tickets() if ticket.key == key)


def for_anna(bench: Bench) -> str:
    """The last mail to the member."""
    return flat(words(bench.slot.to(ADDRESS)[-1]))


def test_a_field_is_asked_anew_and_the_answer_completes_the_ticket(quick_bench: Bench):
    signal(quick_bench)

    told = order(quick_bench, "#frage Gruppe")

    assert (about(quick_bench).state, about(quick_bench).request.missing) == (State.ASKING, ("group",))
    assert "gefragt nach: Name der Gruppe" in told
    assert "Name der Gruppe: OV Kalk gilt nicht mehr" in told
    question = quick_bench.slot.to(ADDRESS)[-1]
    assert "Name der Gruppe:" in words(question)
    quick_bench.arrives("OV Nippes", **answering(question))
    assert (about(quick_bench).state, about(quick_bench).request.fields["group"]) == (State.OPEN, "OV Nippes")


def test_staff_set_what_is_missing_and_the_member_hears_that_all_is_there(quick_bench: Bench):
    quick_bench.arrives(ASKS)
    quick_bench.arrives("#setze Nutzer: Anna Schmidt, anna@posteo.example", From=STAFF, Subject="[KV-1001]", **proof())
    assert about(quick_bench).request.missing == ("admins",)

    told = order(quick_bench, "#setze Gruppenadmins: Anna Schmidt")

    assert about(quick_bench).state is State.ON_HOLD  # as the whole service is
    assert "Gruppenadmins: Anna Schmidt" in told
    assert "ist vollständig" in for_anna(quick_bench)


def test_another_service_keeps_what_both_want_to_know_and_asks_for_the_rest(quick_bench: Bench):
    signal(quick_bench)

    told = order(quick_bench, "#dienst Nextcloud")

    ticket = about(quick_bench)
    assert (ticket.request.service, ticket.state, ticket.request.fields) == ("nextcloud", State.ASKING, {"group": "OV Kalk"})
    assert "Das Mitglied wird gefragt nach: Nutzer*innen" in told


def test_a_ticket_is_put_back_by_itself_and_goes_on(quick_bench: Bench):
    signal(quick_bench)

    order(quick_bench, "#zurückstellen Der Server zieht um.")
    assert about(quick_bench).state is State.ON_HOLD
    assert "Der Server zieht um." in for_anna(quick_bench)

    order(quick_bench, "#freigeben")
    assert (about(quick_bench).state, about(quick_bench).held) == (State.OPEN, None)
    assert len(quick_bench.slot.to(ADDRESS)) == 3


def test_what_is_put_back_by_itself_does_not_go_on_with_its_service(quick_bench: Bench):
    signal(quick_bench)
    order(quick_bench, "#zurückstellen Der Server zieht um.")

    desk.hold(quick_bench.office, "signal", "Signal wird gewartet.")
    desk.release(quick_bench.office, "signal")

    assert about(quick_bench).state is State.ON_HOLD


def test_a_service_is_put_on_hold_by_a_mail_that_is_about_no_ticket(quick_bench: Bench):
    signal(quick_bench)

    told = ordered(quick_bench, "#zurückstellen signal: Signal wird gewartet.")
    assert about(quick_bench).state is State.ON_HOLD
    assert "Vorgänge, die jetzt warten: 1" in told
    assert "Signal wird gewartet." in for_anna(quick_bench)

    told = ordered(quick_bench, "#freigeben signal")
    assert about(quick_bench).state is State.OPEN
    assert "Vorgänge, die weitergehen: 1" in told
    assert len(quick_bench.tickets()) == 1
    assert [state for state, _ in quick_bench.ends()][1:] == [inbound.State.STAFF, inbound.State.STAFF]


def test_tickets_are_named_where_the_mail_is_about_none(quick_bench: Bench):
    signal(quick_bench)
    quick_bench.arrives(ASKS)

    told = ordered(quick_bench, "#erledigt KV-1001", "#notiz kv-1002 ruft morgen an")

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED, State.ASKING]
    assert quick_bench.history("KV-1002")[-1].text == "ruft morgen an"
    assert "abgeschlossen" in told


def test_one_line_that_cannot_be_done_stops_all_tickets(quick_bench: Bench):
    signal(quick_bench)

    told = ordered(quick_bench, "#erledigt KV-1001", "#erledigt KV-4711", "#nehme ich")

    assert about(quick_bench).state is State.OPEN
    assert "#erledigt KV-4711 · KV-4711 gibt es nicht" in told
    assert "#nehme ich · zu welchem Vorgang? Schreib seine Nummer dahinter, etwa: #nehme ich KV-1042" in told
    assert "#erledigt KV-1001 · nicht ausgeführt" in told


def test_help_lists_every_command(quick_bench: Bench):
    told = ordered(quick_bench, "#Hilfe")

    assert "#warten bis 12.8." in told
    assert "#erledigt" in told
    assert quick_bench.tickets() == ()


def test_what_no_mail_server_vouches_for_orders_nothing(quick_bench: Bench):
    quick_bench.arrives("#zurückstellen signal: Haha.", From=STAFF, Subject="Bitte")

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.TRIAGE]
    assert quick_bench.office.catalogue.service("signal").on_hold is None


def test_staff_go_on_holiday_and_come_back(quick_bench: Bench):
    def away() -> dict[str, date]:
        with quick_bench.office.database.read() as connection:
            return absences.away(connection, on=date(2026, 3, 3))

    ordered(quick_bench, "#urlaub bis 12.3.")
    assert away() == {"technik": date(2026, 3, 12)}

    ordered(quick_bench, "#zurück")
    assert away() == {}


def test_why_tells_the_words_that_led_there(quick_bench: Bench):
    signal(quick_bench)

    told = order(quick_bench, "#warum")

    assert "Name der Gruppe: „OV Kalk“ in Zeile 3" in told
    assert "vollständig, an die Zuständigen gegeben" in told
    assert about(quick_bench).state is State.OPEN


def test_a_ticket_goes_to_another_mailbox_and_answers_leave_from_there(quick_bench: Bench):
    _, for_staff = signal(quick_bench)

    order(quick_bench, "#weiter buero")
    order(quick_bench, "Hallo Anna, das macht jetzt das Büro.", to=for_staff)

    assert about(quick_bench).mailbox == "buero"
    assert quick_bench.slot.to(ADDRESS)[-1]["From"].addresses[0].addr_spec == "buero@die-linke-koeln.de"


def test_two_tickets_become_one_and_replies_to_the_first_belong_to_the_second(quick_bench: Bench):
    paul = "Paul Weber <paul@posteo.example>"
    quick_bench.arrives(ASKS)
    wants = "Der OV Kalk braucht Nextcloud. Mitmachen soll Eva Klein, eva@posteo.example."
    quick_bench.arrives(wants, From=paul, Subject="Cloud")
    (for_paul,) = quick_bench.slot.to("paul@posteo.example")

    told = ordered(quick_bench, "#zusammen KV-1002 mit 1001")

    merged, target = about(quick_bench, "KV-1002"), about(quick_bench)
    assert (merged.state, merged.merged_into) == (State.CLOSED, "KV-1001")
    assert target.request.missing == ("admins", "users")
    assert "Antworten auf KV-1002 kommen jetzt bei KV-1001 an." in told

    quick_bench.arrives("Nutzerin und Admin: Eva Klein, eva@posteo.example", From=paul, **answering(for_paul))
    assert (about(quick_bench).state, about(quick_bench, "KV-1002").state) == (State.ON_HOLD, State.CLOSED)
    assert len(quick_bench.tickets()) == 2


BERTA = "berta@web.example"
WANTS = "Der OV Kalk braucht Nextcloud. Mitmachen soll Eva Klein, eva@posteo.example."


def berta_wants_the_same(bench: Bench, **headers: str) -> str:
    """Anna's request is complete but for users and admins; Berta names a user. Gives what staff are told of the merging."""
    bench.arrives(ASKS)
    bench.arrives(WANTS, From=f"Berta Muster <{BERTA}>", Subject="Cloud", **headers)
    return ordered(bench, "#zusammen KV-1002 KV-1001")


def in_copy(bench: Bench) -> tuple[str, ...]:
    with bench.office.database.read() as connection:
        return tuple(each.email for each in participants.in_copy(connection, "KV-1001"))


def test_who_asked_for_what_goes_on_in_another_persons_ticket_reads_along_there(quick_bench: Bench):
    told = berta_wants_the_same(quick_bench, **proof(domain="web.example"))

    assert f"Berta Muster <{BERTA}> bekommt von nun an Kopien." in told
    assert "was dort steht, ist von Berta Muster und wird nicht übernommen" in told
    ordered(quick_bench, "#erledigt KV-1001")
    assert [mail["Message-ID"] for mail in quick_bench.slot.to(BERTA)][1:] == [quick_bench.slot.to(ADDRESS)[-1]["Message-ID"]]


def test_a_member_learns_by_a_merging_nothing_of_what_somebody_else_has_written(quick_bench: Bench):
    quick_bench.arrives(ASKS, **proof(domain="posteo.example"))
    complete = "Der OV Kalk braucht Nextcloud. Nutzerin und Admin: Eva Klein, eva@posteo.example."
    quick_bench.arrives(complete, From=BERTA, Subject="Cloud", **proof(domain="web.example"))

    ordered(quick_bench, "#zusammen KV-1002 KV-1001")
    ordered(quick_bench, "#frage KV-1001 Gruppe")

    assert all("Klein" not in words(mail) and "eva@" not in words(mail) for mail in quick_bench.slot.to(ADDRESS))


def test_who_is_not_proven_reads_nothing_of_another_persons_ticket(quick_bench: Bench):
    told = berta_wants_the_same(quick_bench)

    assert f"Berta Muster <{BERTA}> bekommt keine Kopien" in told
    assert in_copy(quick_bench) == ()


@pytest.mark.parametrize("before", [(), (BERTA,)])
def test_undoing_a_merge_ends_the_copies_that_it_began(quick_bench: Bench, before: tuple[str, ...]):
    quick_bench.arrives(ASKS, Cc=", ".join(before), **proof(domain="posteo.example"))
    quick_bench.arrives(WANTS, From=f"Berta Muster <{BERTA}>", Subject="Cloud", **proof(domain="web.example"))
    ordered(quick_bench, "#zusammen KV-1002 KV-1001")
    assert in_copy(quick_bench) == (BERTA,)

    ordered(quick_bench, "#undo KV-1002")

    assert in_copy(quick_bench) == before


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("#zusammen KV-1001", "KV-1001 ist dieser Vorgang selbst"),
        ("#zusammen KV-4711", "KV-4711 gibt es nicht"),
        ("#zusammen mit Anna", "mit welchem Vorgang? Zum Beispiel: #zusammen KV-1040"),
    ],
)
def test_a_ticket_cannot_be_merged_into_just_anything(quick_bench: Bench, line: str, why: str):
    signal(quick_bench)

    assert why in order(quick_bench, line)
    assert about(quick_bench).state is State.OPEN


def test_merging_never_goes_round_in_circles(quick_bench: Bench):
    signal(quick_bench)
    quick_bench.arrives(ASKS)
    ordered(quick_bench, "#zusammen KV-1001 KV-1002")

    assert "KV-1001 ist schon in KV-1002 aufgegangen" in ordered(quick_bench, "#zusammen KV-1002 KV-1001")
    assert "KV-1001 ist schon in KV-1002 aufgegangen" in ordered(quick_bench, "#zusammen KV-1001 KV-1002")


def test_a_second_ticket_is_split_off_and_its_member_is_asked_for_the_rest(quick_bench: Bench):
    signal(quick_bench)

    told = order(quick_bench, "#teilen Nextcloud")

    first, second = quick_bench.tickets()
    assert (second.state, second.follows, second.conversation) == (State.ASKING, first.key, first.conversation)
    assert second.request.fields == {"group": "OV Kalk"}
    assert f"Der neue Vorgang ist {second.key}." in told
    assert f"[{second.key}]" in quick_bench.slot.to(ADDRESS)[-1]["Subject"]


@pytest.mark.parametrize("quick_bench", [DELAYED], indirect=True)
def test_an_order_is_undone_and_its_mail_never_leaves(quick_bench: Bench):
    signal(quick_bench)
    before = about(quick_bench)

    told = order(quick_bench, "#erledigt", "", "Hallo Anna, alles fertig.")
    assert "Bis Mo 2.3., 10:06 Uhr hält #undo die Mail noch auf." in told
    told = order(quick_bench, "#undo")

    assert (about(quick_bench).state, about(quick_bench).request) == (before.state, before.request)
    assert f"geht nicht mehr hinaus: die Mail an {ADDRESS} zu KV-1001" in told
    assert quick_bench.history()[-2].text == "rückgängig gemacht: abgeschlossen von Technik-Team; Antwort an das Mitglied"
    quick_bench.clock.pass_by(timedelta(hours=1))
    quick_bench.run()
    assert len(quick_bench.slot.to(ADDRESS)) == 1
    assert [mail.state for mail in quick_bench.outbox() if mail.recipient == ADDRESS] == [
        outbound.State.SENT,
        outbound.State.WITHDRAWN,
    ]


def test_undoing_tells_what_had_left_already(quick_bench: Bench):
    signal(quick_bench)
    order(quick_bench, "#erledigt")

    told = order(quick_bench, "#rückgängig")

    assert f"war schon abgeschickt: die Mail an {ADDRESS} zu KV-1001" in told
    assert about(quick_bench).state is State.OPEN


def test_only_the_last_order_is_undone_once_and_in_time(quick_bench: Bench):
    signal(quick_bench)
    assert "nichts, das rückgängig zu machen wäre" in order(quick_bench, "#undo")

    order(quick_bench, "#nehme ich")
    order(quick_bench, "#undo")
    assert "dein letzter Befehl ist schon rückgängig gemacht" in order(quick_bench, "#undo")

    order(quick_bench, "#nehme ich")
    quick_bench.clock.pass_by(timedelta(minutes=16))
    assert "das geht nur in den ersten 15 Minuten" in order(quick_bench, "#undo")
    assert about(quick_bench).assignee == "technik"


def test_what_somebody_has_changed_since_is_not_undone(quick_bench: Bench):
    for_member, for_staff = signal(quick_bench)
    order(quick_bench, "#nehme ich")
    quick_bench.clock.pass_by(timedelta(minutes=1))
    quick_bench.arrives("Doch lieber für den OV Nippes.", **answering(for_member))

    assert "seitdem hat sich an KV-1001 etwas geändert" in order(quick_bench, "#undo", to=for_staff)
    assert about(quick_bench).assignee == "technik"


def test_undo_stands_alone(quick_bench: Bench):
    signal(quick_bench)
    order(quick_bench, "#nehme ich")

    assert "#undo muss allein in der Mail stehen" in order(quick_bench, "#undo", "#erledigt")
    assert about(quick_bench).assignee == "technik"


def test_a_merge_is_undone_on_both_sides(quick_bench: Bench):
    quick_bench.arrives(ASKS)
    quick_bench.arrives(ASKS, Subject="Noch einmal", From="Paul Weber <paul@posteo.example>")
    before = quick_bench.tickets()
    told = ordered(quick_bench, "#zusammen KV-1002 KV-1001")
    assert "aufgegangen in KV-1001" in told

    ordered(quick_bench, "#undo KV-1002")

    assert [(each.state, each.merged_into) for each in quick_bench.tickets()] == [(each.state, None) for each in before]


def test_what_was_split_off_is_closed_when_that_is_undone(quick_bench: Bench):
    signal(quick_bench)
    order(quick_bench, "#teilen Nextcloud")

    order(quick_bench, "#undo")

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.OPEN, State.CLOSED]


def test_orders_of_one_mail_see_what_the_others_have_done(quick_bench: Bench):
    signal(quick_bench)
    quick_bench.arrives(ASKS)

    ordered(
        quick_bench, "#zurückstellen signal: Umbau", "#nehme ich KV-1001", "#zusammen KV-1002 KV-1001", "#warten KV-1001 3 Tage"
    )

    first, second = quick_bench.tickets()
    assert (first.state, first.assignee, first.waits_until is not None) == (State.ON_HOLD, "technik", True)
    assert second.merged_into == "KV-1001"


def test_a_person_who_is_in_copy_stays_so_where_a_ticket_is_split(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, Subject="Signal", Cc="Eva Klein <eva@posteo.example>", **proof(domain="posteo.example"))

    order(quick_bench, "#teilen Nextcloud")

    assert quick_bench.slot.to("eva@posteo.example")[-1]["Subject"] == quick_bench.slot.to(ADDRESS)[-1]["Subject"]
    assert "[KV-1002]" in quick_bench.slot.to("eva@posteo.example")[-1]["Subject"]
