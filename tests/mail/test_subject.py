"""What stands before a subject."""

import pytest

from mailbot.mail.subject import ANSWERING, FORWARDING, PREFIXES


@pytest.mark.parametrize("subject", ["Re: Signal", "Antwort: Signal", "[Liste] re[2] : Signal", "[A] [KV-1042] AW: Signal"])
def test_an_answer_is_known_by_its_subject(subject: str):
    assert ANSWERING.match(subject)
    assert not FORWARDING.match(subject)


@pytest.mark.parametrize("subject", ["WG: Signal", "Fwd: Signal", "FW: Signal", "[Liste] [KV-1042] Wg: Signal", "Fwd[2]: Signal"])
def test_so_is_what_is_passed_on(subject: str):
    assert FORWARDING.match(subject)
    assert not ANSWERING.match(subject)


@pytest.mark.parametrize("subject", ["Signal", "Reform: ein Vorschlag", "Awo: Anfrage", "Signal Re: x", "Re Signal", ""])
def test_other_words_are_neither(subject: str):
    assert not any(expression.match(subject) for expression in (ANSWERING, FORWARDING, PREFIXES))


def test_all_that_stands_there_is_found():
    assert FORWARDING.sub("", "WG: Kati: Signal").strip() == "Kati: Signal"
    assert PREFIXES.sub("", "Re: AW: Fwd[3] : WG: Signal: Re: x") == "Signal: Re: x"
