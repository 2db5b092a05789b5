"""What an answer does as a whole, in words of all kinds: thanks, asks how things stand, takes back. Never by mistake."""

from pathlib import Path

import pytest

from mailbot.catalogue import load_catalogue
from mailbot.understanding.request import Act, Reading
from mailbot.understanding.understand import understand
from tests.builders import request, written

RULES = load_catalogue(Path(__file__).parents[2] / "rules.yaml")
DONE = request()

THANKS = (
    "Danke!",
    "👍",
    "🙏❤️",
    "super, vielen lieben Dank euch!",
    "passt, merci",
    "hat geklappt",
    "Hat super geklappt, tausend Dank",
    "Es klappt jetzt, vielen Dank für eure Mühe.",
    "Okay, danke, es funktioniert jetzt.",
    "Läuft, danke dir",
    "Geht jetzt!",
    "Wunderbar, ich bin drin. Dankeschön!",
    "Danke, hab den Zugang bekommen.",
    "Alles angekommen, danke.",
    "Ihr seid die Besten ❤️",
    "Ich danke euch!",
    "Dankeee :)",
    "Merci beaucoup!",
    "Danke schön und schönes Wochenende!",
    "Besten Dank, LG Anna",
    "OK 👍",
    "Thank you so much, it works!",
    "works now, thx",
    "Got it, thanks!",
    "Thank you very much for your quick help.",
    "That worked, many thanks",
    "Awesome, thank you!",
    "Great, thanks a lot",
)
INQUIRIES = (
    "Stand?",
    "wie siehts aus?",
    "Wie sieht's denn aus?",
    "Was ist der aktuelle Stand?",
    "Hallo, ich wollte mal nachfragen, wie der Stand ist.",
    "Gibts schon Neuigkeiten?",
    "Tut sich da was?",
    "Kommt da noch was?",
    "Wann ist es fertig?",
    "Ist das schon erledigt?",
    "Any news?",
    "How is it going?",
)
WITHDRAWALS = (
    "hat sich erledigt",
    "Hat sich schon geklärt",
    "brauchen wir doch nicht mehr",
    "Wir brauchen die Nextcloud doch nicht mehr.",
    "Wir möchten doch keine Nextcloud.",
    "Die Anfrage ziehe ich zurück.",
    "Bitte stornieren",
    "Ihr könnt das schließen, wir machen es anders.",
    "Vergesst es, wir haben was anderes.",
    "Ist nicht mehr nötig.",
    "We don't need it any more.",
    "Please close the ticket, we don't need it anymore.",
)
SOMETHING = (
    "Danke, aber es geht nicht.",
    "Läuft leider nicht.",
    "Hat nicht geklappt",
    "Der Link geht nicht",
    "Danke! Admin ist jetzt Mehmet.",
    "Danke, könnt ihr noch Paul Weber dazunehmen? paul@posteo.example",
    "Wir brauchen Mehmet doch nicht als Admin",
    "Thanks, but it doesn't work",
    "I got it, but the password is wrong",
    "Vergesst das nicht",
)


def read(text: str) -> Reading:
    return understand(written(text, subject="Re: Nextcloud [KV-1042]"), (DONE,), RULES)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        *((text, Act.THANK) for text in THANKS),
        *((text, Act.INQUIRE) for text in INQUIRIES),
        *((text, Act.WITHDRAW) for text in WITHDRAWALS),
    ],
)
def test_people_thank_ask_and_take_back_in_words_of_all_kinds(text: str, act: Act):
    reading = read(text)

    assert (reading.act, reading.requests) == (act, (DONE,))


@pytest.mark.parametrize("text", SOMETHING)
def test_who_wants_something_does_not_only_thank(text: str):
    assert read(text).act is Act.SAY
