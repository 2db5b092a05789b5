"""Services that wait."""

from mailbot.tickets.holds import with_holds
from tests.builders import catalogue


def test_a_service_on_hold_says_why_in_every_language():
    held = with_holds(catalogue(), {"nextcloud": "Softwarefehler", "fax": "gibt es nicht"})

    on_hold = held.service("nextcloud").on_hold
    assert on_hold is not None
    assert (on_hold.de, on_hold.en) == ("Softwarefehler", "Softwarefehler")


def test_everything_else_stays_as_it_was():
    before = catalogue()
    assert before.service("nextcloud").on_hold is None  # and now stands in the old one's cache

    held = with_holds(before, {"nextcloud": "Softwarefehler"})

    assert before.service("nextcloud").on_hold is None
    assert [service for service in held.services if service.id != "nextcloud"] == [
        service for service in before.services if service.id != "nextcloud"
    ]
    assert (held.organisation, held.mailboxes, held.staff, held.hours) == (
        before.organisation,
        before.mailboxes,
        before.staff,
        before.hours,
    )


def test_without_holds_nothing_is_copied():
    before = catalogue()

    assert with_holds(before, {}) is before
