"""A mail about a ticket says why it comes, and no more than that."""

from __future__ import annotations

from email.message import EmailMessage

from mailbot.tickets.verbatim import FOLDED
from tests.association import words
from tests.service.bench import STAFF, Bench, answering, proof
from tests.service.test_worker import ADDRESS, signal

LINES = "[KV-1001] Signal-Gruppe – Anna Schmidt · "


def to_staff(bench: Bench) -> EmailMessage:
    return bench.slot.to(STAFF)[-1]


def member(bench: Bench, text: str) -> EmailMessage:
    """The member answers our last mail to them; gives what staff get."""
    bench.arrives(text, **answering(bench.slot.to(ADDRESS)[-1]), **proof(domain="posteo.example"))
    return to_staff(bench)


def test_subject_and_first_line_say_what_each_mail_brings(quick_bench: Bench):
    signal(quick_bench)
    found = [str(to_staff(quick_bench)["Subject"])]
    told = words(to_staff(quick_bench)).splitlines()
    for text in ("Wie ist der Stand?", "Wir sind doch OV Nippes, nicht Kalk.", "Die Anfrage ziehe ich zurück."):
        found.append(str(member(quick_bench, text)["Subject"]))
    quick_bench.arrives("#wieder-auf", From=STAFF, **answering(to_staff(quick_bench)))
    quick_bench.arrives("#erledigt", From=STAFF, **answering(to_staff(quick_bench)))
    found.append(str(member(quick_bench, "Doch noch nicht: Der Link zur Gruppe geht nicht.")["Subject"]))

    assert found == [
        f"{LINES}{news}" for news in ("Neu", "Fragt nach dem Stand", "Geändert: Name der Gruppe", "Zurückgezogen", "Wieder offen")
    ]
    assert "Neu" in told[:5]


def test_mails_about_a_ticket_continue_the_first_one(quick_bench: Bench):
    signal(quick_bench)
    first = to_staff(quick_bench)
    later = member(quick_bench, "Wie ist der Stand?")

    assert later["In-Reply-To"] == first["Message-ID"]


def test_quotes_of_our_mails_are_folded_and_mails_to_staff_are_no_history(quick_bench: Bench):
    signal(quick_bench)
    ours = words(quick_bench.slot.to(ADDRESS)[-1])
    quote = "\n".join(f"> {line}" for line in ours.splitlines())

    told = words(member(quick_bench, f"Wie ist der Stand?\n\nAm 2. März 2026 schrieb Support-Team:\n{quote}\n"))

    assert FOLDED in told
    assert "Hallo Anna" not in told
    assert f"Mail an {ADDRESS}" in told
    assert f"Mail an {STAFF}" not in told


def test_a_doubt_stands_only_in_the_mail_that_it_is_about(quick_bench: Bench):
    signal(quick_bench)
    with_doubt = words(member(quick_bench, "Unser Verteiler ist ov@dielinke-koeln.de."))
    without = words(member(quick_bench, "Wie ist der Stand?"))

    def head(text: str) -> str:
        return text.split("Was du tun kannst")[0]

    assert "dielinke-koeln.de" in head(with_doubt)
    assert "dielinke-koeln.de" not in head(without)
