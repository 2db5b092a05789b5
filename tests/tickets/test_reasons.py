"""The bot's reasons, as staff read them."""

from pathlib import Path

import pytest

from mailbot.mail.read import read
from mailbot.tickets.reasons import in_german
from mailbot.understanding.understand import understand
from tests.builders import catalogue, service
from tests.understanding.conversation import rules

CATALOGUE = catalogue()
CONVERSATIONS = Path(__file__).parents[1] / "conversations"
ENGLISH = (" in line ", " in the ", "said ", "named", "cannot", "corrected", "rule ", "nobody", "perhaps")


@pytest.mark.parametrize(
    ("reason", "german"),
    [
        ('rule nextcloud: "Nextcloud" in line 3', "Cloudspeicher (Nextcloud): „Nextcloud“ in Zeile 3"),
        ('group: "OV "Süd" Kalk" in line 4', 'Name der Gruppe: „OV "Süd" Kalk“ in Zeile 4'),
        ("admins: corrected in this mail", "Gruppenadmins: in dieser Mail berichtigt"),
        (
            'users.email: "a@gmial.com" cannot be right, perhaps a@gmail.com',
            "Nutzer*innen, E-Mail: „a@gmial.com“ kann nicht stimmen, vielleicht a@gmail.com",
        ),
        ('change: "umbenennen"', "eine Änderung: „umbenennen“"),
        ("no words of any service were found", "kein Wort spricht für einen unserer Dienste"),
        ("whatever: somebody says", "whatever: somebody says"),
    ],
)
def test_a_reason_is_said_in_german(reason: str, german: str):
    assert in_german(reason, service(), CATALOGUE) == german


def test_no_reason_that_the_bot_has_is_left_in_english():
    found = {
        in_german(reason, rules().service(request.service), rules())
        for mail in CONVERSATIONS.glob("known_[stu]/*/01.eml")
        for request in understand(read(mail.read_bytes()), (), rules()).requests
        for reason in request.because
    }

    assert len(found) > 300
    assert [said for said in found if any(word in said for word in ENGLISH) and "„" not in said] == []
