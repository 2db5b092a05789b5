"""Two of the staff, one ticket: they hear from each other without asking."""

from __future__ import annotations

from tests.association import Association, words
from tests.service.test_worker import COMPLETE


def test_who_answers_has_the_ticket_and_the_other_learns_it(small_club: Association):
    anna, eva, kim = small_club.station.address("anna"), small_club.station.address("eva"), small_club.staff
    rules = small_club.settings.rules
    with_eva = f"email: {kim}\n  - {{id: eva, name: Eva Neumann, email: {eva}}}\n"
    rules.write_text(rules.read_text(encoding="utf-8").replace(f"email: {kim}\n", with_eva), encoding="utf-8")
    small_club.write(f"Anna Schmidt <{anna}>", small_club.support, "Signal-Gruppe für den OV Kalk", COMPLETE)
    small_club.run()
    for_eva, for_kim = small_club.newest(eva, 1), small_club.newest(kim, 1)

    # Eva simply answers; the ticket is hers, and Kim hears it.
    small_club.reply(for_eva, eva, "Hallo Anna,\n\nich lege die Gruppe morgen an.")
    small_club.run()

    assert [ticket.assignee for ticket in small_club.tickets()] == ["eva"]
    assert "Eva Neumann hat" in str(small_club.newest(kim, 2)["Subject"])
    assert len(small_club.mails(eva)) == 2  # the transcript, and no announcement

    # Kim has answered, too, before reading that: both answers reach Anna, and Kim learns of Eva's.
    small_club.reply(for_kim, kim, "Hallo Anna,\n\nmelde dich bitte bei mir.")
    small_club.run()

    assert "ich lege die Gruppe morgen an." in " ".join(words(small_club.newest(kim, 3)).split())
    assert ["morgen an" in words(mail) or "bei mir" in words(mail) for mail in small_club.mails(anna)] == [False, True, True]
    assert [ticket.assignee for ticket in small_club.tickets()] == ["eva"]
