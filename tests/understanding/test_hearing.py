"""Each field is read by what it is, and what was found is told with its reason."""

from __future__ import annotations

import pytest

from mailbot.understanding.heard import Heard, quote
from mailbot.understanding.hearing import hear, hear_field, in_order
from mailbot.understanding.passage import Passage
from mailbot.understanding.scene import scene_of
from tests.builders import ANNA, NEXTCLOUD, VIDEO, written
from tests.builders import service as builders_service
from tests.understanding.conversation import rules

TEXT_FIELD = {"id": "purpose", "type": "text", "label": {"de": "Zweck", "en": "Purpose"}, "words": ("wofür",)}


def test_all_that_is_said_is_heard_with_reasons():
    text = "Der OV Kalk möchte die Nextcloud. User: Anna Schmidt, anna.schmidt@posteo.example. Admin: Anna"

    heard = hear(rules().service("nextcloud"), scene_of(written(text), rules()), rules())

    assert heard.fields == {"group": "OV Kalk", "users": (ANNA,), "admins": ("anna.schmidt@posteo.example",)}
    assert [reason.partition(":")[0] for reason in heard.because] == ["group", "users", "admins"]


def test_half_a_value_is_kept_as_a_hint():
    heard = hear(rules().service("signal"), scene_of(written("Unsere AG möchte eine Signalgruppe."), rules()), rules())

    assert ("group" in heard.fields, heard.hints) == (False, {"group": "AG"})


def test_a_task_is_read_after_its_person_and_the_chosen_after_all():
    assert [rule.id for rule in in_order(builders_service(NEXTCLOUD).fields[::-1])] == ["users", "group", "admins"]
    assert [rule.id for rule in in_order(builders_service(VIDEO).fields[::-1])] == ["group", "person", "role"]


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("Zweck: Infostand", "Infostand"),
        ("zweck = Infostand", "Infostand"),
        ("Purpose: Infostand", "Infostand"),
        ("Wofür: Infostand", "Infostand"),
        ("Zwecklos: Infostand", None),
        ("Nur wofür?", None),
    ],
)
def test_free_words_stand_behind_a_label_or_a_word(text: str, purpose: str | None):
    service = builders_service(fields=(TEXT_FIELD,))
    heard = Heard()

    hear_field(service.fields[0], service, scene_of(written(text), rules()), rules(), heard)

    assert heard.fields.get("purpose") == purpose


def test_persons_are_known_only_where_a_field_holds_persons():
    heard = Heard(fields={"users": (ANNA,), "admins": ("anna.schmidt@posteo.example",), "group": "OV Kalk"})

    assert [heard.people(id) for id in ("users", "admins", "group", "nothing", None)] == [(ANNA,), (), (), (), ()]


def test_a_reason_quotes_no_more_than_a_line_of_words():
    assert quote(Passage(text="Der OV Kalk", line=3)) == '"Der OV Kalk" in line 3'
    assert len(quote(Passage(text="x" * 1000, line=3))) < 80


LOAN = builders_service(
    VIDEO,
    id="loan",
    fields=(
        {"id": "from", "type": "date", "label": {"de": "von", "en": "from"}, "words": ("vom", "ab")},
        {"id": "until", "type": "date", "label": {"de": "bis", "en": "until"}, "words": ("bis", "zurück")},
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        "Wir brauchen den Beamer vom 3.12.2026 bis zum 5.12.2026.",
        "Zurück bringen wir ihn am 5.12.2026. Wir holen ihn ab 3.12.2026.",
    ],
)
def test_of_two_days_each_stands_behind_its_words(text: str):
    heard = hear(LOAN, scene_of(written(text), rules()), rules())

    assert heard.fields == {"from": "2026-12-03", "until": "2026-12-05"}
