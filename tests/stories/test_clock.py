"""What the clock wants of people, on Dovecot and Postfix."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from mailbot.catalogue import Hours
from mailbot.service import desk
from mailbot.service.office import open_office
from mailbot.tickets.calendar import day_of, is_working_day
from mailbot.tickets.ticket import State
from tests.association import Association, words

COLOGNE = Hours()


def noon(after: int) -> timedelta:
    """How long it is from now to noon of the first working day so many days from today."""
    now = datetime.now(UTC)
    day = day_of(now, COLOGNE) + timedelta(days=after)
    while not is_working_day(day, COLOGNE):
        day += timedelta(days=1)
    return datetime.combine(day, time(12), tzinfo=COLOGNE.timezone) - now


def test_a_member_who_forgets_is_reminded_and_given_up_and_comes_back(club: Association):
    anna = club.station.address("anna")
    club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", "Hallo, der OV Kalk möchte die Nextcloud nutzen. Gruß, Anna")
    club.run()
    question = club.newest(anna, 1)

    # Nobody is asked again too soon, and nobody twice, however often the bot looks.
    club.strike(later=noon(1))
    club.strike(later=noon(5))
    club.strike(later=noon(5))
    reminder = club.newest(anna, 2)
    assert len(club.mails(anna)) == 2
    assert "es fehlen noch folgende Angaben:" in words(reminder)
    assert reminder["In-Reply-To"] == question["In-Reply-To"]

    club.strike(later=noon(16))
    club.strike(later=noon(30))
    end = club.newest(anna, 4)
    assert "Eine Antwort auf diese Mail öffnet ihn wieder" in " ".join(words(end).split())
    assert [ticket.state for ticket in club.tickets()] == [State.CLOSED]

    # She answers the last mail, and goes on where she was.
    club.reply(end, f"Anna Schmidt <{anna}>", "Nutzerin bin nur ich, Anna Schmidt, anna.schmidt@posteo.example.")
    club.run(later=noon(31))
    (ticket,) = club.tickets()
    assert (ticket.key, ticket.state) == ("KV-1001", State.ASKING)
    assert "reopened" in [event.kind for event in club.history("KV-1001")]


def test_staff_who_do_not_answer_are_reminded_until_they_do(club: Association):
    club, anna = club, club.station.address("anna")
    club.write(
        f"Anna Schmidt <{anna}>",
        club.support,
        "Signal",
        "Hallo, der OV Kalk möchte Signal nutzen. Ansprechperson bin ich, Anna Schmidt, anna.schmidt@posteo.example.",
    )
    club.run()
    club.newest(anna, 1)
    for_staff = club.newest(club.staff, 1)

    club.strike(later=noon(8))

    club.newest(club.staff, 3)  # the ticket, the digest and the reminder
    reminder = next(mail for mail in club.mails(club.staff) if "Erinnerung" in mail["Subject"])
    assert reminder["Subject"].startswith("[KV-1001]")

    club.reply(for_staff, club.staff, "Hallo Anna,\n\ndie Gruppe ist morgen da.")
    club.run(later=noon(8))
    assert "die Gruppe ist morgen da." in words(club.newest(anna, 2))

    club.strike(later=noon(20))
    assert [mail["Subject"] for mail in club.mails(club.staff) if "Erinnerung" in mail["Subject"]] == [reminder["Subject"]]


def test_who_goes_away_hears_of_it_and_is_spared(club: Association):
    club = club
    rules = club.settings.rules
    eva = club.station.address("eva")
    of_eva = f"\n  - id: eva\n    name: Eva Neumann\n    email: {eva}\n"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace(f"    email: {club.staff}\n", f"    email: {club.staff}{of_eva}"), encoding="utf-8")
    anna = club.station.address("anna")
    club.write(
        f"Anna Schmidt <{anna}>",
        club.support,
        "Signal",
        "Hallo, der OV Kalk möchte Signal nutzen. Ansprechperson bin ich, Anna Schmidt, anna.schmidt@posteo.example.",
    )
    club.run()
    club.reply(club.newest(eva, 1), eva, "#nehme ich")
    club.run()
    last_day = day_of(datetime.now(UTC), COLOGNE) + timedelta(days=30)

    club.reply(club.newest(eva, 2), eva, f"#urlaub bis {last_day:%d.%m.%Y}")
    club.run()
    club.newest(eva, 4)  # the transcript, and what is handed over
    club.strike(later=noon(8))

    assert len(club.mails(eva)) == 4
    subjects = [str(mail["Subject"]) for mail in club.mails(club.staff)]
    assert any(subject.startswith("Eva Neumann ist bis") for subject in subjects)
    assert any("Erinnerung" in subject for subject in subjects)


def test_a_hold_is_told_once_and_its_end_in_order(club: Association):
    club = club
    members = [club.station.address(name) for name in ("anna", "bo", "cem")]
    for member in members:
        text = f"Hallo, der OV Kalk möchte Signal nutzen. Ansprechperson bin ich, Kim Weber, {member}."
        club.write(f"Kim Weber <{member}>", club.support, "Signal", text)
    club.run()

    with open_office(club.settings) as office:
        desk.hold(office, "signal", "Signal wird gerade gewartet.")
        desk.hold(office, "signal", "Es dauert noch.")
    club.run()
    with open_office(club.settings) as office:
        desk.release(office, "signal")
    club.run()

    for member in members:
        club.newest(member, 3)
        told = [" ".join(words(mail).split()) for mail in club.mails(member)]
        assert ["Signal wird gerade gewartet." in each for each in told] == [False, True, False]
    assert {ticket.state for ticket in club.tickets()} == {State.OPEN}
