"""Where authors say that they are meant."""

from __future__ import annotations

import pytest

from mailbot.understanding.first_person import speaks_of_self


@pytest.mark.parametrize(
    "text",
    [
        "Admin bin ich.",
        "Paul Krüger und ich",
        "User: ich",
        "Ich übernehme das.",
        "Das mache ich selbst.",
        "außer mir noch Paul",
        "für mich und Paul",
        "meine Wenigkeit",
        "die Unterzeichnerin",
        "Paul and me",
        "I will be the contact.",
        "Mehmet ve ben",
        "Paul et moi",
        "Dabei sein wollen Paul Krüger und außerdem ich.",
        "Moderieren könnte ich.",
        "Gepflegt wird der Bereich durch mich.",
        "Die Koordination würde ich gern übernehmen.",
    ],
)
def test_the_author_is_meant(text: str):
    assert speaks_of_self(text)


@pytest.mark.parametrize(
    "text",
    [
        "Paul Krüger und Mehmet Yılmaz",
        "Betreut wird er von mir nahestehenden Leuten.",
        "Danke und ich freue mich",  # "und ich" with a verb begins another sentence
        "Wir brauchen das und ich bitte um Hilfe.",
        "Nicht ich, sondern Paul.",
        "die Gruppe für Michaela",
        "ben touré (mail hab ich nicht)",
        "",
    ],
)
def test_the_author_is_not_meant(text: str):
    assert not speaks_of_self(text)


def test_it_is_told_where():
    text = "Admins: Paul und ich"

    assert [text[at:] for at in speaks_of_self(text)] == ["ich"]
