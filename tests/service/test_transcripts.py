"""What the mails say that answer staff, and what becomes of words in answer to a mail that was for staff alone."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from mailbot.tickets.blocks import flat
from mailbot.tickets.ticket import State
from tests.association import words
from tests.service.bench import STAFF, Bench, answering, proof
from tests.service.test_order import about, order, ordered
from tests.service.test_worker import ADDRESS, signal

KIM = "kim@verein.example"
TWO_OF_US = {
    "    email: technik@die-linke-koeln.de\n": "    email: technik@die-linke-koeln.de\n"
    f"  - {{id: kim, name: Kim Muster, email: {KIM}}}\n"
}
FOR_NOBODY = "geht an niemanden; antworte auf die Mail zum Vorgang"


def told(bench: Bench, to: str = STAFF) -> EmailMessage:
    """The newest mail to one of us."""
    return bench.slot.to(to)[-1]


@pytest.mark.parametrize(
    ("lines", "subject", "heading"),
    [
        (("#erledigt",), "Ausgeführt", "Das ist geschehen"),
        (("#nehme ich", "Hallo Anna, das mache ich."), "Ausgeführt", "Das ist geschehen"),
        (("#erledgit",), "Nicht ausgeführt", "Nicht ausgeführt"),
        (("#nehme ich", "#warten bis 31.2."), "Nicht ausgeführt", "Nicht ausgeführt"),
        (("",), "Nicht ausgeführt", "Nicht ausgeführt"),
        (("#notiz ruft an",), "Notiert", "Notiert"),
        (("Hallo Anna, das ist fertig.",), "Weitergegeben", "Weitergegeben"),
        (("#warum",), "Zum Nachlesen", "Zum Nachlesen"),
    ],
)
def test_subject_and_heading_say_whether_anything_was_done(
    quick_bench: Bench, lines: tuple[str, ...], subject: str, heading: str
):
    signal(quick_bench)

    said = order(quick_bench, *lines)

    assert told(quick_bench)["Subject"] == f"[KV-1001] {subject}: Signal-Gruppe"
    assert said.startswith(heading)


def test_what_is_about_no_ticket_says_so_too(quick_bench: Bench):
    assert ordered(quick_bench, "#hilfe").startswith("Zum Nachlesen")
    assert ordered(quick_bench, "#urlaub bis gestern").startswith("Nicht ausgeführt")
    assert told(quick_bench)["Subject"] == "Nicht ausgeführt"


def test_words_in_answer_to_a_transcript_go_to_nobody(quick_bench: Bench):
    signal(quick_bench)
    order(quick_bench, "#nehme ich")
    before = len(quick_bench.slot.taken)
    assert "Worte in einer Antwort auf diese Mail gehen an niemanden" in flat(words(told(quick_bench)))

    said = order(quick_bench, "Danke dir!")

    assert f"Danke dir! · {FOR_NOBODY}" in said
    assert "noch einmal" not in said  # nobody shall thank once more
    assert [to for to, _ in quick_bench.slot.taken[before:]] == [STAFF]
    assert "answered" not in quick_bench.kinds()


def test_orders_in_answer_to_a_transcript_are_carried_out_but_not_with_words(quick_bench: Bench):
    signal(quick_bench)
    order(quick_bench, "#nehme ich")

    said = order(quick_bench, "#erledigt", "", "Hallo Anna, fertig.")
    assert f"Hallo Anna, fertig. · {FOR_NOBODY}" in said
    assert "#erledigt · nicht ausgeführt" in said
    assert about(quick_bench).state is State.OPEN

    order(quick_bench, "#notiz Anna anrufen", "Sie ist ab 18 Uhr da.")
    assert "Anna anrufen\nSie ist ab 18 Uhr da." in [event.text for event in quick_bench.history()]
    order(quick_bench, "#erledigt")
    assert about(quick_bench).state is State.CLOSED


@pytest.mark.parametrize("quick_bench", [TWO_OF_US], indirect=True)
def test_words_among_colleagues_go_to_nobody(quick_bench: Bench):
    signal(quick_bench)
    quick_bench.arrives("#nehme ich", From=STAFF, **answering(quick_bench.slot.to(STAFF)[0]))
    before = len(quick_bench.slot.to(ADDRESS))
    assert "Worte in einer Antwort auf diese Mail gehen an niemanden" in flat(words(told(quick_bench, KIM)))

    quick_bench.arrives("Super, danke!", From=KIM, **answering(told(quick_bench, KIM)))

    assert f"Super, danke! · {FOR_NOBODY}" in flat(words(told(quick_bench, KIM)))
    assert len(quick_bench.slot.to(ADDRESS)) == before


@pytest.mark.parametrize("quick_bench", [{"\nsend_delay: 0": "\nreplies: draft"}], indirect=True)
def test_words_in_answer_to_what_is_told_of_a_draft_go_to_nobody(quick_bench: Bench):
    quick_bench.arrives()

    said = order(quick_bench, "Sieht gut aus!")

    assert f"Sieht gut aus! · {FOR_NOBODY}" in said
    assert quick_bench.slot.to(ADDRESS) == []


def test_orders_of_the_overview_are_headed_by_what_became_of_all_lines(quick_bench: Bench):
    signal(quick_bench)
    order(quick_bench, "#hilfe")
    ordered(quick_bench, "#urlaub bis gestern")
    notice = told(quick_bench)

    def heads(*lines: str) -> str:
        quick_bench.arrives("\n".join(lines), From=STAFF, **answering(notice), **proof())
        return str(told(quick_bench)["Subject"])

    assert heads("1001 nehme ich", "77 zu") == "Teils ausgeführt"
    assert heads("77 zu") == "Nicht ausgeführt"
    assert heads("1001 zu") == "Ausgeführt"


def test_why_tells_of_the_value_that_staff_have_set(quick_bench: Bench):
    signal(quick_bench)
    order(quick_bench, "#setze Gruppe: OV Nippes")

    said = order(quick_bench, "#Warum?")

    assert "Name der Gruppe: gesetzt von Technik-Team" in said
    assert "„OV Kalk“" not in said
    assert f"Name der Gruppe: OV Nippes von {STAFF}" in said  # the order itself, in what has happened


def test_who_closes_reads_whether_the_member_hears_of_it(quick_bench: Bench):
    signal(quick_bench)

    assert "Das Mitglied erfährt es in einer kurzen Mail." in order(quick_bench, "#erledigt")


def test_undoing_tells_that_the_member_knows(quick_bench: Bench):
    signal(quick_bench)
    order(quick_bench, "#zurückstellen Der Server zieht um.")

    said = order(quick_bench, "#undo")

    assert "rückgängig: zurückgestellt (Der Server zieht um.)" in said
    assert "Das Mitglied hat die Mail dazu schon bekommen; schreib ihm, wenn es etwas wissen muss." in said

    order(quick_bench, "#nehme ich")
    assert "schreib ihm" not in order(quick_bench, "#undo")


@pytest.mark.parametrize("quick_bench", [TWO_OF_US], indirect=True)
def test_colleagues_hear_that_a_ticket_is_nobodys_again(quick_bench: Bench):
    signal(quick_bench)
    order(quick_bench, "#nehme ich")

    order(quick_bench, "#undo")

    assert "hat das wieder abgegeben, niemand ist zuständig" in told(quick_bench, KIM)["Subject"]


def test_a_mail_about_a_ticket_may_name_it_once_more(quick_bench: Bench):
    signal(quick_bench)

    order(quick_bench, "#an technik KV-1001")
    ordered(quick_bench, "#warten bis 10.3. KV-1001")

    assert (about(quick_bench).assignee, about(quick_bench).waits_until is not None) == ("technik", True)


def test_help_speaks_to_one_and_names_the_english_words(quick_bench: Bench):
    said = ordered(quick_bench, "#hilfe?")

    assert "#hilfe · Du bekommst diese Liste. Auch: #help" in said
    assert "ihr " not in said.lower().replace("ihr sind", "")
