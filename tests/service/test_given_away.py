"""Somebody on holiday is given a ticket."""

from datetime import date

import pytest

from mailbot.service.overview import send
from mailbot.service.sender import deliver
from tests.association import words
from tests.service.bench import MONDAY, STAFF, Bench, answering
from tests.service.test_post import EVA, TWO_OF_US, goes_away
from tests.service.test_worker import signal


@pytest.mark.parametrize("quick_bench", [TWO_OF_US], indirect=True)
def test_who_is_away_hears_nothing_and_who_gives_it_is_warned(quick_bench: Bench):
    goes_away(quick_bench, "eva", date(2026, 3, 12))
    signal(quick_bench)
    quick_bench.arrives("#an eva", From=STAFF, **answering(quick_bench.slot.to(STAFF)[-1]))

    told = " ".join(words(quick_bench.slot.to(STAFF)[-1]).split())
    assert "Achtung: Eva Neumann ist bis 12. März 2026 nicht da" in told
    assert quick_bench.slot.to(EVA) == []

    send(quick_bench.office, day=MONDAY.date())
    deliver(quick_bench.office)
    assert "Zuständig: Eva Neumann, abwesend bis 12. März 2026" in " ".join(words(quick_bench.slot.to(STAFF)[-1]).split())
