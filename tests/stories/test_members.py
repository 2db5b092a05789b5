"""Members and those whom they bring along, on Dovecot and Postfix."""

from __future__ import annotations

from datetime import timedelta

from mailbot.tickets.ticket import State
from tests.association import Association, words

VOUCHED = ("Authentication-Results", "mx.die-linke-koeln.de; dmarc=pass header.from=verein.example")


def test_somebody_in_copy_supplies_the_admins_and_all_read_how_it_goes_on(club: Association):
    club = club
    anna, paul = club.station.address("anna"), club.station.address("paul")

    # Anna asks with Paul in copy, and does not know who shall be admin.
    club.write(
        f"Anna Schmidt <{anna}>",
        club.support,
        "Nextcloud für den OV Ehrenfeld",
        f"Hallo,\n\nwir, der OV Ehrenfeld, hätten gern eine Gruppe in der Nextcloud. Mitmachen sollen:\n\nAnna Schmidt, {anna}\n"
        f"Paul Weber, {paul}\n\nViele Grüße\nAnna\n",
        headers=[("Cc", f"Paul Weber <{paul}>"), VOUCHED],
    )
    club.run()

    question = club.newest(paul, 1)
    assert question["Message-ID"] == club.newest(anna, 1)["Message-ID"]
    assert [each.addr_spec for each in question["Cc"].addresses] == [paul]
    assert "Gruppenadmins (1–3):" in words(question)

    # Paul knows it.
    club.write(f"Paul Weber <{paul}>", club.support, "Re: Nextcloud", "Admin mache ich.", answers=question, headers=[VOUCHED])
    club.run()

    confirmation = club.newest(paul, 2)
    assert "Hallo Paul" in words(confirmation)
    assert club.newest(anna, 2)["Message-ID"] == confirmation["Message-ID"]
    (ticket,) = club.tickets()
    assert (ticket.requester.email, ticket.request.missing) == (anna, ())
    assert "Admin (von Paul Weber)" in words(club.newest(club.staff, 1))
    assert ("told", paul) in [(event.kind, event.by) for event in club.history(ticket.key)]

    # Staff answer Anna, and Paul reads it, too.
    club.reply(club.newest(club.staff, 1), club.staff, "Hallo Anna,\n\ndie Gruppe ist da.")
    club.run()

    assert "die Gruppe ist da." in words(club.newest(anna, 3))
    assert "die Gruppe ist da." in words(club.newest(paul, 3))


def test_a_reply_long_after_the_end_opens_a_ticket_that_follows_the_old_one_and_thanks_do_not(club: Association):
    club = club
    anna = club.station.address("anna")
    asks = f"Hallo, der OV Kalk möchte eine Signal-Gruppe. Ansprechperson bin ich, Anna Schmidt, {anna}.\n\nAnna\n"
    club.write(f"Anna Schmidt <{anna}>", club.support, "Signal", asks)
    club.run()
    club.reply(club.newest(club.staff, 1), club.staff, "#erledigt")
    club.run()
    closed = club.newest(anna, 2)

    club.reply(closed, f"Anna Schmidt <{anna}>", "👍 hat geklappt, merci!")
    club.run(later=timedelta(days=15))
    assert [ticket.state for ticket in club.tickets()] == [State.CLOSED]

    club.reply(closed, f"Anna Schmidt <{anna}>", asks.replace("OV Kalk", "OV Nippes"))
    club.run(later=timedelta(days=15))

    old, new = club.tickets()
    assert (old.state, new.state is not State.CLOSED, new.follows) == (State.CLOSED, True, old.key)
    assert f"geht weiter in {new.key}" in [event.text for event in club.history(old.key)]
    assert f"knüpft an {old.key} an" in [event.text for event in club.history(new.key)]
    assert f"Knüpft an: {old.key}" in words(club.mails(club.staff)[-1])
