"""A member's mail without what it quotes of earlier ones."""

from mailbot.mail.body import split
from mailbot.tickets.verbatim import FOLDED, without_known_quotes

OURS = "Hallo Anna,\n\nes fehlen noch folgende Angaben:\n\nName der Gruppe:\nDatum:\n"


def shown(text: str, *earlier: str) -> list[str]:
    return [line for line in without_known_quotes(split(text, subject="", author=""), earlier).splitlines() if line]


def test_what_is_quoted_of_an_earlier_mail_is_one_line():
    text = "Es ist OV Kalk.\n\nAm 2. März 2026 schrieb Support:\n> Hallo Anna,\n>\n> es fehlen noch\n> folgende Angaben:\n"
    assert shown(text, OURS) == ["Es ist OV Kalk.", FOLDED]


def test_an_answer_within_a_quote_is_shown():
    assert shown("> Name der Gruppe: OV Kalk\n> Datum:\n", OURS) == ["Name der Gruppe: OV Kalk", FOLDED]


def test_quotes_of_other_mails_stay_word_for_word():
    assert shown("Siehe unten:\n\n> Der Vorstand hat es beschlossen.\n", OURS)[-1] == "Der Vorstand hat es beschlossen."
