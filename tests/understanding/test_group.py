"""Names of groups, in every way that members write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.group import bare_group, groups_in, is_denied, normal_name
from tests.understanding.conversation import rules

GROUPS = rules().groups


def values(text: str) -> list[str | None]:
    return [each.value for each in groups_in(text, GROUPS)]


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Wir vom OV Ehrenfeld brauchen etwas.", "OV Ehrenfeld"),
        ("der Ortsverband Ehrenfeld", "OV Ehrenfeld"),
        ("des Ortsverbandes Ehrenfeld", "OV Ehrenfeld"),
        ("OV-Ehrenfeld", "OV Ehrenfeld"),
        ("ov ehrenfeld", "OV Ehrenfeld"),
        ("OV EHRENFELD", "OV Ehrenfeld"),
        ("OV Ehrenfelt", "OV Ehrenfeld"),  # one letter away from one that exists
        ("OV Muelheim", "OV Mülheim"),
        ("AG Frieden", "AG Frieden"),
        ("ag solidarische nachbarschaft", "AG Solidarische Nachbarschaft"),
        ("die AG Politische Bildung plant", "AG Politische Bildung"),
        ("die AG „Frieden und Abrüstung“", "AG Frieden und Abrüstung"),
        ("die Arbeitsgemeinschaft Betrieb & Gewerkschaft", "AG Betrieb & Gewerkschaft"),
        ("unsere AG heißt Klima", "AG Klima"),
        ("die AG Rote Hilfe trifft sich", "AG Rote Hilfe"),
        ("PG Mietenkampagne", "PG Mietenkampagne"),
        ("die Projektgruppe Mietenkampagne", "PG Mietenkampagne"),
        ("der Kreisvorstand", "Kreisvorstand"),
        ("die Linksjugend Köln", "Linksjugend Köln"),
        ("wir im Stadtbezirk Ehrenfeld", "Stadtbezirk Ehrenfeld"),
        ("die AG Sport, Gesundheit und Ernährung trifft sich", "AG Sport, Gesundheit und Ernährung"),
        ("unsere Garten-AG", "AG Garten"),
        ("die Friedens-AG trifft sich", "AG Frieden"),
        ("Zum Thema " * 50 + "schreibt euch die Friedens-AG.", "AG Frieden"),
        ("die AG BIPOC*", "AG BIPOC*"),
        ("die AG VERKEHR", "AG Verkehr"),
    ],
)
def test_a_group_in_normal_form(text: str, group: str):
    assert values(text) == [group]


@pytest.mark.parametrize(
    "text", ["unser Ortsverband braucht das", "unsere AG", "Wir sind eine Projektgruppe und wollen", "der OV hat beschlossen"]
)
def test_a_kind_without_a_name_is_known_by_its_kind_only(text: str):
    (group,) = groups_in(text, GROUPS)

    assert (group.name, group.value) == (None, None)


@pytest.mark.parametrize("text", ["ov-kalk@die-linke-koeln.de", "der Novembertermin", "die Stadtwerke Köln AG hat", "", "Wagen"])
def test_is_no_group(text: str):
    assert [value for value in values(text) if value] == []


def test_persons_behind_a_group_are_no_part_of_its_name():
    assert values("Aus der AG Sport, Lea und Kim") == ["AG Sport"]


def test_a_text_may_speak_of_several():
    assert values("Der OV Kalk und die AG Frieden, zusammen mit dem Kreisvorstand") == ["OV Kalk", "AG Frieden", "Kreisvorstand"]


def test_it_is_told_where_a_group_stands():
    text = "Wir vom OV Kalk sind neu."
    (group,) = groups_in(text, GROUPS)

    assert text[group.start : group.end] == group.written == "OV Kalk"


@pytest.mark.parametrize("text", ["Nicht die AG Frieden", "statt der AG Frieden", "not the AG Frieden"])
def test_a_group_may_be_denied(text: str):
    assert is_denied(text, text.index("AG"))
    assert not is_denied("Das ist die AG Frieden", 12)


@pytest.mark.parametrize(
    ("answer", "kind", "group"),
    [
        ("Frieden", "AG", "AG Frieden"),
        ("Zollstock", "OV", "OV Zollstock"),
        ("Ach so, Zollstock natürlich.", "OV", "OV Zollstock"),
        ("AG Frieden", "OV", "AG Frieden"),  # says more than was said before
        ("Die Gruppe heißt Klima", "AG", "AG Klima"),
        ("Kalk", None, "OV Kalk"),  # exists
        ("Rote Socken", None, "Rote Socken"),
    ],
)
def test_a_bare_answer_completes_the_kind_that_was_said(answer: str, kind: str | None, group: str):
    assert bare_group(answer, kind, GROUPS) == group


@pytest.mark.parametrize("answer", ["", "Das weiß ich noch nicht.", "anna@posteo.example", "Danke!", "ich", "40"])
def test_is_no_answer_that_names_a_group(answer: str):
    assert bare_group(answer, "AG", GROUPS) is None


@pytest.mark.parametrize("known", GROUPS.known)
def test_groups_that_exist_keep_their_names(known: str):
    kind, _, name = known.partition(" ")

    assert normal_name(name, kind, GROUPS) == name
    assert normal_name(name.upper(), kind, GROUPS).casefold() == name.casefold()


@given(st.text(alphabet=st.characters(max_codepoint=0x2FF), max_size=80))
def test_groups_lie_in_the_text_in_order_and_do_not_overlap(text: str):
    found = groups_in(f"OV {text} AG {text}", GROUPS)

    assert [each.start for each in found] == sorted({each.start for each in found})
    assert all(each.start < each.end for each in found)
