"""Why a mail gets no answer, in the words of the report."""

from __future__ import annotations

from mailbot.mail.origin import RULES
from mailbot.replay.silence import GERMAN, why_silent
from mailbot.tickets.decide import FORGED, IN_VAIN, NO_SENDER, THANKS
from mailbot.tickets.takeover import ANSWERED, TAKEN_OVER


def test_every_reason_is_said_in_german_too():
    reasons = {FORGED, IN_VAIN, NO_SENDER, THANKS, ANSWERED, TAKEN_OVER, *(rule.because for rule in RULES)}

    assert set(GERMAN) == reasons
    assert len(set(GERMAN.values())) == len(reasons)


def test_a_reason_is_said_in_the_language_of_the_report():
    assert (why_silent("A calendar sent it.", "de"), why_silent("A calendar sent it.", "en"), why_silent(None, "de")) == (
        "Ein Kalender hat sie geschickt.",
        "A calendar sent it.",
        "",
    )
