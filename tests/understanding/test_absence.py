"""On which day somebody is back."""

from datetime import date

import pytest

from mailbot.understanding.absence import day_of_return
from tests.builders import written

TODAY = date(2026, 8, 3)


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("Ich bin am 12.8. wieder da.", date(2026, 8, 12)),
        ("Ich bin nicht im Büro und ab dem 12.08.2026 wieder erreichbar.", date(2026, 8, 12)),
        ("Ab dem 12. August bin ich wieder für euch da.", date(2026, 8, 12)),
        ("Bin im Urlaub, zurück am 12.8.", date(2026, 8, 12)),
        ("Ich bin bis zum 11.8. nicht da.", date(2026, 8, 12)),
        ("bis einschließlich 11.08.26 im Urlaub", date(2026, 8, 12)),
        ("Ich bin vom 1.8. bis 11.8. im Urlaub.\nAb dem 12.8. lese ich wieder Mails.", date(2026, 8, 12)),
        ("Vielen Dank für Ihre Nachricht. Ich bin vom 1.8. bis\nzum 11.8. nicht im Büro. Rückkehr: 13.8.", date(2026, 8, 13)),
        ("I am out of office until 11 August 2026.", date(2026, 8, 12)),
        ("I will be back on August 12th, 2026.", date(2026, 8, 12)),
        ("Ich bin bis 6.1. im Urlaub.", date(2027, 1, 7)),
    ],
)
def test_the_day_of_return_is_the_day_after_the_last_day_away(text, back):
    assert day_of_return(written(text), TODAY) == back


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ich bin nicht da.",
        "Ich melde mich, sobald ich zurück bin.",
        "Am 12.8. ist die Versammlung.",  # no word of coming back
        "Ich war bis 2.8. im Urlaub.",  # is over: the next one is in a year
        "Ich bin bis 2031 weg.",
        "Ich bin bis 31.2. weg.",
        "bis " + "sehr " * 50 + "lange, nämlich 12.8.",
        "> Bitte antworte bis 12.8., dann geht es weiter.",  # our own words, quoted
    ],
)
def test_without_a_day_to_come_none_is_told(text):
    assert day_of_return(written(text), TODAY) is None
