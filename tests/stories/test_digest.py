"""Staff's morning, on Dovecot and Postfix: the overview comes, and its answer does the day's work."""

from __future__ import annotations

from datetime import timedelta

from mailbot.service import monthly, overview
from mailbot.service.office import open_office, utc_now
from mailbot.store import inbound
from mailbot.tickets.blocks import flat
from mailbot.tickets.calendar import day_of
from mailbot.tickets.ticket import State
from tests.association import Association, words
from tests.stories.test_orders import asks_for_signal


def morning(club: Association, *, later: timedelta = timedelta()) -> None:
    """The clock strikes eight, so much later."""
    with open_office(club.settings, clock=lambda: utc_now() + later) as office:
        overview.send(office, day=day_of(office.clock(), office.catalogue.hours))
    club.run(later=later)


def test_staff_answer_the_overview_and_three_tickets_are_dealt_with(club: Association):
    club = club
    anna, _ = asks_for_signal(club)
    for _ in range(2):
        club.write(
            f"Bo Brandt <{club.station.address('bo')}>", club.support, "Passwort", "Hallo, ich komme nicht mehr in die Nextcloud."
        )
    club.run()
    first, *others = (ticket.key.removeprefix("KV-") for ticket in club.tickets())
    got = len(club.mails(club.staff))

    # The overview tells what waits, with the numbers that matter in its subject, and charts for those who see no HTML.
    morning(club)

    digest = club.newest(club.staff, got + 1)
    assert f"{len(others) + 1} bei uns" in digest["Subject"]
    assert digest["Auto-Submitted"] == "auto-generated"
    told = words(digest)
    assert "Signal-Gruppe · neu" in told
    assert "neu" in told
    assert "█" in told.partition("Die letzten zwei Wochen")[2]

    # They answer it in three lines and a word of thanks.
    lines = [f"{first[-2:]} zu", f"KV-{others[0]} notiz ruft morgen an", f"{others[0]} morgen", "Danke dir, Bot!"]
    club.reply(digest, club.staff, "\n".join(lines))
    club.run()

    transcript = flat(words(club.newest(club.staff, got + 2)))
    assert f"{first[-2:]} zu · KV-{first} (Anna Schmidt): abgeschlossen" in transcript
    assert f"notiz ruft morgen an · KV-{others[0]}" in transcript
    assert "Danke dir, Bot! · geht an niemanden" in transcript
    closed, put_off, *_ = club.tickets()
    assert (closed.state, put_off.state) == (State.CLOSED, State.TRIAGE)
    assert put_off.waits_until is not None
    assert [event.text for event in club.history(put_off.key) if event.kind == "note" and event.by == club.staff] == [
        "ruft morgen an"
    ]
    assert "[KV-" in club.newest(anna, 2)["Subject"]
    assert "Danke dir" not in words(club.mails(anna)[-1])
    assert club.books()["support"][inbound.State.STAFF] == 1

    # Thanks for the transcript are the end of it; no ticket has come of all this.
    club.reply(club.mails(club.staff)[-1], club.staff, "Super, danke!")
    club.run()

    assert len(club.mails(club.staff)) == got + 2
    assert len(club.tickets()) == len(others) + 1

    # The day after, what was put off is back, and what was closed is told.
    morning(club, later=timedelta(days=1))

    tomorrow = words(club.newest(club.staff, got + 3))
    assert "Verschoben\n" not in tomorrow
    assert f"KV-{first}" in tomorrow.partition("Abgeschlossen seit")[2]


def test_a_month_is_told_in_one_mail(club: Association):
    club = club
    anna = f"Anna Schmidt <{club.station.address('anna')}>"
    club.write(anna, club.support, "Nextcloud", "Hallo, der OV Kalk möchte die Nextcloud nutzen.")
    club.run()

    with open_office(club.settings) as office:
        monthly.send(office, day_of(office.clock(), office.catalogue.hours).replace(day=1))
    club.run()

    report = club.newest(club.staff, 1)
    told = flat(words(report))
    assert report["Subject"].startswith("Monatsbericht ")
    assert "1 Anfragen, 0 abgeschlossen" in report["Subject"]
    assert "Nextcloud: „Gruppenadmins (1–3)“ fehlte in 1 von 1 Anfragen" in told
    assert "Nutzer*innen (Vorname, Name, E-Mail); Gruppenadmins (1–3). Bitte an" in told
