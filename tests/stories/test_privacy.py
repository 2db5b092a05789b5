"""A member asks what is stored about them, and has it erased, on Dovecot and Postfix."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from mailbot.service import privacy
from mailbot.service.health import Books, examine
from mailbot.service.office import open_office, utc_now
from mailbot.tickets.ticket import State
from tests.association import Association, words

LATER = timedelta(minutes=16)


def test_a_member_gets_their_data_and_then_nothing_of_them_is_found(club: Association):
    zora = club.station.address("zora")
    whole = f"Zora Zwirbel <{zora}>"
    domain = zora.partition("@")[2]
    proven = (("Authentication-Results", f"mx.die-linke-koeln.de; dmarc=pass header.from={domain}"),)

    # She once had a Signal group.
    club.write(whole, club.support, "Signal", "Hallo, die AG Frieden möchte eine Signal-Gruppe. Zora Zwirbel\n", headers=proven)
    club.run()
    club.reply(club.newest(club.staff, 1), club.staff, "#erledigt")
    club.run()
    club.newest(zora, 2)

    # Now she wants to know what is stored.
    club.write(
        whole,
        club.buero,
        "Auskunft",
        "Guten Tag,\n\nbitte teilen Sie mir nach Art. 15 DSGVO mit, welche Daten Sie über mich gespeichert haben.\n\nZora\n",
        headers=proven,
    )
    club.run()
    for_staff = club.newest(club.staff, 3)
    assert f"Zu {zora} gespeichert: Vorgänge 2" in " ".join(words(for_staff).split())
    assert not [mail for mail in club.mails(zora) if list(mail.iter_attachments())]

    # Staff look into it, and say yes.
    club.reply(for_staff, club.staff, "#auskunft")
    club.run()
    (to_look_into,) = (mail for mail in club.mails(club.staff) if list(mail.iter_attachments()))
    assert not [mail for mail in club.mails(zora) if list(mail.iter_attachments())]
    club.reply(to_look_into, club.staff, "#auskunft bestätigt")
    club.run()
    answer = club.newest(zora, 4)
    (file,) = answer.iter_attachments()
    with ZipFile(BytesIO(file.get_content())) as archive:
        page = archive.read("auskunft.html").decode()
        assert sum(name.startswith("von/") for name in archive.namelist()) == 2
    assert "KV-1001" in page
    assert "KV-1002" in page
    assert club.staff not in page

    # She has seen enough; staff are asked twice.
    club.reply(answer, whole, "Danke. Bitte löschen Sie alle meine personenbezogenen Daten.")
    club.run()
    club.reply(for_staff, club.staff, "#löschen")
    club.run()
    asked_back = club.mails(club.staff)[-1]
    assert "Damit es geschieht, antworte mit: #löschen bestätigt" in words(asked_back)
    club.reply(asked_back, club.staff, "#löschen bestätigt")
    club.run()
    club.run(later=LATER)

    first, second = club.tickets()
    assert (first.state, first.requester.email, second.state, second.requester.email) == (State.CLOSED, "", State.CLOSED, "")
    assert [event.kind for event in club.history("KV-1002")][-1] == "erased"
    with open_office(club.settings, clock=lambda: utc_now() + LATER) as office:
        assert not privacy.look_for(office, zora)
        support, buero = examine(office).mailboxes
    assert (support.books, buero.books) == (Books(mails=2, new=0, missing=0), Books(mails=6, new=0, missing=0))
    if club.settings.database.drivername == "sqlite":
        assert found_in_files(club, zora, "Zora", "Zwirbel") == []

    # What she writes next is a new request.
    club.write(whole, club.support, "Signal", "Hallo, doch wieder: eine Signal-Gruppe bitte.\n", headers=proven)
    club.run(later=LATER)
    assert club.tickets()[-1].requester.email == zora


def found_in_files(club: Association, *secrets: str) -> list[str]:
    """Which of them lie in the files of the database."""
    folder = club.settings.rules.parent
    content = b"".join(file.read_bytes() for file in folder.glob("mailbot.db*"))
    return [secret for secret in secrets if secret.encode() in content]


@pytest.mark.parametrize("words_of_another", ["#auskunft", "#löschen bestätigt"])
def test_whoever_only_claims_to_be_somebody_gets_nothing_of_theirs(club: Association, words_of_another: str):
    zora = club.station.address("zora")
    club.write(
        f"Zora Zwirbel <{zora}>",
        club.support,
        "Auskunft",
        "Bitte teilen Sie mir nach Art. 15 DSGVO mit, welche Daten Sie über mich gespeichert haben.\n",
    )
    club.run()

    club.reply(club.newest(club.staff, 1), club.staff, words_of_another)
    club.run()
    club.run(later=LATER)

    assert "nichts beweist" in words(club.newest(club.staff, 2))
    assert len(club.mails(zora)) == 1
    assert [ticket.requester.email for ticket in club.tickets()] == [zora]
