"""Who goes away hands over, and is told nothing until then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.service import desk
from mailbot.service.overview import send_if_due
from mailbot.service.sender import deliver
from tests.association import words
from tests.service.bench import MONDAY, STAFF, Bench, eml, proof
from tests.service.test_post import EVA, QUIET, TWO_OF_US
from tests.service.test_worker import COMPLETE

of_two = pytest.mark.parametrize("quick_bench", [TWO_OF_US], indirect=True)


def orders(bench: Bench, line: str, *, by: str = EVA) -> None:
    bench.mail(eml(line, From=by, Subject="Urlaub", **proof()))
    bench.run()


def taken_by_eva(bench: Bench, *groups: str) -> None:
    for number, group in enumerate(groups, start=1001):
        bench.arrives(COMPLETE.replace("Kalk", group), Subject=f"Signal-Gruppe für den OV {group}")
        desk.carry_out(bench.office, f"KV-{number}", "assign", "eva")
    deliver(bench.office)
    bench.slot.taken.clear()


def mails(bench: Bench, *addresses: str) -> list[list[str]]:
    return [[str(mail["Subject"]) for mail in bench.slot.to(address)] for address in addresses]


@of_two
def test_they_and_the_others_get_one_mail_with_what_is_handed_over(quick_bench: Bench):
    taken_by_eva(quick_bench, "Kalk", "Nippes")

    orders(quick_bench, "#urlaub bis 6.3.2026")

    theirs, of_others = mails(quick_bench, EVA, STAFF)
    assert "Bis 6. März 2026 nicht da: 2 Vorgänge von dir" in theirs
    assert of_others == ["Eva Neumann ist bis 6. März 2026 nicht da: 2 Vorgänge"]
    told = words(quick_bench.slot.to(STAFF)[0])
    for key in ("KV-1001", "KV-1002"):
        assert key in told


@of_two
def test_who_has_taken_nothing_hands_nothing_over(quick_bench: Bench):
    orders(quick_bench, "#urlaub bis 6.3.2026")

    theirs, of_others = mails(quick_bench, EVA, STAFF)
    assert (len(theirs), of_others) == (1, [])  # the transcript


@of_two
def test_when_the_others_are_away_too_it_stays_as_it_is(quick_bench: Bench):
    taken_by_eva(quick_bench, "Kalk")
    orders(quick_bench, "#urlaub bis 6.3.2026", by=STAFF)
    quick_bench.slot.taken.clear()

    orders(quick_bench, "#urlaub bis 6.3.2026")

    assert mails(quick_bench, STAFF) == [[]]
    told = [" ".join(words(mail).split()) for mail in quick_bench.slot.to(EVA)]
    assert any("Deshalb bekommst du weiterhin alles" in each for each in told)


@of_two
def test_meanwhile_the_others_see_it_in_their_digest_and_afterwards_it_is_in_ones_own(quick_bench: Bench):
    taken_by_eva(quick_bench, "Kalk")
    orders(quick_bench, "#urlaub bis 6.3.2026")
    quick_bench.slot.taken.clear()

    for day in (1, 4, 7):
        quick_bench.clock.now = MONDAY + timedelta(days=day)
        send_if_due(quick_bench.office)
        deliver(quick_bench.office)

    assert [len(each) for each in mails(quick_bench, EVA, STAFF)] == [1, 3]
    assert "KV-1001" in words(quick_bench.slot.to(STAFF)[0])
    assert "Bei dir" in words(quick_bench.slot.to(EVA)[0])
    assert "KV-1001" in words(quick_bench.slot.to(EVA)[0])


@of_two
def test_who_is_back_early_gets_everything_again(quick_bench: Bench):
    orders(quick_bench, "#urlaub bis 6.3.2026")
    orders(quick_bench, "#zurück")
    quick_bench.slot.taken.clear()

    quick_bench.arrives(COMPLETE, Subject="Signal-Gruppe für den OV Kalk")

    assert [len(each) for each in mails(quick_bench, EVA, STAFF)] == [1, 1]


@pytest.mark.parametrize("quick_bench", [{**TWO_OF_US, **QUIET}], indirect=True)
def test_at_night_the_others_sleep_on(quick_bench: Bench):
    taken_by_eva(quick_bench, "Kalk")
    quick_bench.clock.now = MONDAY + timedelta(hours=13)

    orders(quick_bench, "#urlaub bis 6.3.2026")

    assert [len(each) for each in mails(quick_bench, EVA, STAFF)] == [2, 0]
