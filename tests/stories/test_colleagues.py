"""Two of the staff, one ticket: they hear from each other without asking."""

from __future__ import annotations

from tests.association import Association, words
from tests.service.test_worker import COMPLETE


def test_who_answers_has_the_ticket_and_the_other_learns_it(club: Association):
    anna, eva, kim = club.station.address("anna"), club.station.address("eva"), club.staff
    rules = club.settings.rules
    with_eva = f"email: {kim}\n  - {{id: eva, name: Eva Neumann, email: {eva}}}\n"
    rules.write_text(rules.read_text(encoding="utf-8").replace(f"email: {kim}\n", with_eva), encoding="utf-8")
    club.write(f"Anna Schmidt <{anna}>", club.support, "Signal-Gruppe für den OV Kalk", COMPLETE)
    club.run()
    for_eva, for_kim = club.newest(eva, 1), club.newest(kim, 1)

    # Eva simply answers; the ticket is hers, and Kim hears it.
    club.reply(for_eva, eva, "Hallo Anna,\n\nich lege die Gruppe morgen an.")
    club.run()

    assert [ticket.assignee for ticket in club.tickets()] == ["eva"]
    assert "Eva Neumann hat" in str(club.newest(kim, 2)["Subject"])
    assert len(club.mails(eva)) == 2  # the transcript, and no announcement

    # Kim has answered, too, before reading that: both answers reach Anna, and Kim learns of Eva's.
    club.reply(for_kim, kim, "Hallo Anna,\n\nmelde dich bitte bei mir.")
    club.run()

    assert "ich lege die Gruppe morgen an." in " ".join(words(club.newest(kim, 3)).split())
    assert ["morgen an" in words(mail) or "bei mir" in words(mail) for mail in club.mails(anna)] == [False, True, True]
    assert [ticket.assignee for ticket in club.tickets()] == ["eva"]
