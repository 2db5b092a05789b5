"""The whole way, on Dovecot and Postfix, with SQLite and with PostgreSQL."""

from __future__ import annotations

from mailbot.store import inbound
from mailbot.tickets.ticket import State
from tests.association import Association, words


def test_a_member_gets_a_nextcloud_group_and_staff_need_nothing_but_their_mail(any_club: Association):
    anna = any_club.station.address("anna")

    # She asks, and forgets who shall be admin.
    any_club.write(
        f"Anna Schmidt <{anna}>",
        any_club.support,
        "Nextcloud für den OV Ehrenfeld",
        "Hallo,\n\nwir, der OV Ehrenfeld, hätten gern eine Gruppe in der Nextcloud. Mitmachen sollen:\n\n"
        "Anna Schmidt, anna.schmidt@posteo.example\nMehmet Yılmaz, mehmet@posteo.example\n\nViele Grüße\nAnna\n",
    )
    any_club.run()

    question = any_club.newest(anna, 1)
    assert [line for line in words(question).splitlines() if line.endswith(":") and "admin" in line.lower()] == [
        "Gruppenadmins (1–3):"
    ]
    assert "Name der Gruppe:" not in words(question)
    assert question["Subject"].startswith("[KV-1001]") or "[KV-1001]" in question["Subject"]
    assert question["Auto-Submitted"] == "auto-replied"
    (asked,) = any_club.tickets()
    assert (asked.state, asked.request.missing) == (State.ASKING, ("admins",))

    # She answers below the quote.
    any_club.reply(question, f"Anna Schmidt <{anna}>", "Admin soll Mehmet sein.", below=True)
    any_club.run()

    confirmation = any_club.newest(anna, 2)
    assert confirmation["In-Reply-To"]
    (complete,) = any_club.tickets()
    assert complete.state in (State.OPEN, State.ON_HOLD)
    assert complete.request.missing == ()
    for_staff = any_club.newest(any_club.staff, 1)
    for tidy in ("OV Ehrenfeld", "Schmidt", "anna.schmidt@posteo.example", "Yılmaz", "mehmet@posteo.example"):
        assert tidy in words(for_staff)
    assert for_staff["Auto-Submitted"] == "auto-generated"

    # Staff simply answer, and the member gets the text under the association's name.
    any_club.reply(for_staff, any_club.staff, "Hallo Anna,\n\ndie Gruppe ist morgen da.")
    any_club.run()

    answer = any_club.newest(anna, 3)
    assert "die Gruppe ist morgen da." in words(answer)
    assert any_club.staff not in answer.as_string()

    # Staff close it.
    transcript = any_club.newest(any_club.staff, 2)
    any_club.reply(transcript, any_club.staff, "#erledigt")
    any_club.run()

    any_club.newest(anna, 4)
    (closed,) = any_club.tickets()
    assert closed.state is State.CLOSED

    # Nothing is left over, and a copy of everything lies in Sent.
    assert any_club.books() == {"support": {inbound.State.TICKET: 2, inbound.State.STAFF: 2}}
    copies = any_club.station.inbox(any_club.support, "Sent")
    assert len(copies) == len(any_club.mails(anna)) + len(any_club.mails(any_club.staff))


def test_a_request_in_the_wrong_inbox_is_handled_all_the_same(club: Association):
    anna = club.station.address("anna")
    club.write(f"Anna Schmidt <{anna}>", club.buero, "Nextcloud", "Hallo, der OV Kalk möchte die Nextcloud nutzen. Gruß, Anna")

    club.run()

    (ticket,) = club.tickets()
    assert (ticket.request.service, ticket.state, ticket.mailbox) == ("nextcloud", State.ASKING, "buero")
    assert club.newest(anna, 1)["From"].addresses[0].addr_spec == club.buero


def test_a_question_about_zetkin_gets_the_standard_answer_and_costs_staff_nothing(club: Association):
    anna = club.station.address("anna")
    club.write(f"Anna Schmidt <{anna}>", club.support, "Zetkin", "Hallo, wie bekomme ich einen Zugang zu Zetkin? Danke, Anna")

    club.run()

    assert [ticket.state for ticket in club.tickets()] == [State.REFERRED]
    club.newest(anna, 1)
    assert club.mails(club.staff) == []


def test_a_privacy_request_is_a_persons_work_and_has_its_deadline(club: Association):
    anna = club.station.address("anna")
    club.write(
        f"Anna Schmidt <{anna}>",
        club.buero,
        "Auskunft nach Art. 15 DSGVO",
        "Guten Tag,\n\nbitte teilen Sie mir mit, welche Daten Sie über mich gespeichert haben.\n\nAnna Schmidt\n",
    )

    club.run()

    (ticket,) = club.tickets()
    assert (ticket.request.service, ticket.state) == ("privacy", State.TRIAGE)
    assert ticket.due is not None
    assert 28 <= (ticket.due - ticket.opened.date()).days <= 31
    club.newest(anna, 1)
    club.newest(club.staff, 1)


def test_one_mail_to_both_inboxes_is_one_ticket_and_one_answer(any_club: Association):
    anna = any_club.station.address("anna")
    mail = any_club.write(
        f"Anna Schmidt <{anna}>", any_club.support, "Nextcloud", "Hallo, der OV Kalk möchte die Nextcloud nutzen."
    )
    any_club.station.put(b"Delivered-To: buero\r\n" + mail.as_bytes(), any_club.buero)

    any_club.run()
    any_club.run()

    assert len(any_club.tickets()) == 1
    assert any_club.books() == {"support": {inbound.State.TICKET: 1}, "buero": {inbound.State.IGNORED: 1}}
    assert len(any_club.station.inbox(anna)) == 1


def test_who_only_claims_to_be_staff_moves_nothing(club: Association):
    anna = club.station.address("anna")
    club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", "Hallo, der OV Kalk möchte die Nextcloud nutzen.")
    club.run()
    question = club.newest(anna, 1)

    club.write(club.staff, club.support, question["Subject"], "#erledigt", answers=None)
    club.run()

    first, second = club.tickets()
    assert (first.state, second.state) == (State.ASKING, State.TRIAGE)
    assert len(club.station.inbox(anna)) == 1


def test_an_absence_note_is_answered_with_silence(club: Association):
    anna = club.station.address("anna")
    club.write(
        f"Anna Schmidt <{anna}>",
        club.support,
        "Abwesenheitsnotiz: Nextcloud",
        "Ich bin bis zum 12.8. nicht da.",
        headers=(("Auto-Submitted", "auto-replied"),),
    )

    club.run()

    assert club.tickets() == ()
    assert club.books() == {"support": {inbound.State.IGNORED: 1}}
    assert club.station.inbox(anna) == []
