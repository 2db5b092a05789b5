"""Who of the staff hears of what."""

from mailbot.catalogue import Staff
from mailbot.tickets.duty import present, responsible

VIDEO = Staff(id="kim", name="Kim", email="kim@verein.example", services=("video",))
ALL = Staff(id="anna", name="Anna", email="anna@verein.example")
BOX = Staff(id="bo", name="Bo", email="bo@verein.example", services=("email_personal",))
EVERYBODY = (VIDEO, ALL, BOX)


def test_who_is_named_for_a_service_and_who_works_on_all_of_them_hear_of_it():
    assert responsible(EVERYBODY, "video") == (VIDEO, ALL)
    assert responsible(EVERYBODY, "signal") == (ALL,)


def test_where_nobody_is_named_for_it_everybody_hears_of_it():
    assert responsible((VIDEO, BOX), "signal") == (VIDEO, BOX)


def test_who_is_away_hears_nothing():
    assert present(EVERYBODY, {"anna"}) == (VIDEO, BOX)
    assert responsible(EVERYBODY, "video", {"anna"}) == (VIDEO,)


def test_when_all_who_work_on_it_are_away_the_others_hear_of_it():
    assert responsible(EVERYBODY, "video", {"kim", "anna"}) == (BOX,)


def test_when_everybody_is_away_everybody_hears_of_it_as_ever():
    assert present(EVERYBODY, {"kim", "anna", "bo"}) == EVERYBODY
    assert responsible(EVERYBODY, "video", {"kim", "anna", "bo"}) == (VIDEO, ALL)
